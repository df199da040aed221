"""News of what a colleague has entrusted to one: to stand in for somebody, to take courses over, to read the answer to a request as the second person."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from kernel import clock
from kernel.database import TODAY, commit_part, db, slices

from people.membership import is_current
from people.models import Membership, RoleGrant, Staff
from people.permission import Permission, roles_with

from courses.models import Successor

from participation.notices.kinds import NoticeKind
from participation.notices.models import MailState, Notice
from participation.notices.telling import AT_ONCE, Page, Tell, key_of, tell
from participation.record.models import Disclosure

from front.news.since import BACK

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

Entrusted = tuple[Page, str, Tell]
"""What was entrusted to somebody: where it stands, what it is called, and the sentence."""


def tell_entrusted() -> int:
    """Tell whoever something was entrusted to, lately and once; return how many. No mail goes out of what was taken back, or done, in the meantime.

    The worker's task at each look: who stands in from today on learns of it today. What was told already costs one statement, however much it is.
    """
    stands = {key_of(page, telling): (page, title, telling) for page, title, telling in (*_deputies(), *_successors(), *_second_persons())}  # fmt: skip
    lately = Notice.made_at > clock.now() - BACK
    told = dict(db.session.execute(sa.select(Notice.key, Notice.mail_state).where(Notice.kind == NoticeKind.ENTRUSTED, lately)).all())  # fmt: skip
    new = [one for key, one in stands.items() if key not in told]
    over = [key for key, state in told.items() if state.is_due and key not in stands]
    count = sum(tell(page, title, [telling]) for page, title, telling in new)
    for keys in slices(over, AT_ONCE):
        db.session.execute(sa.update(Notice).where(Notice.key.in_(keys)).values(mail_state=MailState.SKIPPED))
    commit_part()
    return count


def _entrusted(staff_id: int, about: str, path: str, title: str, text: str) -> Entrusted:
    return Page(path, about), title, Tell(NoticeKind.ENTRUSTED, staff_id, text)


def _deputies() -> Iterator[Entrusted]:
    """Return who stands in for somebody today or from a day to come, and for whom: both are told."""
    absent, deputy = aliased(Staff), aliased(Staff)
    rows = db.session.execute(
        sa.select(RoleGrant, deputy.id, deputy.name, absent.id, absent.name)
        .join(Membership, Membership.id == RoleGrant.membership_id)
        .join(deputy, deputy.id == Membership.staff_id)
        .join(absent, absent.id == RoleGrant.acts_for_id)
        .where(RoleGrant.granted_at > clock.now() - BACK, RoleGrant.ends_on > clock.today(), is_current())
    )
    for grant, deputy_id, deputy_name, absent_id, absent_name in rows:
        last_day = _when(grant.ends_on - clock.DAY if grant.ends_on else None)
        time = f"{_when(grant.begins_on)}から{last_day}まで"
        about = f"deputy {grant.membership_id} {grant.role.value} {grant.acts_for_id} {grant.begins_on} {grant.ends_on}"
        yield _entrusted(
            deputy_id,
            about,
            "/me",
            "代理",
            f"{absent_name}さんの代理として、{time}、{grant.role.label}の仕事ができます。",
        )
        text = f"{deputy_name}さんが、あなたの代理として、{time}、{grant.role.label}の仕事をします。"
        yield _entrusted(absent_id, about, "/me", "代理", text)


def _successors() -> Iterator[Entrusted]:
    """Return who takes over the courses of somebody who leaves on a day to come."""
    leaving = aliased(Staff)
    rows = db.session.execute(
        sa.select(Successor.membership_id, Successor.successor_id, leaving.name, Membership.left_on)
        .join(Membership, Membership.id == Successor.membership_id)
        .join(leaving, leaving.id == Membership.staff_id)
        .where(Successor.named_at > clock.now() - BACK, Membership.left_on > clock.today())
    )
    for membership_id, staff_id, name, left_on in rows:
        text = f"{name}さんが担当している講座を、{_when(left_on)}から引き継ぎます。"
        yield _entrusted(staff_id, f"successor {membership_id} {left_on}", "/studio", "講座の引き継ぎ", text)


def _second_persons() -> Iterator[Entrusted]:
    """Return who may agree to answer a request that waits: whoever manages staff there, and neither took it in nor is concerned."""
    theirs = aliased(Membership)
    where = (
        sa.select(sa.func.max(theirs.id))
        .where(theirs.staff_id == Disclosure.staff_id, theirs.organisation_id == Disclosure.organisation_id)
        .correlate(Disclosure)
        .scalar_subquery()
    )
    rows = db.session.execute(
        sa.select(Disclosure.id, Membership.staff_id, where)
        .join(Membership, Membership.organisation_id == Disclosure.organisation_id)
        .join(RoleGrant, RoleGrant.membership_id == Membership.id)
        .where(
            Disclosure.asked_at > clock.now() - BACK, Disclosure.agreed_at.is_(None), is_current(), RoleGrant.role.in_(roles_with(Permission.MANAGE_STAFF)), RoleGrant.is_held(TODAY),
            Membership.staff_id != Disclosure.asked_by_id, Membership.staff_id != Disclosure.staff_id,
        )
        .distinct()
    )  # fmt: skip
    for disclosure_id, staff_id, of in rows:
        text = "個人情報の開示請求を受け付けました。回答の内容を、受け付けた人とは別の担当者が確認してください。"
        yield _entrusted(
            staff_id, f"disclosure {disclosure_id}", f"/office/staff/{of}/disclosure", "開示請求の確認", text
        )


def _when(day: dt.date | None) -> str:
    return clock.date_label(day or clock.today())
