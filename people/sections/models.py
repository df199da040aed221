"""Tables of sections: what is planned for a day to come; sections, posts and postings themselves stand with the membership."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kernel import clock
from kernel.database import Base
from kernel.vocabulary import Term

from people.models import Membership, Post, Role, Section, Staff


class PlannedMove(Base):
    """A move inside an organisation on a day to come (異動の予定): the section and post of then, and the roles that end with it."""

    __tablename__ = "planned_move"
    membership_id: Mapped[int] = mapped_column(sa.ForeignKey("membership.id"), primary_key=True)
    section_id: Mapped[int | None] = mapped_column(sa.ForeignKey("section.id"), index=True)
    post_id: Mapped[int | None] = mapped_column(sa.ForeignKey("post.id"), index=True)
    day: Mapped[dt.date] = mapped_column(index=True)
    ends: Mapped[list[str]] = mapped_column(sa.JSON(), default=list)
    made_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    made_at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    membership: Mapped[Membership] = relationship(lazy="raise_on_sql")
    section: Mapped[Section | None] = relationship(lazy="raise_on_sql")
    post: Mapped[Post | None] = relationship(lazy="raise_on_sql")

    def ends_role(self, role: Role) -> bool:
        """Tell whether a role of the member ends with the move."""
        return role.value in self.ends


class ReformState(Term):
    """Where a reorganisation stands."""

    PLANNED = "planned", "その日を待っています"
    DONE = "done", "反映ずみ"
    CALLED_OFF = "called off", "取りやめました"
    UNDONE = "undone", "元に戻しました"
    STOPPED = "stopped", "反映できませんでした"

    @property
    def is_planned(self) -> bool:
        """Tell whether its day is to come."""
        return self is ReformState.PLANNED

    @property
    def is_done(self) -> bool:
        """Tell whether it was done, and can be taken back."""
        return self is ReformState.DONE


class Reform(Base):
    """A reorganisation (組織改正) of an organisation on a day, as it was typed; `before`: what is needed to take it back."""

    __tablename__ = "reform"
    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    day: Mapped[dt.date]
    text: Mapped[str]
    state: Mapped[ReformState] = mapped_column(default=ReformState.PLANNED, index=True)
    trouble: Mapped[str] = mapped_column(default="")
    before: Mapped[dict[str, Any]]
    made_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    made_at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    made_by: Mapped[Staff | None] = relationship(lazy="raise_on_sql")
