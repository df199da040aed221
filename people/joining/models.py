"""Tables of joining: the invitation of an organisation, the transfer code of a person, what one organisation offers another."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kernel import clock
from kernel.database import Base
from kernel.vocabulary import Term

from people.models import Membership, Organisation, Section, Staff


class Invitation(Base):
    """A link by which so many people of an organisation may enter themselves. Only the digest of its token is kept.

    It rests on whoever made it: with their right it ends. Early ones do not say who that was. Several may be open at once: `name` tells
    them apart, `ending` is what the addresses of those who enter end in, `section_id` the section that they come into. Without
    approval they are staff at once, and a link to sign in goes to the address that they gave.
    """

    __tablename__ = "invitation"
    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    made_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    name: Mapped[str] = mapped_column(default="", server_default="")
    ending: Mapped[str] = mapped_column(default="", server_default="")
    section_id: Mapped[int | None] = mapped_column(sa.ForeignKey("section.id"), index=True)
    needs_approval: Mapped[bool] = mapped_column(default=True, server_default=sa.true())
    token_digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    most: Mapped[int]
    joined: Mapped[int] = mapped_column(default=0)
    made_at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]
    organisation: Mapped[Organisation] = relationship(lazy="raise_on_sql")
    section: Mapped[Section | None] = relationship(lazy="raise_on_sql")
    __table_args__ = (sa.CheckConstraint("joined >= 0 AND joined <= most", "joined_within_most"),)

    @property
    def last_day(self) -> dt.date:
        """The last day on which somebody may enter by it."""
        return clock.local(self.expires_at - dt.timedelta(seconds=1)).date()


class Applicant(Base):
    """Somebody who entered themselves by an invitation, with a password of their own, and whom the coordinator has not confirmed yet.

    Or whom an identity provider knows by a `subject`, and nobody here yet: they have no password.
    """

    __tablename__ = "applicant"
    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    name: Mapped[str]
    reading: Mapped[str]
    email: Mapped[str]
    department: Mapped[str]
    post: Mapped[str]
    password_hash: Mapped[str]
    staff_number: Mapped[str | None] = mapped_column(sa.String(32))
    provider_id: Mapped[int | None] = mapped_column(sa.ForeignKey("identity_provider.id"), index=True)
    subject: Mapped[str | None]
    applied_at: Mapped[dt.datetime] = mapped_column(default=clock.now)


class TransferCode(Base):
    """A code with which a person is entered by another organisation. Only its digest is kept.

    `ends_present` says that the present memberships end on the day the new one begins (異動), or that they go on (併任).
    It ends with the person's sign-ins: when the password changes, or all are ended.
    """

    __tablename__ = "transfer_code"
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"), primary_key=True)
    code_digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    ends_present: Mapped[bool]
    sign_in_epoch: Mapped[int]
    expires_at: Mapped[dt.datetime]
    staff: Mapped[Staff] = relationship(lazy="raise_on_sql")


class OfferState(Term):
    """Where a transfer stands that one organisation offers another."""

    OFFERED = "offered", "相手の団体の返事待ち"
    TAKEN = "taken", "引き受けました"
    DECLINED = "declined", "引き受けませんでした"
    WITHDRAWN = "withdrawn", "取り下げました"

    @property
    def is_offered(self) -> bool:
        """Tell whether the other organisation is to answer."""
        return self is OfferState.OFFERED

    @property
    def is_taken(self) -> bool:
        """Tell whether the person comes to the other organisation."""
        return self is OfferState.TAKEN

    @property
    def is_standing(self) -> bool:
        """Tell whether it is neither declined nor withdrawn."""
        return self in STANDING


STANDING = (OfferState.OFFERED, OfferState.TAKEN)
_STANDING = sa.text("state IN ('offered', 'taken')")


class TransferOffer(Base):
    """A transfer (団体間の異動) that the old organisation offers and the new one takes; the person needs no code.

    `day` is the first day at the new one. `ends_present`: the membership ends before it (異動), else it goes on (併任・派遣).
    `taken_id` is the new membership, `left_before` when the old one would have ended without it.
    """

    __tablename__ = "transfer_offer"
    id: Mapped[int] = mapped_column(primary_key=True)
    membership_id: Mapped[int] = mapped_column(sa.ForeignKey("membership.id"))
    from_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"))
    to_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"))
    day: Mapped[dt.date]
    ends_present: Mapped[bool] = mapped_column(default=True)
    state: Mapped[OfferState] = mapped_column(default=OfferState.OFFERED)
    offered_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    offered_at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    answered_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    answered_at: Mapped[dt.datetime | None]
    because: Mapped[str] = mapped_column(default="")
    taken_id: Mapped[int | None] = mapped_column(sa.ForeignKey("membership.id"), index=True)
    left_before: Mapped[dt.date | None]
    membership: Mapped[Membership] = relationship(foreign_keys=membership_id, lazy="raise_on_sql")
    from_organisation: Mapped[Organisation] = relationship(foreign_keys=from_id, lazy="raise_on_sql")
    to_organisation: Mapped[Organisation] = relationship(foreign_keys=to_id, lazy="raise_on_sql")
    __table_args__ = (
        sa.CheckConstraint("from_id <> to_id", "elsewhere"),
        sa.Index(
            "uq_transfer_offer_standing", "membership_id", unique=True, sqlite_where=_STANDING,
            postgresql_where=_STANDING,
        ),
        sa.Index("ix_transfer_offer_from_id", "from_id", "day", "state"),
        sa.Index("ix_transfer_offer_to_id", "to_id", "day", "state"),
    )  # fmt: skip
