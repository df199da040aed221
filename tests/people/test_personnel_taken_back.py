"""Whatever happens between looking through a personnel file, applying it and taking it back: no one is misplaced, stuck or lost."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa
from personnel_files import HEADINGS, applied, found, line, row_of, sent

from kernel import clock
from kernel.database import db
from kernel.errors import ConflictError
from kernel.page import seen_as

from people.joining import entry, rejoining
from people.joining.entry import JoinStaff
from people.models import Membership, Role, RoleGrant, Staff
from people.personnel import applying, welcome, work
from people.personnel import file as personnel_file
from people.personnel.models import ChangeState, FileState, Kind, PersonnelFile
from people.sections import coming, posting
from people.sections.models import PlannedMove

A, B, C = (f"900{n},新人 {name},シンジン ナニ,{section},\n" for n, name, section in ((1, "一子", "新設課"), (2, "二子", "別の課"), (3, "三子", "新設課")))  # fmt: skip


def numbered(number):
    return db.session.scalars(
        sa.select(Membership).where(Membership.staff_number == number).execution_options(populate_existing=True)
    ).one_or_none()


def taken_back(office, file, by=None):
    work.take_back((by or office.administrator).actor, db.session.get_one(PersonnelFile, file.id))
    db.session.commit()
    work.work()
    db.session.expire_all()


def entered_by_hand(office, number, name):
    command = JoinStaff(office.id, name, "シンジン ナニ", None, number, "総務課", "", clock.today())
    row = entry.join(office.administrator.actor, command)
    db.session.commit()
    return row


def test_a_row_that_is_refused_leaves_no_section_that_others_are_put_into(mizuho):
    file = sent(mizuho, HEADINGS + A + B + C)
    entered_by_hand(mizuho, "9001", "新人 一子")
    applied(mizuho, file)
    assert [row.state for row in found(file)] == [ChangeState.SKIPPED, ChangeState.DONE, ChangeState.DONE]
    assert (numbered("9002").department, numbered("9003").department) == ("別の課", "新設課")


def test_a_row_that_fails_in_an_unforeseen_way_stops_nobody(mizuho, hachioji, monkeypatch):
    file, other = sent(mizuho, HEADINGS + A + B), sent(hachioji, HEADINGS + C)
    apply = applying.apply

    def breaks(actor, change, sections):
        if change.name == "新人 一子":
            raise OverflowError
        apply(actor, change, sections)

    monkeypatch.setattr(applying, "apply", breaks)
    monkeypatch.setattr(applying, "enter_together", lambda _actor, rows, _sections: rows)
    work.start(hachioji.administrator.actor, other, [], None)
    applied(mizuho, file)
    assert [row.state for row in found(file)] == [ChangeState.SKIPPED, ChangeState.DONE]
    assert "思わぬ誤り" in found(file)[0].told
    assert found(other)[0].state is ChangeState.DONE


def test_an_end_in_the_year_9999_is_none(mizuho):
    text = (
        f"職員番号,氏名,退職日\n9009,新人 九子,\n{mizuho.administrator.number},{mizuho.administrator.name},9999/12/31\n"
    )
    assert not found(sent(mizuho, text), Kind.LEAVING)


def test_who_was_moved_or_came_back_by_hand_since_is_not_removed(mizuho, time):
    file = applied(mizuho, sent(mizuho, HEADINGS + A + B))
    time.passes(days=2)
    posting.move(mizuho.administrator.actor, [numbered("9001").id], posting.Move("税務課", "", clock.today()))
    gone = numbered("9002")
    entry.leave(mizuho.administrator.actor, gone.id, clock.today() - clock.DAY)
    rejoining.rejoin(mizuho.administrator.actor, gone.id, clock.today())
    db.session.commit()
    taken_back(mizuho, file)
    assert [row.state for row in found(file)] == [ChangeState.KEPT, ChangeState.KEPT]
    assert numbered("9001").department == "税務課"
    assert db.session.get_one(PersonnelFile, file.id).state is FileState.UNDONE


def test_who_was_corrected_by_hand_since_is_not_removed(mizuho):
    file = applied(mizuho, sent(mizuho, HEADINGS + A))
    row = numbered("9001")
    reading = "シンジン ナニ"
    entry.correct(
        mizuho.administrator.actor,
        row.id,
        entry.CorrectStaff("新人 壱子", reading, None, "9001", row.department, "", row.joined_on),
    )
    db.session.commit()
    taken_back(mizuho, file)
    assert db.session.get_one(Staff, numbered("9001").staff_id).name == "新人 壱子"
    assert "あとで変更" in found(file)[0].told


def test_an_end_is_taken_back_only_as_far_as_one_might_by_hand(mizuho, hachioji):
    chief = mizuho.person(Role.ADMINISTRATOR)
    coordinator = mizuho.person(Role.COORDINATOR)
    text = HEADINGS + line(mizuho.administrator) + line(coordinator)
    file = applied(mizuho, sent(mizuho, text, is_complete=True), typed=1)
    assert row_of(chief).left_on == clock.today()
    taken_back(mizuho, file, by=coordinator)
    assert row_of(chief).left_on == clock.today(), "a coordinator gives nobody the role of an administrator"
    assert found(file, Kind.MISSING)[0].state is ChangeState.KEPT


def test_an_undo_that_was_stopped_can_go_on(mizuho):
    chief = mizuho.person(Role.ADMINISTRATOR)
    file = applied(mizuho, sent(mizuho, HEADINGS + A))
    work.take_back(chief.actor, file)
    db.session.execute(sa.delete(RoleGrant).where(RoleGrant.membership_id == chief.membership_id))
    db.session.commit()
    work.work()
    row = db.session.get_one(PersonnelFile, file.id, populate_existing=True)
    assert (row.state, "続けられます" in row.trouble) == (FileState.APPLIED, True)
    assert "続けられます" in mizuho.administrator.browser().get(f"/office/personnel/{file.id}").text
    taken_back(mizuho, file)
    assert numbered("9001") is None


def test_a_move_to_come_waits_for_its_day(mizuho, time):
    person = mizuho.person()
    day = clock.today() + dt.timedelta(days=30)
    text = f"職員番号,氏名,所属,異動日\n{person.number},{person.name},税務課,{day.isoformat()}\n"
    file = applied(mizuho, sent(mizuho, text))
    assert (row_of(person).department, coming.carry_out()) == ("総務課", 0)
    assert found(sent(mizuho, text)) == [], "the same file once more changes nothing"
    time.passes(days=30)
    assert coming.carry_out() == 1
    assert (row_of(person).department, row_of(person).posted_on) == ("税務課", day)
    taken_back(mizuho, file)
    assert (row_of(person).department, row_of(person).posted_on) == ("総務課", None)


def test_a_planned_move_is_taken_back_before_its_day(mizuho):
    person = mizuho.person()
    day = clock.today() + dt.timedelta(days=30)
    file = applied(
        mizuho, sent(mizuho, f"職員番号,氏名,所属,異動日\n{person.number},{person.name},税務課,{day.isoformat()}\n")
    )
    assert db.session.get(PlannedMove, person.membership_id)
    taken_back(mizuho, file)
    assert db.session.get(PlannedMove, person.membership_id, populate_existing=True) is None


def test_who_comes_back_belongs_from_the_day_of_the_file_not_from_when_they_were_there_first(mizuho):
    person = mizuho.person()
    row_of(person).left_on = clock.today() - dt.timedelta(days=1500)
    db.session.commit()
    text = f"職員番号,氏名,所属,採用日\n{person.number},{person.name},税務課,2005/4/1\n"
    [change] = found(sent(mizuho, text))
    assert change.said["joined_on"] == clock.today().isoformat()


def test_the_number_of_who_left_may_be_given_to_another(mizuho):
    person = mizuho.person()
    row_of(person).left_on = clock.today() - dt.timedelta(days=300)
    db.session.commit()
    file = sent(mizuho, HEADINGS + f"{person.number},新人 一子,シンジン イチコ,福祉課,\n")
    assert [row.kind for row in found(file)] == [Kind.NEW]
    applied(mizuho, file)
    assert found(file)[0].state is ChangeState.DONE


def test_nobody_applies_what_they_have_not_seen(mizuho):
    person = mizuho.person()
    file = sent(mizuho, f"職員番号,氏名,所属,日付\n{person.number},{person.name},税務課,2027/3/31\n")
    seen = seen_as(*work.as_read(file))
    browser = mizuho.administrator.browser()
    assert f'name="read" value="{seen}"' in browser.get(f"/office/personnel/{file.id}").text
    said = {"column-0": "number", "column-1": "name", "column-2": "", "column-3": "left"}
    mizuho.person(Role.COORDINATOR).browser().post(f"/office/personnel/{file.id}/columns", data=said)
    answer = browser.post(
        f"/office/personnel/{file.id}/apply", data={"kinds": ["moved", "leaving"], "typed": "1", "read": seen}
    )
    assert answer.status_code != 302

    assert "内容が変わりました" in answer.text
    with pytest.raises(ConflictError):
        work.start(mizuho.administrator.actor, db.session.get_one(PersonnelFile, file.id), [], 1, seen)


def test_what_headings_say_can_be_forgotten_again(mizuho):
    text = "職員番号,氏名,フリガナ,所属\n" + "9001,新人 一子,シンジン イチコ,福祉課\n"
    file = sent(mizuho, text)
    browser, address = mizuho.administrator.browser(), f"/office/personnel/{file.id}/columns"
    assert (
        browser.post(address, data={"column-0": "", "column-1": "", "column-2": "", "column-3": ""}).status_code == 302
    )
    assert browser.get(f"/office/personnel/{file.id}").status_code == 200
    assert not found(file)
    browser.post(address, data={"reset": "1"})
    assert [row.kind for row in found(file)] == [Kind.NEW]


def test_what_stood_in_a_file_goes_when_it_is_done(mizuho):
    file = applied(mizuho, sent(mizuho, HEADINGS + A))
    assert db.session.get_one(PersonnelFile, file.id).text == ""
    other = sent(mizuho, HEADINGS + B)
    personnel_file.drop(mizuho.administrator.actor, other)
    assert other.text == ""


def test_one_person_with_a_role_does_not_keep_a_sheet_from_being_made(mizuho):
    file = applied(mizuho, sent(mizuho, HEADINGS + A + B))
    db.session.add(RoleGrant(membership_id=numbered("9001").id, role=Role.ADMINISTRATOR))
    db.session.commit()
    sheet = welcome.slips(mizuho.person(Role.COORDINATOR).actor, file, 1)
    assert ([slip.person.staff_number for slip in sheet.slips], sheet.left_out) == (["9002"], 1)


def test_who_stands_in_an_unclear_line_is_not_missing(mizuho):
    renamed, nameless = mizuho.person(), mizuho.person()
    row_of(renamed).staff_number = "00123"
    db.session.commit()
    text = (
        "職員番号,氏名,所属\n"
        f"123,別姓 花子,総務課\n{nameless.number},,総務課\n{mizuho.administrator.number},{mizuho.administrator.name},総務課\n"
    )
    assert not found(sent(mizuho, text, is_complete=True), Kind.MISSING)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Staff))


def test_a_slip_that_nobody_has_used_keeps_nothing_from_being_taken_back(mizuho):
    file = applied(mizuho, sent(mizuho, HEADINGS + A + B))
    made = welcome.slips(mizuho.administrator.actor, file, 1)
    db.session.commit()
    assert len(made.slips) == 2
    taken_back(mizuho, file)
    assert [row.state for row in found(file)] == [ChangeState.UNDONE, ChangeState.UNDONE]
    assert mizuho.administrator.browser().get(f"/password/{made.slips[0].token}").status_code == 404
