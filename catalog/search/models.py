"""Tables of search: what is found, and which word stands where."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from kernel.database import Base
from kernel.vocabulary import Term


class DocumentKind(Term):
    """What search finds."""

    COURSE = "course", "講座"
    CURRICULUM = "curriculum", "カリキュラム"
    REMARK = "remark", "発言"
    LESSON = "lesson", "レッスン"


class SearchDocument(Base):
    """Something that search finds; `subject_id` is the id of the course, curriculum, remark or lesson."""

    __tablename__ = "search_document"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[DocumentKind]
    subject_id: Mapped[int]
    __table_args__ = (sa.UniqueConstraint("kind", "subject_id"),)


class SearchPosting(Base):
    """A token in a document, with its weight in thousandths."""

    __tablename__ = "search_posting"
    token: Mapped[str] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(
        sa.ForeignKey("search_document.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    kind: Mapped[DocumentKind]
    weight: Mapped[int]
