"""Speed is a feature: each page asks the database a bounded number of questions, however much there is."""

from __future__ import annotations

import pytest
from factories import Office, session_of

from people.models import Role

from catalog import catalogue_search

#       page                            queries, signed in: what each is for
BUDGET = """
        /catalog                        6   # who it is, version, cards, own enrolments, what is required, unread
        /catalog?q=研修                  11  # and: words, curricula, remarks, lessons, how far one is
        /courses/paperless-basics       5   # who it is, version, own enrolments, what is required, unread
        /courses/guideline-localize       6   # and: the sessions
        /remarks/8-1/11                 8
        /remarks                        9
        /roundtables/8                  7
        /curricula/newcomers            8   # and: what it changes to
        /me                             7   # who it is, enrolments, what is required, nominations, wishes, requests, unread
        /office                         15  # and: who comes from other organisations, curricula to approve, courses and curricula sent back, courses to be read again
        /office/staff                   7   # who it is, people, how many, what each is to do, sections, posts, unread
        /office/moves                   12  # and: how many of each part, days, places of those who go (three), who has a role, what they keep
        /office/moves?part=coming       6
        /studio                         4
        /review                         6
        /review/sections                5   # who it is, how many of each path, sections, unread
        /review/months                  8   # and: begun, finished, people this year and last, the target
        /admin/audit                    4
        /                               7   # as /me, without wishes and requests; curricula, their steps
"""


@pytest.mark.parametrize("many", [False, True], ids=["few rows", "many rows"])
def test_pages_keep_to_their_budget(app, mizuho, queries, monkeypatch, many):
    monkeypatch.setattr(catalogue_search.INDEX, "seconds", 60)
    session_of("guideline-localize", mizuho)
    if many:
        for code in ("132012", "132241", "131083"):
            office = Office.of(code)
            for _number in range(12):
                person = office.person().browser()
                person.post("/courses/paperless-basics/enrol")
                person.post("/courses/security-basics/enrol")
    browser = mizuho.person(Role.COORDINATOR, Role.ADMINISTRATOR).browser()
    over = []
    for line in BUDGET.strip().split("\n"):
        page, most = line.split("#")[0].split()
        browser.get(page)  # what is kept until the catalogue changes is read once
        queries.clear()
        assert browser.get(page).status_code == 200
        if len(queries) > int(most):
            over.append((page, len(queries)))
    assert over == [], over


def test_a_roster_asks_the_same_few_questions_for_one_and_for_thirty(app, mizuho, hachioji, queries):
    session_id = session_of("guideline-localize", mizuho, capacity=40).id
    coordinator = mizuho.coordinator.browser()
    asked = []
    for _time in range(2):
        for _number in range(15):
            hachioji.person().browser().post(f"/sessions/{session_id}/enrol")
        queries.clear()
        assert coordinator.get(f"/sessions/{session_id}").status_code == 200
        asked.append(len(queries))
    assert asked[0] == asked[1] <= 8
