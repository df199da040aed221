"""Tables of joint sessions: nominations, wishes, the allocation and exceptions from it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kernel import clock
from kernel.database import Base
from kernel.vocabulary import Term

from people.models import Organisation, Staff

from courses.sessions.models import TrainingSession

from participation.joint.allocation import Step


class NominationState(Term):
    """Where a nomination stands. A place that is given or offered is taken; who waits has a number."""

    NOMINATED = "nominated", "推薦中"
    PLACED = "placed", "席あり"
    WAITING = "waiting", "待機"
    OFFERED = "offered", "席の案内中"
    DECLINED = "declined", "辞退"
    EXPIRED = "expired", "回答なし"
    WITHDRAWN = "withdrawn", "取下げ"

    @property
    def is_offered(self) -> bool:
        """Tell whether a place waits for an answer."""
        return self is NominationState.OFFERED

    @property
    def is_waiting(self) -> bool:
        """Tell whether somebody waits for a place."""
        return self is NominationState.WAITING


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


HOPING = (NominationState.NOMINATED, NominationState.WAITING, NominationState.OFFERED)
"""The states in which somebody may still get a place."""


class Nomination(Base):
    """A person whom an organisation nominates (推薦) for a session, at a position of its own order; `on_behalf`: the host did it.

    Where whoever comes first has a place, it is somebody who waits for one, at the `turn` at which they came.
    The allocation gives it a `turn` among all nominees, with step and reason, and `was_placed` where the turn came
    within the capacity. `answer_by` is when an offer of a place that came free expires.
    """

    __tablename__ = "nomination"
    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(sa.ForeignKey("training_session.id"))
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"))
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"), index=True)
    position: Mapped[int]
    on_behalf: Mapped[bool] = mapped_column(default=False)
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

    @property
    def outcome(self) -> str:
        """Return what the allocation came to for this person, as somebody tells it a colleague; how it was reckoned is `reason`."""
        if self.turn is None or self.step is None:
            return self.reason
        if self.was_placed:
            return f"全体の{self.turn}番目に、席が決まりました（{self.step.label}）。"
        return f"定員までの席が、順位の先の人に決まったため、待機になりました。全体の順位は{self.turn}番です。"


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
