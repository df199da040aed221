"""A sign-in that ends in the middle of a form loses nothing: one signs in, and the form stands there as it was typed."""

from __future__ import annotations

import itertools

from factories import Office
from lessons import taught
from pages import COORDINATOR, PEOPLE, STAFF
from playwright.sync_api import expect

NUMBERS = itertools.count(1)


def opens_course(person):
    slug = f"kept-{next(NUMBERS)}"
    taught(Office.of("133035").coordinator, slug)
    person.goes_to(f"/courses/{slug}").presses("受講をはじめる")
    if person.page.viewport_size["width"] < 960:
        person.presses("目次")
    return person


def sign_in_ends(person):
    person.page.context.clear_cookies()
    return person


def signs_in_here(person, who):
    person.types("メールアドレス または 職員番号", f"{who}@example.lg.jp")
    person.page.locator("#password").fill(PEOPLE[who])
    person.page.locator("main").get_by_role("button", name="サインイン").click()
    return person.has_arrived()


def test_answers_of_a_quiz_come_back_after_signing_in_again(visit, behind):
    learner = opens_course(visit(STAFF))
    learner.page.get_by_role("link", name="確認テスト").last.click()
    learner.presses("始める")
    sign_in_ends(learner)
    learner.page.get_by_label("右", exact=True).check()
    learner.page.get_by_label("正しい", exact=True).check()
    learner.presses("答え合わせをする")
    assert learner.sees("もとのページに戻ります")
    assert learner.page.get_by_text("もとのページに戻ります").count() == 1, "it is said once"
    signs_in_here(learner, STAFF)
    assert learner.heading == "確認テスト"
    assert learner.sees("送れなかった内容をもどしました。")
    expect(learner.page.get_by_label("右", exact=True)).to_be_checked()
    expect(learner.page.get_by_label("正しい", exact=True)).to_be_checked()
    learner.presses("答え合わせをする").presses("答えずに答え合わせをする")
    assert learner.page.url.rsplit("/", 1)[0].endswith("/attempts")


def test_the_note_of_a_practice_task_comes_back_after_signing_in_again_and_after_reloading(visit, behind):
    learner = opens_course(visit(STAFF, width=375))
    learner.page.get_by_role("link", name="やってみる").last.click()
    sign_in_ends(learner)
    learner.page.locator("textarea").fill("窓口の様子を書きました。")
    learner.presses("保存する")
    signs_in_here(learner, STAFF)
    expect(learner.page.locator("textarea")).to_have_value("窓口の様子を書きました。")
    learner.presses("保存する")
    assert learner.sees("書いたことを保存しました。")
    learner.page.locator("textarea").fill("書き足しました。")
    expect(learner.page.locator(".saving")).to_have_text("書いたところまで保存しました。")
    learner.page.reload()
    expect(learner.page.locator("textarea")).to_have_value("書き足しました。")


def test_a_note_that_waited_on_one_device_does_not_overwrite_what_another_one_kept_since(visit, behind):
    one = opens_course(visit(STAFF))
    one.page.get_by_role("link", name="やってみる").last.click()
    address = one.page.url
    one.page.wait_for_load_state("networkidle")
    one.page.context.set_offline(True)
    one.page.locator("textarea").fill("電車の中で書いた。")
    expect(one.page.locator(".saving")).to_contain_text("つながらないため")
    other = visit(STAFF).goes_to(address).types("ためしたこと", "机で書き直した。").presses("保存する")
    assert other.sees("書いたことを保存しました。")
    one.page.context.set_offline(False)
    expect(one.page.locator(".saving")).to_contain_text("ほかの画面で、この内容が変更されました。")
    other.goes_to(address)
    expect(other.page.locator("textarea")).to_have_value("机で書き直した。")
    one.presses("保存する")
    assert one.sees("ほかの画面でこの内容が変更されました。")
    expect(one.page.locator("textarea")).to_have_value("電車の中で書いた。")
    one.page.get_by_text("いまの内容（あなたの入力と違うところ）").click()
    assert one.sees("机で書き直した。")
    assert one.presses("保存する").sees("書いたことを保存しました。")


def test_what_is_optional_is_skipped_in_one_press_and_what_was_written_goes_along(visit, behind):
    learner = opens_course(visit(STAFF, width=375, scripts=False))
    learner.page.get_by_role("link", name="やってみる").last.click()
    practice = learner.page.url
    learner.follows("書かずに次へ進む")
    assert learner.page.url != practice
    learner.goes_to(practice).types("ためしたこと", "二人で読み合わせました。").presses("保存して次へ")
    assert learner.page.url != practice
    learner.goes_to(practice)
    expect(learner.page.locator("textarea")).to_have_value("二人で読み合わせました。")


def test_enter_hands_no_test_in_and_missing_answers_are_named_first(visit, behind):
    learner = opens_course(visit(STAFF))
    learner.page.get_by_role("link", name="確認テスト").last.click()
    learner.presses("始める")
    written = learner.page.locator(".question .written input").first
    written.fill("言葉")
    written.press("Enter")
    assert learner.heading == "確認テスト"
    learner.presses("答え合わせをする")
    assert learner.sees("まだ答えていない問題が")
    learner.page.locator("#unanswered li a").last.click()
    assert learner.page.locator("fieldset:target").count() == 1
    learner.presses("答えずに答え合わせをする")
    assert learner.sees("― 答えていません")


def test_a_new_person_comes_back_also_by_an_older_page(visit):
    clerk = visit(COORDINATOR).goes_to("/office/staff/new")
    clerk.types("氏名", "試験 花子")
    other = clerk.page.context.new_page()
    other.goto("/sign-in")
    other.get_by_role("button", name="サインアウト").click()
    clerk.page.locator("main").get_by_role("button").first.click()
    signs_in_here(clerk, COORDINATOR)
    assert clerk.page.url.endswith("/office/staff/new")
    expect(clerk.page.get_by_label("氏名").first).to_have_value("試験 花子")
    assert clerk.sees("送れなかった内容をもどしました。")
    other.goto("/sign-in")
    other.get_by_role("button", name="サインアウト").click()
    other.goto("/sign-in")
    other.get_by_label("メールアドレス または 職員番号").fill(f"{COORDINATOR}@example.lg.jp")
    other.locator("#password").fill(PEOPLE[COORDINATOR])
    other.locator("main").get_by_role("button", name="サインイン").click()
    clerk.page.locator("main").get_by_role("button").first.click()
    assert clerk.heading == "もう一度お試しください"
    clerk.follows("もとのページにもどる")
    expect(clerk.page.get_by_label("氏名").first).to_have_value("試験 花子")


def test_nobody_else_finds_what_was_typed(visit):
    clerk = visit(COORDINATOR).goes_to("/office/staff/new")
    clerk.types("氏名", "試験 花子")
    sign_in_ends(clerk)
    clerk.page.locator("main").get_by_role("button").first.click()
    signs_in_here(clerk, "sachiko.takahashi").goes_to("/office/staff/new")
    expect(clerk.page.get_by_label("氏名").first).to_have_value("")
