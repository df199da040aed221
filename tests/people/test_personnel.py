"""A file of the personnel section is read as it is, compared with who is there, applied as one act, and taken back."""

from __future__ import annotations

import datetime as dt
import io
import re

import pytest
import sqlalchemy as sa
import xlsxwriter
from factories import enrols, offered
from flask import current_app
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from personnel_files import HEADINGS, applied, found, line, row_of, sent, shape

from kernel import clock
from kernel.database import db
from kernel.errors import ConflictError, InvalidError

from people.models import Membership, Role, RoleGrant, Section, Staff
from people.personnel import applying, welcome, work
from people.personnel import file as personnel_file
from people.personnel.columns import Column
from people.personnel.file import Send
from people.personnel.models import ChangeState, FileState, Kind, PersonnelChange, PersonnelFile
from people.personnel.reading import day_in, read
from people.sections import posting


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "euc_jp", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_file_is_read_in_whatever_way_it_was_written(mizuho, encoding, end):
    text = "令和八年度 職員名簿\n\n社員番号,職員氏名,氏名カナ,課名,役職\n７７０１,髙橋 花子,たかはし はなこ,住民課,主事\n以上\n".replace(
        "髙", "高"
    )
    data = {
        "file": (io.BytesIO(text.replace("\n", end).encode(encoding)), "名簿.csv"),
        "day": clock.today().isoformat(),
    }
    answer = mizuho.administrator.browser().post("/office/personnel", data=data, content_type="multipart/form-data")
    assert answer.status_code == 302, answer.text
    [change] = db.session.scalars(sa.select(PersonnelChange).where(PersonnelChange.kind == Kind.NEW)).all()
    assert (change.name, change.said["number"], change.said["reading"]) == ("高橋 花子", "7701", "タカハシ ハナコ")
    assert "住民課、主事" in change.words


def test_a_workbook_is_read_with_its_dates_and_without_the_zeros_that_it_lost(mizuho):
    person = mizuho.person()
    row_of(person).staff_number = "00451"
    db.session.commit()
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        sheet, as_date = book.add_worksheet(), book.add_format({"num_format": "yyyy/mm/dd"})
        sheet.write_row(0, 0, ["職員番号", "氏名", "所属", "発令日"])
        sheet.write_row(1, 0, [451, person.name, "財政課"])
        sheet.write_datetime(1, 3, dt.date(2026, 4, 1), as_date)
    data = {"file": (io.BytesIO(content.getvalue()), "名簿.xlsx"), "day": clock.today().isoformat()}
    mizuho.administrator.browser().post("/office/personnel", data=data, content_type="multipart/form-data")
    [change] = db.session.scalars(sa.select(PersonnelChange)).all()
    assert (change.kind, change.membership_id, change.said["day"]) == (Kind.MOVED, person.membership_id, "2026-04-01")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("20260401", dt.date(2026, 4, 1)), ("2026/4/1", dt.date(2026, 4, 1)), ("R8.4.1", dt.date(2026, 4, 1)),
        ("令和8年4月1日", dt.date(2026, 4, 1)), ("2026-04-01 00:00:00", dt.date(2026, 4, 1)), ("20261301", None), ("いつか", None),
    ],
)  # fmt: skip
def test_dates_of_personnel_systems_are_read(text, day):
    assert day_in(text) == day


def test_who_is_new_is_corrected_is_moved_and_leaves_is_told_apart(mizuho):
    same, moved, corrected, leaves = (mizuho.person() for _number in range(4))
    text = (
        "職員番号,氏名,フリガナ,所属,職名,退職日\n"
        f"{same.number},{same.name},,総務課,,\n"
        f"{moved.number},{moved.name},,税務課,係長,\n"
        f"{corrected.number},{corrected.name},シンセイ ヨミ,総務課,,\n"
        f"{leaves.number},{leaves.name},,総務課,,R9.3.31\n"
        "9001,新人 太郎,シンジン タロウ,福祉課,主事,\n"
    )
    file = sent(mizuho, text)
    assert [(row.kind, row.name) for row in found(file)] == [
        (Kind.MOVED, moved.name), (Kind.CHANGED, corrected.name), (Kind.LEAVING, leaves.name), (Kind.NEW, "新人 太郎"),
    ]  # fmt: skip
    assert file.same == 1
    assert row_of(moved).department == "総務課", "nothing is changed before it was looked through"
    applied(mizuho, file, typed=1)
    assert (row_of(moved).department, row_of(moved).post) == ("税務課", "係長")
    assert posting.history(moved.membership_id)[0].section.name == "総務課", "where they were stays known"
    assert row_of(leaves).left_on == dt.date(2027, 4, 1)
    assert db.session.scalar(sa.select(Staff.reading).where(Staff.id == corrected.staff_id)) == "シンセイ ヨミ"
    entered = db.session.scalars(sa.select(Membership).where(Membership.staff_number == "9001")).one()
    assert (entered.department, entered.post) == ("福祉課", "主事")
    assert not found(sent(mizuho, text)), "the same file again changes nothing"


