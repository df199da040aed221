"""Check the shipped courses: labels that hold, recommendations that lead somewhere, quizzes that habit does not pass, facts with a source.

Usage: python scripts/check_content.py [CONTENT]
What is wrong ends with 1; facts that are due to be looked at again are listed, and end nothing.
"""

from __future__ import annotations

import datetime as dt
import functools
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

CONTENT = Path(__file__).resolve().parent.parent / "content"
BY_LESSONS = {"e-learning", "blended"}
LONGEST_RIGHT, TRUE_SHARE = 35, (30, 70)
MINUTES_APART, BANK, FULL_BANK, DRAWN = 25, 3, 36, 12
WIDEST, SMALLEST, WITH_FIGURE = 360, 15, 3
"""Figures are drawn for a phone: so many units wide, no sign smaller, in one of so many lessons that are read."""
FEWEST_CARDS, SLIDES, CHAINS = 6, range(12, 21), 2
READ_ONLY = {"持ち帰りの一枚", "三つの場面でおさらい"}
"""Lessons that teach nothing new, and need no figure."""
_SHOWN = re.compile(r"^この回の数字と法令は、.*に確かめました。$", re.MULTILINE)
_STATEMENT = re.compile(
    r"(?:令和|平成|昭和)\d+年(?:\d+月)?(?:\d+日)?|20[012]\d年(?:\d+月)?|法律第\d+号|第\d+条(?:の\d+)?|第\d+(?:\.\d+)?版"
    r"|\d[\d,.]*[％%]|X 8341-3|WCAG [\d.]+"
)
_MADE_UP = re.compile(r"^::: (?:example(?! 八王子市)|try).*?^:::$", re.DOTALL | re.MULTILINE)


_PLACE = re.compile(r"[A-Z](?:市|町|村|県|区)")
"""The made-up places of cases: A市, B町."""


def _read(path: Path) -> Any:
    """Return what a file in YAML says; rules that follow each other read it once."""
    return _loaded(path.read_text(encoding="utf-8"))


@functools.lru_cache(maxsize=256)
def _loaded(text: str) -> Any:
    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


@dataclass(frozen=True)
class ShippedCourse:
    """A course as it lies in its folder: what course.yaml says, and its lessons by their file."""

    slug: str
    said: dict[str, Any]
    lessons: dict[str, dict[str, Any]]

    @classmethod
    def read(cls, folder: Path) -> ShippedCourse:
        """Read a course."""
        said = _read(folder / "course.yaml")
        lessons = {
            f"{module}-{place}": lesson
            for module, one in enumerate(said["modules"], 1)
            for place, lesson in enumerate(one["lessons"], 1)
        }
        return cls(folder.name, said, lessons)


def courses(content: Path) -> list[ShippedCourse]:
    """Return the shipped courses."""
    return [ShippedCourse.read(path.parent) for path in sorted(content.glob("courses/*/course.yaml"))]


def quizzes(content: Path) -> dict[str, dict[str, Any]]:
    """Return the quizzes by course and file."""
    paths = [path for path in sorted(content.glob("courses/*/*.yaml")) if path.name != "course.yaml"]
    read = {f"{path.parent.name}/{path.stem}": _read(path) for path in paths}
    return {name: said for name, said in read.items() if "questions" in said}


def labels(content: Path) -> Iterator[str]:
    """Yield where a course promises what its lessons do not hold."""
    for course in courses(content):
        required = [lesson for lesson in course.lessons.values() if lesson["required"]]
        by_lessons = course.said["format"] in BY_LESSONS
        if by_lessons and not required:
            yield f"{course.slug}: {course.said['format']} without a required lesson"
        minutes, stated = sum(lesson["minutes"] for lesson in course.lessons.values()), course.said["minutes"]
        if course.said["format"] == "e-learning" and abs(minutes - stated) * 100 > stated * MINUTES_APART:
            yield f"{course.slug}: {stated} minutes are stated, its lessons take {minutes}"


def recommendations(content: Path) -> Iterator[str]:
    """Yield where a quiz sends people to what cannot be started by itself."""
    by_slug = {course.slug: course for course in courses(content)}
    for name, quiz in quizzes(content).items():
        for band in quiz.get("recommendations", []):
            if unknown := [slug for slug in band["courses"] if slug not in by_slug]:
                yield f"{name}: up to {band['up_to']} recommends {', '.join(unknown)}, which is no course"
            if not any(by_slug[slug].lessons for slug in band["courses"] if slug in by_slug):
                yield f"{name}: up to {band['up_to']} recommends nothing that has a lesson"


