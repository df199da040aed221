"""Tables of notices: the outbox, and how somebody wants to be told."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kernel import clock
from kernel.database import BIG_ID, Base
from kernel.vocabulary import Term

from people.models import Staff

from courses.models import Course
from courses.sessions.models import TrainingSession

from participation.notices.kinds import NoticeKind


class MailState(Term):
    """What became of the mail of a notice."""

    DUE = "due", "メールはこれから"
    SENT = "sent", "メール送信済"
    SKIPPED = "skipped", "メールなし"
    FAILED = "failed", "メールを送れませんでした"

    @property
    def is_due(self) -> bool:
        """Tell whether it is still to be sent."""
        return self is MailState.DUE


class MailWish(Term):
    """How somebody wants to be mailed."""

    DAILY = "daily", "一日一回まとめて"
    AT_ONCE = "at once", "その都度"
    NEVER = "never", "必要なものだけ"


class Notice(Base):
    """A notice for one person, about a session, a course, or what a page shows (`path`). `key` keeps the same thing from being told twice.

    Notices that share a `message_id` are one mail; it is kept before the mail is sent, so that a repeated mail bears
    the same one. `claimed_until` is how long a worker has to send it before another one tries.
    """

    __tablename__ = "notice"
    id: Mapped[int] = mapped_column(BIG_ID, primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(120), unique=True)
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"))
    kind: Mapped[NoticeKind]
    session_id: Mapped[int | None] = mapped_column(sa.ForeignKey("training_session.id"), index=True)
    course_id: Mapped[int | None] = mapped_column(sa.ForeignKey("course.id"), index=True)
    nomination_id: Mapped[int | None]
    path: Mapped[str | None]
    title: Mapped[str]
    text: Mapped[str]
    made_at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    read_at: Mapped[dt.datetime | None]
    mail_state: Mapped[MailState] = mapped_column(default=MailState.DUE)
    mail_at: Mapped[dt.datetime]
    claimed_until: Mapped[dt.datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    message_id: Mapped[str | None]
    sent_at: Mapped[dt.datetime | None]
    staff: Mapped[Staff] = relationship(lazy="raise_on_sql")
    session: Mapped[TrainingSession | None] = relationship(lazy="raise_on_sql")
    course: Mapped[Course | None] = relationship(lazy="raise_on_sql")
    __table_args__ = (
        sa.Index("ix_notice_staff_id_id", "staff_id", "id"),
        sa.Index("ix_notice_mail_state_mail_at", "mail_state", "mail_at"),
    )


class NoticePreference(Base):
    """How somebody wants to be mailed; who said nothing is mailed once a day."""

    __tablename__ = "notice_preference"
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"), primary_key=True)
    mail: Mapped[MailWish] = mapped_column(default=MailWish.DAILY)


class ReminderSetting(Base):
    """How an organisation reminds its people, where it has set that itself."""

    __tablename__ = "reminder_setting"
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    days_before: Mapped[list[int]] = mapped_column(sa.JSON())
    weeks_after: Mapped[int]
    to_heads: Mapped[bool]
    to_coordinators: Mapped[bool]
