"""Applicants (登録を申し込んだ人): whoever entered themselves by an invitation is staff once the coordinator has seen that it is them.

Until then nobody can act under that name or address, and nobody who holds a link learns who has an account already.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import sqlalchemy as sa

from kernel.database import db
from kernel.errors import NotFoundError, RefusalError

from people import audit
from people.act import Act
from people.joining.entry import JoinStaff, enter
from people.joining.models import Applicant
from people.permission import Permission
from people.signing_in.models import ProviderSubject

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from people.permission import Actor


@dataclass
class Confirmed:
    """What came of confirming applicants: who is staff now, and who could not be entered, with the reason."""

    entered: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


def waiting(actor: Actor, organisation_id: int | None = None) -> Sequence[Applicant]:
    """Return who waits to be confirmed in an organisation, or in all whose staff the actor manages as their own, the first to apply first."""
    own = Applicant.organisation_id.in_(sorted({id_ for id_, _role in actor.roles}))
    here = Applicant.organisation_id == organisation_id if organisation_id else own
    return db.session.scalars(
        sa.select(Applicant)
        .where(here, actor.scope(Permission.MANAGE_STAFF).where(Applicant.organisation_id))
        .order_by(Applicant.id)
    ).all()


def confirm(actor: Actor, organisation_id: int, ids: Collection[int]) -> Confirmed:
    """Let applicants be staff, each by themselves: one who cannot be entered stays, and is named. Raises NotFoundError."""
    found = Confirmed()
    for applicant in _chosen(actor, organisation_id, ids):
        command = JoinStaff(
            organisation_id,
            applicant.name,
            applicant.reading,
            applicant.email or None,
            applicant.staff_number,
            applicant.department,
            applicant.post,
        )
        try:
            with db.session.begin_nested():
                staff = enter(command).staff
                staff.password_hash = applicant.password_hash or None
                if applicant.provider_id and applicant.subject:
                    db.session.add(
                        ProviderSubject(provider_id=applicant.provider_id, subject=applicant.subject, staff_id=staff.id)
                    )
                db.session.delete(applicant)
        except RefusalError as refusal:
            found.refused.append(f"{applicant.name}さん：{refusal.message}")
        else:
            act = Act.ENTERED_BY_INVITATION
            audit.record(actor, act, staff.name, organisation_id=organisation_id, staff=staff.id)
            found.entered.append(staff.name)
    db.session.flush()
    return found


def decline(actor: Actor, organisation_id: int, ids: Collection[int]) -> int:
    """Let applicants go who are not known here; they may apply again. Return how many. Raises NotFoundError."""
    chosen = _chosen(actor, organisation_id, ids)
    for applicant in chosen:
        db.session.delete(applicant)
        audit.record(actor, Act.APPLICANT_DECLINED, applicant.name, organisation_id=organisation_id)
    db.session.flush()
    return len(chosen)


def _chosen(actor: Actor, organisation_id: int, ids: Collection[int]) -> Sequence[Applicant]:
    if organisation_id not in actor.scope(Permission.MANAGE_STAFF):
        raise NotFoundError
    return db.session.scalars(
        sa.select(Applicant)
        .where(Applicant.organisation_id == organisation_id, Applicant.id.in_(ids))
        .order_by(Applicant.id)
        .with_for_update()
    ).all()
