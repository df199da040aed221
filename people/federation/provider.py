"""Identity providers of an organisation: set up, tried, switched on and off, removed; and whom one means by what it says.

A provider speaks for its own organisation only: it is believed of people who belong there today, and gives no role elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from kernel import clock
from kernel.database import add, db
from kernel.errors import ConflictError, InvalidError, NotFoundError
from kernel.spelling import folded_number, is_address, plain_address

from people import audit
from people.act import Act
from people.federation import oidc, saml
from people.joining.models import Applicant
from people.membership import is_current
from people.models import Membership, OpenSignIn, Staff
from people.permission import Actor, Permission
from people.signing_in.models import IdentityProvider, Protocol, ProviderSubject

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from people.federation.wire import Client

LONGEST_SUBJECT = 255


@dataclass(frozen=True)
class SetUp:
    """What is said of a provider; an empty secret leaves the one that is there.

    `keeps_certificates`: those that are there stay beside the new ones, until the provider signs with these.
    """

    name: str
    issuer: str
    client_id: str
    secret: str
    number_claim: str
    endings: tuple[str, ...]
    proves_twice: bool
    protocol: Protocol = Protocol.OPENID_CONNECT
    sso_address: str = ""
    certificates: tuple[str, ...] = ()
    keeps_certificates: bool = False


@dataclass(frozen=True)
class Said:
    """What a provider says of somebody: under which subject it knows them, and what it calls them."""

    subject: str
    name: str = ""
    email: str = ""
    number: str = ""
    claims: Mapping[str, Any] = field(default_factory=dict)


def providers_of(organisation_id: int) -> Sequence[IdentityProvider]:
    """Return the providers of an organisation, the first first."""
    return db.session.scalars(
        sa.select(IdentityProvider)
        .where(IdentityProvider.organisation_id == organisation_id)
        .order_by(IdentityProvider.id)
    ).all()


def own(actor: Actor, provider_id: int) -> IdentityProvider:
    """Return a provider of the actor's own organisation. Raises NotFoundError for others, and for who may not set it up."""
    row = db.session.get(IdentityProvider, provider_id)
    if row is None or not _may(actor, row.organisation_id):
        raise NotFoundError
    return row


def _may(actor: Actor, organisation_id: int) -> bool:
    """Tell whether the actor administers an organisation of theirs: who says who its people are could be any of them."""
    return organisation_id in actor.organisation_ids and actor.may(Permission.SET_UP_SIGNING_IN, organisation_id)


def set_up(
    actor: Actor, organisation_id: int, command: SetUp, seal: Callable[[str], str], row: IdentityProvider | None = None
) -> IdentityProvider:
    """Set a provider up, or change it: it is off until it was tried and switched on.

    Raises NotFoundError for another organisation, InvalidError for one that has no secret. Whether it answers is asked before, without the database.
    """
    if not _may(actor, organisation_id):
        raise NotFoundError
    if row is None and not command.secret and not command.protocol.is_saml:
        message = "クライアントシークレットを入力してください。"
        raise InvalidError(message, field="secret")
    found = row or IdentityProvider(organisation_id=organisation_id, made_by_id=actor.staff_id)
    is_same = row is not None and (row.issuer, row.client_id) == (command.issuer, command.client_id)
    if row is not None and not is_same:  # another provider may know others by the same subjects
        _forget(row)
    found.name, found.issuer, found.client_id = command.name, command.issuer, command.client_id
    found.number_claim, found.endings = command.number_claim, list(command.endings)
    found.proves_twice, found.protocol, found.sso_address = command.proves_twice, command.protocol, command.sso_address
    former = found.certificates if row is not None and is_same and command.keeps_certificates else ()
    found.certificates = list(dict.fromkeys([*command.certificates, *former]))[: saml.MOST_CERTIFICATES]
    if command.secret:
        found.secret_sealed = seal(command.secret)
    if not is_same:
        found.is_on, found.tried_at = False, None
    add(found)
    audit.record(actor, Act.PROVIDER_SET, f"{command.name} {command.issuer}", organisation_id=organisation_id)
    db.session.flush()
    return found


def switch(actor: Actor, row: IdentityProvider, *, is_on: bool) -> None:
    """Let people sign in by a provider, or no more: then those who did are signed out. Raises ConflictError before it was tried."""
    if is_on and row.tried_at is None:
        message = "先に「試す」で、自分がサインインできることを確かめてください。"
        raise ConflictError(message)
    row.is_on = is_on
    if not is_on:
        _sign_out(row.organisation_id)
    audit.record(
        actor,
        Act.PROVIDER_SWITCHED,
        f"{row.name}：{'使う' if is_on else '止める'}",
        organisation_id=row.organisation_id,
    )
    db.session.flush()


def remove(actor: Actor, row: IdentityProvider) -> None:
    """Remove a provider, whom it knows, and the sign-ins by it."""
    _forget(row)
    audit.record(actor, Act.PROVIDER_REMOVED, row.name, organisation_id=row.organisation_id)
    db.session.delete(row)
    db.session.flush()


def _forget(row: IdentityProvider) -> None:
    """Let go of what rests on a provider: sign-ins by it, whom it knows, and who asked by it to be let in."""
    _sign_out(row.organisation_id)
    for table in (ProviderSubject, Applicant):
        db.session.execute(sa.delete(table).where(table.provider_id == row.id))


def _sign_out(organisation_id: int) -> None:
    db.session.execute(sa.delete(OpenSignIn).where(OpenSignIn.only_for_id == organisation_id))


def note_tried(row: IdentityProvider) -> None:
    """Note that whoever sets a provider up could sign in by it."""
    row.tried_at = clock.now()
    db.session.flush()


