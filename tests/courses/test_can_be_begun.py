"""Which courses can be begun: nobody is sent where there is nothing to take."""

from __future__ import annotations

from factories import offered, session_of

from kernel.database import db

from courses.course import published_courses
from courses.sessions.start import can_be_begun

SLUGS = ["dx-first-step", "expert-collaboration", "guideline-localize"]


def begun_by(person):
    return [course.slug for course in can_be_begun(person.actor, published_courses(SLUGS))]


def test_lessons_can_be_begun_and_a_session_only_where_one_comes(mizuho, hachioji, time):
    for slug in SLUGS:
        offered(slug)
    assert begun_by(mizuho.staff) == ["dx-first-step"]
    planned = session_of("expert-collaboration", hachioji)
    db.session.commit()
    assert begun_by(mizuho.staff) == ["dx-first-step", "expert-collaboration"]
    planned.is_draft = True
    db.session.commit()
    assert begun_by(mizuho.staff) == ["dx-first-step"]
    planned.is_draft = False
    db.session.commit()
    time.passes(days=400)
    assert begun_by(mizuho.staff) == ["dx-first-step"]
