"""Finding courses in Japanese: what people type finds what they mean, in the same order on every database."""

from __future__ import annotations

import html
import re

import pytest
import sqlalchemy as sa
from factories import draft_course, motivated, published
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from kernel.database import db

from people.models import Role

from courses.models import CourseEdition

from catalog import catalogue_search, course_request, facets
from catalog.facets import Facet, Length, Sort, length_of
from catalog.models import CourseRequest
from catalog.search import index, query, words
from catalog.search.models import DocumentKind, SearchDocument
from catalog.search.query import marked, ranked, read
from catalog.search.vocabulary import Vocabulary


def found(words, **arguments):
    answer = catalogue_search.find(
        catalogue_search.ask({"q": [words], **{name: [value] for name, value in arguments.items()}})
    )
    return [course.slug for course in answer.courses.rows]


@pytest.mark.parametrize(
    ("typed", "course"),
    [
        ("研修", "curriculum-coordinator"),
        ("ＤＸ", "dx-first-step"),
        ("dx", "dx-first-step"),
        ("デジタルトランスフォーメーション", "dx-first-step"),
        ("セキュリティ", "security-basics"),
        ("ｾｷｭﾘﾃｨ", "security-basics"),
        ("情報セキュリティ", "security-basics"),
        ("ペーパーレス", "paperless-basics"),
        ("AI", "ai-first"),
        ("人工知能", "ai-first"),
        ("オンライン 手続", "online-procedure"),
        ("手続き", "online-procedure"),
        ("スマホ教室", "smartphone-class-facilitation"),
        ("web会議", "web-meeting-chat"),
    ],
)
def test_what_people_type_finds_what_they_mean(app, typed, course):
    assert course in found(typed)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ＤＸ", "dx"),
        ("dx", "デジタルトランスフォーメーション"),
        ("セキュリティ", "ｾｷｭﾘﾃｨ"),
        ("引越し", "引っ越し"),
        ("サーバ", "サーバー"),
        ("申込み", "申し込み"),
        ("テレワーク", "リモートワーク"),
    ],
)
def test_spellings_of_one_word_find_the_same(app, one, other):
    texts = {f"{word}の手順": number for number, word in enumerate((one, other), 1)}
    for text, number in texts.items():
        index.put(DocumentKind.COURSE, 10_000 + number, [(1, text)])
    for typed in (one, other):
        assert {10_001, 10_002} <= set(ranked(read(typed))[DocumentKind.COURSE])


@pytest.mark.parametrize(
    ("typed", "lesson"),
    [
        ("透析", "守るべき情報と取扱区分"),
        ("USBメモリ", "ネットワークを分けてある理由"),
        ("標的型メール", "送るとき・開くとき・驚かされたとき"),
    ],
)
def test_what_lessons_teach_is_found_and_the_lesson_is_named(app, typed, lesson):
    answer = catalogue_search.find(catalogue_search.ask({"q": [typed]}))
    assert [course.slug for course in answer.courses.rows] == ["security-basics"]
    assert list(answer.lessons.values()) == [lesson]


def test_a_course_that_says_a_word_of_itself_comes_before_one_whose_lesson_does(app):
    answer = catalogue_search.find(catalogue_search.ask({"q": ["研修"]}))
    slugs = [course.slug for course in answer.courses.rows]
    assert slugs[0] == "curriculum-coordinator"
    of_lessons = {course.slug for course in answer.courses.rows if course.course_id in answer.lessons}
    assert of_lessons
    assert not of_lessons & set(slugs[:2])


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("せきゅりてぃ", "セキュリティー"),
        ("らんさむうぇあ", "ランサムウェア"),
        ("エクセル", "表計算"),
        ("ぱすわーど", "パスワード"),
    ],
)
def test_what_nobody_wrote_is_looked_for_in_another_spelling_and_said(app, typed, meant):
    answer = catalogue_search.find(catalogue_search.ask({"q": [typed]}))
    assert (answer.instead_of, answer.question.query.text) == (typed, meant)
    assert answer.courses.total
    page = app.test_client().get("/catalog", query_string={"q": typed}).text
    assert f"「{meant}」でさがしました" in page


