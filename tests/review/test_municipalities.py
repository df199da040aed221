"""Who looks after all municipalities sees who has joined and who is left behind; never a name, never a small number."""

from __future__ import annotations

import pytest
from factories import Office, offered
from front_people import adopts

from kernel.database import db

from people.models import Role

from participation.enrolment import enrol_in_course, entrant

from review import municipalities as board
from review.municipalities import Reach, Standing, ask


def takes(person, slug="ai-first"):
    enrol_in_course(person.actor, entrant(person.actor), offered(slug))
    db.session.commit()


def reader():
    """Somebody of the secretariat, as it looks after all."""
    return Office.of("東京デジタルアカデミー").person(Role.SECRETARIAT).actor


def row_of(office, **asked):
    (found,) = [row for row in board.municipalities(reader(), ask(asked, "東京都")).rows if row.id == office.id]
    return found


def listed(**asked):
    return [row.name for row in board.municipalities(reader(), ask(asked, "東京都")).rows]


def test_all_municipalities_of_tokyo_are_there_whether_they_have_joined_or_not(app, mizuho):
    assert len(listed()) == 63, "with the prefecture itself"
    assert not row_of(mizuho).has_joined
    mizuho.staff.browser()
    assert row_of(mizuho).staff_in_words == "5人未満"
    assert "瑞穂町" not in listed(standing="not joined")
    assert "檜原村" in listed(standing="not joined")


def test_who_has_no_coordinator_and_who_adopted_nothing(app, mizuho, hachioji):
    mizuho.staff.browser()
    hachioji.coordinator.browser()
    assert listed(standing="no coordinator") == ["瑞穂町"]
    assert set(listed(standing="nothing adopted")) == {"瑞穂町", "八王子市"}
    adopts(mizuho, ["ai-first"])
    assert listed(standing="nothing adopted") == ["八王子市"]


def test_reach_is_said_in_steps_and_a_few_are_not_told_apart(app, mizuho):
    people = [mizuho.person() for _number in range(10)]
    reaches = []
    for person in people:
        takes(person)
        reaches.append(row_of(mizuho).reach)
    assert reaches == [Reach.HIDDEN] * 4 + [Reach.MANY] * 2 + [Reach.MOST] * 4


def test_who_had_nobody_in_any_course_for_twelve_months_is_left_behind(app, mizuho, time):
    takes(mizuho.staff)
    assert "瑞穂町" not in listed(standing="left behind")
    time.passes(days=364)
    assert "瑞穂町" not in listed(standing="left behind")
    time.passes(days=2)
    assert "瑞穂町" in listed(standing="left behind")


def test_the_classes_add_up_to_the_lists_behind_them(app, mizuho, hachioji):
    takes(mizuho.coordinator)
    hachioji.staff.browser()
    for prefecture in ("東京都", "北海道", ""):
        question = ask({"prefecture": prefecture}, "東京都")
        classes = board.by_size(question)
        assert sum(row.all for row in classes) == board.municipalities(reader(), question).total
        for row in classes:
            for standing in Standing:
                behind = ask({"prefecture": prefecture, "size": row.size.value, "standing": standing.value}, "東京都")
                assert row.of(standing) == board.municipalities(reader(), behind).total


def test_the_map_has_a_square_for_each_of_the_62(app):
    tiles = board.tiles(board.municipalities(reader(), ask({}, "東京都")).rows)
    assert len(tiles) == len({(tile.x, tile.y) for tile in tiles}) == 62


def test_only_the_secretariat_sees_the_board_and_no_name_stands_on_it(app, mizuho, secretariat):
    person = mizuho.person(name="名前 一郎")
    takes(person)
    browser = secretariat.secretary.browser()
    for address in ("/review/municipalities", "/review/municipalities.csv", "/review/municipalities?prefecture="):
        for other in (mizuho.administrator, mizuho.coordinator, mizuho.staff):
            assert other.browser().get(address).status_code == 404
        page = browser.get(address)
        assert page.status_code == 200
        assert "名前 一郎" not in page.text


@pytest.mark.parametrize(
    "asked", ["?size=9&standing=x&page=abc", "?prefecture=どこか", "?prefecture=%00", "?page=99999999999"]
)
def test_no_question_breaks_the_board(app, secretariat, asked):
    assert secretariat.secretary.browser().get(f"/review/municipalities{asked}").status_code == 200


def test_the_board_asks_the_same_few_questions_for_a_prefecture_and_for_all(app, secretariat, queries):
    browser = secretariat.secretary.browser()
    for address in ("/review/municipalities", "/review/municipalities?prefecture="):
        browser.get(address)
        queries.clear()
        assert browser.get(address).status_code == 200
        assert len(queries) <= 8


def test_what_the_participation_hides_is_not_told_apart_on_the_board_either(app, mizuho, hachioji):
    """Of two that are hidden together the larger would otherwise give the smaller away."""
    for office, number in ((mizuho, 1), (hachioji, 5), (Office.of("132071"), 9)):
        for _number in range(number):
            takes(office.person())
    assert row_of(mizuho).reach is Reach.HIDDEN
    assert row_of(hachioji).reach is Reach.HIDDEN, "five would tell that the other is one"
    assert row_of(Office.of("132071")).reach is Reach.MOST
