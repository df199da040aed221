"""Packages in the browser: those that tools of others built run, resume and complete; a hostile one reaches nothing."""

from __future__ import annotations

import functools
import json
import threading
import time
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
import sqlalchemy as sa
from axe_playwright_python.sync_playwright import Axe
from factories import Office
from lessons import packaged
from made_packages import by_packager, by_scocli, by_sphinx, item, manifest_12, one_page, sco, zipped
from pages import COORDINATOR, STAFF

from kernel.database import db

from courses.models import Course

from participation.models import Enrolment, EnrolmentState

from learning.models import PackageRun


@contextmanager
def web_server(*folder):
    """A web server of somebody else, with the pages of a folder."""
    handler = functools.partial(SimpleHTTPRequestHandler, directory=str(folder[0]) if folder else None)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield running
        running.shutdown()


def publishes(archives, slug, **said):
    return packaged(Office.of("133035").coordinator, archives, slug, **said)


def begins(person, slug):
    return person.goes_to(f"/courses/{slug}").presses("受講をはじめる")


def part_of(person):
    """The part that runs in the frame of the page."""
    return person.page.frame_locator(".package iframe").frame_locator("#part")


def follows(person, name):
    """Follow a link of a page with a package by the keyboard, as the frame would take the mouse."""
    person.page.get_by_role("link", name=name).first.press("Enter")
    return person


def is_sound(person):
    found = [(one["id"], one["nodes"][0]["target"]) for one in Axe().run(person.page).response["violations"]]
    assert found == [], (person.page.url, found)
    assert not person.page.evaluate("document.documentElement.scrollWidth > window.innerWidth"), person.page.url


def kept(statement):
    """What the server has kept; its database is let go of at once."""
    found = db.session.scalars(statement).one()
    db.session.expunge_all()
    db.session.rollback()
    return found


def state_of(slug):
    return kept(sa.select(Enrolment.state).join(Enrolment.course).where(Course.slug == slug))


def run():
    """The run of a package that was kept last."""
    return kept(sa.select(PackageRun).order_by(PackageRun.seen_at.desc()).limit(1))


def test_a_scorm_2004_package_runs_resumes_on_another_device_and_completes_by_its_passing_score(
    visit, behind, tmp_path
):
    publishes({"窓口を測る": by_packager(tmp_path)}, "scorm-2004")
    desk = begins(visit(STAFF), "scorm-2004")
    part = part_of(desk)
    assert "ab-initio" in part.locator("#where").inner_text()
    part.get_by_role("button", name="次のページ").click()
    assert desk.sees("ここまでを保存しました。")
    is_sound(desk)
    follows(desk, "目次へもどる")
    desk.page.wait_for_url("**/learn/*")

    phone = visit(STAFF, width=375).goes_to("/courses/scorm-2004/lessons").presses("続きから学ぶ")
    part = part_of(phone)
    part.get_by_text("2ページ目 控え2").wait_for()
    said = part.locator("#where").inner_text()
    assert "受講者 resume" in said, "it learns nobody's name, and that it goes on"
    assert said.count("あ") == 63_000
    is_sound(phone)
    part.get_by_role("button", name="誤って答える").click()
    assert phone.sees("不合格")
    assert not phone.page.locator("[data-finished]").is_visible()
    phone.page.reload()
    part.get_by_text("答え1件 目標1件").wait_for()
    part.get_by_role("button", name="正しく答える").click()
    assert phone.sees("この教材は終わりました。")
    follows(phone, "目次へもどる")
    assert phone.sees("に修了しました。")
    assert state_of("scorm-2004") is EnrolmentState.COMPLETED


def test_what_the_run_time_does_not_take_back_costs_neither_the_place_nor_the_data(visit, behind, tmp_path):
    publishes({"窓口を測る": by_packager(tmp_path)}, "odd-record")
    learner = begins(visit(STAFF), "odd-record")
    part_of(learner).get_by_role("button", name="次のページ").click()
    assert learner.sees("ここまでを保存しました。")
    follows(learner, "目次へもどる")
    learner.page.wait_for_url("**/learn/*")
    row = db.session.scalars(sa.select(PackageRun).order_by(PackageRun.seen_at.desc()).limit(1)).one()
    odd = {"0": {"learner_response": "true", "id": "q1", "type": "true-false"}}  # the answer before its kind
    row.data = {**row.data, "cmi": {**row.data["cmi"], "interactions": odd}}
    db.session.commit()
    learner.goes_to("/courses/odd-record/lessons").presses("続きから学ぶ")
    part_of(learner).get_by_text("2ページ目 控え2").wait_for()
    assert "答え0件" in part_of(learner).locator("#where").inner_text()


