"""Tables of joining: the invitation of an organisation, the transfer code of a person."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kernel import clock
from kernel.database import Base

from people.models import Organisation, Staff


class Invitation(Base):
    """A link by which so many people of an organisation may enter themselves. Only the digest of its token is kept.

    It rests on whoever made it: with their right it ends. Early ones do not say who that was.
    """

    __tablename__ = "invitation"
    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    made_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    token_digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    most: Mapped[int]
    joined: Mapped[int] = mapped_column(default=0)
    made_at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]
    organisation: Mapped[Organisation] = relationship(lazy="raise_on_sql")
    __table_args__ = (sa.CheckConstraint("joined >= 0 AND joined <= most", "joined_within_most"),)


class Applicant(Base):
    """Somebody who entered themselves by an invitation, with a password of their own, and whom the coordinator has not confirmed yet."""

    __tablename__ = "applicant"
    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    name: Mapped[str]
    reading: Mapped[str]
    email: Mapped[str]
    department: Mapped[str]
    post: Mapped[str]
    password_hash: Mapped[str]
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
