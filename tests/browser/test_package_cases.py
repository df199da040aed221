"""Small packages, each the sign of a kind of fault, run to their right value in the browser."""

from __future__ import annotations

import itertools
from pathlib import Path

import sqlalchemy as sa
from made_packages import item, manifest_2004, sco, zipped
from pages import STAFF
from test_package_journeys import begins, part_of, publishes, run, state_of

from kernel.database import db

from participation.models import EnrolmentState

from learning.models import PackageRun, SuccessStatus

CASES = Path(__file__).parent.parent / "data" / "cases" / "packages"
NUMBERS = itertools.count(1)
OWN_COMMIT = 6500
"""Milliseconds in which the frame has kept by itself what a part set (it does so after five seconds)."""


def opens(visit, name):
    """Publish a case as a course and open its lesson."""
    slug = f"case-{name}-{next(NUMBERS)}"
    publishes({"教材": (CASES / f"{name}.zip").read_bytes()}, slug)
    return slug, begins(visit(STAFF), slug)


def test_a_value_on_the_way_is_no_completion_and_the_last_word_counts(visit, behind):
    slug, learner = opens(visit, "completed-then-failed")
    part_of(learner).get_by_role("button").wait_for()
    learner.page.wait_for_timeout(OWN_COMMIT)
    assert run().finished_at is None, "the part has neither committed nor ended"
    part_of(learner).get_by_role("button").press("Enter")
    learner.page.wait_for_timeout(500)
    last = run()
    assert (last.success, last.score, last.finished_at) == (SuccessStatus.FAILED, 33, None)
    assert state_of(slug) is EnrolmentState.IN_PROGRESS


def test_a_part_that_looks_for_another_run_time_first_finds_its_own(visit, behind):
    slug, learner = opens(visit, "looks-for-2004-first")
    part_of(learner).get_by_text("できました").wait_for()
    assert state_of(slug) is EnrolmentState.COMPLETED


def test_long_data_and_places_are_kept_and_what_is_refused_is_told(visit, behind):
    _slug, learner = opens(visit, "probe12")
    part_of(learner).get_by_role("heading").wait_for()
    frame = next(frame for frame in learner.page.frames if frame.name == "part" or "probe" in frame.content())
    sets = "([name, length]) => String(A.LMSSetValue(name, 'あ'.repeat(length)))"
    assert frame.evaluate(sets, ["cmi.suspend_data", 64000]) == "true"
    assert frame.evaluate(sets, ["cmi.core.lesson_location", 5000]) == "true"
    assert frame.evaluate("() => String(A.LMSCommit(''))") == "true"
    kept = run().data["cmi"]
    assert (len(kept["suspend_data"]), len(kept["core"]["lesson_location"])) == (64000, 5000)
    assert frame.evaluate(sets, ["cmi.suspend_data", 80000]) == "false"
    assert learner.sees("規格の決まりに合わないため保存できませんでした")


def test_a_write_to_a_container_is_refused_and_later_starts_work(visit, behind):
    slug, learner = opens(visit, "container-write")
    part_of(learner).get_by_text("Initialize: true").wait_for()
    learner.page.wait_for_timeout(OWN_COMMIT)
    learner.goes_to("/me").goes_to(f"/courses/{slug}").presses("続ける")
    part_of(learner).get_by_text("Initialize: true").wait_for()


def test_what_an_earlier_version_kept_of_such_a_write_is_dropped(visit, behind):
    slug, learner = opens(visit, "container-write")
    part_of(learner).get_by_text("Initialize: true").wait_for()
    learner.page.wait_for_timeout(OWN_COMMIT)
    db.session.execute(sa.update(PackageRun).values(data={"cmi": {"comments_from_learner": "感想"}}))
    db.session.commit()
    learner.goes_to("/me").goes_to(f"/courses/{slug}").presses("続ける")
    part_of(learner).get_by_text("Initialize: true").wait_for()


def test_parts_that_are_not_to_be_seen_are_neither_listed_nor_demanded(visit, behind):
    slug, learner = opens(visit, "isvisible")
    part_of(learner).get_by_role("heading", name="部分").wait_for()
    assert learner.sees("この教材は終わりました。")
    assert not learner.page.get_by_text("見せない").count()
    assert state_of(slug) is EnrolmentState.COMPLETED


def test_objectives_of_the_manifest_are_set_up_at_the_first_start(visit, behind):
    _slug, learner = opens(visit, "objectives")
    part_of(learner).get_by_text("objectives: 3 p").wait_for()


def test_a_package_that_asks_for_one_of_its_tests_is_finished_by_one(visit, behind):
    slug, learner = opens(visit, "pre-or-post-test")
    part_of(learner).get_by_role("button", name="不合格").press("Enter")
    learner.page.locator("[data-ended]").get_by_role("link", name="次の部分へ").press("Enter")
    assert state_of(slug) is EnrolmentState.IN_PROGRESS
    part_of(learner).get_by_role("heading", name="テスト").wait_for()
    part_of(learner).get_by_role("button", name="合格", exact=True).press("Enter")
    assert learner.sees("この教材は終わりました。")
    assert state_of(slug) is EnrolmentState.COMPLETED


def test_links_that_differ_in_capitals_or_in_composed_kana_find_their_file(visit, behind):
    _slug, learner = opens(visit, "names")
    part_of(learner).locator("img").first.wait_for()
    learner.page.wait_for_timeout(500)
    widths = part_of(learner).locator("img").evaluate_all("all => all.map(one => one.naturalWidth > 0)")
    assert widths == [True, True, True]


