"""What it came to: figures for those who may know, and small groups for nobody else."""

from __future__ import annotations

import csv
import io
import re

import pytest
import python_calamine
from factories import Office, published
from hypothesis import given
from hypothesis import strategies as st

from kernel import clock
from kernel.database import add, db
from kernel.tables.comma_separated import as_csv

from people.models import SizeClass

from participation import enrolment_count
from participation.models import Enrolment, EnrolmentState

from review.export import table
from review.question import By, Question, read
from review.summary import summarise
from review.suppression import (
    HIDDEN,
    NOBODY,
    Figures,
    hidden_together,
    is_small,
    suppressed,
    suppressed_groups,
    suppressed_total,
    total_of,
)


def took_part(office, slug, done=0, doing=0, year=None):
    """Let people of an office take a course: some have finished, some are at it."""
    course, edition = published(slug)
    year = year or clock.current_fiscal_year()
    for number in range(done + doing):
        person = office.person()
        finished = number < done
        add(
            Enrolment(
                staff_id=person.staff_id, course_id=course.id, edition_id=edition.id, organisation_id=office.id,
                size_class=SizeClass.SMALL, fiscal_year=year, level=edition.level,
                state=EnrolmentState.COMPLETED if finished else EnrolmentState.IN_PROGRESS,
                completed_at=clock.now() if finished else None,
            )
        )  # fmt: skip
    enrolment_count.recount()
    db.session.commit()


def plain(figures):
    """Figures without the number of people, which has tests of its own."""
    return Figures(figures.enrolled, figures.in_progress, figures.completed)


def lines(summary):
    shown = {line.label: plain(line.figures) for line in summary.all_lines}
    return {**shown, **dict.fromkeys(summary.names_hidden, HIDDEN)}


def this_year(**more):
    return Question(fiscal_year=clock.current_fiscal_year(), **more)


def test_an_administrator_sees_the_own_organisation_by_course(mizuho, hachioji):
    took_part(mizuho, "ai-first", done=2, doing=1)
    took_part(hachioji, "paperless-basics", done=7)
    seen = summarise(mizuho.administrator.actor, this_year())
    assert seen.by is By.COURSE
    assert lines(seen) == {"自治体職員のためのAI入門": Figures(3, 1, 2)}
    assert plain(seen.total) == Figures(3, 1, 2)


def test_the_secretariat_sees_all_organisations_and_no_small_group(mizuho, hachioji, secretariat):
    took_part(mizuho, "ai-first", done=2, doing=1)
    took_part(Office.of("133086"), "ai-first", done=4)
    took_part(hachioji, "ai-first", done=10)
    seen = summarise(secretariat.secretary.actor, this_year())
    assert lines(seen) == {"東京都瑞穂町": HIDDEN, "東京都奥多摩町": HIDDEN, "東京都八王子市": Figures(10, 0, 10)}


def test_what_is_hidden_beside_all_is_hidden_in_the_prefecture_and_on_the_own_page(mizuho, hachioji, secretariat):
    """A comparison of the pages must not tell the only small office of 神奈川県, nor the one hidden with it."""
    kawasaki, zushi = Office.of("141305"), Office.of("142085")
    took_part(mizuho, "ai-first", done=2)
    took_part(Office.of("133086"), "ai-first", done=4)
    took_part(zushi, "ai-first", done=3)
    took_part(kawasaki, "ai-first", done=9)
    took_part(hachioji, "ai-first", done=20)
    ask = secretariat.secretary.actor
    for asked in (this_year(), this_year(prefecture="神奈川県")):
        seen = lines(summarise(ask, asked))
        assert (seen["神奈川県逗子市"], seen["神奈川県川崎市"]) == (HIDDEN, HIDDEN)
    for code in (zushi.code, kawasaki.code):
        assert summarise(ask, this_year(organisation=code)).total == HIDDEN
    assert plain(summarise(ask, this_year(organisation="八王子市")).total) == Figures(20, 0, 20)


