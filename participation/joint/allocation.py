"""Allocation (割当): how the places of a joint session are shared between the organisations that nominate.

The rule, as it is printed on the page of the session:

1. Floor: each organisation that nominates gets one place, the smallest size class first, while places last.
2. Proportion: every further place goes to the organisation with the smallest (places so far + 1/2) / weight among
   those with nominees left: the divisor method of Sainte-Laguë (Balinski & Young, Fair Representation, 1982).
   The weight is 1, and more for an organisation that went without: 1 + (sessions of this and the previous fiscal
   year in which it nominated and received no place) / (sessions in which it nominated). Neither the size of an
   organisation nor the length of its list raises it.
3. Ties are settled by a draw that everybody can replay: the lowest SHA-256 of "seed:places so far:code".
4. Inside an organisation its own order decides. The rest wait in the order in which the rule would go on.

The rule yields one order of all nominees; the first `capacity` of them are placed. So one more place takes none
away from anybody.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from kernel.errors import InvalidError
from kernel.secret import digest
from kernel.vocabulary import Term

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

HALF = Fraction(1, 2)

Nominee = int | str
"""What a nominee is known by: the id of the nomination, or whatever a file says."""


class Step(Term):
    """The step of the rule that gives a place."""

    FLOOR = "floor", "各団体に一席"
    PROPORTION = "proportion", "残りの席の配分"


@dataclass(frozen=True)
class Nominator:
    """An organisation with its nominees in its own order; `size_class` 1 is the smallest."""

    code: str
    size_class: int
    nominees: tuple[Nominee, ...]
    sessions_nominated: int = 0
    sessions_without_place: int = 0

    @property
    def weight(self) -> Fraction:
        """Return the weight, from 1 to 2."""
        if not self.sessions_nominated:
            return Fraction(1)
        return 1 + Fraction(self.sessions_without_place, self.sessions_nominated)


@dataclass(frozen=True)
class Call:
    """What is to be allocated: capacity in places, the seed of the draw, the organisations."""

    capacity: int
    seed: str
    organisations: tuple[Nominator, ...]


@dataclass(frozen=True)
class Turn:
    """A nominee's turn: the `order`-th of all, by which step and why."""

    id: Nominee
    organisation: str
    step: Step
    order: int
    reason: str


@dataclass(frozen=True)
class Result:
    """Who is placed and who waits, each in order; and the digest of the seed, which was known beforehand."""

    places: tuple[Turn, ...]
    waiting: tuple[Turn, ...]
    seed_sha256: str


def allocate(call: Call) -> Result:
    """Share the places. The same call gives the same result, in whatever order the organisations stand."""
    turns = tuple(_turns(call))
    return Result(turns[: call.capacity], turns[call.capacity :], digest(call.seed))


def _turns(call: Call) -> Iterator[Turn]:
    """Yield every nominee in the order of the rule."""
    nominating = [organisation for organisation in call.organisations if organisation.nominees]
    granted = dict.fromkeys((organisation.code for organisation in nominating), 0)
    for order, organisation in enumerate(
        sorted(nominating, key=lambda one: (one.size_class, _lot(call.seed, 0, one.code))), 1
    ):
        granted[organisation.code] = 1
        yield Turn(
            organisation.nominees[0], organisation.code, Step.FLOOR, order,
            "推薦したすべての団体に、規模の小さい団体から順に一席ずつ配ります。",
        )  # fmt: skip
    left = [organisation for organisation in nominating if len(organisation.nominees) > 1]
    order = len(nominating)
    while left:
        quotient = {one.code: (granted[one.code] + HALF) / one.weight for one in left}
        smallest = min(quotient.values())
        tied = [one for one in left if quotient[one.code] == smallest]
        chosen = min(tied, key=lambda one: _lot(call.seed, granted[one.code], one.code))
        order += 1
        yield Turn(
            chosen.nominees[granted[chosen.code]], chosen.code, Step.PROPORTION, order,
            _why(chosen, granted[chosen.code], smallest, len(tied)),
        )  # fmt: skip
        granted[chosen.code] += 1
        left = [one for one in left if granted[one.code] < len(one.nominees)]


