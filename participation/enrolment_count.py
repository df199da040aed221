"""Uptake: the count of enrolments and people by organisation, fiscal year and level, moved with each enrolment."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from kernel.database import db, insert

from participation.models import ALL_LEVELS, UNCOUNTED, Enrolment, EnrolmentCount, EnrolmentState

COUNTED = Enrolment.state.not_in(UNCOUNTED)


def _parts(state: EnrolmentState | None) -> tuple[int, int, int]:
    """Return what an enrolment in a state adds to enrolled, in progress and completed."""
    counted = state is not None and state not in UNCOUNTED
    return int(counted), int(state is EnrolmentState.IN_PROGRESS), int(state is EnrolmentState.COMPLETED)


def moved(enrolment: Enrolment, before: EnrolmentState | None) -> None:
    """Count that an enrolment has come from one state (None: it is new) into the one it has now."""
    _count(enrolment, _parts(before), _parts(enrolment.state))


def left(enrolment: Enrolment) -> None:
    """Count that an enrolment is gone from where it is counted now."""
    _count(enrolment, _parts(enrolment.state), _parts(None))


def _count(enrolment: Enrolment, old: tuple[int, int, int], new: tuple[int, int, int]) -> None:
    enrolled, in_progress, completed = (after - earlier for earlier, after in zip(old, new, strict=True))
    if not (enrolled or in_progress or completed):
        return
    _lock(enrolment)
    levels = set(_other_levels(enrolment)) if enrolled else set()
    for level, is_new_person in (
        (enrolment.level.value, enrolment.level not in levels),
        (ALL_LEVELS, not levels),
    ):
        people = enrolled if is_new_person else 0
        _add(enrolment, level, enrolled=enrolled, in_progress=in_progress, completed=completed, people=people)


def _lock(enrolment: Enrolment) -> None:
    """Let nobody else count for this organisation and year until the transaction ends: what is read from here on is what counts."""
    key = _key(enrolment, ALL_LEVELS)
    _begin(key)
    db.session.execute(
        sa.select(EnrolmentCount.people)
        .where(*(getattr(EnrolmentCount, name) == value for name, value in key.items()))
        .with_for_update()
    )


def _other_levels(enrolment: Enrolment) -> list[Any]:
    """Return the levels of the person's other enrolments that are counted with this one."""
    same = ("staff_id", "organisation_id", "fiscal_year")
    return list(
        db.session.scalars(
            sa.select(Enrolment.level).where(
                *(getattr(Enrolment, name) == getattr(enrolment, name) for name in same),
                Enrolment.id != enrolment.id,
                COUNTED,
            )
        )
    )


def _key(enrolment: Enrolment, level: str) -> dict[str, Any]:
    return {"fiscal_year": enrolment.fiscal_year, "level": level, "organisation_id": enrolment.organisation_id}


def _begin(key: dict[str, Any]) -> None:
    """Let a row be there, with nothing counted yet."""
    nothing = dict.fromkeys(("enrolled", "in_progress", "completed", "people"), 0)
    db.session.execute(insert(EnrolmentCount).values(**key, **nothing).on_conflict_do_nothing(index_elements=list(key)))


def _add(enrolment: Enrolment, level: str, **change: int) -> None:
    key = _key(enrolment, level)
    _begin(key)
    db.session.execute(
        sa.update(EnrolmentCount)
        .where(*(getattr(EnrolmentCount, name) == value for name, value in key.items()))
        .values({name: getattr(EnrolmentCount, name) + number for name, number in change.items()})
        .execution_options(synchronize_session=False)
    )


def recount() -> None:
    """Count everything anew from the enrolments."""
    db.session.execute(sa.delete(EnrolmentCount))
    columns = ["fiscal_year", "level", "organisation_id", "enrolled", "in_progress", "completed", "people"]
    for level in (sa.cast(Enrolment.level, sa.String), sa.literal(ALL_LEVELS)):
        counted = sa.select(
            Enrolment.fiscal_year,
            level,
            Enrolment.organisation_id,
            sa.func.count(),
            sa.func.count().filter(Enrolment.state == EnrolmentState.IN_PROGRESS),
            sa.func.count().filter(Enrolment.state == EnrolmentState.COMPLETED),
            sa.func.count(sa.distinct(Enrolment.staff_id)),
        )
        by_level = () if isinstance(level, sa.BindParameter) else (Enrolment.level,)
        db.session.execute(
            sa.insert(EnrolmentCount).from_select(
                columns, counted.where(COUNTED).group_by(Enrolment.fiscal_year, Enrolment.organisation_id, *by_level)
            )
        )
