"""How an organisation reminds (知らせ方): how long before a date and how long after it, and who is told how many are late."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from kernel.database import db

from people import audit
from people.act import Act

from participation.notices.models import ReminderSetting

if TYPE_CHECKING:
    from people.permission import Actor


@dataclass(frozen=True)
class ReminderRule:
    """So many days before a date somebody is reminded, and for so many weeks after it; heads and coordinators get a summary."""

    days_before: tuple[int, ...]
    weeks_after: int
    to_heads: bool
    to_coordinators: bool

    @property
    def days_left(self) -> list[int]:
        """Return how many days are left when somebody is reminded, below zero after the date."""
        return [*self.days_before, *(-7 * week for week in range(1, self.weeks_after + 1))]


USUAL_RULE = ReminderRule(days_before=(14, 7, 1), weeks_after=8, to_heads=True, to_coordinators=True)


def rules() -> dict[int, ReminderRule]:
    """Return the rules of the organisations that have set one of their own."""
    return {row.organisation_id: _rule(row) for row in db.session.scalars(sa.select(ReminderSetting))}


def rule_of(organisation_id: int) -> ReminderRule:
    """Return the rule of an organisation: its own, or the usual one."""
    row = db.session.get(ReminderSetting, organisation_id)
    return _rule(row) if row else USUAL_RULE


def _rule(row: ReminderSetting) -> ReminderRule:
    return ReminderRule(tuple(row.days_before), row.weeks_after, row.to_heads, row.to_coordinators)


def set_rule(actor: Actor, organisation_id: int, rule: ReminderRule) -> None:
    """Set how an organisation reminds, from tomorrow's reminders on."""
    row = db.session.get(ReminderSetting, organisation_id) or ReminderSetting(organisation_id=organisation_id)
    row.days_before, row.weeks_after = list(rule.days_before), rule.weeks_after
    row.to_heads, row.to_coordinators = rule.to_heads, rule.to_coordinators
    db.session.add(row)
    before = f"期限の{'・'.join(map(str, rule.days_before))}日前" if rule.days_before else "期限の前は知らせない"
    audit.record(
        actor, Act.REMINDING_SET, f"{before}、過ぎてから{rule.weeks_after}週のあいだ", organisation_id=organisation_id
    )
    db.session.flush()