@pytest.mark.parametrize(("typed", "meant"), [("パスワート", "パスワード"), ("ペーパーレヌ", "ペーパーレス")])
def test_a_slip_of_the_finger_is_answered_with_what_was_meant(app, typed, meant):
    page = app.test_client().get("/catalog", query_string={"q": typed}).text
    assert "もしかして" in page
    assert meant in catalogue_search.find(catalogue_search.ask({"q": [typed]})).near


def test_words_are_offered_while_typing_by_spelling_and_by_reading(app):
    offered = app.test_client().get
    assert "パスワード" in offered("/catalog/words", query_string={"q": "ぱす"}).json
    assert "情報セキュリティ" in offered("/catalog/words", query_string={"q": "情"}).json
    assert offered("/catalog/words", query_string={"q": "研修 ぱす"}).json[0].startswith("研修 ")
    assert offered("/catalog/words").json == []


@given(st.text(max_size=60))
def test_no_text_breaks_what_is_offered(typed):
    vocabulary = Vocabulary({"ぱすわーど": "パスワード"}, {"ぱすわど": ["パスワード"]})
    assert vocabulary.near(typed) in ([], ["パスワード"])
    assert vocabulary.beginning(typed) in ([], ["パスワード"])
    assert vocabulary.said_as(typed) in (None, "パスワード")


def test_lessons_of_an_edition_that_is_replaced_are_not_found_any_more(app, mizuho):
    course, edition = published("security-basics")
    index.index_course(course)
    lessons = {lesson.id for module in edition.modules for lesson in module.lessons}
    assert lessons >= set(ranked(read("ランサムウェア"))[DocumentKind.LESSON])
    course.published_id = None
    index.index_course(course)
    assert ranked(read("ランサムウェア"))[DocumentKind.LESSON] == {}


def test_an_index_of_an_earlier_version_is_built_anew_at_the_start(app):
    db.session.execute(sa.delete(SearchDocument).where(SearchDocument.kind == DocumentKind.LESSON))
    db.session.commit()
    assert ranked(read("ランサムウェア"))[DocumentKind.LESSON] == {}
    told = app.test_cli_runner().invoke(args=["catalog", "load"])
    assert told.exit_code == 0, told.output
    assert ranked(read("ランサムウェア"))[DocumentKind.LESSON]


def test_moving_house_and_servers_are_found_in_courses(app, mizuho, secretariat):
    for slug, title in (("moving", "引っ越しの手続をまとめる"), ("servers", "サーバーの基礎")):
        motivated(draft_course(mizuho.coordinator, slug, title=title))
        author, secretary = mizuho.coordinator.browser(), secretariat.secretary.browser()
        author.post(f"/studio/{slug}/hand-in")
        edition_id = db.session.scalar(sa.select(sa.func.max(CourseEdition.id)))
        assert secretary.post(f"/studio/editions/{edition_id}/approve", data={"read": "1"}).status_code == 302
    assert found("引越し")[0] == "moving"
    assert found("サーバ") == ["servers"]


@pytest.mark.parametrize("typed", ["研修", "DX", "セキュリティ", "職員", "デジタル 事例", "オンライン"])
def test_the_order_is_the_same_on_both_databases(sqlite, postgresql, typed):
    orders = []
    for ground in (sqlite, postgresql):
        ground.lay()
        with ground.app.app_context():
            hits = ranked(read(typed))
            orders.append(
                {kind: sorted(scores.items(), key=lambda hit: (-hit[1], hit[0])) for kind, scores in hits.items()}
            )
            db.session.remove()
            db.engine.dispose()
    assert any(orders[0].values())
    assert orders[0] == orders[1]


