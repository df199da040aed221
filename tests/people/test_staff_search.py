"""Every search of people finds a name however it is typed."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from factories import session_of

from kernel.database import db

from people.membership import managed_memberships
from people.models import Membership, Staff
from people.sections import post

from courses.sessions.models import AdmissionRule

CASE = Path(__file__).parent.parent / "data" / "cases" / "people" / "03-name-search.txt"
QUERIES = [line.split("\t") for line in CASE.read_text(encoding="utf-8").splitlines()[1:]]
READING = {"髙橋 幸子": "タカハシ サチコ", "佐藤 明": "サトウ アキラ"}


@pytest.fixture
def named(mizuho):
    """People with the names that the case speaks of."""
    for name in dict.fromkeys(name.split(" (")[0] for _query, name in QUERIES):
        person = mizuho.person(name=name, department="情報政策課")
        db.session.get_one(Staff, person.staff_id).reading = READING.get(name, "ナマエ")
    db.session.commit()
    return mizuho


@pytest.mark.parametrize(("query", "name"), QUERIES)
def test_a_name_is_found_in_every_spelling_in_the_list_of_staff(named, query, name):
    found = db.session.scalars(managed_memberships(named.coordinator.actor, query)).all()
    assert [row.staff.name for row in found] == [name.split(" (")[0]]


def test_words_are_looked_for_each_by_itself_in_name_number_address_department_and_post(named):
    row = db.session.scalars(sa.select(Membership).join(Membership.staff).where(Staff.name == "佐藤 明")).one()
    row.staff_number, row.post_id = "01001", post.named(named.id, "主査")
    db.session.commit()
    for query in ("1001 佐藤", "佐藤 情報政策", "主査 アキラ", "０１００１", "person さとう"):
        found = db.session.scalars(managed_memberships(named.coordinator.actor, query)).all()
        assert "佐藤 明" in [found_one.staff.name for found_one in found], query


def test_the_other_searches_find_the_same(named, secretariat):
    session = session_of("expert-collaboration", secretariat, giving=AdmissionRule.NOMINATION)
    browser = named.coordinator.browser()
    for address in ("/office/enrol/ai-first/choose", f"/office/nominations/{session.id}", "/office/staff"):
        assert "髙橋 幸子" in browser.get(address, query_string={"q": "たかはしさちこ"}).text, address
        assert "齋藤 花子" in browser.get(address, query_string={"q": "斎藤花子"}).text, address
