"""The outline (構成) of a draft: its modules and lessons, added, written, put in order, removed; and its files.

Everything here is for drafts only: each act raises ConflictError where the edition is none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

from kernel import clock
from kernel.database import add, db
from kernel.errors import ConflictError, InvalidError, NotFoundError

from courses import package, quiz_data
from courses.edition import check_editable
from courses.files import media_type
from courses.lesson_text import assets_in
from courses.models import Asset, CourseEdition, Lesson, LessonKind, Module

if TYPE_CHECKING:
    from collections.abc import Sequence

    from courses.edition import LessonText
    from courses.files import Files
    from courses.package import Unpacked
    from courses.quiz import Quiz

Placed = TypeVar("Placed", Module, Lesson)
UP, DOWN = -1, 1
ON_THE_WAY = -1_000_000
"""The place of a lesson that has left one module and not arrived in the next."""
LONGEST_NAME = 60
SHOWABLE = "教材に使えるのは、SVG・PNG・JPEG・WebPの図、PDF、MP4・WebMの動画、VTTの字幕、SCORMのZIPです。"
CONTENT_OF = {
    LessonKind.LINK: ("address",), LessonKind.VIDEO: ("asset", "captions"), LessonKind.DOCUMENT: ("asset",),
    LessonKind.PACKAGE: ("asset", "instead"),
}  # fmt: skip
"""What a lesson of a kind needs beyond its text."""
PACKED = "application/zip"
SHOWN = {
    LessonKind.VIDEO: ("video/",), LessonKind.DOCUMENT: ("application/pdf",), LessonKind.PACKAGE: (PACKED,),
}  # fmt: skip
"""The kinds of lessons that show a file, and how its media type begins."""
CAPTIONS = ("text/vtt",)


def _changed(edition: CourseEdition) -> None:
    edition.changed_at = clock.now()
    db.session.flush()


def module_of(edition: CourseEdition, module_id: int) -> Module:
    """Return a module of an edition (which must be `whole`). Raises NotFoundError."""
    for module in edition.modules:
        if module.id == module_id:
            return module
    raise NotFoundError


def lesson_of(edition: CourseEdition, lesson_id: int) -> tuple[Module, Lesson]:
    """Return a lesson of an edition (which must be `whole`) with its module. Raises NotFoundError."""
    for module in edition.modules:
        for lesson in module.lessons:
            if lesson.id == lesson_id:
                return module, lesson
    raise NotFoundError


def lessons_of(edition: CourseEdition) -> list[Lesson]:
    """Return the lessons of an edition (which must be `whole`) in the order in which they are taken."""
    return [lesson for module in edition.modules for lesson in module.lessons]


def beside(edition: CourseEdition, lesson: Lesson) -> tuple[Lesson | None, Lesson | None]:
    """Return the lessons before and after one."""
    lessons = lessons_of(edition)
    place = lessons.index(lesson)
    return (lessons[place - 1] if place else None, lessons[place + 1] if place + 1 < len(lessons) else None)


def add_module(edition: CourseEdition, title: str) -> Module:
    """Add a module at the end."""
    check_editable(edition)
    module = Module(edition_id=edition.id, position=len(edition.modules) + 1, title=title, lessons=[])
    edition.modules.append(module)
    _changed(edition)
    return module


def rename_module(edition: CourseEdition, module_id: int, title: str) -> Module:
    """Give a module another title."""
    check_editable(edition)
    module = module_of(edition, module_id)
    module.title = title
    _changed(edition)
    return module


def move_module(edition: CourseEdition, module_id: int, way: int) -> None:
    """Move a module up or down by one place."""
    check_editable(edition)
    _move(edition.modules, module_of(edition, module_id), way)
    _changed(edition)


def remove_module(edition: CourseEdition, module_id: int) -> None:
    """Remove a module that has no lessons left. Raises ConflictError where it has some."""
    check_editable(edition)
    module = module_of(edition, module_id)
    if module.lessons:
        message = f"「{module.title}」にはレッスンがあります。先にレッスンをほかの単元へ移すか、外してください。"
        raise ConflictError(message)
    edition.modules.remove(module)
    db.session.flush()
    _number(edition.modules)
    _changed(edition)


def add_lesson(edition: CourseEdition, module_id: int, title: str, kind: LessonKind) -> Lesson:
    """Add a lesson at the end of a module, to be written next."""
    check_editable(edition)
    module = module_of(edition, module_id)
    lesson = Lesson(position=len(module.lessons) + 1, title=title, kind=kind, content=_empty(kind))
    module.lessons.append(lesson)
    _changed(edition)
    return lesson


def _empty(kind: LessonKind) -> dict[str, Any]:
    if kind is LessonKind.QUIZ:
        return quiz_data.as_data(quiz_data.EMPTY)
    if kind is LessonKind.PACKAGE:
        return {"asset": "", "instead": "text"}
    return dict.fromkeys(CONTENT_OF.get(kind, ()), "")


def write_lesson(edition: CourseEdition, lesson_id: int, text: LessonText) -> Lesson:
    """Let a lesson say what is written. Its kind stays."""
    check_editable(edition)
    _module, lesson = lesson_of(edition, lesson_id)
    lesson.title, lesson.body, lesson.minutes, lesson.required = text.title, text.body, text.minutes, text.required
    lesson.content = dict(text.content)
    _changed(edition)
    return lesson


def move_lesson(edition: CourseEdition, lesson_id: int, way: int) -> None:
    """Move a lesson up or down by one place; from the edge of a module it goes into the next one."""
    check_editable(edition)
    module, lesson = lesson_of(edition, lesson_id)
    if 0 <= module.lessons.index(lesson) + way < len(module.lessons):
        _move(module.lessons, lesson, way)
    elif 0 <= edition.modules.index(module) + way < len(edition.modules):
        _into(edition.modules[edition.modules.index(module) + way], lesson, module, first=way == DOWN)
    _changed(edition)


def _into(target: Module, lesson: Lesson, source: Module, *, first: bool) -> None:
    """Take a lesson out of its module and put it first or last in another."""
    lessons = list(target.lessons)
    lesson.position = ON_THE_WAY
    source.lessons.remove(lesson)
    target.lessons.append(lesson)
    db.session.flush()
    _number(source.lessons)
    _number([lesson, *lessons] if first else [*lessons, lesson])


def remove_lesson(edition: CourseEdition, lesson_id: int) -> Lesson:
    """Remove a lesson and return what it was."""
    check_editable(edition)
    module, lesson = lesson_of(edition, lesson_id)
    module.lessons.remove(lesson)
    db.session.flush()
    _number(module.lessons)
    _changed(edition)
    return lesson


def _move(rows: Sequence[Placed], row: Placed, way: int) -> None:
    ordered = list(rows)
    place = ordered.index(row)
    if 0 <= place + way < len(ordered):
        ordered[place], ordered[place + way] = ordered[place + way], ordered[place]
        _number(ordered)


def _number(rows: Sequence[Placed]) -> None:
    """Give rows their numbers in order, by way of negative numbers, because no two may ever bear the same one."""
    for place, row in enumerate(rows, 1):
        row.position = -place
    db.session.flush()
    for row in rows:
        row.position = -row.position
    db.session.flush()


def quiz_in(lesson: Lesson) -> Quiz:
    """Return the quiz of a lesson, which may have no question yet. Raises NotFoundError for a lesson without one."""
    if lesson.kind is not LessonKind.QUIZ:
        raise NotFoundError
    return quiz_data.quiz_from(lesson.content, may_be_empty=True)


def files_used(lesson: LessonText | Lesson) -> set[str]:
    """Return the names of the files that a lesson shows or leads to."""
    parts = (name for name in ("asset", "captions") if lesson.content.get(name))
    return assets_in(lesson.body) | {str(lesson.content[name]) for name in parts}


def lacks(edition: CourseEdition) -> list[str]:
    """Return what the lessons of an edition (which must be `whole`) still need before learners can take them."""
    names = {asset.name for asset in edition.assets}
    sentences = []
    for module in edition.modules:
        for lesson in module.lessons:
            if lesson.kind is LessonKind.QUIZ and not quiz_in(lesson).questions:
                sentences.append(f"「{lesson.title}」に問題を加えてください。")
            elif lesson.kind is not LessonKind.QUIZ and not lesson.body.strip():
                sentences.append(f"「{lesson.title}」の本文を書いてください。")
            elif lesson.kind is LessonKind.LINK and not lesson.content["address"]:
                sentences.append(f"「{lesson.title}」のリンク先を書いてください。")
            elif lesson.kind in SHOWN and not lesson.content["asset"]:
                sentences.append(f"「{lesson.title}」で見せるファイルを選んでください。")
            sentences += [
                f"「{lesson.title}」が使う「{name}」のファイルを加えてください。"
                for name in sorted(files_used(lesson) - names)
            ]
    return sentences


def check_file(name: str) -> str:
    """Return the name under which a file is kept. Raises InvalidError for a kind of file that lessons do not show."""
    plain = "".join(sign if sign.isalnum() or sign in "._-" else "-" for sign in name.rsplit("/", 1)[-1])
    if media_type(plain) is None or len(plain) > LONGEST_NAME or plain.startswith("."):
        message = f"{SHOWABLE}ファイル名は{LONGEST_NAME}文字までにしてください。"
        raise InvalidError(message, field="file")
    return plain


@dataclass(frozen=True)
class KeptFile:
    """A file that is kept, before any row tells of it: its name, digest, size in bytes, and the package that it is."""

    name: str
    digest: str
    size: int
    package: Unpacked | None = None

    @property
    def media_type(self) -> str:
        """Return the media type of the file."""
        return media_type(self.name) or ""


def keep_file(kept: Files, name: str, content: BinaryIO) -> KeptFile:
    """Keep a file. Raises InvalidError as `check_file` does, and for a ZIP that is no package."""
    plain = check_file(name)
    if media_type(plain) == PACKED:
        unpacked = package.unpack(kept, content)
        return KeptFile(plain, unpacked.digest, unpacked.size, unpacked)
    return KeptFile(plain, *kept.keep(content))


def add_asset(edition: CourseEdition, file: KeptFile) -> Asset:
    """Add a file to a draft, or put it in the place of the one of that name."""
    check_editable(edition)
    if file.package:
        package.enter(file.package)
    for asset in edition.assets:
        if asset.name == file.name:
            asset.digest, asset.size = file.digest, file.size
            _changed(edition)
            return asset
    return add(
        Asset(edition_id=edition.id, name=file.name, media_type=file.media_type, digest=file.digest, size=file.size)
    )


def files_for(edition: CourseEdition, beginnings: tuple[str, ...]) -> list[str]:
    """Return the names of an edition's files whose media type begins so."""
    return [asset.name for asset in edition.assets if asset.media_type.startswith(beginnings)]


def remove_asset(edition: CourseEdition, name: str) -> None:
    """Remove a file from a draft. Raises NotFoundError."""
    check_editable(edition)
    asset = next((asset for asset in edition.assets if asset.name == name), None)
    if asset is None:
        raise NotFoundError
    edition.assets.remove(asset)
    _changed(edition)
