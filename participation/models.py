"""Tables of participation: enrolments and their count, attendance, nominations and what became of them, calendar feeds."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kernel import clock
from kernel.database import Base
from kernel.vocabulary import Term

from people.models import Organisation, SizeClass, Staff

from courses.models import Course, CourseEdition, Level, Meeting, TrainingSession

from participation.allocation import Step


class EnrolmentState(Term):
    """Where an enrolment stands."""

    ENROLLED = "enrolled", "受講予定"
    IN_PROGRESS = "in progress", "受講中"
    COMPLETED = "completed", "修了"
    ABSENT = "absent", "欠席により未修了"
    WITHDRAWN = "withdrawn", "取りやめ"


OPEN_STATES = (EnrolmentState.ENROLLED, EnrolmentState.IN_PROGRESS)
_OPEN = sa.text("state IN ('enrolled', 'in progress')")


class Enrolment(Base):
    """An enrolment (受講): a person takes an edition, in a session or at the own pace.

    It keeps the organisation and size class that the person belonged to at that time: history does not move
    with people. `fiscal_year` is that of the enrolment.
    """

    __tablename__ = "enrolment"
    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"))
    course_id: Mapped[int] = mapped_column(sa.ForeignKey("course.id"))
    edition_id: Mapped[int] = mapped_column(sa.ForeignKey("course_edition.id"))
    session_id: Mapped[int | None] = mapped_column(sa.ForeignKey("training_session.id"))
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"))
    size_class: Mapped[SizeClass]
    fiscal_year: Mapped[int]
    level: Mapped[Level]
    state: Mapped[EnrolmentState] = mapped_column(default=EnrolmentState.ENROLLED)
    enrolled_at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    enrolled_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    lessons_finished_at: Mapped[dt.datetime | None]
    completed_at: Mapped[dt.datetime | None]
    staff: Mapped[Staff] = relationship(foreign_keys=staff_id, lazy="raise_on_sql")
    course: Mapped[Course] = relationship(lazy="raise_on_sql")
    edition: Mapped[CourseEdition] = relationship(lazy="raise_on_sql")
    session: Mapped[TrainingSession | None] = relationship(lazy="raise_on_sql")
    organisation: Mapped[Organisation] = relationship(lazy="raise_on_sql")
    __table_args__ = (
        sa.Index("uq_enrolment_open", "staff_id", "course_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        sa.Index("ix_enrolment_staff_id_fiscal_year", "staff_id", "fiscal_year"),
        sa.Index("ix_enrolment_session_id", "session_id"),
        sa.Index("ix_enrolment_course", "course_id", "organisation_id", "fiscal_year", "state"),
        sa.Index("ix_enrolment_organisation", "organisation_id", "fiscal_year", "course_id", "state"),
        sa.CheckConstraint("(state = 'completed') = (completed_at IS NOT NULL)", "completed_has_a_time"),
    )


class Presence(Term):
    """Whether somebody came to a meeting."""

    ATTENDED = "attended", "出席"
    ABSENT = "absent", "欠席"


class EnteredBy(Term):
    """How it became known that somebody came, or did not."""

    LIST = "list", "実施団体の入力"
    CODE = "code", "出席コード"
    FILE = "file", "会議ツールの記録"


class Attendance(Base):
    """The attendance (出欠) of somebody who is enrolled, at one meeting. Without a row it is not known yet."""

    __tablename__ = "attendance"
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meeting.id"), primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("enrolment.id"), primary_key=True, index=True)
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


ALL_LEVELS = "all"


class Uptake(Base):
    """How many enrolments and people an organisation has in a fiscal year, on one level and on all levels.

    It is kept in the transaction that changes it. `enrolled` counts everybody who has not withdrawn, `in_progress`
    and `completed` are parts of it; `people` counts each person once.
    """

    __tablename__ = "uptake"
    fiscal_year: Mapped[int] = mapped_column(primary_key=True)
    level: Mapped[str] = mapped_column(sa.String(8), primary_key=True)
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    enrolled: Mapped[int] = mapped_column(default=0)
    in_progress: Mapped[int] = mapped_column(default=0)
    completed: Mapped[int] = mapped_column(default=0)
    people: Mapped[int] = mapped_column(default=0)
    __table_args__ = (
        sa.CheckConstraint("enrolled >= in_progress + completed", "parts_within_whole"),
        sa.CheckConstraint("people >= 0 AND people <= enrolled", "people_within_enrolled"),
    )


class NominationState(Term):
    """Where a nomination stands. A place that is given or offered is taken; who waits has a number."""

    NOMINATED = "nominated", "推薦中"
    PLACED = "placed", "席あり"
    WAITING = "waiting", "待機"
    OFFERED = "offered", "席の案内中"
    DECLINED = "declined", "辞退"
    EXPIRED = "expired", "回答なし"
    WITHDRAWN = "withdrawn", "取下げ"


class NominationList(Base):
    """The list (推薦名簿) of an organisation for a session, with a note for the host. `on_behalf`: the host took it in."""

    __tablename__ = "nomination_list"
    session_id: Mapped[int] = mapped_column(sa.ForeignKey("training_session.id"), primary_key=True)
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True, index=True)
    note: Mapped[str] = mapped_column(default="")
    on_behalf: Mapped[bool] = mapped_column(default=False)
    changed_at: Mapped[dt.datetime] = mapped_column(default=clock.now, onupdate=clock.now)
    changed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    organisation: Mapped[Organisation] = relationship(lazy="raise_on_sql")


class Nomination(Base):
    """A person whom an organisation nominates (推薦) for a session, at a position of its own order.

    The allocation gives it a `turn` among all nominees, with step and reason, and `was_placed` where the turn came
    within the capacity. `answer_by` is when an offer of a place that came free expires.
    """

    __tablename__ = "nomination"
    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(sa.ForeignKey("training_session.id"))
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"))
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"), index=True)
    position: Mapped[int]
    state: Mapped[NominationState] = mapped_column(default=NominationState.NOMINATED)
    turn: Mapped[int | None]
    step: Mapped[Step | None]
    reason: Mapped[str] = mapped_column(default="")
    was_placed: Mapped[bool] = mapped_column(default=False)
    answer_by: Mapped[dt.datetime | None]
    staff: Mapped[Staff] = relationship(lazy="raise_on_sql")
    organisation: Mapped[Organisation] = relationship(lazy="raise_on_sql")
    session: Mapped[TrainingSession] = relationship(lazy="raise_on_sql")
    __table_args__ = (
        sa.UniqueConstraint("session_id", "staff_id"),
        sa.Index("ix_nomination_session_id_organisation_id", "session_id", "organisation_id", "position"),
        sa.Index("ix_nomination_organisation_id", "organisation_id", "state"),
        sa.CheckConstraint("(state = 'offered') = (answer_by IS NOT NULL)", "offered_has_a_date"),
    )


class Wish(Base):
    """A member of staff wishes to be nominated (希望)."""

    __tablename__ = "wish"
    session_id: Mapped[int] = mapped_column(sa.ForeignKey("training_session.id"), primary_key=True)
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"), primary_key=True, index=True)
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    note: Mapped[str] = mapped_column(default="")
    wished_at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    staff: Mapped[Staff] = relationship(lazy="raise_on_sql")
    session: Mapped[TrainingSession] = relationship(lazy="raise_on_sql")


class Allocation(Base):
    """The allocation (割当) of a session as it was decided, with the inputs from which anybody can replay it."""

    __tablename__ = "allocation"
    session_id: Mapped[int] = mapped_column(sa.ForeignKey("training_session.id"), primary_key=True)
    call: Mapped[dict[str, Any]]
    result: Mapped[dict[str, Any]]
    decided_at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))


class Override(Base):
    """A place that a human gave against the rule, to somebody and perhaps instead of somebody, with the reason."""

    __tablename__ = "override"
    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(sa.ForeignKey("training_session.id"), index=True)
    given_to_id: Mapped[int] = mapped_column(sa.ForeignKey("nomination.id"))
    instead_of_id: Mapped[int | None] = mapped_column(sa.ForeignKey("nomination.id"))
    reason: Mapped[str]
    made_at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    made_by_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"))
    given_to: Mapped[Nomination] = relationship(foreign_keys=given_to_id, lazy="raise_on_sql")
    instead_of: Mapped[Nomination | None] = relationship(foreign_keys=instead_of_id, lazy="raise_on_sql")
    __table_args__ = (sa.CheckConstraint("length(trim(reason)) > 0", "reason_not_blank"),)


class Certificate(Base):
    """A certificate (修了証), with what it said when it was issued: it changes with nobody and nothing."""

    __tablename__ = "certificate"
    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("enrolment.id"), unique=True)
    number: Mapped[str] = mapped_column(sa.String(32), unique=True)
    holder: Mapped[str]
    title: Mapped[str]
    edition_number: Mapped[int]
    completed_on: Mapped[dt.date]
    issued_at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    revoked_at: Mapped[dt.datetime | None]
    revoked_because: Mapped[str] = mapped_column(default="")
    enrolment: Mapped[Enrolment] = relationship(lazy="raise_on_sql")


class Provenance(Term):
    """How it is known that somebody learned something elsewhere."""

    DECLARED = "declared", "本人の申告"
    CONFIRMED = "confirmed", "確認ずみ"


class OutsideLearning(Base):
    """What somebody learned elsewhere. The organisation is the one of that time, whose coordinator confirms it."""

    __tablename__ = "outside_learning"
    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"))
    title: Mapped[str]
    provider: Mapped[str]
    learned_on: Mapped[dt.date]
    provenance: Mapped[Provenance] = mapped_column(default=Provenance.DECLARED)
    declared_at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    confirmed_at: Mapped[dt.datetime | None]
    confirmed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    staff: Mapped[Staff] = relationship(foreign_keys=staff_id, lazy="raise_on_sql")
    organisation: Mapped[Organisation] = relationship(lazy="raise_on_sql")
    __table_args__ = (
        sa.Index("ix_outside_learning_organisation_id", "organisation_id", "provenance"),
        sa.CheckConstraint("(provenance = 'confirmed') = (confirmed_at IS NOT NULL)", "confirmed_has_a_time"),
    )


class CalendarFeed(Base):
    """A private address of a calendar: of a person, or of an organisation as its coordinator sees it. Only the digest is kept."""

    __tablename__ = "calendar_feed"
    id: Mapped[int] = mapped_column(primary_key=True)
    token_digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organisation.id"))
    made_at: Mapped[dt.datetime] = mapped_column(default=clock.now)
