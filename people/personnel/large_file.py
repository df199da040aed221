"""A personnel file that is too large to be looked through at once: cut into files of 5,000 people.

Each part is of one organisation: of the one that its lines name (団体コード), or of the one for which the file is taken in. The file is
read line by line, so that a part of it is held at a time. Nobody leaves by a part: it does not say who stands in the others.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kernel import clock
from kernel.database import commit_part, db, refresh_statistics
from kernel.errors import InvalidError, RefusalError
from kernel.spelling import folded
from kernel.tables.office_table import WORKBOOK, delimiter_of, rows_in
from kernel.text import encoding_of, normalised

from people.organisation import by_code_or_name
from people.personnel import work
from people.personnel.columns import is_heading
from people.personnel.file import Send, send
from people.personnel.reading import NO_HEADING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from people.permission import Actor

BEGINNING = 1_000_000
"""So many bytes tell the encoding and what stands between the cells."""
FARTHEST_HEADING = 100
A_PART = 5000
"""So many people are held at a time."""
TO_BE_LOOKED_AT = "多くの人の所属が終わるため、反映していません。画面で確かめてください。"
_ORGANISATION = frozenset(map(folded, ("団体コード", "全国地方公共団体コード", "市区町村コード", "団体名", "団体")))


@dataclass(frozen=True)
class Part:
    """A part of a large file: the organisation as its lines name it (empty where none does), its rows, and its text with the headings."""

    organisation: str
    first: int
    last: int
    text: str


def parts_of(path: Path) -> Iterator[Part]:
    """Yield the parts of a large file, each as the text of a file of its own.

    Raises InvalidError for a workbook, an encoding that is none, a file without a row of headings, or a row that cannot be read.
    """
    with path.open("rb") as file:
        beginning = file.read(BEGINNING)
    if beginning.startswith(WORKBOOK):
        message = "大きなファイルは、CSV形式で保存してください。"
        raise InvalidError(message, field="file")
    whole = beginning if len(beginning) < BEGINNING else beginning[: beginning.rfind(b"\n") + 1] or beginning
    try:
        encoding = encoding_of(whole)
        delimiter = delimiter_of(whole.decode(encoding, errors="ignore"))
        with path.open(encoding=encoding) as lines:
            yield from _cut(rows_in(lines, delimiter))
    except UnicodeDecodeError as error:
        message = "ファイルの文字コードが分かりません。CSV形式で保存し直してください。"
        raise InvalidError(message, field="file") from error


def _cut(rows: Iterator[tuple[int, list[str]]]) -> Iterator[Part]:
    headings = _headings(rows)
    place = next((place for place, cell in enumerate(headings) if folded(cell) in _ORGANISATION), None)
    part, whose, first, last = _begun(headings), "", 0, 0
    for number, row in rows:
        if not any(row):
            continue
        its = normalised(row[place]) if place is not None and place < len(row) else ""
        if first and (its != whose or number - first >= A_PART):
            yield Part(whose, first, last, part.getvalue())
            part, first = _begun(headings), 0
        whose, first, last = its, first or number, number
        csv.writer(part, delimiter="\t", lineterminator="\n").writerow(row)
    if first:
        yield Part(whose, first, last, part.getvalue())


def _headings(rows: Iterator[tuple[int, list[str]]]) -> list[str]:
    for number, row in rows:
        if is_heading([normalised(cell) for cell in row], {}):
            return row
        if number > FARTHEST_HEADING:
            break
    raise InvalidError(NO_HEADING, field="file")


def _begun(headings: list[str]) -> io.StringIO:
    part = io.StringIO()
    csv.writer(part, delimiter="\t", lineterminator="\n").writerow(headings)
    return part


@dataclass(frozen=True)
class Loaded:
    """What became of a part: how many rows it has, how many changes were planned and looked after, and why it was refused, if it was."""

    part: Part
    planned: int = 0
    applied: int = 0
    told: str = ""


def load(acting: Callable[[], Actor], path: Path, organisation_id: int | None, *, applies: bool) -> Iterator[Loaded]:
    """Take the parts of a large file in, one after the other, each committed; apply each where that is asked for.

    One by which more people leave than usual waits for somebody to look through it. `acting` returns who acts; the right is checked
    with each part. A part that is refused stops no other one, and is told. What is applied can be taken back part by part, as any file.
    Raises as `parts_of` does.
    """
    for number, part in enumerate(parts_of(path)):
        name = f"{path.name}（{part.first:,}〜{part.last:,}行目）"
        try:
            whose = organisation_id or by_code_or_name(part.organisation).id
            file = send(acting(), whose, Send(name, part.text, clock.today(), is_complete=False))
            planned = work.number_of_changes(file, [])
            is_applied = applies and planned and not work.is_many(file, work.leaving(file, []))
            if is_applied:
                work.start(acting(), file, [], None)
            file_id = file.id
            commit_part()
        except RefusalError as refusal:
            db.session.rollback()
            yield Loaded(part, told=refusal.message or "この団体の職員を登録する権限がありません。")
            continue
        told = TO_BE_LOOKED_AT if planned and applies and not is_applied else ""
        yield Loaded(part, planned, sum(work.parts(file_id)) if is_applied else 0, told)
        db.session.remove()
        if number in (0, 9, 99):
            refresh_statistics()  # it grew tenfold: the database is to choose its ways anew
