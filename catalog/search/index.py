"""The index: which word stands in which course, lesson, curriculum or remark, and how much it weighs there."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from kernel.database import add, db, slices

from courses.models import Course, CourseEdition, Lesson, Module

from catalog.models import (
    Article,
    Curriculum,
    CurriculumState,
    Motivation,
    Remark,
)
from catalog.search.models import DocumentKind, SearchDocument, SearchPosting
from catalog.search.words import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

K1, B = 1.2, 0.75  # Robertson and Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond (2009).
USUAL_LENGTH = 120
"""The length, in words, at which a text is neither favoured nor not. It is fixed, so that adding a document
never changes the weight of another one."""
SCALE = 1000

Text = tuple[int, str]
"""A text and how many times its words count."""


def weights(texts: Iterable[Text]) -> dict[str, int]:
    """Return the weight of each token of a document's texts, in thousandths."""
    counts: Counter[str] = Counter()
    length = 0
    for times, text in texts:
        found = words(text)
        length += len(found)
        for word in found:
            counts.update(dict.fromkeys(word.tokens, times))
    norm = K1 * (1 - B + B * length / USUAL_LENGTH)
    return {token: round(SCALE * count * (K1 + 1) / (count + norm)) for token, count in counts.items()}


def put(kind: DocumentKind, subject_id: int, texts: Sequence[Text]) -> None:
    """Put a document's words into the index in place of what was there; no texts take it out."""
    remove(kind, subject_id)
    if not texts:
        return
    document = add(SearchDocument(kind=kind, subject_id=subject_id))
    rows = [
        {"token": token, "document_id": document.id, "kind": kind, "weight": weight}
        for token, weight in sorted(weights(texts).items())
    ]
    for part in slices(rows, 500):
        db.session.execute(sa.insert(SearchPosting), part)


def remove(kind: DocumentKind, subject_id: int) -> None:
    """Take a document out of the index."""
    _take_out(SearchDocument.kind == kind, SearchDocument.subject_id == subject_id)


def _take_out(*which: sa.ColumnElement[bool]) -> None:
    documents = sa.select(SearchDocument.id).where(*which)
    db.session.execute(sa.delete(SearchPosting).where(SearchPosting.document_id.in_(documents)))
    db.session.execute(sa.delete(SearchDocument).where(*which))


def index_course(course: Course) -> None:
    """Put a course's published edition and its lessons into the index, or take the course out where there is none for everybody."""
    _take_out_lessons(course.id)
    if course.published_id is None or not course.is_for_all:
        remove(DocumentKind.COURSE, course.id)
        return
    edition = db.session.scalars(
        sa.select(CourseEdition)
        .options(
            joinedload(CourseEdition.track),
            selectinload(CourseEdition.skills),
            selectinload(CourseEdition.modules).selectinload(Module.lessons),
        )
        .where(CourseEdition.id == course.published_id)
    ).one()
    rationales = db.session.scalars(sa.select(Motivation.rationale).where(Motivation.course_id == course.id))
    put(
        DocumentKind.COURSE,
        course.id,
        [
            (4, edition.title),
            (2, edition.summary),
            (1, edition.target_staff),
            (1, edition.track.title),
            *((2, objective) for objective in edition.objectives),
            *((1, skill.name) for skill in edition.skills),
            *((2, module.title) for module in edition.modules),
            *((1, lesson.title) for module in edition.modules for lesson in module.lessons),
            *((1, rationale) for rationale in rationales),
        ],
    )
    for module in edition.modules:
        for lesson in module.lessons:
            put(
                DocumentKind.LESSON,
                lesson.id,
                [(2, lesson.title), (1, lesson.body), (1, edition.title), (1, module.title)],
            )


def _take_out_lessons(course_id: int) -> None:
    """Take the lessons of whichever edition of a course was in the index out of it."""
    lessons = (
        sa.select(Lesson.id)
        .join(Module, Module.id == Lesson.module_id)
        .join(CourseEdition, CourseEdition.id == Module.edition_id)
        .where(CourseEdition.course_id == course_id)
    )
    _take_out(SearchDocument.kind == DocumentKind.LESSON, SearchDocument.subject_id.in_(lessons))


def index_remark(remark: Remark) -> None:
    """Put a remark into the index: our summary, its headings and, where it was imported, its text."""
    put(
        DocumentKind.REMARK,
        remark.id,
        [
            (2, remark.summary or ""),
            (1, remark.heading or ""),
            (1, remark.subheading or ""),
            (1, remark.speaker),
            (1, remark.text or ""),
        ],
    )


def index_curriculum(curriculum: Curriculum) -> None:
    """Put a curriculum that is published for all into the index; any other is taken out."""
    published = curriculum.state is CurriculumState.PUBLISHED and curriculum.is_for_all
    put(DocumentKind.CURRICULUM, curriculum.id, [(4, curriculum.title), (2, curriculum.summary)] if published else [])


def lacks_lessons() -> bool:
    """Tell whether the index was written by a version that did not look into lessons."""
    published = sa.exists().where(
        Lesson.module_id == Module.id, Module.edition_id == Course.published_id, Course.is_for_all
    )
    indexed = sa.exists().where(SearchDocument.kind == DocumentKind.LESSON)
    return bool(db.session.scalar(sa.select(sa.and_(sa.exists(sa.select(Course.id).where(published)), ~indexed))))


def rebuild() -> int:
    """Index everything anew; return how many documents there are."""
    for course in db.session.scalars(sa.select(Course)):
        index_course(course)
    for remark in db.session.scalars(
        sa.select(Remark).options(joinedload(Remark.article).joinedload(Article.roundtable))
    ):
        index_remark(remark)
    for curriculum in db.session.scalars(sa.select(Curriculum)):
        index_curriculum(curriculum)
    return db.session.scalar(sa.select(sa.func.count()).select_from(SearchDocument)) or 0
