"""A course as files: `course.yaml`, a file for each lesson, and `assets/`. The same format as `content/courses/`.

    course.yaml     what the edition says; its modules, and their lessons by title, kind, minutes and whether required
    2-1.md          the first lesson of the second module, in Markdown
    4-2.yaml        a quiz (see `courses.lessons.quiz`)
    assets/x.svg    what the lessons show
    kit/script.md   the kit for whoever holds a session (see `courses.kits`)

Why a course is offered (its motivations) belongs to the catalogue and stays where the remarks are.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
import yaml
from sqlalchemy.orm import selectinload

from kernel.database import db
from kernel.errors import ConflictError, InvalidError
from kernel.spelling import is_web_address

from courses import course as courses
from courses import edition as editions
from courses.edition import AssetText, EditionText, LessonText, ModuleText
from courses.files.archive import tidied
from courses.files.files import media_type
from courses.kits import kit
from courses.lessons.asset import SHOWABLE, keep_file
from courses.lessons.lesson_kind import KINDS, PackageFinish, files_used
from courses.lessons.quiz_data import as_data, quiz_from
from courses.models import Course, CourseEdition, Format, LessonKind, Level, Skill, Track
from courses.packages import package

if TYPE_CHECKING:
    from collections.abc import Mapping

    from courses.files.files import Files
    from courses.kits.models import KitKind

COURSE = "course.yaml"
ASSETS = "assets/"
MOST_LESSONS = 500
MOST_MINUTES = 60_000


@dataclass(frozen=True)
class CourseFile:
    """A course as it was read: what it says, its modules, its files, the addresses of courses that come first, and its kit."""

    text: EditionText
    modules: tuple[ModuleText, ...]
    assets: Mapping[str, bytes]
    prerequisites: tuple[str, ...]
    kit: tuple[tuple[KitKind, int, str], ...] = ()


def _yaml(data: Any) -> bytes:
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=1000).encode()


def _name(module: int, lesson: int, kind: LessonKind) -> str:
    return f"{module}-{lesson}.{'yaml' if KINDS[kind].has_questions else 'md'}"


def files_of(edition: CourseEdition, prerequisites: tuple[str, ...], kept: Files) -> dict[str, bytes]:
    """Return an edition (which must be `whole`) as files."""
    files: dict[str, bytes] = {}
    modules = []
    for place, module in enumerate(edition.modules, 1):
        entries = []
        for number, lesson in enumerate(module.lessons, 1):
            entry = {
                "title": lesson.title, "kind": lesson.kind.value, "minutes": lesson.minutes, "required": lesson.required,
            }  # fmt: skip
            entry |= {name: lesson.content.get(name, "") for name in KINDS[lesson.kind].needs}
            entries.append(entry)
            files[_name(place, number, lesson.kind)] = (
                _yaml(lesson.content) if KINDS[lesson.kind].has_questions else lesson.body.encode() + b"\n"
            )
        modules.append({"title": module.title, "lessons": entries})
    files[COURSE] = _yaml(
        {
            "title": edition.title,
            "summary": edition.summary,
            "level": edition.level.value,
            "format": edition.format.value,
            "minutes": edition.minutes,
            "target_staff": edition.target_staff,
            "track": edition.track.slug,
            "skills": [
                {"category": skill.category, "name": skill.name}
                for skill in sorted(edition.skills, key=lambda skill: (skill.category, skill.name))
            ],
            "objectives": list(edition.objectives),
            "yearly": edition.yearly,
            "attendance_percent": edition.attendance_percent,
            "prerequisites": sorted(prerequisites),
            "modules": modules,
        }
    )
    files |= {f"{ASSETS}{asset.name}": kept.whole(asset.digest) for asset in edition.assets}
    return files | kit.files_of(edition.course_id)


def read(files: Mapping[str, bytes]) -> CourseFile:
    """Read a course from its files. Raises InvalidError that names the file, and says what is missing or wrong."""
    files = tidied(files, COURSE)
    said = _loaded(files, COURSE)
    used = {COURSE}
    modules = []
    rows = said.get("modules")
    if not isinstance(rows, list):
        raise _wrong(COURSE, "単元の並び（modules）がありません。")
    for place, module in enumerate(rows, 1):
        lessons = []
        for number, entry in enumerate(_list(module, "lessons"), 1):
            kind = _term(LessonKind, entry.get("kind"), f"{place}番目の単元の{number}番目のレッスンの種類（kind）")
            name = _name(place, number, kind)
            used.add(name)
            lessons.append(_lesson(files, name, kind, entry))
        modules.append(ModuleText(_title(module), tuple(lessons)))
    assets = {name.removeprefix(ASSETS): content for name, content in files.items() if name.startswith(ASSETS)}
    _check_assets(modules, assets)
    for_hosts = {name for name in files if name.startswith(kit.FOLDER)}
    if unknown := set(files) - used - {f"{ASSETS}{name}" for name in assets} - for_hosts:
        raise _wrong(min(unknown), "どのレッスンにも使われていません。")
    parts = kit.read({name: _decoded(files, name) for name in for_hosts})
    return CourseFile(_text(said), tuple(modules), assets, tuple(map(str, _list(said, "prerequisites"))), tuple(parts))


def _check_assets(modules: list[ModuleText], assets: Mapping[str, bytes]) -> None:
    for name in assets:
        if media_type(name) is None or "/" in name:
            raise _wrong(ASSETS + name, SHOWABLE)
    for module in modules:
        for lesson in module.lessons:
            for name in files_used(lesson) - set(assets):
                raise _wrong(ASSETS + name, f"「{lesson.title}」が使う図がありません。")


def _lesson(files: Mapping[str, bytes], name: str, kind: LessonKind, entry: Mapping[str, Any]) -> LessonText:
    minutes, required = entry.get("minutes", 0), entry.get("required", True)
    if not isinstance(minutes, int) or not 0 <= minutes <= MOST_MINUTES or not isinstance(required, bool):
        raise _wrong(COURSE, f"「{name}」の所要時間（minutes）は0以上の数、必修（required）は true か false です。")
    body, content = "", {}
    if KINDS[kind].has_questions:
        try:
            content = as_data(quiz_from(_loaded(files, name)))
        except (InvalidError, AttributeError, TypeError) as error:
            raise _wrong(name, str(error)) from error
    else:
        body = _decoded(files, name).strip("\n")
    for part in KINDS[kind].needs:
        content[part] = str(entry.get(part, ""))
    if "address" in content and not is_web_address(content["address"]):
        raise _wrong(COURSE, f"「{name}」のリンク先（address）は https:// で始めてください。")
    if content.get("instead", "") not in {"", "text"}:
        raise _wrong(COURSE, f"「{name}」の、開けない人のための扱い（instead）は text か空です。")
    if content.get("finish", "") not in {one.value for one in PackageFinish}:
        raise _wrong(COURSE, f"「{name}」の、終わりになるとき（finish）は all、any、last か空です。")
    return LessonText(_title(entry), body, kind, minutes, required, content)


def _text(said: Mapping[str, Any]) -> EditionText:
    track_id = db.session.scalar(sa.select(Track.id).where(Track.slug == str(said.get("track"))))
    if track_id is None:
        raise _wrong(COURSE, f"分野（track）「{said.get('track')}」はありません。")
    minutes = said.get("minutes")
    if minutes is not None and (not isinstance(minutes, int) or not 1 <= minutes <= MOST_MINUTES):
        raise _wrong(COURSE, "所要時間（minutes）は1以上の数で書いてください。")
    percent = said.get("attendance_percent", 100)
    if not isinstance(percent, int) or not 1 <= percent <= 100:  # noqa: PLR2004
        raise _wrong(COURSE, "修了に必要な出席（attendance_percent）は1から100までの数です。")
    return EditionText(
        title=_title(said),
        summary=str(said.get("summary", "")),
        level=_term(Level, str(said.get("level")), "レベル（level）"),
        format=_term(Format, said.get("format"), "形式（format）"),
        minutes=minutes,
        target_staff=str(said.get("target_staff", "")),
        objectives=tuple(map(str, _list(said, "objectives"))),
        track_id=track_id,
        skill_ids=tuple(_skill_id(tag) for tag in _list(said, "skills")),
        attendance_percent=percent,
        yearly=bool(said.get("yearly", False)),
    )


def _skill_id(tag: Any) -> int:
    where = (
        (Skill.category == str(tag.get("category")), Skill.name == str(tag.get("name")))
        if isinstance(tag, dict)
        else ()
    )
    found = db.session.scalar(sa.select(Skill.id).where(*where)) if where else None
    if found is None:
        raise _wrong(
            COURSE,
            f"スキル「{tag.get('name') if isinstance(tag, dict) else tag}」はありません。先に事務局がスキルの一覧に加えてください。",
        )
    return found


def _decoded(files: Mapping[str, bytes], name: str) -> str:
    if name not in files:
        raise _wrong(name, "ファイルがありません。")
    try:
        return files[name].decode("utf-8-sig").replace("\r\n", "\n").replace("\x00", "")
    except UnicodeDecodeError as error:
        raise _wrong(name, "UTF-8で保存してください。") from error


class _Plain(yaml.SafeLoader):
    """YAML without aliases: nine lines of them can stand for a billion words."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Refuse an alias."""
        if self.check_event(yaml.AliasEvent):
            message = "aliases are not read"
            raise yaml.YAMLError(message)
        return super().compose_node(parent, index)