STORE = """<!doctype html><meta charset="utf-8"><title>t</title>
<script>
const A=window.parent.API_1484_11;A.Initialize('');
const show=()=>document.getElementById('s').textContent='控え:'+A.GetValue('adl.data.0.store')+' 次:'+A.GetValue('adl.nav.request_valid.continue');
const goes=(way)=>{A.SetValue('cmi.completion_status','completed');A.SetValue('cmi.exit','normal');A.SetValue('adl.nav.request',way);A.Terminate('')};
</script><p id="s"></p><script>show()</script>
<button onclick="A.SetValue('adl.data.0.store','共有の控え');show()">控える</button>
<button onclick="goes('continue')">次へ進む</button><button onclick="goes('exitAll')">終える</button>
"""


def two_parts():
    shares = '<adlcp:data><adlcp:map targetID="控え"/></adlcp:data>'
    parts = item("a", "前半", "r", shares) + item("b", "後半", "r", shares)
    return zipped({"imsmanifest.xml": manifest_2004(parts, sco("r", "i.html")), "i.html": STORE})


def test_parts_share_their_data_and_lead_to_each_other(visit, behind):
    slug = f"two-parts-{next(NUMBERS)}"
    publishes({"教材": two_parts()}, slug)
    learner = begins(visit(STAFF), slug)
    part_of(learner).get_by_text("次:true").wait_for()
    part_of(learner).get_by_role("button", name="控える").press("Enter")
    part_of(learner).get_by_role("button", name="次へ進む").press("Enter")
    learner.page.wait_for_url("**part=b")
    part_of(learner).get_by_text("控え:共有の控え 次:false").wait_for()
    part_of(learner).get_by_role("button", name="終える").press("Enter")
    learner.page.locator("[data-ended]").get_by_text("「後半」を閉じました。").wait_for()
    assert not learner.page.locator(".package iframe").is_visible()
    assert state_of(slug) is EnrolmentState.COMPLETED


def test_a_part_can_be_begun_afresh_and_keeps_its_score(visit, behind):
    _slug, learner = opens(visit, "completed-then-failed")
    part_of(learner).get_by_role("button").press("Enter")
    learner.page.wait_for_timeout(500)
    learner.page.reload()
    learner.page.get_by_text("はじめからやり直すときは").press("Enter")
    learner.page.get_by_role("button", name="はじめからやり直す").press("Enter")
    assert learner.sees("はじめから始めます。")
    assert learner.sees("33点")


MANY_ANSWERS = """<!doctype html><meta charset="utf-8"><title>t</title><h1>長い記録</h1>
<button onclick="answers()">すべて答える</button><script>
const A=window.parent.API_1484_11;A.Initialize('');
const answers=()=>{for(let n=0;n<1500;n++){A.SetValue(`cmi.interactions.${n}.id`,`q${n}`);A.SetValue(`cmi.interactions.${n}.type`,'fill-in');A.SetValue(`cmi.interactions.${n}.description`,'あ'.repeat(250));A.SetValue(`cmi.interactions.${n}.learner_response`,'答'.repeat(240))}
A.SetValue('cmi.location','終わりのページ');A.SetValue('cmi.score.scaled','0.9');A.SetValue('cmi.completion_status','completed');A.Terminate('')};
</script>"""


def test_a_record_that_is_too_long_keeps_place_score_and_status(visit, behind):
    slug = f"long-record-{next(NUMBERS)}"
    publishes(
        {
            "教材": zipped(
                {"imsmanifest.xml": manifest_2004(item("a", "長い", "r"), sco("r", "i.html")), "i.html": MANY_ANSWERS}
            )
        },
        slug,
    )
    learner = begins(visit(STAFF), slug)
    part_of(learner).get_by_role("button", name="すべて答える").press("Enter")
    assert learner.sees("この教材は終わりました。")
    kept = run()
    assert (kept.location, kept.score) == ("終わりのページ", 90)
    assert "interactions" not in kept.data["cmi"]
    assert state_of(slug) is EnrolmentState.COMPLETED


def test_identifiers_in_japanese_and_emptied_places_are_taken(visit, behind):
    _slug, learner = opens(visit, "probe12")
    part_of(learner).get_by_role("heading").wait_for()
    frame = next(frame for frame in learner.page.frames if frame.name == "part" or "probe" in frame.content())
    assert frame.evaluate("() => String(A.LMSSetValue('cmi.interactions.0.id', '問い一'))") == "true"
    assert frame.evaluate("() => String(A.LMSSetValue('cmi.objectives.0.id', '目標𠮷'))") == "true"
    assert frame.evaluate("() => A.LMSGetValue('cmi.objectives.0.id')") == "目標𠮷"
    slug = f"empties-{next(NUMBERS)}"
    page = "<!doctype html><meta charset='utf-8'><title>t</title><p id='p'></p><script>const A=window.parent.API_1484_11;A.Initialize('');A.SetValue('cmi.location','a');document.getElementById('p').textContent='空:'+A.SetValue('cmi.location','')+A.SetValue('cmi.learner_preference.language','')+'['+A.GetValue('cmi.location')+']'</script>"
    publishes(
        {"教材": zipped({"imsmanifest.xml": manifest_2004(item("a", "空", "r"), sco("r", "i.html")), "i.html": page})},
        slug,
    )
    other = part_of(begins(visit(STAFF), slug))
    assert other.locator("#p").inner_text() == "空:truetrue[]"
