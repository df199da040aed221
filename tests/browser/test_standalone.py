"""Courses outside the product: in a learning system of others, and from a disk without a server."""

from __future__ import annotations

import functools
import io
import json
import re
import threading
import zipfile
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from pages import COORDINATOR, STAFF

RUN_TIME = Path(__file__).resolve().parents[2] / "static/vendor/scorm12.js"
LMS = """<!doctype html><html lang="ja"><title>LMS</title>
<iframe id="sco" title="SCO" style="width: 100%; height: 95vh"></iframe>
<script type="module">
  import { Scorm12API } from "./scorm12.js";
  const api = new Scorm12API({ autocommit: false, logLevel: 5 });
  const kept = JSON.parse(localStorage.getItem("cmi") || "null");
  if (kept) api.loadFromJSON(kept, "cmi");
  window.API = api;
  const keep = () => localStorage.setItem("cmi", JSON.stringify(JSON.parse(JSON.stringify(api.cmi))));
  api.on("LMSCommit", keep);
  api.on("LMSFinish", keep);
  document.getElementById("sco").src = "course/index.html";
</script>"""


class Silent(SimpleHTTPRequestHandler):
    def log_message(self, *_said):
        """Say nothing."""


@contextmanager
def served(folder):
    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Silent, directory=str(folder))) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()


def unpacked(download, folder):
    with zipfile.ZipFile(io.BytesIO(Path(download.path()).read_bytes())) as archive:
        archive.extractall(folder)
    return folder


def lessons_of(frame):
    return json.loads(frame.locator("#course").text_content())["lessons"]


def answer(frame, place, question, box):
    """Answer a question rightly, as it is asked."""
    match question["kind"]:
        case "single" | "multiple":
            for choice in question["choices"]:
                if choice["right"]:
                    box.get_by_label(choice["text"], exact=True).check()
        case "true-false":
            box.get_by_label("正しい" if question["right"] else "正しくない", exact=True).check()
        case "ordering":
            for at, item in enumerate(question["items"], 1):
                box.get_by_label(item, exact=True).select_option(label=f"{at}番目")
        case "number":
            box.get_by_label("答え").fill(f"{question['answer']}{question['unit']}")
        case _:
            box.get_by_label("答え").fill(question["answers"][0])


def takes_quiz(frame, lesson, *, rightly=True):
    section = frame.locator(f"#{lesson['anchor']}")
    begin = section.get_by_role("button", name="確認テストを始める").or_(
        section.get_by_role("button", name="もう一度受ける")
    )
    if begin.count():
        begin.first.click()
    by_text = {question["text"]: question for question in lesson["quiz"]["questions"]}
    boxes = section.locator("fieldset")
    asked = boxes.count()
    assert asked == (lesson["quiz"]["draw"] or len(by_text))
    for place in range(asked):
        box = boxes.nth(place)
        words = re.sub(r"^\d+\. ", "", box.locator("legend").text_content())
        if rightly or place:
            answer(frame, place, by_text[words], box)
    section.get_by_role("button", name="答え合わせをする").click()
    return section


def takes_everything(frame, stop_before=None):
    for lesson in lessons_of(frame):
        if lesson["title"] == stop_before:
            return lesson
        entry = frame.locator(f'.contents a[href="#{lesson["anchor"]}"]')
        if not entry.is_visible():
            frame.get_by_text("目次", exact=True).click()
        entry.click()
        section = frame.locator(f"#{lesson['anchor']}")
        section.wait_for()
        if section.get_by_text("✓ 終わりました").count():
            continue
        if lesson["quiz"]:
            section = takes_quiz(frame, lesson)
            section.get_by_text("100%").wait_for()
        elif lesson["finishedBy"] == "writing" and lesson["required"]:
            section.get_by_label("ためしたこと").fill("予約の電話を数えた。")
            section.get_by_role("button", name="書いたので、終わりにする").click()
        elif lesson["finishedBy"] == "reading":
            section.get_by_role("button", name=re.compile("^読み終えた|^読み終えて次へ")).click()
    return None


def record(page):
    return page.evaluate("window.API.cmi.core.lesson_status"), page.evaluate("window.API.cmi.core.score.raw")


