"""Password links: an invitation, or a new start after a forgotten password.

Used once, for a limited time, and only while the person stands as when the link was made: a password, address, role or
membership that has changed since ends it, and so does the end of the right of whoever made it.
"""

from __future__ import annotations

import datetime as dt
import secrets
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from kernel import clock
from kernel.database import db
from kernel.errors import NotFoundError
from kernel.secret import digest

from people import audit
from people.act import Act
from people.actor import actor_of
from people.membership import is_current, is_not_over, managed_membership, visible_to
from people.models import Membership, RoleGrant, Staff
from people.role import check_may_act_for
from people.signing_in import open_sign_in, password
from people.signing_in.models import LinkPurpose, PasswordLink, ResetRequest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from people.permission import Actor

LINK_ISSUED = {LinkPurpose.INVITATION: Act.INVITATION_LINK, LinkPurpose.RESET: Act.RESET_LINK}
VALID_FOR = {LinkPurpose.INVITATION: dt.timedelta(days=14), LinkPurpose.RESET: dt.timedelta(hours=24)}


def good_until() -> dt.date:
    """Return the last whole day on which an invitation that is made now can be used."""
    return clock.today() + VALID_FOR[LinkPurpose.INVITATION] - clock.DAY


def issue(actor: Actor | None, membership: Membership) -> str:
    """Make a link for a person and return its token; earlier links of the person end."""
    return issue_all(actor, [membership])[0]


def issue_all(actor: Actor | None, members: Sequence[Membership]) -> list[str]:
    """Make links for some people and return their tokens, in the same order; earlier links of these people end."""
    db.session.flush()
    ids = [one.staff_id for one in members]
    for table in (PasswordLink, ResetRequest):
        db.session.execute(sa.delete(table).where(table.staff_id.in_(ids)))
    standings = _standings([one.staff for one in members])
    tokens = [_issue(actor, one, standings[one.staff_id]) for one in members]
    db.session.flush()
    return tokens


def _issue(actor: Actor | None, membership: Membership, standing: str) -> str:
    staff = membership.staff
    purpose = LinkPurpose.INVITATION if staff.password_hash is None else LinkPurpose.RESET
    token = secrets.token_urlsafe(32)
    db.session.add(
        PasswordLink(
            staff_id=staff.id,
            purpose=purpose,
            token_digest=digest(token),
            standing=standing,
            expires_at=clock.now() + VALID_FOR[purpose],
            issued_by_id=actor.staff_id if actor else None,
        )
    )
    audit.record(actor, LINK_ISSUED[purpose], staff.name, organisation_id=membership.organisation_id, staff=staff.id)
    return token


def issue_for(actor: Actor, membership_id: int) -> tuple[Membership, str]:
    """Make a link for a person the actor manages. Raises NotFoundError, ForbiddenError for one who holds more."""
    membership = managed_membership(actor, membership_id)
    check_may_act_for(actor, membership.staff_id)
    return membership, issue(actor, membership)


def issue_for_all(actor: Actor, members: Sequence[Membership]) -> list[str]:
    """Make links for people whom the actor manages; return their tokens. Raises ForbiddenError where one of them holds more."""
    check_may_act_for(actor, *(one.staff_id for one in members))
    return issue_all(actor, members)


def open_link(token: str) -> PasswordLink:
    """Return the link a token opens. Raises NotFoundError where it was used, has ended, has expired or never was."""
    link = db.session.scalar(
        sa.select(PasswordLink)
        .options(joinedload(PasswordLink.staff))
        .where(
            PasswordLink.token_digest == digest(token),
            PasswordLink.used_at.is_(None),
            PasswordLink.expires_at > clock.now(),
        )
    )
    if link is None or link.standing != _standings([link.staff])[link.staff_id] or not _may_still_issue(link):
        message = (
            "このリンクは使えません。期限が切れたか、すでに使われたか、発行のあとで登録の内容が変わりました。"
            "研修担当に新しいリンクを頼んでください。"
        )
        raise NotFoundError(message)
    return link


