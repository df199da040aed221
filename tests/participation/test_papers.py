"""The office's papers: they open in an office programme, print on A4, and names come out as people write them."""

from __future__ import annotations

import csv
import datetime as dt
import io
import shutil
import subprocess

import pypdf
import pytest
import python_calamine
import sqlalchemy as sa
from factories import joins, organisation_named, session_of, words_of_pdf

from kernel import clock
from kernel.database import db

from people.act import Act
from people.models import AuditEntry

from courses.sessions import training_session
from courses.sessions.models import AdmissionRule, Meeting

from participation.joint import nomination

NAMES = ("髙橋 﨑子", "𠮷田 花子", "=1+1 太郎")


@pytest.fixture
def nominated(mizuho, secretariat):
    """A session for which people of difficult names are nominated; returns its id."""
    coordinator, people = mizuho.coordinator, [mizuho.person(name=name) for name in NAMES]
    session_id = session_of("expert-collaboration", secretariat, giving=AdmissionRule.NOMINATION, capacity=2).id
    for person in people:
        nomination.nominate(
            coordinator.actor, training_session.lock(session_id), organisation_named(mizuho.name), person.membership_id
        )
    db.session.commit()
    return session_id


def decided(session_id, secretariat):
    training_session.lock(session_id).applications_close_at = clock.now() - clock.MOMENT
    db.session.commit()
    host = secretariat.coordinator.browser()
    assert host.post(f"/sessions/{session_id}/allocation/decide").status_code == 302
    return host


def cells(content):
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    return [str(cell) for row in book.get_sheet_by_index(0).to_python() for cell in row if cell != ""]


def test_a_nomination_list_bears_the_names_as_they_are_written(mizuho, nominated):
    browser = mizuho.coordinator.browser()
    address = f"/sessions/{nominated}/papers/nominations"
    assert set(NAMES) <= set(cells(browser.get(f"{address}.xlsx").data))
    printed = words_of_pdf(browser.get(f"{address}.pdf").data)
    for name in NAMES:
        assert name in printed
    assert "研修参加者の推薦について" in printed
    for said in ("東京デジタルアカデミー 御中", "瑞穂町", "総務課", clock.era_label(clock.today())):
        assert said.replace(" ", "") in printed.replace(" ", "")


def test_there_is_no_notice_of_a_result_before_the_decision(mizuho, nominated):
    assert mizuho.coordinator.browser().get(f"/sessions/{nominated}/papers/result.pdf").status_code == 409


def test_the_result_and_the_rosters_follow_the_decision(mizuho, secretariat, nominated):
    host = decided(nominated, secretariat)
    result = cells(mizuho.coordinator.browser().get(f"/sessions/{nominated}/papers/result.xlsx").data)
    assert result.count("参加") == 2
    assert result.count("待機") == 1
    assert "瑞穂町 研修担当 様" in result
    assert clock.era_label(clock.today()) in result
    for kind, title in (("roster", "受講者名簿"), ("attendance", "出欠表"), ("completions", "修了者一覧")):
        for ending, read in (("xlsx", cells), ("pdf", words_of_pdf)):
            answer = host.get(f"/sessions/{nominated}/papers/{kind}.{ending}")
            assert answer.status_code == 200
            assert title in read(answer.data)
    assert "髙橋 﨑子" in words_of_pdf(host.get(f"/sessions/{nominated}/papers/roster.pdf").data)


def test_the_notice_of_the_result_stays_what_was_decided(mizuho, secretariat, nominated, time):
    decided(nominated, secretariat)
    day, browser = clock.era_label(clock.today()), mizuho.coordinator.browser()
    waiting = db.session.scalar(sa.text("SELECT id FROM nomination WHERE state = 'waiting'"))
    assert browser.post(f"/nominations/{waiting}/withdraw").status_code == 302
    time.passes(days=2)
    result = cells(mizuho.coordinator.browser().get(f"/sessions/{nominated}/papers/result.xlsx").data)
    assert result.count("待機") == 1, "as it was decided"
    assert result.count("取下げ") == 1, "what came of it since"
    assert day in result, "it bears the day of the decision"


def test_a_roster_has_a_column_to_sign_in_for_each_meeting(mizuho):
    begins = clock.now() + dt.timedelta(days=10)
    meetings = [
        Meeting(starts_at=begins + dt.timedelta(weeks=week), ends_at=begins + dt.timedelta(weeks=week, hours=2))
        for week in range(5)
    ]
    session_id = session_of("guideline-localize", mizuho, meetings=meetings, ends_at=meetings[-1].ends_at).id
    browser = mizuho.coordinator.browser()
    signs = [
        cell
        for cell in cells(browser.get(f"/sessions/{session_id}/papers/roster.xlsx").data)
        if cell.startswith("署名")
    ]
    assert len(set(signs)) == 5
    content = browser.get(f"/sessions/{session_id}/papers/roster.pdf").data
    width, height = pypdf.PdfReader(io.BytesIO(content)).pages[0].mediabox[2:]
    assert float(width) > float(height), "five columns lie across"


def test_a_participant_has_the_template_of_a_report(mizuho):
    session_id = session_of("guideline-localize", mizuho).id
    browser = mizuho.staff.browser()
    browser.post(f"/sessions/{session_id}/enrol")
    mine = db.session.scalar(sa.text("SELECT id FROM enrolment"))
    assert "仕事での生かし方" in words_of_pdf(browser.get(f"/enrolments/{mine}/report.pdf").data)
    assert {"復命書", "課長", "係長"} <= set(cells(browser.get(f"/enrolments/{mine}/report.xlsx").data))
    assert "総務課 職員" in words_of_pdf(browser.get(f"/enrolments/{mine}/report.pdf").data)


