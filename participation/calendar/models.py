"""Table of calendars: the private addresses."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from kernel import clock
from kernel.database import Base


class CalendarFeed(Base):
    """A private address of a calendar: of a person, or of an organisation as its coordinator sees it. Only the digest is kept.

    It ends with the sign-ins of whoever made it: when the password changes, or all are ended.
    """

    __tablename__ = "calendar_feed"
    id: Mapped[int] = mapped_column(primary_key=True)
    token_digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organisation.id"))
    sign_in_epoch: Mapped[int]
    made_at: Mapped[dt.datetime] = mapped_column(default=clock.now)