def test_a_level_is_hidden_where_the_other_levels_would_give_a_small_one_away(hachioji, secretariat):
    basic, lead = published("ai-first")[1].level, published("vision-communication")[1].level
    assert basic is not lead
    took_part(hachioji, "ai-first", done=20)
    took_part(hachioji, "vision-communication", done=2)
    took_part(Office.of("132241"), "ai-first", done=30)
    ask = secretariat.secretary.actor
    assert lines(summarise(ask, this_year()))["東京都八王子市"] == Figures(22, 0, 22)
    assert lines(summarise(ask, this_year(level=basic)))["東京都八王子市"] == HIDDEN
    assert lines(summarise(ask, this_year(level=lead)))["東京都八王子市"] == HIDDEN


def test_a_course_is_hidden_where_the_rest_of_the_office_would_be_small(hachioji, secretariat):
    took_part(hachioji, "ai-first", done=20)
    took_part(hachioji, "paperless-basics", done=3)
    took_part(Office.of("132241"), "ai-first", done=30)
    took_part(Office.of("132021"), "ai-first", done=40)
    seen = lines(summarise(secretariat.secretary.actor, this_year(course="ai-first")))
    assert seen["東京都八王子市"] == HIDDEN
    assert seen["東京都立川市"] == Figures(40, 0, 40)


def test_the_secretariat_chooses_an_organisation_a_prefecture_and_the_unit_of_the_table(hachioji, secretariat):
    took_part(hachioji, "ai-first", done=20)
    took_part(hachioji, "paperless-basics", done=7)
    browser = secretariat.secretary.browser()
    assert "八王子市" in browser.get("/review?prefecture=東京都").text
    assert "この条件の受講はまだありません" in browser.get("/review?prefecture=沖縄県").text
    of_one = browser.get("/review?organisation=八王子市").text
    assert "自治体職員のためのAI入門" in of_one
    assert browser.get("/review?organisation=府中市").status_code == 422
    assert "都道府県名から入力してください" in browser.get("/review?organisation=府中市").text
    for by, label in (
        ("course", "自治体職員のためのAI入門"),
        ("level", "入門"),
        ("curriculum", "新任・異動者のための共通カリキュラム"),
    ):
        assert label in browser.get(f"/review?by={by}").text, by


def test_an_administrator_reads_no_other_organisation(mizuho, hachioji):
    took_part(hachioji, "ai-first", done=20)
    assert mizuho.administrator.browser().get("/review?organisation=八王子市").status_code == 404
    assert mizuho.administrator.browser().get("/review/participation.csv?organisation=132012").status_code == 404


@pytest.mark.parametrize("by", [By.COURSE, By.CURRICULUM, By.LEVEL])
def test_an_administrator_reads_the_own_figures_by_course_curriculum_and_level(mizuho, by):
    last = clock.current_fiscal_year() - 1
    took_part(mizuho, "ai-first", done=2, doing=1)
    took_part(mizuho, "ai-first", done=3, doing=2, year=last)
    took_part(mizuho, "ai-first", done=5, year=last - 1)
    (line, *_rest) = summarise(mizuho.administrator.actor, this_year(by=by)).all_lines
    assert plain(line.figures) == Figures(3, 1, 2)
    assert line.change is None, "three people are too few to be compared"
    (line, *_rest) = summarise(mizuho.administrator.actor, Question(fiscal_year=last, by=by)).all_lines
    assert line.change == pytest.approx(3 / 5 - 1)


def test_a_single_hidden_group_takes_another_one_with_it(mizuho, hachioji, secretariat):
    tama = Office.of("132241")
    took_part(mizuho, "ai-first", done=2)
    took_part(hachioji, "ai-first", done=20)
    took_part(tama, "ai-first", done=9)
    seen = lines(summarise(secretariat.secretary.actor, this_year()))
    assert seen["東京都瑞穂町"] == HIDDEN
    assert seen["東京都多摩市"] == HIDDEN
    assert seen["東京都八王子市"] == Figures(20, 0, 20)


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"course": "ai-first"}, Figures(3, 1, 2)),
        ({"curriculum": "newcomers"}, Figures(9, 1, 8)),
        ({"curriculum": "workstyle"}, Figures(6, 0, 6)),
        ({"course": "measure-and-show"}, NOBODY),
    ],
)
def test_figures_can_be_narrowed(mizuho, more, expected):
    took_part(mizuho, "ai-first", done=2, doing=1)
    took_part(mizuho, "paperless-basics", done=6)
    assert plain(summarise(mizuho.administrator.actor, this_year(**more)).total) == expected


