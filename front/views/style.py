"""The page of all components in all their states, for those who change how this looks; where sample data is shown only."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple

from flask import current_app, flash, render_template

from kernel import clock
from kernel.errors import NotFoundError
from kernel.page import Page

from people.access import public

from courses.models import Course, CourseEdition, Format, Level
from courses.sessions.session_state import SessionState

from catalog.card import Card

from participation.models import EnrolmentState

from learning.path import Way

from front.blueprint import blueprint
from front.due import Task
from front.forms import SampleForm
from front.mark import Mark

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

TRACKS = ("foundation", "workstyle", "data-ai", "security-cloud", "citizen-service", "leadership")
LONG = "住民の声を聞きながら、窓口の手続を書かない・待たない形に直していく進め方（後編）"


class Room(NamedTuple):
    """A session as its places show it."""

    capacity: int
    taken: int


@blueprint.get("/style")
@public
def style() -> ResponseReturnValue:
    """Show every component in every state. Raises NotFoundError on an installation without sample data."""
    if not current_app.extensions["settings"].demo:
        raise NotFoundError
    flash("保存しました。")
    flash("サインインすると、このページを開けます。", "info")
    right, wrong = SampleForm(formdata=None), SampleForm(formdata=None)
    wrong.name.errors = ["入力してください。"]
    wrong.day.errors = ["日付は「2026-11-27」のように入力してください。"]
    wrong.kind.errors = ["選択肢から選んでください。"]
    return render_template(
        "front/style.html",
        right=right,
        wrong=wrong,
        cards=list(_cards()),
        tasks=list(_tasks()),
        states=[*SessionState, *EnrolmentState],
        levels=[_edition(f"レベルの印：{level.label}", level) for level in Level],
        page=Page(rows=["行"] * 20, total=245, number=4, size=20),
        rooms=[Room(20, 0), Room(40, 33), Room(40, 40), Room(300, 12)],
        certificate=SimpleNamespace(
            holder="緑川 花子", title="全職員のための情報セキュリティ", completed_on=clock.today(), issuer="東京デジタルアカデミー",
            signed_by="研修課長　丘野 はるか",
        ),
    )  # fmt: skip


def _cards() -> Any:
    today = clock.today()
    marks = [
        None,
        Mark(required=True, due_on=today),
        Mark(enrolment_id=1, way=Way(7, 3, 24, 0), required=True, due_on=today + dt.timedelta(days=12)),
        Mark(done_id=1, done_on=today, still_counts=True),
        Mark(done_id=1, done_on=today),
        None,
    ]
    for number, (track, mark) in enumerate(zip(TRACKS, marks, strict=True)):
        own_pace = number % 2 == 0
        card = Card(
            course_id=number, slug=f"sample-{number}", owner="東京デジタルアカデミー", title=LONG if number == 1 else "はじめての自治体DX",
            summary="身近な業務を題材に、何から始めるかを考えます。", level=list(Level)[number % 3], format=Format.E_LEARNING if own_pace else Format.ON_SITE,
            minutes=60, track="分野", track_slug=track, has_lessons=track != "citizen-service",
            next_at=clock.now() + dt.timedelta(days=10) if number == 1 else None, free=3 if number == 1 else None,
        )  # fmt: skip
        yield card, mark


def _edition(title: str, level: Level = Level.BASIC) -> CourseEdition:
    return CourseEdition(title=title, level=level, format=Format.E_LEARNING, minutes=60, summary="")


def _tasks() -> Any:
    for days, finished in ((-3, 0), (0, 2), (5, 7), (30, 0)):
        edition = _edition("期限を過ぎた講座" if days < 0 else f"期限まで{days}日の講座")
        due_on = clock.today() + dt.timedelta(days=days)
        yield Task(Course(slug="sample"), edition, None, due_on, None, Way(7, finished, 40, 0))
