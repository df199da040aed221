"""What nobody has built upon yet: a membership, and a person, that were entered by mistake are removed without a trace but the log."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from kernel.database import db
from kernel.errors import ConflictError

from people.models import Membership, Staff
from people.sections.section import pointing_to
from people.signing_in.models import PasswordLink

if TYPE_CHECKING:
    from collections.abc import Iterator

BUILT_UPON = "受講などの記録がすでにあるため、元に戻せません"
SAYS_HOW = {("personnel_change", "membership_id"), ("transfer_offer", "taken_id")}
"""Columns that say how a membership came about; they let go of it."""
NO_WORK = {"audit_entry", "password_link"}
"""Tables that point to people, and whose rows are nothing that somebody has built upon."""


def remove(row: Membership, *, with_person: bool) -> None:
    """Remove a membership, and the person with it where that is said. Raises ConflictError where anything rests on them."""
    staff_id, membership_id = row.staff_id, row.id
    rests = [_rests_on("membership", membership_id)]
    if with_person:
        others = sa.exists().where(Membership.staff_id == staff_id, Membership.id != membership_id)
        rests += [_rests_on("staff", staff_id, "membership"), iter([others])]
    if (with_person and row.staff.password_hash) or any(
        db.session.scalar(sa.select(one)) for conditions in rests for one in conditions
    ):
        raise ConflictError(BUILT_UPON)
    for column in pointing_to("membership"):
        if (column.table.name, column.name) in SAYS_HOW:
            db.session.execute(sa.update(column.table).where(column == membership_id).values({column.name: None}))
    db.session.expunge(row)
    db.session.execute(sa.delete(Membership).where(Membership.id == membership_id))
    if with_person:
        db.session.execute(sa.delete(PasswordLink).where(PasswordLink.staff_id == staff_id))  # none was used
        db.session.execute(sa.delete(Staff).where(Staff.id == staff_id))


def _rests_on(table: str, id_: int, *but: str) -> Iterator[sa.ColumnElement[bool]]:
    """Yield the conditions that something points to a row that is work of somebody."""
    for column in pointing_to(table):
        name = column.table.name
        if name not in NO_WORK and name not in but and (name, column.name) not in SAYS_HOW:
            yield sa.exists().where(column == id_)