def test_levels_and_years_are_told_apart(mizuho):
    year = clock.current_fiscal_year()
    took_part(mizuho, "ai-first", done=4, doing=4)
    took_part(mizuho, "ai-first", done=1, doing=9, year=year - 1)
    seen = summarise(mizuho.administrator.actor, this_year(level=published("ai-first")[1].level))
    assert plain(dict(seen.years)[year]) == Figures(8, 4, 4)
    assert plain(dict(seen.years)[year - 1]) == Figures(10, 9, 1)
    assert seen.finding == "この年度は、これまでに8件の受講があり、4件が修了しました", (
        "a running year is compared with none that is over"
    )
    took_part(mizuho, "ai-first", done=5, doing=5, year=year - 2)
    before = summarise(mizuho.administrator.actor, read({"year": str(year - 1)}, 1))
    assert before.finding == "修了率は、前年度より40.0ポイント低いです"


def test_picture_and_table_say_the_same(mizuho):
    took_part(mizuho, "ai-first", done=3, doing=1)
    page = mizuho.administrator.browser().get("/review").text
    assert 'width="75.0"' in page
    assert 'width="100.0"' in page
    assert "75.0%" in page


def test_what_is_on_the_screen_can_be_downloaded(mizuho):
    took_part(mizuho, "ai-first", done=2, doing=1)
    browser = mizuho.administrator.browser()
    sheet = browser.get("/review/participation.csv?course=ai-first")
    assert sheet.data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(sheet.data.decode("utf-8-sig"))))
    assert rows[1][:6] == ["自治体職員のためのAI入門", "3", "3", "1", "2", "66.7"]
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(browser.get("/review/participation.xlsx").data))
    lines = book.get_sheet_by_index(0).to_python()
    assert lines[0][0].startswith("研修の参加状況（令和")
    assert lines[1][0] == "瑞穂町"
    assert lines[2][0].endswith("現在")
    assert lines[5][:5] == ["自治体職員のためのAI入門", 3, 3, 1, 2]
    assert any("修了率：修了÷延べ受講" in line[0] for line in lines), "the annex says what its words mean"


def test_a_download_never_tells_more_than_the_page(mizuho, secretariat):
    took_part(mizuho, "ai-first", done=2, doing=1)
    sheet = secretariat.secretary.browser().get("/review/participation.csv").data.decode("utf-8-sig")
    assert "東京都瑞穂町,非表示,非表示,非表示,非表示,非表示" in sheet


def test_no_cell_of_a_download_can_start_a_formula(mizuho):
    seen = summarise(mizuho.administrator.actor, this_year())
    seen.all_lines.append(type("Line", (), {"label": "=1+1", "figures": NOBODY, "change": None})())
    assert b"'=1+1" in as_csv(table(seen))
    assert table(seen)[1][0] == "=1+1"


def test_an_unknown_filter_is_left_out():
    wanted = read({"year": "abcd", "level": "9", "prefecture": "東京都" * 5}, 1)
    assert wanted.fiscal_year == clock.current_fiscal_year()
    assert wanted.level is None


def test_a_remark_tells_what_came_of_it_but_never_a_small_group(client, mizuho, hachioji):
    took_part(mizuho, "security-basics", done=2)
    assert "5人未満" in client.get("/remarks/8-1/11").text
    took_part(hachioji, "security-basics", done=4)
    assert "2自治体の6人が受講しました" in client.get("/remarks/8-1/11").text


