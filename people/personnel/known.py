"""Who is, and who was, in an organisation, in the forms in which spellings meet; and whom a line of a personnel file means.

Somebody is known by staff number, else by address, else by name and reading where only one bears them. Number or address and name
must agree: a number beside another one's name means nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from kernel.database import db, slices
from kernel.spelling import folded, folded_number

from people.joining import on_offer
from people.membership import is_not_over
from people.models import Membership, Staff
from people.sections import coming

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from people.joining.models import TransferOffer
    from people.personnel.line import Said

AT_ONCE = 500
NOBODY_BUT = "この職員番号は「{name}」さんのものです。氏名が変わったのか、番号が違うのかを確かめてください"
ADDRESS_BUT = "このメールアドレスは「{name}」さんのものです。氏名が変わったのか、アドレスが違うのかを確かめてください"
SEVERAL = "同じ氏名の職員が複数います。職員番号を入れてください"


@dataclass(frozen=True)
class Present:
    """Somebody of an organisation, as they are entered; `left_on` is the first day no longer there."""

    membership_id: int
    staff_id: int
    name: str
    reading: str
    email: str
    number: str
    section: str
    post: str
    joined_on: dt.date
    left_on: dt.date | None
    is_over: bool


class Known:
    """Who is, and who was, in an organisation, in the forms in which spellings meet."""

    def __init__(self, organisation_id: int, emails: Iterable[str]) -> None:
        self.people = _present(organisation_id)
        self.by_number: dict[str, list[Present]] = {}
        self.by_digits: dict[str, list[Present]] = {}
        self.by_email: dict[str, list[Present]] = {}
        self.by_name: dict[str, list[Present]] = {}
        for one in self.people:
            if number := folded_number(one.number):
                self.by_number.setdefault(number, []).append(one)
                if number.isdigit():
                    self.by_digits.setdefault(number.lstrip("0"), []).append(one)
            if one.email:
                self.by_email.setdefault(one.email, []).append(one)
            self.by_name.setdefault(folded(one.name), []).append(one)
        self.addresses = _addresses_elsewhere(organisation_id, emails)
        self.offered_by_email: dict[str, TransferOffer] = {}
        self.offered_by_name: dict[str, list[TransferOffer]] = {}
        for offer in on_offer.offered_to(organisation_id):
            staff = offer.membership.staff
            self.offered_by_name.setdefault(folded(staff.name), []).append(offer)
            if staff.email:
                self.offered_by_email[staff.email] = offer
        self.planned = coming.plans_of(organisation_id)

    def meant(self, said: Said) -> tuple[Present | None, str]:
        """Return whom a line means, or why it cannot be told; nobody and no reason where it is somebody new."""
        number = folded_number(said.number)
        found = self.by_number.get(number, []) if number else []
        if not found and number.isdigit():
            found = self.by_digits.get(number.lstrip("0"), [])
        if found:
            one = _latest(found)
            if _agrees(one, said) or (said.email and one.email == said.email):
                return one, ""
            if not one.is_over:  # the number of somebody who left may have been given to another
                return None, NOBODY_BUT.format(name=one.name)
        if said.email and (found := self.by_email.get(said.email, [])):
            one = _latest(found)
            return (one, "") if _agrees(one, said) else (None, ADDRESS_BUT.format(name=one.name))
        alike = [one for one in self.by_name.get(folded(said.name), []) if not number or not one.number]
        if said.reading:
            alike = [one for one in alike if folded(one.reading) == folded(said.reading)]
        people = {one.staff_id for one in alike}
        if len(people) > 1:
            return None, SEVERAL
        return (_latest(alike), "") if alike else (None, "")

    def comes(self, said: Said) -> TransferOffer | None:
        """Return the offer of another organisation that a line means: by address, else by name and reading where only one bears them."""
        if said.email and (one := self.offered_by_email.get(said.email)):
            return one if _is_called(one.membership.staff, said) else None
        called = self.offered_by_name.get(folded(said.name), [])
        alike = [one for one in called if _is_called(one.membership.staff, said)]
        return alike[0] if len(alike) == 1 else None

    def is_called_as_one_who_comes(self, said: Said) -> bool:
        """Tell whether a line bears the name of somebody whom another organisation offers."""
        return folded(said.name) in self.offered_by_name

    def perhaps(self, said: Said) -> set[int]:
        """Return the people whom a line that is unclear may mean: they stand in the file, and are not missing."""
        alike = self.by_name.get(folded(said.name), []) if said.name else []
        number = folded_number(said.number)
        digits = self.by_digits.get(number.lstrip("0"), []) if number.isdigit() else []
        several = (self.by_number.get(number, []), digits, self.by_email.get(said.email, []), alike)
        return {one.staff_id for found in several for one in found}

    def is_of_another(self, email: str, staff_id: int | None) -> bool:
        """Tell whether an address is somebody else's, here or elsewhere."""
        here = any(one.staff_id != staff_id for one in self.by_email.get(email, []))
        return here or email in self.addresses


def _is_called(staff: Staff, said: Said) -> bool:
    """Tell whether a line bears the name of somebody, and the reading where it says one."""
    return folded(staff.name) == folded(said.name) and folded(said.reading or staff.reading) == folded(staff.reading)


def _agrees(one: Present, said: Said) -> bool:
    """Tell whether a line bears the name of somebody, or the reading of it."""
    return folded(one.name) == folded(said.name) or bool(said.reading and folded(one.reading) == folded(said.reading))


def _latest(found: Sequence[Present]) -> Present:
    """Return the membership that counts of several of one person: one that is not over before one that is, the latest."""
    return max(found, key=lambda one: (not one.is_over, one.joined_on, one.membership_id))


def _present(organisation_id: int) -> list[Present]:
    rows = db.session.execute(
        sa.select(
            Membership.id, Membership.staff_id, Staff.name, Staff.reading, sa.func.coalesce(Staff.email, ""),
            sa.func.coalesce(Membership.staff_number, ""), Membership.department, Membership.post, Membership.joined_on,
            Membership.left_on, sa.not_(is_not_over()),
        )
        .join(Staff, Staff.id == Membership.staff_id)
        .where(Membership.organisation_id == organisation_id, Staff.erased_at.is_(None))
        .order_by(Membership.id)
    )  # fmt: skip
    return [Present(*row) for row in rows]


def _addresses_elsewhere(organisation_id: int, emails: Iterable[str]) -> set[str]:
    """Return those of some addresses that are of people who never were in an organisation: they cannot be entered a second time."""
    here = sa.select(Membership.staff_id).where(Membership.organisation_id == organisation_id)
    found: set[str] = set()
    for part in slices(sorted(set(emails)), AT_ONCE):
        rows = db.session.scalars(sa.select(Staff.email).where(Staff.email.in_(part), Staff.id.not_in(here)))
        found |= {email for email in rows if email}
    return found
