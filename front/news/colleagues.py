"""News of what a colleague has entrusted to one: to stand in for somebody, to take courses over, to read the answer to a request as the second person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from kernel import clock
from kernel.database import TODAY, commit_part, db

from people.membership import is_current
from people.models import Membership, RoleGrant, Staff
from people.permission import PERMISSIONS, Permission

from courses.models import Successor

from participation.notices.kinds import NoticeKind
from participation.notices.models import MailState, Notice
from participation.notices.telling import Page, Tell, tell
from participation.record.models import Disclosure

from front.news.since import BACK

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

SECOND_PERSONS = [role for role, permissions in PERMISSIONS.items() if Permission.MANAGE_STAFF in permissions]


@dataclass(frozen=True)
class _Entrusted:
    """What was entrusted to somebody: what it is, told apart from others; where it stands; a sentence."""

    staff_id: int
    about: str
    path: str
    title: str
    text: str


def tell_entrusted() -> int:
    """Tell whoever something was entrusted to, lately and once; return how many. No mail goes out of what was taken back, or done, in the meantime."""
    stands = [*_deputies(), *_successors(), *_second_persons()]
    told = 0
    for one in stands:
        told += tell(Page(one.path, one.about), one.title, [Tell(NoticeKind.ENTRUSTED, one.staff_id, one.text)])
    keys = [f"{NoticeKind.ENTRUSTED.value}:{one.about}:{one.staff_id}:" for one in stands]
    lately = Notice.made_at > clock.now() - BACK + clock.DAY
    over = (Notice.kind == NoticeKind.ENTRUSTED, Notice.mail_state == MailState.DUE, lately, Notice.key.not_in(keys))
    db.session.execute(sa.update(Notice).where(*over).values(mail_state=MailState.SKIPPED))
    commit_part()
    return told


def _deputies() -> Iterator[_Entrusted]:
    """Return who stands in for somebody today or from a day to come."""
    absent = aliased(Staff)
    rows = db.session.execute(
        sa.select(RoleGrant, Membership.staff_id, absent.name)
        .join(Membership, Membership.id == RoleGrant.membership_id)
        .join(absent, absent.id == RoleGrant.acts_for_id)
        .where(RoleGrant.granted_at > clock.now() - BACK, RoleGrant.ends_on > clock.today(), is_current())
    )
    for grant, staff_id, name in rows:
        last_day = _when(grant.ends_on - clock.DAY if grant.ends_on else None)
        text = (
            f"{name}さんの代理として、{_when(grant.begins_on)}から{last_day}まで、{grant.role.label}の仕事ができます。"
        )
        about = f"deputy {grant.membership_id} {grant.role.value} {grant.acts_for_id} {grant.begins_on} {grant.ends_on}"
        yield _Entrusted(staff_id, about, "/me", "代理", text)


def _successors() -> Iterator[_Entrusted]:
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
        yield _Entrusted(staff_id, f"successor {membership_id} {left_on}", "/studio", "講座の引き継ぎ", text)


def _second_persons() -> Iterator[_Entrusted]:
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
            Disclosure.asked_at > clock.now() - BACK, Disclosure.agreed_at.is_(None), is_current(), RoleGrant.role.in_(SECOND_PERSONS), RoleGrant.is_held(TODAY),
            Membership.staff_id != Disclosure.asked_by_id, Membership.staff_id != Disclosure.staff_id,
        )
        .distinct()
    )  # fmt: skip
    for disclosure_id, staff_id, of in rows:
        text = "個人情報の開示請求を受け付けました。回答の内容を、受け付けた人とは別の担当者が確認してください。"
        yield _Entrusted(
            staff_id, f"disclosure {disclosure_id}", f"/office/staff/{of}/disclosure", "開示請求の確認", text
        )


def _when(day: dt.date | None) -> str:
    return clock.date_label(day or clock.today())
