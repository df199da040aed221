"""A learner in the browser: from the catalogue to the certificate, half at the desk and half on a phone."""

from __future__ import annotations

import re
import subprocess

import imageio_ffmpeg
import pypdfium2
import pytest
import yaml
import zxingcpp
from axe_playwright_python.sync_playwright import Axe
from pages import ADMINISTRATOR, STAFF
from playwright.sync_api import expect

from kernel.settings import CONTENT

from courses.lessons.question import QuestionKind
from courses.lessons.quiz_data import quiz_from

TITLE = "全職員のための情報セキュリティ"
QUIZ = quiz_from(yaml.safe_load((CONTENT / "courses" / "security-basics" / "5-2.yaml").read_text(encoding="utf-8")))


def is_sound(person):
    """Whether axe finds nothing and nothing runs off the screen."""
    page = person.page
    found = [(one["id"], one["nodes"][0]["target"]) for one in Axe().run(page).response["violations"]]
    assert found == [], (page.url, found)
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth"), page.url


def answers(person):
    """Answer every question of the page as the course says."""
    for asked in person.page.locator("fieldset.question").all():
        said = asked.locator("legend").inner_text()
        question = next(one for one in QUIZ.questions if one.text in said)
        match question.kind:
            case QuestionKind.SINGLE | QuestionKind.MULTIPLE:
                for choice in question.choices:
                    if choice.right:
                        asked.get_by_label(choice.text, exact=True).check()
            case QuestionKind.TRUE_FALSE:
                asked.get_by_label("正しい" if question.right else "正しくない", exact=True).check()
            case QuestionKind.ORDERING:
                for position, item in enumerate(question.items, 1):
                    asked.get_by_label(item).select_option(str(position))
            case QuestionKind.NUMBER:
                asked.get_by_role("textbox").fill(str(question.answer))
            case _:
                asked.get_by_role("textbox").fill(question.answers[0])


def begins(person):
    """Enrol in the course of this page, if that is not done yet, and begin."""
    press = person.page.locator("aside").get_by_role("button", name=re.compile("受講をはじめる|始める|続ける")).first
    press.click()
    return person.has_arrived()


def completions(administrator):
    administrator.goes_to("/review?course=security-basics")
    row = administrator.page.locator("ul.numbers li", has_text=re.compile("修了$")).first.inner_text()
    return int(re.sub(r"\D", "", row))


def read_qr(pdf):
    """The address in the QR code of a PDF's first page."""
    page = pypdfium2.PdfDocument(pdf)[0].render(scale=3, grayscale=True)
    picture = memoryview(page.buffer).cast("B").cast("B", (page.height, page.stride))
    (found,) = zxingcpp.read_barcodes(picture)
    return found.text


