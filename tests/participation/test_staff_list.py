"""Enrolling own staff by a list: pasted or as a file, in UTF-8 or CP932, with a look before and a report after."""

from __future__ import annotations

import contextlib
from io import BytesIO

import pytest
import sqlalchemy as sa
import xlsxwriter
from factories import Office, enrols, offered, session_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel import clock
from kernel.database import db
from kernel.errors import InvalidError

from people.models import Membership, Role
from people.permission import Actor
from people.recognition import Unclear

from participation import enrolment as enrolments
from participation import staff_list
from participation.models import Enrolment
from participation.staff_list import Outcome, preview


def outcomes(office, text, **session):
    joint = session_of("guideline-localize", office, **session) if session else None
    course = joint.edition.course if joint else offered("ai-first")
    return [line.told for line in preview(office.coordinator.actor, course, joint, text)]


def enrolled():
    return db.session.scalar(sa.select(sa.func.count()).select_from(Enrolment))


def test_people_are_known_by_number_mail_and_name(mizuho):
    one, two, three = mizuho.person(), mizuho.person(), mizuho.person(name="髙橋 花子")
    assert three.name == "髙橋 花子"
    text = f"{one.number}\n{two.email.upper()}\n髙橋 花子\n"
    assert outcomes(mizuho, text) == [Outcome.ENROLS.label] * 3


def test_each_line_that_is_refused_says_why(mizuho, hachioji):
    mizuho.person(name="佐藤 一郎")
    mizuho.person(name="佐藤 一郎")
    stranger = hachioji.staff
    text = f"{mizuho.staff.number}\n{mizuho.staff.email}\n{stranger.email}\n佐藤 一郎\nだれでもない人\n"
    assert outcomes(mizuho, text) == [
        said.label for said in (Outcome.ENROLS, Outcome.TWICE, Unclear.UNKNOWN, Unclear.SEVERAL, Unclear.UNKNOWN)
    ]


def test_a_list_longer_than_the_places_left_is_cut_where_they_end(mizuho):
    people = [mizuho.person() for _number in range(3)]
    text = "\n".join(person.number for person in people)
    assert outcomes(mizuho, text, capacity=2) == [
        said.label for said in (Outcome.ENROLS, Outcome.ENROLS, Outcome.NO_PLACE)
    ]


def test_a_heading_line_and_columns_of_a_sheet_are_understood(mizuho):
    people = [mizuho.person() for _number in range(2)]
    rows = "\n".join(f"{n}\t{person.number}\t{person.name}" for n, person in enumerate(people, 1))
    assert outcomes(mizuho, f"番号\t職員番号\t氏名\n{rows}") == [Outcome.ENROLS.label] * 2
    comma = "\r\n".join(f'"{person.name}",{person.email}' for person in people)
    assert outcomes(mizuho, f"氏名,メールアドレス\r\n{comma}") == [Outcome.ENROLS.label] * 2


def test_an_empty_list_says_what_to_enter(mizuho):
    with pytest.raises(InvalidError, match="一行に一人"):
        outcomes(mizuho, " \n\n")


def test_the_preview_changes_nothing_and_the_next_step_enrols(mizuho):
    people = [mizuho.person() for _number in range(2)]
    text = "\n".join([*(person.number for person in people), "だれでもない人"])
    browser = mizuho.coordinator.browser()
    shown = browser.post("/office/enrol/ai-first", data={"text": text}).text
    assert "3行のうち、2人" in shown
    assert enrolled() == 0
    report = browser.post("/office/enrol/ai-first", data={"text": text, "enrol": "1"}).text
    assert "2人の受講を申し込みました" in report
    assert "自団体の職員に見つかりません" in report
    assert enrolled() == 2
    again = browser.post("/office/enrol/ai-first", data={"text": text, "enrol": "1"}).text
    assert "すでに受講しています" in again
    assert enrolled() == 2


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_a_file_from_excel_is_read(mizuho, encoding):
    mizuho.person(name="髙橋 花子")
    content = "氏名,部署\r\n髙橋 花子,住民課\r\n".encode(encoding)
    browser = mizuho.coordinator.browser()
    answer = browser.post(
        "/office/enrol/ai-first", data={"file": (BytesIO(content), "名簿.csv")}, content_type="multipart/form-data"
    )
    assert "1行のうち、1人" in answer.text


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"PK\x03\x04\xff\xfe\x81", "Excelのファイルを読めません"), (b"\x89PNG\xff\xfe\x81", "文字コード")],
)
def test_a_file_of_another_kind_is_refused_politely(mizuho, content, told):
    browser = mizuho.coordinator.browser()
    answer = browser.post(
        "/office/enrol/ai-first", data={"file": (BytesIO(content), "a.xlsx")}, content_type="multipart/form-data"
    )
    assert answer.status_code == 422
    assert told in answer.text


def test_an_excel_workbook_is_read_as_it_was_saved(mizuho):
    one, two = mizuho.person(name="髙橋 﨑子"), mizuho.person(name="𠮷田 花子")
    stream = BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        sheet = book.add_worksheet()
        for row, cells in enumerate([("職員番号", "氏名"), (one.number, "髙橋 﨑子"), ("", "𠮷田 花子")]):
            sheet.write_row(row, 0, cells)
    stream.seek(0)
    answer = mizuho.coordinator.browser().post(
        "/office/enrol/ai-first", data={"file": (stream, "list.xlsx"), "enrol": "1"}, content_type="multipart/form-data"
    )
    assert "2人の受講を申し込みました" in answer.text
    assert two.name in answer.text


