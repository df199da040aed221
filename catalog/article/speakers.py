"""Speakers: how a label names one, and whom of the participants it means."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from catalog.article.line import key, plain
from catalog.article.participants import side_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from catalog.article.line import Line
    from catalog.article.model import Participant, ReadArticle

INTRODUCED = re.compile(r"^(?P<head>.+?):?\s?\(以下[、,]?\s?「?(?P<alias>.+?)」?(?:と(?:いう|する|表記))?。?\)\s?:?$")
FULL_NAME = re.compile(r"([一-龥々ヶヵノ之]{1,4})\s([一-龥々ヶヵノ之ぁ-んァ-ヶー]{1,5})$")
BARE_NAME = re.compile(r"^[一-龥々ヶヵノ之]{1,4}$")
HONORIFIC = re.compile(r"(?:さん|氏|様)$")
ASIDE_OF_ALIAS = re.compile(r"\([^)]*\)$")
SEAT = re.compile(r"(?:長|CIO|CDO|補佐官?|知事|主幹|主査|担当)$")
SAID_ON_ONE_LINE = re.compile(r"^\s*([^:：。、]{1,12})\s*[:：]\s*(.+)$")
LONGEST_SEAT = 50
LONGEST_LABEL = 80


@dataclass
class Speakers:
    """Those who speak in an article: known from the list, and from the labels that introduce them."""

    article: ReadArticle
    bare_names: frozenset[str] = frozenset()
    by_alias: dict[str, str] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)

    def label(self, line: Line) -> str | None:
        """Return the speaker whom a line names, if it is a label and nothing else; None where it is none."""
        text = line.plain
        if len(text) > LONGEST_LABEL or text.endswith("。"):
            return None
        if introduced := INTRODUCED.match(text):
            return self._introduce(line, introduced["head"], introduced["alias"])
        ends_in_colon, name = text.endswith(":"), text.rstrip(": ")
        if known := self._known(line, name):
            return known
        if ":" in name:
            return self._affiliated(line, *(part.strip() for part in name.rsplit(":", 1)))
        if BARE_NAME.match(name) and (ends_in_colon or name in self.bare_names):
            return self._unresolved(line, name)
        return self._titled(name, ends_in_colon=ends_in_colon)

    def label_with_text(self, line: Line) -> tuple[str, str] | None:
        """Return speaker and text of a line such as `宮坂:はい。`; None where it does not begin with a known name."""
        match = SAID_ON_ONE_LINE.match(line.text)
        if not match:
            return None
        name = key(match[1])
        names = {*map(key, self.by_alias), *(key(person.surname) for person in self.article.participants)}
        titled = plain(match[1])
        speaker = self._known(line, match[1].strip()) if name in names else self._titled(titled, ends_in_colon=True)
        return (speaker, match[2]) if speaker else None

    def transcribed(self, line: Line, names: frozenset[str]) -> tuple[str, str] | None:
        """Return speaker and text of a line of a transcript, whose speaker nobody introduced."""
        match = SAID_ON_ONE_LINE.match(line.text)
        if not match or plain(match[1]) not in names:
            return None
        return self._unresolved(line, plain(match[1])), match[2]

    def _known(self, line: Line, name: str) -> str | None:
        """Return the speaker of an alias, a surname or a full name that is known already."""
        if name in self.by_alias:
            return self.by_alias[name]
        bare = HONORIFIC.sub("", name)
        people = [p for p in self.article.participants if key(bare) in {key(p.surname), key(p.name)}]
        return self._choose(line, bare, people, "") if people else None

    def _introduce(self, line: Line, head: str, alias: str) -> str:
        """Take in an introduction: A:N(以下「N」) and its relatives."""
        affiliation, _, name = head.rstrip(": ").rpartition(":")
        surname = ASIDE_OF_ALIAS.sub("", alias).strip()
        people = [p for p in self.article.participants if key(p.surname) == key(surname)]
        people = people or [p for p in self.article.participants if key(p.name).startswith(key(surname))]
        people = people or [p for p in self.article.participants if key(head).endswith((key(p.name), key(p.surname)))]
        if len(people) > 1 and (same := [p for p in people if key(head).endswith(key(p.name))]):
            people = same
        if people:
            speaker = self._choose(line, surname, people, affiliation or head)
        elif full := FULL_NAME.search(name or head):
            speaker = f"{full[1]} {full[2]}"
        else:
            speaker = self._unresolved(line, surname)
        self.by_alias[alias] = speaker
        return speaker

    def _affiliated(self, line: Line, affiliation: str, name: str) -> str | None:
        """Return the speaker of A:N with nothing more."""
        people = [p for p in self.article.participants if key(name) in {key(p.surname), key(p.name)}]
        if not people:
            seated = BARE_NAME.match(name) and SEAT.search(affiliation) and len(affiliation) <= LONGEST_SEAT
            return self.by_alias.get(name) or (self._unresolved(line, name) if seated else None)
        speaker = self._choose(line, name, people, affiliation)
        if len(people) == 1:
            self.by_alias.setdefault(people[0].surname, speaker)
        return speaker

    def _titled(self, name: str, *, ends_in_colon: bool) -> str | None:
        """Return the speaker of 中嶋室長, whose title the list knows, or with a colon also of 都CIO宮坂."""
        people = [p for p in self.article.participants if _is_surname_with_title(name, p)]
        if ends_in_colon:
            people = people or [p for p in self.article.participants if key(name) == key(p.affiliation + p.surname)]
            people = people or [p for p in self.article.participants if _may_be_titled(name, p)]
        return people[0].name if len(people) == 1 else None

    def _choose(self, line: Line, surname: str, people: list[Participant], affiliation: str) -> str:
        """Return the one person who is meant. The affiliation only breaks ties; it is never guessed."""
        for test in (_same, _contained, _same_side):
            if len(people) == 1:
                return people[0].name
            if affiliation:
                people = [p for p in people if test(p, affiliation)] or people
        if len(people) == 1:
            return people[0].name
        if surname not in self.told:
            self.told.add(surname)
            names = "、".join(person.name for person in people)
            self.article.warn(line.number, "ambiguous-speaker", f"「{surname}」が{names}のだれか決められません。")
        return surname

    def _unresolved(self, line: Line, name: str) -> str:
        if name not in self.told:
            self.told.add(name)
            self.article.warn(line.number, "unresolved-speaker", f"「{name}」は参加者の一覧にありません。")
        return name


def is_introduction(line: Line) -> bool:
    """Tell whether a line introduces a speaker: A:N(以下「N」)."""
    return INTRODUCED.match(line.plain) is not None


def _is_surname_with_title(name: str, person: Participant) -> bool:
    title = key(name).removeprefix(key(person.surname))
    known = key(person.affiliation), key(person.role or "")
    return bool(title) and title != key(name) and any(text.endswith(title) for text in known)


def _may_be_titled(name: str, person: Participant) -> bool:
    starts, ends = key(name).startswith(key(person.surname)), key(name).endswith(key(person.surname))
    return (starts or ends) and len(name) <= len(person.affiliation) + len(person.name)


def _same(person: Participant, affiliation: str) -> bool:
    return key(person.affiliation) == key(affiliation)


def _contained(person: Participant, affiliation: str) -> bool:
    whole = key(person.affiliation + (person.role or ""))
    return key(affiliation) in whole or whole in key(affiliation) or key(person.affiliation) in key(affiliation)


def _same_side(person: Participant, affiliation: str) -> bool:
    return person.side == side_of(affiliation)


def recurring_names(lines: list[Line]) -> frozenset[str]:
    """Return the short names that stand alone on several lines: speakers whom nobody introduced."""
    counts = Counter(
        line.plain.rstrip(":") for line in lines if not line.kind and BARE_NAME.match(line.plain.rstrip(":"))
    )
    return frozenset(name for name, count in counts.items() if count > 1)


def transcribed_names(lines: Sequence[Line]) -> frozenset[str]:
    """Return the short names that begin several lines, followed by a colon and words."""
    said = (SAID_ON_ONE_LINE.match(line.text) for line in lines if not line.kind)
    counts = Counter(plain(match[1]) for match in said if match and BARE_NAME.match(plain(match[1])))
    return frozenset(name for name, count in counts.items() if count > 1)
