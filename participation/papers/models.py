"""Table of papers: how an organisation heads the letters that it sends."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from kernel.database import Base


class LetterheadSetting(Base):
    """How an organisation heads its letters, where it has said that itself."""

    __tablename__ = "letterhead_setting"
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    number: Mapped[str]
    sender: Mapped[str]
    stamps: Mapped[list[str]] = mapped_column(sa.JSON())
