"""The summary (まとめ): once a week coordinators and heads are told how many of their people are late, as the board counts it; no names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from kernel import clock
from kernel.database import TODAY, commit_part, db

from people.actor import actor_of
from people.membership import is_current
from people.models import Membership, Role, RoleGrant

from catalog.models import Adoption

from participation.notices.kinds import NoticeKind
from participation.notices.models import Notice
from participation.notices.rule import rules
from participation.notices.telling import Page, Tell, tell

from review.duties.duty import duties_of, is_open_in
from review.duties.question import ask

if TYPE_CHECKING:
    from collections.abc import Sequence

    from people.permission import Actor

PAGE = Page("/office/duties?standing=late", "late")


def tell_summaries() -> int:
    """Tell who looks after others how many are late, once in a week, and return how many were told; done again, nobody twice."""
    year, week, _day = clock.today().isocalendar()
    about, told = f"{year}-W{week:02}", 0
    for staff_id in _to_be_told(about):
        actor = actor_of(staff_id)
        if actor and (said := _late_in_words(actor)):
            told += tell(PAGE, "受講状況", [Tell(NoticeKind.SUMMARY, staff_id, said, about)])
            commit_part()
    return told


def _to_be_told(about: str) -> Sequence[int]:
    """Return who coordinates, or heads a section of, an organisation that adopted something and wants them told, and was not told yet."""
    own = rules()
    no_heads = [id_ for id_, rule in own.items() if not rule.to_heads]
    no_coordinators = [id_ for id_, rule in own.items() if not rule.to_coordinators]
    adopted = sa.exists().where(Adoption.organisation_id == Membership.organisation_id)
    told = sa.exists().where(
        Notice.staff_id == Membership.staff_id,
        Notice.kind == NoticeKind.SUMMARY,
        Notice.key.endswith(f":{about}", autoescape=True),
    )
    wanted = (
        sa.and_(RoleGrant.role == Role.HEAD, Membership.organisation_id.not_in(no_heads)),
        sa.and_(RoleGrant.role == Role.COORDINATOR, Membership.organisation_id.not_in(no_coordinators)),
    )
    return db.session.scalars(
        sa.select(Membership.staff_id)
        .join(RoleGrant, RoleGrant.membership_id == Membership.id)
        .where(is_current(), RoleGrant.is_held(TODAY), adopted, ~told, sa.or_(*wanted))
        .distinct()
        .order_by(Membership.staff_id)
    ).all()


def _late_in_words(actor: Actor) -> str:
    """Return how many people and duties are late of those whom somebody looks after; empty where none is."""
    duty = duties_of(actor, ask({}))
    people, late = db.session.execute(
        sa.select(sa.func.count(sa.distinct(duty.c.staff_id)), sa.func.count()).where(
            is_open_in(duty), duty.c.due_on < TODAY
        )
    ).one()
    if not late:
        return ""
    return f"期限を過ぎた必修が、{people:,}人・延べ{late:,}件あります。受講状況の一覧で名前を確かめて、まとめて知らせられます。"
