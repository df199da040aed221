"""Tables of signing in: links to set a password, requests for one, sign-ins that failed; identity providers and whom they know."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kernel import clock
from kernel.database import Base
from kernel.vocabulary import Term

from people.models import Organisation, Staff


class LinkPurpose(Term):
    """Why a person is given a link to set a password."""

    INVITATION = "invitation", "招待"
    RESET = "reset", "パスワードの再設定"


class PasswordLink(Base):
    """A link with which a person, and nobody else, sets the password. Only the digest of its token is kept."""

    __tablename__ = "password_link"
    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"), index=True)
    purpose: Mapped[LinkPurpose]
    token_digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    standing: Mapped[str | None] = mapped_column(sa.String(64))
    expires_at: Mapped[dt.datetime]
    used_at: Mapped[dt.datetime | None]
    issued_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    staff: Mapped[Staff] = relationship(foreign_keys=[staff_id], lazy="raise_on_sql")


class FactorKind(Term):
    """With what somebody proves themselves beside the password."""

    PASSKEY = "passkey", "パスキー"
    APP = "app", "認証アプリ"

    @property
    def is_passkey(self) -> bool:
        """Tell whether it is a passkey."""
        return self is FactorKind.PASSKEY


class SecondFactor(Base):
    """Something somebody has: a passkey (WebAuthn), by its id and public key; an app (TOTP, RFC 6238), by their shared secret.

    `count` is the last signature count of a passkey, or the last time step whose code an app has used up.
    """

    __tablename__ = "second_factor"
    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"), index=True)
    kind: Mapped[FactorKind]
    name: Mapped[str]
    credential_id: Mapped[str | None] = mapped_column(unique=True)
    secret: Mapped[str]
    count: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    added_at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    used_at: Mapped[dt.datetime | None]


class RecoveryCode(Base):
    """A code for the day on which nothing else is at hand. Used once; only its digest is kept."""

    __tablename__ = "recovery_code"
    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"), index=True)
    code_digest: Mapped[str] = mapped_column(sa.String(64))
    used_at: Mapped[dt.datetime | None]


class Protocol(Term):
    """By which protocol an identity provider says who somebody is."""

    OPENID_CONNECT = "openid connect", "OpenID Connect"
    SAML = "saml", "SAML 2.0"

    @property
    def is_saml(self) -> bool:
        """Tell whether it is SAML."""
        return self is Protocol.SAML


class IdentityProvider(Base):
    """An identity provider (認証基盤) of an organisation: it says who signs in; what they may do is said here.

    Of OpenID Connect it has `client_id` and a secret, kept under the application's key; of SAML `sso_address` and `certificates` (PEM), several
    while they change. `number_claim` is the claim that bears the staff number, `endings` those of
    addresses that it may vouch for. `proves_twice`: it asks for a second factor itself. `tried_at`: a sign-in was tried with it as it is set up.
    """

    __tablename__ = "identity_provider"
    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    name: Mapped[str]
    issuer: Mapped[str]
    protocol: Mapped[Protocol] = mapped_column(
        default=Protocol.OPENID_CONNECT, server_default=Protocol.OPENID_CONNECT.value
    )
    client_id: Mapped[str] = mapped_column(default="")
    secret_sealed: Mapped[str] = mapped_column(default="")
    sso_address: Mapped[str] = mapped_column(default="", server_default="")
    certificates: Mapped[list[str]] = mapped_column(sa.JSON(), default=list, server_default="[]")
    number_claim: Mapped[str] = mapped_column(default="")
    endings: Mapped[list[str]] = mapped_column(sa.JSON(), default=list)
    proves_twice: Mapped[bool] = mapped_column(default=False)
    is_on: Mapped[bool] = mapped_column(default=False)
    tried_at: Mapped[dt.datetime | None]
    made_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    made_at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    organisation: Mapped[Organisation] = relationship(lazy="raise_on_sql")


class ProviderSubject(Base):
    """Under which subject an identity provider knows a person."""

    __tablename__ = "provider_subject"
    provider_id: Mapped[int] = mapped_column(sa.ForeignKey("identity_provider.id"), primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"), index=True)
    linked_at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    staff: Mapped[Staff] = relationship(lazy="raise_on_sql")


class ResetRequest(Base):
    """Somebody asked for a new password; the own organisation's coordinator hands over a link, or it is mailed.

    `asked_by_id`: the office has asked that a link be mailed to them. `attempts`: how often the mail was not taken; `try_at`: not before then.
    """

    __tablename__ = "reset_request"
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"), primary_key=True)
    asked_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    requested_at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    try_at: Mapped[dt.datetime | None]
    staff: Mapped[Staff] = relationship(foreign_keys=staff_id, lazy="raise_on_sql")


class FailedSignIn(Base):
    """A sign-in that failed: counted for the account tried and for the address it came from."""

    __tablename__ = "failed_sign_in"
    id: Mapped[int] = mapped_column(primary_key=True)
    account: Mapped[str]
    address: Mapped[str]
    at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    __table_args__ = (
        sa.Index("ix_failed_sign_in_account_at", "account", "at"),
        sa.Index("ix_failed_sign_in_address_at", "address", "at"),
    )


class SignInPlace(Base):
    """An address from which somebody has signed in lately: what a stranger does elsewhere must not lock them out there."""

    __tablename__ = "sign_in_place"
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"), primary_key=True)
    address: Mapped[str] = mapped_column(primary_key=True, index=True)
    at: Mapped[dt.datetime] = mapped_column(default=clock.now, index=True)
