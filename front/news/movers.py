"""News of people who move between organisations: told to the coordinators of the other one, and on the day to whoever moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from kernel import clock
from kernel.database import commit_part, db

from people.joining.models import OfferState, TransferOffer
from people.models import Membership

from participation.notices.kinds import NoticeKind
from participation.notices.telling import Page, Tell, coordinators_of, tell

from front.news.since import BACK

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from people.permission import Actor

TITLE = "団体間の異動"


def tell_offered(actor: Actor, to_id: int, day: dt.date, people: int) -> None:
    """Tell the coordinators of an organisation that another one offers people to it."""
    text = f"{actor.organisation_name}から、{clock.date_label(day)}に移ってくる人が{people}人います。引き受けるか、お返事ください。"
    _tell(to_id, day, "coming", text, f"offered {actor.organisation_id}")


def tell_declined(actor: Actor, declined: Sequence[TransferOffer]) -> None:
    """Tell the coordinators of the old organisations that people were not taken, and why."""
    for from_id, day, because in {(row.from_id, row.day, row.because) for row in declined}:
        text = f"{actor.organisation_name}が、{clock.date_label(day)}の異動を引き受けませんでした。理由：{because}"
        _tell(from_id, day, "going", text, f"declined {actor.organisation_id} {clock.now().isoformat()}")


def _tell(organisation_id: int, day: dt.date, part: str, text: str, about: str) -> None:
    page = Page(f"/office/moves?day={day.isoformat()}&part={part}", f"moves {day.isoformat()}")
    coordinators = coordinators_of([organisation_id]).get(organisation_id, [])
    about = f"{about} {clock.today().isoformat()}"
    tell(page, TITLE, [Tell(NoticeKind.MOVES, one, text, about) for one in coordinators])


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
        told += tell(page, TITLE, [Tell(NoticeKind.MOVES, staff_id, text)])
        commit_part()
    return told
