"""A city gets its people in: a personnel file in CP932 in the browser, from the file to the printed slips, at a clerk's pace."""

from __future__ import annotations

import datetime as dt
import sys

import pytest
from pages import ADMINISTRATOR

from kernel.database import db

from people.personnel import work

pytestmark = pytest.mark.slow
A_KEY, AN_ACT = 0.2, 1.3
"""The seconds that a clerk takes for a key, and before each act."""
FAMILIES = [
    "佐藤",
    "鈴木",
    "高橋",
    "田中",
    "伊藤",
    "渡辺",
    "山本",
    "中村",
    "小林",
    "加藤",
    "吉田",
    "山田",
    "佐々木",
    "山口",
    "松本",
]
GIVEN = ["明", "花子", "一郎", "次郎", "幸子", "恵", "誠", "翔", "葵", "蓮", "結衣", "陽菜", "大輔", "健", "美咲"]


def roster(people):
    """A file as a personnel system writes it: CP932, a title above, its own words, full-width numbers, dates of an era."""
    head = "職員一覧（人事課）\r\n\r\n社員番号,職員氏名,カナ氏名,部名,課名,役職名,発令年月日\r\n"
    lines = (
        f"{20000 + number},{FAMILIES[number % 15]}　{GIVEN[number // 15 % 15]},ﾔﾏﾀﾞ ﾀﾛｳ,{'総務部' if number % 2 else '市民部'},第{number % 40}課,主事,令和8年4月1日\r\n"
        for number in range(people)
    )
    return (head + "".join(lines)).encode("cp932")


def test_five_thousand_people_are_entered_and_their_slips_printed(visit, behind, tmp_path, capsys):
    path, people = tmp_path / "名簿.csv", 5000
    path.write_bytes(roster(people))
    clerk = visit(ADMINISTRATOR).counts_from_here()
    began = dt.datetime.now(dt.UTC)
    clerk.follows("職員").follows("人事の名簿から取り込む")
    if clerk.page.locator("#password").count():  # what opens doors asks for the password once an hour
        clerk.page.locator("#password").fill("sanchou-no-kanrisha-san")
        clerk.page.locator("main button").first.click()
        clerk.has_arrived()
    clerk.page.locator("input[type=file]").set_input_files(path)
    clerk.pressed += 1
    clerk.page.set_default_timeout(60_000)
    clerk.presses("違いを確かめる")
    assert clerk.sees("新しく登録する人 5000")
    clerk.presses("選んだ種類を反映する")
    assert clerk.page.locator("progress").count() == 1
    work.work()  # as the worker does beside the server
    db.session.remove()
    clerk.page.get_by_role("button", name="招待の紙を作る").first.wait_for(timeout=240_000)
    for sheet in range(10):
        with clerk.page.context.expect_page() as opened:
            clerk.page.get_by_role("button", name="招待の紙を作る").nth(sheet).click(modifiers=["Control"])
        opened.value.wait_for_load_state()
        clerk.pressed += 2  # and printed
    machine = (dt.datetime.now(dt.UTC) - began).total_seconds()
    minutes = (clerk.pressed * AN_ACT + len("名簿.csv") * A_KEY + machine) / 60
    capsys.readouterr()
    with capsys.disabled():
        sys.stdout.write(f"{people} people: {clerk.pressed} acts, machine {machine:.0f} s, clerk {minutes:.1f} min\n")
    assert minutes <= 15
