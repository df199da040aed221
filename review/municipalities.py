"""The board of municipalities (自治体の状況): who has joined, who plans there, whom training reaches, and who is left behind.

It says of each in words how far training reaches, of those whose figures the page of participation hides not even that
(個人情報保護法; docs/decisions/0004), and no name.
"""

from __future__ import annotations

import csv
import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import sqlalchemy as sa

from kernel import clock
from kernel.database import db
from kernel.page import Page, page_number
from kernel.settings import CONTENT
from kernel.vocabulary import Term

from people.membership import is_current
from people.models import Membership, Organisation, Role, RoleGrant, SizeClass
from people.organisation import IS_MUNICIPALITY

from catalog.models import Adoption

from participation.enrolment_count import COUNTED
from participation.models import ALL_LEVELS, Enrolment, EnrolmentCount

from review.beside import hidden_organisations
from review.suppression import SMALLEST_SHOWN

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from people.permission import Actor

A_PAGE = 100
LEFT_BEHIND = dt.timedelta(days=365)
"""Who has had nobody in any course for so long is left behind."""
SINCE: sa.BindParameter[dt.datetime] = sa.bindparam("since", callable_=lambda: clock.now() - LEFT_BEHIND)
LAST_YEAR: sa.BindParameter[int] = sa.bindparam("last_year", callable_=lambda: clock.current_fiscal_year() - 1)
THIS_YEAR: sa.BindParameter[int] = sa.bindparam("this_year", callable_=clock.current_fiscal_year)


class Reach(Term):
    """How far training reaches in a municipality in this fiscal year: of its staff who may sign in, those who took a course."""

    NONE = "none", "受講なし"
    HIDDEN = "hidden", "非表示"
    SOME = "some", "職員の3割未満"
    MANY = "many", "3割以上"
    MOST = "most", "7割以上"

    @property
    def sign(self) -> str:
        """Return the sign that stands for it in a picture."""
        return {"none": "―", "hidden": "・", "some": "○", "many": "◎", "most": "●"}[self.value]


SHARES = ((0.7, Reach.MOST), (0.3, Reach.MANY), (0.0, Reach.SOME))


class Standing(Term):
    """Which municipalities are asked for."""

    NOT_JOINED = "not joined", "まだ参加していない"
    NO_COORDINATOR = "no coordinator", "研修担当がいない"
    NOTHING_ADOPTED = "nothing adopted", "カリキュラムを採用していない"
    LEFT_BEHIND = "left behind", "12か月のあいだ受講がない"


@dataclass(frozen=True)
class Question:
    """Which municipalities are asked for, and on which page."""

    prefecture: str
    size: SizeClass | None
    standing: Standing | None
    page: int


def ask(arguments: Mapping[str, str], prefecture: str) -> Question:
    """Read a question from an address; what is unknown in it is left out. Without one it is about a prefecture, 全国 is all."""
    return Question(
        prefecture=arguments.get("prefecture", prefecture)[:4].replace("\x00", ""),
        size=next((one for one in SizeClass if one.value == arguments.get("size")), None),
        standing=next((one for one in Standing if one.value == arguments.get("standing")), None),
        page=page_number(arguments.get("page")),
    )


@dataclass(frozen=True)
class Municipality:
    """A municipality: how many of its people are registered, whether somebody coordinates, what it adopted, how far training reaches."""

    id: int
    code: str
    name: str
    prefecture: str
    size: SizeClass
    staff: int
    has_coordinator: bool
    adopted: int
    reach: Reach
    is_left_behind: bool

    @property
    def has_joined(self) -> bool:
        """Tell whether anybody of it is registered."""
        return self.staff > 0

    @property
    def staff_in_words(self) -> str:
        """Return how many are registered; a few are not told apart."""
        return "5人未満" if 0 < self.staff < SMALLEST_SHOWN else f"{self.staff:,}人"


def _members() -> sa.Select[Any]:
    return sa.select(Membership.id).where(Membership.organisation_id == Organisation.id, is_current())


_STAFF = (
    sa.select(sa.func.count())
    .where(Membership.organisation_id == Organisation.id, is_current())
    .correlate(Organisation)
    .scalar_subquery()
)
HAS_JOINED = _members().correlate(Organisation).exists()
HAS_COORDINATOR = (
    _members()
    .join(RoleGrant, RoleGrant.membership_id == Membership.id)
    .where(RoleGrant.role == Role.COORDINATOR)
    .correlate(Organisation)
    .exists()
)
_ADOPTED = (
    sa.select(sa.func.count(sa.distinct(Adoption.curriculum_id)))
    .where(Adoption.organisation_id == Organisation.id)
    .correlate(Organisation)
    .scalar_subquery()
)
HAS_ADOPTED = sa.exists().where(Adoption.organisation_id == Organisation.id).correlate(Organisation)
_PEOPLE = (
    sa.select(EnrolmentCount.people)
    .where(
        EnrolmentCount.organisation_id == Organisation.id,
        EnrolmentCount.fiscal_year == THIS_YEAR,
        EnrolmentCount.level == ALL_LEVELS,
    )
    .correlate(Organisation)
    .scalar_subquery()
)
TOOK_PART = (
    sa.exists()
    .where(
        Enrolment.organisation_id == Organisation.id,
        Enrolment.fiscal_year >= LAST_YEAR,
        COUNTED,
        sa.or_(Enrolment.enrolled_at >= SINCE, Enrolment.completed_at >= SINCE),
    )
    .correlate(Organisation)
)


