"""A list of own staff, pasted or as a CSV file (UTF-8 or CP932), and what enrolling them would do, line by line."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

import sqlalchemy as sa

from kernel.database import db
from kernel.errors import ConflictError, InvalidError
from kernel.text import decoded, folded, normalised
from kernel.vocabulary import Term

from people.access import Actor, Permission
from people.models import Membership, Organisation, Staff
from people.staff import is_current

from courses.models import Format
from courses.training_session import SessionState, state_of

from participation import enrolment as enrolments
from participation.enrolment import Entrant, Offer
from participation.models import OPEN_STATES, Enrolment
from participation.place import WHY_NOT

MOST_LINES = 2000
HEADINGS = frozenset(map(folded, ("職員番号", "メールアドレス", "氏名", "番号", "メール", "名前", "Email")))


class Outcome(Term):
    """What becomes of a line."""

    ENROLS = "enrols", "申し込みます"
    ENROLLED = "enrolled", "申し込みました"
    ALREADY = "already", "すでに受講しています"
    TWICE = "twice", "一覧に二度あります"
    UNKNOWN = "unknown", "自団体の職員に見つかりません"
    SEVERAL = "several", "同じ氏名の職員が複数います"
    DIFFERENT = "different", "一行に別々の職員が書かれています"
    NO_PLACE = "no place", "席が足りません"


@dataclass(frozen=True)
class ListedLine:
    """A line of the list: its number, what it says, whom it means and what becomes of it."""

    number: int
    text: str
    person: Entrant | None
    outcome: Outcome


def text_of_file(content: bytes) -> str:
    """Return the text of an uploaded file. Raises InvalidError where it is neither UTF-8 nor CP932."""
    try:
        return decoded(content)
    except UnicodeDecodeError as error:
        message = "ファイルの文字コードが分かりません。ExcelからCSV形式で保存し直してください。"
        raise InvalidError(message, field="file") from error


def preview(actor: Actor, offer: Offer, text: str) -> list[ListedLine]:
    """Return what enrolling the people of a list would do; nothing is changed.

    A line is known by a staff number, an e-mail address or a name that only one of the own staff bears.
    Raises InvalidError where the list is empty or too long.
    """
    lines = _lines(text)
    if not lines:
        message = "職員番号、メールアドレス、氏名のどれかを一行に一人ずつ入力してください。"
        raise InvalidError(message, field="text")
    if len(lines) > MOST_LINES:
        message = f"一度に申し込めるのは{MOST_LINES}人までです。"
        raise InvalidError(message, field="text")
    check_open(offer)
    by_key = _own_staff(actor)
    enrolled = set(
        db.session.scalars(
            sa.select(Enrolment.staff_id).where(
                Enrolment.course_id == offer.course.id,
                Enrolment.state.in_(OPEN_STATES),
                actor.scope(Permission.ENROL_STAFF).where(Enrolment.organisation_id),
            )
        )
    )
    free = offer.session.capacity - offer.session.taken if offer.session else MOST_LINES
    seen: set[int] = set()
    result = []
    for number, cells in lines:
        people, outcome = _meant(cells, by_key)
        outcome = outcome or _outcome(people[0], seen, enrolled, free)
        if outcome is Outcome.ENROLS:
            free -= 1
        seen |= {person.staff_id for person in people[:1]}
        result.append(ListedLine(number, " ".join(cells), people[0] if len(people) == 1 else None, outcome))
    return result


def check_open(offer: Offer) -> None:
    """Raise InvalidError where nobody can be enrolled: no session was chosen, or it is not open."""
    if offer.session is None:
        if offer.edition.format is not Format.E_LEARNING:
            message = "この講座は開催回を選んで申し込みます。講座のページから開催回を開いてください。"
            raise InvalidError(message)
    elif state_of(offer.session) not in {SessionState.OPEN, SessionState.FULL}:
        raise InvalidError(WHY_NOT[state_of(offer.session)])


def _meant(cells: list[str], by_key: dict[str, list[Entrant]]) -> tuple[list[Entrant], Outcome | None]:
    """Return whom the cells of a line mean together, or why they mean nobody.

    A name that several bear is settled by a number beside it; cells that mean different people mean nobody.
    """
    found = [by_key[key] for cell in cells if (key := folded(cell)) in by_key]
    if not found:
        return [], Outcome.UNKNOWN
    common = set.intersection(*({person.staff_id for person in people} for people in found))
    if not common:
        return [], Outcome.DIFFERENT
    people = [person for person in found[0] if person.staff_id in common]
    return (people, None) if len(people) == 1 else ([], Outcome.SEVERAL)


def _outcome(person: Entrant, seen: set[int], enrolled: set[int], free: int) -> Outcome:
    if person.staff_id in seen:
        return Outcome.TWICE
    if person.staff_id in enrolled:
        return Outcome.ALREADY
    return Outcome.ENROLS if free > 0 else Outcome.NO_PLACE


def _lines(text: str) -> list[tuple[int, list[str]]]:
    delimiter = "\t" if "\t" in text else ","
    reader = csv.reader(io.StringIO(text.replace("\x00", "")), delimiter=delimiter)
    lines: list[tuple[int, list[str]]] = []
    try:
        for row in reader:
            cells = [normalised(cell) for cell in row if cell.strip()]
            is_heading = not lines and any(folded(cell) in HEADINGS for cell in cells)
            if cells and not is_heading:
                lines.append((reader.line_num, cells))
    except csv.Error as error:
        message = f"{reader.line_num}行目を読めません。一行に一人ずつ入力してください。"
        raise InvalidError(message, field="text") from error
    return lines


def _own_staff(actor: Actor) -> dict[str, list[Entrant]]:
    """Return the own staff by staff number, e-mail address and name."""
    by_key: dict[str, list[Entrant]] = {}
    rows = db.session.execute(
        sa.select(
            Staff.id, Staff.name, Staff.email, Membership.staff_number, Membership.organisation_id,
            Organisation.size_class,
        )
        .join(Membership, Membership.staff_id == Staff.id)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(is_current(), actor.scope(Permission.ENROL_STAFF).where(Membership.organisation_id))
    )  # fmt: skip
    for row in rows:
        person = Entrant(row.id, row.name, row.organisation_id, row.size_class)
        for key in {folded(text) for text in (row.staff_number, row.email, row.name) if text}:
            by_key.setdefault(key, []).append(person)
    return by_key


def enrol_all(actor: Actor, offer: Offer, text: str) -> list[ListedLine]:
    """Enrol the people of a list; return what became of each line. A line that is refused refuses no other one."""
    result = []
    for line in preview(actor, offer, text):
        outcome = line.outcome
        if outcome is Outcome.ENROLS and line.person:
            try:
                with db.session.begin_nested():
                    enrolments.enrol(actor, line.person, offer)
                outcome = Outcome.ENROLLED
            except ConflictError as refusal:
                outcome = Outcome.ALREADY if refusal.message == enrolments.ALREADY else Outcome.NO_PLACE
        result.append(ListedLine(line.number, line.text, line.person, outcome))
    return result
