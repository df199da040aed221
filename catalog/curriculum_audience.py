"""For whom a curriculum is: for all organisations, or for the one that has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from catalog.models import Curriculum, CurriculumState

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy.sql import ColumnElement


def is_shown_to(organisation_ids: Collection[int]) -> ColumnElement[bool]:
    """Return the condition that a curriculum is published, and for all or by one of some organisations for itself."""
    return sa.and_(
        Curriculum.state == CurriculumState.PUBLISHED,
        sa.or_(Curriculum.is_for_all, Curriculum.owner_id.in_(organisation_ids)),
    )
