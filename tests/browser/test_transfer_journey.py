"""Two hundred people move from one organisation to another on 1 April, with running courses, a nomination and a coordinator who leaves."""

from __future__ import annotations

import datetime as dt
import sys
from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from factories import PASSWORD, Office, Person, draft_course, offered, session_of
from pages import ADMINISTRATOR

from kernel import clock
from kernel.database import db

from people.actor import actor_of
from people.joining.entry import JoinStaff, enter
from people.membership import is_current
from people.models import Membership, Organisation, Role, Staff
from people.permission import Permission
from people.personnel import work
from people.sections import coming

from courses import keeping
from courses.sessions.models import AdmissionRule

from participation import enrolment as enrolments
from participation import settling
from participation.joint import nomination
from participation.joint.models import Nomination
from participation.models import Enrolment, EnrolmentState

from front.office.moving import next_first_of_april

pytestmark = pytest.mark.slow
A_KEY, AN_ACT = 0.2, 1.3
"""The seconds that a clerk takes for a key, and before each act."""
PEOPLE = 200
READING = "イドウ ハナコ"
FAMILIES, GIVEN = (
    ["石川", "小川", "前田", "岡田", "長谷川", "藤田", "後藤", "近藤", "村上", "遠藤", "青木", "坂本", "斉藤", "福田"],
    ["明子", "和夫", "里美", "健太", "文子", "直美", "隆", "由美", "進", "久美子", "剛", "真理", "学", "千夏", "徹"],
)
NAMES = [f"{family} {given}" for family in FAMILIES for given in GIVEN][:PEOPLE]


@dataclass
class Town:
    """What stands before the move: both offices, who moves, and what hangs on them."""

    old: Office
    new: Office
    chief: Person
    numbers: list[str]
    coordinator: Person
    successor: Person
    session_id: int
    course_id: int


@pytest.fixture
def town(behind):
    """The office of the sample data with two hundred more people, some of whom learn, one of whom is nominated; and a coordinator who goes, too."""
    old, new = Office.of("133035"), Office.of("133051")
    numbers, day = [f"T{number:04}" for number in range(PEOPLE)], dt.date(2020, 4, 1)
    for number, name in zip(numbers, NAMES, strict=True):
        command = JoinStaff(old.id, name, READING, f"{number.lower()}@example.lg.jp", number, "総務課", "主事", day)
        enter(command)
    chief = new.person(Role.ADMINISTRATOR, name="日の出 一郎")
    coordinator, successor = (old.person(Role.COORDINATOR, name=name) for name in ("担当 移子", "担当 継男"))
    for person in (coordinator, successor):
        db.session.get_one(Staff, person.staff_id).reading = READING
    db.session.commit()
    for number in numbers[:20]:
        learner = actor_of(of(number).staff_id)
        enrolments.enrol_in_course(learner, enrolments.entrant(learner), offered("paperless-basics"))
    begins = clock.at(next_first_of_april(clock.today()) + dt.timedelta(days=20), dt.time(10))
    session = session_of(
        "guideline-localize", Office.of("東京デジタルアカデミー"), giving=AdmissionRule.NOMINATION, starts_at=begins,
        ends_at=begins + dt.timedelta(hours=2), applications_close_at=begins - dt.timedelta(days=10),
    )  # fmt: skip
    nomination.nominate(coordinator.actor, session, db.session.get_one(Organisation, old.id), of(numbers[0]).id)
    course = draft_course(coordinator)
    keeping.keep(coordinator.actor, course, coordinator.staff_id, None)
    made = Town(old, new, chief, numbers, coordinator, successor, session.id, course.id)
    db.session.commit()
    db.session.remove()
    return made


def of(number):
    return db.session.scalars(sa.select(Membership).where(Membership.staff_number == number)).one()


def minutes(visitor, keys, began):
    return (visitor.pressed * AN_ACT + keys * A_KEY + (dt.datetime.now(dt.UTC) - began).total_seconds()) / 60


def proves(visitor, secret):
    if visitor.page.locator("#password").count():  # what opens doors asks for the password once an hour
        visitor.page.locator("#password").fill(secret)
        visitor.page.locator("main button").first.click()
        visitor.has_arrived()


