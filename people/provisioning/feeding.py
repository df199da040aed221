"""Feeding (人事連携): what an organisation's system says of its people is done by the acts as by hand; nobody is deleted, roles are never touched."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import TYPE_CHECKING

import sqlalchemy as sa
from scim2_models import Context
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from kernel import clock
from kernel.database import add, db
from kernel.errors import ConflictError, NotFoundError
from kernel.secret import digest
from kernel.spelling import folded, folded_number

from people import audit
from people.act import Act
from people.actor import actor_of
from people.joining import entry, handing_over, on_offer, rejoining
from people.joining.models import OfferState, TransferOffer
from people.membership import is_not_over, visible_to
from people.models import Membership, Staff
from people.permission import Permission
from people.provisioning.models import ProvisionedUser, ScimToken
from people.provisioning.resource import Person, person_of
from people.sections import posting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from people.permission import Actor
    from people.provisioning.resource import Employee, User

GOOD_FOR, USED_EVERY = dt.timedelta(days=366), dt.timedelta(minutes=10)
TAKEN = "このuserNameは、ほかの人に使われています。"


def tokens_of(organisation_id: int) -> Sequence[ScimToken]:
    """Return the keys of an organisation that stand, the latest first."""
    return db.session.scalars(
        sa.select(ScimToken)
        .options(joinedload(ScimToken.made_by))
        .where(ScimToken.organisation_id == organisation_id, ScimToken.expires_at > clock.now())
        .order_by(ScimToken.id.desc())
    ).all()


def make_token(actor: Actor, organisation_id: int, name: str) -> str:
    """Make a key for a system of an organisation; return it, to be shown once. Others go on. Raises NotFoundError."""
    if organisation_id not in actor.organisation_ids or not actor.may(Permission.SET_UP_SIGNING_IN, organisation_id):
        raise NotFoundError
    token = secrets.token_urlsafe(32)
    add(
        ScimToken(
            organisation_id=organisation_id, name=name, token_digest=digest(token), made_by_id=actor.staff_id,
            expires_at=clock.now() + GOOD_FOR,
        )
    )  # fmt: skip
    audit.record(actor, Act.SCIM_TOKEN, name, organisation_id=organisation_id)
    db.session.flush()
    return token


def end_token(actor: Actor, token_id: int) -> str:
    """End a key of an own organisation; return its name. Raises NotFoundError."""
    row = db.session.get(ScimToken, token_id)
    if row is None or row.organisation_id not in actor.organisation_ids:
        raise NotFoundError
    if not actor.may(Permission.SET_UP_SIGNING_IN, row.organisation_id):
        raise NotFoundError
    audit.record(actor, Act.SCIM_TOKEN_ENDED, row.name, organisation_id=row.organisation_id)
    name = row.name
    db.session.delete(row)
    db.session.flush()
    return name


def opened(token: str, *, notes: bool) -> tuple[Actor, int] | None:
    """Return as whom, and for which organisation, a key acts; None where it is none, or whoever made it manages its people no more."""
    row = db.session.scalar(
        sa.select(ScimToken).where(ScimToken.token_digest == digest(token), ScimToken.expires_at > clock.now())
    )
    actor = actor_of(row.made_by_id) if row else None
    if row is None or actor is None or not actor.may(Permission.SET_UP_SIGNING_IN, row.organisation_id):
        return None
    if notes and (row.used_at is None or clock.now() - row.used_at > USED_EVERY):
        row.used_at = clock.now()
    return actor, row.organisation_id


def fed(organisation_id: int, *where: sa.ColumnElement[bool]) -> sa.Select[ProvisionedUser]:
    """Return the statement of the people whom an organisation's systems feed, in the order in which they came."""
    return (
        sa.select(ProvisionedUser)
        .where(ProvisionedUser.organisation_id == organisation_id, *where)
        .order_by(ProvisionedUser.id)
    )


def found(organisation_id: int, id_: str, *, held: bool = False) -> ProvisionedUser:
    """Return somebody whom an organisation's systems feed, held where they are to be changed. Raises NotFoundError."""
    number = int(id_) if id_.isascii() and id_.isdecimal() and len(id_) < 10 else 0  # noqa: PLR2004 - as the key of a table
    statement = fed(organisation_id, ProvisionedUser.id == number)
    row = db.session.scalar(statement.with_for_update() if held else statement)
    if row is None:
        raise NotFoundError
    return row


def create(actor: Actor, organisation_id: int, user: User[Employee]) -> ProvisionedUser:
    """Feed somebody: who is known is recognised by number or address, who was here comes back, whom others offer is taken, else somebody new.

    Raises ConflictError for a user name that is another's, and what the acts by hand raise.
    """
    key = _key(user)
    if db.session.scalar(fed(organisation_id, ProvisionedUser.name_key == key)):
        raise ConflictError(TAKEN)
    person = person_of(user)
    membership_id = _recognised(organisation_id, person) or _entered(actor, organisation_id, person)
    db.session.execute(sa.select(Membership.id).where(Membership.id == membership_id).with_for_update())
    taken = sa.exists().where(ProvisionedUser.membership_id == membership_id)
    if db.session.scalar(sa.select(taken)):
        message = "この職員番号かメールアドレスの人は、別のuserNameですでに連携されています。"
        raise ConflictError(message)
    row = add(
        ProvisionedUser(
            organisation_id=organisation_id, membership_id=membership_id, user_name=user.user_name or "", name_key=key,
            external_id=user.external_id, resource={},
        )
    )  # fmt: skip
    _follow(actor, row, user)
    return row


def _key(user: User[Employee]) -> str:
    return (user.user_name or "").casefold()