def test_the_front_page_counts_what_has_been_reached(client, mizuho, hachioji):
    took_part(mizuho, "ai-first", done=6)
    page = client.get("/").text
    for number, unit in (("26", "講座"), ("1", "自治体"), ("0", "件以上")):
        assert f'<strong>{number}<span class="unit">{unit}</span></strong>' in page


PART = st.integers(0, 30)
GROUP = st.builds(lambda rest, doing, done: Figures(rest + doing + done, doing, done), PART, PART, PART)


@given(GROUP)
def test_no_small_part_of_a_group_is_shown_nor_its_complement(group):
    shown = suppressed(group)
    if shown.enrolled is not None:
        assert not is_small(shown.enrolled)
    if shown.completed is not None:
        rest = shown.enrolled - shown.in_progress - shown.completed
        assert not any(is_small(part) for part in (shown.in_progress, shown.completed, rest))


@given(st.lists(GROUP, max_size=8))
def test_no_hidden_group_follows_from_the_total(groups):
    shown = suppressed_groups(groups)
    total = suppressed_total(total_of(groups), groups, shown)
    for is_hidden, of_total in (
        (lambda f: f.enrolled is None, total.enrolled),
        (lambda f: f.completed is None, total.completed),
    ):
        hidden = [group.size for figures, group in zip(shown, groups, strict=True) if is_hidden(figures) and group.size]
        assert not hidden or of_total is None or (len(hidden) > 1 and sum(hidden) >= 5)


def test_many_enrolments_of_few_people_are_hidden(mizuho, hachioji, secretariat):
    busy = Office.of("133086")
    people = [busy.person() for _number in range(3)]
    for slug in ("ai-first", "paperless-basics", "security-basics"):
        for person in people:
            person.browser().post(f"/courses/{slug}/enrol")
    took_part(mizuho, "ai-first", done=30)
    took_part(hachioji, "ai-first", done=40)
    seen = lines(summarise(secretariat.secretary.actor, this_year()))
    assert seen["東京都奥多摩町"] == HIDDEN
    assert seen["東京都瑞穂町"] == HIDDEN
    assert seen["東京都八王子市"] == Figures(40, 0, 40)


def test_the_own_small_organisation_does_not_give_the_only_other_one_away(secretariat):
    took_part(secretariat, "ai-first", done=50)
    took_part(Office.of("133086"), "ai-first", done=3)
    assert summarise(secretariat.secretary.actor, this_year()).total == HIDDEN


def test_the_past_years_of_a_small_office_are_hidden_too(secretariat):
    took_part(Office.of("133086"), "ai-first", done=3)
    page = secretariat.secretary.browser().get("/review").text
    assert ">3<" not in page
    assert "3<span" not in page


@given(st.lists(GROUP, max_size=8))
def test_what_is_hidden_is_told_together_and_tells_no_more_than_the_rest_does(groups):
    shown = suppressed_groups(groups)
    total = suppressed_total(total_of(groups), groups, shown)
    told = hidden_together(total, shown)
    if told is None:
        return
    count, rest = told
    hidden = [group for group, one in zip(groups, shown, strict=True) if one.is_hidden]
    assert count == len(hidden)
    assert rest.enrolled == sum(group.enrolled or 0 for group in hidden) >= 5
    assert rest.completed is None or rest.completed == sum(group.completed or 0 for group in hidden)


def test_small_ones_are_one_row_that_adds_up(mizuho, hachioji, secretariat):
    took_part(mizuho, "ai-first", done=3)
    took_part(Office.of("133086"), "ai-first", done=4)
    took_part(hachioji, "ai-first", done=10)
    page = secretariat.secretary.browser().get("/review").text
    assert "5人未満などの2団体（合わせて）" in page
    table = page[page.index("<caption") : page.index("CSVで保存")]
    assert re.findall(r'<th scope="row"><a [^>]*>([^<]+)', table) == ["東京都八王子市"]
    book = secretariat.secretary.browser().get("/review/participation.csv").text
    rows = [line.split(",") for line in book.splitlines()]
    assert sum(int(row[2]) for row in rows[1:-1]) == int(rows[-1][2]) == 17
