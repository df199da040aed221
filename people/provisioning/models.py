"""Tables of provisioning: keys by which an organisation's systems come, and the people whom they feed."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kernel import clock
from kernel.database import Base

from people.models import Membership, Staff


class ScimToken(Base):
    """A key (人事連携の鍵) of an organisation's system. Only its digest is kept; it rests on whoever made it. Several may stand at once."""

    __tablename__ = "scim_token"
    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    name: Mapped[str]
    token_digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    made_by_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"))
    made_at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[dt.datetime]
    used_at: Mapped[dt.datetime | None]
    made_by: Mapped[Staff] = relationship(lazy="raise_on_sql")


class ProvisionedUser(Base):
    """Somebody as an organisation's system says them: the resource as it was sent, and the membership that follows it."""

    __tablename__ = "provisioned_user"
    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"))
    membership_id: Mapped[int] = mapped_column(sa.ForeignKey("membership.id"), index=True)
    user_name: Mapped[str]
    name_key: Mapped[str]
    external_id: Mapped[str | None]
    resource: Mapped[dict[str, Any]]
    made_at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    changed_at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    membership: Mapped[Membership] = relationship(lazy="raise_on_sql")
    __table_args__ = (
        sa.UniqueConstraint("organisation_id", "name_key"),
        sa.Index("ix_provisioned_user_external_id", "organisation_id", "external_id"),
    )
