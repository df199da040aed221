"""Second factors (二段階の確認): passkeys (WebAuthn level 3), apps (TOTP, RFC 6238), and codes for the day without either."""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pyotp
import sqlalchemy as sa
import webauthn
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, options_to_json
from webauthn.helpers.structs import PublicKeyCredentialDescriptor

from kernel import clock
from kernel.database import add, db
from kernel.errors import ForbiddenError, InvalidError, NotFoundError
from kernel.secret import digest, drawn, grouped

from people import audit
from people.act import Act
from people.membership import managed_membership
from people.models import OpenSignIn, Staff
from people.role import check_may_act_for
from people.signing_in import open_sign_in
from people.signing_in.models import FactorKind, RecoveryCode, SecondFactor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from people.permission import Actor

ISSUER = "ともまなび"
RECOVERY_CODES, LENGTH = 10, 12
STEP = 30
"""Seconds for which a code of an app is shown (RFC 6238, 5.2); the ones before and after are taken, too."""
WRONG = "確認できませんでした。もう一度お試しください。"


@dataclass(frozen=True)
class Place:
    """Where passkeys are for: the origin of the application, whose host they are bound to."""

    origin: str

    @property
    def host(self) -> str:
        """Return the relying party's id."""
        return urlsplit(self.origin).hostname or ""


def factors_of(staff_id: int) -> Sequence[SecondFactor]:
    """Return what a person has, the earliest first."""
    return db.session.scalars(
        sa.select(SecondFactor).where(SecondFactor.staff_id == staff_id).order_by(SecondFactor.id)
    ).all()


def codes_left(staff_id: int) -> int:
    """Return how many recovery codes a person has not used yet."""
    return db.session.scalars(
        sa.select(sa.func.count()).where(RecoveryCode.staff_id == staff_id, RecoveryCode.used_at.is_(None))
    ).one()


def new_secret() -> str:
    """Return a new secret for an app, in base 32."""
    return pyotp.random_base32()


def app_address(secret: str, account: str) -> str:
    """Return the address by which an app takes a secret in, as its QR code holds it."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=ISSUER)


def add_app(actor: Actor, name: str, secret: str, code: str) -> list[str]:
    """Add an app that shows the right code; return recovery codes where it is the first factor. Raises InvalidError."""
    if not secret or any(row.secret == secret for row in factors_of(actor.staff_id)):
        message = "もう一度QRコードを読み取って、表示された6桁を入力してください。"
        raise InvalidError(message, field="code")
    step = _step_of(secret, code, 0)
    if step is None:
        message = "コードが合いません。アプリにいま表示されている6桁を入力してください。端末の時計も確かめてください。"
        raise InvalidError(message, field="code")
    return _add(actor, SecondFactor(kind=FactorKind.APP, name=name or "認証アプリ", secret=secret, count=step))


def passkey_options(actor: Actor, place: Place) -> tuple[str, str]:
    """Return what a browser needs to make a passkey, as JSON, and the challenge to remember."""
    options = webauthn.generate_registration_options(
        rp_id=place.host,
        rp_name=ISSUER,
        user_id=digest(f"passkey {actor.staff_id}").encode()[:32],
        user_name=actor.name,
        exclude_credentials=_known(actor.staff_id),
    )
    return options_to_json(options), bytes_to_base64url(options.challenge)


def add_passkey(actor: Actor, name: str, credential: str, challenge: str, place: Place) -> list[str]:
    """Add a passkey that a browser made; return recovery codes where it is the first factor. Raises InvalidError."""
    try:
        made = webauthn.verify_registration_response(
            credential=credential, expected_challenge=base64url_to_bytes(challenge), expected_rp_id=place.host,
            expected_origin=place.origin,
        )  # fmt: skip
    except Exception as error:  # the library raises what it happens to run into
        message = "パスキーを登録できませんでした。もう一度お試しください。"
        raise InvalidError(message) from error
    return _add(
        actor,
        SecondFactor(
            kind=FactorKind.PASSKEY, name=name or "パスキー", credential_id=bytes_to_base64url(made.credential_id),
            secret=base64.b64encode(made.credential_public_key).decode(), count=made.sign_count,
        ),
    )  # fmt: skip


def check_proved(actor: Actor) -> None:
    """Raise ForbiddenError at a sign-in that was not proved, where the person has a factor: the password alone changes none."""
    if factors_of(actor.staff_id) and not actor.is_proved:
        message = "二段階の確認をしたサインインが必要です。いちどサインアウトして、サインインし直してください。"
        raise ForbiddenError(message)


def _add(actor: Actor, factor: SecondFactor) -> list[str]:
    check_proved(actor)
    is_first = not factors_of(actor.staff_id)
    if is_first:
        open_sign_in.end_others(actor.staff_id, but=actor)  # begun before there was anything to prove
    factor.staff_id, factor.added_at, factor.used_at = actor.staff_id, clock.now(), clock.now()
    add(factor)
    open_sign_in.prove(actor.sign_in_id)
    audit.record(actor, Act.SECOND_FACTOR_ADDED, factor.name, staff=actor.staff_id)
    db.session.flush()
    return _drawn(actor.staff_id) if is_first else []


def new_codes(actor: Actor) -> list[str]:
    """Draw recovery codes; those of before end. They are shown once. Raises ForbiddenError as `check_proved` does."""
    check_proved(actor)
    return _drawn(actor.staff_id)


def _drawn(staff_id: int) -> list[str]:
    db.session.execute(sa.delete(RecoveryCode).where(RecoveryCode.staff_id == staff_id))
    codes = [drawn(LENGTH) for _number in range(RECOVERY_CODES)]
    db.session.add_all(RecoveryCode(staff_id=staff_id, code_digest=digest(code)) for code in codes)
    db.session.flush()
    return [grouped(code) for code in codes]


def _known(staff_id: int) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(id=base64url_to_bytes(row.credential_id))
        for row in factors_of(staff_id)
        if row.credential_id
    ]


def request_options(staff_id: int, place: Place) -> tuple[str, str]:
    """Return what a browser needs to show one of a person's passkeys, as JSON, and the challenge to remember."""
    options = webauthn.generate_authentication_options(rp_id=place.host, allow_credentials=_known(staff_id))
    return options_to_json(options), bytes_to_base64url(options.challenge)


