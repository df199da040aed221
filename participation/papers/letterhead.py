"""The head of a letter (発信の決まり): an organisation's number, sender and seals, as its own rules for documents (文書管理規程) have them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kernel import clock
from kernel.database import db
from kernel.errors import InvalidError

from people import audit
from people.act import Act
from people.permission import Actor, Permission

from participation.papers.models import LetterheadSetting

if TYPE_CHECKING:
    import datetime as dt

YEAR = "{年度}"
MOST_STAMPS = 8


@dataclass(frozen=True)
class Letterhead:
    """The number with a gap to write in, who sends, and the headings of the boxes of those who decide.

    `{年度}` in the number is the fiscal year of the era. Without a sender the organisation's name stands there.
    """

    number: str = "第      号"
    sender: str = ""
    stamps: tuple[str, ...] = ("部長", "課長", "係長", "係員")

    def number_of(self, day: dt.date) -> str:
        """Return the number of a letter of a day, with its fiscal year in it."""
        return self.number.replace(YEAR, str(clock.fiscal_year(day) - clock.REIWA_OFFSET))


USUAL = Letterhead()


def letterhead_of(organisation_id: int) -> Letterhead:
    """Return how an organisation heads its letters: as it has said, or as most do."""
    row = db.session.get(LetterheadSetting, organisation_id)
    return Letterhead(row.number, row.sender, tuple(row.stamps)) if row else USUAL


def set_letterhead(actor: Actor, organisation_id: int, said: Letterhead) -> None:
    """Say how an organisation of the actor heads its letters. Raises InvalidError for another organisation, or too many seals."""
    if organisation_id not in actor.scope(Permission.ENROL_STAFF):
        message = "自分の団体の決まりだけを変えられます。"
        raise InvalidError(message)
    if len(said.stamps) > MOST_STAMPS or any(len(stamp) > 10 for stamp in said.stamps):  # noqa: PLR2004 - what fits in a box
        message = f"決裁欄は{MOST_STAMPS}つまで、それぞれ10文字までです。"
        raise InvalidError(message, field="stamps")
    if re.search("[{}]", said.number.replace(YEAR, "")):
        message = f"番号の「{{」「}}」は、「{YEAR}」のところだけに使えます。"
        raise InvalidError(message, field="number")
    row = db.session.get(LetterheadSetting, organisation_id) or LetterheadSetting(organisation_id=organisation_id)
    row.number, row.sender, row.stamps = said.number, said.sender, list(said.stamps)
    db.session.add(row)
    audit.record(actor, Act.LETTERHEAD_SET, said.number, organisation_id=organisation_id)
    db.session.flush()