@pytest.mark.parametrize(
    "scripts",
    [pytest.param(True, id="with scripts"), pytest.param(False, id="without scripts", marks=pytest.mark.slow)],
)
def test_from_the_catalogue_to_a_certificate_that_anybody_can_confirm(visit, scripts):
    who = STAFF if scripts else "sachiko.takahashi"
    administrator = visit(ADMINISTRATOR)
    before = completions(administrator)

    desk = begins(visit(who, scripts=scripts).finds("情報セキュリティ").follows(TITLE))
    assert desk.heading == "守るべき情報と取扱区分"
    for _lesson in range(3):
        if scripts:
            is_sound(desk)
        desk.presses("このレッスンを終えて次へ")
    left = desk.heading

    phone = visit(who, width=375, scripts=scripts).goes_to("/me")
    phone.page.get_by_role("listitem").filter(has_text=TITLE).get_by_role("button", name="続ける").click()
    assert phone.heading == left
    while phone.heading != "確認テスト":
        if scripts:
            is_sound(phone)
        if phone.page.get_by_label("ためしたこと").count():
            phone.types("ためしたこと", "第一報を、同僚に声に出して読んでもらいました。").presses("保存して次へ")
        else:
            phone.presses("このレッスンを終えて次へ")
    phone.presses("始める")
    answers(phone)
    if scripts:
        is_sound(phone)
        assert phone.sees("ここまでの答えを保存しました。")
        phone.page.reload()
        assert phone.page.locator("fieldset.question input:checked").count() > 5
    phone.presses("答え合わせをする")
    phone.counts_from_here()
    assert phone.sees("修了しました。おつかれさまでした。")
    if scripts:
        is_sound(phone)
    holder = phone.page.locator(".certificate-preview .holder").inner_text().removesuffix(" 様")
    pdf = phone.downloads("修了証を保存する").path()
    assert phone.pressed == 1, "the certificate is on the screen, and saved with one press"
    stranger = visit().goes_to("/certificates/" + read_qr(pdf).rsplit("/certificates/", 1)[1])
    assert stranger.sees("この修了証は有効です。")
    assert stranger.sees(TITLE)
    assert not stranger.page.get_by_text(holder).count()
    is_sound(stranger)
    assert read_qr(stranger.page.pdf()).rsplit("/", 1)[1] == stranger.page.url.rsplit("/", 1)[1], (
        "on paper it leads back"
    )

    assert completions(administrator) == before + 1


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_from_signing_in_the_first_lesson_of_what_is_due_is_one_press_away(visit, scripts):
    clerk = visit(STAFF, scripts=scripts).counts_from_here()
    first = clerk.page.locator(".to-do li").first
    assert first.get_by_text(re.compile("あと\\d+日|期限を\\d+日過ぎています")).count(), "it says how long there is"
    clerk.presses("始める") if first.get_by_role("button", name="始める").count() else clerk.presses("続ける")
    assert clerk.pressed == 1
    assert clerk.page.locator("article.lesson p").first.is_visible()
    assert re.search(r"/learn/\d+/\d+$", clerk.page.url)


def test_who_withdraws_and_comes_back_goes_on_where_they_were_with_what_they_wrote(visit, behind):
    learner = begins(visit("sachiko.takahashi").goes_to("/courses/inclusive-service"))
    learner.presses("このレッスンを終えて次へ")
    left, at = learner.heading, re.search(r"/learn/(\d+)", learner.page.url)[1]
    learner.counts_from_here().goes_to(f"/enrolments/{at}/withdraw")
    assert learner.sees("1")
    learner.presses("受講を取りやめる")
    assert learner.sees("終えたところまでの記録は残っています。")
    again = begins(learner.goes_to("/courses/inclusive-service"))
    assert again.heading == left, "the lesson that was finished is still finished"
    assert re.search(r"/learn/(\d+)", again.page.url)[1] == at


def test_a_lesson_and_its_quiz_need_no_mouse(visit):
    learner = visit("yui.kobayashi").goes_to("/courses/inclusive-service")
    learner.tabs_to("受講をはじめる").hits_enter()
    learner.tabs_to("このレッスンを終えて次へ").hits_enter()
    learner.tabs_to("確かめの問題").hits_enter()
    learner.tabs_to("始める").hits_enter()
    learner.page.keyboard.press("Tab")
    learner.page.keyboard.press("Space")
    learner.tabs_to("答え合わせをする").hits_enter()
    learner.tabs_to("答えずに答え合わせをする").hits_enter()
    assert learner.heading.endswith("の結果")


def test_a_lost_connection_is_told_and_what_was_answered_arrives_later(visit):
    learner = begins(visit("makoto.yoshida").goes_to("/courses/paperless-basics"))
    learner.page.locator("ol.modules li", has_text="確かめの問題").get_by_role("link", name="確かめの問題").click()
    learner.presses("始める")
    learner.page.wait_for_load_state()
    address = learner.page.url
    learner.page.context.set_offline(True)
    learner.page.locator("fieldset.question input[type=radio]").first.check()
    assert learner.sees("つながらないため、まだ保存できていません。")
    learner.page.context.set_offline(False)
    assert learner.sees("ここまでの答えを保存しました。")
    other = visit("makoto.yoshida").goes_to(address)
    assert other.page.locator("fieldset.question input:checked").count() == 1


