"""The table of skills: each is taught by somebody, whoever prints it finds for whom, and the page asks few questions."""

from __future__ import annotations

import re

from catalog.curricula.skill_table import OF_THE_STANDARD, skill_table


def test_every_item_of_the_standard_is_taught_by_a_course_that_can_be_begun(app):
    table = dict(skill_table())
    assert [len(table[category]) for category in OF_THE_STANDARD] == [7, 3, 8, 5]
    for category in OF_THE_STANDARD:
        assert [row.name for row in table[category] if not any(one.has_lessons for one in row.courses)] == []


def test_the_page_says_for_whom_a_skill_is_learnt(client):
    page = client.get("/catalog/skills").text
    row = re.search(r'<th scope="row">競争環境の変化</th>(.*?)</tr>', page, re.DOTALL)[1]
    assert 'href="/courses/managers-dx"' in row
    assert "管理職" in row
    assert "カリキュラム</td>" not in row


def test_a_draft_teaches_nobody_yet(app):
    slugs = {one.slug for _category, rows in skill_table() for row in rows for one in row.courses}
    assert "privacy-practice" not in slugs
    assert "data-reading" in slugs


def test_the_table_takes_three_queries(app, queries):
    skill_table()
    assert len(queries) == 3
