"""An invitation (招待): a link by which the people of an organisation enter themselves as its staff.

A town that joins needs no roster: its coordinator passes the link on in the office. Whoever has the link can enter
themselves, so it is valid for a limited time and number of people, can be ended at once, and each entry waits until the
coordinator has confirmed it. Without that, only the addresses of one ending are taken, and the link by which somebody signs in
goes there by mail: whoever reads the mails of that address is let in, and nobody else.
"""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from kernel import clock
from kernel.database import add, db
from kernel.errors import ConflictError, InvalidError, NotFoundError
from kernel.secret import digest

from people import audit
from people.act import Act
from people.actor import actor_of
from people.joining import entry
from people.joining.models import Applicant, Invitation
from people.models import Organisation, Staff
from people.permission import Actor, Permission
from people.sections import section
from people.signing_in import password, password_link

VALID_FOR, LONGEST = dt.timedelta(days=14), dt.timedelta(days=90)
MOST_OPEN = 50
MOST_LOOKED_AT = 500


@dataclass(frozen=True)
class Invite:
    """For how many an invitation is, until which last day, what their addresses end in, into which section they come, and whether each is approved."""

    most: int
    name: str = ""
    ending: str = ""
    department: str = ""
    last_day: dt.date | None = None
    needs_approval: bool = True


@dataclass(frozen=True)
class Enter:
    """What somebody writes who enters by an invitation."""

    name: str
    reading: str
    email: str
    department: str
    post: str
    password: str


def _is_open() -> sa.ColumnElement[bool]:
    return sa.and_(
        Invitation.expires_at > clock.now(), Invitation.ended_at.is_(None), Invitation.joined < Invitation.most
    )


def open_ones(organisation_id: int) -> list[Invitation]:
    """Return the invitations of an organisation that are open, the latest first, each with its section."""
    found = db.session.scalars(
        sa.select(Invitation)
        .options(joinedload(Invitation.section))
        .where(Invitation.organisation_id == organisation_id, _is_open())
        .order_by(Invitation.id.desc())
        .limit(MOST_LOOKED_AT)
    ).all()
    may = {maker: _may_invite(maker, organisation_id) for maker in {one.made_by_id for one in found}}
    return [one for one in found if may[one.made_by_id]][:MOST_OPEN]


def invite(actor: Actor, organisation_id: int, command: Invite) -> str:
    """Make an invitation and return its token; others go on.

    Raises NotFoundError for an organisation whose staff the actor does not manage, InvalidError for a last day that is past or far ahead,
    or where neither an approval nor an ending of addresses is asked for,
    ConflictError where too many are open.
    """
    name = _managed(actor, organisation_id).name
    last = command.last_day or clock.today() + VALID_FOR - clock.DAY
    if not clock.today() <= last <= clock.today() + LONGEST:
        message = "使える最後の日は、今日から90日のうちにしてください。"
        raise InvalidError(message, field="last_day")
    if not (command.needs_approval or command.ending):
        message = "確かめずに登録するリンクには、メールアドレスの@より後を入力してください。"
        raise InvalidError(message, field="ending")
    if len(open_ones(organisation_id)) >= MOST_OPEN:
        message = f"いま使えるリンクは{MOST_OPEN}本までです。使わないリンクを終わりにしてください。"
        raise ConflictError(message)
    token = secrets.token_urlsafe(24)
    add(
        Invitation(
            organisation_id=organisation_id, made_by_id=actor.staff_id, token_digest=digest(token), most=command.most,
            name=command.name, ending=command.ending, section_id=section.named(organisation_id, command.department),
            expires_at=clock.at(last + clock.DAY, dt.time()), needs_approval=command.needs_approval,
        )
    )  # fmt: skip
    audit.record(actor, Act.OFFICE_INVITED, name, organisation_id=organisation_id, most=command.most)
    return token


