"""The journeys of the people whom this is for, in a real browser."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import python_calamine
from articles import INTRODUCED
from pages import ADMINISTRATOR, COORDINATOR, OTHER_COORDINATOR, SECRETARIAT, STAFF
from playwright.sync_api import expect


def test_from_a_voice_to_a_course_that_is_found(visit):
    second = visit(SECRETARIAT).goes_to("/studio").follows("座談会の記事を取り込む")
    second.types("記事の文章", INTRODUCED).presses("読み取る")
    assert second.heading == "読み取った記事の確認"
    second.presses("6件の発言を取り込む")
    assert second.sees("6件の発言を取り込みました")

    author = visit(COORDINATOR).goes_to("/roundtables/41")
    author.follows("2番目の発言").follows("この声に応える講座をつくる")
    author.types("アドレスの末尾", "learn-together").types("講座名", "近隣と分け合う研修のはじめ方").types(
        "概要", "近くの団体と研修を分け合う手順を学ぶ。"
    )
    author.types("所要時間", "45").types("学習目標", "分け合う相手と段取りを決められる").presses("下書きをつくる")
    assert author.sees("この発言に応えます")
    author.types("理由", "一人で担当している町の声に応えるため").presses("加える")
    assert author.sees("修了に必要なレッスンを一つ以上つくってください。")
    author.follows("単元とレッスンを書く").types("単元の題", "はじめに").presses("単元を加える")
    author.page.locator("summary", has_text="レッスンを加える").click()
    author.types("レッスンの題", "相手を決める").presses("加えて書く")
    author.types("本文", "近くの団体に声をかけます。").presses("保存する")
    author.goes_to("/studio/learn-together").presses("確認を頼む")
    assert author.sees("書いた人だけでは公開できません")

    second.goes_to("/office").follows("読んで確認する")
    assert second.sees("一人で担当している町の声に応えるため")
    second.page.get_by_label("レッスンと問題を、すべて読みました").check()
    second.presses("公開する")
    assert second.heading == "近隣と分け合う研修のはじめ方"

    reader = visit().finds("分け合う研修")
    reader.follows("近隣と分け合う研修のはじめ方")
    assert reader.sees("なぜこの講座があるのか")
    reader.follows("青木 実さんの発言")
    assert reader.sees("担当が一人しかいないので")
    assert reader.sees("記事からの引用")
    reader.follows("近隣と分け合う研修のはじめ方")
    assert reader.heading == "近隣と分け合う研修のはじめ方"


def test_the_last_place_goes_to_one_and_the_other_is_told_politely(visit):
    quick, slow = visit(STAFF), visit(OTHER_COORDINATOR)
    for person in (quick, slow):
        person.goes_to("/courses/joint-spec-design").follows("開催回を選ぶ")
        person.page.locator("#sessions ~ article a").first.click()
        assert person.sees("定員 1人、残り 1席")
    quick.presses("この回に申し込む")
    assert quick.sees("席を確保しました")
    slow.presses("この回に申し込む")
    assert slow.sees("満席になりました。開催回のページで順番を待つか、ほかの開催回をお選びください。")
    quick.follows("受講を取りやめる").presses("受講を取りやめる")
    slow.page.go_back()
    slow.presses("この回に申し込む")
    assert slow.sees("席を確保しました")


def test_an_administrator_reads_the_figures_and_takes_them_along(visit):
    administrator = visit(ADMINISTRATOR).goes_to("/review")
    assert administrator.sees("講座ごと")
    administrator.chooses("カリキュラム", "新任・異動者のための共通カリキュラム").presses("表示する")
    assert "curriculum=newcomers" in administrator.page.url
    shown = administrator.page.locator("tbody th[scope=row] a").all_inner_texts()
    rows = list(
        csv.reader(io.StringIO(Path(administrator.downloads("CSVで保存").path()).read_text(encoding="utf-8-sig")))
    )
    assert [row[0] for row in rows[1:-1]] == shown
    book = python_calamine.CalamineWorkbook.from_path(administrator.downloads("Excelで保存").path())
    lines = [row[0] for row in book.get_sheet_by_index(0).to_python()]
    assert lines[lines.index("講座") + 1 : lines.index("合計")] == shown


def test_a_coordinator_enrols_a_list_of_staff(visit):
    coordinator = visit(COORDINATOR).goes_to("/courses/standardization-basics").follows("職員をまとめて申し込む")
    coordinator.types("職員の一覧", "2001\n2002\nだれでもない人").presses("確かめる")
    assert coordinator.sees("3行のうち、2人")
    coordinator.presses("2人を申し込む")
    assert coordinator.sees("自団体の職員に見つかりません")
    member = visit(STAFF).goes_to("/me")
    assert member.sees("システム標準化・共通化の全体像")


def test_with_the_keyboard_alone(visit):
    person = visit().goes_to("/")
    person.tabs_to("本文へ移動").hits_enter()
    person.tabs_to("学びたいこと").writes("照会").hits_enter()
    assert person.sees("照会・調査を軽くする設計")
    person.goes_to("/courses/inclusive-service").tabs_to("サインインして受講する").hits_enter()
    person.tabs_to("メールアドレス").writes("ken.hachioji@example.lg.jp")
    person.tabs_to("パスワード").writes("hachioji-no-tanto-desu").hits_enter()
    assert person.heading == "だれも置き去りにしない窓口とサービス"
    person.tabs_to("受講をはじめる").hits_enter()
    assert person.heading == "「もういいわ」の裏にある理由"
    person.tabs_to("このレッスンを終えて次へ").hits_enter()
    assert person.heading == "手伝うとき、どこまで手を出すか"


def test_without_scripts(visit):
    person = visit(STAFF, scripts=False).finds("AI")
    person.page.get_by_label("入門").check()
    person.presses("しぼりこむ").follows("自治体職員のためのAI入門").presses("受講をはじめる")
    person.goes_to("/courses/ai-first").follows("受講を取りやめる").presses("受講を取りやめる")
    assert person.sees("受講を取りやめました")
    person.goes_to("/account").presses("パスワードを変更する")
    assert person.sees("入力を確かめてください")


def test_errors_are_summed_up_with_links_to_their_fields(visit):
    person = visit(COORDINATOR).goes_to("/office/staff/new")
    person.types("フリガナ", "yomikata").presses("登録する")
    summary = person.page.get_by_role("alert")
    assert summary.get_by_role("link", name="フリガナ").is_visible()
    summary.get_by_role("link", name="氏名").click()
    assert person.page.evaluate("document.activeElement.id") == "name"
    assert person.page.locator("#reading").get_attribute("aria-describedby") == "reading-hint reading-error"
    expect(person.page.locator("#reading")).to_have_value("yomikata")
