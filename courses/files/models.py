"""Table of files that are handed out: what names a kept file beside the lessons of courses."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from kernel.database import Base


class SessionMaterial(Base):
    """A file of a training session, for those who take part or for its host alone, kept as assets are; `organisation_id`: in whose room it lies."""

    __tablename__ = "session_material"
    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(sa.ForeignKey("training_session.id"))
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(100))
    digest: Mapped[str] = mapped_column(sa.String(64), index=True)
    size: Mapped[int] = mapped_column(sa.BigInteger)
    is_for_host: Mapped[bool]
    added_at: Mapped[dt.datetime]
    __table_args__ = (sa.UniqueConstraint("session_id", "name"),)