def test_a_title_counts_more_than_a_passing_word(app):
    assert found("セキュリティ")[0] == "security-basics"
    assert found("ペーパーレス")[0] == "paperless-basics"


def test_all_words_must_be_found(app):
    assert set(found("AI 試行")) < set(found("AI"))
    assert found("AI あり得ない言葉") == []


def test_remarks_and_curricula_are_found_too(client):
    page = client.get("/catalog", query_string={"q": "研修"}).text
    assert "座談会の声" in page
    assert "/remarks/23-2/9" in page
    assert "/curricula/leadership" in page


def test_matches_are_marked_and_everything_else_is_escaped():
    assert marked("全職員のための情報セキュリティ", read("ｾｷｭﾘﾃｨ")) == "全職員のための情報<mark>セキュリティ</mark>"
    assert "<b>" not in marked("<b>研修</b>", read("研修"))


@given(st.text(max_size=80), st.text(max_size=20))
def test_marking_changes_no_text(text, typed):
    html = str(marked(text, read(typed))).replace("<mark>", "").replace("</mark>", "")
    assert html == str(escape(text))


@given(st.text(max_size=300))
def test_no_text_breaks_the_reading_of_a_query(text):
    read(text)


def test_nothing_found_is_no_dead_end(client, mizuho):
    page = client.get("/catalog", query_string={"q": "量子もつれ"}).text
    assert "見つかりませんでした" in page
    assert "この講座がほしい" in page
    browser = mizuho.staff.browser()
    assert browser.post("/requests/new", data={"wish": "量子もつれの入門"}).status_code == 302
    assert "量子もつれの入門" in mizuho.coordinator.browser().get("/office").text


def test_a_visitor_may_ask_for_a_course_so_often_a_day_and_the_secretariat_may_remove_it(
    client, mizuho, secretariat, time
):
    assert "講座をつくる人" in client.get("/catalog", query_string={"q": "量子もつれ"}).text
    assert client.post("/requests/new", data={"wish": "議会の傍聴から学ぶ"}).status_code == 302
    author, keeper = mizuho.coordinator.browser(), secretariat.person(Role.SECRETARIAT).browser()
    assert "議会の傍聴から学ぶ" in keeper.get("/studio/requests").text
    assert "来訪者" in keeper.get("/studio/requests").text
    assert "議会の傍聴から学ぶ" not in author.get("/office").text, (
        "what anybody may write stands before those who plan for all"
    )
    (wish,) = db.session.scalars(sa.select(CourseRequest).where(CourseRequest.staff_id.is_(None)))
    assert author.post(f"/studio/requests/{wish.id}/remove").status_code == 404
    assert keeper.post(f"/studio/requests/{wish.id}/remove").status_code == 302
    assert "議会の傍聴から学ぶ" not in keeper.get("/studio/requests").text
    for number in range(course_request.MOST_OF_VISITORS):
        assert client.post("/requests/new", data={"wish": f"講座{number}"}).status_code == 302
    refused = client.post("/requests/new", data={"wish": "もう一つ"})
    assert refused.status_code == 422
    assert "明日、もう一度" in refused.text
    assert "もう一つ" in refused.text, "what was typed stays"
    time.passes(days=2)
    assert client.post("/requests/new", data={"wish": "もう一つ"}).status_code == 302


def test_each_condition_can_be_taken_off_by_itself(client):
    page = client.get("/catalog?level=1&format=e-learning&page=2").text
    chips = page[page.index('class="chips"') :]
    chips = html.unescape(chips[: chips.index("</ul>")])
    assert "入門" in chips
    (without,) = re.findall(r'href="([^"]*)">入門', chips)
    assert "format=e-learning" in without
    assert "level=1" not in without
    assert client.get(without).status_code == 200
    assert 'class="chips"' not in client.get("/catalog").text


