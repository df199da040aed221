"""The staff list (職員の一覧): who belongs to an organisation, with what the reader wants to see of them, narrowed and in an order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from kernel import clock
from kernel.database import db
from kernel.errors import ConflictError
from kernel.page import page_number, page_of
from kernel.text import LARGEST_ID, number_in
from kernel.vocabulary import Term

from people.membership import is_current, is_in_section, managed_memberships
from people.models import Membership, Organisation, Role, RoleGrant, Staff
from people.permission import Permission

from catalog.adopting.adoption import concerns
from catalog.models import Adoption

from participation.papers.paper import Column as PaperColumn
from participation.papers.paper import Paper

from review.duties.totals import totals_of
from review.reach import finished_in, took_part_in

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from kernel.page import Page

    from people.permission import Actor

    from review.duties.totals import Totals

A_PAGE, MOST_AT_ONCE = 50, 20_000


class Shown(Term):
    """What the list shows of a person beside the name."""

    READING = "reading", "フリガナ"
    NUMBER = "number", "職員番号"
    SECTION = "section", "部署"
    POST = "post", "職"
    EMAIL = "email", "メール"
    DUTIES = "duties", "必修の修了"
    LATE = "late", "期限切れ"
    SIGN_IN = "sign in", "サインイン"
    ROLES = "roles", "役割"
    JOINED = "joined", "所属の始まり"
    ORGANISATION = "organisation", "団体"

    @property
    def is_done(self) -> bool:
        """Tell whether it is how many duties are done."""
        return self is Shown.DUTIES

    @property
    def is_late(self) -> bool:
        """Tell whether it is how many duties are late."""
        return self is Shown.LATE

    @property
    def is_figure(self) -> bool:
        """Tell whether it is counted from duties."""
        return self.is_done or self.is_late


USUAL = (Shown.READING, Shown.NUMBER, Shown.SECTION, Shown.POST, Shown.DUTIES, Shown.LATE, Shown.SIGN_IN)


class Order(Term):
    """In which order people are listed."""

    READING = "reading", "フリガナ順"
    NUMBER = "number", "職員番号順"
    SECTION = "section", "部署順"
    JOINED = "joined", "新しく来た順"


class Whose(Term):
    """Who of the staff is listed."""

    ALL = "", "全員"
    NO_SIGN_IN = "no sign in", "まだサインインできない人"
    WITH_ROLE = "with role", "役割のある人"
    COMING = "coming", "これから所属する人"
    TOOK = "took", "今年度に受講した人"
    FINISHED = "finished", "今年度に修了した人"
    TOOK_NONE = "took none", "今年度に受講していない人"

    @property
    def is_of_learning(self) -> bool:
        """Tell whether it says who learned something."""
        return self in {Whose.TOOK, Whose.FINISHED, Whose.TOOK_NONE}


@dataclass(frozen=True)
class StaffQuestion:
    """Whom somebody asks for, with what shown, in which order, on which page."""

    text: str
    organisation: int | None
    section: int | None
    below: bool
    post: int | None
    adoption: int | None
    whose: Whose
    shown: Sequence[Shown]
    order: Order
    page: int

    @property
    def address(self) -> dict[str, object]:
        """Return what the address of the whole list says, without its page."""
        return {
            "q": self.text or None,
            "organisation": self.organisation,
            "section": self.section,
            "only": None if self.below else 1,
            "post": self.post,
            "adoption": self.adoption,
            "whose": self.whose.value or None,
            "order": self.order.value,
            "show": [one.value for one in self.shown],
        }

    @property
    def is_narrowed(self) -> bool:
        """Tell whether not everybody is asked for."""
        return bool(self.text or self.post or self.adoption or self.whose is not Whose.ALL) or self.section is not None


def ask(arguments: Mapping[str, str], named: Collection[str] = ()) -> StaffQuestion:
    """Read a question from an address, and the names of what is to be shown; what is unknown in it is left out."""
    return StaffQuestion(
        text=arguments.get("q", "")[:100],
        organisation=number_in(arguments.get("organisation", ""), LARGEST_ID),
        section=number_in(arguments.get("section", ""), LARGEST_ID),
        below=not arguments.get("only"),
        post=number_in(arguments.get("post", ""), LARGEST_ID) or None,
        adoption=number_in(arguments.get("adoption", ""), LARGEST_ID) or None,
        whose=next((one for one in Whose if one.value == arguments.get("whose")), Whose.ALL),
        shown=[one for one in Shown if one.value in named] or USUAL,
        order=next((one for one in Order if one.value == arguments.get("order")), Order.READING),
        page=page_number(arguments.get("page")),
    )


def _are(whose: Whose) -> list[sa.ColumnElement[bool]]:
    """Return the conditions that a membership is one of a group."""
    year = clock.current_fiscal_year()
    match whose:
        case Whose.NO_SIGN_IN:
            return [Staff.password_hash.is_(None)]
        case Whose.WITH_ROLE:
            return [sa.exists().where(RoleGrant.membership_id == Membership.id)]
        case Whose.COMING:
            return [sa.not_(is_current())]
        case Whose.TOOK:
            return [is_current(), took_part_in(year)]
        case Whose.FINISHED:
            return [is_current(), finished_in(year)]
        case Whose.TOOK_NONE:
            return [is_current(), sa.not_(took_part_in(year))]
        case Whose.ALL:
            return []


def listed(actor: Actor, question: StaffQuestion) -> sa.Select[Membership]:
    """Return the statement of the staff that is asked for, of those whom the actor manages, with roles where they are shown."""
    statement = managed_memberships(actor, question.text)
    if Shown.ROLES in question.shown:
        statement = statement.options(selectinload(Membership.grants))
    wanted: list[sa.ColumnElement[bool]] = []
    if question.organisation:
        wanted.append(Membership.organisation_id == question.organisation)
    if question.section is not None:
        exact = Membership.section_id.is_not_distinct_from(question.section or None)
        wanted.append(is_in_section(question.section) if question.below and question.section else exact)
    if question.post:
        wanted.append(Membership.post_id == question.post)
    if question.adoption:
        wanted.append(sa.and_(is_current(), sa.exists().where(Adoption.id == question.adoption, concerns())))
    wanted += _are(question.whose)
    if question.whose.is_of_learning:  # who learns what is for who may read the names only
        wanted.append(actor.scope(Permission.READ_NAMES).where(Membership.organisation_id))
    order: dict[Order, tuple[Any, ...]] = {
        Order.READING: (),
        Order.NUMBER: (Membership.number_key.nulls_last(),),
        Order.SECTION: (Membership.department,),
        Order.JOINED: (Membership.joined_on.desc(),),
    }
    return statement.where(*wanted).order_by(None).order_by(*order[question.order], Staff.reading, Staff.id)


@dataclass(frozen=True)
class StaffList:
    """A page of the staff, and what each has to do, by membership."""

    people: Page[Membership]
    figures: Mapping[int, Totals]


def staff_list(actor: Actor, question: StaffQuestion) -> StaffList:
    """Return a page of the staff that is asked for: two queries, and one each for roles and for what is to be done where they are shown."""
    people = page_of(listed(actor, question), question.page, size=A_PAGE)
    wants_figures = any(one.is_figure for one in question.shown)
    return StaffList(people, totals_of(actor, [one.id for one in people.rows]) if wants_figures else {})


def sign_in_of(person: Membership) -> str:
    """Return in words whether a person can sign in."""
    if person.staff.blocked_at:
        return "停止中"
    return "できる" if person.staff.password_hash else "まだできない"


def roles_of(person: Membership) -> str:
    """Return the roles of a person beyond that of staff, in words."""
    return "、".join(role.label for role in Role if role in {grant.role for grant in person.grants})


CELLS: dict[Shown, Callable[[Membership, Totals | None], str]] = {
    Shown.READING: lambda person, _of: person.staff.reading,
    Shown.NUMBER: lambda person, _of: person.staff_number or "",
    Shown.SECTION: lambda person, _of: person.department,
    Shown.POST: lambda person, _of: person.post,
    Shown.EMAIL: lambda person, _of: person.staff.email or "",
    Shown.DUTIES: lambda _person, of: f"{of.done} / {of.all}" if of else "",
    Shown.LATE: lambda _person, of: str(of.late) if of else "",
    Shown.SIGN_IN: lambda person, _of: sign_in_of(person),
    Shown.ROLES: lambda person, _of: roles_of(person),
    Shown.JOINED: lambda person, _of: clock.date_label(person.joined_on),
    Shown.ORGANISATION: lambda person, _of: person.organisation.name,
}


def cell(shown: Shown, person: Membership, figures: Mapping[int, Totals]) -> str:
    """Return what a column says of a person, empty where there is nothing."""
    return CELLS[shown](person, figures.get(person.id))


def paper(actor: Actor, question: StaffQuestion) -> Paper:
    """Return all the staff that is asked for as a paper, with the columns that are shown. Raises ConflictError for too many at once."""
    people = db.session.scalars(listed(actor, question).limit(MOST_AT_ONCE + 1)).all()
    if len(people) > MOST_AT_ONCE:
        message = f"一度に保存できるのは{MOST_AT_ONCE:,}人までです。部署や職でしぼりこんでください。"
        raise ConflictError(message)
    wants_figures = any(one.is_figure for one in question.shown)
    figures = totals_of(actor, None) if wants_figures else {}
    whose = db.session.get(Organisation, question.organisation) if question.organisation else None
    return Paper(
        name="職員の一覧",
        title="職員の一覧",
        is_wide=True,
        facts=(
            ("団体", whose.name if whose else actor.organisation_name),
            ("作成日", clock.date_label(clock.today())),
            ("人数", f"{len(people):,}人"),
        ),
        columns=(PaperColumn("氏名", 4), *(PaperColumn(one.label, 4) for one in question.shown)),
        rows=tuple((person.staff.name, *(cell(one, person, figures) for one in question.shown)) for person in people),
    )
