"""News of people who move between organisations: told to the coordinators of the other one, and on the day to whoever moves."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from kernel import clock
from kernel.database import commit_part, db

from people.joining import on_offer
from people.joining.models import OfferState, TransferOffer
from people.models import Membership, Organisation

from participation.notices.kinds import NoticeKind
from participation.notices.telling import Page, Tell, coordinators_of, tell

from front.news.since import BACK

if TYPE_CHECKING:
    from collections.abc import Sequence

    from people.permission import Actor

NAMED = 3


def tell_offered(actor: Actor, from_id: int, to_id: int, day: dt.date, people: int) -> None:
    """Tell the coordinators of an organisation that another one offers people to it."""
    name = db.session.get_one(Organisation, from_id).name
    text = f"{name}から、{clock.date_label(day)}に移ってくる人が{people}人います。引き受けるか、お返事ください。"
    _tell(to_id, day, "coming", text, _now("offered", actor))


def tell_declined(actor: Actor, declined: Sequence[TransferOffer]) -> None:
    """Tell the coordinators of the old organisations who was not taken, and why."""
    for (from_id, _to_id, day), rows in _by(declined).items():
        text = f"{rows[0].to_organisation.name}が、{_names(rows)}の異動を引き受けませんでした。理由：{rows[0].because}"
        _tell(from_id, day, "going", text, _now("declined", actor))


def tell_given_back(actor: Actor, given_back: Sequence[TransferOffer]) -> None:
    """Tell the coordinators of the old organisations who was taken, and is not any more."""
    for (from_id, _to_id, day), rows in _by(given_back).items():
        text = f"{rows[0].to_organisation.name}が、{_names(rows)}の引き受けを取り消しました。もう一度、返事を待ちます。"
        _tell(from_id, day, "going", text, _now("given back", actor))


def tell_withdrawn(actor: Actor, withdrawn: Sequence[TransferOffer]) -> None:
    """Tell the coordinators of the new organisations who does not come after all."""
    for (_from_id, to_id, day), rows in _by(withdrawn).items():
        text = f"{rows[0].from_organisation.name}が、{_names(rows)}の異動の申し出を取り下げました。この人は移ってきません。"
        _tell(to_id, day, "coming", text, _now("withdrawn", actor))


def tell_taken() -> int:
    """Tell the coordinators of the old organisations who was taken on the days before, by whichever way: one notice for a day's answers."""
    today = clock.today()
    rows = db.session.scalars(
        on_offer.offers(TransferOffer.answered_at >= clock.at(today - BACK, dt.time()), OfferState.TAKEN)
    ).all()
    by_answer: dict[tuple[int, int, dt.date, dt.date], list[TransferOffer]] = defaultdict(list)
    for row in rows:
        answered_on = clock.local(row.answered_at).date() if row.answered_at else today
        if answered_on < today:
            by_answer[row.from_id, row.to_id, row.day, answered_on].append(row)
    told = 0
    for (from_id, to_id, day, answered_on), taken in by_answer.items():
        text = f"{taken[0].to_organisation.name}が、{_names(taken)}の異動を引き受けました。"
        told += _tell(from_id, day, "going", text, f"taken {to_id} {answered_on.isoformat()}")
        commit_part()
    return told


def _by(rows: Sequence[TransferOffer]) -> dict[tuple[int, int, dt.date], list[TransferOffer]]:
    """Return offers by the old organisation, the new one, and the day."""
    found: dict[tuple[int, int, dt.date], list[TransferOffer]] = defaultdict(list)
    for row in rows:
        found[row.from_id, row.to_id, row.day].append(row)
    return found


def _names(rows: Sequence[TransferOffer]) -> str:
    names = "、".join(f"{row.membership.staff.name}さん" for row in rows[:NAMED])
    return names + (f"ほか{len(rows) - NAMED}人" if len(rows) > NAMED else "")


def _now(what: str, actor: Actor) -> str:
    return f"{what} {actor.organisation_id} {clock.now().isoformat()}"


def _tell(organisation_id: int, day: dt.date, part: str, text: str, about: str) -> int:
    page = Page(f"/office/moves?day={day.isoformat()}&part={part}", f"moves {day.isoformat()}")
    coordinators = coordinators_of([organisation_id]).get(organisation_id, [])
    return tell(page, clock.date_label(day), [Tell(NoticeKind.MOVES, one, text, about) for one in coordinators])


def tell_arrived() -> int:
    """Tell whoever has moved to another organisation, once, on the day: nobody learns of it here before the organisation has said it."""
    today = clock.today()
    rows = db.session.execute(
        sa.select(TransferOffer, Membership.staff_id)
        .join(Membership, Membership.id == TransferOffer.membership_id)
        .options(joinedload(TransferOffer.to_organisation))
        .where(
            TransferOffer.state == OfferState.TAKEN, TransferOffer.day <= today, TransferOffer.day > today - BACK,
        )
    ).all()  # fmt: skip
    told = 0
    for row, staff_id in rows:
        text = (
            f"{row.to_organisation.name}の職員になりました。これまでの受講の記録は、マイページにそのまま残っています。"
        )
        page = Page("/me", f"moved {row.id}")
        told += tell(page, clock.date_label(row.day), [Tell(NoticeKind.MOVES, staff_id, text)])
        commit_part()
    return told
