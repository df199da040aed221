"""Time in a municipal office."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel import clock


def test_the_fiscal_year_begins_on_the_first_of_april():
    assert clock.fiscal_year(dt.date(2026, 3, 31)) == 2025
    assert clock.fiscal_year(dt.date(2026, 4, 1)) == 2026


@pytest.mark.parametrize(("year", "label"), [(2026, "令和8年度"), (2019, "令和元年度"), (2018, "2018年度")])
def test_fiscal_years_are_told_in_the_era(year, label):
    assert clock.fiscal_year_label(year) == label


@pytest.mark.parametrize(
    "typed",
    [
        "2026-11-21",
        "2026/11/21",
        "2026.11.21",
        "R8.11.21",
        "r8/11/21",
        "令和8年11月21日",
        "2026年11月21日",
    ],
)
def test_dates_are_read_as_people_write_them(typed):
    assert clock.parse_date(typed) == dt.date(2026, 11, 21)


@pytest.mark.parametrize("typed", ["2026-13-01", "2026-02-30", "明日", "", "R0.0.0", "11/21"])
def test_what_is_no_date_is_none(typed):
    assert clock.parse_date(typed) is None


@given(st.dates(min_value=dt.date(2019, 5, 1), max_value=dt.date(2099, 12, 31)))
def test_every_date_can_be_typed_in_the_era(day):
    assert clock.parse_date(f"R{day.year - 2018}.{day.month}.{day.day}") == day


@given(st.text(max_size=30))
def test_no_text_breaks_the_reading_of_dates_and_times(text):
    clock.parse_date(text)
    clock.parse_time(text)


def test_a_moment_is_shown_as_clocks_in_tokyo_show_it():
    assert clock.moment_label(dt.datetime(2026, 11, 21, 5, 0, tzinfo=dt.UTC)) == "2026年11月21日（土） 14:00"


@pytest.mark.parametrize(
    ("typed", "time"),
    [
        ("14:00", (14, 0)), ("９時30分", (9, 30)), ("14時", (14, 0)), ("午後2時", (14, 0)), ("午後２時半", (14, 30)), ("午前9時", (9, 0)),
        ("午後12時", (12, 0)), ("午前12時", (0, 0)), ("午後2:15", (14, 15)), ("2pm", (14, 0)), ("午後13時", None), ("25:00", None), ("14", None), ("午後", None),
    ],
)  # fmt: skip
def test_a_time_is_read_as_people_type_it(typed, time):
    assert clock.parse_time(typed) == (dt.time(*time) if time else None)
