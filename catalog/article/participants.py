"""The list of participants: one person a line, in the many ways in which it is written."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from catalog.article.line import key, plain
from catalog.article.model import Participant

if TYPE_CHECKING:
    from catalog.article.line import Line
    from catalog.article.model import ReadArticle, Side

TITLE = re.compile(r"^[【\[<(■◆●○]?\s?(?:参加者|出席者)\s?(?:\(敬称略\)|敬称略)?\s?[】\]>)]?:?$")
TOKYO = ("東京都", "都CIO", "都副知事", "都デジタルサービス局")
POST = re.compile(
    r"(?:長|知事|理事|参事|監|官|補佐|主幹|主査|主任|主事|参与|顧問|委員|職員|担当|CIO|CDO|CTO|係)(?:\([^)]*\))?$"
)
NAME_PART = re.compile(r"[一-龥々ヶヵノ之ぁ-んァ-ヶー\U00020000-\U0003ffff\uf900-\ufaff]{1,6}$")
IN_PARENTHESES = re.compile(r"^(.+?)\(([^()]+)\)$")
SEPARATOR = re.compile(r"\s?:\s?")


def side_of(affiliation: str) -> Side:
    """Return the side of the table: whoever's affiliation starts with Tokyo's names sits on Tokyo's."""
    return "tokyo" if affiliation.startswith(TOKYO) else "municipality"


def read_participants(article: ReadArticle, lines: list[Line]) -> int:
    """Read the block of participants, if there is one; return the index of the first line after it, else 0."""
    start = next((index for index, line in enumerate(lines) if TITLE.match(line.plain)), None)
    if start is None:
        return 0
    lines[start].kind = "block title"
    for index in range(start + 1, len(lines)):
        line = lines[index]
        if line.kind in {"image", "caption"}:
            continue
        people = people_of(line.plain, [participant.surname for participant in article.participants])
        if not people:
            return index
        article.participants += people
        line.kind = "participant"
    return len(lines)


def people_of(text: str, known_surnames: list[str] | None = None) -> list[Participant]:
    """Return the participants of a line; none where it is no such line."""
    if "以下" in text or text.endswith(("。", ":", "!", "?")):
        return []
    people: list[Participant] = []
    for piece in _one_a_piece(text.lstrip("・●○◆■ ")):
        person = _person(piece)
        if person is None or (":" in piece and SEPARATOR.split(piece)[-1] in (known_surnames or [])):
            return []
        people.append(person)
    return people


def _one_a_piece(text: str) -> list[str]:
    """Cut a line on which two people are glued: the second begins where an affiliation begins again."""
    first_colon = text.find(":")
    if first_colon < 0:
        return [text]
    municipality = re.match(r"^(.+?[市区町村])(?=CIO|[^市区町村])", text)
    starts = [*TOKYO, *([municipality[1]] if municipality else [])]
    after = text[first_colon + 1 :]
    cuts = sorted(position for name in starts for position in (_later(after, name),) if position is not None)
    for cut in cuts:
        left, right = text[: first_colon + 1 + cut].strip(" 、,/・"), text[first_colon + 1 + cut :]
        if _person(left) and _person(right):
            return [left, *_one_a_piece(right)]
    return [text]


def _later(text: str, name: str) -> int | None:
    """Return where a name begins again after other text; a role that begins with it does not count."""
    position = text.find(name, 1)
    while position > 0 and name.startswith("都") and text[:position].endswith("東京"):
        position = text.find(name, position + 1)
    return position if position > 1 and NAME_PART.search(text[:position].strip(" 、,/・")) else None


def _person(text: str) -> Participant | None:
    head, name = _head_and_name(text)
    if not name or not head:
        return None
    parts = [part for part in head if part]
    affiliation, role = parts[0], " ".join(parts[1:]) or None
    if role is None and (split := IN_PARENTHESES.match(affiliation)):
        affiliation, role = split[1].strip(), split[2].strip()
    return Participant(
        name=" ".join(name), surname=name[0], affiliation=affiliation, role=role, side=side_of(affiliation)
    )


def _head_and_name(text: str) -> tuple[list[str], list[str]]:
    """Return affiliation and role, and the name as surname and given name."""
    pieces = SEPARATOR.split(text)
    words = pieces[-1].split(" ")
    name = _name(words)
    if not name:
        return [], []
    before = " ".join(words[: -len(name)])
    if len(pieces) > 1:
        return [*pieces[:-1], before], name
    if len(name) < 2 or not before:  # noqa: PLR2004
        return [], []
    head = before.split(" ")
    if not any(POST.search(word) for word in head):
        return [], []
    return [head[0], " ".join(head[1:])], name


def _name(words: list[str]) -> list[str]:
    last = words[-2:]
    if not all(NAME_PART.match(word) for word in last[-1:]):
        return []
    if len(last) == 2 and NAME_PART.match(last[0]) and not _is_post(last[0]):  # noqa: PLR2004
        return last
    return [] if _is_post(last[-1]) else last[-1:]


def _is_post(word: str) -> bool:
    return bool(POST.search(word)) and len(word) > 1


LONGEST_CAPTION = 60
ASIDE = re.compile(r"\([^)]*\)")
WHERE = re.compile(r"^(?:写真)?(?:左|右|中央|奥|手前|前列|後列)?(?:から|側|端)?\s?:?\s?")
BETWEEN = re.compile(r"[、,・/]|(?<=[長監官事員O氏様ん])と|\s(?=左|右|中央|奥|手前)")


def names_people_only(text: str, people: list[Participant]) -> int:
    """Return how many participants a line names with their titles, where it says nothing else; 0 where it does."""
    if len(text) > LONGEST_CAPTION:
        return 0
    pieces = [WHERE.sub("", piece.strip()) for piece in BETWEEN.split(ASIDE.sub("", text)) if piece.strip()]
    return len(pieces) if pieces and all(any(_is_titled(piece, one) for one in people) for piece in pieces) else 0


def _is_titled(text: str, person: Participant) -> bool:
    """Tell whether a text is a name with a title or an affiliation, before it or after it."""
    said = key(re.sub(r"(?:さん|氏|様)$", "", text))
    for name in (key(person.name), key(person.surname)):
        rest = (
            said.removeprefix(name) if said.startswith(name) else said.removesuffix(name) if said.endswith(name) else ""
        )
        if rest and POST.search(rest):
            return True
    return said == key(person.name)


def has_note(text: str) -> bool:
    """Tell whether a line bears a note in brackets that introduces nobody."""
    return any("以下" not in note for note in ASIDE.findall(text))


def captions_of(participants: list[Participant]) -> set[str]:
    """Return the keys of the lines that are captions under a participant's picture."""
    captions: set[str] = set()
    for person in participants:
        role = person.role or ""
        captions |= {
            key(text)
            for text in (
                person.affiliation,
                f"{person.affiliation}{role}{person.name}",
                f"{person.affiliation}{person.name}",
                f"{person.affiliation}({role}){person.name}",
            )
        }
        if role:
            captions |= {key(f"{role}{person.name}"), key(f"{person.affiliation}{role}")}
    return {plain(caption) for caption in captions if caption}
