"""A city gets its people in: a personnel file in CP932 in the browser, from the file to the printed slips, at a clerk's pace."""

from __future__ import annotations

import datetime as dt
import sys

import pytest
from factories import Office
from pages import ADMINISTRATOR

from kernel.database import db

from people.joining.entry import JoinStaff, enter
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


def proves(clerk):
    if clerk.page.locator("#password").count():  # what opens doors asks for the password once an hour
        clerk.page.locator("#password").fill("sanchou-no-kanrisha-san")
        clerk.page.locator("main button").first.click()
        clerk.has_arrived()


def test_five_thousand_people_are_entered_and_their_slips_printed(visit, behind, tmp_path, capsys):
    path, people = tmp_path / "名簿.csv", 5000
    path.write_bytes(roster(people))
    clerk = visit(ADMINISTRATOR).counts_from_here()
    began = dt.datetime.now(dt.UTC)
    clerk.follows("職員").follows("人事の名簿から取り込む")
    proves(clerk)
    clerk.page.locator("input[type=file]").set_input_files(path)
    clerk.pressed += 1
    clerk.page.context.set_default_timeout(60_000)  # of the windows that open, too
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


def entered(behind, prefix, people):
    """People of the office in the sample data, entered before."""
    office = Office.of("133035")
    for number in range(people):
        name = f"{FAMILIES[number % 15]} {GIVEN[number // 15 % 15]}"
        enter(
            JoinStaff(
                office.id, name, "ヤマダ タロウ", None, f"{prefix}{number:04}", "総務課", "主事", dt.date(2020, 4, 1)
            )
        )
    db.session.commit()
    db.session.remove()


def test_two_hundred_come_two_hundred_move_and_two_hundred_leave_on_the_first_of_april(visit, behind, tmp_path, capsys):
    moves, leaves = "MOV", "LEA"
    for prefix in (moves, leaves):
        entered(behind, prefix, 200)
    names = [f"{FAMILIES[number % 15]} {GIVEN[number // 15 % 15]}" for number in range(200)]
    lines = ["職員番号,氏名,フリガナ,所属,職名,退職日"]
    lines += [f"NEW{number:04},{name},シンジン ナナ,税務課,主事," for number, name in enumerate(names)]
    lines += [f"{moves}{number:04},{name},,税務課,主任," for number, name in enumerate(names)]
    lines += [f"{leaves}{number:04},{name},,,,令和9年3月31日" for number, name in enumerate(names)]
    path = tmp_path / "四月一日.csv"
    path.write_bytes("\r\n".join(lines).encode("cp932"))
    clerk = visit(ADMINISTRATOR).counts_from_here()
    began = dt.datetime.now(dt.UTC)
    clerk.follows("職員").follows("4月1日の準備（異動）").follows("名簿を取り込む")
    proves(clerk)
    clerk.page.set_default_timeout(60_000)
    clerk.page.locator("input[type=file]").set_input_files(path)
    clerk.pressed += 1
    clerk.presses("違いを確かめる")
    for said in ("新しく登録する人 200", "部署・職が変わる人 200", "所属が終わる人 200"):
        assert clerk.sees(said)
    if clerk.page.get_by_label("所属が終わる人数").count():  # asked where it is a large share of the office
        clerk.types("所属が終わる人数", "200")
    clerk.presses("選んだ種類を反映する")
    work.work()  # as the worker does beside the server
    db.session.remove()
    clerk.goes_to("/office/moves?day=2027-04-01")
    minutes = (clerk.pressed * AN_ACT + 3 * A_KEY + (dt.datetime.now(dt.UTC) - began).total_seconds()) / 60
    capsys.readouterr()
    with capsys.disabled():
        sys.stdout.write(f"200 new, 200 moves, 200 leavers: {clerk.pressed} acts, clerk {minutes:.1f} min\n")
    for part in ("新しく来る人", "部署・職が変わる人", "所属が終わる人"):
        row = clerk.page.locator("table tbody tr", has=clerk.page.get_by_role("link", name=part, exact=True))
        assert row.locator("td").inner_text() == "200", part
    assert minutes <= 20