def test_facets_count_what_they_would_leave(app):
    answer = catalogue_search.find(catalogue_search.ask({"level": ["1"]}))
    counts = {value.value: value.count for value in answer.facets[Facet.LEVEL]}
    assert counts["1"] == answer.courses.total
    assert sum(counts.values()) == 26
    formats = {value.value: value.count for value in answer.facets[Facet.FORMAT]}
    both = catalogue_search.find(catalogue_search.ask({"level": ["1"], "format": ["e-learning"]}))
    assert formats["e-learning"] == both.courses.total


def test_facets_agree_with_plain_counting(app):
    rows = catalogue_search.cards(facets.current().course_ids)
    answer = catalogue_search.find(catalogue_search.ask({}))
    for value in answer.facets[Facet.LENGTH]:
        assert value.count == sum(length_of(card.minutes).value == value.value for card in rows)
    for value in answer.facets[Facet.TRACK]:
        assert value.count == sum(card.track == value.label for card in rows)


def test_courses_that_answer_a_municipality_are_found(app):
    answer = catalogue_search.find(catalogue_search.ask({"answers": ["瑞穂町"]}))
    assert "small-team-dx" in [course.slug for course in answer.courses.rows]
    assert "security-basics" not in [course.slug for course in answer.courses.rows]


@pytest.mark.parametrize(
    ("minutes", "length"), [(60, Length.SHORT), (61, Length.MIDDLE), (240, Length.LONG), (241, Length.DAY)]
)
def test_lengths_fall_into_classes(minutes, length):
    assert length_of(minutes) is length


def test_the_list_can_be_sorted_and_its_address_mailed(client):
    answer = catalogue_search.find(catalogue_search.ask({"sort": ["shortest"]}))
    minutes = [card.minutes for card in answer.courses.rows]
    assert minutes == sorted(minutes)
    assert answer.question.sort is Sort.SHORTEST
    address = "/catalog?q=DX&level=1&sort=newest"
    assert client.get(address).text == client.get(address).text


def test_a_second_page_follows_the_first(app):
    first, second = (
        catalogue_search.find(catalogue_search.ask({})),
        catalogue_search.find(catalogue_search.ask({"page": ["2"]})),
    )
    slugs = [course.slug for course in (*first.courses.rows, *second.courses.rows)]
    assert len(slugs) == len(set(slugs)) == 26


def test_the_facet_index_follows_a_change_at_once(app, secretariat):
    browser = secretariat.secretary.browser()
    assert "26講座" in browser.get("/catalog").text
    browser.post("/studio/ai-first/retire", data={"because": "新しい講座に替わりました。"})
    assert "25講座" in browser.get("/catalog").text


def test_unknown_values_in_an_address_are_taken_politely(client):
    for address in (
        "/catalog?level=9&sort=nothing&page=abc",
        "/catalog?page=99999999",
        "/catalog?q=%00%ff&track=%27",
        "/catalog?page=-1",
    ):
        assert client.get(address).status_code == 200, address


def test_the_index_can_be_built_anew(app):
    before = ranked(read("研修"))
    assert index.rebuild() == 26 + 13 + 62 + 141
    assert {kind: sorted(scores.values()) for kind, scores in ranked(read("研修")).items()} == {
        kind: sorted(scores.values()) for kind, scores in before.items()
    }


def test_a_query_keeps_to_a_few_words():
    assert len(read("研修 " * 50 + " ".join(f"語{n}" for n in range(60))).terms) <= query.MOST_WORDS


@pytest.mark.parametrize(
    ("typed", "written"),
    [("渡邉", "渡辺"), ("齋藤", "斎藤"), ("𠮷田", "吉田"), ("髙橋", "高橋"), ("舊字體", "旧字体"), ("研\u200b修", "研修"), ("\ufa10", "塚")],
)  # fmt: skip
def test_old_forms_and_variants_are_the_same_words(typed, written):
    assert {token for word in words.words(typed) for token in word.tokens} == {
        token for word in words.words(written) for token in word.tokens
    }
