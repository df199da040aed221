"""Motivations (きっかけ): the link from a remark to the course that answers it, with a rationale."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from kernel.database import add, db
from kernel.errors import ConflictError, InvalidError, NotFoundError

from people import audit
from people.act import Act

from courses import catalogue_version
from courses.models import EditionState

from catalog import roundtable
from catalog.models import Article, Motivation, Remark
from catalog.search import index

if TYPE_CHECKING:
    from people.permission import Actor

    from courses.models import Course


PLACE = re.compile(r"(?:.*/remarks/)?([0-9a-z-]+)/(\d{1,4})/?$")


@dataclass(frozen=True)
class Motivate:
    """The remark that motivates a course, and why."""

    article_key: str
    position: int
    rationale: str


def place_in(text: str) -> tuple[str, int] | None:
    """Return article and position of the remark that an address or a number (8-1/11) means; None where it means none."""
    match = PLACE.match(text)
    return (match[1], int(match[2])) if match else None


def meant(text: str) -> Remark | None:
    """Return the remark that an address or a number means, if there is one."""
    try:
        return roundtable.remark(*place) if (place := place_in(text)) else None
    except NotFoundError:
        return None


def motivate(actor: Actor, course: Course, command: Motivate) -> Motivation:
    """Link a remark to a course the actor may change.

    Raises InvalidError for an unknown remark or an empty rationale, ConflictError for a link that is there.
    """
    try:
        remark = roundtable.remark(command.article_key, command.position)
    except NotFoundError as error:
        message = "この発言は見つかりません。座談会の一覧から選んでください。"
        raise InvalidError(message, field="remark") from error
    if not command.rationale.strip():
        message = "この発言がなぜこの講座につながるのかを書いてください。"
        raise InvalidError(message, field="rationale")
    if db.session.scalar(
        sa.select(Motivation.id).where(Motivation.remark_id == remark.id, Motivation.course_id == course.id)
    ):
        message = "この発言はすでにきっかけになっています。"
        raise ConflictError(message, field="remark")
    motivation = add(
        Motivation(remark_id=remark.id, course_id=course.id, rationale=command.rationale, author_id=actor.staff_id)
    )
    audit.record(
        actor, Act.MOTIVATION_ADDED, course.slug, organisation_id=course.owner_id,
        remark=f"{command.article_key}/{command.position}",
    )  # fmt: skip
    _tell_the_catalogue(course)
    return motivation


def withdraw(actor: Actor, course: Course, motivation_id: int) -> None:
    """Take back a link. Raises NotFoundError for an unknown one, ConflictError for the last one of a course that is published or in review."""
    motivations = motivations_of(course.id)
    mine = [motivation for motivation in motivations if motivation.id == motivation_id]
    offered = any(row.state in {EditionState.PUBLISHED, EditionState.IN_REVIEW} for row in course.editions)
    if offered and len(motivations) == len(mine):
        message = "公開中・確認中の講座の最後のきっかけは外せません。先に別の発言を選んでください。"
        raise ConflictError(message)
    if not mine:
        raise NotFoundError
    for motivation in mine:
        db.session.delete(motivation)
        audit.record(actor, Act.MOTIVATION_REMOVED, course.slug, organisation_id=course.owner_id)
    _tell_the_catalogue(course)


def _tell_the_catalogue(course: Course) -> None:
    """Let search and facets of a published course follow its motivations."""
    db.session.flush()
    if course.published_id:
        index.index_course(course)
        catalogue_version.changed()


MOTIVATIONS = (
    sa.select(Motivation)
    .join(Motivation.remark)
    .join(Remark.article)
    .join(Article.roundtable)
    .options(
        contains_eager(Motivation.remark).contains_eager(Remark.article).contains_eager(Article.roundtable),
        joinedload(Motivation.author),
    )
    .where(Motivation.course_id == sa.bindparam("course_id"))
    .order_by(Article.roundtable_id, Article.part, Remark.position)
)


def motivations_of(course_id: int) -> list[Motivation]:
    """Return why a course exists, with remark, article and roundtable, oldest roundtable first."""
    return list(db.session.scalars(MOTIVATIONS, {"course_id": course_id}))


def first_voice(course_id: int) -> Remark | None:
    """Return the oldest remark that motivated a course and of which a summary is there; where its lessons begin, it is told."""
    found = (one.remark for one in motivations_of(course_id) if one.remark.summary)
    return next(found, None)


def count_of(course_id: int) -> int:
    """Return how many motivations a course has."""
    return db.session.scalar(sa.select(sa.func.count()).where(Motivation.course_id == course_id)) or 0