def test_it_is_taken_back_as_one_act_row_by_row(mizuho):
    moved, corrected, leaves, missing = (mizuho.person() for _number in range(4))
    mizuho.administrator  # noqa: B018 - who is there before the file
    before = shape(mizuho)
    text = (
        "職員番号,氏名,フリガナ,部,所属,職名,退職日\n"
        f"{moved.number},{moved.name},,市民部,税務課,係長,\n"
        f"{corrected.number},{corrected.name},アタラシイ ヨミ,,総務課,,\n"
        f"{leaves.number},{leaves.name},,,総務課,,R9.3.31\n"
        f"{mizuho.administrator.number},{mizuho.administrator.name},,,総務課,,\n"
        "9001,新人 太郎,シンジン タロウ,,福祉課,主事,\n"
    )
    file = sent(mizuho, text, is_complete=True)
    assert [row.name for row in found(file, Kind.MISSING)] == [missing.name]
    applied(mizuho, file, typed=work.leaving(file, []))
    assert shape(mizuho) != before
    assert file.state is FileState.APPLIED
    work.take_back(mizuho.administrator.actor, file)
    db.session.commit()
    work.work()
    assert shape(mizuho) == before
    assert {row.state for row in found(file)} == {ChangeState.UNDONE}


def test_what_somebody_has_built_upon_is_not_taken_back(mizuho):
    file = applied(
        mizuho,
        sent(mizuho, HEADINGS + "9001,新人 太郎,シンジン タロウ,福祉課,主事\n9002,新人 次郎,シンジン ジロウ,福祉課,\n"),
    )
    learner = db.session.scalars(sa.select(Membership).where(Membership.staff_number == "9001")).one()
    enrols_as(learner.staff_id)
    work.take_back(mizuho.administrator.actor, file)
    db.session.commit()
    work.work()
    assert [(row.name, row.state) for row in found(file)] == [
        ("新人 太郎", ChangeState.KEPT), ("新人 次郎", ChangeState.UNDONE),
    ]  # fmt: skip
    assert "記録がすでにある" in found(file)[0].told


def enrols_as(staff_id):
    class Somebody:
        from people.actor import actor_of  # noqa: PLC0415

        actor = actor_of(staff_id)

    enrols(Somebody, offered("ai-first"))
    db.session.commit()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{number},別人 一郎,ベツジン イチロウ,総務課,\n", "さんのものです"),
        ("9001,新人 太郎,,総務課,\n", "フリガナがありません"),
        (",新人 太郎,シンジン タロウ,総務課,\n", "どちらかを入れてください"),
        (
            "9001,新人 太郎,シンジン タロウ,総務課,\n9001,新人 次郎,シンジン ジロウ,総務課,\n",
            "同じ職員番号の行があります",
        ),
        ("9001,,シンジン タロウ,総務課,\n", "氏名がありません"),
        ("9001,新人 太郎,新人たろう漢字,総務課,\n", "カタカナではありません"),
        ("{number},{name},,総務課,\n{number},{name},,総務課,\n", "同じ職員番号の行があります"),
        ("123456789012345678901234567890123,新人 太郎,シンジン タロウ,総務課,\n", "職員番号が長すぎます"),
    ],
)
def test_a_line_that_is_unclear_is_named_with_its_reason_and_changes_nothing(mizuho, text, why):
    person = mizuho.person()
    file = sent(mizuho, HEADINGS + text.format(number=person.number, name=person.name))
    told = [row.words for row in found(file, Kind.UNCLEAR)]
    assert any(why in words for words in told), told
    assert not found(file, Kind.NEW, Kind.CHANGED, Kind.MOVED, Kind.LEAVING)


def test_nobody_leaves_because_a_line_is_missing_unless_the_file_is_complete(mizuho):
    person, missing = mizuho.person(), mizuho.person()
    text = HEADINGS + line(person) + line(mizuho.administrator)
    assert not found(sent(mizuho, text))
    assert [row.name for row in found(sent(mizuho, text, is_complete=True))] == [missing.name]


