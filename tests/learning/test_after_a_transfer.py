"""Who moves takes the learning along: what is open and newly written is the new office's, history stays with the former."""

from __future__ import annotations

import pytest
from factories import membership
from lessons import begins, taught

from kernel import clock
from kernel.database import db

from people.joining import transfer
from people.joining.transfer import WelcomeStaff

from participation.models import Enrolment, EnrolmentState


@pytest.fixture
def mover(mizuho):
    """Somebody of 瑞穂町 in the middle of a course, with a practice task; the enrolment and its lessons."""
    course = taught(mizuho.coordinator, "moving-on")
    person = mizuho.person()
    mine, lessons = begins(person, course)
    return person, mine, lessons


def moves(person, office):
    code = transfer.make_code(person.actor, ends_present=True)
    transfer.welcome(office.coordinator.actor, WelcomeStaff(office.id, code, None, "総務課", "", clock.today()))
    db.session.commit()


def writes(person, mine, lesson, note):
    assert person.browser().post(f"/learn/{mine}/{lesson}/note", data={"note": note, "shared": "y"}).status_code == 302


def reads(office, note):
    return note in office.coordinator.browser().get("/office/practice").text


def test_a_note_is_read_by_the_office_for_which_it_was_written(mover, mizuho, hachioji):
    person, mine, lessons = mover
    writes(person, mine, lessons[1], "前の団体での記録")
    assert (reads(mizuho, "前の団体での記録"), reads(hachioji, "前の団体での記録")) == (True, False)
    moves(person, hachioji)
    assert (reads(mizuho, "前の団体での記録"), reads(hachioji, "前の団体での記録")) == (True, False), "history"
    writes(person, mine, lessons[1], "新しい団体での記録")
    assert (reads(mizuho, "新しい団体での記録"), reads(hachioji, "新しい団体での記録")) == (False, True)
    address, said = f"/office/practice/{mine}/{lessons[1]}", {"comment": "よく書けています。"}
    assert mizuho.coordinator.browser().post(address, data=said).status_code == 404
    assert hachioji.coordinator.browser().post(address, data=said).status_code == 302


def test_an_open_enrolment_is_ended_by_the_office_of_today(mover, mizuho, hachioji):
    person, mine, _lessons = mover
    moves(person, hachioji)
    assert mizuho.coordinator.browser().post(f"/enrolments/{mine}/withdraw").status_code == 404
    assert hachioji.coordinator.browser().get(f"/enrolments/{mine}/withdraw").status_code == 200
    assert hachioji.coordinator.browser().post(f"/enrolments/{mine}/withdraw").status_code == 302
    assert db.session.get_one(Enrolment, mine, populate_existing=True).state is EnrolmentState.WITHDRAWN


def test_who_belongs_to_both_is_looked_after_where_they_enrolled(mover, mizuho, hachioji):
    person, mine, lessons = mover
    code = transfer.make_code(person.actor, ends_present=False)
    transfer.welcome(hachioji.coordinator.actor, WelcomeStaff(hachioji.id, code, None, "総務課", "", clock.today()))
    db.session.commit()
    writes(person, mine, lessons[1], "兼務の記録")
    assert (reads(mizuho, "兼務の記録"), reads(hachioji, "兼務の記録")) == (True, False)
    assert hachioji.coordinator.browser().get(f"/enrolments/{mine}/withdraw").status_code == 404
    assert mizuho.coordinator.browser().get(f"/enrolments/{mine}/withdraw").status_code == 200


def test_who_has_left_altogether_is_still_withdrawn_by_the_former_office(mover, mizuho):
    person, mine, _lessons = mover
    membership(person).left_on = clock.today()
    db.session.commit()
    assert mizuho.coordinator.browser().post(f"/enrolments/{mine}/withdraw").status_code == 302
