"""A joint session in the browser: planned, nominated for, allocated, explained, replayed, and a place that moves on."""

from __future__ import annotations

import datetime as dt
import json
import re
import subprocess
import sys
from pathlib import Path

from pages import HOST, OTHER_COORDINATOR

PYTHON = Path(sys.executable).parent
ROOT = Path(__file__).resolve().parents[2]


def session_of(person, course):
    person.goes_to(f"/courses/{course}")
    person.page.locator("#sessions ~ article a").first.click()
    return person


def test_a_host_plans_and_a_coordinator_nominates_by_the_keyboard_of_the_office(visit):
    host, soon = visit(HOST), dt.datetime.now(dt.UTC).date() + dt.timedelta(days=60)
    host.goes_to("/courses/open-data-lead").follows("開催回を計画する")
    host.types("開催日", soon.isoformat()).types("始まり", "14:00").types("終わり", "16:00").types("会場", "4階講堂")
    host.types("定員", "12").types("最少の人数", "3").chooses("席の決め方", "推薦と割当")
    host.types("受付の始まり", (soon - dt.timedelta(days=61)).isoformat())
    host.types("受付の終わり", (soon - dt.timedelta(days=20)).isoformat()).presses("計画する")
    assert host.sees("開催回を計画しました")
    assert host.sees("抽選のもとのSHA-256") or host.page.get_by_text("席の配り方のきまり").is_visible()

    coordinator = session_of(visit(OTHER_COORDINATOR), "open-data-lead").follows("自団体の推薦名簿")
    assert coordinator.sees("まだだれも推薦していません")
    names = []
    for _person in range(2):
        button = coordinator.page.get_by_role("button", name="さんを加える").first
        names.append(button.inner_text().removesuffix("さんを加える"))
        button.click()
        assert coordinator.sees(names[-1])
    coordinator.page.get_by_role("button", name=re.compile(f"上へ.*{names[1]}")).click()
    first = coordinator.page.locator("ol.ranked li").first
    assert names[1] in first.inner_text()


def test_twenty_people_of_eight_offices_share_twelve_places_and_everybody_is_told_why(visit, tmp_path):
    host = session_of(visit(HOST), "survey-design").follows("推薦の状況と割当を見る")
    assert host.sees("定員12人に、8団体から20人の推薦があります")
    host.presses("この内容で割当を決定する")
    assert host.sees("割当を決定しました。12人に席があり、8人が待機です。")
    saved = host.downloads("割当のもとになった記録").path()

    replayed = subprocess.run(
        [PYTHON / "flask", "participation", "allocate", saved], cwd=ROOT, check=True, capture_output=True, text=True
    )
    result = json.loads(replayed.stdout)
    assert (len(result["places"]), len(result["waiting"])) == (12, 8)
    shown = host.page.locator("main").inner_text()
    for turn in result["places"]:
        assert turn["reason"] in shown

    coordinator = session_of(visit(OTHER_COORDINATOR), "survey-design")
    placed = sum(turn["organisation"] == "132012" for turn in result["places"])
    assert coordinator.sees(f"5人を推薦し、{placed}人に席があります。")
    assert coordinator.sees("同じ値の")
    following = coordinator.page.get_by_text("さんに案内し").inner_text().split("席が空くと、")[1].split("さんに")[0]
    coordinator.page.get_by_role("link", name=re.compile("^取りやめる")).first.click()
    coordinator.presses("受講を取りやめる")
    coordinator.goes_to("/office")
    session_of(coordinator, "survey-design")
    assert coordinator.sees("席の案内中")
    coordinator.presses(f"{following}さんの席を受ける")
    assert coordinator.sees("席を確保しました")