def test_an_author_writes_lessons_and_a_quiz_without_a_mouse_press_lost(visit):
    author = visit("ichiro.okutama").goes_to("/studio/new")
    author.types("アドレスの末尾", "small-step").types("講座名", "小さく試す").types("所要時間", "20")
    author.types("概要", "小さく試す手順を学ぶ。").types("学習目標", "一つ試せる").presses("下書きをつくる")
    author.goes_to("/studio/small-step/modules").types("単元の題", "試す").presses("単元を加える")
    author.page.locator("summary", has_text="レッスンを加える").click()
    author.types("レッスンの題", "十分間だけ測る").presses("加えて書く")
    assert author.heading.startswith("十分間だけ測る")
    author.types("本文", "::: example 窓口\n十分間だけ、紙を数えます。\n:::")
    assert author.sees("書いたところまで保存しました。")
    is_sound(author)
    address = author.page.url
    author.page.context.clear_cookies()
    author.types("本文", "サインインが切れてから書いた文です。")
    assert author.sees("サインインが切れたため、保存できていません。")
    author.sign_in("ichiro.okutama").goes_to(address)
    expect(author.page.get_by_label("本文")).to_have_value("サインインが切れてから書いた文です。")
    assert author.sees("書いたところまで保存しました。")

    author.goes_to("/studio/small-step/modules").page.locator("summary", has_text="レッスンを加える").click()
    author.types("レッスンの題", "確かめる").chooses("種類", "確認テスト").presses("加えて書く")
    author.chooses("問題の種類", "一つ選ぶ").presses("問題を加える")
    author.types("問い", "はじめにすることは").page.get_by_role("textbox", name="選択肢1", exact=True).fill("測る")
    author.page.get_by_label("選択肢1は正しい").check()
    author.page.get_by_role("textbox", name="選択肢2", exact=True).fill("買う")
    is_sound(author)
    author.presses("問題を保存する")
    assert author.sees("問題を保存しました")
    is_sound(author)
    author.goes_to("/studio/small-step/modules")
    is_sound(author)
    author.page.get_by_role("button", name=re.compile("上へ.*確かめる")).click()
    assert author.page.locator("ul.tasks li a").first.inner_text() == "確かめる"
    author.page.set_viewport_size({"width": 375, "height": 800})
    is_sound(author)
    author.follows("全体を読む")
    assert author.sees("はじめにすることは") or author.page.get_by_text("はじめにすることは").count()


def test_a_video_is_added_and_can_be_sought(visit, tmp_path):
    film = tmp_path / "talk.webm"
    subprocess.run(
        [imageio_ffmpeg.get_ffmpeg_exe(), "-f", "lavfi", "-i", "testsrc=duration=60:size=320x180:rate=10", "-c:v", "libvpx", "-b:v", "200k", "-g", "10", film],
        check=True, capture_output=True,
    )  # fmt: skip
    captions = tmp_path / "talk.vtt"
    captions.write_text("WEBVTT\n\n00:00.000 --> 01:00.000\n数が進みます。\n", encoding="utf-8")
    author = visit("ichiro.okutama").goes_to("/studio/new")
    author.types("アドレスの末尾", "with-film").types("講座名", "動画のある講座").types("所要時間", "5")
    author.types("概要", "見る。").types("学習目標", "見られる").presses("下書きをつくる")
    author.goes_to("/studio/with-film/modules").types("単元の題", "見る").presses("単元を加える")
    for file in (film, captions):
        author.page.set_input_files("#file", file)
        author.presses("ファイルを加える")
        assert author.sees(f"「{file.name}」を加えました。")
    author.page.locator("summary", has_text="レッスンを加える").click()
    author.types("レッスンの題", "動画を見る").chooses("種類", "動画").presses("加えて書く")
    author.chooses("見せるファイル", "talk.webm").chooses("字幕", "talk.vtt").types(
        "本文", "数が0から進みます。"
    ).presses("保存する")
    assert author.sees("レッスンを保存しました")
    asked = []
    author.page.on("response", lambda answer: asked.append((answer.url.rsplit("/", 1)[1], answer.status)))
    author.follows("単元とレッスンへもどる").follows("全体を読む")
    author.page.locator("details summary", has_text="動画を見る").click()
    video = author.page.locator("video")
    video.evaluate("video => new Promise(done => { video.readyState ? done() : video.onloadedmetadata = done })")
    assert round(video.evaluate("video => video.duration")) == 60
    at = video.evaluate(
        "video => new Promise(done => { video.onseeked = () => done(video.currentTime); video.currentTime = 45; })"
    )
    assert at == 45
    assert ("talk.webm", 206) in asked
    is_sound(author)
