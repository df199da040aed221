"""What it came to: figures for those who may know, and small groups for nobody else."""

from __future__ import annotations

import csv
import io

import pytest
import python_calamine
from factories import Office, published
from hypothesis import given
from hypothesis import strategies as st

from kernel import clock
from kernel.database import add, db

from people.models import SizeClass

from participation import uptake
from participation.models import Enrolment, EnrolmentState

from review.export import as_csv, table
from review.summary import Filter, read_filter, summarise
from review.suppression import (
    HIDDEN,
    NOBODY,
    Figures,
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
    uptake.recount()
    db.session.commit()


def plain(figures):
    """Figures without the number of people, which has tests of its own."""
    return Figures(figures.enrolled, figures.in_progress, figures.completed)


def lines(summary):
    return {line.label: plain(line.figures) for line in summary.all_lines}


def this_year(**more):
    return Filter(fiscal_year=clock.current_fiscal_year(), **more)


def test_an_administrator_sees_the_own_organisation_by_course(mizuho, hachioji):
    took_part(mizuho, "ai-first", done=2, doing=1)
    took_part(hachioji, "paperless-basics", done=7)
    seen = summarise(mizuho.administrator.actor, this_year())
    assert not seen.by_organisation
    assert lines(seen) == {"自治体職員のためのAI入門": Figures(3, 1, 2)}
    assert plain(seen.total) == Figures(3, 1, 2)


def test_the_secretariat_sees_all_organisations_and_no_small_group(mizuho, hachioji, secretariat):
    took_part(mizuho, "ai-first", done=2, doing=1)
    took_part(Office.of("133086"), "ai-first", done=4)
    took_part(hachioji, "ai-first", done=10)
    seen = summarise(secretariat.secretary.actor, this_year())
    assert lines(seen) == {"東京都瑞穂町": HIDDEN, "東京都奥多摩町": HIDDEN, "東京都八王子市": Figures(10, 0, 10)}


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
    (line,) = seen.all_lines
    assert line.change == pytest.approx(0.4)


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
    assert book.get_sheet_by_index(0).to_python()[1][:5] == ["自治体職員のためのAI入門", 3, 3, 1, 2]


def test_a_download_never_tells_more_than_the_page(mizuho, secretariat):
    took_part(mizuho, "ai-first", done=2, doing=1)
    sheet = secretariat.secretary.browser().get("/review/participation.csv").data.decode("utf-8-sig")
    assert "東京都瑞穂町,非表示,非表示,非表示,非表示,非表示" in sheet


def test_no_cell_of_a_download_can_start_a_formula(mizuho):
    seen = summarise(mizuho.administrator.actor, this_year())
    seen.all_lines.append(type("Line", (), {"label": "=1+1", "figures": NOBODY, "change": None})())
    assert b"'=1+1" in as_csv(seen)
    assert table(seen)[1][0] == "=1+1"


def test_an_unknown_filter_is_left_out():
    wanted = read_filter({"year": "abcd", "level": "9", "prefecture": "東京都" * 5}, 1)
    assert wanted.fiscal_year == clock.current_fiscal_year()
    assert wanted.level is None


def test_a_remark_tells_what_came_of_it_but_never_a_small_group(client, mizuho, hachioji):
    took_part(mizuho, "security-basics", done=2)
    assert "5人未満" in client.get("/remarks/8-1/11").text
    took_part(hachioji, "security-basics", done=4)
    assert "2団体の6人が受講しました" in client.get("/remarks/8-1/11").text


def test_the_front_page_counts_what_has_been_reached(client, mizuho, hachioji):
    took_part(mizuho, "ai-first", done=6)
    page = client.get("/").text
    assert "<strong>24</strong>講座" in page
    assert "<strong>1</strong>自治体が参加" in page
    assert "<strong>0</strong>件以上の修了" in page


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
