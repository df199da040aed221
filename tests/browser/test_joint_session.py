"""A joint session in the browser: planned, nominated for, allocated, explained, replayed, a place that moves on, held."""

from __future__ import annotations

import datetime as dt
import json
import re
import subprocess
import sys
from pathlib import Path

import vobject
import yaml
from pages import COORDINATOR, DEMO, HOST, OTHER_COORDINATOR, STAFF
from playwright.sync_api import expect

PYTHON = Path(sys.executable).parent
ROOT = Path(__file__).resolve().parents[2]
TODAY = dt.datetime.now(dt.timezone(dt.timedelta(hours=9))).date()


def colleagues(code, number):
    """The last so many colleagues of a sample office, as its list names them: number and name."""
    plan = yaml.safe_load(DEMO.read_text(encoding="utf-8"))
    office = next(office for office in plan["offices"] if office["organisation"] == code)
    names, first = plan["names"], office["first"]
    return [
        f"{1001 + place}\t{names[(place + first) % len(names)][0]} {names[(place * 7 + first) % len(names)][2]}"
        for place in range(office["staff"])[-number:]
    ]


def planned(host, course, **typed):
    """Let the host plan a session in sixty days; return its address."""
    day = TODAY + dt.timedelta(days=60)
    host.goes_to(f"/courses/{course}").follows("開催回を計画する")
    host.types("開催日", day.isoformat()).types("始まり", "14:00").types("終わり", "16:00").types("会場", "4階講堂")
    for label, text in typed.items():
        host.types(label, text)
    host.types("受付の始まり", (TODAY - dt.timedelta(days=10)).isoformat())
    host.types("受付の終わり", (day - dt.timedelta(days=20)).isoformat()).presses("公開する")
    assert host.sees("開催回を公開しました")
    return host.page.url


def outcome_of(turn):
    """What somebody who has a place reads of it."""
    return f"全体の{turn['order']}番目に、席が決まりました"


def feed_of(person, button):
    """What somebody's calendar programme reads: each meeting's description by its title."""
    if not hasattr(person, "feed"):
        person.goes_to("/me").presses(button)
        person.feed = re.search(
            r"/calendars/\S+\.ics", person.page.locator("main").inner_text() + person.page.content()
        )[0]
    calendar = vobject.readOne(person.page.request.get(person.feed).text())
    return {str(event.summary.value): str(event.description.value) for event in calendar.contents.get("vevent", [])}


