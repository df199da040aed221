"""Finding: one question to the catalogue, from its address, and everything that answers it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from operator import itemgetter
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from kernel.database import db
from kernel.page import Page, page_number

from courses.catalogue_version import Kept
from courses.models import CourseEdition, Lesson, Module

from catalog import facets, motivation
from catalog.card import Card, cards, with_sessions
from catalog.facets import Facet, Sort, Value
from catalog.models import Article, Curriculum, CurriculumState, Remark
from catalog.search import query as queries
from catalog.search import vocabulary
from catalog.search.models import DocumentKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from catalog.search.query import Query

A_PAGE = 20
BESIDE = 5
"""How many curricula and remarks are shown beside the courses."""
LESSON_SHARE = 8
"""A word in a lesson counts one eighth of the same in what a course says of itself."""


INDEX = Kept(lambda: facets.current().when_sessions_are(with_sessions()), seconds=10)
"""What can be found, and can be taken now: a place that was given, or an hour that has passed, changes it within ten seconds."""


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
    """What was found: a page of courses, the facets, and curricula and remarks that match the words.

    `lessons` names, by course, the lesson in which the words stand where the course itself does not say them. `instead_of`
    is what was typed where nothing has it and another spelling was looked for; `near` is what may have been meant.
    """

    question: Question
    lessons: Mapping[int, str]
    instead_of: str
    near: Sequence[str]
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
    """Find what a question asks for, in at most eight queries; twice as many where nobody wrote what was typed."""
    index = INDEX.current()
    hits, instead_of = queries.ranked(question.query) if question.query else {}, ""
    if question.query and not _has_courses(hits) and (text := vocabulary.other_spelling(question.query)):
        instead_of, question = question.query.text, replace(question, query=queries.read(text))
        hits = queries.ranked(question.query)
    scores, lessons = _with_lessons(hits.get(DocumentKind.COURSE, {}), hits.get(DocumentKind.LESSON, {}))
    found = index.set_of(scores) if question.query else index.all
    ids = index.in_order(index.chosen(question.choices, found), question.sort, scores)
    page = min(question.page, max(1, -(-len(ids) // A_PAGE)))
    begin = (page - 1) * A_PAGE
    remarks = _best(hits.get(DocumentKind.REMARK, {}))
    return Found(
        question=question,
        lessons=lessons,
        instead_of=instead_of,
        near=vocabulary.near_queries(question.query) if question.query and not scores else [],
        courses=Page(cards(ids[begin : begin + A_PAGE]), len(ids), page, A_PAGE),
        facets=index.facets(question.choices, found),
        curricula=_curricula(_best(hits.get(DocumentKind.CURRICULUM, {}))),
        remarks=_remarks(remarks[:BESIDE]),
        remark_count=len(remarks),
    )


def _has_courses(hits: dict[DocumentKind, dict[int, int]]) -> bool:
    return bool(hits[DocumentKind.COURSE] or hits[DocumentKind.LESSON])


def _with_lessons(scores: dict[int, int], lesson_scores: dict[int, int]) -> tuple[dict[int, int], dict[int, str]]:
    """Return the scores of courses with those of their best lessons, and the lesson that alone has the words, by course."""
    if not lesson_scores:
        return scores, {}
    titles: dict[int, tuple[int, str]] = {}
    for lesson_id, title, course_id in db.session.execute(
        sa.select(Lesson.id, Lesson.title, CourseEdition.course_id)
        .join(Module, Module.id == Lesson.module_id)
        .join(CourseEdition, CourseEdition.id == Module.edition_id)
        .where(Lesson.id.in_(lesson_scores))
        .order_by(Lesson.id)
    ):
        titles[course_id] = max(titles.get(course_id, (0, "")), (lesson_scores[lesson_id], title), key=itemgetter(0))
    both = {
        course_id: scores.get(course_id, 0) + titles.get(course_id, (0, ""))[0] // LESSON_SHARE
        for course_id in {**scores, **titles}
    }
    return both, {course_id: title for course_id, (_score, title) in titles.items() if course_id not in scores}


def suggested(typed: str) -> list[str]:
    """Return what somebody may go on to type: words of the catalogue that begin so."""
    *before, last = queries.read(typed).text.split() or [""]
    return [" ".join([*before, word]) for word in vocabulary.current().beginning(last)]


def remarks_about(text: str, most: int = 20) -> list[Remark]:
    """Return the remarks that say something, the best first; an address or a number (8-1/11) finds that remark."""
    if remark := motivation.meant(text):
        return [remark]
    return _remarks(_best(queries.ranked(queries.read(text)).get(DocumentKind.REMARK, {}))[:most])


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
