"""No order of files, moves, transfers, reorganisations and taking back loses a record or leaves an organisation without an administrator."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa
from factories import enrols, offered
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel import clock
from kernel.database import db
from kernel.errors import RefusalError

from people.actor import actor_of
from people.joining import entry, handing_over, rejoining
from people.joining.handing_over import Offer, Take
from people.joining.models import TransferOffer
from people.membership import is_current
from people.models import Membership, Organisation, Role, RoleGrant, Staff
from people.personnel import file as personnel_file
from people.personnel import work
from people.personnel.file import Send
from people.personnel.models import FileState, PersonnelFile
from people.role import set_roles
from people.sections import coming, posting, reform
from people.sections.models import Reform
from people.sections.posting import Move

from participation import settling
from participation.models import Enrolment

MORE_OFTEN = (4, 5, 6, 6)
"""To belong again, to be offered, to be answered."""
SECTIONS = ("総務課", "税務課", "福祉課")
ACTS = st.lists(st.tuples(st.integers(0, 15), st.integers(0, 40), st.integers(0, 40)), min_size=3, max_size=14)
ANY = settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))


class Offices:
    """Two offices, in which anybody may do anything that the pages let them do."""

    def __init__(self, mizuho, hachioji, time) -> None:
        self.offices, self.time = (mizuho, hachioji), time
        self.chiefs = [office.administrator for office in self.offices]
        self.people = [office.person() for office in self.offices for _number in range(3)] + self.chiefs
        for person in self.people[:4]:
            enrols(person, offered("paperless-basics"))
        db.session.commit()
        self.records = set(db.session.scalars(sa.select(Enrolment.id)))

    def actor(self, number):
        """An administrator of the office, whoever that is by now."""
        office = self.offices[number % 2]
        who = db.session.scalar(
            sa.select(Membership.staff_id).join(RoleGrant, RoleGrant.membership_id == Membership.id).where(
                Membership.organisation_id == office.id, RoleGrant.role == Role.ADMINISTRATOR, is_current()
            ).order_by(Membership.id).limit(1)
        )  # fmt: skip
        assert who, f"{office.name} has no administrator"
        return actor_of(who), office

    def member(self, office, number):
        ids = db.session.scalars(sa.select(Membership.id).where(Membership.organisation_id == office.id).order_by(Membership.id)).all()  # fmt: skip
        return ids[number % len(ids)]

    def does(self, act, one, other):
        actor, office = self.actor(one)
        member, day = self.member(office, other), clock.today() + dt.timedelta(days=(other % 5) * 10 - 10)
        there = db.session.get_one(Organisation, self.offices[(one + 1) % 2].id)
        plans = coming.plan if day > clock.today() else posting.move
        acts = (
            lambda: self.sends(actor, office, one, other),
            lambda: self.takes_back(actor),
            lambda: entry.leave(actor, member, day),
            lambda: rejoining.resume(actor, member),
            lambda: rejoining.rejoin(actor, member, clock.today()),
            lambda: handing_over.offer(
                actor, [member], Offer(there, max(day, clock.today()), ends_present=other % 3 > 0)
            ),
            lambda: self.answers(actor, other),
            lambda: plans(actor, [member], Move(SECTIONS[other % 3], "", day)),
            lambda: reform.plan(actor, office.id, f"{SECTIONS[other % 3]}\t{SECTIONS[(other + 1) % 3]}", day),
            lambda: self.undoes(actor, office),
            lambda: set_roles(actor, member, {Role.ADMINISTRATOR} if other % 2 else set()),
            lambda: self.time.passes(days=other % 40),
        )
        acts[act if act < len(acts) else MORE_OFTEN[act - len(acts)]]()

    def undoes(self, actor, office):
        own = sa.select(Reform.id).where(Reform.organisation_id == office.id).order_by(Reform.id.desc())
        if last := db.session.scalars(own).first():
            reform.undo(actor, db.session.get_one(Reform, last))

    def sends(self, actor, office, one, other):
        rows = db.session.execute(sa.select(Membership.staff_number, Staff.name).join(Membership.staff).where(Membership.organisation_id == office.id).order_by(Membership.id)).all()  # fmt: skip
        lines = [f"{row.staff_number},{row.name},ヤマダ タロウ,{SECTIONS[(place + other) % 3]}" for place, row in enumerate(rows) if (place + one) % 3]  # fmt: skip
        text = "職員番号,氏名,フリガナ,所属\n" + "\n".join([*lines, f"N{one}{other},新人 花子,シンジン ハナコ,税務課"])
        file = personnel_file.send(actor, office.id, Send("名簿.csv", text, clock.today() + dt.timedelta(days=(other % 3) * 20), is_complete=bool(one % 2)))  # fmt: skip
        db.session.commit()
        work.start(actor, file, [], work.leaving(file, []))
        db.session.commit()
        work.work()

    def takes_back(self, actor):
        last = db.session.scalars(sa.select(PersonnelFile.id).where(PersonnelFile.state == FileState.APPLIED).order_by(PersonnelFile.id.desc())).first()  # fmt: skip
        if last:
            work.take_back(actor, personnel_file.own_file(actor, last))
            db.session.commit()
            work.work()

    def answers(self, actor, other):
        ids = db.session.scalars(sa.select(TransferOffer.id).order_by(TransferOffer.id)).all()
        if not ids:
            return
        number = ids[other % len(ids)]
        acts = (
            lambda: handing_over.take(actor, number, Take()),
            lambda: handing_over.give_back(actor, [number]),
            lambda: handing_over.withdraw(actor, [number]),
            lambda: handing_over.decline(actor, [number], "違います"),
        )
        acts[other % 4]()

    def check(self):
        """Every record is somebody's who belongs, or belonged, somewhere; and each office has an administrator today."""
        db.session.expire_all()
        there = sa.select(Enrolment.id).join(Membership, Membership.staff_id == Enrolment.staff_id)
        assert self.records <= set(db.session.scalars(there))
        for office in self.offices:
            self.actor(self.offices.index(office))
        twice = sa.select(Membership.staff_id).where(is_current()).group_by(Membership.staff_id, Membership.organisation_id).having(sa.func.count() > 1)  # fmt: skip
        assert db.session.scalars(twice).all() == [], "nobody belongs twice to one organisation"


def walk(mizuho, hachioji, time, acts):
    offices = Offices(mizuho, hachioji, time)
    for act in acts:
        try:
            offices.does(*act)
            db.session.commit()
        except RefusalError:
            db.session.rollback()
        for task in (coming.carry_out, reform.carry_out_due, settling.settle):
            task()
            db.session.commit()
        offices.check()


@given(acts=ACTS)
@ANY
def test_any_order_keeps_every_record_and_an_administrator(app, mizuho, hachioji, time, acts):
    walk(mizuho, hachioji, time, acts)


@pytest.mark.slow
@given(acts=ACTS)
@settings(ANY, max_examples=60)
def test_any_order_keeps_every_record_and_an_administrator_at_length(app, mizuho, hachioji, time, acts):
    walk(mizuho, hachioji, time, acts)
