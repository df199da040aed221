"""Tables of attending: who came to a meeting, and the code that is shown at it."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kernel import clock
from kernel.database import BIG_ID, Base
from kernel.vocabulary import Term

from courses.sessions.models import Meeting


class Presence(Term):
    """Whether somebody came to a meeting."""

    ATTENDED = "attended", "出席"
    LATE = "late", "遅刻"
    LEFT_EARLY = "left early", "早退"
    ABSENT = "absent", "欠席"
    EXCUSED = "excused", "欠席（連絡あり）"

    @property
    def has_come(self) -> bool:
        """Tell whether it counts as attended: late or early as well; who missed too much is entered as absent."""
        return self in CAME


CAME = (Presence.ATTENDED, Presence.LATE, Presence.LEFT_EARLY)
MISSED = (Presence.ABSENT, Presence.EXCUSED)


class EnteredBy(Term):
    """How it became known that somebody came, or did not."""

    LIST = "list", "実施団体の入力"
    CODE = "code", "出席コード"
    FILE = "file", "会議ツールの記録"

    @property
    def is_usual(self) -> bool:
        """Tell whether it goes without saying."""
        return self is EnteredBy.LIST


class Attendance(Base):
    """The attendance (出欠) of somebody who is enrolled, at one meeting. Without a row it is not known yet."""

    __tablename__ = "attendance"
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meeting.id"), primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(BIG_ID, sa.ForeignKey("enrolment.id"), primary_key=True, index=True)
    presence: Mapped[Presence]
    entered_by: Mapped[EnteredBy]
    entered_at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    meeting: Mapped[Meeting] = relationship(lazy="raise_on_sql")


class AttendanceCode(Base):
    """The code (出席コード) that is shown at a meeting, while it is valid. A new one takes the place of the old one."""

    __tablename__ = "attendance_code"
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meeting.id"), primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(8), unique=True)
    valid_until: Mapped[dt.datetime]
    meeting: Mapped[Meeting] = relationship(lazy="raise_on_sql")
