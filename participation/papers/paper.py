"""A paper: title, facts, a table, closing lines, and boxes to write in. What it looks like is for workbook and print."""

from __future__ import annotations

from dataclasses import dataclass

Cell = str | int


@dataclass(frozen=True)
class Column:
    """A column of a paper: its heading and its share of the width."""

    heading: str
    width: int


@dataclass(frozen=True)
class Head:
    """The head of an official letter (公文書): its number, the day, to whom, from whom, and the sentence that says what it is about."""

    number: str
    day: str
    to: str
    sender: str
    sentence: str


@dataclass(frozen=True)
class Paper:
    """A paper for the office. `name` is the file's, without ending; `boxes` are headings of space to write in; a wide one lies across.

    `stamps` are the headings of the boxes in which those who decide put their seals (決裁欄).
    """

    name: str
    title: str
    facts: tuple[tuple[str, str], ...] = ()
    columns: tuple[Column, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()
    lines: tuple[str, ...] = ()
    boxes: tuple[str, ...] = ()
    stamps: tuple[str, ...] = ()
    head: Head | None = None
    tall_rows: bool = False
    is_wide: bool = False

    @property
    def table(self) -> list[tuple[Cell, ...]]:
        """Return headings and rows alone, as they are passed on without the paper."""
        return [tuple(column.heading for column in self.columns), *self.rows]
