"""The table of skills (スキルと講座の対応表): which courses teach each skill, and for whom they are in a curriculum."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby

import sqlalchemy as sa

from kernel.database import db

from courses.models import Course, CourseEdition, Lesson, Module, Skill, edition_skill
from courses.offer import is_offered_to_all

from catalog.models import Curriculum, CurriculumState, CurriculumStep

OF_THE_STANDARD = ("マインド・スタンス", "Why", "What", "How")
"""The categories of the standard (経済産業省・IPA デジタルスキル標準 ver.1.2, DXリテラシー標準), in its order; own ones follow."""


@dataclass(frozen=True)
class TaughtBy:
    """A course that teaches a skill, and whether it can be begun at once."""

    slug: str
    title: str
    has_lessons: bool


@dataclass
class SkillRow:
    """A skill with the courses that teach it, and the titles of the curricula in which these stand, but for those that only hold a track together."""

    name: str
    courses: list[TaughtBy] = field(default_factory=list)
    curricula: list[str] = field(default_factory=list)


def skill_table() -> list[tuple[str, list[SkillRow]]]:
    """Return the skills by category, each with its courses that are offered to everybody; three queries."""
    has_lessons = sa.exists().where(Lesson.module_id == Module.id, Module.edition_id == CourseEdition.id)
    taught = db.session.execute(
        sa.select(edition_skill.c.skill_id, Course.id, Course.slug, CourseEdition.title, has_lessons)
        .join(CourseEdition, CourseEdition.id == edition_skill.c.edition_id)
        .join(Course, Course.published_id == CourseEdition.id)
        .where(is_offered_to_all())
        .order_by(CourseEdition.level, CourseEdition.title)
    ).all()
    steps = db.session.execute(
        sa.select(CurriculumStep.course_id, Curriculum.title)
        .join(CurriculumStep.curriculum)
        .where(Curriculum.state == CurriculumState.PUBLISHED, Curriculum.is_for_all, Curriculum.track_id.is_(None))
        .order_by(Curriculum.id)
    ).all()
    rows = {}
    skills = db.session.scalars(sa.select(Skill).order_by(Skill.id)).all()
    for skill in sorted(skills, key=lambda one: _order(one.category)):
        row = rows[skill] = SkillRow(skill.name)
        mine = [one for one in taught if one.skill_id == skill.id]
        row.courses = [TaughtBy(slug, title, has) for _skill, _course, slug, title, has in mine]
        ids = {one.id for one in mine}
        row.curricula = list(dict.fromkeys(_short(title) for course_id, title in steps if course_id in ids))
    return [(category, [rows[one] for one in those]) for category, those in groupby(rows, lambda one: one.category)]


def _short(title: str) -> str:
    return title.removesuffix("カリキュラム").removesuffix("共通").removesuffix("のための").removesuffix("の")


def _order(category: str) -> tuple[int, str]:
    known = OF_THE_STANDARD
    return (known.index(category), "") if category in known else (len(known), category)
