"""Table of facilitators' kits: the parts of the kit of a course, each a text."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from kernel.database import Base
from kernel.vocabulary import Term


class KitKind(Term):
    """What a part of a kit is; the value is the beginning of its file's name, the order that in which it is used."""

    SCRIPT = "script", "進行台本"
    SLIDES = "slides", "スライド"
    WORKSHEET = "worksheet", "ワークシート"
    CARDS = "cards", "事例カード"
    OBSERVER = "observer", "観察シート"
    ONLINE = "online", "オンラインで行うとき"
    FOLLOW_UP = "follow-up", "30日後の確かめ"

    @property
    def is_numbered(self) -> bool:
        """Tell whether a kit may have several of it."""
        return self is KitKind.WORKSHEET

    @property
    def file(self) -> str:
        """Return the ending of the file that is made of it to be handed out; empty where it is read on the page."""
        return {KitKind.SLIDES: "pdf", KitKind.CARDS: "pdf", KitKind.WORKSHEET: "xlsx"}.get(self, "")


class KitPart(Base):
    """A part of the kit of a course, in Markdown; its first line is its title. `number` counts the worksheets from 1."""

    __tablename__ = "kit_part"
    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(sa.ForeignKey("course.id"))
    kind: Mapped[KitKind]
    number: Mapped[int] = mapped_column(default=1)
    body: Mapped[str]
    __table_args__ = (sa.UniqueConstraint("course_id", "kind", "number"),)

    @property
    def title(self) -> str:
        """Return the title: what its first line says, else what it is."""
        first = self.body.strip().split("\n", 1)[0]
        return first.removeprefix("# ").strip() if first.startswith("# ") else self.kind.label

    @property
    def words(self) -> str:
        """Return what it says below its title."""
        text = self.body.strip()
        return text.split("\n", 1)[1].strip() if text.startswith("# ") and "\n" in text else text
