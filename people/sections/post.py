"""Posts (職): the list that an organisation keeps; found by what people call them, renamed, merged, removed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from kernel.database import add, db
from kernel.errors import ConflictError, InvalidError, NotFoundError
from kernel.spelling import folded

from people import audit
from people.act import Act
from people.audit import Change
from people.membership import is_not_over
from people.models import Membership, Post
from people.permission import Permission
from people.sections.section import point_elsewhere, pointing_to

if TYPE_CHECKING:
    from collections.abc import Sequence

    from people.permission import Actor

MOST_POSTS = 500


@dataclass(frozen=True)
class Held:
    """A post and how many people hold it."""

    post: Post
    people: int


def post(actor: Actor, post_id: int) -> Post:
    """Return a post of an organisation whose staff the actor manages. Raises NotFoundError."""
    row = db.session.scalar(
        sa.select(Post).where(Post.id == post_id, actor.scope(Permission.MANAGE_STAFF).where(Post.organisation_id))
    )
    if row is None:
        raise NotFoundError
    return row


def posts_of(organisation_id: int) -> Sequence[Post]:
    """Return the posts of an organisation."""
    return db.session.scalars(
        sa.select(Post).where(Post.organisation_id == organisation_id).order_by(Post.name).limit(MOST_POSTS)
    ).all()


def held(organisation_id: int) -> list[Held]:
    """Return the posts of an organisation with how many people hold each, the most frequent first."""
    people = sa.func.count(Membership.id)
    rows = db.session.execute(
        sa.select(Post, people)
        .outerjoin(Membership, sa.and_(Membership.post_id == Post.id, is_not_over()))
        .where(Post.organisation_id == organisation_id)
        .group_by(Post.id)
        .order_by(people.desc(), Post.name)
        .limit(MOST_POSTS)
    )
    return [Held(*row) for row in rows]


def named(organisation_id: int, text: str) -> int | None:
    """Return the id of the post that a text means; a new one where there is none, None for an empty text."""
    if not (key := folded(text)):
        return None
    known = {folded(row.name): row.id for row in posts_of(organisation_id)}
    return known.get(key) or add(Post(organisation_id=organisation_id, name=text)).id


def write(actor: Actor, row: Post, name: str) -> Post:
    """Rename a post; where another one is called so, both become that one."""
    same = next(
        (one for one in posts_of(row.organisation_id) if folded(one.name) == folded(name) and one.id != row.id), None
    )
    was = row.name
    if same is None:
        row.name = name
    else:
        point_elsewhere("post", row.id, same.id)
        db.session.delete(row)
    audit.record(actor, Act.POST_CHANGED, name, organisation_id=row.organisation_id, change=Change([was], [name]))
    db.session.flush()
    return same or row


def remove(actor: Actor, row: Post) -> None:
    """Take a post out of the list. Raises ConflictError where something points to it."""
    for column in pointing_to("post"):
        if db.session.scalar(sa.select(sa.exists().where(column == row.id))):
            message = f"「{row.name}」は使われています。名前をほかの職と同じに変えると、一つにまとまります。"
            raise ConflictError(message)
    audit.record(actor, Act.POST_CHANGED, row.name, organisation_id=row.organisation_id, change=Change([row.name], []))
    db.session.delete(row)
    db.session.flush()


def begin(actor: Actor, organisation_id: int, name: str) -> int:
    """Put a post on the list, unless it is there. Raises NotFoundError for another organisation, InvalidError without a name."""
    if organisation_id not in actor.scope(Permission.MANAGE_STAFF):
        raise NotFoundError
    post_id = named(organisation_id, name)
    if post_id is None:
        message = "職の名前を入力してください。"
        raise InvalidError(message, field="name")
    audit.record(actor, Act.POST_CHANGED, name, organisation_id=organisation_id, change=Change([], [name]))
    return post_id