def test_twenty_people_of_eight_offices_share_twelve_places_and_a_place_that_is_given_back_moves_on(visit):
    host, coordinator, other = visit(HOST), visit(COORDINATOR), visit(OTHER_COORDINATOR)
    address = planned(host, "bpr-field-support", 定員="12", 最少の人数="3")

    coordinator.goes_to(address).follows("自団体の推薦名簿")
    assert coordinator.sees("まだだれも推薦していません")
    coordinator.types("氏名・フリガナ", "ミドリカワ").presses("さがす").presses("緑川 花子さんを加える")
    for _person in range(3):
        coordinator.page.get_by_role("button", name=re.compile("さんを加える")).last.click()
        coordinator.has_arrived()
    expect(coordinator.page.locator("ol.ranked li")).to_have_count(4)
    assert "緑川 花子" in coordinator.page.locator("ol.ranked li").first.inner_text()

    other.goes_to(address).follows("自団体の推薦名簿").follows("一覧")
    other.types("職員の一覧", "\n".join(colleagues("132012", 5))).presses("確かめる").presses("5人を加える")
    assert other.sees("5行のうち5人を推薦に加えました")

    sent_by_mail = {"132241": 3, "131083": 3, "133086": 1, "134015": 1, "132225": 2, "133612": 1}
    for code, number in sent_by_mail.items():
        host.goes_to(address).follows("推薦の状況と割当を見る").types("団体に代わって", code).presses("名簿を開く")
        host.follows("一覧").types("職員の一覧", "\n".join(colleagues(code, number))).presses("確かめる").presses(
            f"{number}人を加える"
        )
        assert host.sees(f"{number}行のうち{number}人を推薦に加えました")

    host.goes_to(address).follows("推薦の状況と割当を見る")
    assert host.sees("定員12人に、8団体から20人の推薦があります")
    assert host.sees("受付が終わるまで実施団体にも表示されません")
    assert host.page.get_by_role("button", name="割当を決定する").count() == 0
    host.goes_to(address).follows("開催回を変更する")
    host.types("受付の終わり", (TODAY - dt.timedelta(days=1)).isoformat()).presses("変更する")
    host.goes_to(address).follows("推薦の状況と割当を見る")
    preview = host.page.locator("main").inner_text()
    host.presses("この内容で割当を決定する")
    assert host.sees("割当を決定しました。12人に席があり、8人が待機です。")

    saved = host.downloads("割当のもとになった記録").path()
    replayed = subprocess.run(
        [PYTHON / "flask", "participation", "allocate", saved], cwd=ROOT, check=True, capture_output=True, text=True
    )
    result = json.loads(replayed.stdout)
    assert (len(result["places"]), len(result["waiting"])) == (12, 8)
    shown = host.page.locator("main").text_content()
    for turn in result["places"]:
        assert turn["reason"] in preview
        assert all(words in shown for words in (outcome_of(turn), turn["reason"])), (
            "how it was reckoned is there, folded"
        )

    for who, code, nominated in ((coordinator, "133035", 4), (other, "132012", 5)):
        placed = sum(turn["organisation"] == code for turn in result["places"])
        assert who.goes_to(address).sees(f"{nominated}人を推薦し、{placed}人に席があります。")
        for turn in result["places"]:
            assert turn["organisation"] != code or who.sees(outcome_of(turn))

    hanako, title = visit(STAFF), host.goes_to(address).page.locator("h1").inner_text()
    mine = sum(turn["organisation"] == "133035" for turn in result["places"])
    assert title in str(feed_of(hanako, "自分のカレンダーのアドレスを発行する"))
    assert f"自団体の受講者 {mine}人" in str(feed_of(coordinator, "団体のカレンダーのアドレスを発行する"))

    following = coordinator.goes_to(address).page.get_by_text("さんに案内し").inner_text()
    following = following.split("席が空くと、")[1].split("さんに")[0]
    hanako.goes_to(address).follows("受講を取りやめる").presses("受講を取りやめる")
    assert hanako.sees("受講を取りやめました")
    assert title not in str(feed_of(hanako, ""))
    assert f"自団体の受講者 {mine - 1}人" in str(feed_of(coordinator, ""))

    assert coordinator.goes_to(address).sees("席の案内中")
    coordinator.presses(f"{following}さんの席を受ける")
    assert coordinator.sees("席を確保しました")
    assert f"自団体の受講者 {mine}人" in str(feed_of(coordinator, ""))


def test_the_way_from_the_list_to_the_attendance_needs_no_mouse(visit):
    host, phone = visit(HOST), visit(STAFF, width=375)
    host.goes_to("/office").tabs_to("出欠を入力する").hits_enter()
    host.tabs_to("出欠を入力する").hits_enter()
    host.tabs_to("未入力").page.keyboard.press("ArrowRight")
    host.tabs_to("出欠を保存する").hits_enter()
    assert host.sees("出欠を保存しました（変更 1人）")

    host.tabs_to("すべての会の出欠").hits_enter()
    host.tabs_to("出欠を入力する").tabs_to("出欠を入力する").hits_enter().tabs_to("出席コードを見せる").hits_enter()
    host.tabs_to("出席コードを出す").hits_enter()
    code = host.page.locator(".attendance-code").inner_text()

    phone.goes_to("/attend").tabs_to("出席コード").writes(code.lower()).tabs_to("出席を記録する").hits_enter()
    assert phone.sees("出席を記録しました")
    assert host.goes_to("/sessions/8/attendance").sees("緑川 花子")
