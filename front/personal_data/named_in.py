"""Texts that people wrote and in which somebody is named (文中の氏名): erasure leaves them, since another person may be called so.

They are shown to whoever erases, before and as long as the name is there, so that they are mended where they were written. Looked
through is what the own office wrote for others to read: not what a learner keeps for themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from kernel.database import db

from people.joining.models import TransferOffer
from people.models import Membership

from courses.models import Course, CourseEdition, Lesson, Module
from courses.sessions.models import Lecturer, TrainingSession

from catalog.models import CourseRequest, Motivation

from participation.joint.models import NominationList, Override
from participation.models import Exemption

if TYPE_CHECKING:
    from collections.abc import Iterator

AROUND, MOST = 20, 50


@dataclass(frozen=True)
class Passage:
    """Where somebody is named: what kind of text it is, and the words around the name."""

    label: str
    words: str


def _of_sessions(model: Any) -> sa.ColumnElement[int]:
    return sa.select(TrainingSession.host_id).where(TrainingSession.id == model.session_id).scalar_subquery()


def _of_course(course_id: Any) -> sa.ColumnElement[int]:
    return sa.select(Course.owner_id).where(Course.id == course_id).scalar_subquery()


WRITTEN: tuple[tuple[str, Any, Any], ...] = (
    ("推薦名簿の連絡事項", NominationList.note, NominationList.organisation_id),
    ("席の例外の理由", Override.reason, _of_sessions(Override)),
    ("受けたい講座の希望", CourseRequest.wish, CourseRequest.organisation_id),
    ("講師の連絡先など", Lecturer.contact, Lecturer.organisation_id),
    ("講師の予定", Lecturer.availability, Lecturer.organisation_id),
    ("免除・延長の理由", Exemption.reason, sa.select(Membership.organisation_id).where(Membership.id == Exemption.membership_id).scalar_subquery()),
    ("異動を引き受けない理由", TransferOffer.because, TransferOffer.to_id),
    ("開催回の案内", TrainingSession.joining_notes, TrainingSession.host_id),
    ("開催を中止した理由", TrainingSession.cancelled_because, TrainingSession.host_id),
    ("講座の応える理由", Motivation.rationale, _of_course(Motivation.course_id)),
    ("講座の概要", CourseEdition.summary, _of_course(CourseEdition.course_id)),
    ("レッスンの本文", Lesson.body, sa.select(Course.owner_id).join(CourseEdition, CourseEdition.course_id == Course.id).join(Module, Module.edition_id == CourseEdition.id).where(Module.id == Lesson.module_id).scalar_subquery()),
)  # fmt: skip
"""Texts that an office writes for others: what they are called, where they stand, and whose they are."""


def passages(organisation_id: int, name: str) -> list[Passage]:
    """Return where the texts of an organisation name somebody, with or without a space between the names: a query for each kind, 50 at most."""
    return list(_passages(organisation_id, {name, "".join(name.split())}))[:MOST]


def _passages(organisation_id: int, spellings: set[str]) -> Iterator[Passage]:
    for label, column, whose in WRITTEN:
        named = sa.or_(*(column.contains(spelt, autoescape=True) for spelt in sorted(spellings)))
        for text in db.session.scalars(sa.select(column).where(named, whose == organisation_id).limit(MOST)):
            spelt = next(one for one in spellings if one in text)
            at = text.index(spelt)
            words = text[max(at - AROUND, 0) : at + len(spelt) + AROUND]
            yield Passage(label, " ".join(words.split()))