def test_a_scorm_1_2_package_of_sphinx_runs_resumes_and_completes(visit, behind, tmp_path):
    with web_server(tmp_path / "made" / "static_website") as pages:
        archive, _folder = by_sphinx(tmp_path, f"http://localhost:{pages.server_port}")
        publishes({"待ち時間": archive}, "scorm-1-2")
        learner = begins(visit("ichiro.okutama"), "scorm-1-2")
        part, page = part_of(learner), part_of(learner).frame_locator("#main-iframe")
        page.get_by_role("heading", name="窓口のDX", include_hidden=True).wait_for(state="attached")
        assert learner.sees("この教材は終わりました。"), "this builder says so after the first of four pages"
        follows(learner, "目次へもどる")
        assert learner.sees("に修了しました。")
        assert run().score == 25

        learner = visit("ichiro.okutama", width=375).goes_to("/courses/scorm-1-2/lessons").follows("待ち時間")
        part, page = part_of(learner), part_of(learner).frame_locator("#main-iframe")
        page.get_by_role("heading", name="窓口のDX", include_hidden=True).wait_for(state="attached")
        for heading in ("待ち時間", "測る", "減らす"):
            part.locator("#next-activity").dispatch_event("click")
            page.get_by_role("heading", name=heading, include_hidden=True).wait_for(state="attached")
        follows(learner, "目次へもどる")
        assert learner.sees("に修了しました。")
        assert run().score == 100, "the page of the first session counts"
        states = [one["status"] for one in run().data["cmi"]["objectives"].values()]
        assert states.count("completed") == 4


def test_parts_of_a_package_are_opened_from_its_contents_without_a_mouse(visit, behind):
    reports = "<script>onload = () => { parent.API.LMSInitialize(''); parent.API.LMSSetValue('cmi.core.lesson_status', 'completed'); parent.API.LMSFinish(''); }</script>"
    archive = zipped(
        {
            "imsmanifest.xml": manifest_12(
                item("h", "第1部", "", item("a", "はじめに", "r1") + item("b", "資料", "r2")),
                sco("r1", "a.html") + sco("r2", "b.html", "asset"),
            ),
            "a.html": f"<h1>はじめに</h1>{reports}",
            "b.html": "<h1>資料</h1>",
        }
    )
    publishes({"二つの部分": archive}, "two-parts")
    learner = begins(visit(STAFF), "two-parts")
    contents = learner.page.get_by_role("navigation", name="教材の目次")
    contents.locator("summary").press("Enter")
    contents.get_by_text("はじめに 終わりました").wait_for()
    is_sound(learner)
    learner.tabs_to("資料").page.keyboard.press("Enter")
    part_of(learner).get_by_role("heading", name="資料").wait_for()
    assert learner.sees("この教材は終わりました。")


LAST_WORDS = """<h1>おわりに</h1><script>
onload = () => parent.API.LMSInitialize("");
onpagehide = () => { parent.API.LMSSetValue("cmi.core.lesson_status", "completed"); parent.API.LMSFinish(""); };
</script>"""
SILENT = """<h1>おわりに</h1><script>
onload = () => parent.API.LMSInitialize("");
onpagehide = () => parent.API.LMSFinish("");
</script>"""
UNSAVED = """<h1>おわりに</h1><button onclick="parent.API.LMSSetValue('cmi.core.lesson_status', 'completed')">終える</button>
<script>onload = () => parent.API.LMSInitialize("");</script>"""


def closes_the_window(person):
    """Open the page once more in a window of its own, and close that."""
    with person.page.expect_popup(timeout=30_000) as opened:
        person.page.evaluate("window.other = open(location.href)")
    opened.value.frame_locator(".package iframe").frame_locator("#part").get_by_role("button").click()
    person.page.evaluate("other.close()")


@pytest.mark.parametrize(
    ("leaves", "page"),
    [
        pytest.param("closes the window", UNSAVED, marks=pytest.mark.slow),
        pytest.param("goes elsewhere", LAST_WORDS, marks=pytest.mark.slow),
        ("follows a link", LAST_WORDS),
        pytest.param("follows a link without a word", SILENT, marks=pytest.mark.slow),
    ],
)
def test_the_last_words_of_a_package_arrive_whatever_way_its_page_is_left(visit, behind, leaves, page):
    slug = leaves.replace(" ", "-")
    publishes({"おわりに": one_page(page)}, slug)
    learner = begins(visit(STAFF), slug)
    part_of(learner).get_by_role("heading", name="おわりに").wait_for()
    assert state_of(slug) is not EnrolmentState.COMPLETED
    match leaves:
        case "closes the window":
            closes_the_window(learner)
        case "goes elsewhere":
            learner.goes_to("/catalog")
        case _:
            follows(learner, "目次へもどる")
            assert learner.sees("に修了しました。")
    waited = 0
    while state_of(slug) is not EnrolmentState.COMPLETED and waited < 20:
        time.sleep(0.1)
        waited += 1
    assert state_of(slug) is EnrolmentState.COMPLETED, "within two seconds, before it would be kept anyway"