def _loaded(files: Mapping[str, bytes], name: str) -> dict[str, Any]:
    try:
        data = yaml.load(_decoded(files, name), Loader=_Plain)  # noqa: S506 - a safe loader, and stricter
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise _wrong(name, "YAMLとして読めません。") from error
    if not isinstance(data, dict):
        raise _wrong(name, "中身がありません。")
    return data


def _list(data: Any, name: str) -> list[Any]:
    rows = data.get(name) or [] if isinstance(data, dict) else None
    if not isinstance(rows, list) or len(rows) > MOST_LESSONS:
        raise _wrong(COURSE, f"{name} は「- 」で始まる項目の並びにしてください。")
    if name == "lessons" and not all(isinstance(row, dict) for row in rows):
        raise _wrong(COURSE, "lessons の項目には title と kind を書いてください。")
    return rows


def _title(data: Any) -> str:
    title = data.get("title") if isinstance(data, dict) else None
    if not isinstance(title, str) or not title.strip():
        raise _wrong(COURSE, "題（title）が書かれていないところがあります。")
    return title.strip()


def _term(terms: Any, value: Any, label: str) -> Any:
    for term in terms:
        if term.value == value:
            return term
    raise _wrong(COURSE, f"{label}は {'、'.join(term.value for term in terms)} のどれかです（いまは「{value}」）。")