def test_papers_of_others_are_not_found(mizuho, hachioji, nominated):
    stranger = hachioji.coordinator.browser()
    assert stranger.get(f"/sessions/{nominated}/papers/nominations.pdf?organisation={mizuho.id}").status_code == 404
    assert stranger.get(f"/sessions/{nominated}/papers/roster.pdf").status_code == 404


def test_a_character_that_no_type_has_is_printed_as_a_sign(mizuho, nominated):
    browser = mizuho.coordinator.browser()
    browser.post(f"/office/nominations/{nominated}", data={"note": "よろしくお願いします😀 髙橋𠮷野"})
    answer = browser.get(f"/sessions/{nominated}/papers/nominations.pdf")
    assert "よろしくお願いします〓 髙橋𠮷野" in words_of_pdf(answer.data)
    assert browser.get(f"/sessions/{nominated}/papers/nominations.xlsx").status_code == 200


def test_a_paper_prints_on_tagged_a4(mizuho, nominated):
    content = mizuho.coordinator.browser().get(f"/sessions/{nominated}/papers/nominations.pdf").data
    reader = pypdf.PdfReader(io.BytesIO(content))
    width, height = (round(float(side) / 72 * 25.4) for side in reader.pages[0].mediabox[2:])
    assert (width, height) == (210, 297)
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]


def test_the_workbooks_open_in_an_office_programme(mizuho, secretariat, nominated, tmp_path):
    """LibreOffice converts each of them, and no name has become a formula."""
    host = decided(nominated, secretariat)
    office = shutil.which("soffice") or shutil.which("libreoffice")
    assert office, "LibreOffice was not found: run `make tools`."
    addresses = {
        "result": f"/sessions/{nominated}/papers/result.xlsx?organisation={mizuho.id}",
        "roster": f"/sessions/{nominated}/papers/roster.xlsx",
        "attendance": f"/sessions/{nominated}/papers/attendance.xlsx",
    }
    for name, address in addresses.items():
        (tmp_path / f"{name}.xlsx").write_bytes(host.get(address).data)
    subprocess.run(
        [office, "--headless", f"-env:UserInstallation=file://{tmp_path}/profile", "--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76",
         "--outdir", tmp_path, *(tmp_path / f"{name}.xlsx" for name in addresses)],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    for name in addresses:
        read = [cell for row in csv.reader(io.StringIO((tmp_path / f"{name}.csv").read_text("utf-8"))) for cell in row]
        assert {"髙橋 﨑子", "𠮷田 花子"} <= set(read)
    assert "=1+1 太郎" in (tmp_path / "result.csv").read_text("utf-8")


def test_who_takes_names_out_stands_in_the_log_of_the_own_office(mizuho, hachioji):
    session_id = session_of("guideline-localize", mizuho).id
    hachioji.staff.browser().post(f"/sessions/{session_id}/enrol")
    assert mizuho.coordinator.browser().get(f"/sessions/{session_id}/papers/roster.xlsx").status_code == 200
    entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.act == Act.TAKEN_OUT.value)).one()
    assert (entry.actor_id, entry.organisation_id) == (mizuho.coordinator.staff_id, mizuho.id)
    assert entry.subject.endswith(".xlsx")
    assert "個人情報のファイルを保存" in mizuho.administrator.browser().get("/admin/audit").text
    assert mizuho.coordinator.browser().get(f"/sessions/{session_id + 99}/papers/roster.xlsx").status_code == 404
    assert db.session.scalar(sa.select(sa.func.count()).where(AuditEntry.act == Act.TAKEN_OUT.value)) == 1


def test_an_office_heads_its_letters_by_its_own_rules(mizuho, secretariat, nominated):
    browser = mizuho.coordinator.browser()
    said = {"number": "{年度}瑞総人第   号", "sender": "瑞穂町長 丘野 遥", "stamps": "町長\n課長"}
    assert browser.post("/office/letterhead", data=said).status_code == 302
    year = clock.current_fiscal_year() - 2018
    assert f"{year}瑞総人第" in browser.get("/office/letterhead").text
    page = browser.get(f"/sessions/{nominated}/papers/nominations.pdf?organisation={mizuho.id}")
    words = words_of_pdf(page.data)
    assert f"{year}瑞総人第" in words.replace(" ", "")
    assert "瑞穂町長" in words
    assert words.index("下記の研修") < words.index("記\n", words.index("推薦します")) < words.index("以上")
    mistyped = browser.post("/office/letterhead", data={**said, "number": "{年度瑞総人第   号"})
    assert (mistyped.status_code, "のところだけに使えます" in mistyped.text) == (422, True)
    other = secretariat.coordinator.browser()
    assert "瑞穂町長 丘野 遥" not in other.get("/office/letterhead").text, "each office has its own"
    too_many = {**said, "stamps": "\n".join("課長" for _number in range(9))}
    assert browser.post("/office/letterhead", data=too_many).status_code == 422
    assert mizuho.staff.browser().get("/office/letterhead").status_code == 404


def test_the_seals_of_a_report_are_those_of_the_office(mizuho, secretariat):
    mizuho.coordinator.browser().post("/office/letterhead", data={"number": "", "sender": "", "stamps": "室長\n主査"})
    session = session_of("expert-collaboration", secretariat)
    enrolment = joins(mizuho.staff, session)
    db.session.commit()
    words = words_of_pdf(mizuho.staff.browser().get(f"/enrolments/{enrolment.id}/report.pdf").data)
    assert "室長" in words
    assert "部長" not in words