def _recognised(organisation_id: int, person: Person) -> int | None:
    """Return the membership of somebody who is, or was, in an organisation: number or address, and the name where one is said.

    Raises ConflictError where a number or address is somebody's who is called otherwise.
    """
    for said, where in (
        (person.number, Membership.number_key == folded_number(person.number)[:32]),
        (person.email, Staff.email == person.email),
    ):
        if not said:
            continue
        one = db.session.scalar(
            sa.select(Membership)
            .join(Membership.staff)
            .options(contains_eager(Membership.staff))
            .where(Membership.organisation_id == organisation_id, where, Staff.erased_at.is_(None))
            .order_by(is_not_over().desc(), Membership.joined_on.desc())
            .limit(1)
        )
        if one is None:
            continue
        if _agrees(one.staff, person):
            return one.id
        if not _is_over(one) or said == person.email:  # the number of somebody who left may have been given to another
            message = "この職員番号かメールアドレスは、氏名の違う人のものです。氏名が変わったときは、先に職員の画面で訂正してください。"
            raise ConflictError(message)
    return None


def _agrees(staff: Staff, person: Person) -> bool:
    """Tell whether somebody is called as a resource says: by name, by reading, or by the address beside a number."""
    names = {folded(staff.name), folded(staff.reading)}
    said = {folded(person.name), folded(person.reading)} - {""}
    return bool(names & said) or bool(person.number and person.email and staff.email == person.email)


def _entered(actor: Actor, organisation_id: int, person: Person) -> int:
    for one in on_offer.offered_to(organisation_id):
        if person.email and one.membership.staff.email == person.email:
            take = handing_over.Take(person.number or None, person.department, person.post)
            return handing_over.take(actor, one.id, take).id
    command = entry.JoinStaff(
        organisation_id, person.name, person.reading or person.name, person.email or None, person.number or None,
        person.department, person.post,
    )  # fmt: skip
    return entry.join(actor, command, by_provider=True).id


def replace(actor: Actor, row: ProvisionedUser, user: User[Employee]) -> None:
    """Let somebody be as a system says them now. Raises ConflictError for a user name that is another's, and what the acts by hand raise."""
    key = _key(user)
    other = fed(row.organisation_id, ProvisionedUser.name_key == key, ProvisionedUser.id != row.id)
    if db.session.scalar(other):
        raise ConflictError(TAKEN)
    row.user_name, row.name_key, row.external_id = user.user_name or "", key, user.external_id
    _follow(actor, row, user)


def remove(actor: Actor, row: ProvisionedUser) -> None:
    """Feed somebody no more: the membership ends, and nobody is deleted. Who was taken over for a day to come is given back."""
    membership = _membership(actor, row)
    db.session.delete(row)
    db.session.flush()
    taken = sa.select(TransferOffer.id).where(
        TransferOffer.taken_id == membership.id,
        TransferOffer.day > clock.today(),
        TransferOffer.state == OfferState.TAKEN,
    )
    if offer_id := db.session.scalar(taken):
        db.session.expunge(membership)
        handing_over.give_back(actor, [offer_id])
    else:
        _end(actor, membership)
    db.session.flush()


def _membership(actor: Actor, row: ProvisionedUser) -> Membership:
    found_ = db.session.scalar(
        sa.select(Membership)
        .join(Membership.staff)
        .options(contains_eager(Membership.staff), selectinload(Membership.grants), joinedload(Membership.organisation))
        .where(Membership.id == row.membership_id, visible_to(actor))
        .execution_options(populate_existing=True)
    )
    if found_ is None:
        raise NotFoundError
    return found_


def _is_over(membership: Membership) -> bool:
    return membership.left_on is not None and membership.left_on <= clock.today()


def _end(actor: Actor, membership: Membership) -> None:
    if _is_over(membership):
        return
    today = clock.today()
    membership.joined_on = min(membership.joined_on, today)
    entry.leave(actor, membership.id, today - clock.DAY)


def _follow(actor: Actor, row: ProvisionedUser, user: User[Employee]) -> None:
    """Let the person follow the resource; what it does not say stays. What was sent is kept as it was sent."""
    membership, person = _membership(actor, row), person_of(user)
    if membership.joined_on > clock.today():
        prepared = Person("", "", "", person.number, "", "", is_active=True)
        _correct(
            actor, membership, prepared
        )  # nothing ends and nobody moves before the day; the name is still the other office's
    elif not person.is_active:
        _end(actor, membership)
    else:
        if _is_over(membership):
            membership = rejoining.rejoin(actor, membership.id, clock.today())
            row.membership_id = membership.id
            membership = _membership(actor, row)
        _correct(actor, membership, person)
        _place(actor, membership, person)
    row.resource = user.model_dump(scim_ctx=Context.RESOURCE_QUERY_RESPONSE)
    row.changed_at = clock.now()
    db.session.flush()


def _correct(actor: Actor, membership: Membership, person: Person) -> None:
    staff = membership.staff
    now = (staff.name, staff.reading, staff.email or "", membership.staff_number or "")
    then = (
        person.name or now[0], person.reading or now[1], person.email or now[2], person.number or now[3],
    )  # fmt: skip
    if then == now:
        return
    entry.correct(
        actor, membership.id,
        entry.CorrectStaff(then[0], then[1], then[2] or None, then[3] or None, membership.department, membership.post, membership.joined_on),
        by_provider=True,
    )  # fmt: skip


def _place(actor: Actor, membership: Membership, person: Person) -> None:
    department = person.department if person.department != membership.department else ""
    post = person.post if person.post != membership.post else ""
    since = membership.posted_on or membership.joined_on
    if department or post:
        posting.move(actor, [membership.id], posting.Move(department, post, max(since, clock.today())))
