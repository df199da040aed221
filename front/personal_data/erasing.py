"""Erasure (消去): what only served the person goes, what organisations count stays without the name; the log keeps acts without names.

個人情報の保護に関する法律 第61条第2項、第98条.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import sqlalchemy as sa

from kernel import clock
from kernel.database import db
from kernel.errors import ConflictError, InvalidError, NotFoundError
from kernel.spelling import folded

from people import audit
from people.act import Act
from people.joining import entry
from people.joining.models import TransferOffer
from people.membership import is_not_over, managed_membership
from people.models import Membership, Staff
from people.permission import Permission
from people.personnel.models import AT_WORK, PersonnelChange, PersonnelFile
from people.role import check_may_act_for
from people.trail import erasure
from people.trail.erasure import NOBODY

from courses import catalogue_version

from participation import settling
from participation.attending.models import CAME, Attendance
from participation.models import Enrolment
from participation.notices.models import Notice

from front.personal_data.held import HELD, Fate

if TYPE_CHECKING:
    from people.permission import Actor

BELONGS = "この人は、いまか後に、どこかの団体に所属しています。個人情報は、最後の団体を離れたあとで消去できます。"


def former(actor: Actor, membership_id: int) -> Membership:
    """Return the last membership of somebody who belongs nowhere any more, in an organisation whose people the actor may erase.

    Raises NotFoundError, ConflictError for one who belongs somewhere, or will.
    """
    membership = db.session.scalar(
        sa.select(Membership)
        .options(sa.orm.joinedload(Membership.staff), sa.orm.joinedload(Membership.organisation))
        .where(Membership.id == membership_id, actor.scope(Permission.ERASE).where(Membership.organisation_id))
    )
    if membership is None or membership.staff.erased_at:
        raise NotFoundError
    others = db.session.scalars(
        sa.select(Membership.left_on).where(Membership.staff_id == membership.staff_id, Membership.id != membership.id)
    ).all()
    if (
        membership.left_on is None
        or membership.left_on > clock.today()
        or any(day is None or day > membership.left_on for day in others)
    ):
        raise ConflictError(BELONGS)
    return membership


def erase_former(actor: Actor, membership_id: int, typed_name: str) -> None:
    """Erase the data of somebody who has left, once the name was typed. Raises as `former` does, InvalidError for another name."""
    _erase(actor, former(actor, membership_id), typed_name)


def mistaken(actor: Actor, membership_id: int) -> Membership:
    """Return the only membership of somebody who was entered by mistake, in an organisation whose people the actor may erase.

    Raises NotFoundError, ForbiddenError for one who holds more than the actor may give, ConflictError for one who belongs, or belonged, elsewhere,
    or who has completed or attended something: that is no mistake.
    """
    membership = managed_membership(actor, membership_id)
    if not actor.may(Permission.ERASE, membership.organisation_id):
        raise NotFoundError
    check_may_act_for(actor, membership.staff_id)
    others = sa.exists().where(Membership.staff_id == membership.staff_id, Membership.id != membership.id)
    if db.session.scalar(sa.select(others)):
        message = "この人には、ほかの所属の記録があります。所属を終えてから、最後の団体で消去してください。"
        raise ConflictError(message)
    if done := db.session.scalar(_done_by(membership.staff_id)):
        message = f"この人には、修了や出席の記録が{done}件あります。誤って登録した人ではないようです。所属を終えてから、「所属が終わった人」で消去してください。"
        raise ConflictError(message)
    return membership


def _done_by(staff_id: int) -> sa.Select[int]:
    """Return the statement of how many courses somebody has completed, or sat in."""
    came = sa.exists().where(Attendance.enrolment_id == Enrolment.id, Attendance.presence.in_(CAME))
    return (
        sa.select(sa.func.count())
        .select_from(Enrolment)
        .where(Enrolment.staff_id == staff_id, sa.or_(Enrolment.completed_at.is_not(None), came))
    )


def erase_mistaken(actor: Actor, membership_id: int, typed_name: str) -> None:
    """Erase somebody who was entered by mistake, at once. Raises as `mistaken` does, InvalidError for another name."""
    membership = mistaken(actor, membership_id)
    _check_name(membership.staff, typed_name)
    membership.joined_on = min(membership.joined_on, clock.today())
    entry.end(membership, clock.today())
    db.session.flush()
    _erase(actor, membership, typed_name)


def _check_name(staff: Staff, typed_name: str) -> None:
    if folded(typed_name) != folded(staff.name):
        message = f"消去する人の氏名（{staff.name}）を入力してください。"
        raise InvalidError(message, field="name")


def _erase(actor: Actor, membership: Membership, typed_name: str) -> None:
    staff, organisation_id = membership.staff, membership.organisation_id
    _check_name(staff, typed_name)
    erase(staff.id)
    audit.record(actor, Act.ERASED, NOBODY, organisation_id=organisation_id, staff=staff.id)
    db.session.flush()


def erase(staff_id: int) -> None:
    """Erase a person's data: what only served the person goes, what organisations count stays without the name.

    Raises ConflictError where the person belongs somewhere again; the row is held, so that nobody lets them meanwhile.
    """
    staff = db.session.scalars(sa.select(Staff).where(Staff.id == staff_id).with_for_update()).one()
    if db.session.scalar(sa.select(sa.exists().where(Membership.staff_id == staff_id, is_not_over()))):
        raise ConflictError(BELONGS)
    settling.give_up_all(staff.id)
    elsewhere = _offered_to(staff.id)
    _forget_elsewhere(staff, elsewhere)
    erasure.forget(staff, elsewhere)
    for held in HELD:
        table = held.model.__table__
        if held.fate is Fate.GO:
            db.session.execute(sa.delete(table).where(held.of(staff_id)))  # type: ignore[arg-type]
        elif held.blanks:
            db.session.execute(sa.update(table).where(held.of(staff_id)).values(held.blanks))  # type: ignore[arg-type]
    db.session.execute(sa.update(Staff.__table__).where(Staff.id == staff_id).values(erased_at=clock.now()))  # type: ignore[arg-type]
    catalogue_version.changed()  # the name may stand on the page of a course
    db.session.expire_all()


def _offered_to(staff_id: int) -> set[int]:
    """Return the organisations to which, or by which, somebody was offered: their logs name them, too."""
    rows = db.session.execute(
        sa.select(TransferOffer.from_id, TransferOffer.to_id)
        .join(Membership, Membership.id == TransferOffer.membership_id)
        .where(Membership.staff_id == staff_id)
    )
    return {one for row in rows for one in row}


def _forget_elsewhere(staff: Staff, elsewhere: set[int]) -> None:
    """Let go of what names somebody without pointing to them: what was told to others, and lines of personnel files that meant nobody.

    Only where the whole name stands: nobody else's goes along.
    """
    own = db.session.scalars(sa.select(Membership.organisation_id).where(Membership.staff_id == staff.id))
    offices = elsewhere.union(own)
    colleagues = sa.select(Membership.staff_id).where(Membership.organisation_id.in_(offices))
    called = re.compile(rf"(?:^|[\n。、「『（(：]){re.escape(staff.name)}(?:さん|様|」|』|、|$)")
    told = db.session.execute(
        sa.select(Notice.id, Notice.text).where(
            Notice.staff_id.in_(colleagues), Notice.text.contains(staff.name, autoescape=True)
        )
    )
    gone = [row.id for row in told if called.search(row.text)]
    db.session.execute(sa.delete(Notice).where(Notice.id.in_(gone)).execution_options(synchronize_session=False))
    theirs = PersonnelFile.organisation_id.in_(offices)
    meant_nobody = sa.and_(PersonnelChange.membership_id.is_(None), PersonnelChange.name == staff.name)
    files = sa.select(PersonnelFile.id).where(theirs)
    db.session.execute(
        sa.delete(PersonnelChange)
        .where(PersonnelChange.file_id.in_(files), meant_nobody)
        .execution_options(synchronize_session=False)
    )
    cell = re.compile(rf"(?:^|[,\t;\"\n]){re.escape(staff.name)}(?:$|[,\t;\"\r\n])")
    for file in db.session.scalars(
        sa.select(PersonnelFile).where(
            theirs, PersonnelFile.state.not_in(AT_WORK), PersonnelFile.text.contains(staff.name, autoescape=True)
        )
    ):
        if cell.search(file.text):
            file.text = ""
    db.session.flush()