def test_many_who_leave_are_asked_for_by_their_number(mizuho):
    people = [mizuho.person() for _number in range(5)]
    file = sent(mizuho, HEADINGS + line(mizuho.administrator), is_complete=True)
    with pytest.raises(InvalidError, match="5"):
        work.start(mizuho.administrator.actor, file, [], None)
    page = mizuho.administrator.browser().post(
        f"/office/personnel/{file.id}/apply", data={"kinds": ["missing"], "typed": "4"}
    )
    assert page.status_code == 422
    assert "「5」と入力してください" in page.text
    applied(mizuho, file, typed=5)
    assert all(row_of(person).left_on == clock.today() for person in people)


def test_a_kind_that_is_switched_off_is_not_applied(mizuho):
    person = mizuho.person()
    file = sent(mizuho, HEADINGS + line(person, section="税務課") + "9001,新人 太郎,シンジン タロウ,福祉課,\n")
    applied(mizuho, file, off=["moved"])
    assert row_of(person).department == "総務課"
    assert db.session.scalar(sa.select(Membership.id).where(Membership.staff_number == "9001"))


def test_roles_are_never_touched_and_the_last_administrator_does_not_leave(mizuho):
    coordinator = mizuho.person(Role.COORDINATOR)
    before = db.session.execute(sa.select(RoleGrant.membership_id, RoleGrant.role)).all()
    text = (
        "職員番号,氏名,所属,退職日\n"
        f"{coordinator.number},{coordinator.name},税務課,\n{mizuho.administrator.number},{mizuho.administrator.name},総務課,R9.3.31\n"
    )
    file = applied(mizuho, sent(mizuho, text), typed=1)
    assert set(db.session.execute(sa.select(RoleGrant.membership_id, RoleGrant.role)).all()) >= set(before)
    [leaving] = found(file, Kind.LEAVING)
    assert leaving.state is ChangeState.SKIPPED
    assert "管理者" in leaving.told


def test_who_left_and_comes_again_stays_the_same_person(mizuho):
    person = mizuho.person()
    row_of(person).left_on = clock.today() - dt.timedelta(days=30)
    db.session.commit()
    file = applied(mizuho, sent(mizuho, HEADINGS + line(person, section="税務課")))
    assert [row.kind for row in found(file)] == [Kind.RETURNING]
    again = db.session.scalars(
        sa.select(Membership).where(Membership.staff_id == person.staff_id).order_by(Membership.id)
    ).all()
    assert len(again) == 2
    assert again[1].department == "税務課"


def test_what_a_heading_says_is_told_once_and_remembered(mizuho):
    text = "コード,名まえの表示,よみがな表記,配置場所\n9001,新人 太郎,シンジン タロウ,福祉課\n"
    with pytest.raises(InvalidError, match="見出しの行が見つかりません"):
        read("1,2\n3,4\n", {})
    file = sent(mizuho, text, is_complete=True)
    assert not found(file), "nobody is missing from a file that nobody can read yet"
    browser = mizuho.administrator.browser()
    assert "見出しの読み方" in browser.get(f"/office/personnel/{file.id}").text
    said = {"column-0": "number", "column-1": "name", "column-2": "reading", "column-3": "section"}
    assert browser.post(f"/office/personnel/{file.id}/columns", data=said).status_code == 302
    assert [row.name for row in found(file, Kind.NEW)] == ["新人 太郎"]
    again = sent(mizuho, text)
    assert [row.kind for row in found(again)] == [Kind.NEW], "the next file is read so by itself"
    assert "福祉課" in found(again)[0].words


def test_only_who_manages_the_staff_sees_or_applies_a_file(mizuho, hachioji):
    file = sent(mizuho, HEADINGS + "9001,新人 太郎,シンジン タロウ,福祉課,\n")
    stranger = hachioji.administrator.browser()
    for address in (f"/office/personnel/{file.id}", f"/office/personnel/{file.id}.csv"):
        assert stranger.get(address).status_code == 404
    for act in ("apply", "drop", "undo", "columns"):
        assert stranger.post(f"/office/personnel/{file.id}/{act}").status_code == 404
    assert mizuho.staff.browser().get("/office/personnel").status_code == 404
    csv = mizuho.administrator.browser().get(f"/office/personnel/{file.id}.csv")
    assert "新人 太郎" in csv.data.decode("utf-8-sig")


