"""Courses with lessons of every kind, and learners who begin them."""

from __future__ import annotations

import io

from factories import draft_course, edition_of, enrols, motivated
from flask import current_app

from kernel.database import db

from courses import edition as editions
from courses.edition import LessonText, ModuleText
from courses.lessons import asset
from courses.models import EditionState, LessonKind

from participation.models import Enrolment

QUIZ = {
    "intro": "確かめましょう。", "pass_percent": 100, "attempts": 0, "wait_minutes": 0, "draw": 0, "shuffle": True,
    "questions": [
        {"kind": "single", "text": "どちら", "choices": [{"text": "右", "right": True, "feedback": "はい"}, {"text": "左", "right": False, "feedback": "右です"}]},
        {"kind": "multiple", "text": "すべて", "choices": [{"text": "秘密の正解その一", "right": True, "feedback": ""}, {"text": "秘密の正解その二", "right": True, "feedback": ""}, {"text": "違う", "right": False, "feedback": "違います"}]},
        {"kind": "short-text", "text": "合言葉", "answers": ["秘密の合言葉"], "feedback": "秘密の解説"},
        {"kind": "number", "text": "いくつ", "answer": 4711, "tolerance": 0, "unit": "人", "feedback": "秘密の計算"},
        {"kind": "ordering", "text": "順に", "items": ["一", "二", "三"], "feedback": "秘密の順"},
        {"kind": "true-false", "text": "正しいか", "right": True, "feedback": "秘密の理由"},
    ],
    "recommendations": [],
}  # fmt: skip
LESSONS = (
    ModuleText("はじめ", (LessonText("読む", "一つ目の文。\n\n二つ目の文。", minutes=5), LessonText("やってみる", "書いてください。", LessonKind.PRACTICE, required=False))),
    ModuleText("おわり", (LessonText("確認テスト", "", LessonKind.QUIZ, 10, content=QUIZ), LessonText("外", "読みます。", LessonKind.LINK, required=False, content={"address": "https://www.example.lg.jp/"}))),
)  # fmt: skip


def taught(author, slug="", modules=LESSONS, **said):
    """A published course with lessons."""
    course = motivated(draft_course(author, slug, **said))
    edition = edition_of(course)
    editions.write_modules(edition, modules)
    edition.state = EditionState.IN_REVIEW
    db.session.flush()
    editions.publish(edition, course)
    db.session.commit()
    return course


def packaged(author, archives, slug="", instead=""):
    """A published course that shows packages, each in a lesson of its own."""
    course = motivated(draft_course(author, slug))
    edition = editions.whole(edition_of(course).id)
    lessons = []
    for title, archive in archives.items():
        name = f"{len(lessons) + 1}.zip"
        asset.add_asset(edition, asset.keep_file(current_app.extensions["files"], name, io.BytesIO(archive)))
        content = {"asset": name, "instead": instead}
        lessons.append(LessonText(title, f"「{title}」の内容を文章で読みます。", LessonKind.PACKAGE, content=content))
    editions.write_modules(edition, (ModuleText("教材", tuple(lessons)),))
    edition.state = EditionState.IN_REVIEW
    db.session.flush()
    editions.publish(edition, course)
    db.session.commit()
    return course


def begins(person, course):
    """Enrol a person; return the enrolment and the lessons."""
    row = enrols(person, course)
    db.session.commit()
    edition = editions.whole(row.edition_id)
    return row.id, [lesson.id for module in edition.modules for lesson in module.lessons]


def state_of(enrolment_id):
    return db.session.get_one(Enrolment, enrolment_id, populate_existing=True).state