def hands_over(clerk, town, day):
    """The old office offers all by the list that its personnel section has, and says who takes over."""
    began = dt.datetime.now(dt.UTC)
    clerk.page.set_default_timeout(60_000)
    clerk.follows("職員").follows("4月1日の準備（異動）").follows("異動を申し出る")
    proves(clerk, "sanchou-no-kanrisha-san")
    clerk.types("移る先の団体", "日の出町").types("移る人", "\n".join([*town.numbers, town.coordinator.number]))
    clerk.presses("内容を確かめる")
    assert clerk.sees(f"{PEOPLE + 1}人を")
    clerk.presses("人の異動を申し出る")
    assert clerk.sees("の異動を申し出ました")
    clerk.follows("の異動の準備").follows("担当の引き継ぎ")
    clerk.chooses(f"{town.coordinator.name}さんから引き継ぐ人", town.successor.name).presses("引き継ぐ人を決める")
    assert clerk.sees("1人の、引き継ぐ人を変えました")
    return minutes(clerk, len("日の出町"), began)


def takes(clerk, town, day, path):
    """The new office takes all by the personnel file that it has anyway."""
    rows = [f"H{number:04},{name},{READING},福祉課,主事\r\n" for number, name in enumerate(NAMES)]
    rows.append(f"H9999,{town.coordinator.name},{READING},福祉課,主任\r\n")
    path.write_bytes(("職員番号,氏名,フリガナ,所属,職名\r\n" + "".join(rows)).encode("cp932"))
    clerk.goes_to("/sign-in").types("メールアドレス または 職員番号", town.chief.email)
    clerk.page.locator("#password").fill(PASSWORD)
    clerk.page.locator("main").get_by_role("button", name="サインイン").click()
    clerk.has_arrived().goes_to("/office").counts_from_here()
    began = dt.datetime.now(dt.UTC)
    clerk.page.set_default_timeout(60_000)
    clerk.follows("確かめて引き受ける")
    assert clerk.sees(NAMES[0])
    clerk.follows("人事の名簿を取り込む")
    proves(clerk, PASSWORD)
    clerk.page.locator("input[type=file]").set_input_files(path)
    clerk.pressed += 1
    clerk.presses("違いを確かめる")
    assert clerk.sees(f"ほかの団体から移ってくる人 {PEOPLE + 1}")
    clerk.presses("選んだ種類を反映する")
    work.work()  # as the worker does beside the server
    db.session.remove()
    clerk.goes_to(f"/office/moves?day={day.isoformat()}&part=coming")
    assert clerk.sees("引き受けました")
    return minutes(clerk, 0, began)


def test_two_hundred_people_are_handed_over_and_taken(visit, town, tmp_path, capsys, monkeypatch):
    day = next_first_of_april(clock.today())
    clerk, other = visit(ADMINISTRATOR).counts_from_here(), visit()
    of_old = hands_over(clerk, town, day)
    of_new = takes(other, town, day, tmp_path / "転入.csv")
    capsys.readouterr()
    with capsys.disabled():
        sys.stdout.write(
            f"{PEOPLE + 1} transfers: the old office {of_old:.1f} min ({clerk.pressed} acts), the new one {of_new:.1f} min ({other.pressed} acts)\n"
        )
    assert max(of_old, of_new) <= 10
    monkeypatch.setattr(clock, "now", lambda: clock.at(day, dt.time(8)))
    coming.carry_out()
    settling.settle()
    keeping.hand_over()
    db.session.remove()
    here = Membership.organisation_id == town.new.id
    moved = db.session.scalars(
        sa.select(Membership).where(here, is_current(), Membership.staff_number.like("H%"))
    ).all()
    assert len(moved) == PEOPLE + 1
    learning = sa.select(Enrolment.state).where(Enrolment.staff_id.in_([row.staff_id for row in moved]))
    assert db.session.scalars(learning).all() == [EnrolmentState.ENROLLED] * 20
    listed = sa.select(Nomination.organisation_id).where(Nomination.session_id == town.session_id)
    assert db.session.scalars(listed).all() == [town.new.id]
    assert keeping.keeping_of(town.course_id).kept_by_id == town.successor.staff_id
    assert not actor_of(town.coordinator.staff_id).may(Permission.MANAGE_STAFF)
    db.session.remove()
