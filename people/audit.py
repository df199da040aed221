"""Audit: who did what on whose behalf, written in the transaction of the act itself."""

from __future__ import annotations

import datetime as dt
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from kernel import clock
from kernel.database import Base, db, put
from kernel.spelling import folded
from kernel.text import normalised

from people.act import ABOUT_LEARNERS, Act
from people.models import AuditEntry, Staff
from people.permission import Actor, Permission

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LABELS = {act.value: act.label for act in Act}


came_from: ContextVar[str] = ContextVar("came_from", default="")
"""The address from which the present act comes; empty for a command."""


@dataclass(frozen=True)
class Change:
    """What something was and what it is now, in words; `before` is None where an early entry does not say it."""

    before: Sequence[str] | None
    after: Sequence[str]


HIDDEN = "（氏名と講座は、その団体の担当だけが見られます）"


def record(
    actor: Actor | None,
    act: Act,
    subject: str,
    *,
    organisation_id: int | None = None,
    change: Change | None = None,
    **about: int | str,
) -> None:
    """Write an audit entry: the act, what it was done to, the organisation concerned, and ids of what it is about."""
    db.session.add(
        AuditEntry(
            actor_id=actor.staff_id if actor else None,
            organisation_id=organisation_id if organisation_id is not None else (actor and actor.organisation_id),
            act=act.value,
            subject=subject,
            detail={**about, **_for_whom(actor, organisation_id), **(asdict(change) if change else {})},
            address=came_from.get(),
        )
    )


def record_each(
    actor: Actor, act: Act, organisation_id: int, done: Sequence[tuple[str, Mapping[str, int | str]]]
) -> None:
    """Write an entry, as `record` does, for each of very many subjects with the ids of what it is about: one statement."""
    same = {
        "actor_id": actor.staff_id, "organisation_id": organisation_id, "act": act.value, "address": came_from.get(),
        "at": clock.now(),
    }  # fmt: skip
    for_whom = _for_whom(actor, organisation_id)
    put(
        Base.metadata.tables["audit_entry"],
        [
            {**same, "subject": subject, "search_key": folded(subject), "detail": {**about, **for_whom}}
            for subject, about in done
        ],
    )


def _for_whom(actor: Actor | None, organisation_id: int | None) -> dict[str, int]:
    """Return for whom a deputy acts, where the act is of the organisation in which they stand in for somebody."""
    if actor is None:
        return {}
    absent = actor.acts_for.get(organisation_id or actor.organisation_id or 0)
    return {"acts_for": absent} if absent else {}


def acts_for(entries: Sequence[AuditEntry]) -> dict[int, str]:
    """Return the names of those for whom deputies did what entries tell, by person: one query at most."""
    ids = {one for entry in entries if isinstance(one := entry.detail.get("acts_for"), int)}
    rows = db.session.execute(sa.select(Staff.id, Staff.name).where(Staff.id.in_(ids))) if ids else ()
    return {row.id: row.name for row in rows}


def was_noted_lately(actor: Actor, act: Act, subject: str, within: dt.timedelta) -> bool:
    """Tell whether the log says the same of somebody already, within so long."""
    same = (AuditEntry.actor_id == actor.staff_id, AuditEntry.act == act.value, AuditEntry.subject == subject)
    return bool(db.session.scalar(sa.select(sa.exists().where(*same, AuditEntry.at > clock.now() - within))))


def count_lately(actor: Actor, act: Act, within: dt.timedelta) -> int:
    """Return how often the log says so of somebody, within so long."""
    same = (AuditEntry.actor_id == actor.staff_id, AuditEntry.act == act.value, AuditEntry.at > clock.now() - within)
    return db.session.scalar(sa.select(sa.func.count()).where(*same)) or 0


def label_of(entry: AuditEntry) -> str:
    """Return the act of an entry in words; an act that is no longer in the vocabulary as it was written."""
    return LABELS.get(entry.act, entry.act)


def change_of(entry: AuditEntry) -> Change | None:
    """Return what an entry says of a change, whatever version wrote it."""
    after = entry.detail.get("after")
    return Change(entry.detail.get("before"), after) if isinstance(after, list) else None