def _wanted(question: Question, *, every_size: bool = False) -> list[sa.ColumnElement[bool]]:
    wanted: list[sa.ColumnElement[bool]] = [IS_MUNICIPALITY, Organisation.code.is_not(None)]
    if question.prefecture:
        wanted.append(Organisation.prefecture == question.prefecture)
    if question.size and not every_size:
        wanted.append(Organisation.size_class == question.size)
    return wanted


def _stands(standing: Standing) -> sa.ColumnElement[bool]:
    match standing:
        case Standing.NOT_JOINED:
            return sa.not_(HAS_JOINED)
        case Standing.NO_COORDINATOR:
            return sa.and_(HAS_JOINED, sa.not_(HAS_COORDINATOR))
        case Standing.NOTHING_ADOPTED:
            return sa.and_(HAS_JOINED, sa.not_(HAS_ADOPTED))
        case Standing.LEFT_BEHIND:
            return sa.not_(TOOK_PART)


class Class(NamedTuple):
    """How many municipalities of a size class there are, and how many of them stand how."""

    size: SizeClass
    all: int
    not_joined: int
    no_coordinator: int
    nothing_adopted: int
    left_behind: int

    def of(self, standing: Standing) -> int:
        """Return how many stand so."""
        return int(getattr(self, standing.value.replace(" ", "_")))


def by_size(question: Question) -> list[Class]:
    """Return how many municipalities there are by size class, the smallest first, whatever standing is asked for: one query."""
    counts = [sa.func.count().filter(_stands(standing)) for standing in Standing]
    rows: Any = db.session.execute(
        sa.select(Organisation.size_class, sa.func.count(), *counts)
        .where(*_wanted(question, every_size=True))
        .group_by(Organisation.size_class)
    )
    return sorted((Class(*row) for row in rows), key=lambda row: row.size.value)


def municipalities(actor: Actor, question: Question, size: int = A_PAGE) -> Page[Municipality]:
    """Return a page of the municipalities that are asked for, by code, as somebody may see them: four queries."""
    where = _wanted(question)
    if question.standing:
        where.append(_stands(question.standing))
    total = db.session.scalars(sa.select(sa.func.count()).select_from(Organisation).where(*where)).one()
    number = min(question.page, max(1, -(-total // size)))
    rows: Any = db.session.execute(
        sa.select(
            Organisation.id, Organisation.code, Organisation.name, Organisation.prefecture, Organisation.size_class,
            _STAFF.label("staff"), HAS_COORDINATOR, _ADOPTED, sa.func.coalesce(_PEOPLE, 0).label("people"),
            sa.not_(TOOK_PART).label("is_left_behind"),
        )
        .where(*where)
        .order_by(Organisation.code)
        .limit(size)
        .offset((number - 1) * size)
    )  # fmt: skip
    hidden, found = hidden_organisations(actor, question.prefecture, clock.current_fiscal_year()), []
    for id_, code, name, prefecture, class_, staff, has_coordinator, adopted, people, left_behind in rows:
        reach = Reach.HIDDEN if id_ in hidden else _reach(people, staff)
        found.append(
            Municipality(id_, code, name, prefecture or "", class_, staff, has_coordinator, adopted, reach, left_behind)
        )
    return Page(found, total, number, size)


def _reach(people: int, staff: int) -> Reach:
    if people == 0:
        return Reach.NONE
    return next(reach for share, reach in SHARES if people >= share * staff)


class Tile(NamedTuple):
    """The place of a municipality in a map of squares."""

    municipality: Municipality
    x: int
    y: int


def tiles(rows: Sequence[Municipality]) -> list[Tile]:
    """Return the municipalities that have a place in the map of squares (content/tokyo-tiles.csv)."""
    with (CONTENT / "tokyo-tiles.csv").open(encoding="utf-8", newline="") as stream:
        places = {row["code"]: (int(row["x"]), int(row["y"])) for row in csv.DictReader(stream)}
    return [Tile(row, *places[row.code]) for row in rows if row.code in places]
