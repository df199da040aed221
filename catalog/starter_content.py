"""The starter content: plain files in `content/`, loaded once, and again without doing anything twice."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
import yaml
from sqlalchemy.exc import IntegrityError

from kernel import clock
from kernel.database import add, db
from kernel.errors import InvalidError, RefusalError

from people.models import Organisation

from courses import catalogue_version, course_file
from courses import course as courses
from courses import edition as editions
from courses.kits import kit
from courses.models import Course, CourseEdition, EditionState, Lesson, Module, Skill, Track

from catalog.curricula.edition import first_edition
from catalog.models import (
    Article,
    Curriculum,
    CurriculumState,
    CurriculumStep,
    Motivation,
    Participant,
    Remark,
    Roundtable,
    TableSide,
    Topic,
)
from catalog.search import index

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from courses.files.files import Files

HOST = "東京デジタルアカデミー"


@contextmanager
def _place(file: Path, where: str) -> Iterator[None]:
    """Say file and place where something in the content is wrong. Raises InvalidError."""
    try:
        yield
    except InvalidError:
        raise
    except KeyError as error:
        message = f"{file.name}: {where}: 「{error.args[0]}」がないか、その名前のものがありません。"
        raise InvalidError(message) from error
    except IntegrityError as error:
        message = f"{file.name}: {where}: 空のまま、または二重になっている値があります（{error.orig}）。"
        raise InvalidError(message) from error
    except (TypeError, ValueError, AttributeError, RefusalError) as error:
        message = f"{file.name}: {where}: {error}"
        raise InvalidError(message) from error


def _read(file: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        message = f"{file.name}: ファイルを読めません。{error}"
        raise InvalidError(message) from error
    if not isinstance(content, dict):
        message = f"{file.name}: 中身がありません。"
        raise InvalidError(message)
    return content


def _each(file: Path, content: dict[str, Any], name: str, load: Callable[[dict[str, Any]], int]) -> int:
    loaded = 0
    items = content.get(name) or []
    if not isinstance(items, list):
        message = f"{file.name}: {name} は「- 」で始まる項目の並びにしてください。"
        raise InvalidError(message)
    for number, item in enumerate(items, 1):
        label = (item.get("slug") or item.get("key") or item.get("item") or "") if isinstance(item, dict) else ""
        with _place(file, f"{name} の{number}番目「{label}」"):
            loaded += load(item)
    return loaded


def load(folder: Path, kept: Files) -> dict[str, int]:
    """Load roundtables, topics, skills, tracks, courses and curricula; return how many of each were new.

    What is in the database already is left as it is; files that the store has lost come back. Raises InvalidError with file, place and reason.
    """
    voices, plan = folder / "roundtables.yaml", folder / "curriculum.yaml"
    said, planned = _read(voices), _read(plan)
    host = db.session.scalar(sa.select(Organisation).where(Organisation.name == HOST))
    if host is None:
        message = f"団体「{HOST}」がまだありません。先に団体を読み込んでください。"
        raise InvalidError(message)
    topics, tracks = _topics_needed(said), _tracks_needed(planned)
    counts = {
        "topics": _each(voices, said, "topics", lambda item: _load_topic(item) if item["slug"] in topics else 0),
        "roundtables": _each(voices, said, "roundtables", _load_article),
        "skills": _each(plan, planned, "skills", _load_skill),
        "tracks": _each(plan, planned, "tracks", lambda item: _load_track(item) if item["slug"] in tracks else 0),
        "courses": _each(plan, planned, "courses", lambda item: _load_course(item, host, folder, kept)),
        "curricula": _each(plan, planned, "curricula", lambda item: _load_curriculum(item, host)),
    }
    kit.bring(folder / "courses")
    _bring_back_files(folder, kept)
    if any(counts.values()):
        catalogue_version.changed()
    db.session.flush()
    return counts


def _new(items: Any, name: str, column: Any) -> list[dict[str, Any]]:
    """Return the items of a list that the database does not have; what is no list of items is refused where it is loaded."""
    known = set(db.session.scalars(sa.select(column)))
    return [item for item in items or [] if isinstance(item, dict) and item.get(name) not in known]


def _topics_needed(content: dict[str, Any]) -> set[str]:
    """Return the topics of articles that are new: one that was taken out on the screen stays out."""
    remarks = [
        remark for item in _new(content.get("roundtables"), "key", Article.key) for remark in item.get("remarks") or []
    ]
    return {slug for remark in remarks if isinstance(remark, dict) for slug in remark.get("topics") or []}


def _tracks_needed(content: dict[str, Any]) -> set[Any]:
    """Return the tracks of courses and curricula that are new: one that was taken out on the screen stays out."""
    new = [*_new(content.get("courses"), "slug", Course.slug), *_new(content.get("curricula"), "slug", Curriculum.slug)]
    return {item.get("track") for item in new}


def _load_topic(item: dict[str, Any]) -> int:
    if db.session.scalar(sa.select(Topic.id).where(Topic.slug == item["slug"])):
        return 0
    add(Topic(slug=item["slug"], name=item["name"]))
    return 1


def _load_article(item: dict[str, Any]) -> int:
    if db.session.scalar(sa.select(Article.id).where(Article.key == item["key"])):
        return 0
    roundtable = db.session.scalar(sa.select(Roundtable).where(Roundtable.key == str(item["number"])))
    if roundtable is None:
        roundtable = add(
            Roundtable(
                key=str(item["number"]), number=item["number"], title=item["title"],
                held_on=dt.date.fromisoformat(item["held_on"]), agenda=item["agenda"],
                municipalities=item["municipalities"],
                participants=[
                    Participant(
                        position=place, name=person["name"], affiliation=person["affiliation"],
                        role=person["role"], side=TableSide(person["side"]),
                    )
                    for place, person in enumerate(item["participants"], 1)
                ],
            )
        )  # fmt: skip
    article = add(
        Article(
            roundtable_id=roundtable.id, key=item["key"], note_key=item["url"].rsplit("/", 1)[-1],
            part=item["part"], title=item["title"], url=item["url"],
        )
    )  # fmt: skip
    topics = {topic.slug: topic for topic in db.session.scalars(sa.select(Topic))}
    for said in item["remarks"]:
        remark = add(
            Remark(
                article_id=article.id, position=said["position"], speaker=said["speaker"], heading=said["heading"],
                subheading=said["subheading"], summary=said["summary"], asks=said.get("asks", True), sha256=said["sha256"], summary_sha256=said["sha256"],
                topics=[topics[slug] for slug in said["topics"]],
            )
        )  # fmt: skip
        index.index_remark(remark)
    return 1


def _load_skill(item: dict[str, Any]) -> int:
    if _skill(item) is not None:
        return 0
    add(Skill(category=item["category"], name=item["item"]))
    return 1


def _skill(item: dict[str, Any]) -> Skill | None:
    return db.session.scalar(sa.select(Skill).where(Skill.category == item["category"], Skill.name == item["item"]))


def _load_track(item: dict[str, Any]) -> int:
    if db.session.scalar(sa.select(Track.id).where(Track.slug == item["slug"])):
        return 0
    position = (db.session.scalar(sa.select(sa.func.max(Track.position))) or 0) + 1
    add(Track(slug=item["slug"], title=item["title"], summary=item["summary"], position=position))
    return 1


def _load_course(item: dict[str, Any], host: Organisation, folder: Path, kept: Files) -> int:
    """Publish a course, or keep it as a draft where no remark asks for it yet; of one that is there, the lessons that it did not have when it was loaded."""
    found = db.session.scalar(sa.select(Course).where(Course.slug == item["slug"]))
    if found and not _waits_for_lessons(found):
        return 0
    if item.get("motivated_by") is None:
        message = "きっかけになった発言（motivated_by）がありません。発言のない講座は公開できません。"
        raise ValueError(message)
    read = course_file.read(_files_in(folder / "courses" / item["slug"]))
    if found and not any(module.lessons for module in read.modules):
        return 0
    course = found or courses.make(item["slug"], host.id)
    edition = editions.next_draft(course, None) if found else editions.draft(course, read.text, author_id=None)
    course_file.write_draft(edition, read, kept)
    if not found:
        course.hosts = [host]
        for motive in item["motivated_by"]:
            add(_motivation(motive, course))
    if item["motivated_by"]:
        edition.state = EditionState.IN_REVIEW  # the starter content was reviewed when it was written
        editions.publish(edition, course)
    index.index_course(course)
    return 1


def _waits_for_lessons(course: Course) -> bool:
    """Tell whether a course stands as an earlier starter content left it: one edition by nobody, without lessons."""
    lessons = sa.select(sa.func.count()).select_from(Lesson).join(Lesson.module)
    return bool(
        db.session.scalar(
            sa.select(sa.func.count() == 1)
            .where(CourseEdition.course_id == course.id)
            .having(sa.func.count(CourseEdition.author_id) == 0)
        )
        and course.published_id
        and db.session.scalar(lessons.where(Module.edition_id == course.published_id)) == 0
    )


def _motivation(motive: dict[str, Any], course: Course) -> Motivation:
    remark_id = db.session.scalar(
        sa.select(Remark.id)
        .join(Remark.article)
        .where(Article.key == str(motive["roundtable"]), Remark.position == motive["position"])
    )
    return Motivation(
        remark_id=remark_id or _unknown(f"発言 {motive['roundtable']} の {motive['position']}番目"),
        course_id=course.id,
        rationale=motive["rationale"],
        written_on=clock.today(),
    )


def _bring_back_files(folder: Path, kept: Files) -> None:
    """Keep the files of the starter courses anew that the store has lost."""
    there = {file.name for file in kept.listed()}
    for path in (folder / "courses").glob("*/assets/*"):
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() not in there:
            kept.keep(io.BytesIO(content))


def _files_in(folder: Path) -> dict[str, bytes]:
    """Return the files of a course in the folder of the starter content."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _load_curriculum(item: dict[str, Any], host: Organisation) -> int:
    if db.session.scalar(sa.select(Curriculum.id).where(Curriculum.slug == item["slug"])):
        return 0
    track_id = db.session.scalar(sa.select(Track.id).where(Track.slug == item["track"])) if item["track"] else None
    ids = dict(db.session.execute(sa.select(Course.slug, Course.id)).all())
    row = add(
        Curriculum(
            slug=item["slug"], title=item["title"], summary=item["summary"], track_id=track_id, owner_id=host.id,
            state=CurriculumState.PUBLISHED,
            steps=[
                CurriculumStep(course_id=ids[step["slug"]], position=place, required=bool(step["required"]))
                for place, step in enumerate(item["courses"], 1)
            ],
        )
    )  # fmt: skip
    add(first_edition(row))
    index.index_curriculum(row)
    return 1


def _unknown(what: str) -> Any:
    message = f"{what} が見つかりません。"
    raise ValueError(message)
