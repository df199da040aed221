"""The order of a list (推薦の順番): an organisation moves its nominees up and down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.vocabulary import Term

from people.act import Act

from participation.joint.nomination import changed, check_may_change, check_open, nominations_of, own

if TYPE_CHECKING:
    from people.permission import Actor

    from participation.joint.models import Nomination


class Way(Term):
    """Where somebody is moved in the order of a list."""

    UP = "up", "上へ"
    DOWN = "down", "下へ"
    FIRST = "first", "先頭へ"
    LAST = "last", "最後へ"


def move(actor: Actor, nomination_id: int, way: Way) -> Nomination:
    """Move somebody in the organisation's order, by one place or to an end. Raises NotFoundError or ConflictError."""
    nomination, session, organisation = own(actor, nomination_id)
    check_open(session, organisation.id)
    order = list(nominations_of(session.id, organisation.id))
    check_may_change(actor, session, organisation.id, *order)
    place = next(index for index, row in enumerate(order) if row.id == nomination_id)
    last = len(order) - 1
    there = {Way.UP: max(0, place - 1), Way.DOWN: min(last, place + 1), Way.FIRST: 0, Way.LAST: last}[way]
    order.insert(there, order.pop(place))
    for position, row in enumerate(order, 1):
        row.position = position
    changed(actor, session, organisation.id, Act.NOMINATION_MOVED, nomination.staff.name)
    return nomination
