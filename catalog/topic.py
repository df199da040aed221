"""Topics (話題): what remarks have in common; named, renamed and taken out by the secretariat, and given to remarks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from kernel.database import add, db
from kernel.errors import ConflictError, NotFoundError

from people import audit
from people.act import Act

from courses.course import free_slug

from catalog.models import Remark, Topic, remark_topic

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from people.permission import Actor


def topics() -> list[tuple[Topic, int]]:
    """Return the topics by name, each with how many remarks bear it."""
    count = (
        sa.select(sa.func.count())
        .select_from(remark_topic)
        .where(remark_topic.c.topic_id == Topic.id)
        .correlate(Topic)
        .scalar_subquery()
    )
    return [(row, number) for row, number in db.session.execute(sa.select(Topic, count).order_by(Topic.name))]


def topic(topic_id: int) -> Topic:
    """Return a topic. Raises NotFoundError."""
    row = db.session.get(Topic, topic_id)
    if row is None:
        raise NotFoundError
    return row


def begin(actor: Actor, name: str) -> Topic:
    """Add a topic. Raises ConflictError where there is one of the name."""
    _check_new(name)
    audit.record(actor, Act.TOPIC_CHANGED, name)
    return add(Topic(slug=free_slug("topic", Topic.slug), name=name))


def rename(actor: Actor, row: Topic, name: str) -> None:
    """Rename a topic wherever it stands. Raises ConflictError where there is one of the name."""
    _check_new(name, but=row.id)
    audit.record(actor, Act.TOPIC_CHANGED, f"{row.name} → {name}")
    row.name = name
    db.session.flush()


def remove(actor: Actor, row: Topic) -> None:
    """Take a topic out; the remarks that bore it bear it no more."""
    audit.record(actor, Act.TOPIC_CHANGED, f"{row.name} → なし")
    db.session.execute(sa.delete(remark_topic).where(remark_topic.c.topic_id == row.id))
    db.session.delete(row)
    db.session.flush()


def give(actor: Actor, remark: Remark, topic_ids: Collection[int]) -> None:
    """Let a remark, which must be loaded with its topics, bear these topics and no others; unknown ones are left out."""
    found: Sequence[Topic] = db.session.scalars(sa.select(Topic).where(Topic.id.in_(topic_ids))).all()
    remark.topics = list(found)
    names = "、".join(row.name for row in found) or "なし"
    audit.record(actor, Act.TOPIC_CHANGED, f"{remark.article.key}/{remark.position} {names}")
    db.session.flush()


def _check_new(name: str, but: int = 0) -> None:
    if db.session.scalar(sa.select(Topic.id).where(Topic.name == name, Topic.id != but)):
        message = "同じ名前の話題があります。"
        raise ConflictError(message, field="name")
