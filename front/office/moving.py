"""The moves of a day (異動の準備): who comes, moves, leaves an organisation on it, and what hangs on them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, selectinload

from kernel import clock
from kernel.database import db
from kernel.errors import NotFoundError
from kernel.page import Page, page_of
from kernel.vocabulary import Term

from people.joining import on_offer
from people.joining.models import STANDING, OfferState, TransferOffer
from people.models import ConcurrentPost, Membership, RoleGrant, Staff
from people.permission import Permission
from people.sections import coming, concurrent, reform, reform_list
from people.sections.models import PlannedMove

from courses import keeping

from participation import parting

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from people.permission import Actor

    from courses.models import CourseKeeping

    from participation.parting import Hanging

A_PAGE = 100
APRIL = 4


class Part(Term):
    """What is looked at of the moves of a day."""

    NEW = "new", "新しく来る人"
    MOVED = "moved", "部署・職が変わる人"
    CONCURRENT = "concurrent", "兼務が始まる人・終わる人"
    COMING = "coming", "ほかの団体から移ってくる人"
    GOING = "going", "ほかの団体へ移る人"
    LEAVING = "leaving", "所属が終わる人"
    PLACES = "places", "席と推薦の扱い"
    WORK = "work", "担当の引き継ぎ"


@dataclass(frozen=True)
class Keeper:
    """Somebody who leaves and looks after something, or has a role: the courses, and who takes over."""

    membership: Membership
    courses: Sequence[CourseKeeping]
    successor_id: int | None


@dataclass(frozen=True)
class Moves:
    """What is prepared for a day: how much of each part, or the rows of the part that is looked at."""

    day: dt.date
    days: Sequence[tuple[dt.date, int]]
    counts: Mapping[Part, int]
    part: Part | None
    page: Page[Any] | None
    hanging: Sequence[Hanging]
    keepers: Sequence[Keeper]
    writers: Sequence[tuple[int, str]]
    reforms: Sequence[str]


def next_first_of_april(today: dt.date) -> dt.date:
    """Return the next 1 April, when most people of municipalities move: today where it is one."""
    this_year = dt.date(today.year, APRIL, 1)
    return this_year if today <= this_year else dt.date(today.year + 1, APRIL, 1)


def moves_of(actor: Actor, organisation_id: int, day: dt.date, part: Part | None, number: int) -> Moves:
    """Return what an organisation has prepared for a day. Raises NotFoundError for another organisation."""
    if organisation_id not in actor.scope(Permission.MANAGE_STAFF):
        raise NotFoundError
    lists, is_whole = _lists(actor, organisation_id, day), part is None
    hanging = parting.hanging(actor, organisation_id, day) if is_whole or part is Part.PLACES else []
    keepers = _keepers(organisation_id, day) if is_whole or part is Part.WORK else []
    counts = _counts(lists) | {Part.PLACES: len(hanging), Part.WORK: len(keepers)} if is_whole else {}
    return Moves(
        day=day,
        days=_days(organisation_id) if is_whole else [],
        counts=counts,
        part=part,
        page=page_of(lists[part], number, size=A_PAGE) if part in lists else None,
        hanging=hanging,
        keepers=keepers,
        writers=keeping.writers_of(organisation_id) if part is Part.WORK else [],
        reforms=_reforms(organisation_id, day) if is_whole else [],
    )


def _reforms(organisation_id: int, day: dt.date) -> list[str]:
    """Return in words which sections become which on a day."""
    return [said for one in reform.planned_for(organisation_id, day) for said in reform_list.in_words(one.text)]


def _counts(lists: Mapping[Part, sa.Select[Any]]) -> dict[Part, int]:
    """Return how many rows each list has, in one query."""
    counted = [
        sa.select(sa.func.count()).select_from(rows.order_by(None).subquery()).scalar_subquery()
        for rows in lists.values()
    ]
    return dict(zip(lists, db.session.execute(sa.select(*counted)).one(), strict=True))


def _lists(actor: Actor, organisation_id: int, day: dt.date) -> dict[Part, sa.Select[Any]]:
    def members(*where: sa.ColumnElement[bool]) -> sa.Select[Any]:
        return (
            sa.select(Membership)
            .join(Membership.staff)
            .options(contains_eager(Membership.staff), selectinload(Membership.grants))
            .where(Membership.organisation_id == organisation_id, Staff.erased_at.is_(None), *where)
            .order_by(Staff.reading, Membership.id)
        )

    stands = TransferOffer.state.in_(STANDING)
    comes = sa.exists().where(TransferOffer.taken_id == Membership.id, stands)
    goes = sa.exists().where(TransferOffer.membership_id == Membership.id, stands, TransferOffer.ends_present)
    return {
        Part.NEW: members(Membership.joined_on == day, ~comes),
        Part.MOVED: coming.planned_of(actor).where(
            Membership.organisation_id == organisation_id, PlannedMove.day == day
        ),
        Part.CONCURRENT: concurrent.changing_on(organisation_id, day),
        Part.COMING: on_offer.offers(
            sa.and_(TransferOffer.to_id == organisation_id, TransferOffer.day == day), *STANDING
        ),
        Part.GOING: on_offer.offers(
            sa.and_(TransferOffer.from_id == organisation_id, TransferOffer.day == day),
            *STANDING, OfferState.DECLINED,
        ),
        Part.LEAVING: members(Membership.left_on == day, ~goes),
    }  # fmt: skip


def _days(organisation_id: int) -> list[tuple[dt.date, int]]:
    """Return the days to come on which somebody of an organisation comes, moves or leaves, and how many."""
    today = clock.today()
    own = Membership.organisation_id == organisation_id
    stands = TransferOffer.state.in_(STANDING)
    every = sa.union_all(
        sa.select(Membership.joined_on.label("day")).where(own, Membership.joined_on > today),
        sa.select(Membership.left_on).where(own, Membership.left_on > today),
        sa.select(PlannedMove.day).join(PlannedMove.membership).where(own, PlannedMove.day > today),
        sa.select(ConcurrentPost.begins_on).join(ConcurrentPost.membership).where(own, ConcurrentPost.begins_on > today),
        sa.select(ConcurrentPost.ends_on).join(ConcurrentPost.membership).where(own, ConcurrentPost.ends_on > today),
        sa.select(TransferOffer.day).where(
            TransferOffer.day >= today, stands, TransferOffer.taken_id.is_(None),
            sa.or_(TransferOffer.to_id == organisation_id, TransferOffer.from_id == organisation_id),
        ),
    ).subquery()  # fmt: skip
    rows = db.session.execute(
        sa.select(every.c.day, sa.func.count()).group_by(every.c.day).order_by(every.c.day).limit(12)
    )
    return [(day, count) for day, count in rows]


def _keepers(organisation_id: int, day: dt.date) -> list[Keeper]:
    """Return who leaves an organisation on a day and holds a role in it or looks after a course."""
    goes = sa.exists().where(
        TransferOffer.membership_id == Membership.id, TransferOffer.day == day, TransferOffer.ends_present,
        TransferOffer.state.in_(STANDING),
    )  # fmt: skip
    holds_a_role = sa.exists().where(RoleGrant.membership_id == Membership.id)
    people = db.session.scalars(
        sa.select(Membership)
        .join(Membership.staff)
        .options(contains_eager(Membership.staff), selectinload(Membership.grants))
        .where(
            Membership.organisation_id == organisation_id,
            sa.or_(Membership.left_on == day, goes),
            sa.or_(holds_a_role, keeping.looks_after(organisation_id)),
        )
        .order_by(Staff.reading, Membership.id)
        .limit(A_PAGE)
    ).all()
    courses = keeping.kept_by(organisation_id, [one.staff_id for one in people])
    successors = keeping.successors_of([one.id for one in people])
    return [
        Keeper(one, [row for row in courses if row.kept_by_id == one.staff_id], successors.get(one.id))
        for one in people
    ]
