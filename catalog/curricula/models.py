"""Tables of curricula: their editions."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kernel import clock
from kernel.database import Base
from kernel.vocabulary import Term

from people.models import Staff

from catalog.models import Curriculum


class CurriculumEditionState(Term):
    """The life of an edition of a curriculum."""

    DRAFT = "draft", "下書き"
    IN_REVIEW = "in review", "確認中"
    AHEAD = "ahead", "変更の予定"
    IN_FORCE = "in force", "公開中"
    REPLACED = "replaced", "前の版"
    CALLED_OFF = "called off", "取りやめ"

    @property
    def is_draft(self) -> bool:
        """Tell whether it may still be changed."""
        return self is CurriculumEditionState.DRAFT

    @property
    def is_in_review(self) -> bool:
        """Tell whether it waits for a second person."""
        return self is CurriculumEditionState.IN_REVIEW

    @property
    def is_ahead(self) -> bool:
        """Tell whether it was approved and waits for its day."""
        return self is CurriculumEditionState.AHEAD

    @property
    def is_in_force(self) -> bool:
        """Tell whether it is what the curriculum says."""
        return self is CurriculumEditionState.IN_FORCE

    @property
    def is_open(self) -> bool:
        """Tell whether it is still on its way."""
        return self in OPEN_EDITIONS


OPEN_EDITIONS = (CurriculumEditionState.DRAFT, CurriculumEditionState.IN_REVIEW, CurriculumEditionState.AHEAD)
ONE_OPEN = "state IN ('draft', 'in review', 'ahead')"
"""A curriculum changes by one edition at a time."""


class CurriculumEdition(Base):
    """An edition of a curriculum: what it says and why it changes, from a day on.

    `steps` are [id of a course, whether it is required], in their order. When it comes into force, the curriculum says so.
    """

    __tablename__ = "curriculum_edition"
    id: Mapped[int] = mapped_column(primary_key=True)
    curriculum_id: Mapped[int] = mapped_column(sa.ForeignKey("curriculum.id"))
    number: Mapped[int]
    state: Mapped[CurriculumEditionState] = mapped_column(default=CurriculumEditionState.DRAFT, index=True)
    title: Mapped[str]
    summary: Mapped[str]
    track_id: Mapped[int | None] = mapped_column(sa.ForeignKey("track.id"))
    is_for_all: Mapped[bool]
    steps: Mapped[list[Any]] = mapped_column(sa.JSON())
    because: Mapped[str] = mapped_column(default="")
    review_note: Mapped[str] = mapped_column(default="")
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    handed_in_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    approved_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    reviewer_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    changed_at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    effective_on: Mapped[dt.date | None]
    curriculum: Mapped[Curriculum] = relationship(lazy="raise_on_sql")
    reviewer: Mapped[Staff | None] = relationship(foreign_keys=reviewer_id, lazy="raise_on_sql")
    __table_args__ = (
        sa.UniqueConstraint("curriculum_id", "number"),
        sa.Index(
            "uq_curriculum_edition_open",
            "curriculum_id",
            unique=True,
            sqlite_where=sa.text(ONE_OPEN),
            postgresql_where=sa.text(ONE_OPEN),
        ),
    )
