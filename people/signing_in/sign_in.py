"""Sign-in: by e-mail, or by staff number and organisation; slowed down per account and address, and per address."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from kernel import clock
from kernel.database import db, insert
from kernel.errors import InvalidError, RefusalError
from kernel.spelling import folded, folded_number, plain_address

from people import audit
from people.act import Act
from people.membership import is_current
from people.models import Membership, Staff
from people.organisation import by_code_or_name
from people.signing_in import open_sign_in, password, second_factor
from people.signing_in.models import FailedSignIn, SignInPlace

if TYPE_CHECKING:
    from collections.abc import Callable

    from people.permission import Actor

WINDOW = dt.timedelta(minutes=15)
REMEMBERED = dt.timedelta(days=90)
"""How long an address counts as one's own after a sign-in."""
PER_ACCOUNT = 5
PER_ACCOUNT_ELSEWHERE = 50
PER_ADDRESS = 50
PER_COLLEAGUE = 5
"""A whole office comes from one address (三層の対策): each who has signed in there makes room for so many failures more."""

WRONG = "サインインできませんでした。入力した内容を確かめてください。"
WRONG_PRESENT = "いまのパスワードが違います。"
BLOCKED = "このアカウントのサインインは、団体の研修担当が停止しています。研修担当に相談してください。"
SLOW_DOWN = "サインインの失敗が続いたため、しばらく受け付けません。15分ほどたってから、もう一度お試しください。"


@dataclass(frozen=True)
class SignIn:
    """What a person typed: e-mail or staff number, the organisation (for a staff number), the password."""

    account: str
    organisation: str
    password: str
    address: str


def check(attempt: SignIn) -> Staff:
    """Return whose password was typed; the sentence of a refusal does not tell who exists.

    Failures count for the person, whichever name was typed. Raises InvalidError where it is wrong, where the
    office has stopped it (told only to whoever knows the password), or where account or address failed too often within 15 minutes. The failure is kept, so the caller must answer with a page that commits.
    """
    staff = _person(attempt)
    key = _key(staff.id) if staff else folded(f"{attempt.account}@{attempt.organisation}")
    _guarded(staff, key, attempt.address, lambda: _is_password(staff, attempt.password), WRONG)
    assert staff is not None  # noqa: S101 - nobody's password is right
    if staff.blocked_at:
        raise InvalidError(BLOCKED)
    return staff


def prove(staff: Staff, is_right: Callable[[], bool], address: str) -> None:
    """See whether somebody whose password was right shows a second factor, too. Raises InvalidError as `check` does."""
    _guarded(staff, f"second:{staff.id}", address, is_right, second_factor.WRONG)


def enter(staff: Staff, address: str, agent: str, *, proved: bool = False, only_for: int | None = None) -> Actor:
    """Begin the sign-in of somebody who is known by now; return its actor.

    Somebody who belongs to no organisation any more comes to the own record.
    """
    _remember(staff, address)
    signed_in = open_sign_in.begin(staff.id, address, agent, proved=proved, only_for=only_for)
    audit.record(signed_in, Act.SIGNED_IN, staff.name, staff=staff.id)
    db.session.flush()
    return signed_in


def _key(staff_id: int) -> str:
    return f"staff:{staff_id}"


def _is_password(staff: Staff | None, typed: str) -> bool:
    return password.matches(typed, staff.password_hash if staff else None)


def _guarded(staff: Staff | None, key: str, address: str, is_right: Callable[[], bool], wrong: str) -> None:
    """Check something secret. Raises InvalidError where it is wrong, or where there were too many failures lately; a failure is kept."""
    since = clock.now() - WINDOW
    if _fails_too_often(staff, key, address, since):
        raise InvalidError(SLOW_DOWN)
    if not is_right():
        db.session.add(FailedSignIn(account=key, address=address))
        db.session.execute(sa.delete(FailedSignIn).where(FailedSignIn.at <= since))
        if staff:
            act = Act.PASSWORD_WRONG if wrong == WRONG_PRESENT else Act.SIGN_IN_FAILED
            audit.record(None, act, staff.name, organisation_id=_office(staff), staff=staff.id)
        db.session.flush()
        raise InvalidError(wrong)
    db.session.execute(sa.delete(FailedSignIn).where(FailedSignIn.account == key, FailedSignIn.address == address))


