"""Personnel files as tests send, apply and look at them."""

from __future__ import annotations

import sqlalchemy as sa

from kernel import clock
from kernel.database import db

from people.models import Membership, Posting, RoleGrant, Staff
from people.personnel import file as personnel_file
from people.personnel import work
from people.personnel.file import Send
from people.personnel.models import Kind, PersonnelChange

HEADINGS = "職員番号,氏名,フリガナ,所属,職名\n"


def sent(office, text, **more):
    """A file that the administrator has sent; compared."""
    command = Send("名簿.csv", text, more.pop("day", clock.today()), more.pop("is_complete", False))
    file = personnel_file.send(office.administrator.actor, office.id, command)
    db.session.commit()
    return file


def found(file, *kinds):
    return db.session.scalars(
        sa.select(PersonnelChange)
        .where(PersonnelChange.file_id == file.id, PersonnelChange.kind.in_(kinds or list(Kind)))
        .order_by(PersonnelChange.line, PersonnelChange.id)
        .execution_options(populate_existing=True)
    ).all()


def applied(office, file, off=(), typed=None):
    work.start(office.administrator.actor, file, list(off), typed)
    db.session.commit()
    work.work()
    db.session.expire_all()
    return file


def line(person, **more):
    said = {"number": person.number, "name": person.name, "reading": "", "section": "総務課", "post": "", **more}
    return ",".join(said[name] for name in ("number", "name", "reading", "section", "post")) + "\n"


def row_of(person):
    return db.session.scalars(
        sa.select(Membership).where(Membership.id == person.membership_id).execution_options(populate_existing=True)
    ).one()


def shape(office):
    """Who belongs to an office and where, as it is stored: what an import may change and a taking back must restore."""
    db.session.expire_all()
    people = db.session.execute(
        sa.select(
            Membership.id, Staff.name, Staff.reading, Staff.email, Membership.staff_number, Membership.section_id,
            Membership.post_id, Membership.posted_on, Membership.joined_on, Membership.left_on,
        )
        .join(Staff, Staff.id == Membership.staff_id)
        .where(Membership.organisation_id == office.id)
        .order_by(Membership.id)
    ).all()  # fmt: skip
    postings = db.session.execute(
        sa.select(Posting.membership_id, Posting.section_id, Posting.since, Posting.until)
    ).all()
    roles = db.session.execute(sa.select(RoleGrant.membership_id, RoleGrant.role)).all()
    return sorted(map(tuple, people)), sorted(map(tuple, postings)), sorted(map(str, roles))
