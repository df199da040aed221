"""Table of mailing: what the worker last did."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from kernel.database import Base


class WorkerLook(Base):
    """When the worker last looked after one of its tasks, when that last went well, and what kind of error it met since."""

    __tablename__ = "worker_look"
    task: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    looked_at: Mapped[dt.datetime]
    went_well_at: Mapped[dt.datetime | None]
    trouble: Mapped[str] = mapped_column(default="")