@dataclass(frozen=True)
class AuditQuestion:
    """Which entries somebody asks for: words, an act, and from which day to which."""

    text: str = ""
    act: Act | None = None
    since: dt.date | None = None
    until: dt.date | None = None

    @property
    def is_narrowed(self) -> bool:
        """Tell whether not all entries are asked for."""
        return bool(self.text or self.act or self.since or self.until)


def ask(arguments: Mapping[str, str]) -> AuditQuestion:
    """Read a question from an address; what is unknown in it is left out."""
    return AuditQuestion(
        text=arguments.get("q", "")[:100],
        act=next((act for act in Act if act.value == arguments.get("act")), None),
        since=clock.parse_date(arguments.get("since", "")[:20]),
        until=clock.parse_date(arguments.get("until", "")[:20]),
    )


EVERYTHING = AuditQuestion()


def entries_for(actor: Actor, question: AuditQuestion = EVERYTHING) -> sa.Select[AuditEntry]:
    """Return the statement of the entries the actor may read, latest first.

    Its text is looked for, in any spelling, in the act, in what it was done to and in the name of who did it.
    """
    statement = (
        sa.select(AuditEntry)
        .outerjoin(AuditEntry.actor)
        .options(contains_eager(AuditEntry.actor), joinedload(AuditEntry.organisation))
        .where(actor.scope(Permission.READ_AUDIT).where(AuditEntry.organisation_id))
        .order_by(AuditEntry.id.desc())
    )
    if question.act:
        statement = statement.where(AuditEntry.act == question.act.value)
    if question.since:
        statement = statement.where(AuditEntry.at >= clock.at(question.since, dt.time()))
    if question.until:
        statement = statement.where(AuditEntry.at < clock.at(question.until + clock.DAY, dt.time()))
    if typed := normalised(question.text):
        acts = [value for value, label in LABELS.items() if typed in label]
        as_written = sa.and_(AuditEntry.act.not_in(LABELS), AuditEntry.act.contains(typed, autoescape=True))
        keys = (AuditEntry.search_key, Staff.search_key)
        subject, who = (one.contains(folded(typed), autoescape=True) for one in keys)
        statement = statement.where(
            sa.or_(AuditEntry.act.in_(acts), as_written, who, sa.and_(subject, _says_no_more_than_may_be_read(actor)))
        )
    return statement


def _says_no_more_than_may_be_read(actor: Actor) -> sa.ColumnElement[bool]:
    """Return the condition that an entry's subject may be read: it is about no learner, or of an organisation whose names may be."""
    return sa.or_(
        AuditEntry.act.not_in(ABOUT_LEARNERS), actor.scope(Permission.READ_NAMES).where(AuditEntry.organisation_id)
    )


def subject_of(actor: Actor, entry: AuditEntry) -> str:
    """Return what an entry was done to; who learns what only to those who may read the names of its organisation."""
    may_read = entry.organisation_id is not None and actor.may(Permission.READ_NAMES, entry.organisation_id)
    return entry.subject if may_read or entry.act not in ABOUT_LEARNERS else HIDDEN


HEADINGS = ("日時", "した人", "場所", "操作", "対象", "前", "後", "団体")
MOST_TAKEN_OUT = 20_000


def table(actor: Actor, question: AuditQuestion) -> list[tuple[str, ...]]:
    """Return headings and the entries that are asked for as the page says them, the latest 20,000 at most."""
    rows = db.session.scalars(entries_for(actor, question).limit(MOST_TAKEN_OUT))
    return [HEADINGS, *(_line(actor, entry) for entry in rows)]


def _line(actor: Actor, entry: AuditEntry) -> tuple[str, ...]:
    change = change_of(entry) or Change(None, ())
    return (
        f"{clock.local(entry.at):%Y-%m-%d %H:%M:%S}",
        entry.actor.name if entry.actor else "",
        entry.address,
        label_of(entry),
        subject_of(actor, entry),
        "・".join(change.before or ()),
        "・".join(change.after),
        entry.organisation.name if entry.organisation else "",
    )
