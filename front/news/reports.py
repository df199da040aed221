"""News of a month: who asked for it is told how far training has reached the own office."""

from __future__ import annotations

from kernel import clock
from kernel.database import commit_part

from people.actor import actor_of
from people.permission import Permission

from participation.notices.kinds import NoticeKind
from participation.notices.telling import Page, Tell, tell

from review import monthly_report

PAGE = Page("/review/sections", "report")


def tell_reports() -> int:
    """Tell who wants the monthly report, and may read it today; return how many were told: each once in a month."""
    about, told = f"{clock.today():%Y-%m}", 0
    for staff_id in monthly_report.readers():
        actor = actor_of(staff_id)
        may_read = actor and actor.scope(Permission.READ_NAMES) and actor.scope(Permission.READ_PARTICIPATION)
        if actor and may_read and (said := monthly_report.in_words(actor)):
            told += tell(PAGE, "参加状況", [Tell(NoticeKind.REPORT, staff_id, said, about)])
            commit_part()
    return told
