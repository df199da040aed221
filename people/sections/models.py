"""Tables of sections: what is planned for a day to come; sections, posts and postings themselves stand with the membership."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kernel import clock
from kernel.database import Base

from people.models import Membership, Post, Role, Section


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