def test_a_coordinator_enrols_one_by_one(mizuho, hachioji):
    browser = mizuho.coordinator.browser()
    member = mizuho.staff.membership_id
    assert mizuho.staff.name in browser.get("/office/enrol/ai-first/choose").text
    assert browser.post(f"/office/staff/{member}/enrol/ai-first").status_code == 302
    assert browser.post(f"/office/staff/{member}/enrol/ai-first").status_code == 409
    assert browser.post(f"/office/staff/{hachioji.staff.membership_id}/enrol/ai-first").status_code == 404


@pytest.mark.parametrize("ground", ["sqlite"])
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=200))
def test_no_text_breaks_the_reading_of_a_list(request, ground, text):
    with request.getfixturevalue(ground).app.app_context():
        office = Office.of("133035")
        somebody = Actor(0, "だれか", office.id, office.name, ((office.id, Role.COORDINATOR),))
        with contextlib.suppress(InvalidError):
            lines = preview(somebody, offered("ai-first"), None, text)
            assert not any(line.is_good for line in lines)
        db.session.remove()


def test_a_line_of_a_sheet_never_means_somebody_else_by_its_running_number(mizuho):
    one, two = mizuho.person(name="鈴木 一"), mizuho.person(name="山田 太郎")
    db.session.get_one(Membership, one.membership_id).staff_number = "1"
    db.session.commit()
    shown = mizuho.coordinator.browser().post("/office/enrol/ai-first", data={"text": "1,山田 太郎"}).text
    assert "氏名と、職員番号かメールアドレスが合いません" in shown
    assert two.name in shown


def test_a_number_settles_which_of_two_namesakes_is_meant(mizuho):
    first, _second = mizuho.person(name="佐藤 花子"), mizuho.person(name="佐藤 花子")
    shown = mizuho.coordinator.browser().post("/office/enrol/ai-first", data={"text": f"佐藤 花子,{first.number}"}).text
    assert "1行のうち、1人" in shown


def test_who_has_finished_is_not_enrolled_again_by_a_list_unless_the_year_asks_for_it(mizuho):
    done = enrols(mizuho.staff, offered("ai-first"))
    enrolments.finish(done)
    db.session.commit()
    assert outcomes(mizuho, mizuho.staff.number) == [Outcome.FINISHED.label]
    offered("ai-first").published.yearly = True
    db.session.execute(sa.update(Enrolment).values(completed_at=clock.fiscal_year_began() - clock.MOMENT))
    db.session.commit()
    assert outcomes(mizuho, mizuho.staff.number) == [Outcome.ENROLS.label]


def test_a_long_list_is_entered_in_parts_and_a_break_loses_only_the_last(mizuho, monkeypatch):
    people = [mizuho.person() for _number in range(7)]
    course = offered("paperless-basics")
    monkeypatch.setattr(staff_list, "PART", 3)
    enrols, done = enrolments.enrol_in_course, []

    def breaks(actor, person, course):
        if len(done) == 5:
            raise KeyboardInterrupt
        done.append(person)
        return enrols(actor, person, course)

    monkeypatch.setattr(enrolments, "enrol_in_course", breaks)
    text = "\n".join(person.number for person in people)
    with pytest.raises(KeyboardInterrupt):
        staff_list.enrol_all(mizuho.coordinator.actor, course, None, text)
    db.session.rollback()
    assert enrolled() == 3, "the second part was not whole"
    monkeypatch.setattr(enrolments, "enrol_in_course", enrols)
    staff_list.enrol_all(mizuho.coordinator.actor, offered("paperless-basics"), None, text)
    db.session.commit()
    assert enrolled() == 7


def test_a_line_that_is_written_otherwise_than_the_rest_is_read_too(mizuho):
    people = [mizuho.person(name=name) for name in ("加藤 陽菜", "佐藤 明", "鈴木 実", "田中 光")]
    one, two, three, four = people
    text = f"{one.number}\t加藤 陽菜\n{two.number},佐藤 明\n鈴木 実、{three.number}\n田中 光 {four.number}\n"
    assert outcomes(mizuho, text) == [Outcome.ENROLS.label] * 4


def test_nothing_typed_is_lost_by_going_back_and_what_was_refused_can_be_put_right(mizuho):
    person, browser = mizuho.person(name="加藤 陽菜"), mizuho.coordinator.browser()
    text = f"{person.number} 加藤 陽菜\nだれでもない人"
    page = browser.post("/office/enrol/ai-first", data={"text": text}).text
    assert 'name="again"' in page
    again = browser.post("/office/enrol/ai-first", data={"text": text, "again": "1"})
    assert again.status_code == 200
    assert "だれでもない人</textarea>" in again.text
    assert enrolled() == 0
    done = browser.post("/office/enrol/ai-first", data={"text": text, "enrol": "1"}).text
    assert "残りの1行を直す" in done
    assert ">だれでもない人</textarea>" in done, "the one line that is left, and no other"
