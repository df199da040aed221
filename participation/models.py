"""Tables of participation: enrolments and their count, attendance, nominations and what became of them, calendar feeds."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kernel import clock
from kernel.database import BIG_ID, Base
from kernel.vocabulary import Term

from people.models import Organisation, SizeClass, Staff

from courses.models import Course, CourseEdition, Level
from courses.sessions.models import TrainingSession


class EnrolmentState(Term):
    """Where an enrolment stands."""

    ENROLLED = "enrolled", "受講予定"
    IN_PROGRESS = "in progress", "受講中"
    COMPLETED = "completed", "修了"
    ABSENT = "absent", "欠席により未修了"
    WITHDRAWN = "withdrawn", "取りやめ"
    NOT_HELD = "not held", "中止のため終了"

    @property
    def is_awaited(self) -> bool:
        """Tell whether somebody is to come or to begin."""
        return self is EnrolmentState.ENROLLED

    @property
    def is_begun(self) -> bool:
        """Tell whether somebody is in the middle of it."""
        return self is EnrolmentState.IN_PROGRESS

    @property
    def is_completed(self) -> bool:
        """Tell whether the course is completed."""
        return self is EnrolmentState.COMPLETED

    @property
    def is_open(self) -> bool:
        """Tell whether it may still come to a completion."""
        return self in OPEN_STATES


OPEN_STATES = (EnrolmentState.ENROLLED, EnrolmentState.IN_PROGRESS)
UNCOUNTED = frozenset({EnrolmentState.WITHDRAWN, EnrolmentState.NOT_HELD})
"""What is in no figure: who withdrew, and whose session was not held."""
_OPEN = sa.text("state IN ('enrolled', 'in progress')")


class Enrolment(Base):
    """An enrolment (受講): a person takes an edition, in a session or at the own pace.

    It keeps the organisation, its size class and the section that the person belonged to at that time: history does
    not move with people. `fiscal_year` is that of the enrolment.
    """

    __tablename__ = "enrolment"
    id: Mapped[int] = mapped_column(BIG_ID, primary_key=True)
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"))
    course_id: Mapped[int] = mapped_column(sa.ForeignKey("course.id"))
    edition_id: Mapped[int] = mapped_column(sa.ForeignKey("course_edition.id"))
    session_id: Mapped[int | None] = mapped_column(sa.ForeignKey("training_session.id"))
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"))
    size_class: Mapped[SizeClass]
    section_id: Mapped[int | None] = mapped_column(sa.ForeignKey("section.id"))
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
    exception: Mapped[PrerequisiteException | None] = relationship(
        primaryjoin=lambda: sa.and_(
            Enrolment.session_id == orm.foreign(PrerequisiteException.session_id),
            Enrolment.staff_id == orm.foreign(PrerequisiteException.staff_id),
        ),
        viewonly=True,
        uselist=False,
        lazy="raise_on_sql",
    )
    __table_args__ = (
        sa.Index("uq_enrolment_open", "staff_id", "course_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        sa.Index("ix_enrolment_staff_id_fiscal_year", "staff_id", "fiscal_year"),
        sa.Index("ix_enrolment_session_id", "session_id"),
        sa.Index("ix_enrolment_course", "course_id", "organisation_id", "fiscal_year", "state"),
        sa.Index("ix_enrolment_organisation", "organisation_id", "fiscal_year", "course_id", "state"),
        sa.CheckConstraint("(state = 'completed') = (completed_at IS NOT NULL)", "completed_has_a_time"),
    )


ALL_LEVELS = "all"


class EnrolmentCount(Base):
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


class Exemption(Base):
    """An office lets one of its staff off a required course, or gives them until another day, and says why."""

    __tablename__ = "exemption"
    membership_id: Mapped[int] = mapped_column(sa.ForeignKey("membership.id"), primary_key=True)
    course_id: Mapped[int] = mapped_column(sa.ForeignKey("course.id"), primary_key=True)
    reason: Mapped[str]
    until: Mapped[dt.date | None]
    given_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    given_at: Mapped[dt.datetime]
    __table_args__ = (sa.CheckConstraint("length(trim(reason)) > 0", "reason_not_blank"),)


class PrerequisiteException(Base):
    """Somebody takes part in a session who lacks a course that comes first, and why they may."""

    __tablename__ = "prerequisite_exception"
    session_id: Mapped[int] = mapped_column(sa.ForeignKey("training_session.id"), primary_key=True)
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"), primary_key=True, index=True)
    reason: Mapped[str]
    given_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    given_at: Mapped[dt.datetime]
    __table_args__ = (sa.CheckConstraint("length(trim(reason)) > 0", "reason_not_blank"),)


class Target(Base):
    """How many of its people an organisation wants to have finished a course in a fiscal year."""

    __tablename__ = "target"
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    fiscal_year: Mapped[int] = mapped_column(primary_key=True)
    people: Mapped[int]
    __table_args__ = (sa.CheckConstraint("people > 0", "people_positive"),)


class Parting(Term):
    """What becomes of a place, a nomination or a wish of somebody who leaves an organisation."""

    GIVE_UP = "give up", "取りやめて、次の人に回す"
    KEEP = "keep", "そのまま続ける"

    @property
    def is_given_up(self) -> bool:
        """Tell whether it goes to the next one."""
        return self is Parting.GIVE_UP


class PartingChoice(Base):
    """What was decided by hand for one place of somebody who leaves: other than the rule of the organisation says."""

    __tablename__ = "parting_choice"
    membership_id: Mapped[int] = mapped_column(sa.ForeignKey("membership.id"), primary_key=True)
    session_id: Mapped[int] = mapped_column(sa.ForeignKey("training_session.id"), primary_key=True)
    parting: Mapped[Parting]
    made_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    made_at: Mapped[dt.datetime] = mapped_column(default=clock.now)


class PartingRule(Base):
    """What an organisation has decided for places of those who leave altogether, and of those who move to another one."""

    __tablename__ = "parting_rule"
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    leaves: Mapped[Parting]
    moves: Mapped[Parting]
