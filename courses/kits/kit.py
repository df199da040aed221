"""The kit of a course: read by whoever may hold a session of it, written by its authors; participants never see it."""

from __future__ import annotations

import re
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from kernel.database import add, db
from kernel.errors import InvalidError, NotFoundError
from kernel.tables.written_workbook import XLSX
from kernel.typeset.pdf import compiled

from people import audit
from people.act import Act

from courses.course import own_course
from courses.kits.leaf import leaves, table_of
from courses.kits.models import KitKind, KitPart
from courses.kits.worksheet import as_workbook
from courses.lessons.lesson_text import check
from courses.models import Course

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from people.permission import Actor

HERE = Path(__file__).parent
FOLDER = "kit/"
MOST_WORKSHEETS, MOST_LEAVES, MOST_COLUMNS = 9, 100, 20
_FILE = re.compile(rf"({'|'.join(kind.value for kind in KitKind)})(?:-([1-{MOST_WORKSHEETS}]))?\.md")


def parts_of(course_id: int) -> Sequence[KitPart]:
    """Return the parts of the kit of a course, in the order in which they are used."""
    order = list(KitKind)
    rows = db.session.scalars(sa.select(KitPart).where(KitPart.course_id == course_id))
    return sorted(rows, key=lambda row: (order.index(row.kind), row.number))


def part_of(course_id: int, kind: str, number: int) -> KitPart:
    """Return a part of a kit. Raises NotFoundError."""
    found = next((one for one in parts_of(course_id) if one.kind.value == kind and one.number == number), None)
    if found is None:
        raise NotFoundError
    return found


def as_file(part: KitPart) -> tuple[bytes, str]:
    """Return what is handed out of a part, and its media type: slides and cards as PDF, a worksheet as a workbook. Raises NotFoundError for what is read on the page."""
    if part.kind is KitKind.WORKSHEET:
        return as_workbook(part.title, part.words), XLSX
    if not part.kind.file:
        raise NotFoundError
    said = {"title": part.title, "leaves": [asdict(leaf) for leaf in leaves(part.words)]}
    return compiled(HERE / f"{part.kind.value}.typ", said), "application/pdf"


def write(actor: Actor, slug: str, kind: KitKind, number: int, body: str) -> KitPart:
    """Write a part of the kit of an own course, a new one where there is none. Raises InvalidError for a text that says nothing of its kind."""
    course = own_course(actor, slug)
    part = _put(course.id, kind, number, body)
    audit.record(actor, Act.KIT_WRITTEN, slug, organisation_id=course.owner_id, part=part.title)
    return part


def _put(course_id: int, kind: KitKind, number: int, body: str) -> KitPart:
    part = KitPart(course_id=course_id, kind=kind, number=number, body=body.strip())
    if reason := _lacks(part):
        raise InvalidError(reason, field="body")
    held = next((one for one in parts_of(course_id) if (one.kind, one.number) == (kind, number)), None)
    if held is None:
        return add(part)
    held.body = part.body
    db.session.flush()
    return held


def _lacks(part: KitPart) -> str:
    """Return what keeps a part from being handed out; empty where nothing does."""
    check(part.body)
    if part.number != 1 and not (part.kind.is_numbered and part.number <= MOST_WORKSHEETS):
        return f"ワークシートは{MOST_WORKSHEETS}枚まで、ほかは一つずつです。"
    if not part.body:
        return "本文を書いてください。"
    cut = leaves(part.words) if part.kind.file == "pdf" else []
    tables = [block["head"] for leaf in cut for block in leaf.blocks if block["kind"] == "table"]
    if len(cut) > MOST_LEAVES or any(len(head) > MOST_COLUMNS for head in (*tables, table_of(part.words)[0])):
        return f"一つの部分は{MOST_LEAVES}枚まで、表は{MOST_COLUMNS}列までにしてください。"
    if part.kind is KitKind.WORKSHEET and not table_of(part.words)[0]:
        return "ワークシートには、表を一つ書いてください（| 見出し | 見出し | の行で始めます）。"
    if part.kind.file == "pdf" and not (cut and all(leaf.title for leaf in cut)):
        return "「## 」で始まる見出しごとに、一枚になります。見出しの言葉を書いてください。"
    return ""


def next_number(course_id: int, kind: KitKind) -> int:
    """Return the number of a new part of a kind: the first that is free, or 1 where there can be but one."""
    taken = {one.number for one in parts_of(course_id) if one.kind is kind}
    return min(set(range(1, MOST_WORKSHEETS + 2)) - taken) if kind.is_numbered else 1


def remove(actor: Actor, slug: str, part: KitPart) -> None:
    """Remove a part of the kit of an own course."""
    course = own_course(actor, slug)
    if part.course_id != course.id:
        raise NotFoundError
    audit.record(actor, Act.KIT_WRITTEN, slug, organisation_id=course.owner_id, part=part.title)
    db.session.delete(part)
    db.session.flush()


# --- as files


def files_of(course_id: int) -> dict[str, bytes]:
    """Return the kit of a course as files: `kit/script.md`, `kit/worksheet-2.md`."""
    return {f"{FOLDER}{_name(part.kind, part.number)}": part.body.encode() + b"\n" for part in parts_of(course_id)}


def _name(kind: KitKind, number: int) -> str:
    return f"{kind.value}-{number}.md" if kind.is_numbered else f"{kind.value}.md"


def read(files: Mapping[str, str]) -> list[tuple[KitKind, int, str]]:
    """Return the parts that files (`kit/NAME.md` and their texts) hold. Raises InvalidError that names the file."""
    found = []
    for name, text in sorted(files.items()):
        said = _FILE.fullmatch(name.removeprefix(FOLDER))
        if said is None:
            message = f"{name}: キットのファイルの名前は、{'、'.join(_name(kind, 1) for kind in KitKind)}などです。"
            raise InvalidError(message, field="file")
        kind, number = KitKind(said[1]), int(said[2] or 1)
        if reason := _lacks(KitPart(kind=kind, number=number, body=text.strip())):
            message = f"{name}: {reason}"
            raise InvalidError(message, field="file")
        found.append((kind, number, text))
    return found


def take_in(course_id: int, read_from: Sequence[tuple[KitKind, int, str]]) -> None:
    """Let the kit of a course be what was read; where nothing was, it stays."""
    if read_from:
        db.session.execute(sa.delete(KitPart).where(KitPart.course_id == course_id))
        db.session.add_all(
            KitPart(course_id=course_id, kind=kind, number=number, body=body.strip())
            for kind, number, body in read_from
        )
        db.session.flush()


def bring(folder: Path) -> None:
    """Give the courses of a folder (`SLUG/kit/`) that are there and have no kit theirs."""
    for path in sorted(folder.glob(f"*/{FOLDER}")):
        course_id = db.session.scalar(sa.select(Course.id).where(Course.slug == path.parent.name))
        if course_id and not parts_of(course_id):
            take_in(course_id, read({f"{FOLDER}{file.name}": file.read_text("utf-8") for file in path.glob("*.md")}))
