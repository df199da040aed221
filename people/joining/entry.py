"""Memberships (所属): a person joins an organisation, is corrected, leaves."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from kernel import clock
from kernel.database import add, db
from kernel.errors import ConflictError, InvalidError, NotFoundError
from kernel.spelling import folded, folded_number

from people import audit
from people.act import Act
from people.membership import is_current, is_not_over, managed_membership
from people.models import Membership, Role, Staff
from people.organisation import organisation
from people.permission import Actor, Permission
from people.role import check_may_act_for, check_may_grant, check_not_last_administrator
from people.sections import post, posting, section

MOST_AT_ONCE = 200


@dataclass(frozen=True)
class JoinStaff:
    """A person to be entered as staff of an organisation."""

    organisation_id: int
    name: str
    reading: str
    email: str | None
    staff_number: str | None
    department: str = ""
    post: str = ""
    joined_on: dt.date | None = None


@dataclass(frozen=True)
class CorrectStaff:
    """What is corrected of a person and the membership."""

    name: str
    reading: str
    email: str | None
    staff_number: str | None
    department: str
    post: str
    joined_on: dt.date


def join(actor: Actor, command: JoinStaff, *, by_provider: bool = False) -> Membership:
    """Enter a person as staff of an organisation the actor manages.

    Raises NotFoundError for another organisation, InvalidError where neither e-mail nor staff number is
    given, ConflictError where one of them is taken. `by_provider`: they sign in by an identity provider, and need neither.
    """
    if command.organisation_id not in actor.scope(Permission.MANAGE_STAFF):
        raise NotFoundError
    membership = enter(command, by_provider=by_provider)
    audit.record(
        actor, Act.STAFF_ENTERED, command.name, organisation_id=command.organisation_id, membership=membership.id
    )
    return membership


def enter(command: JoinStaff, *, by_provider: bool = False) -> Membership:
    """Enter a person and the membership, without asking who acts (the loader of the sample staff has no actor)."""
    if not by_provider:
        check_sign_in_name(command.email, command.staff_number)
    _check_not_former(command)
    _check_email_free(command.email, staff_id=None)
    check_number_free(command.staff_number, command.organisation_id, None, command.joined_on or clock.today(), None)
    return belong(add(Staff(name=command.name, reading=command.reading, email=_lower(command.email))), command)


def belong(staff: Staff, command: JoinStaff) -> Membership:
    """Give a person a membership, from the day on that the command names. Raises ConflictError as `hold` does."""
    hold(staff)
    return add(
        Membership(
            staff=staff,
            organisation=organisation(command.organisation_id),
            staff_number=command.staff_number or None,
            section_id=section.named(command.organisation_id, command.department),
            post_id=post.named(command.organisation_id, command.post),
            joined_on=command.joined_on or clock.today(),
            grants=[],
        )
    )


def hold(staff: Staff) -> None:
    """Hold a person, so that nobody erases their data meanwhile. Raises ConflictError where that has been done."""
    db.session.flush()
    db.session.refresh(staff, ["erased_at"], with_for_update=True)
    if staff.erased_at:
        message = "この人の個人情報は消去されました。新しい職員として登録してください。"
        raise ConflictError(message)


def correct(actor: Actor, membership_id: int, command: CorrectStaff, *, by_provider: bool = False) -> Membership:
    """Correct a person's entry. Raises NotFoundError, InvalidError or ConflictError as `join` does."""
    membership = managed_membership(actor, membership_id)
    staff = membership.staff
    check_may_act_for(actor, staff.id)
    if not by_provider:
        check_sign_in_name(command.email, command.staff_number)
    if (command.name, command.reading, _lower(command.email)) != (staff.name, staff.reading, staff.email):
        _check_speaks_for(membership)
    _check_email_free(command.email, staff_id=staff.id)
    check_number_free(command.staff_number, membership.organisation_id, staff.id, command.joined_on, membership.left_on)
    if membership.left_on and command.joined_on > membership.left_on:
        message = f"所属は{clock.date_label(membership.left_on)}の前日に終わります。それより前の日にしてください。"
        raise InvalidError(message, field="joined_on")
    was_name, was_email = staff.name, staff.email or ""
    staff.name, staff.reading, staff.email = command.name, command.reading, _lower(command.email)
    membership.staff_number = command.staff_number or None
    posting.place(membership, command.department, command.post)
    membership.joined_on = command.joined_on
    if membership.posted_on and membership.posted_on < command.joined_on:
        membership.posted_on = None
    audit.record(
        actor,
        Act.STAFF_CORRECTED,
        staff.name,
        organisation_id=membership.organisation_id,
        was_name=was_name,
        was_email=was_email,
        email=staff.email or "",
    )
    db.session.flush()
    db.session.refresh(membership, ["department", "post"])
    return membership


