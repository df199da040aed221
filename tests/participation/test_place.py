"""Places of a session: taken and given back in one module, never more than there are."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from factories import session_of

from kernel.database import db
from kernel.errors import ConflictError, NotFoundError

from courses.sessions import place, training_session
from courses.sessions.models import TrainingSession


def taken(session_id):
    return db.session.scalars(sa.select(TrainingSession.taken).where(TrainingSession.id == session_id)).one()


def test_places_are_claimed_up_to_the_capacity_and_given_back(app, mizuho):
    session_id = session_of("dx-first-step", mizuho, capacity=2).id
    place.claim(session_id)
    place.claim(session_id)
    with pytest.raises(ConflictError, match="満席"):
        place.claim(session_id)
    assert taken(session_id) == 2
    place.give_back(training_session.lock(session_id))
    db.session.commit()
    place.claim(session_id)
    assert taken(session_id) == 2


def test_a_rule_takes_no_more_places_than_are_free(app, mizuho):
    locked = training_session.lock(session_of("dx-first-step", mizuho, capacity=3).id)
    place.take(locked, 2)
    with pytest.raises(ConflictError, match="満席"):
        place.take(locked, 2)
    place.take(locked)
    db.session.commit()
    assert taken(locked.id) == 3


def test_more_places_than_were_taken_cannot_be_given_back(app, mizuho):
    locked = training_session.lock(session_of("dx-first-step", mizuho).id)
    place.give_back(locked)
    with pytest.raises(sa.exc.IntegrityError):
        db.session.commit()
    db.session.rollback()


def test_a_place_of_no_session_is_not_found(app):
    with pytest.raises(NotFoundError):
        place.claim(0)
