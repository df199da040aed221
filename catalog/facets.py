"""Facets: every published course, kept in memory as sets of bits, so that facets are counted at once.

A process keeps the index it has read until the catalogue's version has moved on; the version is asked for at each use.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy as sa

from kernel.database import db
from kernel.vocabulary import Term

from people.models import Organisation

from courses.catalogue_version import Kept
from courses.models import (
    Course,
    CourseEdition,
    Format,
    Lesson,
    Level,
    Module,
    Skill,
    Track,
    course_host,
    edition_skill,
)

from catalog.models import Article, Motivation, Remark, Roundtable

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Sequence


HAS_LESSONS = sa.exists().where(Module.edition_id == CourseEdition.id, Lesson.module_id == Module.id)


class Facet(Term):
    """The ways in which courses are told apart."""

    WHEN = "when", "受けられる時期"
    LEVEL = "level", "レベル"
    FORMAT = "format", "形式"
    TRACK = "track", "分野"
    LENGTH = "length", "所要時間"
    SKILL = "skill", "スキル"
    HOST = "host", "実施団体"
    ANSWERS = "answers", "応えた声（自治体）"

    @property
    def is_usual(self) -> bool:
        """Tell whether most people choose by it: it is shown open."""
        return self in {Facet.WHEN, Facet.LEVEL, Facet.FORMAT, Facet.TRACK}


class When(Term):
    """Whether a course can be taken now."""

    NOW = "now", "すぐ受けられる"
    SESSION = "session", "開催に申し込める"
    LATER = "later", "準備中・開催待ち"


class Length(Term):
    """How long a course takes."""

    SHORT = "60", "1時間まで"
    MIDDLE = "120", "1時間から2時間まで"
    LONG = "240", "2時間から4時間まで"
    DAY = "more", "4時間より長い"


class Sort(Term):
    """The orders of a list of courses."""

    RELEVANCE = "relevance", "関連の深い順"
    LEVEL = "level", "やさしい順"
    NEWEST = "newest", "新しい順"
    SHORTEST = "shortest", "短い順"

    @property
    def needs_words(self) -> bool:
        """Tell whether it means nothing without words to look for."""
        return self is Sort.RELEVANCE


OPEN_ENDED = frozenset({Facet.SKILL, Facet.HOST, Facet.ANSWERS})
MOST_VALUES = 12
MOST_ANSWERS = 100
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Value:
    """A value of a facet, with how many courses there are if it is chosen."""

    value: str
    label: str
    count: int
    chosen: bool


@dataclass
class FacetIndex:
    """The published courses: bit n of a set stands for the course in place n. `own_pace` are those that anybody can begin."""

    course_ids: list[int] = field(default_factory=list)
    values: dict[Facet, dict[str, int]] = field(default_factory=dict)
    labels: dict[Facet, dict[str, str]] = field(default_factory=dict)
    orders: dict[Sort, list[int]] = field(default_factory=dict)
    places: dict[int, int] = field(default_factory=dict)
    own_pace: int = 0
    answers: dict[Hashable, Any] = field(default_factory=dict)
    """What was asked before: most people ask the same."""

    def when_sessions_are(self, course_ids: Iterable[int]) -> FacetIndex:
        """Return the index with what can be taken now, where these courses have a session to apply for: time passes without a change of the catalogue."""
        held = self.set_of(course_ids) & ~self.own_pace
        when = {When.NOW: self.own_pace, When.SESSION: held, When.LATER: self.all & ~self.own_pace & ~held}
        values = self.values | {Facet.WHEN: {term.value: bits for term, bits in when.items()}}
        return replace(self, values=values, answers={})

    @property
    def all(self) -> int:
        """Return the set of all courses."""
        return (1 << len(self.course_ids)) - 1

    def set_of(self, course_ids: Iterable[int]) -> int:
        """Return the set of some courses; those that are not in it are left out."""
        bits = 0
        for course_id in course_ids:
            if course_id in self.places:
                bits |= 1 << self.places[course_id]
        return bits

    def chosen(self, choices: dict[Facet, list[str]], found: int, but: Facet | None = None) -> int:
        """Return the found courses that have one of the chosen values in each facet (but one)."""
        for facet, values in choices.items():
            if values and facet is not but:
                one_of = 0
                for value in values:
                    one_of |= self.values[facet].get(value, 0)
                found &= one_of
        return found

    def facets(self, choices: dict[Facet, list[str]], found: int) -> dict[Facet, list[Value]]:
        """Return each facet's values with counts; a facet's own choice does not narrow its counts."""
        question = found, tuple((facet, tuple(values)) for facet, values in choices.items() if values)
        return self._answered(
            question,
            lambda: {
                facet: self._values(facet, choices.get(facet, []), self.chosen(choices, found, but=facet))
                for facet in Facet
            },
        )

    def _answered(self, question: Hashable, answer: Callable[[], Answer]) -> Answer:
        """Return the answer to a question that may have been asked before."""
        known: Answer | None = self.answers.get(question)
        if known is None:
            if len(self.answers) >= MOST_ANSWERS:
                self.answers.clear()
            known = self.answers[question] = answer()
        return known

    def _values(self, facet: Facet, picked: list[str], base: int) -> list[Value]:
        """Return a facet's values; of one that grows with the number of municipalities, the most frequent."""
        counts = {value: (bits & base).bit_count() for value, bits in self.values[facet].items()}
        offered = [value for value, count in counts.items() if count or value in picked]
        if facet in OPEN_ENDED and len(offered) > MOST_VALUES:
            frequent = set(sorted(offered, key=lambda value: -counts[value])[:MOST_VALUES])
            offered = [value for value in offered if value in frequent or value in picked]
        return [Value(value, self.labels[facet][value], counts[value], value in picked) for value in offered]

    def in_order(self, bits: int, sort: Sort, scores: dict[int, int] | None = None) -> Sequence[int]:
        """Return the ids of a set of courses in an order; by relevance, best score first and ties by level."""
        order = Sort.LEVEL if sort is Sort.RELEVANCE else sort
        ids = self._answered((bits, order), lambda: self._in_order(bits, self.orders[order]))
        return sorted(ids, key=lambda id_: -scores.get(id_, 0)) if sort is Sort.RELEVANCE and scores else ids

    def _in_order(self, bits: int, order: Sequence[int]) -> Sequence[int]:
        flags = f"{bits:b}"[::-1].ljust(len(order), "0")
        return [self.course_ids[place] for place in order if flags[place] == "1"]


