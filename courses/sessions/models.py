"""Tables of training sessions: a session, whose staff may come, and its meetings."""

from __future__ import annotations

import datetime as dt
import secrets
import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kernel import clock
from kernel.database import Base
from kernel.vocabulary import Term

from people.models import Organisation

from courses.models import CourseEdition


class Audience(Term):
    """Whose staff may take a place in a training session; the host's own staff always may."""

    ALL = "all", "すべての団体"
    PREFECTURE = "prefecture", "都道府県で選ぶ"
    SIZE = "size", "団体の規模で選ぶ"
    CHOSEN = "chosen", "団体を選ぶ"
    OWN = "own", "実施団体のみ"


class AdmissionRule(Term):
    """How the places of a training session are given."""

    NOMINATION = "nomination", "推薦と割当"
    FIRST_COME = "first come", "先着順"


session_audience = sa.Table(
    "session_organisation",
    Base.metadata,
    sa.Column("session_id", sa.ForeignKey("training_session.id"), primary_key=True),
    sa.Column("organisation_id", sa.ForeignKey("organisation.id"), primary_key=True, index=True),
)


session_lecturer = sa.Table(
    "session_lecturer",
    Base.metadata,
    sa.Column("session_id", sa.ForeignKey("training_session.id"), primary_key=True),
    sa.Column("lecturer_id", sa.ForeignKey("lecturer.id"), primary_key=True, index=True),
)


class Lecturer(Base):
    """Somebody who teaches, as an organisation knows them: where they belong, in which fields they teach, when they can."""

    __tablename__ = "lecturer"
    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"))
    name: Mapped[str]
    affiliation: Mapped[str]
    fields: Mapped[str]
    availability: Mapped[str]
    contact: Mapped[str]
    __table_args__ = (sa.UniqueConstraint("organisation_id", "name", "affiliation"),)


class TrainingSession(Base):
    """A training session (開催回): an edition taught together, in one or several meetings, for so many people.

    `starts_at` and `ends_at` span its meetings; `place` and `meeting_link` are where it usually meets. `taken` counts
    the places that are given or offered. Where places are given by nomination, `seed` is drawn when the session is
    planned and its digest shown; `decided_at` is when the host decided on the allocation. `sequence` counts the
    changes that a calendar must learn of. A draft is seen by its host only.
    """

    __tablename__ = "training_session"
    id: Mapped[int] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(sa.ForeignKey("course_edition.id"))
    host_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    starts_at: Mapped[dt.datetime] = mapped_column(index=True)
    ends_at: Mapped[dt.datetime]
    place: Mapped[str] = mapped_column(default="")
    meeting_link: Mapped[str] = mapped_column(default="")
    joining_notes: Mapped[str] = mapped_column(default="")
    lecturers: Mapped[list[str]] = mapped_column(default=list)
    capacity: Mapped[int]
    minimum: Mapped[int] = mapped_column(default=1)
    taken: Mapped[int] = mapped_column(default=0)
    giving: Mapped[AdmissionRule] = mapped_column(default=AdmissionRule.FIRST_COME)
    offer_days: Mapped[int] = mapped_column(default=3)
    seed: Mapped[str] = mapped_column(sa.String(64), default=lambda: secrets.token_hex(16))
    audience: Mapped[Audience] = mapped_column(default=Audience.ALL)
    audience_prefectures: Mapped[str] = mapped_column(default="")
    audience_sizes: Mapped[str] = mapped_column(default="")
    applications_open_at: Mapped[dt.datetime]
    applications_close_at: Mapped[dt.datetime]
    decided_at: Mapped[dt.datetime | None]
    called_off_at: Mapped[dt.datetime | None]
    cancelled_at: Mapped[dt.datetime | None]
    cancelled_because: Mapped[str] = mapped_column(default="")
    closed_at: Mapped[dt.datetime | None]
    is_draft: Mapped[bool] = mapped_column(default=False)
    sequence: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    edition: Mapped[CourseEdition] = relationship(lazy="raise_on_sql")
    host: Mapped[Organisation] = relationship(lazy="raise_on_sql")
    meetings: Mapped[list[Meeting]] = relationship(
        back_populates="session", lazy="raise_on_sql", order_by="Meeting.starts_at", cascade="all, delete-orphan"
    )
    chosen: Mapped[list[Organisation]] = relationship(
        secondary=session_audience, lazy="raise_on_sql", order_by=Organisation.reading
    )
    __table_args__ = (
        sa.CheckConstraint("taken >= 0 AND taken <= capacity", "taken_within_capacity"),
        sa.CheckConstraint("ends_at > starts_at", "ends_after_start"),
        sa.CheckConstraint("applications_close_at > applications_open_at", "applications_close_after_open"),
        sa.CheckConstraint("minimum >= 0 AND minimum <= capacity", "minimum_within_capacity"),
        sa.CheckConstraint("offer_days > 0", "offer_days_positive"),
        sa.Index("ix_training_session_edition_id_starts_at", "edition_id", "starts_at"),
    )

    @property
    def is_by_nomination(self) -> bool:
        """Tell whether organisations nominate and a rule allocates the places."""
        return self.giving is AdmissionRule.NOMINATION

    @property
    def going_on(self) -> list[Meeting]:
        """Return the meetings that are not cancelled, in their order (they must be loaded)."""
        return [meeting for meeting in self.meetings if meeting.cancelled_at is None]

    @property
    def next_meeting(self) -> Meeting:
        """Return the meeting that matters now: the next that is not over, else the last (they must be loaded)."""
        held = self.going_on or self.meetings
        return next((meeting for meeting in held if meeting.ends_at > clock.now()), held[-1])

    @property
    def is_off(self) -> bool:
        """Tell whether the session is not held: cancelled (中止) or called off for too few (不開催)."""
        return self.cancelled_at is not None or self.called_off_at is not None


class Meeting(Base):
    """A meeting of a training session: a date of its own. Empty place and link: as usual for the session.

    Calendars know it by its `uid`, whatever address the application has (RFC 7986 5.3).
    """

    __tablename__ = "meeting"
    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(sa.ForeignKey("training_session.id"), index=True)
    starts_at: Mapped[dt.datetime]
    ends_at: Mapped[dt.datetime]
    place: Mapped[str] = mapped_column(default="")
    meeting_link: Mapped[str] = mapped_column(default="")
    cancelled_at: Mapped[dt.datetime | None]
    cancelled_because: Mapped[str] = mapped_column(default="")
    sequence: Mapped[int] = mapped_column(default=0)
    uid: Mapped[str] = mapped_column(sa.String(120), default=lambda: f"{uuid.uuid4()}@tomomanabi", unique=True)
    changed_at: Mapped[dt.datetime] = mapped_column(default=clock.now, onupdate=clock.now)
    session: Mapped[TrainingSession] = relationship(back_populates="meetings", lazy="raise_on_sql")

    @property
    def where(self) -> str:
        """Return where it is held: its own place, else the usual one."""
        return self.place or self.session.place or "オンライン"

    @property
    def link(self) -> str:
        """Return the link of the web meeting: its own, else the usual one."""
        return self.meeting_link or self.session.meeting_link

    __table_args__ = (sa.CheckConstraint("ends_at > starts_at", "ends_after_start"),)
