"""Web meetings: whom of the roster each name in a tool's participant file means."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kernel.spelling import folded
from kernel.vocabulary import Term

if TYPE_CHECKING:
    from collections.abc import Sequence

    from participation.attending.participant_file import Joined
    from participation.models import Enrolment


class Likeness(Term):
    """How a name in the file was recognised."""

    SAME = "same", "一致"
    LIKE = "like", "似ています"
    NONE = "none", "名簿に見当たりません"


@dataclass(frozen=True)
class Recognised:
    """Somebody who joined, and whom of the roster that seems to be."""

    joined: Joined
    enrolment: Enrolment | None
    likeness: Likeness


def recognised(joined: Sequence[Joined], people: Sequence[Enrolment]) -> list[Recognised]:
    """Return for each name whom of the roster it means: by address or whole name, else by what the name contains.

    A likeness that fits two people fits nobody.
    """
    return [Recognised(one, *_person(one, people)) for one in joined]


def _person(one: Joined, people: Sequence[Enrolment]) -> tuple[Enrolment | None, Likeness]:
    name, email = re.sub(r"[,、・]", "", folded(one.name)), folded(one.email)
    same = [
        row for row in people
        if (email and row.staff.email and folded(row.staff.email) == email)
        or name in (folded(row.staff.name), folded(row.staff.reading))
    ]  # fmt: skip
    if len(same) == 1:
        return same[0], Likeness.SAME
    like = same or [
        row for row in people if _is_said(row.staff.name, one.name) or _is_said(row.staff.reading, one.name)
    ]
    like = like if len(like) == 1 else [row for row in like or people if _family_and_office(row, name)]
    return (like[0], Likeness.LIKE) if len(like) == 1 else (None, Likeness.NONE)


def _family_and_office(row: Enrolment, name: str) -> bool:
    """Tell whether a name such as 「瑞穂町 田中」 contains somebody's family name and organisation."""
    family = folded(row.staff.name.split()[0])
    return family in name and folded(row.organisation.name) in name


def _is_said(name: str, by: str) -> bool:
    """Tell whether a tool's name says somebody's, family name first or last: 「佐藤, 明 (八王子市)」, 「さくら 鈴木」."""
    family_first = folded(name)
    given_first = folded("".join(reversed(name.split())))
    said = re.sub(r"[,、・]", "", folded(by))
    return family_first in said or given_first in said
