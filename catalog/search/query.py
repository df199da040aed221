"""The query: what somebody typed, the documents that hold all of it, best first, and where it stands in a text."""

from __future__ import annotations

import math
from dataclasses import dataclass

import sqlalchemy as sa
from markupsafe import Markup, escape

from kernel.database import db
from kernel.text import normalised, shortened

from catalog.search.models import DocumentKind, SearchDocument, SearchPosting
from catalog.search.words import Word, words

MOST_WORDS = 12
LONGEST = 200


@dataclass(frozen=True)
class Query:
    """What somebody looks for: the text, and for each word the tokens by which it is found."""

    text: str
    terms: tuple[frozenset[str], ...]

    def __bool__(self) -> bool:
        """Tell whether anything is looked for."""
        return bool(self.text)


def read(text: str) -> Query:
    """Read what somebody typed.

    A compound that has synonyms (デジタルトランスフォーメーション) is looked for as a whole, any other one
    (セキュリティ研修) by its parts.
    """
    typed = normalised(text)[:LONGEST]
    found = words(typed)
    wanted = [word for word in found if not any(_stands_for(other, word) for other in found)]
    return Query(typed, tuple(dict.fromkeys(word.tokens for word in wanted))[:MOST_WORDS])


def _stands_for(other: Word, word: Word) -> bool:
    """Tell whether another word is looked for in place of this one: the compound around it, or a part of it."""
    if _holds(other, word):
        return _groups(other)
    return _holds(word, other) and not _groups(word)


def _holds(compound: Word, part: Word) -> bool:
    within = compound.begin <= part.begin and part.end <= compound.end
    return within and part.end - part.begin < compound.end - compound.begin


def _groups(word: Word) -> bool:
    return any(token.startswith("#") for token in word.tokens)


def ranked(query: Query) -> dict[DocumentKind, dict[int, int]]:
    """Return, for each kind, subject ids and scores of the documents that hold every word: two queries.

    Scores are whole numbers, so that every database gives the same order.
    """
    hits: dict[DocumentKind, dict[int, int]] = {kind: {} for kind in DocumentKind}
    if not query.terms:
        return hits
    tokens = sorted(set().union(*query.terms))
    rarity = _rarity(tokens)
    if not all(term & rarity.keys() for term in query.terms):
        return hits
    weight_of = sa.case(rarity, value=SearchPosting.token, else_=0)
    term_scores = [
        sa.func.max(sa.case((SearchPosting.token.in_(sorted(term)), SearchPosting.weight * weight_of), else_=0))
        for term in query.terms
    ]
    score: sa.ColumnElement[int] = sum(term_scores[1:], start=term_scores[0])
    statement = (
        sa.select(SearchPosting.kind, SearchDocument.subject_id, score.label("score"))
        .join(SearchDocument, SearchDocument.id == SearchPosting.document_id)
        .where(SearchPosting.token.in_(tokens))
        .group_by(SearchPosting.kind, SearchDocument.subject_id)
    )
    for term_score in term_scores:
        statement = statement.having(term_score > 0)
    for kind, subject_id, points in db.session.execute(statement):
        hits[kind][subject_id] = points
    return hits


def _rarity(tokens: list[str]) -> dict[str, int]:
    """Return how much each token tells, in thousandths (BM25's inverse document frequency)."""
    total = sa.select(sa.func.count()).select_from(SearchDocument).scalar_subquery()
    rows = db.session.execute(
        sa.select(SearchPosting.token, sa.func.count(), total)
        .where(SearchPosting.token.in_(tokens))
        .group_by(SearchPosting.token)
    ).all()
    return {token: round(1000 * math.log(1 + (all_ - count + 0.5) / (count + 0.5))) + 1 for token, count, all_ in rows}


def marked(text: str, query: Query, length: int = 0) -> Markup:
    """Return a text as HTML in which what was looked for is marked; cut around the first match if `length` is given."""
    if not query.terms:
        return escape(shortened(text, length) if length else text)
    tokens = frozenset().union(*query.terms)
    spans = sorted((word.begin, word.end) for word in words(text) if word.tokens & tokens)
    begin, end = _window(text, spans, length)
    html, at = Markup("…" if begin else ""), begin  # noqa: S704
    for first, last in spans:
        if first < at or last > end:
            continue
        html += escape(text[at:first]) + Markup("<mark>") + escape(text[first:last]) + Markup("</mark>")
        at = last
    return html + escape(text[at:end]) + ("…" if end < len(text) else "")


def _window(text: str, spans: list[tuple[int, int]], length: int) -> tuple[int, int]:
    if not length or len(text) <= length:
        return 0, len(text)
    begin = max(0, min(spans[0][0] - length // 4, len(text) - length)) if spans else 0
    return begin, begin + length
