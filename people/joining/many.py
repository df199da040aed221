"""Entering very many people at once (一括登録), by the rules of `people.joining.entry`, each asked once of all of them.

Whomever a rule may have something to say about is left out: they are entered one by one, where the reason is said.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from kernel.database import Base, db, ids_for, put
from kernel.errors import NotFoundError

from people import audit
from people.act import Act
from people.models import Membership, Staff
from people.permission import Permission

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterable, Sequence

    from people.permission import Actor


@dataclass(frozen=True)
class Newcomer:
    """Somebody to be entered, with the section and the post by their ids."""

    name: str
    reading: str
    email: str | None
    staff_number: str | None
    section_id: int | None
    post_id: int | None
    joined_on: dt.date

    @property
    def number_key(self) -> str | None:
        """Return the form in which spellings of the number meet."""
        return Membership.number_key_of(self.staff_number)


def enter_beyond_doubt(actor: Actor, organisation_id: int, people: Sequence[Newcomer]) -> list[int | None]:
    """Enter those of some people about whom no rule has anything to say; a handful of statements for all of them.

    Returns the id of each one's membership in the order of the people, None for who is left out: who has nothing to sign in with, or
    whose address or number somebody has, or had here. Raises NotFoundError for an organisation the actor does not manage, and
    IntegrityError where somebody took an address or a number meanwhile: the transaction is then to be rolled back.
    """
    if organisation_id not in actor.scope(Permission.MANAGE_STAFF):
        raise NotFoundError
    addresses, numbers = _addresses_in_use(people), _numbers_in_use(organisation_id, people)
    entered: list[int | None] = [None] * len(people)
    plain = list(_beyond_doubt(people, addresses, numbers))
    for place, id_ in zip(plain, _enter(actor, organisation_id, [people[one] for one in plain]), strict=True):
        entered[place] = id_
    return entered


def _addresses_in_use(people: Sequence[Newcomer]) -> set[str | None]:
    return set(
        db.session.scalars(sa.select(Staff.email).where(Staff.email.in_({one.email for one in people} - {None})))
    )


def _numbers_in_use(organisation_id: int, people: Sequence[Newcomer]) -> set[str | None]:
    keys = {one.number_key for one in people} - {None}
    mine = sa.select(Membership.number_key).where(
        Membership.organisation_id == organisation_id, Membership.number_key.in_(keys)
    )
    by_index = sa.union_all(mine.where(Membership.left_on.is_(None)), mine.where(Membership.left_on.is_not(None)))
    return set(db.session.scalars(by_index))


def _beyond_doubt(
    people: Sequence[Newcomer], addresses: Collection[str | None], numbers: Collection[str | None]
) -> Iterable[int]:
    """Yield the places of those whose address and number nobody has, nor anybody before them among the people."""
    addresses, numbers = set(addresses), set(numbers)
    for place, one in enumerate(people):
        if (one.email or one.number_key) and one.email not in addresses and one.number_key not in numbers:
            yield place
            addresses |= {one.email} - {None}
            numbers |= {one.number_key} - {None}


def _enter(actor: Actor, organisation_id: int, people: Sequence[Newcomer]) -> Sequence[int]:
    if not people:
        return []
    staff, memberships = (Base.metadata.tables[name] for name in ("staff", "membership"))
    staff_ids, membership_ids = ids_for(staff, len(people)), ids_for(memberships, len(people))
    put(
        staff,
        [
            {
                "id": id_, "name": one.name, "reading": one.reading, "email": one.email, "sign_in_epoch": 1,
                "search_key": Staff.search_key_of(one.name, one.reading, one.email),
            }
            for id_, one in zip(staff_ids, people, strict=True)
        ],
    )  # fmt: skip
    put(
        memberships,
        [
            {
                "id": id_, "staff_id": staff_id, "organisation_id": organisation_id, "staff_number": one.staff_number,
                "number_key": one.number_key, "section_id": one.section_id, "post_id": one.post_id,
                "joined_on": one.joined_on,
            }
            for id_, staff_id, one in zip(membership_ids, staff_ids, people, strict=True)
        ],
    )  # fmt: skip
    audit.record_each(
        actor, Act.STAFF_ENTERED, organisation_id,
        [(one.name, {"membership": id_}) for one, id_ in zip(people, membership_ids, strict=True)],
    )  # fmt: skip
    return membership_ids
