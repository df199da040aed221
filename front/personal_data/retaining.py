"""Retention (保存期間): what its time is over goes, as `people.retention` says; previewed, and carried out by the worker each day."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

import sqlalchemy as sa

from kernel import clock
from kernel.database import commit_part, db
from kernel.errors import ConflictError

from people import audit, retention
from people.act import Act
from people.joining.models import Applicant, OfferState, TransferOffer
from people.membership import is_not_over
from people.models import AuditEntry, Membership, Staff
from people.sections.models import PlannedMove
from people.signing_in.models import PasswordLink
from people.trail.erasure import NOBODY
from people.trail.models import AuditSeal

from courses.sessions.models import TrainingSession

from participation.joint.models import Wish
from participation.models import PartingChoice
from participation.notices.models import Notice
from participation.record.models import Disclosure

from front.personal_data.erasing import erase

A_FEW, LONGEST_SILENCE = 5, dt.timedelta(days=60)
"""What was done before the last few acts must not be long ago: else it is the clock that is wrong, and it is not believed."""
AT_ONCE = 500


def _over() -> dict[str, tuple[type[Any], sa.ColumnElement[bool]]]:
    """Return the kinds of rows that go by themselves, in words, each with the condition that its time is over."""
    now = clock.now()
    ended = sa.exists().where(TrainingSession.id == Wish.session_id, TrainingSession.ends_at < now - retention.WISHES)
    began = sa.exists().where(TrainingSession.id == PartingChoice.session_id, TrainingSession.starts_at < now)
    unused = TransferOffer.state.in_((OfferState.DECLINED, OfferState.WITHDRAWN, OfferState.OFFERED))
    return {
        "お知らせ": (Notice, Notice.made_at < now - retention.NOTICES),
        "招待のリンクからの登録の申し込み": (Applicant, Applicant.applied_at < now - retention.APPLICANTS),
        "パスワードを設定するリンク": (PasswordLink, PasswordLink.expires_at < now - retention.LINKS),
        "まとまらなかった異動の申し出": (TransferOffer, sa.and_(unused, TransferOffer.day < clock.today() - retention.A_YEAR)),
        "終わった開催回への推薦の希望": (Wish, ended),
        "開示請求への対応": (Disclosure, Disclosure.agreed_at < now - retention.DISCLOSURES),
        "行えなかった異動の予定": (PlannedMove, PlannedMove.day < clock.today() - retention.PLANS),
        "始まった開催回の席の扱い": (PartingChoice, began),
    }  # fmt: skip


def due(years: int) -> dict[str, int]:
    """Return of how many rows, entries and people the time is over; nothing is changed. 0 years: people stay."""
    found = {
        label: db.session.scalar(sa.select(sa.func.count()).select_from(model).where(over)) or 0
        for label, (model, over) in _over().items()
    }
    old = sa.select(sa.func.count()).select_from(AuditEntry).where(AuditEntry.at < clock.now() - retention.LOG)
    return {
        **found,
        "操作の記録": db.session.scalar(old) or 0,
        f"すべての団体を離れて{years}年たった人": len(long_gone(years)) if years else 0,
    }


def clock_seems_wrong() -> bool:
    """Tell whether nobody did anything for long before now, so that the clock is not believed."""
    lately = sa.select(AuditEntry.at).order_by(AuditEntry.id.desc()).offset(A_FEW).limit(1)
    before = db.session.scalar(lately)
    return before is None or clock.now() - before > LONGEST_SILENCE


def tidy(years: int) -> int:
    """Let go of what its time is over, and of people who left all organisations so many years ago.

    0 years: people stay. Return how many rows, entries and people went; called until there is nothing to do. Nothing goes
    while the clock seems to have jumped.
    """
    if clock_seems_wrong():
        return 0
    gone = 0
    for model, over in _over().values():
        keys = list(model.__table__.primary_key)
        some = sa.select(*keys).where(over).limit(AT_ONCE)
        gone += db.session.execute(sa.delete(model).where(sa.tuple_(*keys).in_(some))).rowcount  # type: ignore[attr-defined]
    entries = _oldest_of_the_log(clock.now() - retention.LOG)
    db.session.execute(sa.delete(AuditSeal).where(AuditSeal.entry_id.in_(entries)))
    db.session.execute(sa.delete(AuditEntry).where(AuditEntry.id.in_(entries)))
    people = long_gone(years) if years else []
    for staff_id in people:
        try:
            erase(staff_id)
            audit.record(None, Act.ERASED, NOBODY, staff=staff_id)
            commit_part()
        except ConflictError:  # somebody has just let them belong again
            db.session.rollback()
    return int(gone) + len(entries) + len(people)


def _oldest_of_the_log(before: dt.datetime) -> list[int]:
    """Return the entries at the beginning of the chain that are older: up to the first that is not, so that it stays a chain."""
    rows = db.session.execute(
        sa.select(AuditEntry.id, AuditEntry.at)
        .join(AuditSeal, AuditSeal.entry_id == AuditEntry.id)
        .order_by(AuditSeal.number)
        .limit(AT_ONCE)
    )
    return [row.id for row in itertools.takewhile(lambda row: row.at < before, rows)]


def long_gone(years: int) -> list[int]:
    """Return people whose last membership ended more than so many years ago."""
    today = clock.today()
    day = today.replace(year=today.year - years, day=min(today.day, 28))
    return list(
        db.session.scalars(
            sa.select(Staff.id)
            .join(Staff.memberships)
            .where(Staff.erased_at.is_(None))
            .group_by(Staff.id)
            .having(sa.func.count().filter(is_not_over()) == 0, sa.func.max(Membership.left_on) < day)
            .order_by(Staff.id)
            .limit(AT_ONCE)
        )
    )
