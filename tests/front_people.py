"""What an office requires of its people, for tests of what is due."""

from __future__ import annotations

import datetime as dt
import itertools

from factories import offered

from kernel import clock
from kernel.database import add, db

from people.sections import section

from catalog.models import Adoption, Curriculum, CurriculumState, CurriculumStep

_numbers = itertools.count(1)


def adopts(office, slugs, *, due_in=None, department="", **said):
    """Let an office adopt a curriculum of some courses, for all, a section or whom else is said, due in so many days."""
    curriculum = add(
        Curriculum(
            slug=f"adopted-{next(_numbers)}", title="必修の講座", summary="", owner_id=office.id, state=CurriculumState.PUBLISHED,
            steps=[CurriculumStep(course_id=offered(slug).id, position=place) for place, slug in enumerate(slugs, 1)],
        )
    )  # fmt: skip
    due_on = None if due_in is None else clock.today() + dt.timedelta(days=due_in)
    section_id = section.named(office.id, department)
    said = {"section_id": section_id, "due_on": due_on, **said}
    add(Adoption(organisation_id=office.id, curriculum_id=curriculum.id, **said))
    db.session.commit()
    return curriculum
