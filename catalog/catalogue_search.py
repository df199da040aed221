"""Finding: one question to the catalogue, from its address, and everything that answers it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from kernel.database import db
from kernel.page import Page, page_number

from catalog import facets
from catalog.card import Card, cards
from catalog.facets import Facet, Sort, Value
from catalog.models import Article, Curriculum, CurriculumState, DocumentKind, Remark
from catalog.search import query as queries

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from catalog.search.query import Query

A_PAGE = 20
BESIDE = 5
"""How many curricula and remarks are shown beside the courses."""


@dataclass(frozen=True)
class Question:
    """What somebody wants to find: words, values of facets, an order, a page."""

    query: Query
    choices: dict[Facet, list[str]]
    sort: Sort
    page: int

    @property
    def is_open(self) -> bool:
        """Tell whether nothing narrows the list."""
        return not self.query and not any(self.choices.values())


@dataclass(frozen=True)
class Found:
    """What was found: a page of courses, the facets, and curricula and remarks that match the words."""

    question: Question
    courses: Page[Card]
    facets: Mapping[Facet, Sequence[Value]]
    curricula: Sequence[Curriculum]
    remarks: Sequence[Remark]
    remark_count: int


def ask(arguments: Mapping[str, Sequence[str]]) -> Question:
    """Read a question from an address's arguments; what is unknown in it is left out."""

    def first(name: str) -> str:
        return next(iter(arguments.get(name, ())), "")

    query = queries.read(first("q"))
    sort = next((sort for sort in Sort if sort.value == first("sort")), Sort.RELEVANCE if query else Sort.LEVEL)
    choices = {facet: [value[:200] for value in arguments.get(facet.value, ())][:50] for facet in Facet}
    return Question(query, choices, sort, page_number(first("page")))


def find(question: Question) -> Found:
    """Find what a question asks for, in at most six queries."""
    index = facets.current()
    hits = queries.ranked(question.query) if question.query else {}
    scores = hits.get(DocumentKind.COURSE, {})
    found = index.set_of(scores) if question.query else index.all
    ids = index.in_order(index.chosen(question.choices, found), question.sort, scores)
    page = min(question.page, max(1, -(-len(ids) // A_PAGE)))
    begin = (page - 1) * A_PAGE
    remarks = _best(hits.get(DocumentKind.REMARK, {}))
    return Found(
        question=question,
        courses=Page(cards(ids[begin : begin + A_PAGE]), len(ids), page, A_PAGE),
        facets=index.facets(question.choices, found),
        curricula=_curricula(_best(hits.get(DocumentKind.CURRICULUM, {}))),
        remarks=_remarks(remarks[:BESIDE]),
        remark_count=len(remarks),
    )


def _best(scores: dict[int, int]) -> list[int]:
    return sorted(scores, key=lambda subject_id: (-scores[subject_id], subject_id))


def _curricula(ids: list[int]) -> list[Curriculum]:
    if not ids:
        return []
    rows = db.session.scalars(
        sa.select(Curriculum).where(Curriculum.id.in_(ids[:BESIDE]), Curriculum.state == CurriculumState.PUBLISHED)
    )
    return sorted(rows, key=lambda curriculum: ids.index(curriculum.id))


def _remarks(ids: list[int]) -> list[Remark]:
    if not ids:
        return []
    rows = db.session.scalars(
        sa.select(Remark).options(joinedload(Remark.article).joinedload(Article.roundtable)).where(Remark.id.in_(ids))
    )
    return sorted(rows, key=lambda remark: ids.index(remark.id))