def _wrong(name: str, why: str) -> InvalidError:
    return InvalidError(f"{name}: {why}", field="file")


def write_draft(edition: CourseEdition, read_from: CourseFile, kept: Files) -> None:
    """Let a draft say what was read. Raises ConflictError where the edition is no draft."""
    editions.write(edition, read_from.text)
    editions.write_modules(edition, read_from.modules)
    assets = []
    for name, content in sorted(read_from.assets.items()):
        file = keep_file(kept, name, io.BytesIO(content))
        if file.package:
            package.enter(file.package)
        assets.append(AssetText(name, file.media_type, file.digest, file.size))
    editions.write_assets(edition, assets)
    kit.take_in(edition.course_id, read_from.kit)


def take_in(slug: str, owner_id: int, read_from: CourseFile, kept: Files) -> CourseEdition:
    """Take in a course as a draft: a new course, or the next edition of one that the organisation has.

    It is published like any other: with a remark that motivated it, and by a second person. Raises InvalidError for
    an address that cannot be one, ConflictError where another organisation has it or a draft is open.
    """
    found = db.session.scalar(sa.select(Course).options(selectinload(Course.prerequisites)).where(Course.slug == slug))
    if found and found.owner_id != owner_id:
        message = f"番地 {slug} の講座は、ほかの団体のものです。別の番地で取り込んでください。"
        raise ConflictError(message, field="slug")
    if found:
        edition = editions.next_draft(found, None)
    else:
        found = courses.make(slug, owner_id)
        edition = editions.draft(found, read_from.text, author_id=None)
    write_draft(edition, read_from, kept)
    if found.published_id is None:  # what comes first belongs to the course, and would change the published page
        courses.set_prerequisites(found, list(read_from.prerequisites))
    return edition