def end(actor: Actor, organisation_id: int, invitation_id: int | None) -> None:
    """End an invitation of an organisation, or all of them. Raises NotFoundError as `invite` does, and for another one's."""
    name = _managed(actor, organisation_id).name
    which = sa.true() if invitation_id is None else Invitation.id == invitation_id
    ended = db.session.scalars(
        sa.update(Invitation)
        .where(which, Invitation.organisation_id == organisation_id, Invitation.ended_at.is_(None))
        .values(ended_at=clock.now())
        .returning(Invitation.id)
    ).all()
    if invitation_id is not None and not ended:
        raise NotFoundError
    audit.record(actor, Act.OFFICE_INVITATION_ENDED, name, organisation_id=organisation_id)


def _managed(actor: Actor, organisation_id: int) -> Organisation:
    if organisation_id not in actor.scope(Permission.MANAGE_STAFF):
        raise NotFoundError
    return db.session.get_one(Organisation, organisation_id, with_for_update=True)


def opened(token: str) -> Invitation:
    """Return the invitation that a token opens, with its organisation. Raises NotFoundError where it is not open."""
    invitation = db.session.scalar(
        sa.select(Invitation)
        .options(joinedload(Invitation.organisation), joinedload(Invitation.section))
        .where(Invitation.token_digest == digest(token), _is_open())
    )
    if invitation is None or not _may_invite(invitation.made_by_id, invitation.organisation_id):
        message = "この招待のリンクは使えません。期限が切れたか、人数に達したか、発行した人の担当が終わりました。研修担当に新しいリンクを頼んでください。"
        raise NotFoundError(message)
    return invitation


def _may_invite(maker_id: int | None, organisation_id: int) -> bool:
    """Tell whether whoever made an invitation could make it today; early ones do not say who that was."""
    if maker_id is None:
        return True
    maker = actor_of(maker_id)
    return maker is not None and maker.may(Permission.MANAGE_STAFF, organisation_id)


def accept(token: str, command: Enter) -> Invitation:
    """Note somebody who wants to be staff of the organisation that invites, with a password of their own; without approval, enter them.

    Nothing is said of whether the address is known: that is for the coordinator. Raises NotFoundError where the invitation is not
    open, ConflictError where others were faster, InvalidError for a password that cannot be taken.
    """
    invitation = opened(token)
    if invitation.ending and not command.email.lower().endswith(f"@{invitation.ending}"):
        message = f"このリンクでは、「@{invitation.ending}」のメールアドレスだけを登録できます。"
        raise InvalidError(message, field="email")
    taken = db.session.execute(
        sa.update(Invitation)
        .where(Invitation.id == invitation.id, _is_open())
        .values(joined=Invitation.joined + 1)
        .returning(Invitation.id)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if taken is None:
        message = "招待の人数に達しました。研修担当に新しいリンクを頼んでください。"
        raise ConflictError(message)
    department = invitation.section.title if invitation.section else command.department
    if not invitation.needs_approval:
        _enter(invitation, command, department)
        return invitation
    add(
        Applicant(
            organisation_id=invitation.organisation_id, name=command.name, reading=command.reading, email=command.email,
            department=department, post=command.post,
            password_hash=password.hashed(command.password, command.name, command.email),
        )
    )  # fmt: skip
    audit.record(None, Act.APPLIED, command.name, organisation_id=invitation.organisation_id)
    return invitation


def _enter(invitation: Invitation, command: Enter, department: str) -> None:
    """Enter somebody, and let a link be mailed to the address that they gave; who is known by it already is sent one, too."""
    maker = actor_of(invitation.made_by_id) if invitation.made_by_id else None
    if maker is None or db.session.scalar(sa.select(Staff.id).where(Staff.email == command.email.lower())):
        password_link.ask_for_reset(command.email)
        return
    entered = entry.enter(
        entry.JoinStaff(
            invitation.organisation_id, command.name, command.reading, command.email, None, department, command.post
        )
    )
    audit.record(
        None, Act.ENTERED_BY_INVITATION, command.name, organisation_id=invitation.organisation_id, staff=entered.staff_id
    )  # fmt: skip
    password_link.invite_by_mail(maker, [entered])
