"""Roundtables (座談会) and their remarks, as they are read: one by one, by topic, speaker and municipality."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from kernel.database import db
from kernel.errors import NotFoundError

from courses.models import Course
from courses.offer import is_offered_to_all

from catalog.models import Article, EarlierRemark, Motivation, Remark, Roundtable, Topic, remark_topic

if TYPE_CHECKING:
    from collections.abc import Sequence


def is_answered() -> sa.ColumnElement[bool]:
    """Return the condition that a published course answers a remark."""
    return sa.exists(
        sa.select(Motivation.id)
        .join(Course, Course.id == Motivation.course_id)
        .where(Motivation.remark_id == Remark.id, is_offered_to_all())
    )


@dataclass(frozen=True)
class Listed:
    """A roundtable in the list: how many of its remarks ask for something, and how many are answered."""

    roundtable: Roundtable
    asking: int
    answered: int


def roundtables() -> list[Listed]:
    """Return all roundtables, latest first: two queries."""
    rows = db.session.scalars(
        sa.select(Roundtable)
        .options(selectinload(Roundtable.articles))
        .order_by(Roundtable.held_on.desc().nulls_last(), Roundtable.number.desc())
    ).all()
    counts = {
        roundtable_id: (asking, answered)
        for roundtable_id, asking, answered in db.session.execute(
            sa.select(
                Article.roundtable_id,
                sa.func.count(Remark.id).filter(sa.or_(Remark.asks, is_answered())),
                sa.func.count(Remark.id).filter(is_answered()),
            )
            .join(Remark, Remark.article_id == Article.id)
            .group_by(Article.roundtable_id)
        )
    }
    return [Listed(row, *counts.get(row.id, (0, 0))) for row in rows]


def roundtable(key: str) -> Roundtable:
    """Return a roundtable with its articles, participants and remarks in order. Raises NotFoundError."""
    row = db.session.scalar(
        sa.select(Roundtable)
        .options(
            selectinload(Roundtable.participants),
            selectinload(Roundtable.articles)
            .selectinload(Article.remarks)
            .selectinload(Remark.motivations)
            .joinedload(Motivation.course)
            .joinedload(Course.published),
        )
        .where(Roundtable.key == key)
    )
    if row is None:
        raise NotFoundError
    return row


REMARK = (
    sa.select(Remark)
    .join(Remark.article)
    .options(
        contains_eager(Remark.article).joinedload(Article.roundtable).selectinload(Roundtable.participants),
        selectinload(Remark.topics),
    )
    .where(Article.key == sa.bindparam("key"), Remark.position == sa.bindparam("position"))
)


def remark(article_key: str, position: int) -> Remark:
    """Return a remark with article, roundtable, participants and topics. Raises NotFoundError."""
    row = db.session.scalar(REMARK, {"key": article_key, "position": position})
    if row is None:
        raise NotFoundError
    return row


def earlier(remark: Remark) -> Sequence[EarlierRemark]:
    """Return what a remark said before, the latest first."""
    return db.session.scalars(
        sa.select(EarlierRemark).where(EarlierRemark.remark_id == remark.id).order_by(EarlierRemark.id.desc())
    ).all()


@dataclass(frozen=True)
class RemarkFilter:
    """Which remarks are wanted: of a topic, a speaker, a municipality; only those nothing answers yet."""

    topic: str = ""
    speaker: str = ""
    municipality: str = ""
    unanswered: bool = False


def remarks(wanted: RemarkFilter) -> sa.Select[Remark]:
    """Return the statement of the remarks that are wanted, latest roundtable first."""
    statement = (
        sa.select(Remark)
        .join(Remark.article)
        .join(Article.roundtable)
        .options(
            contains_eager(Remark.article).contains_eager(Article.roundtable),
            selectinload(Remark.topics),
            selectinload(Remark.motivations).joinedload(Motivation.course).joinedload(Course.published),
        )
        .order_by(Roundtable.held_on.desc().nulls_last(), Article.part, Article.id, Remark.position)
    )
    if wanted.topic:
        statement = statement.where(
            sa.exists(
                sa.select(remark_topic.c.remark_id)
                .join(Topic, Topic.id == remark_topic.c.topic_id)
                .where(remark_topic.c.remark_id == Remark.id, Topic.slug == wanted.topic)
            )
        )
    if wanted.speaker:
        statement = statement.where(Remark.speaker == wanted.speaker)
    if wanted.municipality:
        named = sa.select(Roundtable.id).where(_names_municipality(wanted.municipality))
        statement = statement.where(Roundtable.id.in_(named))
    if wanted.unanswered:
        statement = statement.where(Remark.asks, sa.not_(is_answered()))
    return statement


def unanswered(most: int = 20) -> Sequence[Remark]:
    """Return the latest remarks that ask for something and that nothing answers yet."""
    return db.session.scalars(remarks(RemarkFilter(unanswered=True)).limit(most)).all()


def _names_municipality(name: str) -> sa.ColumnElement[bool]:
    keys = [
        row.id
        for row in db.session.execute(sa.select(Roundtable.id, Roundtable.municipalities))
        if name in row.municipalities
    ]
    return Roundtable.id.in_(keys)


@dataclass(frozen=True)
class Choices:
    """What remarks can be filtered by."""

    topics: Sequence[Topic]
    speakers: Sequence[str]
    municipalities: Sequence[str]


def choices() -> Choices:
    """Return the topics, speakers and municipalities that there are."""
    named = db.session.scalars(sa.select(Roundtable.municipalities).order_by(Roundtable.number))
    return Choices(
        topics=db.session.scalars(sa.select(Topic).order_by(Topic.name)).all(),
        speakers=db.session.scalars(sa.select(Remark.speaker).distinct().order_by(Remark.speaker)).all(),
        municipalities=list(dict.fromkeys(name for names in named for name in names)),
    )


def first_voices(count: int = 3) -> list[Remark]:
    """Return some answered remarks for the front page: those that motivated most courses."""
    most = (
        sa.select(Motivation.remark_id, sa.func.count().label("courses"))
        .join(Course, Course.id == Motivation.course_id)
        .where(is_offered_to_all())
        .group_by(Motivation.remark_id)
        .order_by(sa.desc("courses"), Motivation.remark_id)
        .limit(count)
        .subquery()
    )
    return list(
        db.session.scalars(
            sa.select(Remark)
            .join(most, most.c.remark_id == Remark.id)
            .options(joinedload(Remark.article).joinedload(Article.roundtable))
            .order_by(most.c.courses.desc(), Remark.id)
        )
    )
