"""Skills: the vocabulary with which courses are tagged, categories of デジタルスキル標準 (DSS-L) and own ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from kernel.database import add, db
from kernel.errors import ConflictError, NotFoundError

from people import audit
from people.act import Act

from courses import catalogue_version
from courses.models import Skill

if TYPE_CHECKING:
    from collections.abc import Sequence

    from people.permission import Actor


def skills() -> Sequence[Skill]:
    """Return the vocabulary by category and name."""
    return db.session.scalars(sa.select(Skill).order_by(Skill.category, Skill.name)).all()


def skill(skill_id: int) -> Skill:
    """Return a skill. Raises NotFoundError."""
    row = db.session.get(Skill, skill_id)
    if row is None:
        raise NotFoundError
    return row


def name_skill(actor: Actor, category: str, name: str) -> Skill:
    """Add a skill to the vocabulary. Raises ConflictError where it is there already."""
    _check_new(category, name)
    audit.record(actor, Act.SKILL_ADDED, f"{category}:{name}")
    return add(Skill(category=category, name=name))


def rename(actor: Actor, row: Skill, category: str, name: str) -> Skill:
    """Rename a skill; courses that bear it bear the new name. Raises ConflictError where it is there already."""
    _check_new(category, name, but=row.id)
    audit.record(actor, Act.SKILL_RENAMED, f"{row.category}:{row.name} → {category}:{name}")
    row.category, row.name = category, name
    db.session.flush()
    catalogue_version.changed()
    return row


def _check_new(category: str, name: str, but: int = 0) -> None:
    if db.session.scalar(sa.select(Skill.id).where(Skill.category == category, Skill.name == name, Skill.id != but)):
        message = "同じスキルがあります。"
        raise ConflictError(message, field="skill")