def is_right_passkey(staff_id: int, credential: str, challenge: str, place: Place) -> bool:
    """Tell whether a browser showed one of a person's passkeys, for this challenge and here."""
    for row in factors_of(staff_id):
        if not row.credential_id:
            continue
        try:
            shown = webauthn.verify_authentication_response(
                credential=credential, expected_challenge=base64url_to_bytes(challenge), expected_rp_id=place.host,
                expected_origin=place.origin, credential_public_key=base64.b64decode(row.secret),
                credential_current_sign_count=row.count,
            )  # fmt: skip
        except Exception:  # noqa: BLE001, S112 - another's, or what the library happens to run into
            continue
        if bytes_to_base64url(shown.credential_id) == row.credential_id:
            row.count, row.used_at = shown.new_sign_count, clock.now()
            return True
    return False


def is_right_code(staff_id: int, typed: str) -> bool:
    """Tell whether a code is one of a person's apps, or a recovery code; either is used up by it."""
    code = "".join(sign for sign in typed.upper() if sign.isalnum())
    return _is_of_an_app(staff_id, code) or _is_for_recovery(staff_id, code)


def _step_of(secret: str, code: str, after: int) -> int | None:
    """Return the time step whose code was typed, later than the one that was used last."""
    now, totp = int(clock.now().timestamp()) // STEP, pyotp.TOTP(secret)
    steps = (step for step in (now - 1, now, now + 1) if step > after)
    return next((step for step in steps if hmac.compare_digest(totp.at(step * STEP).encode(), code.encode())), None)


def _is_of_an_app(staff_id: int, code: str) -> bool:
    for row in factors_of(staff_id):
        step = None if row.kind.is_passkey else _step_of(row.secret, code, row.count)
        if step is None:
            continue
        used = db.session.execute(
            sa.update(SecondFactor)
            .where(SecondFactor.id == row.id, SecondFactor.count < step)
            .values(count=step, used_at=clock.now())
            .returning(SecondFactor.id)
            .execution_options(synchronize_session=False)
        ).all()
        return bool(used)
    return False


def _is_for_recovery(staff_id: int, code: str) -> bool:
    used = db.session.execute(
        sa.update(RecoveryCode)
        .where(
            RecoveryCode.staff_id == staff_id, RecoveryCode.code_digest == digest(code), RecoveryCode.used_at.is_(None)
        )
        .values(used_at=clock.now())
        .returning(RecoveryCode.id)
        .execution_options(synchronize_session=False)
    ).all()
    if used:
        audit.record(None, Act.RECOVERY_CODE_USED, db.session.get_one(Staff, staff_id).name, staff=staff_id)
    return bool(used)


def remove(actor: Actor, factor_id: int) -> SecondFactor:
    """Remove one of the own factors; with the last one the recovery codes end. Raises NotFoundError."""
    row = db.session.scalar(
        sa.select(SecondFactor).where(SecondFactor.id == factor_id, SecondFactor.staff_id == actor.staff_id)
    )
    if row is None:
        raise NotFoundError
    check_proved(actor)
    db.session.delete(row)
    db.session.flush()
    if not factors_of(actor.staff_id):
        _end_all(actor.staff_id)
    audit.record(actor, Act.SECOND_FACTOR_REMOVED, row.name, staff=actor.staff_id)
    db.session.flush()
    return row


def _end_all(staff_id: int) -> None:
    for table in (SecondFactor, RecoveryCode):
        db.session.execute(sa.delete(table).where(table.staff_id == staff_id))
    db.session.execute(
        sa.update(OpenSignIn)
        .where(OpenSignIn.staff_id == staff_id)
        .values(second_factor_at=None)
        .execution_options(synchronize_session=False)
    )


def reset(staff: Staff) -> None:
    """Take every factor from a person who has lost them; the sign-ins end."""
    _end_all(staff.id)
    open_sign_in.end_all(staff)


def reset_for(actor: Actor, membership_id: int) -> Staff:
    """Take every factor from a person whom the actor manages. Raises NotFoundError, ForbiddenError for one who holds more."""
    membership = managed_membership(actor, membership_id)
    check_may_act_for(actor, membership.staff_id)
    if membership.staff_id == actor.staff_id:
        check_proved(actor)
    reset(membership.staff)
    audit.record(
        actor, Act.SECOND_FACTOR_RESET, membership.staff.name, organisation_id=membership.organisation_id,
        staff=membership.staff_id,
    )  # fmt: skip
    db.session.flush()
    return membership.staff