def open_provider(provider_id: int) -> IdentityProvider:
    """Return a provider that is switched on, with its organisation. Raises NotFoundError."""
    row = db.session.scalar(
        sa.select(IdentityProvider)
        .options(joinedload(IdentityProvider.organisation))
        .where(IdentityProvider.id == provider_id, IdentityProvider.is_on)
    )
    if row is None:
        message = "この認証基盤は、いまは使われていません。"
        raise NotFoundError(message)
    return row


def by_which(organisation_id: int, staff_id: int) -> IdentityProvider:
    """Return the provider of an organisation that knows somebody, the latest if there are several. Raises NotFoundError."""
    row = db.session.scalars(
        sa.select(IdentityProvider)
        .join(ProviderSubject, ProviderSubject.provider_id == IdentityProvider.id)
        .where(
            IdentityProvider.organisation_id == organisation_id,
            IdentityProvider.is_on,
            ProviderSubject.staff_id == staff_id,
        )
        .order_by(IdentityProvider.id.desc())
    ).first()
    if row is None:
        raise NotFoundError
    return row


def client_of(row: IdentityProvider, unseal: Callable[[str], str], own_name: str) -> Client:
    """Return what is needed to ask a provider, which knows us by SAML as `own_name`. Raises InvalidError where its secret cannot be read any more."""
    if row.protocol.is_saml:
        return saml.Client(row.issuer, row.sso_address, tuple(row.certificates), own_name)
    try:
        return oidc.Client(row.issuer, row.client_id, unseal(row.secret_sealed))
    except ValueError as error:
        message = "認証基盤のシークレットを読めません。団体の管理者が、設定で入力し直してください。"
        raise InvalidError(message) from error


def said_of(row: IdentityProvider, claims: Mapping[str, Any]) -> Said:
    """Return what claims say of somebody; an address only where the provider may vouch for it, and says that it is theirs."""
    subject = str(claims.get("sub", ""))[:LONGEST_SUBJECT]
    email = plain_address(str(claims.get("email", "")))[:LONGEST_SUBJECT]
    vouched = is_address(email) and claims.get("email_verified", True) is not False
    if row.endings and not email.endswith(tuple(f"@{ending}" for ending in row.endings)):
        vouched = False
    parts = " ".join(str(claims[one]) for one in ("family_name", "given_name") if claims.get(one))
    name = parts if parts and not parts.isascii() else str(claims.get("name", "") or parts)
    number = str(claims.get(row.number_claim, ""))[:32] if row.number_claim else ""
    return Said(subject, name[:100], email if vouched else "", number, claims)


def meant(row: IdentityProvider, said: Said) -> Staff | None:
    """Return whom a provider means: whom it is known to mean, else the one of its organisation with this number, else with this address.

    None where nobody of the organisation, or several, are meant. Raises ConflictError for somebody who belongs there no more.
    """
    known = db.session.scalar(
        sa.select(Staff).join(ProviderSubject, ProviderSubject.staff_id == Staff.id).where(
            ProviderSubject.provider_id == row.id, ProviderSubject.subject == said.subject
        )
    )  # fmt: skip
    if known:
        here = sa.exists().where(
            Membership.staff_id == known.id, Membership.organisation_id == row.organisation_id, is_current()
        )
        if not db.session.scalar(sa.select(here)):
            message = "この団体の所属が終わったため、団体の認証基盤ではサインインできません。メールアドレスとパスワードでサインインしてください。"
            raise ConflictError(message)
        return known
    for where in (
        Membership.number_key == folded_number(said.number)[:32] if said.number else None,
        Staff.email == said.email if said.email else None,
    ):
        if where is None:
            continue
        found = db.session.scalars(
            sa.select(Staff)
            .join(Staff.memberships)
            .where(Membership.organisation_id == row.organisation_id, is_current(), where)
            .distinct()
            .limit(2)
        ).all()
        if len(found) == 1 and not _is_known_otherwise(row, found[0].id):
            return found[0]
    return None


def _is_known_otherwise(row: IdentityProvider, staff_id: int) -> bool:
    """Tell whether a provider knows a person by another subject already: two accounts are never one person by themselves."""
    is_known = sa.exists().where(ProviderSubject.provider_id == row.id, ProviderSubject.staff_id == staff_id)
    return bool(db.session.scalar(sa.select(is_known)))


def link(row: IdentityProvider, said: Said, staff: Staff) -> None:
    """Keep under which subject a provider knows a person; what is there already stays."""
    if db.session.get(ProviderSubject, (row.id, said.subject)):
        return
    db.session.add(ProviderSubject(provider_id=row.id, subject=said.subject, staff_id=staff.id))
    audit.record(None, Act.PROVIDER_LINKED, staff.name, organisation_id=row.organisation_id, staff=staff.id)
    db.session.flush()


def apply(row: IdentityProvider, said: Said, *, name: str, reading: str, department: str, post: str) -> Applicant:
    """Note somebody whom a provider knows and nobody here: the office confirms them. Raises ConflictError for a second time."""
    same = sa.exists().where(Applicant.provider_id == row.id, Applicant.subject == said.subject)
    if db.session.scalar(sa.select(same)):
        message = "すでに登録を申し込んでいます。研修担当が確かめるまでお待ちください。"
        raise ConflictError(message)
    if not said.email and not said.number:
        message = (
            "認証基盤から、メールアドレスも職員番号も届いていません。研修担当に、職員として登録してもらってください。"
        )
        raise InvalidError(message)
    audit.record(None, Act.APPLIED, name, organisation_id=row.organisation_id)
    return add(
        Applicant(
            organisation_id=row.organisation_id, name=name, reading=reading, email=said.email, department=department, post=post,
            password_hash="", staff_number=said.number or None, provider_id=row.id, subject=said.subject,
        )
    )  # fmt: skip
