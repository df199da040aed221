"""The inbox: people read their notices, and choose how they are mailed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from kernel import clock
from kernel.database import db
from kernel.errors import NotFoundError

from courses.sessions.models import TrainingSession

from participation.notices.models import MailWish, Notice, NoticePreference

if TYPE_CHECKING:
    from people.permission import Actor


def notices_of(actor: Actor) -> sa.Select[Notice]:
    """Return the statement of the actor's notices with the course of each that is about one, latest first."""
    return (
        sa.select(Notice)
        .options(joinedload(Notice.course), joinedload(Notice.session).selectinload(TrainingSession.meetings))
        .where(Notice.staff_id == actor.staff_id)
        .order_by(Notice.id.desc())
    )


UNREAD = sa.select(sa.func.count()).where(Notice.staff_id == sa.bindparam("staff_id"), Notice.read_at.is_(None))


def unread(actor: Actor) -> int:
    """Return how many notices the actor has not read."""
    return db.session.scalar(UNREAD, {"staff_id": actor.staff_id}) or 0


def opened(actor: Actor, notice_id: int) -> Notice:
    """Note that the actor opens a notice, and return it. Raises NotFoundError for anybody else's."""
    notice = db.session.scalar(
        sa.select(Notice)
        .options(joinedload(Notice.course))
        .where(Notice.id == notice_id, Notice.staff_id == actor.staff_id)
    )
    if notice is None:
        raise NotFoundError
    notice.read_at = notice.read_at or clock.now()
    db.session.flush()
    return notice


def mark_all_read(actor: Actor) -> None:
    """Note that the actor has read everything there is."""
    db.session.execute(
        sa.update(Notice)
        .where(Notice.staff_id == actor.staff_id, Notice.read_at.is_(None))
        .values(read_at=clock.now())
        .execution_options(synchronize_session=False)
    )


def wish_of(actor: Actor) -> MailWish:
    """Return how the actor wants to be mailed."""
    row = db.session.get(NoticePreference, actor.staff_id)
    return row.mail if row else MailWish.DAILY


def choose(actor: Actor, wish: MailWish) -> None:
    """Keep how the actor wants to be mailed, from the next notice on."""
    row = db.session.get(NoticePreference, actor.staff_id) or NoticePreference(staff_id=actor.staff_id)
    row.mail = wish
    db.session.add(row)
    db.session.flush()
