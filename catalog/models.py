"""Tables of the catalogue: roundtable, article, remark, motivation, curriculum, search."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kernel import clock
from kernel.database import Base
from kernel.vocabulary import Term

from people.models import Organisation, Post, Section, Staff

from courses.models import Course, Track


class TableSide(Term):
    """On which side of the table somebody sat."""

    MUNICIPALITY = "municipality", "区市町村"
    TOKYO = "tokyo", "東京都"


class CurriculumState(Term):
    """The life of a curriculum."""

    DRAFT = "draft", "下書き"
    PUBLISHED = "published", "公開中"

    @property
    def is_draft(self) -> bool:
        """Tell whether it is not published yet."""
        return self is CurriculumState.DRAFT


class Roundtable(Base):
    """A roundtable (座談会): one meeting, told in one article or in several parts."""

    __tablename__ = "roundtable"
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(40), unique=True)
    number: Mapped[int | None] = mapped_column(index=True)
    title: Mapped[str]
    held_on: Mapped[dt.date | None]
    agenda: Mapped[list[str]] = mapped_column(default=list)
    municipalities: Mapped[list[str]] = mapped_column(default=list)
    articles: Mapped[list[Article]] = relationship(
        back_populates="roundtable", lazy="raise_on_sql", order_by="Article.part"
    )
    participants: Mapped[list[Participant]] = relationship(
        back_populates="roundtable", lazy="raise_on_sql", order_by="Participant.position"
    )


class Participant(Base):
    """Somebody at a roundtable, with the affiliation of that day."""

    __tablename__ = "participant"
    id: Mapped[int] = mapped_column(primary_key=True)
    roundtable_id: Mapped[int] = mapped_column(sa.ForeignKey("roundtable.id"))
    position: Mapped[int]
    name: Mapped[str] = mapped_column(index=True)
    affiliation: Mapped[str]
    role: Mapped[str | None]
    side: Mapped[TableSide]
    roundtable: Mapped[Roundtable] = relationship(back_populates="participants", lazy="raise_on_sql")
    __table_args__ = (sa.UniqueConstraint("roundtable_id", "name"),)


class Article(Base):
    """A published article on a roundtable, or one part of it. `digest` is that of the text that was imported."""

    __tablename__ = "article"
    id: Mapped[int] = mapped_column(primary_key=True)
    roundtable_id: Mapped[int] = mapped_column(sa.ForeignKey("roundtable.id"), index=True)
    key: Mapped[str] = mapped_column(sa.String(40), unique=True)
    note_key: Mapped[str | None] = mapped_column(sa.String(40), unique=True)
    part: Mapped[int | None]
    title: Mapped[str]
    url: Mapped[str | None]
    digest: Mapped[str | None] = mapped_column(sa.String(64))
    imported_at: Mapped[dt.datetime | None]
    roundtable: Mapped[Roundtable] = relationship(back_populates="articles", lazy="raise_on_sql")
    remarks: Mapped[list[Remark]] = relationship(
        back_populates="article", lazy="raise_on_sql", order_by="Remark.position"
    )


class Topic(Base):
    """A topic that remarks share."""

    __tablename__ = "topic"
    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(sa.String(64), unique=True)
    name: Mapped[str]


remark_topic = sa.Table(
    "remark_topic",
    Base.metadata,
    sa.Column("remark_id", sa.ForeignKey("remark.id"), primary_key=True),
    sa.Column("topic_id", sa.ForeignKey("topic.id"), primary_key=True, index=True),
)


class Remark(Base):
    """A remark (発言): our summary, and the quotation once an operator has imported the article.

    `asks` tells that it asks for something: such a remark waits for an answer. `summary_sha256` is the digest of
    the text that the summary was written from, `sha256` that of the text that is stored or expected.
    """

    __tablename__ = "remark"
    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(sa.ForeignKey("article.id"))
    position: Mapped[int]
    speaker: Mapped[str] = mapped_column(index=True)
    heading: Mapped[str | None]
    subheading: Mapped[str | None]
    summary: Mapped[str | None]
    summary_sha256: Mapped[str | None] = mapped_column(sa.String(64))
    asks: Mapped[bool] = mapped_column(default=False)
    sha256: Mapped[str] = mapped_column(sa.String(64))
    text: Mapped[str | None]
    article: Mapped[Article] = relationship(back_populates="remarks", lazy="raise_on_sql")
    topics: Mapped[list[Topic]] = relationship(secondary=remark_topic, lazy="raise_on_sql", order_by=Topic.name)
    motivations: Mapped[list[Motivation]] = relationship(back_populates="remark", lazy="raise_on_sql")
    __table_args__ = (sa.UniqueConstraint("article_id", "position"),)

    @property
    def answers(self) -> list[Motivation]:
        """Return by which courses for everybody a remark is answered (motivations with their courses must be loaded)."""
        return [row for row in self.motivations if row.course.published_id and row.course.is_for_all]

    @property
    def is_verified(self) -> bool:
        """Tell whether the imported text is the one that the summary was written from (照合済)."""
        return self.text is not None and self.summary is not None and self.sha256 == self.summary_sha256


class ArticleImport(Base):
    """An import of an article, and what the article was before: what is needed to take the import back."""

    __tablename__ = "article_import"
    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(sa.ForeignKey("article.id", ondelete="CASCADE"), index=True)
    made_at: Mapped[dt.datetime]
    made_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    before: Mapped[dict[str, Any]]


class EarlierRemark(Base):
    """What a remark said before an import replaced it, and who replaced it; nobody from the command line."""

    __tablename__ = "earlier_remark"
    id: Mapped[int] = mapped_column(primary_key=True)
    remark_id: Mapped[int] = mapped_column(sa.ForeignKey("remark.id"), index=True)
    speaker: Mapped[str]
    heading: Mapped[str | None]
    subheading: Mapped[str | None]
    text: Mapped[str]
    replaced_at: Mapped[dt.datetime]
    replaced_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))


class Retirement(Base):
    """A course that was taken out of the catalogue: when, why, and which course comes after it. It goes where the course comes back."""

    __tablename__ = "retirement"
    course_id: Mapped[int] = mapped_column(sa.ForeignKey("course.id"), primary_key=True)
    because: Mapped[str]
    successor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("course.id"))
    retired_at: Mapped[dt.datetime]
    course: Mapped[Course] = relationship(foreign_keys=course_id, lazy="raise_on_sql")
    successor: Mapped[Course | None] = relationship(foreign_keys=successor_id, lazy="raise_on_sql")


class Motivation(Base):
    """A motivation (きっかけ): the remark a course answers, and why."""

    __tablename__ = "motivation"
    id: Mapped[int] = mapped_column(primary_key=True)
    remark_id: Mapped[int] = mapped_column(sa.ForeignKey("remark.id"))
    course_id: Mapped[int] = mapped_column(sa.ForeignKey("course.id"), index=True)
    rationale: Mapped[str]
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    written_on: Mapped[dt.date] = mapped_column(default=clock.today)
    remark: Mapped[Remark] = relationship(back_populates="motivations", lazy="raise_on_sql")
    course: Mapped[Course] = relationship(lazy="raise_on_sql")
    author: Mapped[Staff | None] = relationship(lazy="raise_on_sql")
    __table_args__ = (
        sa.UniqueConstraint("remark_id", "course_id"),
        sa.CheckConstraint("length(trim(rationale)) > 0", "rationale_not_blank"),
    )


class Curriculum(Base):
    """A curriculum: courses in an order, required or elective, as its edition in force says.

    One that is not for all is read and adopted by its owner only.
    """

    __tablename__ = "curriculum"
    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(sa.String(80), unique=True)
    title: Mapped[str]
    summary: Mapped[str]
    owner_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    track_id: Mapped[int | None] = mapped_column(sa.ForeignKey("track.id"))
    state: Mapped[CurriculumState] = mapped_column(default=CurriculumState.DRAFT, index=True)
    is_for_all: Mapped[bool] = mapped_column(default=True)
    owner: Mapped[Organisation] = relationship(lazy="raise_on_sql")
    track: Mapped[Track | None] = relationship(lazy="raise_on_sql")
    steps: Mapped[list[CurriculumStep]] = relationship(
        back_populates="curriculum",
        lazy="raise_on_sql",
        order_by="CurriculumStep.position",
        cascade="all, delete-orphan",
    )


class CurriculumStep(Base):
    """A course in its place in a curriculum."""

    __tablename__ = "curriculum_step"
    curriculum_id: Mapped[int] = mapped_column(sa.ForeignKey("curriculum.id"), primary_key=True)
    course_id: Mapped[int] = mapped_column(sa.ForeignKey("course.id"), primary_key=True, index=True)
    position: Mapped[int]
    required: Mapped[bool] = mapped_column(default=True)
    curriculum: Mapped[Curriculum] = relationship(back_populates="steps", lazy="raise_on_sql")
    course: Mapped[Course] = relationship(lazy="raise_on_sql")


class Adoption(Base):
    """An organisation adopts (採用) a curriculum for some of its staff, due on a day, or so many days after it came upon them.

    Whom it is for: all that holds of section (with those below it), post, and first day here or in the present section;
    `is_listed`: those named by `AdoptionMember` only.
    """

    __tablename__ = "adoption"
    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"))
    curriculum_id: Mapped[int] = mapped_column(sa.ForeignKey("curriculum.id"), index=True)
    section_id: Mapped[int | None] = mapped_column(sa.ForeignKey("section.id"), index=True)
    post_id: Mapped[int | None] = mapped_column(sa.ForeignKey("post.id"), index=True)
    new_since: Mapped[dt.date | None]
    is_listed: Mapped[bool] = mapped_column(default=False)
    due_on: Mapped[dt.date | None]
    due_days: Mapped[int | None]
    adopted_on: Mapped[dt.date] = mapped_column(default=clock.today)
    organisation: Mapped[Organisation] = relationship(lazy="raise_on_sql")
    curriculum: Mapped[Curriculum] = relationship(lazy="raise_on_sql")
    section: Mapped[Section | None] = relationship(lazy="raise_on_sql")
    post: Mapped[Post | None] = relationship(lazy="raise_on_sql")
    __table_args__ = (
        sa.Index("ix_adoption_organisation_id_curriculum_id", "organisation_id", "curriculum_id"),
        sa.CheckConstraint("due_on IS NULL OR due_days IS NULL", "one_due_date"),
        sa.CheckConstraint("due_days BETWEEN 1 AND 1000", "due_days"),
    )


class AdoptionMember(Base):
    """Somebody for whom a curriculum was adopted by name."""

    __tablename__ = "adoption_member"
    adoption_id: Mapped[int] = mapped_column(sa.ForeignKey("adoption.id", ondelete="CASCADE"), primary_key=True)
    membership_id: Mapped[int] = mapped_column(sa.ForeignKey("membership.id"), primary_key=True, index=True)


class CourseRequest(Base):
    """Somebody asked for a course that was not found, or for one that is there (`course_id`) and cannot be taken yet.

    Of a visitor who has not signed in, nothing but the wish is kept.
    """

    __tablename__ = "course_request"
    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    organisation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    course_id: Mapped[int | None] = mapped_column(sa.ForeignKey("course.id"))
    wish: Mapped[str]
    asked_at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    staff: Mapped[Staff | None] = relationship(lazy="raise_on_sql")
    organisation: Mapped[Organisation | None] = relationship(lazy="raise_on_sql")
    course: Mapped[Course | None] = relationship(lazy="raise_on_sql")
    __table_args__ = (sa.Index("uq_course_request_course_id_staff_id", "course_id", "staff_id", unique=True),)