def test_who_manages_the_staff_no_more_applies_nothing(mizuho):
    chief = mizuho.person(Role.ADMINISTRATOR)
    command = Send("名簿.csv", HEADINGS + "9001,新人 太郎,シンジン タロウ,福祉課,\n", clock.today(), is_complete=False)
    file = personnel_file.send(chief.actor, mizuho.id, command)
    work.start(chief.actor, file, [], None)
    db.session.execute(sa.delete(RoleGrant).where(RoleGrant.membership_id == chief.membership_id))
    db.session.commit()
    work.work()
    assert not db.session.scalar(sa.select(Membership.id).where(Membership.staff_number == "9001"))
    assert "止めました" in db.session.get_one(PersonnelFile, file.id, populate_existing=True).trouble


def test_one_file_is_at_work_at_a_time_and_the_page_says_how_far(mizuho):
    text = HEADINGS + "".join(
        f"91{number:02},新人 {name},シンジン ナニ,福祉課,\n" for number, name in enumerate("一二三")
    )
    file = sent(mizuho, text)
    assert not found(file, Kind.UNCLEAR), [row.words for row in found(file, Kind.UNCLEAR)]
    other = sent(mizuho, HEADINGS + "9201,別人 太郎,ベツジン タロウ,福祉課,\n")
    work.start(mizuho.administrator.actor, file, [], None)
    db.session.commit()
    assert "0件／3件" in mizuho.administrator.browser().get(f"/office/personnel/{file.id}").text
    with pytest.raises(ConflictError, match="反映しているところ"):
        work.start(mizuho.administrator.actor, other, [], None)
    db.session.rollback()
    assert work.work() == 3
    assert work.work() == 0
    assert "反映ずみ" in mizuho.administrator.browser().get(f"/office/personnel/{file.id}").text


def test_killed_in_the_middle_it_loses_and_doubles_nothing(mizuho, monkeypatch):
    monkeypatch.setattr(work, "TOGETHER", 2)
    monkeypatch.setattr(
        applying, "enter_together", lambda _actor, rows, _sections: rows
    )  # one by one, to be stopped between two
    text = HEADINGS + "".join(
        f"91{number:02},新人 {chr(0x4E00 + number)},シンジン ナニ,福祉課,\n" for number in range(7)
    )
    file = sent(mizuho, text)
    work.start(mizuho.administrator.actor, file, [], None)
    db.session.commit()
    done, kept = work._do, []  # noqa: SLF001 - where it is killed

    def kill_after_three(*args, **more):
        if len(kept) == 3:
            raise KeyboardInterrupt
        kept.append(1)
        done(*args, **more)

    monkeypatch.setattr(work, "_do", kill_after_three)
    with pytest.raises(KeyboardInterrupt):
        work.work()
    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count()).where(Membership.staff_number.like("91%"))) == 2, "whole parts"
    monkeypatch.setattr(work, "_do", done)
    assert work.work() == 5
    assert db.session.scalar(sa.select(sa.func.count()).where(Membership.staff_number.like("91%"))) == 7


def test_those_who_were_entered_are_invited_by_slips_or_by_a_sheet_to_merge(mizuho, hachioji):
    text = HEADINGS + "9001,新人 太郎,シンジン タロウ,福祉課,\n9002,新人 次郎,シンジン ジロウ,総務課,\n"
    file = applied(mizuho, sent(mizuho, text))
    browser, address = mizuho.administrator.browser(), f"/office/personnel/{file.id}/invite"
    assert "まだサインインできない人が2人" in browser.get(f"/office/personnel/{file.id}").text
    page = browser.post(address, data={"sheet": "1"}).text
    links = re.findall(r"/password/[\w-]+", page)
    assert len(links) == 2
    assert "QRコード" in page
    newer = browser.post(address, data={"sheet": "1", "merge": "1"}).data.decode("utf-8-sig")
    assert newer.count("/password/") == 2
    client = current_app.test_client()
    assert client.get(links[0]).status_code == 404, "the links before end"
    address_of_new = re.search(r"/password/[\w-]+", newer)[0]
    assert client.get(address_of_new).status_code == 200
    assert browser.post(address, data={"sheet": "2"}).status_code == 409
    assert hachioji.administrator.browser().post(address, data={"sheet": "1"}).status_code == 404