def _may_still_issue(link: PasswordLink) -> bool:
    """Tell whether whoever made a link manages the person today; the command line always does."""
    if link.issued_by_id is None:
        return True
    issuer = actor_of(link.issued_by_id)
    return issuer is not None and bool(
        db.session.scalar(
            sa.select(sa.exists().where(Membership.staff_id == link.staff_id, visible_to(issuer), is_not_over()))
        )
    )


def _standings(people: Sequence[Staff]) -> dict[int, str]:
    """Return what must not have changed while links are open, by person: password, address, memberships that hold or will, their roles."""
    held: dict[int, list[str]] = {one.id: [] for one in people}
    rows = db.session.execute(
        sa.select(Membership.staff_id, Membership.id, RoleGrant.role)
        .outerjoin(RoleGrant, RoleGrant.membership_id == Membership.id)
        .where(Membership.staff_id.in_(held), is_not_over())
    )
    for staff_id, membership_id, role in rows:
        held[staff_id].append(f"{membership_id} {role.value if role else ''}")
    return {
        one.id: digest("\n".join([one.password_hash or "", one.email or "", *sorted(held[one.id])])) for one in people
    }


def set_password(token: str, new_password: str) -> Staff:
    """Set the password of the person a link belongs to, end the link and sign the person out everywhere.

    Raises NotFoundError where the link is not open, InvalidError where the password cannot be taken.
    """
    link = open_link(token)
    staff = link.staff
    staff.password_hash = password.renewed(staff.password_hash, new_password, staff.name, staff.email or "")
    open_sign_in.end_all(link.staff)
    link.used_at = clock.now()
    office = db.session.scalar(
        sa.select(Membership.organisation_id).where(Membership.staff_id == link.staff_id, is_current()).limit(1)
    )
    audit.record(None, Act.PASSWORD_SET, link.staff.name, organisation_id=office, staff=link.staff_id)
    db.session.flush()
    return link.staff


def ask_for_reset(email: str) -> None:
    """Note that somebody forgot the password, if there is such a person. The answer is the same for everybody."""
    found = db.session.execute(
        sa.select(Staff.id, Staff.name, Membership.organisation_id)
        .join(Staff.memberships)
        .where(Staff.email == email.lower(), Staff.erased_at.is_(None))
        .order_by(is_current().desc(), Membership.id.desc())
        .limit(1)
    ).first()
    if found and not db.session.get(ResetRequest, found.id):
        db.session.add(ResetRequest(staff_id=found.id))
        audit.record(None, Act.RESET_ASKED, found.name, organisation_id=found.organisation_id, staff=found.id)
        db.session.flush()


def invite_by_mail(actor: Actor, people: Sequence[Membership]) -> int:
    """Let links be mailed to people whom the actor manages and who cannot sign in yet; return to how many: who has an address.

    Raises ForbiddenError for one who holds more than the actor may give.
    """
    invited = [one.staff for one in people if one.staff.email and one.staff.password_hash is None]
    check_may_act_for(actor, *(staff.id for staff in invited))
    for staff in invited:
        row = db.session.get(ResetRequest, staff.id) or ResetRequest(staff_id=staff.id)
        row.asked_by_id, row.attempts, row.try_at = actor.staff_id, 0, None
        db.session.add(row)
    db.session.flush()
    return len(invited)


def reset_requests(actor: Actor) -> sa.Select[Membership, dt.datetime]:
    """Return the statement of the people the actor manages who wait for a new link, longest first."""
    return (
        sa.select(Membership, ResetRequest.requested_at)
        .join(Membership.staff)
        .join(ResetRequest, ResetRequest.staff_id == Staff.id)
        .options(joinedload(Membership.staff))
        .where(visible_to(actor), is_current(), ResetRequest.asked_by_id.is_(None))
        .order_by(ResetRequest.requested_at)
    )