def habits(content: Path) -> Iterator[str]:
    """Yield quizzes that are passed by the longest choice or by having seen them, and whether 'false' is the usual answer of them all."""
    answers: list[bool] = []
    for name, quiz in quizzes(content).items():
        answers += [one["right"] for one in quiz["questions"] if one["kind"] == "true-false"]
        if quiz["pass_percent"] and quiz["draw"] * BANK > len(quiz["questions"]):
            yield f"{name}: {quiz['draw']} are drawn of {len(quiz['questions'])}; {BANK} times as many are wanted"
        single = [one["choices"] for one in quiz["questions"] if one["kind"] == "single"]
        longest = sum(max(choices, key=lambda choice: len(choice["text"]))["right"] for choices in single)
        if single and longest * 100 > len(single) * LONGEST_RIGHT:
            yield f"{name}: in {longest} of {len(single)} questions the right choice is the longest"
    share = 100 * sum(answers) // len(answers) if answers else TRUE_SHARE[0]
    if not TRUE_SHARE[0] <= share <= TRUE_SHARE[1]:
        yield f"{share} of 100 statements that may be true or false are true"


def chains(content: Path) -> Iterator[str]:
    """Yield full banks in which fewer than two cases are followed over several questions."""
    for name, quiz in quizzes(content).items():
        if quiz["pass_percent"] and len(quiz["questions"]) >= FULL_BANK:
            texts = [one["text"] for one in quiz["questions"]]
            places = {place for text in texts for place in _PLACE.findall(text)}
            followed = sorted(place for place in places if sum(place in text for text in texts) > 1)
            if len(followed) < CHAINS:
                yield f"{name}: {len(followed)} cases are followed over several questions; {CHAINS} are wanted"


def required(content: Path) -> Iterator[str]:
    """Yield required courses of curricula that nobody can begin, or whose test can be known by heart."""
    said = _read(content / "curriculum.yaml")
    wanted = {step["slug"]: one["slug"] for one in said["curricula"] for step in one["courses"] if step["required"]}
    tests = {name.split("/")[0]: quiz for name, quiz in quizzes(content).items() if quiz["pass_percent"]}
    for course in courses(content):
        if course.slug in wanted and not course.lessons:
            yield f"{course.slug}: is required in {wanted[course.slug]} and has no lesson"
        quiz = tests.get(course.slug)
        if course.slug in wanted and quiz and (len(quiz["questions"]) < FULL_BANK or quiz["draw"] != DRAWN):
            yield f"{course.slug}: {quiz['draw']} of {len(quiz['questions'])} questions; required courses draw {DRAWN} of {FULL_BANK} or more"


def skills(content: Path) -> Iterator[str]:
    """Yield skills of the standard that no course with lessons teaches."""
    said = _read(content / "curriculum.yaml")
    taught = {
        (tag["category"], tag["name"]) for course in courses(content) if course.lessons for tag in course.said["skills"]
    }
    for skill in said["skills"]:
        if skill["category"] != "自治体固有" and (skill["category"], skill["item"]) not in taught:
            yield f"curriculum.yaml: no lesson teaches {skill['category']}: {skill['item']}"


def figures(content: Path) -> Iterator[str]:
    """Yield courses with too few figures, and figures that cannot be read on a phone."""
    for course in courses(content):
        read = [
            name
            for name, lesson in course.lessons.items()
            if lesson["kind"] == "text" and lesson["title"] not in READ_ONLY
        ]
        shown = [
            name
            for name in read
            if "](assets/" in (content / "courses" / course.slug / f"{name}.md").read_text(encoding="utf-8")
        ]
        if len(shown) * WITH_FIGURE < len(read):
            yield f"{course.slug}: {len(shown)} of {len(read)} lessons show a figure; one in {WITH_FIGURE} is wanted"
    for path in sorted(content.glob("courses/*/assets/*.svg")):
        drawn, name = path.read_text(encoding="utf-8"), f"{path.parent.parent.name}/{path.name}"
        box = re.search(r'viewBox="0 0 (\d+)', drawn)
        if not box or int(box[1]) > WIDEST:
            yield f"{name}: is drawn for more than {WIDEST}"
        if small := [size for size in re.findall(r'font-size="([\d.]+)', drawn) if float(size) < SMALLEST]:
            yield f"{name}: has signs of {small[0]}, smaller than {SMALLEST}"