def leave(actor: Actor, membership_id: int, last_day: dt.date) -> Membership:
    """End a membership after its last day, which may lie ahead.

    Raises NotFoundError, InvalidError for a day before it began, ConflictError for the last administrator.
    """
    membership = managed_membership(actor, membership_id)
    check_may_grant(actor, membership, {grant.role for grant in membership.grants})
    end(membership, last_day + dt.timedelta(days=1))
    audit.record(
        actor, Act.MEMBERSHIP_ENDED, membership.staff.name, organisation_id=membership.organisation_id,
        membership=membership.id, last_day=last_day.isoformat(),
    )  # fmt: skip
    db.session.flush()
    return membership


def end(membership: Membership, left_on: dt.date) -> None:
    """End a membership (with its grants loaded): `left_on` is the first day no longer in it.

    Raises InvalidError where it had not begun then, ConflictError for the last administrator.
    """
    if left_on < membership.joined_on:
        message = f"所属は{clock.date_label(membership.joined_on)}に始まります。それより後の日にしてください。"
        raise InvalidError(message, field="last_day")
    if any(grant.role is Role.ADMINISTRATOR for grant in membership.grants):
        check_not_last_administrator(membership)
    membership.left_on = left_on


def _lower(email: str | None) -> str | None:
    return email.lower() if email else None


def check_sign_in_name(email: str | None, staff_number: str | None) -> None:
    """Raise InvalidError where somebody would have nothing to sign in with."""
    if not email and not staff_number:
        message = "メールアドレスか職員番号のどちらかを入力してください。サインインに使います。"
        raise InvalidError(message, field="email")


def _check_not_former(command: JoinStaff) -> None:
    """Raise ConflictError for somebody who left the organisation and would be entered as a second person."""
    number = folded_number(command.staff_number or "")
    same_name = Staff.search_key.startswith(folded(command.name) + "\n", autoescape=True)
    if db.session.scalar(
        sa.select(Membership.id)
        .join(Membership.staff)
        .where(
            Membership.organisation_id == command.organisation_id,
            sa.not_(is_not_over()),
            sa.or_(
                sa.and_(Staff.email.is_not(None), Staff.email == _lower(command.email)),
                sa.and_(same_name, Membership.number_key == number),
            ),
        )
        .limit(1)
    ):
        message = "以前この団体にいた人です。「職員」の「所属が終わった人」から、もう一度所属する人を選んでください。記録もつながります。"
        raise ConflictError(message)


def _check_speaks_for(membership: Membership) -> None:
    """Raise ConflictError in the second office of a person (併任): name and sign-in address are the person's and the first office's."""
    first = db.session.scalar(
        sa.select(Membership)
        .options(joinedload(Membership.organisation))
        .where(Membership.staff_id == membership.staff_id, is_current())
        .order_by(Membership.joined_on, Membership.id)
        .limit(1)
    )
    if first and first.organisation_id != membership.organisation_id:
        message = f"氏名・フリガナ・メールアドレスは、先に所属している{first.organisation.name}が訂正します。この団体では、職員番号・部署・職・所属の日を直せます。"
        raise ConflictError(message)


def _check_email_free(email: str | None, staff_id: int | None) -> None:
    if email and db.session.scalar(
        sa.select(Staff.id).where(Staff.email == email.lower(), Staff.id != (staff_id or 0))
    ):
        message = "このメールアドレスは使えません。ほかの団体から移ってきた人は、本人の異動コードで登録してください。"
        raise ConflictError(message, field="email")


def check_number_free(
    staff_number: str | None, organisation_id: int, staff_id: int | None, joined_on: dt.date, left_on: dt.date | None
) -> None:
    """Raise ConflictError where somebody else of the organisation has the staff number on one of the days."""
    if staff_number and db.session.scalar(
        sa.select(Membership.id)
        .where(
            Membership.organisation_id == organisation_id,
            Membership.number_key == folded_number(staff_number),
            Membership.staff_id != (staff_id or 0),
            sa.or_(Membership.left_on.is_(None), Membership.left_on > joined_on),
            sa.true() if left_on is None else Membership.joined_on < left_on,
        )
        .limit(1)
    ):
        message = "この職員番号は、その時期にこの団体のほかの人が使っています。"
        raise ConflictError(message, field="staff_number")
