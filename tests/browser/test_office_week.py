"""The week of an office in the browser: each job is done, in no more presses than it may take from the page after sign-in."""

from __future__ import annotations

from pathlib import Path

import pytest
import python_calamine
from pages import ADMINISTRATOR, COORDINATOR, HOST, SECRETARIAT

pytestmark = pytest.mark.slow
LIST = "\n".join(f"{number}" for number in range(1001, 1013))


def cells(download):
    book = python_calamine.CalamineWorkbook.from_path(download.path())
    return [str(cell) for row in book.get_sheet_by_index(0).to_python() for cell in row if cell != ""]


def test_who_is_late_is_seen_and_reminded(visit):
    office = visit(COORDINATOR).counts_from_here()
    assert office.heading == "今週すること", "who coordinates begins here"
    office.follows("まだの人を見る").presses("まだの人すべてに知らせる")
    office.types("ひとこと", "今月のうちにお願いします。").presses("人に知らせる")
    assert office.sees("知らせました")
    assert office.pressed <= 3


def test_has_one_of_the_staff_done_it(visit):
    office = visit(COORDINATOR).counts_from_here().follows("職員").follows("/")
    assert office.sees("受講の記録")
    assert office.pressed <= 2


def test_twelve_are_enrolled_from_a_list_and_that_is_taken_back(visit):
    office = visit(COORDINATOR).goes_to("/courses/expert-collaboration").counts_from_here()
    office.goes_to("/courses/ai-first").follows("職員をまとめて申し込む")
    office.types("職員の一覧", LIST).presses("確かめる").presses("人を申し込む")
    assert office.heading == "申込みの結果"
    assert office.pressed <= 4
    office.presses("申し込みを元に戻す")
    assert office.sees("申し込みを取り消しました")


def test_a_curriculum_is_adopted_with_a_look_at_whom_it_concerns(visit):
    office = visit(COORDINATOR).counts_from_here().follows("カリキュラム").follows("働き方・業務改善コース")
    office.follows("このカリキュラムを採用する").presses("対象を確かめる")
    assert office.sees("対象は")
    office.presses("この内容で採用する")
    assert office.sees("を採用しました")
    assert office.pressed <= 5


def test_a_session_is_planned_like_another(visit):
    office = visit(COORDINATOR).counts_from_here().follows("開催回").follows("写して計画する")
    assert office.sees("前の開催回から写しました")
    assert office.pressed <= 2


def test_participants_are_written_to(visit):
    host = visit(HOST).goes_to("/sessions/8").counts_from_here()
    host.follows("参加者に連絡する").types("連絡", "会場の入口は北側です。").presses("連絡を送る")
    assert host.sees("人に連絡しました")
    assert host.pressed <= 2


@pytest.mark.parametrize(
    ("way", "said"), [("", "修了率（%）"), ("部署ごと", "受講率（%）"), ("月ごとと目標", "修了した人の累計（人）")]
)
def test_the_report_for_the_assembly_is_an_annex(visit, way, said):
    office = visit(ADMINISTRATOR).counts_from_here().follows("参加状況")
    if way:
        office.follows(way)
    saved = office.downloads("Excelで保存")
    assert office.pressed <= (3 if way else 2)
    found = cells(saved)
    assert said in found
    assert "瑞穂町" in found
    assert any(cell.endswith("現在") for cell in found), "it says of which day it is"
    assert Path(saved.suggested_filename).suffix == ".xlsx"


def test_a_figure_opens_the_people_behind_it(visit):
    office = visit(ADMINISTRATOR).counts_from_here().follows("参加状況")
    office.page.locator(".numbers a").first.click()
    office.has_arrived()
    assert "の受講" in office.heading
    assert office.page.locator("tbody tr").count() > 1


def test_who_is_left_behind_is_seen_by_the_secretariat(visit):
    secretariat = visit(SECRETARIAT).counts_from_here().follows("参加状況").follows("自治体の状況")
    assert secretariat.sees("12か月のあいだ受講がありません")
    assert secretariat.page.locator("svg.tiles a").count() == 62
    assert secretariat.pressed <= 2


def test_a_draft_is_kept_and_published_later(visit):
    office = visit(COORDINATOR).goes_to("/studio/community-salon/sessions/new").counts_from_here()
    office.types("開催日", "2031-12-10").types("始まり", "14:00").types("終わり", "16:00").types(
        "会場", "2階会議室"
    ).types("定員", "12")
    office.types("受付の始まり", "2031-11-01").types("受付の終わり", "2031-11-30").presses("下書きとして保存する")
    assert office.sees("あなたの団体の研修担当だけに見えます")
    office.presses("公開する")
    assert office.sees("開催回を公開しました")
    assert office.pressed <= 2


def test_a_curriculum_changes_by_two_people(visit):
    writer = visit(COORDINATOR).goes_to("/studio/curricula").counts_from_here().follows("新しいカリキュラム")
    writer.types("名前", "窓口の一年目").types("概要", "窓口に来た人が最初に受けます。").types(
        "1行目の講座", "ペーパーレスの始め方"
    )
    writer.page.get_by_label("すべての団体").check()
    writer.presses("下書きを保存する").presses("確認を頼む")
    assert writer.sees("確認を待っています")
    assert writer.pressed <= 3
    second = visit(SECRETARIAT).goes_to("/office").follows("窓口の一年目").presses("公開する")
    assert second.sees("「窓口の一年目」を公開しました")