def _lot(seed: str, granted: int, code: str) -> str:
    """Return the lot that an organisation draws; the lowest wins."""
    return hashlib.sha256(f"{seed}:{granted}:{code}".encode()).hexdigest()


def _why(organisation: Nominator, granted: int, quotient: Fraction, tied: int) -> str:
    reason = (
        f"（これまでの席{granted}+0.5）÷重み{float(organisation.weight):.2f}={float(quotient):.2f}が最も小さいため。"
    )
    return reason if tied == 1 else f"{reason}同じ値の{tied}団体から抽選で決まりました。"


def call_from(content: Any) -> Call:
    """Read a call from JSON: {capacity, seed, organisations: [{code, size_class, weight_history, nominees}]}.

    Raises InvalidError that says what is wrong and where.
    """
    top = _mapping(content, "the file")
    organisations = tuple(
        _nominator(_mapping(row, f"organisations[{place}]"), f"organisations[{place}]")
        for place, row in enumerate(_list(top.get("organisations"), "organisations"))
    )
    codes = [organisation.code for organisation in organisations]
    ids = [nominee for organisation in organisations for nominee in organisation.nominees]
    for what, values in (("code", codes), ("nominee", ids)):
        if len(set(values)) < len(values):
            message = f"every {what} must stand there once"
            raise InvalidError(message)
    return Call(_count(top.get("capacity"), "capacity"), _text(top.get("seed"), "seed"), organisations)


def _nominator(row: Mapping[str, Any], where: str) -> Nominator:
    nominated, without = (
        [_count(value, f"{where}.weight_history") for value in _list(row.get("weight_history", [0, 0]), where)] + [0, 0]
    )[:2]
    if without > nominated:
        message = (
            f"{where}.weight_history: [sessions nominated, sessions without a place], the second not above the first"
        )
        raise InvalidError(message)
    nominees = tuple(_id(nominee, f"{where}.nominees") for nominee in _list(row.get("nominees"), f"{where}.nominees"))
    return Nominator(
        _text(row.get("code"), f"{where}.code"), _count(row.get("size_class"), f"{where}.size_class"), nominees,
        nominated, without,
    )  # fmt: skip


def _mapping(value: Any, where: str) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else _refuse(where, "an object")


def _list(value: Any, where: str) -> Sequence[Any]:
    return value if isinstance(value, list) else _refuse(where, "a list")


def _count(value: Any, where: str) -> int:
    return (
        value
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0
        else _refuse(where, "a number from 0")
    )


def _text(value: Any, where: str) -> str:
    return value if isinstance(value, str) and value else _refuse(where, "a text")


def _id(value: Any, where: str) -> Nominee:
    return value if isinstance(value, int) and not isinstance(value, bool) else _text(value, where)


def _refuse(where: str, expected: str) -> Any:
    message = f"{where}: {expected} is expected"
    raise InvalidError(message)


def call_as_json(call: Call) -> dict[str, Any]:
    """Return a call as it is stored, and as it can be replayed from a file."""
    return {
        "capacity": call.capacity,
        "seed": call.seed,
        "organisations": [
            {
                "code": one.code,
                "size_class": one.size_class,
                "weight_history": [one.sessions_nominated, one.sessions_without_place],
                "nominees": list(one.nominees),
            }
            for one in call.organisations
        ],
    }


def result_as_json(result: Result) -> dict[str, Any]:
    """Return a result as it is stored and printed."""
    return {
        "places": [
            {
                "id": turn.id,
                "organisation": turn.organisation,
                "step": turn.step.value,
                "order": turn.order,
                "reason": turn.reason,
            }
            for turn in result.places
        ],
        "waiting": [
            {"id": turn.id, "organisation": turn.organisation, "order": turn.order, "reason": turn.reason}
            for turn in result.waiting
        ],
        "seed_sha256": result.seed_sha256,
    }