def test_a_package_that_opens_a_window_of_its_own_is_found_from_there(visit, behind):
    child = """<meta charset="utf-8"><script>const api = opener && opener.parent.API; document.write(api ? "つながりました" : "つながりません");
    if (api) { api.LMSInitialize(""); api.LMSSetValue("cmi.core.lesson_status", "completed"); api.LMSCommit(""); }</script>"""
    archive = zipped(
        {
            "imsmanifest.xml": manifest_12(item("i", "窓", "r"), sco("r", "index.html")),
            "index.html": "<button onclick=\"window.open('child.html')\">開く</button>",
            "child.html": child,
        }
    )
    publishes({"窓": archive}, "popup")
    learner = begins(visit(STAFF), "popup")
    with learner.page.expect_popup(timeout=30_000) as opened:
        part_of(learner).get_by_role("button", name="開く").click()
    assert "つながりました" in opened.value.locator("body").inner_text()
    assert learner.sees("この教材は終わりました。")


HOSTILE = """<!doctype html><meta charset="utf-8"><pre id="got"></pre><script>
const app = "%(app)s", got = {};
const tries = {
  cookie: () => document.cookie || "nothing",
  "who stands above its frame": () => parent.parent === parent,
  "page of the application": () => top.document.title,
  "the same, by its top": () => top.document.body.innerHTML.length,
  "its storage": () => top.localStorage.length,
  "its address": () => top.location.href,
  "reads who is signed in": async () => (await (await fetch(app + "/me", {credentials: "include"})).text()).length,
  "reads it blindly": async () => (await fetch(app + "/me", {credentials: "include", mode: "no-cors"})).type,
  "finishes the lesson": async () => (await fetch(app + "%(finish)s", {method: "POST", credentials: "include", mode: "no-cors", body: new URLSearchParams({csrf_token: ""})})).type,
  "its files by its own address": async () => (await fetch("/me", {credentials: "include", redirect: "manual"})).type,
  "signs in over here": async () => (await fetch("/sign-in", {method: "POST", body: ""})).status,
  "leads the page away": () => { top.location = "https://evil.example/"; return "went"; },
  "opens the run of somebody else": async () => (await fetch("/packages/run/eyJlbnJvbG1lbnQiOjF9.x")).status,
};
(async () => {
  for (const [name, act] of Object.entries(tries)) {
    try { got[name] = await act(); } catch (problem) { got[name] = "refused: " + problem.name; }
  }
  top.postMessage({tomomanabi: "package", what: "left"}, "*");
  top.postMessage({tomomanabi: "package", what: "kept", finished: true, state: "<b>x</b>"}, "*");
  document.getElementById("got").textContent = JSON.stringify(got);
})();
</script>"""


def test_a_hostile_package_reaches_nothing_of_the_application(visit, behind, server):
    course = publishes({"罠": one_page("x")}, "hostile-before")  # takes the number before
    assert course
    archive = one_page(HOSTILE % {"app": server, "finish": "/enrolments/1/finish"})
    publishes({"罠": archive}, "hostile", instead="text")
    learner = begins(visit(STAFF), "hostile")
    address = learner.page.url
    part_of(learner).locator("#got").get_by_text("opens the run").wait_for()
    got = json.loads(part_of(learner).locator("#got").inner_text())
    refused = {name for name, what in got.items() if str(what).startswith("refused")}
    assert got.pop("cookie") == "nothing"
    assert got.pop("who stands above its frame") is True, "nobody that it can see"
    assert got.pop("reads it blindly") in {"opaque", "refused: TypeError"}, "nothing of it can be read"
    assert got.pop("finishes the lesson") in {"opaque", "refused: TypeError"}
    assert got.pop("its files by its own address") == "opaqueredirect"
    assert got.pop("signs in over here") == 404
    assert got.pop("opens the run of somebody else") == 404
    assert set(got) == refused - {"cookie", "reads it blindly", "finishes the lesson"}, got
    assert learner.page.url == address
    assert learner.page.locator("[data-state] b").count() == 0
    assert state_of("hostile") is not EnrolmentState.COMPLETED
    assert learner.goes_to("/me").sees("マイページ"), "the learner is still signed in"


