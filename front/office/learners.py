"""The own learners of a course (自団体の受講者): who takes it or took it, and withdrawing several at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from kernel.database import db
from kernel.errors import RefusalError
from kernel.page import page_of
from kernel.vocabulary import Term

from people.models import Section, Staff

from courses.models import Course
from courses.sessions.models import TrainingSession

from participation import enrolment as enrolments
from participation import withdrawal
from participation.models import OPEN_STATES, Enrolment, EnrolmentState
from participation.present_office import is_looked_after_by

if TYPE_CHECKING:
    from collections.abc import Collection

    from kernel.page import Page

    from people.permission import Actor

A_PAGE = 50


class Group(Term):
    """Which of the learners are listed."""

    OPEN = "open", "受講中・受講予定"
    DONE = "done", "修了"
    OTHERS = "others", "取りやめ・未修了"


STATES = {
    Group.OPEN: OPEN_STATES,
    Group.DONE: (EnrolmentState.COMPLETED,),
    Group.OTHERS: tuple(set(EnrolmentState) - {*OPEN_STATES, EnrolmentState.COMPLETED}),
}


@dataclass
class Withdrawn:
    """What came of withdrawing several: whose enrolment ended, and who could not be withdrawn, with the reason."""

    names: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


def learners_of(actor: Actor, slug: str, group: Group, page: int) -> Page[Enrolment]:
    """Return a page of the enrolments of the actor's own staff in a course, in any of its editions, by reading."""
    return page_of(
        sa.select(Enrolment)
        .join(Enrolment.staff)
        .join(Enrolment.course)
        .outerjoin(Enrolment.session)
        .options(
            contains_eager(Enrolment.staff),
            contains_eager(Enrolment.session).selectinload(TrainingSession.meetings),
            joinedload(Enrolment.edition),
        )
        .where(Course.slug == slug, Enrolment.state.in_(STATES[group]), is_looked_after_by(actor))
        .order_by(Staff.reading, Staff.id, Enrolment.id),
        page,
        size=A_PAGE,
    )


def counts_of(actor: Actor, slug: str) -> dict[Group, int]:
    """Return how many enrolments of the actor's own staff there are in each group: one query."""
    rows = db.session.execute(
        sa.select(Enrolment.state, sa.func.count())
        .join(Enrolment.course)
        .where(Course.slug == slug, is_looked_after_by(actor))
        .group_by(Enrolment.state)
    ).all()
    return {group: sum(count for state, count in rows if state in states) for group, states in STATES.items()}


def sections_of(enrolled: Collection[Enrolment]) -> dict[int, str]:
    """Return in which section somebody was when they enrolled, by its id: one query."""
    ids = {row.section_id for row in enrolled if row.section_id}
    rows = db.session.scalars(sa.select(Section).where(Section.id.in_(ids))).all() if ids else []
    return {row.id: row.title for row in rows}


def withdraw_together(actor: Actor, ids: Collection[int]) -> Withdrawn:
    """Withdraw own staff from what they take, each by themselves: one who cannot be withdrawn stays, and is named. Raises NotFoundError."""
    found = Withdrawn()
    for enrolment_id in ids:
        enrolment = enrolments.own_enrolment(actor, enrolment_id)
        name = enrolment.staff.name
        try:
            with db.session.begin_nested():
                withdrawal.withdraw(actor, enrolment)
        except RefusalError as refusal:
            found.refused.append(f"{name}さん：{refusal.message}")
        else:
            found.names.append(name)
    return found
