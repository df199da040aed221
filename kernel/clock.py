"""Time in a municipal office: now in UTC, today in Tokyo, the fiscal year (年度) and the era (令和)."""

from __future__ import annotations

import datetime as dt
import re
from zoneinfo import ZoneInfo

from kernel.spelling import normal_form

TOKYO = ZoneInfo("Asia/Tokyo")
WEEKDAYS = "月火水木金土日"
FIRST_MONTH = 4  # The fiscal year runs from 1 April (地方自治法 第208条).
REIWA_BEGAN = dt.date(2019, 5, 1)
REIWA_OFFSET = 2018  # 令和1年 = 2019 (元号を改める政令, 平成31年政令第143号).
MOMENT = dt.timedelta(microseconds=1)
DAY = dt.timedelta(days=1)
ERAS = {"R": 2018, "令和": 2018, "H": 1988, "平成": 1988, "S": 1925, "昭和": 1925}

_WESTERN = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_ERA = re.compile(r"(令和|平成|昭和|[RHS])(元|\d{1,2})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", re.IGNORECASE)
HALF_A_DAY = 12
_TIME = re.compile(r"(午前|午後|am|pm)?(\d{1,2})(?::(\d{1,2})|時(?:(\d{1,2})分?|(半))?)?(am|pm)?", re.IGNORECASE)


def now() -> dt.datetime:
    """Return the present time, aware, in UTC."""
    return dt.datetime.now(dt.UTC)


def today() -> dt.date:
    """Return the date that it is in Tokyo."""
    return local(now()).date()


def local(moment: dt.datetime) -> dt.datetime:
    """Return an aware time as clocks in Tokyo show it."""
    return moment.astimezone(TOKYO)


def at(day: dt.date, time: dt.time) -> dt.datetime:
    """Return the aware UTC time of a day and a time of day in Tokyo."""
    return dt.datetime.combine(day, time, TOKYO).astimezone(dt.UTC)


def fiscal_year(day: dt.date) -> int:
    """Return the fiscal year (年度) a day falls in: 31 March 2026 is in 2025, 1 April 2026 in 2026."""
    return day.year if day.month >= FIRST_MONTH else day.year - 1


def fiscal_year_at(moment: dt.datetime) -> int:
    """Return the fiscal year of a moment, by the day that it is in Japan."""
    return fiscal_year(local(moment).date())


def current_fiscal_year() -> int:
    """Return the fiscal year of today."""
    return fiscal_year(today())


def fiscal_year_start() -> dt.date:
    """Return the first day of this fiscal year (1 April)."""
    return dt.date(current_fiscal_year(), 4, 1)


def fiscal_year_began() -> dt.datetime:
    """Return the moment at which this fiscal year began in Tokyo."""
    return at(fiscal_year_start(), dt.time())


def fiscal_year_end() -> dt.date:
    """Return the last day of this fiscal year (31 March)."""
    return dt.date(current_fiscal_year() + 1, 3, 31)


def fiscal_year_label(year: int) -> str:
    """Return 令和8年度 for 2026; years before 令和 are given in western style."""
    if year <= REIWA_OFFSET:
        return f"{year}年度"
    reiwa = year - REIWA_OFFSET
    return f"令和{'元' if reiwa == 1 else reiwa}年度"


def era_label(day: dt.date) -> str:
    """Return 令和8年11月21日, as papers are dated; days before 令和 are given in western style."""
    year = fiscal_year_label(day.year).removesuffix("度") if day >= REIWA_BEGAN else f"{day.year}年"
    return f"{year}{day.month}月{day.day}日"


def date_label(day: dt.date) -> str:
    """Return 2026年11月21日(土)."""
    return f"{day.year}年{day.month}月{day.day}日（{WEEKDAYS[day.weekday()]}）"


def moment_label(moment: dt.datetime) -> str:
    """Return 2026年11月21日(土) 14:00, in Tokyo."""
    there = local(moment)
    return f"{date_label(there.date())} {there:%H:%M}"


def parse_date(text: str) -> dt.date | None:
    """Read 2026-11-21, 2026/11/21, 2026年11月21日, R8.11.21 or 令和8年11月21日, half- or full-width.

    Returns None where it is no date of the calendar.
    """
    plain = normal_form(text).replace(" ", "")
    if match := _WESTERN.fullmatch(plain):
        year, month, day = (int(part) for part in match.groups())
    elif match := _ERA.fullmatch(plain):
        era, number, *rest = match.groups()
        year = ERAS[era.upper()] + (1 if number == "元" else int(number))
        month, day = (int(part) for part in rest)
    else:
        return None
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def parse_time(text: str) -> dt.time | None:
    """Read 14:00, 9:30, 14時, 14時30分, 午後2時 or 午後2時半; None where it is no time of day."""
    match = _TIME.fullmatch(normal_form(text).replace(" ", ""))
    half_day = (match[1] or match[6] or "").lower() if match else ""
    if match is None or not (half_day or match[3] or "時" in match[0]):
        return None
    hour, minute = int(match[2]), 30 if match[5] else int(match[3] or match[4] or 0)
    if half_day and hour > HALF_A_DAY:
        return None
    if half_day in {"午後", "pm"}:
        hour = hour % HALF_A_DAY + HALF_A_DAY
    elif half_day:
        hour %= HALF_A_DAY
    try:
        return dt.time(hour, minute)
    except ValueError:
        return None
