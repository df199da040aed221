"""A message (連絡) of the host to who comes to a session; who has no address is reached through the coordinators."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel import clock
from kernel.errors import ConflictError
from kernel.secret import digest

from people import audit
from people.act import Act

from courses.sessions import training_session

from participation.hosting.concerned import reach, tell_message

if TYPE_CHECKING:
    from people.permission import Actor


def reached(session_id: int) -> tuple[int, int]:
    """Return how many people have a place in a session, and how many more hope for one."""
    placed = reach(session_id, hoping=False)
    return len(placed), len(reach(session_id, hoping=True).keys() - placed.keys())


def send(actor: Actor, session_id: int, words: str, *, hoping: bool) -> int:
    """Tell who has a place, and perhaps who hopes for one, what the host writes; return how many that are.

    Raises NotFoundError for anybody but the host, ConflictError where nobody would be told, or the same was said today.
    """
    session = training_session.lock_hosted(actor, session_id)
    people = len(reach(session_id, hoping=hoping))
    if not people:
        message = "連絡する人がいません。席のある人が、まだいません。"
        raise ConflictError(message)
    told = tell_message(
        session_id,
        f"{session.edition.title}の実施団体からの連絡です。\n{words}",
        f"{clock.today()} {digest(words)[:16]}",
        hoping=hoping,
    )
    if not told:
        message = "同じ連絡を、今日すでに送っています。"
        raise ConflictError(message)
    audit.record(
        actor,
        Act.SESSION_MESSAGE,
        f"{session.edition.title} {people}人",
        organisation_id=session.host_id,
        session=session_id,
    )
    return people
