"""Tables of the trail: the seals of the audit log, and up to which of them a log elsewhere knows."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from kernel.database import BIG_ID, Base


class AuditSeal(Base):
    """The seal of an audit entry: the digest of the entry and of the seal before, in the order in which entries were sealed."""

    __tablename__ = "audit_seal"
    number: Mapped[int] = mapped_column(BIG_ID, primary_key=True, autoincrement=False)
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("audit_entry.id"), unique=True)
    digest: Mapped[str] = mapped_column(sa.String(64))


class AuditTold(Base):
    """Up to which seal a log elsewhere has been told."""

    __tablename__ = "audit_told"
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(BIG_ID)
    __table_args__ = (sa.CheckConstraint("id = 1", "one_row"),)