def kits(content: Path) -> Iterator[str]:
    """Yield kits that lack a part, or whose script does not fill the minutes of the course."""
    for folder in sorted(content.glob("courses/*/kit")):
        slug, texts = folder.parent.name, {path.stem: path.read_text(encoding="utf-8") for path in folder.glob("*.md")}
        wanted = {"script", "slides", "worksheet-1", "worksheet-2", "cards", "observer", "online", "follow-up"}
        yield from (f"{slug}/kit: {name} is missing" for name in sorted(wanted - set(texts)))
        heads = {name: len(re.findall(r"^## ", text, re.MULTILINE)) for name, text in texts.items()}
        if heads.get("slides", 0) not in SLIDES or heads.get("cards", 0) < FEWEST_CARDS:
            yield f"{slug}/kit: {heads.get('slides')} slides, {heads.get('cards')} cards"
        blocks = re.findall(r"^## (\d+):(\d\d)[–〜-](\d+):(\d\d)", texts.get("script", ""), re.MULTILINE)
        times = [(int(a) * 60 + int(b), int(c) * 60 + int(d)) for a, b, c, d in blocks]
        minutes = _read(folder.parent / "course.yaml")["minutes"]
        follows = [0, *(end for _begin, end in times)]
        if [begin for begin, _end in times] != follows[:-1] or follows[-1] != minutes:
            yield f"{slug}/kit: the script goes to {follows[-1]} minutes, the course takes {minutes}"


def promises(content: Path) -> Iterator[str]:
    """Yield objectives and motivations of courses with lessons or a kit that no passage is named for, and passages that are gone."""
    said = _read(content / "promises.yaml")["promises"]
    kept = {(one["course"], one.get("objective") or one["motivation"]) for one in said}
    plan = _read(content / "curriculum.yaml")["courses"]
    motives = {one["slug"]: [f"{why['roundtable']}/{why['position']}" for why in one["motivated_by"]] for one in plan}
    wanted = set()
    for course in courses(content):
        if course.lessons or (content / "courses" / course.slug / "kit").is_dir():
            wanted |= {(course.slug, one) for one in (*course.said["objectives"], *motives[course.slug])}
    yield from (f"{slug}: promises.yaml names no passage for 「{one}」" for slug, one in sorted(wanted - kept))
    yield from (f"promises.yaml: {slug} does not promise 「{one}」" for slug, one in sorted(kept - wanted))
    for one in said:
        path = content / "courses" / f"{one['lesson']}.md"
        if not path.exists() or one["says"] not in path.read_text(encoding="utf-8"):
            yield f"promises.yaml: {one['lesson']} does not say 「{one['says']}」"


def facts(content: Path) -> Iterator[str]:
    """Yield dated or numbered statements of lessons that the register does not know, and what it says of none."""
    register = _read(content / "facts.yaml")["facts"]
    by_lesson: dict[str, list[str]] = {}
    for fact in register:
        by_lesson.setdefault(fact["lesson"], []).append(fact["says"])
        if not fact.get("example") and not {"source", "checked_on", "how", "check_by"} <= fact.keys():
            yield f"facts.yaml: {fact['lesson']}: {fact['says']}: lacks a source or a day"
    for path in sorted(content.glob("courses/*/*.md")):
        name = f"{path.parent.name}/{path.stem}"
        text, known = path.read_text(encoding="utf-8"), by_lesson.pop(name, [])
        spans = [(found.start(), found.end()) for says in known for found in re.finditer(re.escape(says), text)]
        yield from (f"{name}: facts.yaml says 「{says}」, the lesson does not" for says in known if says not in text)
        made_up = [found.span() for rule in (_MADE_UP, _SHOWN) for found in rule.finditer(text)]
        for found in _STATEMENT.finditer(text):
            if not any(first <= found.start() and found.end() <= last for first, last in spans + made_up):
                yield f"{name}: 「{text[max(found.start() - 15, 0) : found.end() + 15]}」 is in no line of facts.yaml"
    yield from (f"facts.yaml: {name} is no lesson" for name in by_lesson)


def shown(content: Path) -> Iterator[str]:
    """Yield lessons that do not say in which month their facts were looked at last."""
    register = _read(content / "facts.yaml")["facts"]
    latest: dict[str, str] = {}
    for fact in register:
        if day := fact.get("checked_on"):
            latest[fact["lesson"]] = max(latest.get(fact["lesson"], ""), day)
    for name, day in latest.items():
        path = content / "courses" / f"{name}.md"
        said = f"{int(day[:4])}年{int(day[5:7])}月に確かめました。"
        if path.exists() and said not in path.read_text(encoding="utf-8"):
            yield f"{name}: does not say {said}"


def due(content: Path, today: dt.date) -> list[str]:
    """Return the facts whose day to be looked at again has come."""
    register = _read(content / "facts.yaml")["facts"]
    return [
        f"{fact['lesson']}: {fact['says']} ({fact['source']})"
        for fact in register
        if "check_by" in fact and dt.date.fromisoformat(fact["check_by"]) <= today
    ]


RULES = (labels, recommendations, habits, chains, promises, required, skills, figures, kits, facts, shown)


def main(content: Path) -> int:
    """Say what is wrong and what is due; return the status."""
    wrong = [one for rule in RULES for one in rule(content)]
    for line in wrong:
        print(line)
    for line in due(content, dt.datetime.now(tz=dt.UTC).date()):
        print(f"due to be looked at again: {line}")
    if not wrong:
        print("The courses keep what they promise.")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else CONTENT))
