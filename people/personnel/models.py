"""Tables of personnel files: a file that was sent, what each line of it would change, and how its headings are read."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kernel import clock
from kernel.database import BIG_ID, Base
from kernel.vocabulary import Term

from people.models import Staff


class FileState(Term):
    """Where a personnel file stands."""

    COMPARED = "compared", "確認待ち"
    WAITING = "waiting", "反映待ち"
    APPLYING = "applying", "反映中"
    APPLIED = "applied", "反映ずみ"
    UNDOING = "undoing", "元に戻しています"
    UNDONE = "undone", "元に戻しました"
    DROPPED = "dropped", "やめました"

    @property
    def is_compared(self) -> bool:
        """Tell whether somebody is to look through it."""
        return self is FileState.COMPARED

    @property
    def is_applied(self) -> bool:
        """Tell whether it is done, and can be taken back."""
        return self is FileState.APPLIED

    @property
    def is_undoing(self) -> bool:
        """Tell whether it is being taken back."""
        return self is FileState.UNDOING

    @property
    def is_at_work(self) -> bool:
        """Tell whether the worker is to do something about it."""
        return self in AT_WORK


AT_WORK = (FileState.WAITING, FileState.APPLYING, FileState.UNDOING)


class Kind(Term):
    """What a line of a personnel file would change."""

    NEW = "new", "新しく登録する人"
    TRANSFERRED = "transferred", "ほかの団体から移ってくる人"
    RETURNING = "returning", "もう一度所属する人"
    CHANGED = "changed", "氏名・番号などを訂正する人"
    MOVED = "moved", "部署・職が変わる人"
    LEAVING = "leaving", "所属が終わる人"
    MISSING = "missing", "名簿にない人（所属を終える）"
    UNCLEAR = "unclear", "確かめがいる行"

    @property
    def is_change(self) -> bool:
        """Tell whether something is changed by it."""
        return self is not Kind.UNCLEAR


class ChangeState(Term):
    """What became of a change."""

    PLANNED = "planned", "これから"
    DONE = "done", "反映しました"
    SKIPPED = "skipped", "反映していません"
    UNDONE = "undone", "元に戻しました"
    KEPT = "kept", "元に戻せませんでした"

    @property
    def is_planned(self) -> bool:
        """Tell whether it is still to be done."""
        return self is ChangeState.PLANNED


class PersonnelFile(Base):
    """A personnel file of an organisation: its text, from which day it holds, whether everybody stands in it, and what is left out.

    `same` counts the people of whom nothing changes; `off` are the kinds that are not to be applied.
    """

    __tablename__ = "personnel_file"
    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    made_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    made_at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    name: Mapped[str]
    text: Mapped[str]
    digest: Mapped[str] = mapped_column(sa.String(64))
    state: Mapped[FileState] = mapped_column(default=FileState.COMPARED, index=True)
    day: Mapped[dt.date]
    is_complete: Mapped[bool]
    off: Mapped[list[str]] = mapped_column(sa.JSON(), default=list)
    same: Mapped[int] = mapped_column(default=0)
    present: Mapped[int] = mapped_column(default=0)
    left_out: Mapped[list[Any]] = mapped_column(sa.JSON(), default=list)
    trouble: Mapped[str] = mapped_column(default="")
    ended_at: Mapped[dt.datetime | None]
    made_by: Mapped[Staff | None] = relationship(lazy="raise_on_sql")

    def applies(self, kind: Kind) -> bool:
        """Tell whether changes of a kind are applied."""
        return kind.is_change and kind.value not in self.off


class PersonnelChange(Base):
    """What a line of a personnel file changes: of whom, in words, from what and to what; what is needed to take it back."""

    __tablename__ = "personnel_change"
    id: Mapped[int] = mapped_column(BIG_ID, primary_key=True)
    file_id: Mapped[int] = mapped_column(sa.ForeignKey("personnel_file.id"))
    line: Mapped[int]
    kind: Mapped[Kind]
    membership_id: Mapped[int | None] = mapped_column(sa.ForeignKey("membership.id"), index=True)
    name: Mapped[str]
    words: Mapped[str]
    said: Mapped[dict[str, Any]]
    before: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[ChangeState] = mapped_column(default=ChangeState.PLANNED)
    told: Mapped[str] = mapped_column(default="")
    __table_args__ = (sa.Index("ix_personnel_change_file_id", "file_id", "kind", "state", "id"),)


class PersonnelHeadings(Base):
    """How the headings of an organisation's personnel files are read, as was said by hand: the key of a heading to a column."""

    __tablename__ = "personnel_headings"
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    said: Mapped[dict[str, Any]]