def test_a_sheet_of_many_slips_asks_no_more_than_one_of_two(mizuho, queries):
    asked = []
    for first, people in ((9100, 2), (9200, 40)):
        lines = "".join(f"{first + number},新人 {number},シンジン,福祉課,\n" for number in range(people))
        file = applied(mizuho, sent(mizuho, HEADINGS + lines))
        queries.clear()
        made = welcome.slips(mizuho.administrator.actor, file, 1)
        asked.append(sum(not one.startswith("INSERT") for one in queries))  # SQLite writes row by row
        assert (len(made.slips), len({one.token for one in made.slips})) == (people, people)
    assert asked[0] == asked[1]


def test_what_is_kept_no_longer_is_forgotten(mizuho, time):
    file_id = applied(mizuho, sent(mizuho, HEADINGS + "9001,新人 太郎,シンジン タロウ,福祉課,\n")).id
    assert work.forget() == 0
    time.passes(days=91)
    assert work.forget() == 1
    db.session.expunge_all()
    assert db.session.get(PersonnelFile, file_id) is None
    assert db.session.scalar(sa.select(Membership.id).where(Membership.staff_number == "9001")), "the people stay"


def test_sections_within_sections_are_made_once(mizuho):
    text = "職員番号,氏名,フリガナ,部名,課名,係名\n" + "".join(
        f"90{number:02},新人 {chr(0x4E00 + number)},シンジン ナニ,福祉部,高齢福祉課,介護係\n" for number in range(3)
    )
    applied(mizuho, sent(mizuho, text))
    titles = db.session.scalars(sa.select(Section.title).where(Section.organisation_id == mizuho.id)).all()
    assert sorted(title for title in titles if title.startswith("福祉部")) == [
        "福祉部", "福祉部 高齢福祉課", "福祉部 高齢福祉課 介護係",
    ]  # fmt: skip
    assert not found(sent(mizuho, text))


NAMES = st.sampled_from(["佐藤 明", "鈴木 花", "高橋 一", "田中 実", "佐藤 明子"])
LINES = st.lists(
    st.tuples(st.integers(9000, 9004), NAMES, st.sampled_from(["総務課", "税務課", "福祉部 高齢課"]), st.sampled_from(["", "主事", "係長"])),
    max_size=5,
    unique_by=lambda one: one[0],
)  # fmt: skip


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files=st.lists(st.tuples(LINES, st.booleans()), min_size=1, max_size=3))
def test_whatever_files_come_each_is_taken_back_whole_and_an_administrator_is_left(mizuho, files):
    """Files one after the other, complete or not; taken back the last first, everything is as before each of them."""
    administrator = mizuho.administrator
    past = []
    for lines, is_complete in files:
        text = (
            HEADINGS
            + line(administrator)
            + "".join(f"{number},{name},ヨミ カナ,{section},{post}\n" for number, name, section, post in lines)
        )
        before = shape(mizuho)
        file = sent(mizuho, text, is_complete=is_complete)
        try:
            applied(mizuho, file, typed=work.leaving(file, []))
        except ConflictError:
            db.session.rollback()
            continue
        past.append((file, before))
        assert not [row for row in found(sent(mizuho, text, is_complete=is_complete)) if row.kind.is_change]
    for file, before in reversed(past):
        work.take_back(administrator.actor, file)
        db.session.commit()
        work.work()
        assert shape(mizuho) == before
        assert (
            db.session.scalar(
                sa.select(sa.func.count()).select_from(RoleGrant).where(RoleGrant.role == Role.ADMINISTRATOR)
            )
            >= 1
        )


def test_every_column_can_be_chosen():
    assert {column.value for column in Column} >= {"number", "name", "section", "left"}


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_the_roster_that_was_taken_out_comes_back_unchanged(mizuho, ending):
    people = [mizuho.person(department=name) for name in ("総務課", "税務課", "福祉課")]
    row_of(people[0]).left_on = clock.today() + dt.timedelta(days=20)
    row_of(people[1]).staff_number = "00123"
    row_of(people[2]).staff_number = None
    browser = mizuho.administrator.browser()
    db.session.execute(sa.update(Staff).values(reading="ヤマダ ハナコ"))
    db.session.commit()
    content = browser.get(f"/office/personnel/roster.{ending}").data
    said = {"file": (io.BytesIO(content), f"名簿.{ending}"), "day": clock.today().isoformat(), "is_complete": "y"}
    sent_ = browser.post("/office/personnel", data=said, content_type="multipart/form-data")
    assert sent_.status_code == 302, sent_.text
    file = db.session.scalars(sa.select(PersonnelFile)).one()
    assert [(row.kind, row.name, row.words) for row in found(file)] == []
    assert file.same == len(people) + 1