def _office(staff: Staff) -> int | None:
    return db.session.scalar(
        sa.select(Membership.organisation_id)
        .where(Membership.staff_id == staff.id, is_current())
        .order_by(Membership.id)
        .limit(1)
    )


def check_own(actor: Actor, typed: str, address: str) -> Staff:
    """Check the password of somebody who has signed in; return who it is.

    Raises InvalidError where it is wrong, or was too often; the failure is kept, so the caller must answer with a page that commits.
    """
    staff = db.session.get_one(Staff, actor.staff_id)
    _guarded(staff, _key(staff.id), address, lambda: _is_password(staff, typed), WRONG_PRESENT)
    return staff


def _fails_too_often(staff: Staff | None, key: str, address: str, since: dt.datetime) -> bool:
    """Tell whether an account failed too often from this address, or from all where it never signed in, or the address did.

    Failures elsewhere lock nobody out of where they work, and failures of colleagues lock no office out.
    """
    here, everywhere, of_address = db.session.execute(
        sa.select(
            sa.func.count().filter(FailedSignIn.account == key, FailedSignIn.address == address),
            sa.func.count().filter(FailedSignIn.account == key),
            sa.func.count().filter(FailedSignIn.address == address),
        ).where(FailedSignIn.at > since, sa.or_(FailedSignIn.account == key, FailedSignIn.address == address))
    ).one()
    if here >= PER_ACCOUNT:
        return True
    if everywhere < PER_ACCOUNT_ELSEWHERE and of_address < PER_ADDRESS:
        return False
    colleagues, is_own = db.session.execute(
        sa.select(sa.func.count(), sa.func.count().filter(SignInPlace.staff_id == (staff.id if staff else 0))).where(
            SignInPlace.address == address, SignInPlace.at > clock.now() - REMEMBERED
        )
    ).one()
    return (
        everywhere >= PER_ACCOUNT_ELSEWHERE and not is_own
    ) or of_address >= PER_ADDRESS + PER_COLLEAGUE * colleagues


def _remember(staff: Staff, address: str) -> None:
    """Remember from where somebody signs in, and forget what is long ago."""
    now = clock.now()
    db.session.execute(
        insert(SignInPlace)
        .values(staff_id=staff.id, address=address, at=now)
        .on_conflict_do_update(index_elements=["staff_id", "address"], set_={"at": now})
    )
    db.session.execute(sa.delete(SignInPlace).where(SignInPlace.at <= now - REMEMBERED))


def _person(attempt: SignIn) -> Staff | None:
    """Return whose account is meant; a staff number is its present bearer's, else that of who bore it last and comes to the own record."""
    if "@" in attempt.account:
        return db.session.scalar(sa.select(Staff).where(Staff.email == plain_address(attempt.account)))
    try:
        organisation = by_code_or_name(attempt.organisation)
    except RefusalError:
        return None
    return db.session.scalar(
        sa.select(Staff)
        .join(Staff.memberships)
        .where(
            Membership.organisation_id == organisation.id,
            Membership.number_key.in_([folded_number(attempt.account), attempt.account]),
        )
        .order_by(
            is_current().desc(),
            Membership.number_key == attempt.account,
            Membership.left_on.desc().nulls_last(),
            Membership.id,
        )
        .limit(1)
    )


def change_password(actor: Actor, staff: Staff, new: str) -> Staff:
    """Change the own password and sign out everywhere else; return whose it is. Raises InvalidError where it cannot be taken."""
    staff.password_hash = password.renewed(staff.password_hash, new, staff.name, staff.email or "")
    open_sign_in.end_all(staff, but=actor)
    audit.record(actor, Act.PASSWORD_CHANGED, staff.name, staff=staff.id)
    db.session.flush()
    return staff
