"""The work on a personnel file: applied part by part in the background, and taken back as one act.

A part is one transaction: whoever is killed in the middle has lost nothing and doubled nothing, and the next one goes on. Of an
organisation one file is at work at a time. The right of whoever began it is checked with each part.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import sqlalchemy as sa

from kernel import clock
from kernel.database import commit_part, db
from kernel.errors import ConflictError, InvalidError, RefusalError
from kernel.page import check_seen

from people import audit, retention
from people.act import Act
from people.actor import actor_of
from people.permission import Actor, Permission
from people.personnel import applying
from people.personnel.file import check_compared, check_nothing_at_work, counts, said_of
from people.personnel.models import AT_WORK, ChangeState, FileState, Kind, PersonnelChange, PersonnelFile

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

log = logging.getLogger("tomomanabi.personnel")
PART = 50
TOGETHER = 2000
"""So many who are new are entered by the statements of one."""
MANY = 10
"""So many in a hundred may leave by a file without the number being typed."""
KEPT = retention.FILES
"""How long a file and what it changed are kept: then it is taken back no more."""
STOPPED = "反映を始めた人が、この団体の職員を管理しなくなったため、途中で止めました。残りは、同じファイルをもう一度取り込むと反映できます。"
STOPPED_UNDOING = (
    "元に戻し始めた人が、この団体の職員を管理しなくなったため、途中で止めました。下の「反映を元に戻す」で続けられます。"
)
UNFORESEEN = "思わぬ誤りのため、この人は変えていません。職員の画面から変更してください。"
IN_ORDER = (Kind.LEAVING, Kind.MISSING, Kind.CHANGED, Kind.RETURNING, Kind.TRANSFERRED, Kind.NEW, Kind.MOVED)
"""Who leaves makes a number free; who is new may need it."""


def leaving(file: PersonnelFile, off: Sequence[str]) -> int:
    """Return how many people a file lets go, but for the kinds that are switched off."""
    going = [kind for kind in (Kind.LEAVING, Kind.MISSING) if kind.value not in off]
    return (
        db.session.scalar(
            sa.select(sa.func.count()).where(PersonnelChange.file_id == file.id, PersonnelChange.kind.in_(going))
        )
        or 0
    )


def number_of_changes(file: PersonnelFile, off: Sequence[str]) -> int:
    """Return how many changes of a file are to be applied, but for the kinds that are switched off."""
    kinds = [kind for kind in IN_ORDER if kind.value not in off]
    return (
        db.session.scalar(
            sa.select(sa.func.count()).where(PersonnelChange.file_id == file.id, PersonnelChange.kind.in_(kinds))
        )
        or 0
    )


def is_many(file: PersonnelFile, number: int) -> bool:
    """Tell whether so many who leave are more than usual."""
    return number * 100 > file.present * MANY


def as_read(file: PersonnelFile) -> tuple[object, ...]:
    """Return what somebody has read before they let a file be applied: how its headings are read, and what it changes."""
    numbers = {kind.value: sum(of.values()) for kind, of in counts(file.id).items()}
    return said_of(file.organisation_id), numbers, file.same


def start(actor: Actor, file: PersonnelFile, off: Sequence[str], typed: int | None, seen: str | None = None) -> int:
    """Let a file be applied, but for the kinds that are switched off; return how many changes that are.

    `seen` is what the page showed (`as_read`). Raises ConflictError for a file that is looked through no more, that was read anew since, or that changes nothing, InvalidError where many leave and their
    number was not typed.
    """
    check_compared(file)
    check_seen(seen, *as_read(file))
    check_nothing_at_work(file.organisation_id)
    going = leaving(file, off)
    if is_many(file, going) and typed != going:
        message = f"{file.present}人のうち{going}人の所属が終わります。よければ「{going}」と入力してください。"
        raise InvalidError(message, field="typed")
    if not (number := number_of_changes(file, off)):
        message = "反映するものがありません。"
        raise ConflictError(message)
    file.off, file.state, file.made_by_id, file.trouble = list(off), FileState.WAITING, actor.staff_id, ""
    audit.record(actor, Act.PERSONNEL_FILE, file.name, organisation_id=file.organisation_id, changes=number)
    db.session.flush()
    return number


def take_back(actor: Actor, file: PersonnelFile) -> None:
    """Let a file that was applied be taken back. Raises ConflictError for any other one."""
    if not file.state.is_applied:
        message = f"いまは「{file.state.label}」なので、元に戻せません。"
        raise ConflictError(message)
    check_nothing_at_work(file.organisation_id)
    file.state, file.made_by_id, file.trouble = FileState.UNDOING, actor.staff_id, ""
    audit.record(actor, Act.PERSONNEL_FILE, f"{file.name}（元に戻す）", organisation_id=file.organisation_id)
    db.session.flush()


def work() -> int:
    """Go on with every file that is at work, to its end; return how many changes were looked after.

    A file that fails as a whole stops no other one; its fault is raised when all were looked after.
    """
    at_work = sa.select(PersonnelFile.id).where(PersonnelFile.state.in_(AT_WORK)).order_by(PersonnelFile.id)
    done, faults = 0, []
    for file_id in db.session.scalars(at_work).all():
        try:
            done += sum(parts(file_id))
        except Exception as fault:  # noqa: BLE001 - the border between the files of different offices
            db.session.rollback()
            faults.append(fault)
    if faults:
        raise faults[0]
    return done


def parts(file_id: int) -> Iterator[int]:
    """Go on with a file part by part, each committed; yield how many changes were looked after in each."""
    while number := _do_a_part(file_id):
        yield number


def _do_a_part(file_id: int) -> int:
    """Do the next changes of a file in one transaction; return how many, none where it has come to its end."""
    file = db.session.scalar(
        sa.select(PersonnelFile)
        .where(PersonnelFile.id == file_id, PersonnelFile.state.in_(AT_WORK))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if file is None:
        db.session.rollback()
        return 0
    actor = actor_of(file.made_by_id) if file.made_by_id else None
    undoes = file.state is FileState.UNDOING
    if actor is None or file.organisation_id not in actor.scope(Permission.MANAGE_STAFF):
        file.state, file.trouble = FileState.APPLIED, STOPPED_UNDOING if undoes else STOPPED
        commit_part()
        return 0
    kinds = [kind for kind in IN_ORDER if kind.value not in file.off]
    rows = _next_of(file, kinds, PART, undoes=undoes)
    together = bool(rows) and rows[0].kind is Kind.NEW and not undoes
    if together:
        rows = _next_of(file, [Kind.NEW], TOGETHER, undoes=False)
    if not rows:
        _end(file)
        commit_part()
        return 0
    file.state = FileState.UNDOING if undoes else FileState.APPLYING
    sections = applying.Sections(file.organisation_id)
    for row in _enter_together(actor, rows, sections) if together else rows:
        _do(actor, row, sections, undoes=undoes)
    commit_part()
    return len(rows)


def _next_of(file: PersonnelFile, kinds: Sequence[Kind], at_most: int, *, undoes: bool) -> Sequence[PersonnelChange]:
    order = sa.case(
        {kind.value: place for place, kind in enumerate(kinds)}, value=PersonnelChange.kind, else_=len(kinds)
    )
    state = ChangeState.DONE if undoes else ChangeState.PLANNED
    return db.session.scalars(
        sa.select(PersonnelChange)
        .where(PersonnelChange.file_id == file.id, PersonnelChange.kind.in_(kinds), PersonnelChange.state == state)
        .order_by(*((order.desc(), PersonnelChange.id.desc()) if undoes else (order, PersonnelChange.id)))
        .limit(at_most)
    ).all()


def _enter_together(
    actor: Actor, rows: Sequence[PersonnelChange], sections: applying.Sections
) -> Sequence[PersonnelChange]:
    """Enter those who are new by a handful of statements; return who is to be entered one by one: all, where anything goes wrong."""
    known = dict(sections.known)
    try:
        with db.session.begin_nested():
            return applying.enter_together(actor, rows, sections)
    except sa.exc.OperationalError:
        raise  # a database that is locked or away: the part is tried again
    except Exception as fault:  # noqa: BLE001 - the border to what no form has looked at
        log.warning("people of a personnel file are entered one by one: %s", type(fault).__name__)
        sections.known, sections.posts = known, {}
        return rows


def _do(actor: Actor, row: PersonnelChange, sections: applying.Sections, *, undoes: bool) -> None:
    known, told = dict(sections.known), ""
    try:
        with db.session.begin_nested():
            if undoes:
                applying.undo(actor, row)
            else:
                applying.apply(actor, row, sections)
    except sa.exc.OperationalError:
        raise  # a database that is locked or away: the part is tried again
    except RefusalError as refusal:
        told = refusal.message or "この人は、いまは変えられません。"
    except Exception as fault:  # noqa: BLE001 - the border to what no form has looked at
        log.error("a change of a personnel file failed: %s", type(fault).__name__)  # noqa: TRY400 - no names in logs
        told = UNFORESEEN
    if told:
        sections.known = known  # what this row began is not there
        row.state = ChangeState.KEPT if undoes else ChangeState.SKIPPED
    else:
        row.state = ChangeState.UNDONE if undoes else ChangeState.DONE
    row.told = told
    db.session.flush()


def _end(file: PersonnelFile) -> None:
    file.state = FileState.UNDONE if file.state is FileState.UNDOING else FileState.APPLIED
    file.text, file.ended_at = "", clock.now()  # what stood in it is not needed any more
    db.session.flush()


def forget() -> int:
    """Remove files, and what they changed, that are kept no longer; return how many."""
    old = db.session.scalars(
        sa.select(PersonnelFile.id).where(
            PersonnelFile.made_at < clock.now() - KEPT, PersonnelFile.state.not_in(AT_WORK)
        )
    ).all()
    db.session.execute(sa.delete(PersonnelChange).where(PersonnelChange.file_id.in_(old)))
    db.session.execute(sa.delete(PersonnelFile).where(PersonnelFile.id.in_(old)))
    db.session.flush()
    return len(old)
