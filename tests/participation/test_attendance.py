"""Attendance: at each meeting, by list, by code or from the file of a web-meeting tool; and the completion that follows."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from at_once import at_once
from factories import Office, joins, published, session_of
from hypothesis import given
from hypothesis import strategies as st

from kernel import clock
from kernel.database import db

from people.models import Role

from courses.completion_rule import meetings_needed
from courses.models import CourseEdition
from courses.sessions.models import Meeting, TrainingSession

from participation.attending import attendance, participant_file
from participation.attending.completion import standing
from participation.attending.models import Attendance, EnteredBy, Presence
from participation.models import Enrolment, EnrolmentState

if TYPE_CHECKING:
    from factories import Person

SALON = "community-salon"


def salon(host: Office, meetings: int = 3, percent: int = 100) -> TrainingSession:
    """A salon that meets every week; the first time is today."""
    _course, edition = published(SALON)
    db.session.execute(
        sa.update(CourseEdition).where(CourseEdition.id == edition.id).values(attendance_percent=percent)
    )
    begins = clock.at(clock.today(), dt.time(9))
    days = [begins + dt.timedelta(weeks=week) for week in range(meetings)]
    two = dt.timedelta(hours=2)
    return session_of(
        SALON, host, starts_at=days[0], ends_at=days[-1] + two,
        meetings=[Meeting(starts_at=day, ends_at=day + two) for day in days],
    )  # fmt: skip


def session_of_id(session_id: int) -> TrainingSession:
    return db.session.get_one(TrainingSession, session_id)


def takes_part(person: Person, session: TrainingSession) -> int:
    row = joins(person, session)
    db.session.commit()
    return row.id


def meetings_of(session_id: int) -> list[int]:
    return list(
        db.session.scalars(sa.select(Meeting.id).where(Meeting.session_id == session_id).order_by(Meeting.starts_at))
    )


def state_of(enrolment_id: int) -> EnrolmentState:
    return db.session.get_one(Enrolment, enrolment_id, populate_existing=True).state


def enters(host: Person, meeting_id: int, **presence: str) -> int:
    data = {f"presence-{name.removeprefix('p')}": value for name, value in presence.items()}
    return host.browser().post(f"/meetings/{meeting_id}/attendance", data=data).status_code


def weeks_later(monkeypatch, weeks: int) -> None:
    later = clock.now() + dt.timedelta(weeks=weeks)
    monkeypatch.setattr(clock, "now", lambda: later)


def test_a_course_of_three_meetings_is_completed_with_the_third(mizuho, monkeypatch):
    session_id = salon(mizuho).id
    mine = takes_part(mizuho.staff, session_of_id(session_id))
    first, second, third = meetings_of(session_id)
    weeks_later(monkeypatch, 2)
    states = []
    for meeting_id in (first, second, third):
        assert enters(mizuho.coordinator, meeting_id, **{f"p{mine}": "attended"}) == 302
        states.append(state_of(mine))
    assert states == [EnrolmentState.IN_PROGRESS, EnrolmentState.IN_PROGRESS, EnrolmentState.COMPLETED]


def test_who_cannot_reach_the_rule_any_more_has_not_completed(mizuho, monkeypatch):
    session_id = salon(mizuho).id
    mine = takes_part(mizuho.staff, session_of_id(session_id))
    first, *_rest = meetings_of(session_id)
    assert enters(mizuho.coordinator, first, **{f"p{mine}": "absent"}) == 302
    assert state_of(mine) is EnrolmentState.ABSENT
    assert enters(mizuho.coordinator, first, **{f"p{mine}": ""}) == 302
    assert state_of(mine) is EnrolmentState.ENROLLED


def test_who_came_late_or_left_early_has_come_and_who_was_excused_has_not(mizuho, monkeypatch):
    session_id = salon(mizuho).id
    mine, other = (takes_part(mizuho.person(), session_of_id(session_id)) for _number in range(2))
    first, second, third = meetings_of(session_id)
    weeks_later(monkeypatch, 2)
    for meeting_id, presence in ((first, "late"), (second, "left early"), (third, "attended")):
        assert enters(mizuho.coordinator, meeting_id, **{f"p{mine}": presence}) == 302
    assert state_of(mine) is EnrolmentState.COMPLETED
    assert enters(mizuho.coordinator, first, **{f"p{other}": "excused"}) == 302
    assert state_of(other) is EnrolmentState.ABSENT
    page = mizuho.coordinator.browser().get(f"/meetings/{first}/attendance").text
    for label in ("遅刻", "早退", "欠席（連絡あり）"):
        assert label in page
    cells = mizuho.coordinator.browser().get(f"/sessions/{session_id}/papers/attendance.xlsx")
    assert cells.status_code == 200


def test_an_edition_can_ask_for_half_of_the_meetings_only(mizuho, monkeypatch):
    session_id = salon(mizuho, meetings=4, percent=50).id
    mine = takes_part(mizuho.staff, session_of_id(session_id))
    first, second, third, _fourth = meetings_of(session_id)
    weeks_later(monkeypatch, 3)
    enters(mizuho.coordinator, first, **{f"p{mine}": "absent"})
    enters(mizuho.coordinator, second, **{f"p{mine}": "attended"})
    assert state_of(mine) is EnrolmentState.IN_PROGRESS
    enters(mizuho.coordinator, third, **{f"p{mine}": "attended"})
    assert state_of(mine) is EnrolmentState.COMPLETED
    assert "開催回の会の半分以上に出席すると修了です" in mizuho.staff.browser().get(f"/courses/{SALON}").text


def test_a_meeting_that_is_cancelled_is_asked_of_nobody(mizuho, monkeypatch):
    session_id = salon(mizuho).id
    mine = takes_part(mizuho.staff, session_of_id(session_id))
    first, second, third = meetings_of(session_id)
    weeks_later(monkeypatch, 1)
    for meeting_id in (first, second):
        enters(mizuho.coordinator, meeting_id, **{f"p{mine}": "attended"})
    mizuho.coordinator.browser().post(f"/meetings/{third}/cancel", data={"reason": "台風"})
    assert state_of(mine) is EnrolmentState.COMPLETED


@given(percent=st.integers(1, 100), meetings=st.integers(1, 40), attended=st.integers(0, 40), absent=st.integers(0, 40))
def test_a_place_in_the_rule_follows_from_the_counts_alone(percent, meetings, attended, absent):
    attended = min(attended, meetings)
    absent = min(absent, meetings - attended)
    needed = meetings_needed(percent, meetings)
    assert 1 <= needed <= meetings
    state = standing(needed, meetings, attended, absent)
    assert (state is EnrolmentState.COMPLETED) == (attended * 100 >= meetings * percent and attended > 0)
    if attended + absent == meetings:
        assert state in {EnrolmentState.COMPLETED, EnrolmentState.ABSENT}
    more = standing(needed, meetings + 0, min(attended + 1, meetings), min(absent, meetings - attended - 1, meetings))
    assert state is not EnrolmentState.COMPLETED or more is EnrolmentState.COMPLETED


def test_one_press_enters_all_who_are_not_entered_yet(mizuho, hachioji):
    session_id = salon(mizuho, meetings=1).id
    session = session_of_id(session_id)
    absent, *rest = [takes_part(person, session) for person in (mizuho.staff, hachioji.staff, hachioji.person())]
    (meeting_id,) = meetings_of(session_id)
    host = mizuho.coordinator.browser()
    host.post(f"/meetings/{meeting_id}/attendance", data={f"presence-{absent}": "absent"})
    page = after(host, f"/meetings/{meeting_id}/attendance", data={f"presence-{absent}": "absent", "rest": ""})
    assert "変更 2人" in page.text
    assert [state_of(row) for row in rest] == [EnrolmentState.COMPLETED] * 2
    assert state_of(absent) is EnrolmentState.ABSENT


def after(browser, address: str, data: dict[str, str] | None = None) -> Any:
    """The page to which an act leads."""
    answer = browser.post(address, data=data)
    return browser.get(answer.location) if answer.status_code == 302 else answer


def code_on(page: str) -> str:
    found = re.search(r'class="attendance-code"[^>]*>(\w{3}) (\w{3})<', page)
    assert found, page
    return found[1] + found[2]


def test_a_participant_enters_the_code_that_the_host_shows(mizuho, hachioji):
    session_id = salon(mizuho).id
    mine = takes_part(hachioji.staff, session_of_id(session_id))
    first, *_rest = meetings_of(session_id)
    host = mizuho.coordinator.browser()
    shown = after(host, f"/meetings/{first}/code").text
    assert "data:image/svg+xml" in shown
    code = code_on(shown)
    phone = hachioji.staff.browser()
    assert code in phone.get(f"/attend/{code}").text
    spoken = f"{code[:3].lower()} {code[3:].lower()}"
    assert "出席を記録しました" in after(phone, "/attend", data={"code": spoken}).text
    assert "出席を記録しました" in after(phone, "/attend", data={"code": code}).text
    rows = db.session.scalars(sa.select(Attendance).where(Attendance.enrolment_id == mine)).all()
    assert [(row.meeting_id, row.presence, row.entered_by) for row in rows] == [
        (first, Presence.ATTENDED, EnteredBy.CODE)
    ]


def test_a_code_ends_after_half_an_hour_and_when_a_new_one_is_shown(mizuho, monkeypatch):
    session_id = salon(mizuho).id
    takes_part(mizuho.staff, session_of_id(session_id))
    first, *_rest = meetings_of(session_id)
    host, phone = mizuho.coordinator.browser(), mizuho.staff.browser()
    old = code_on(after(host, f"/meetings/{first}/code").text)
    new = code_on(after(host, f"/meetings/{first}/code").text)
    assert "このコードは使えません" in phone.post("/attend", data={"code": old}).text
    later = clock.now() + dt.timedelta(minutes=31)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert "このコードは使えません" in phone.post("/attend", data={"code": new}).text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Attendance)) == 0


def test_a_code_serves_nobody_who_has_no_place_and_overrules_no_host(mizuho, hachioji):
    session_id = salon(mizuho).id
    mine = takes_part(mizuho.staff, session_of_id(session_id))
    first, second, _third = meetings_of(session_id)
    host = mizuho.coordinator.browser()
    assert host.post(f"/meetings/{second}/code").status_code == 409
    code = code_on(after(host, f"/meetings/{first}/code").text)
    assert "名簿にお名前がありません" in hachioji.staff.browser().post("/attend", data={"code": code}).text
    enters(mizuho.coordinator, first, **{f"p{mine}": "absent"})
    told = mizuho.staff.browser().post("/attend", data={"code": code})
    assert "実施団体が「欠席」と入力しています" in told.text
    assert state_of(mine) is EnrolmentState.ABSENT


def zoom(*rows: tuple[str, str, int]) -> bytes:
    """The participant report of Zoom, in Japanese, as Excel saves it again."""
    text = io.StringIO()
    table = csv.writer(text)
    table.writerows(
        [
            ["トピック", "ミーティングID", "ホスト名", "期間（分）", "参加者"],
            ["サロン", "812 3456 7890", "小林", "95", "4"],
            [],
        ]
    )
    table.writerow(["名前（元の名前）", "メール", "合計時間（分）", "ゲスト"])
    table.writerows([name, email, minutes, "いいえ"] for name, email, minutes in rows)
    return text.getvalue().encode("cp932")


def teams(*rows: tuple[str, str, str]) -> bytes:
    """The attendance report of Teams: three tables in UTF-16, separated by tabs."""
    lines = ["1. Summary", "Meeting title\tSalon", "Attended participants\t3", "", "2. Participants"]
    lines.append("Name\tFirst Join\tLast Leave\tIn-Meeting Duration\tEmail\tParticipant ID (UPN)\tRole")
    lines += [
        f"{name}\t11/22/26, 2:00\t11/22/26, 4:00\t{span}\t{email}\t{email}\tAttendee" for name, email, span in rows
    ]
    lines += ["", "3. In-Meeting Activities", "Name\tJoin Time\tLeave Time\tDuration\tEmail\tRole"]
    lines += [f"{name}\t2:00\t4:00\t{span}\t{email}\tAttendee" for name, email, span in rows]
    return "\r\n".join(lines).encode("utf-16")


def webex(*rows: tuple[str, str, str]) -> bytes:
    head = [
        "Meeting Name",
        "Meeting Start Time",
        "Name",
        "Attendee Email",
        "Join Time",
        "Leave Time",
        "Attendance Duration",
    ]
    text = io.StringIO()
    csv.writer(text, delimiter="\t").writerows(
        [head, *([["Salon", "2026-11-22", name, email, "14:00", "16:00", span] for name, email, span in rows])]
    )
    return text.getvalue().encode("utf-8-sig")


@pytest.mark.parametrize(
    ("content", "minutes"),
    [
        (zoom(("田中 太郎", "taro@example.lg.jp", 40), ("田中 太郎", "taro@example.lg.jp", 31)), 71),
        (teams(("田中 太郎", "taro@example.lg.jp", "1h 11m 5s")), 71),
        (teams(("田中 太郎", "taro@example.lg.jp", "1 時間 11 分 5 秒")), 71),
        (webex(("田中 太郎", "taro@example.lg.jp", "71 mins")), 71),
        (webex(("田中 太郎", "taro@example.lg.jp", "01:11:30")), 71),
        ("氏名,参加時間\n田中 太郎,\n".encode(), None),
    ],
    ids=["Zoom", "Teams", "Teams in Japanese", "Webex", "by the clock", "without a time"],
)
def test_the_files_of_the_usual_tools_are_read(content, minutes):
    (one,) = participant_file.joined_in(content)
    assert (one.name, one.minutes) == ("田中 太郎", minutes)


@pytest.mark.parametrize(
    "content", [b"", b"\x00\x01\x02", b"PK\x03\x04half", "ただの文\n".encode("cp932"), b"a,b\n1,2\n", b"Name,Email\n"]
)
def test_a_file_that_is_no_list_of_participants_is_refused_with_what_to_do(mizuho, content):
    session_id = salon(mizuho).id
    first, *_rest = meetings_of(session_id)
    answer = mizuho.coordinator.browser().post(
        f"/meetings/{first}/web-meeting", data={"file": (io.BytesIO(content), "participants.csv"), "minutes": "30"}
    )
    assert answer.status_code == 422
    assert re.search(
        "参加者の表が見つかりません|ファイルの文字コードが分かりません|Excelのファイルを読めません|ファイルを選んでください",
        answer.text,
    )


def test_names_that_differ_are_matched_on_a_screen_before_anything_is_entered(mizuho, hachioji, secretariat):
    session_id = salon(secretariat, meetings=1).id
    session = session_of_id(session_id)
    (meeting_id,) = meetings_of(session_id)
    people = {
        name: office.person(name=name)
        for name, office in (
            ("髙橋 一郎", mizuho),
            ("山﨑 花子", hachioji),
            ("佐藤 次郎", hachioji),
            ("鈴木 三郎", mizuho),
            ("伊藤 四郎", mizuho),
        )
    }
    mine = {name: takes_part(person, session) for name, person in people.items()}
    file = zoom(
        ("瑞穂町_高橋一郎", "", 90), ("hanako", people["山﨑 花子"].email.upper(), 80), ("八王子市 佐藤", "", 75),
        ("iPhone", "", 90), ("鈴木三郎", "", 12),
    )  # fmt: skip
    host = secretariat.person(Role.COORDINATOR).browser()
    page = host.post(
        f"/meetings/{meeting_id}/web-meeting", data={"file": (io.BytesIO(file), "participants.csv"), "minutes": "60"}
    ).text
    assert set(map(state_of, mine.values())) == {EnrolmentState.ENROLLED}
    chosen = dict(re.findall(r'name="person-(\d+)">(?:(?!</select>).)*?value="(\d+)" selected', page, re.DOTALL))
    assert chosen == {"1": str(mine["髙橋 一郎"]), "2": str(mine["山﨑 花子"]), "3": str(mine["佐藤 次郎"])}
    assert "60分に足りません" in page
    assert page.count("名簿に見当たりません") == 1
    data = {
        **{f"person-{number}": value for number, value in chosen.items()},
        "person-4": str(mine["伊藤 四郎"]),
        "absent": "1",
    }
    assert "5人の出欠を入力しました" in after(host, f"/meetings/{meeting_id}/web-meeting/names", data=data).text
    assert {name: state_of(row) for name, row in mine.items()} == {
        "髙橋 一郎": EnrolmentState.COMPLETED, "山﨑 花子": EnrolmentState.COMPLETED, "佐藤 次郎": EnrolmentState.COMPLETED,
        "伊藤 四郎": EnrolmentState.COMPLETED, "鈴木 三郎": EnrolmentState.ABSENT,
    }  # fmt: skip


def test_the_file_overrules_nothing_that_the_host_entered(mizuho):
    session_id = salon(mizuho, meetings=1).id
    mine = takes_part(mizuho.staff, session_of_id(session_id))
    (meeting_id,) = meetings_of(session_id)
    enters(mizuho.coordinator, meeting_id, **{f"p{mine}": "absent"})
    mizuho.coordinator.browser().post(f"/meetings/{meeting_id}/web-meeting/names", data={"person-1": str(mine)})
    assert state_of(mine) is EnrolmentState.ABSENT


def test_the_participant_sees_the_own_attendance_and_the_host_all_of_it(mizuho, hachioji):
    session_id = salon(mizuho).id
    mine = takes_part(hachioji.staff, session_of_id(session_id))
    first, *_rest = meetings_of(session_id)
    enters(mizuho.coordinator, first, **{f"p{mine}": "attended"})
    own = hachioji.staff.browser().get(f"/sessions/{session_id}").text
    assert "あなたの出欠" in own
    assert "この開催回では 3回以上です" in own
    whole = mizuho.coordinator.browser().get(f"/sessions/{session_id}/attendance").text
    assert hachioji.staff.name in whole
    assert "入力ずみ" in whole
    assert hachioji.coordinator.browser().get(f"/sessions/{session_id}/attendance").status_code == 404


def test_the_sheet_of_a_session_asks_the_same_questions_for_two_and_for_twenty(mizuho, hachioji, queries):
    session_id = salon(mizuho).id
    first, *_rest = meetings_of(session_id)
    host, asked = mizuho.coordinator.browser(), []
    for number in (2, 18):
        for _person in range(number):
            takes_part(hachioji.person(), session_of_id(session_id))
        for page in (f"/sessions/{session_id}/attendance", f"/meetings/{first}/attendance"):
            queries.clear()
            assert host.get(page).status_code == 200
            asked.append(len(queries))
    assert asked[:2] == asked[2:]
    assert max(asked) <= 9


def test_a_list_that_was_opened_earlier_undoes_nothing_that_came_in_meanwhile(mizuho, hachioji):
    session_id = salon(mizuho, meetings=1).id
    session = session_of_id(session_id)
    by_code, by_list, by_colleague = [
        takes_part(person, session) for person in (mizuho.staff, hachioji.staff, hachioji.person())
    ]
    (meeting_id,) = meetings_of(session_id)
    host = mizuho.coordinator.browser()
    code = code_on(after(host, f"/meetings/{meeting_id}/code").text)
    mizuho.staff.browser().post("/attend", data={"code": code})
    enters(mizuho.coordinator, meeting_id, **{f"p{by_colleague}": "absent"})
    shown = {f"was-{row}": "" for row in (by_code, by_list, by_colleague)}
    host.post(
        f"/meetings/{meeting_id}/attendance",
        data={
            **shown,
            f"presence-{by_code}": "",
            f"presence-{by_list}": "attended",
            f"presence-{by_colleague}": "",
            "rest": "",
        },
    )
    assert [state_of(row) for row in (by_code, by_list, by_colleague)] == [
        EnrolmentState.COMPLETED, EnrolmentState.COMPLETED, EnrolmentState.ABSENT,
    ]  # fmt: skip


def test_who_completed_before_the_last_meeting_keeps_the_place_and_gets_no_second_one(mizuho):
    session_id = salon(mizuho, percent=30).id
    session = session_of_id(session_id)
    session.meeting_link = "https://meeting.example.lg.jp/x"
    mine = takes_part(mizuho.staff, session)
    first, *_rest, last = meetings_of(session_id)
    enters(mizuho.coordinator, first, **{f"p{mine}": "attended"})
    assert state_of(mine) is EnrolmentState.COMPLETED
    browser = mizuho.staff.browser()
    page = browser.get(f"/sessions/{session_id}").text
    assert "meeting.example.lg.jp" in page
    assert "この回に申し込む" not in page
    assert browser.post(f"/sessions/{session_id}/enrol").status_code == 409
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Enrolment)) == 1
    mizuho.coordinator.browser().post(f"/meetings/{last}/cancel", data={"reason": "台風"})
    assert "台風" in browser.get("/notices").text
    coming = browser.get("/me").text
    assert f"/sessions/{session_id}" in coming


def test_an_absence_can_be_corrected_after_the_person_enrolled_elsewhere(mizuho):
    session_id = salon(mizuho, meetings=2).id
    mine = takes_part(mizuho.staff, session_of_id(session_id))
    first, _second = meetings_of(session_id)
    enters(mizuho.coordinator, first, **{f"p{mine}": "absent"})
    other = session_of(SALON, mizuho).id
    assert mizuho.staff.browser().post(f"/sessions/{other}/enrol").status_code == 302
    assert enters(mizuho.coordinator, first, **{f"p{mine}": "attended"}) == 302
    assert state_of(mine) is EnrolmentState.ABSENT
    assert db.session.scalars(sa.select(Attendance.presence)).all() == [Presence.ATTENDED]


@pytest.mark.parametrize("span", ["1:" + "9" * 5000, "9" * 400, "1e99", "9" * 7 + "h"])
def test_a_duration_that_is_none_is_taken_for_unknown(span):
    (one,) = participant_file.joined_in(f"氏名,参加時間\n田中 太郎,{span}\n".encode())
    assert one.minutes is None or one.minutes < 10**8


def test_two_meetings_marked_at_once_both_count(cluster, postgresql):
    """On PostgreSQL two transactions see each other's part of what is finished."""
    postgresql.lay()
    with postgresql.app.app_context():
        office = Office.of("133035")
        session_id = salon(office, meetings=2).id
        mine = takes_part(office.staff, session_of_id(session_id))
        meetings = meetings_of(session_id)
        db.session.commit()

    def attends(meeting_id):
        return lambda: attendance.attend(meeting_id, db.session.get_one(Enrolment, mine), EnteredBy.LIST)

    at_once(postgresql.app, *map(attends, meetings))
    with postgresql.app.app_context():
        assert state_of(mine) is EnrolmentState.COMPLETED
        db.session.remove()


def test_the_secretariat_reads_no_roster_of_others_and_enters_no_attendance(mizuho, hachioji, secretariat):
    session_id = session_of("guideline-localize", mizuho).id
    hachioji.staff.browser().post(f"/sessions/{session_id}/enrol")
    browser = secretariat.secretary.browser()
    assert hachioji.staff.name not in browser.get(f"/sessions/{session_id}").text
    assert browser.get(f"/sessions/{session_id}/attendance").status_code == 404
