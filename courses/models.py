"""Tables of courses: course and edition, modules, lessons and their files, skills and tracks."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kernel import clock
from kernel.database import Base
from kernel.vocabulary import Term

from people.models import Organisation, Staff


class Level(Term):
    """The three levels of the ladder."""

    BASIC = "1", "入門"
    PRACTICE = "2", "実践"
    LEAD = "3", "リード"


class Format(Term):
    """How a course is taken."""

    E_LEARNING = "e-learning", "eラーニング"
    LIVE_ONLINE = "live online", "オンライン開催"
    ON_SITE = "on-site", "会場開催"
    BLENDED = "blended", "eラーニングと集合の組合せ"

    @property
    def is_own_pace(self) -> bool:
        """Tell whether a course is taken at the own pace, without sessions."""
        return self is Format.E_LEARNING


class EditionState(Term):
    """The life of an edition."""

    DRAFT = "draft", "下書き"
    IN_REVIEW = "in review", "確認中"
    PUBLISHED = "published", "公開中"
    RETIRED = "retired", "公開終了"

    @property
    def is_draft(self) -> bool:
        """Tell whether it may still be changed."""
        return self is EditionState.DRAFT

    @property
    def is_retired(self) -> bool:
        """Tell whether it was in the catalogue, and is there no more."""
        return self is EditionState.RETIRED

    @property
    def is_in_review(self) -> bool:
        """Tell whether it waits for a second person."""
        return self is EditionState.IN_REVIEW


class LessonKind(Term):
    """What a lesson is."""

    TEXT = "text", "読む"
    QUIZ = "quiz", "確認テスト"
    PRACTICE = "practice", "やってみる"
    VIDEO = "video", "動画"
    DOCUMENT = "document", "資料"
    PACKAGE = "package", "教材パッケージ"
    LINK = "link", "外部のページ"


def new_key() -> str:
    """Return a key by which a module or lesson is known in all editions of its course."""
    return secrets.token_hex(8)


class Track(Base):
    """A line of courses that belong together (分野)."""

    __tablename__ = "track"
    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(sa.String(64), unique=True)
    title: Mapped[str]
    summary: Mapped[str]
    position: Mapped[int]


class Skill(Base):
    """A skill tag: a category of デジタルスキル標準 (DSS-L) or an own one, and the skill in it."""

    __tablename__ = "skill"
    id: Mapped[int] = mapped_column(primary_key=True)
    category: Mapped[str]
    name: Mapped[str]
    __table_args__ = (sa.UniqueConstraint("category", "name"),)


course_host = sa.Table(
    "course_host",
    Base.metadata,
    sa.Column("course_id", sa.ForeignKey("course.id"), primary_key=True),
    sa.Column("organisation_id", sa.ForeignKey("organisation.id"), primary_key=True),
)

edition_skill = sa.Table(
    "edition_skill",
    Base.metadata,
    sa.Column("edition_id", sa.ForeignKey("course_edition.id"), primary_key=True),
    sa.Column("skill_id", sa.ForeignKey("skill.id"), primary_key=True),
)

prerequisite = sa.Table(
    "prerequisite",
    Base.metadata,
    sa.Column("course_id", sa.ForeignKey("course.id"), primary_key=True),
    sa.Column("requires_id", sa.ForeignKey("course.id"), primary_key=True, index=True),
    sa.CheckConstraint("course_id <> requires_id", "not_itself"),
)


course_audience = sa.Table(
    "course_audience",
    Base.metadata,
    sa.Column("course_id", sa.ForeignKey("course.id"), primary_key=True),
    sa.Column("organisation_id", sa.ForeignKey("organisation.id"), primary_key=True, index=True),
)


class Course(Base):
    """A course (講座): its address, owner and hosts, and for whom it is. What is taught stands in its editions.

    One that is not for all is for its owner and the organisations of `course_audience` (`courses.offer`).
    """

    __tablename__ = "course"
    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(sa.String(80), unique=True)
    owner_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    published_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("course_edition.id", use_alter=True, name="fk_course_published_id_course_edition"), unique=True
    )
    is_for_all: Mapped[bool] = mapped_column(default=True)
    owner: Mapped[Organisation] = relationship(lazy="raise_on_sql")
    hosts: Mapped[list[Organisation]] = relationship(
        secondary=course_host, lazy="raise_on_sql", order_by=Organisation.reading
    )
    prerequisites: Mapped[list[Course]] = relationship(
        secondary=prerequisite,
        primaryjoin=lambda: Course.id == prerequisite.c.course_id,
        secondaryjoin=lambda: Course.id == prerequisite.c.requires_id,
        lazy="raise_on_sql",
        order_by="Course.slug",
    )
    editions: Mapped[list[CourseEdition]] = relationship(
        back_populates="course",
        foreign_keys="CourseEdition.course_id",
        lazy="raise_on_sql",
        order_by="CourseEdition.number",
    )
    published: Mapped[CourseEdition | None] = relationship(
        foreign_keys=published_id, lazy="raise_on_sql", post_update=True
    )


class CourseEdition(Base):
    """An edition (版) of a course. Once published it never changes; the next change starts a new draft.

    `only_for`: the organisations beside the own one for which it is, None where it is for all. `reviewer_id`: who has said that they read it before it is published. `yearly`: the course is to be repeated each fiscal year. `attendance_percent` is the share of the meetings of a session that must be attended to complete the course.
    """

    __tablename__ = "course_edition"
    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(sa.ForeignKey("course.id"))
    number: Mapped[int]
    state: Mapped[EditionState] = mapped_column(default=EditionState.DRAFT)
    title: Mapped[str]
    summary: Mapped[str] = mapped_column(default="")
    level: Mapped[Level]
    format: Mapped[Format]
    minutes: Mapped[int | None]
    target_staff: Mapped[str] = mapped_column(default="")
    objectives: Mapped[list[str]] = mapped_column(default=list)
    yearly: Mapped[bool] = mapped_column(default=False)
    attendance_percent: Mapped[int] = mapped_column(default=100)
    only_for: Mapped[list[int] | None] = mapped_column(sa.JSON(none_as_null=True))
    track_id: Mapped[int] = mapped_column(sa.ForeignKey("track.id"))
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    handed_in_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    approved_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    reviewer_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    changed_at: Mapped[dt.datetime] = mapped_column(default=clock.now, onupdate=clock.now)
    published_at: Mapped[dt.datetime | None]
    review_note: Mapped[str] = mapped_column(default="")
    course: Mapped[Course] = relationship(back_populates="editions", foreign_keys=course_id, lazy="raise_on_sql")
    track: Mapped[Track] = relationship(lazy="raise_on_sql")
    author: Mapped[Staff | None] = relationship(foreign_keys=author_id, lazy="raise_on_sql")
    reviewer: Mapped[Staff | None] = relationship(foreign_keys=reviewer_id, lazy="raise_on_sql")
    skills: Mapped[list[Skill]] = relationship(
        secondary=edition_skill, lazy="raise_on_sql", order_by=(Skill.category, Skill.name)
    )
    modules: Mapped[list[Module]] = relationship(
        back_populates="edition", lazy="raise_on_sql", order_by="Module.position", cascade="all, delete-orphan"
    )
    assets: Mapped[list[Asset]] = relationship(lazy="raise_on_sql", order_by="Asset.name", cascade="all, delete-orphan")
    __table_args__ = (
        sa.UniqueConstraint("course_id", "number"),
        sa.CheckConstraint("minutes > 0", "minutes_positive"),
        sa.CheckConstraint("attendance_percent BETWEEN 1 AND 100", "attendance_percent_is_a_share"),
        sa.Index("ix_course_edition_state_changed_at", "state", "changed_at"),
    )


class Module(Base):
    """A module (単元): a titled part of an edition. Its `key` stays the same from edition to edition."""

    __tablename__ = "module"
    id: Mapped[int] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(sa.ForeignKey("course_edition.id"))
    key: Mapped[str] = mapped_column(sa.String(16), default=new_key)
    position: Mapped[int]
    title: Mapped[str]
    edition: Mapped[CourseEdition] = relationship(back_populates="modules", lazy="raise_on_sql")
    lessons: Mapped[list[Lesson]] = relationship(
        back_populates="module", lazy="raise_on_sql", order_by="Lesson.position", cascade="all, delete-orphan"
    )
    __table_args__ = (sa.UniqueConstraint("edition_id", "position"), sa.UniqueConstraint("edition_id", "key"))


class Lesson(Base):
    """A lesson (レッスン). Its `key` stays the same from edition to edition. `body` is Markdown; `content` is what its kind needs beyond it.

    A quiz keeps its questions there (see `courses.lessons.quiz`), a link its address, a video, a document and a package the
    name of their file; a video also that of its captions, a package whether who cannot run it may read instead, and which of its parts finish it. Its
    body then says the same in words, for who cannot see or play it. `minutes` is 0 where nobody said how long.
    """

    __tablename__ = "lesson"
    id: Mapped[int] = mapped_column(primary_key=True)
    module_id: Mapped[int] = mapped_column(sa.ForeignKey("module.id"))
    key: Mapped[str] = mapped_column(sa.String(16), default=new_key, index=True)
    position: Mapped[int]
    title: Mapped[str]
    kind: Mapped[LessonKind] = mapped_column(default=LessonKind.TEXT)
    minutes: Mapped[int] = mapped_column(default=0)
    required: Mapped[bool] = mapped_column(default=True)
    body: Mapped[str] = mapped_column(default="")
    content: Mapped[dict[str, Any]] = mapped_column(default=dict)
    module: Mapped[Module] = relationship(back_populates="lessons", lazy="raise_on_sql")
    __table_args__ = (
        sa.UniqueConstraint("module_id", "position"),
        sa.CheckConstraint("minutes >= 0", "minutes_not_negative"),
    )


class Asset(Base):
    """A file of an edition, shown in its lessons. The bytes are kept by `courses.files.files`, under their digest."""

    __tablename__ = "asset"
    id: Mapped[int] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(sa.ForeignKey("course_edition.id"))
    name: Mapped[str] = mapped_column(sa.String(100))
    media_type: Mapped[str] = mapped_column(sa.String(100))
    digest: Mapped[str] = mapped_column(sa.String(64))
    size: Mapped[int] = mapped_column(sa.BigInteger)
    __table_args__ = (sa.UniqueConstraint("edition_id", "name"),)


class CatalogueVersion(Base):
    """Counts the changes of what is published: a process knows by it whether the facets it keeps are current."""

    __tablename__ = "catalogue_version"
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int]
    __table_args__ = (sa.CheckConstraint("id = 1", "one_row"),)


class CourseKeeping(Base):
    """Who looks after a course, and on which day it is to be read again."""

    __tablename__ = "course_keeping"
    course_id: Mapped[int] = mapped_column(sa.ForeignKey("course.id"), primary_key=True)
    kept_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    review_on: Mapped[dt.date | None] = mapped_column(index=True)
    course: Mapped[Course] = relationship(lazy="raise_on_sql")
    kept_by: Mapped[Staff | None] = relationship(lazy="raise_on_sql")


class Successor(Base):
    """Who takes over (後任) what a member who leaves an organisation looks after there."""

    __tablename__ = "successor"
    membership_id: Mapped[int] = mapped_column(sa.ForeignKey("membership.id"), primary_key=True)
    successor_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"), index=True)
    named_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    named_at: Mapped[dt.datetime] = mapped_column(default=clock.now)
