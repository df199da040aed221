"""The outline (構成) of a draft: its modules and lessons, added, written, put in order, removed.

Everything here is for drafts only: each act raises ConflictError where the edition is none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from kernel.database import db
from kernel.errors import ConflictError, NotFoundError

from courses.edition import check_editable, note_change
from courses.lessons import lesson_text
from courses.lessons.lesson_kind import first_content
from courses.models import CourseEdition, Lesson, LessonKind, Module

if TYPE_CHECKING:
    from collections.abc import Sequence

    from courses.edition import LessonText

Placed = TypeVar("Placed", Module, Lesson)
UP, DOWN = -1, 1
ON_THE_WAY = -1_000_000
"""The place of a lesson that has left one module and not arrived in the next."""


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
    note_change(edition)
    return module


def rename_module(edition: CourseEdition, module_id: int, title: str) -> Module:
    """Give a module another title."""
    check_editable(edition)
    module = module_of(edition, module_id)
    module.title = title
    note_change(edition)
    return module


def move_module(edition: CourseEdition, module_id: int, way: int) -> None:
    """Move a module up or down by one place."""
    check_editable(edition)
    _move(edition.modules, module_of(edition, module_id), way)
    note_change(edition)


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
    note_change(edition)


def add_lesson(edition: CourseEdition, module_id: int, title: str, kind: LessonKind) -> Lesson:
    """Add a lesson at the end of a module, to be written next."""
    check_editable(edition)
    module = module_of(edition, module_id)
    lesson = Lesson(position=len(module.lessons) + 1, title=title, kind=kind, content=first_content(kind))
    module.lessons.append(lesson)
    note_change(edition)
    return lesson


def write_lesson(edition: CourseEdition, lesson_id: int, text: LessonText) -> Lesson:
    """Let a lesson say what is written. Its kind stays. Raises InvalidError for a text that takes too long to be shown."""
    check_editable(edition)
    lesson_text.check(text.body)
    lesson_text.check(str(text.content.get("intro", "")))
    _module, lesson = lesson_of(edition, lesson_id)
    lesson.title, lesson.body, lesson.minutes, lesson.required = text.title, text.body, text.minutes, text.required
    lesson.content = dict(text.content)
    note_change(edition)
    return lesson


def move_lesson(edition: CourseEdition, lesson_id: int, way: int) -> None:
    """Move a lesson up or down by one place; from the edge of a module it goes into the next one."""
    check_editable(edition)
    module, lesson = lesson_of(edition, lesson_id)
    if 0 <= module.lessons.index(lesson) + way < len(module.lessons):
        _move(module.lessons, lesson, way)
    elif 0 <= edition.modules.index(module) + way < len(edition.modules):
        _into(edition.modules[edition.modules.index(module) + way], lesson, module, first=way == DOWN)
    note_change(edition)


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
    note_change(edition)
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
