"""The jobs of an office, each driven in the browser from the page after sign-in, in no more presses than it may take."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from pages import ADMINISTRATOR, COORDINATOR, HOST, OTHER_COORDINATOR, SECRETARIAT

sys.path.append(str(Path(__file__).resolve().parents[1]))
from articles import INTRODUCED

pytestmark = pytest.mark.slow


def test_a_colleague_is_invited(visit):
    office = visit(ADMINISTRATOR).counts_from_here().follows("職員")
    office.follows("リンクで招待する").types("登録できる人数", "1").presses("招待のリンクを発行する")
    assert "/join/" in office.page.content()
    assert office.pressed <= 4


def test_the_own_staff_are_one_press_away(visit):
    office = visit(COORDINATOR).counts_from_here().follows("職員")
    assert office.page.locator("tbody tr").count() > 5
    assert office.pressed <= 1


def test_three_are_nominated_in_one_list(visit):
    office = visit(COORDINATOR).counts_from_here()
    office.follows("名簿を見る").follows("一覧（貼り付け・CSV・Excel）で加える")
    office.types("職員の一覧", "1003\n1004\n1005").presses("確かめる").presses("人を加える")
    assert office.sees("推薦に加えました")
    assert office.pressed <= 5


def test_the_host_allocates_and_an_office_reads_why(visit):
    host = visit(HOST).counts_from_here().follows("割当を決める").presses("この内容で割当を決定する")
    assert host.sees("割当を決定しました")
    assert host.pressed <= 3
    office = visit(COORDINATOR).goes_to("/sessions/4")
    assert office.sees("番目に、席が決まりました")
    office.follows("取りやめる").presses("受講を取りやめる")
    other = visit(COORDINATOR).counts_from_here()
    if other.sees("席の案内への返事"):
        other.follows("返事をする").presses("の席を受ける")
        assert other.sees("席を確保しました")
        assert other.pressed <= 3
    other.goes_to("/sessions/4").counts_from_here().follows("代理に替える")
    other.presses("さんに替わる")
    assert other.sees("に席を替わりました")
    assert other.pressed <= 2


def test_papers_are_two_presses_away(visit):
    host = visit(HOST).goes_to("/office/sessions").counts_from_here()
    host.page.locator("tbody th a").first.click()
    host.pressed += 1
    saved = host.downloads("Excel")
    assert saved.suggested_filename.endswith(".xlsx")
    assert host.pressed <= 2


def test_an_article_is_imported_and_taken_back(visit):
    secretariat = visit(SECRETARIAT).counts_from_here().follows("講座づくり").follows("座談会の記事を取り込む")
    secretariat.types("記事の文章", INTRODUCED).presses("読み取る").presses("件の発言を取り込む")
    assert secretariat.sees("件の発言を取り込みました")
    assert secretariat.pressed <= 4
    secretariat.page.locator("summary", has_text="最後の取り込みを元に戻す").click()
    secretariat.presses("取り込みを元に戻す")
    assert secretariat.sees("取り込みを元に戻しました")


def test_a_course_answers_a_voice_that_nothing_answers_yet(visit):
    author = visit(COORDINATOR).counts_from_here().follows("講座づくり").follows("まだ応えていない声")
    assert author.page.locator("article").count() > 0
    assert author.pressed <= 2


def test_retiring_asks_first(visit):
    secretariat = visit(SECRETARIAT).goes_to("/studio/ai-first").counts_from_here()
    secretariat.follows("公開を終了する")
    assert secretariat.heading.endswith("の公開を終了しますか")
    assert secretariat.pressed <= 2


def test_the_log_and_roles_are_read(visit):
    administrator = visit(ADMINISTRATOR).counts_from_here().follows("操作の記録")
    assert administrator.page.locator("tbody tr").count() > 0
    assert administrator.pressed <= 1


def test_a_municipality_joins(visit):
    secretariat = visit(SECRETARIAT).counts_from_here().follows("団体")
    secretariat.page.locator("#q").fill("日の出町")
    secretariat.presses("さがす")
    assert secretariat.sees("日の出町")
    assert secretariat.pressed <= 2


def test_a_series_of_three_is_planned_in_one_form(visit):
    host = visit(OTHER_COORDINATOR).goes_to("/studio/community-salon/sessions/new").counts_from_here()
    for label, text in {
        "開催日": "2031-12-10", "始まり": "14:00", "終わり": "16:00", "会の回数": "3", "会場": "2階会議室", "定員": "12",
        "受付の始まり": "2031-11-01", "受付の終わり": "2031-11-30",
    }.items():  # fmt: skip
        host.types(label, text)
    host.presses("公開する")
    assert host.sees("全3回")
    assert host.pressed <= 3


def test_the_month_is_seen_at_a_glance(visit):
    office = visit(COORDINATOR).counts_from_here().follows("開催回").follows("カレンダーで見る")
    assert "の開催回" in office.heading
    assert office.pressed <= 2