SNEAKY = """<!doctype html><meta charset="utf-8"><pre id="got"></pre><script>
const before = localStorage.getItem("answer") + " " + document.cookie, parents = location.hostname.split(".").map((_, at, all) => all.slice(at).join("."));
localStorage.setItem("answer", "mine");
for (let i = 0; i < 20; i++)
  for (const domain of ["", ...parents.map(one => "; domain=" + one)])
    document.cookie = "n" + i + "=" + "x".repeat(4000) + "; path=/" + domain;
got.textContent = before + "; wrote " + (document.cookie.length > 50000 ? "a flood" : "nothing");
</script>"""


def sneaky(name):
    """A package whose window has what a frame of another site is not given: cookies and a store."""
    files = {
        "imsmanifest.xml": manifest_12(item("i", name, "r"), sco("r", "index.html")),
        "index.html": f"<!-- {name} --><button onclick=\"window.open('child.html')\">開く</button>",
        "child.html": SNEAKY,
    }
    return zipped(files)


def opens_its_window(learner, title):
    """Open a lesson and the window of its package."""
    learner.goes_to("/courses/flood/lessons").follows(title)
    with learner.page.expect_popup(timeout=30_000) as opened:
        part_of(learner).get_by_role("button", name="開く").click()
    opened.value.wait_for_load_state()
    return opened.value


def test_a_package_that_floods_the_browser_with_cookies_harms_nobody_else_and_itself_for_one_press(visit, behind):
    publishes({"あの教材": sneaky("あ"), "いの教材": sneaky("い")}, "flood")
    learner = begins(visit(STAFF), "flood")
    assert opens_its_window(learner, "あの教材").locator("#got").inner_text() == "null ; wrote a flood"
    assert opens_its_window(learner, "いの教材").locator("#got").inner_text() == "null ; wrote a flood", (
        "neither what the other one stored nor its cookies reach this one"
    )
    assert learner.goes_to("/me").sees("マイページ"), "the learner is still signed in"
    again = opens_its_window(learner, "あの教材")
    if (
        "もう一度開いてください" in again.locator("body").inner_text()
    ):  # unless the browser asked for something else before
        again.reload()
    assert again.locator("#got").inner_text() == "mine ; wrote a flood", (
        "it was freed of its cookies, and of nothing else"
    )


def test_a_lost_connection_is_told_and_what_was_done_arrives_later(visit, behind, tmp_path):
    publishes({"窓口を測る": by_packager(tmp_path)}, "offline-package")
    learner = begins(visit(STAFF), "offline-package")
    part = part_of(learner)
    part.get_by_role("button", name="次のページ").wait_for()
    learner.page.context.set_offline(True)
    part.get_by_role("button", name="次のページ").click()
    assert learner.sees("つながらないため、まだ保存できていません。")
    learner.page.context.set_offline(False)
    assert learner.sees("ここまでを保存しました。")
    learner.page.reload()
    part_of(learner).get_by_text("2ページ目").wait_for()


def test_an_author_adds_a_package_reads_what_is_odd_about_it_and_tries_it(visit, tmp_path):
    file = tmp_path / "odd.zip"
    file.write_bytes(by_scocli(tmp_path))
    author = visit(COORDINATOR).goes_to("/studio/new")
    author.types("アドレスの末尾", "with-odd-package").types("講座名", "動く教材").types("所要時間", "5")
    author.types("概要", "動かす。").types("学習目標", "動かせる").presses("下書きをつくる")
    author.goes_to("/studio/with-odd-package/modules").types("単元の題", "動かす").presses("単元を加える")
    bad = tmp_path / "not.zip"
    bad.write_bytes(zipped({"cmi5.xml": "<x/>"}))
    author.page.set_input_files("#file", bad)
    author.presses("ファイルを加える")
    assert author.sees("cmi5の教材のようです。")
    author.page.set_input_files("#file", file)
    author.presses("ファイルを加える")
    assert author.sees("「odd.zip」を加えました。")
    is_sound(author)
    author.page.locator("summary", has_text="レッスンを加える").click()
    author.types("レッスンの題", "動く教材").chooses("種類", "教材パッケージ").presses("加えて書く")
    author.chooses("見せるファイル", "odd.zip").page.locator("#body").fill("同じことを文章で。")
    author.presses("保存する")
    assert author.sees("既定の目次「window_organization」がないため、最初の目次を使います。")
    is_sound(author)
    author.presses("保存して、受講者の画面で見る")
    part_of(author).get_by_role("heading", name="This is the index of the project").wait_for()
    is_sound(author)
    author.page.set_default_timeout(15_000)
    author.page.get_by_text("この教材からは、進み具合の記録が届きません。").wait_for()
    author.page.set_viewport_size({"width": 375, "height": 800})
    is_sound(author)