@pytest.mark.parametrize("slug", ["dx-first-step", "security-basics", "ai-first"])
def test_a_course_runs_in_a_learning_system_of_others_resumes_and_completes(visit, browser, tmp_path, slug):
    desk = visit(COORDINATOR).goes_to(f"/courses/{slug}/elsewhere")
    unpacked(desk.downloads("SCORM 1.2のZIPを保存する"), tmp_path / "course")
    (tmp_path / "lms.html").write_text(LMS, encoding="utf-8")
    (tmp_path / "scorm12.js").write_bytes(RUN_TIME.read_bytes())
    with served(tmp_path) as address:
        page = browser.new_context(locale="ja-JP").new_page()
        page.set_default_timeout(10_000)
        faults = []
        page.on("pageerror", lambda fault: faults.append(str(fault)))
        page.goto(f"{address}/lms.html")
        frame = page.frame_locator("#sco")
        frame.locator(".standing").wait_for()
        quiz = next(one for one in lessons_of(frame) if one["quiz"] and one["required"])
        takes_everything(frame, stop_before=quiz["title"])
        assert record(page)[0] == "incomplete"
        left = frame.locator(".standing").text_content()
        frame.locator(f'.contents a[href="#{quiz["anchor"]}"]').click()
        page.reload()
        frame = page.frame_locator("#sco")
        frame.locator(".standing").wait_for()
        assert frame.locator(".standing").text_content() == left, "what was read is not to be read again"
        assert frame.locator(f"#{quiz['anchor']}").is_visible(), "one goes on where one was"
        takes_quiz(frame, quiz)
        takes_everything(frame)
        assert record(page) == ("passed", "100")
        assert "必要なレッスンをすべて終えました" in frame.locator(".standing").text_content()
        assert faults == []
        page.context.close()


def test_a_course_is_taken_from_a_disk_and_its_code_completes_it(visit, browser, tmp_path):
    desk = visit(STAFF).goes_to("/courses/managers-dx").presses("受講をはじめる")
    desk.goes_to(desk.page.url.rsplit("/", 1)[0]).follows("ネットワークにつながらない端末で受ける")
    with desk.page.expect_download() as waiting:
        desk.page.get_by_role("button", name="自分用のファイルを保存する").click()
    folder = unpacked(waiting.value, tmp_path)

    page = browser.new_context(locale="ja-JP", offline=True, viewport={"width": 375, "height": 812}).new_page()
    page.set_default_timeout(10_000)
    page.goto((folder / "index.html").as_uri())
    page.locator(".standing").wait_for()
    assert not page.locator("#return-code").is_visible()
    found = Axe().run(page).response["violations"]
    assert [(one["id"], one["nodes"][0]["target"]) for one in found] == []
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    takes_everything(page)
    page.locator("#return-code output").get_by_text(re.compile("^[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}$")).wait_for()
    code = page.locator("#return-code output").text_content()
    page.reload()
    page.locator("#return-code output").get_by_text(code).wait_for()
    page.context.close()

    desk.types("修了コード", code.lower()).presses("修了コードを送る")
    assert desk.sees("修了")
    assert desk.page.url.endswith("/finished")


def test_without_scripts_the_whole_text_is_read_from_a_disk(visit, browser, tmp_path):
    desk = visit(STAFF).goes_to("/courses/data-reading").presses("受講をはじめる")
    desk.goes_to(f"{desk.page.url.rsplit('/', 1)[0]}/file")
    with desk.page.expect_download() as waiting:
        desk.page.get_by_role("button", name="自分用のファイルを保存する").click()
    folder = unpacked(waiting.value, tmp_path)
    page = browser.new_context(locale="ja-JP", offline=True, java_script_enabled=False).new_page()
    page.goto((folder / "index.html").as_uri())
    sections = page.locator("section.lesson")
    assert sections.count() >= 9
    for place in range(sections.count()):
        assert sections.nth(place).is_visible()
        assert (
            len(sections.nth(place).inner_text()) > 100
            or "スクリプトを使える画面で" in sections.nth(place).inner_text()
        )
    pictures = page.locator("figure img")
    assert pictures.count() >= 1
    assert (folder / pictures.first.get_attribute("src")).exists()
    page.context.close()


def test_a_test_beforehand_spares_what_is_known_outside_too(visit, browser, tmp_path):
    desk = visit(COORDINATOR).goes_to("/courses/security-basics/elsewhere")
    unpacked(desk.downloads("SCORM 1.2のZIPを保存する"), tmp_path)
    page = browser.new_context(locale="ja-JP").new_page()
    with served(tmp_path) as address:
        page.goto(f"{address}/index.html")
        assert page.get_by_text("進み具合は記録されません").is_visible(), (
            "there is no learning system here, and it is said"
        )
        lessons = lessons_of(page)
        areas = {question["area"] for question in lessons[0]["quiz"]["questions"]}
        takes_quiz(page, lessons[0])
        done = page.locator(".contents li.done > a").all_text_contents()
        assert areas <= set(done)
        assert "この一年で変わったところ" not in done
        page.context.close()
