"""The participant files of web-meeting tools say how long each was there, and for whom of the roster a name stands."""

from __future__ import annotations

from pathlib import Path

import pytest
from factories import joins, session_of

from kernel.database import db
from kernel.errors import InvalidError

from participation.attending import participant_file, web_meeting
from participation.roster import host_roster

CASES = Path(__file__).parent.parent / "data" / "cases" / "attendance"


@pytest.mark.parametrize(
    ("file", "right"),
    [
        ("08-zoom-join-time.csv", {"佐藤 明": 3}),
        ("10-google-meet.csv", {"佐藤 明": 115}),
        ("zoom-waiting-room.csv", {"佐藤 明": 5, "鈴木 由美": 122}),
        ("zoom-two-devices.csv", {"佐藤 明": 35}),
        ("zoom-rejoin-as-guest.csv", {"緑川 花子": 100}),
        ("teams-family-comma-given.csv", {"緑川, 花子": 121, "佐藤, 明 (八王子市)": 120}),
    ],
)
def test_a_file_that_once_was_misread_says_how_long_each_was_there(file, right):
    found = {one.name: one.minutes for one in participant_file.joined_in((CASES / file).read_bytes())}
    assert {name: found.get(name) for name in right} == right
    assert len(found) == len(right)


def test_the_names_of_tools_are_recognised_whichever_way_round(mizuho):
    session = session_of("guideline-localize", mizuho)
    for name in ("佐藤 明", "鈴木 さくら"):
        joins(mizuho.person(name=name), session)
    db.session.commit()
    rows = host_roster(mizuho.coordinator.actor, session)
    joined = [participant_file.Joined(name, "", 60) for name in ("佐藤, 明 (八王子市)", "さくら 鈴木", "だれか")]
    found = web_meeting.recognised(joined, rows)
    assert [one.enrolment.staff.name if one.enrolment else None for one in found] == ["佐藤 明", "鈴木 さくら", None]


def test_a_call_that_was_begun_anew_has_two_files_and_a_shared_mailbox_is_several_people():
    first = "名前,メール,参加時刻,退出時刻\n佐藤 明,soumu@example.lg.jp,2026/12/10 14:00,2026/12/10 14:40\n田中 亮,soumu@example.lg.jp,2026/12/10 14:00,2026/12/10 14:10\n"
    second = "名前,メール,参加時刻,退出時刻\n佐藤 明,soumu@example.lg.jp,2026/12/10 14:30,2026/12/10 15:35\n"
    found = participant_file.joined_in(first.encode(), second.encode())
    assert {one.name: one.minutes for one in found} == {"佐藤 明": 95, "田中 亮": 10}


def test_a_webinar_report_of_several_tables_leaves_out_who_did_not_attend():
    text = (
        "Attendee Report\n\nHost Details\nAttended,User Name (Original Name),Email,Join Time,Leave Time,Time in Session (minutes)\n"
        "Yes,小林 結衣,k@example.lg.jp,12/10/2026 01:50:00 PM,12/10/2026 04:00:00 PM,130\n\nAttendee Details\n"
        "Attended,User Name (Original Name),First Name,Last Name,Email,Join Time,Leave Time,Time in Session (minutes)\n"
        "Yes,佐藤 明,明,佐藤,a@example.lg.jp,12/10/2026 02:00:00 PM,12/10/2026 03:00:00 PM,60\n"
        "No,田中 亮,亮,田中,r@example.lg.jp,--,--,--\n"
    )
    assert {one.name: one.minutes for one in participant_file.joined_in(text.encode())} == {
        "小林 結衣": 130,
        "佐藤 明": 60,
    }


def test_a_file_that_is_too_long_is_refused_with_its_number_and_not_cut():
    text = "名前,期間\n" + "\n".join(f"だれか {number},60" for number in range(5001))
    with pytest.raises(InvalidError, match=r"5000行まで.*5002行"):
        participant_file.joined_in(text.encode())