def _read() -> FacetIndex:
    """Read the index: what courses say of themselves, and what links them to skills, hosts and remarks."""
    rows = db.session.execute(
        sa.select(
            Course.id,
            Course.published_id,
            CourseEdition.level,
            CourseEdition.format,
            CourseEdition.minutes,
            CourseEdition.published_at,
            Track.slug,
            Track.position,
            HAS_LESSONS.label("has_lessons"),
        )
        .join(CourseEdition, CourseEdition.id == Course.published_id)
        .join(Track, Track.id == CourseEdition.track_id)
        .where(Course.is_for_all)
        .order_by(Course.id)
    ).all()
    index = FacetIndex(
        course_ids=[row.id for row in rows],
        places={row.id: place for place, row in enumerate(rows)},
        values={facet: {} for facet in Facet},
        labels={facet: {} for facet in Facet},
    )
    _offer_values(index)
    for place, row in enumerate(rows):
        index.values[Facet.LEVEL][row.level.value] |= 1 << place
        index.values[Facet.FORMAT][row.format.value] |= 1 << place
        index.values[Facet.TRACK][row.slug] |= 1 << place
        index.values[Facet.LENGTH][length_of(row.minutes or 0).value] |= 1 << place
        if row.format.is_own_pace and row.has_lessons:
            index.own_pace |= 1 << place
    _read_skills(index, {row.published_id: place for place, row in enumerate(rows)})
    _read_hosts(index)
    _read_answers(index)
    places = range(len(rows))
    index.orders = {
        Sort.LEVEL: sorted(places, key=lambda p: (rows[p].level.value, rows[p].position, p)),
        Sort.NEWEST: sorted(places, key=lambda p: (-rows[p].published_at.timestamp(), p)),
        Sort.SHORTEST: sorted(places, key=lambda p: (rows[p].minutes, p)),
    }
    return index


def _offer_values(index: FacetIndex) -> None:
    """Lay out the values that are known beforehand, in the order in which they are offered."""
    for term, facet in ((When, Facet.WHEN), (Level, Facet.LEVEL), (Format, Facet.FORMAT), (Length, Facet.LENGTH)):
        for value, label in term.choices():
            _put(index, facet, value, label, 0)
    for slug, title in db.session.execute(sa.select(Track.slug, Track.title).order_by(Track.position)):
        _put(index, Facet.TRACK, slug, title, 0)


def _read_skills(index: FacetIndex, place_of_edition: dict[int | None, int]) -> None:
    for edition_id, category, name in db.session.execute(
        sa.select(edition_skill.c.edition_id, Skill.category, Skill.name)
        .join(Skill, Skill.id == edition_skill.c.skill_id)
        .order_by(Skill.category, Skill.name)
    ):
        if edition_id in place_of_edition:
            _put(index, Facet.SKILL, f"{category}:{name}", name, 1 << place_of_edition[edition_id])


def _read_hosts(index: FacetIndex) -> None:
    for course_id, organisation_id, name in db.session.execute(
        sa.select(course_host.c.course_id, Organisation.id, Organisation.name)
        .join(Organisation, Organisation.id == course_host.c.organisation_id)
        .order_by(Organisation.reading, Organisation.id)
    ):
        _put(index, Facet.HOST, str(organisation_id), name, index.set_of([course_id]))


def _read_answers(index: FacetIndex) -> None:
    for course_id, municipalities in db.session.execute(
        sa.select(Motivation.course_id, Roundtable.municipalities)
        .join(Remark, Remark.id == Motivation.remark_id)
        .join(Article, Article.id == Remark.article_id)
        .join(Roundtable, Roundtable.id == Article.roundtable_id)
        .order_by(Roundtable.number, Roundtable.id)
    ):
        for name in municipalities:
            _put(index, Facet.ANSWERS, name, name, index.set_of([course_id]))


def _put(index: FacetIndex, facet: Facet, value: str, label: str, bits: int) -> None:
    index.labels[facet][value] = label
    index.values[facet][value] = index.values[facet].get(value, 0) | bits


def length_of(minutes: int) -> Length:
    """Return the length class of a number of minutes."""
    return next(
        (length for length in (Length.SHORT, Length.MIDDLE, Length.LONG) if minutes <= int(length.value)), Length.DAY
    )


current = Kept(_read).current
"""Return the index of what the catalogue says now."""
