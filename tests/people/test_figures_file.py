"""A public table gives many organisations their staff and inhabitants; what stands by nothing better is said to be provisional."""

from __future__ import annotations

from io import BytesIO

import pytest

from kernel.database import db
from kernel.errors import InvalidError

from people import figures_file
from people.models import Organisation, SizeClass
from people.organisation import by_code_or_name, size_basis

TABLE = """令和7年 職員数の調査,,,
団体コード,団体名,職員数（人）,人口
133035,瑞穂町,"231人","33,012"
133086,奥多摩町,120,"4,800"
132012,八王子市,2890,"577,000"
999999,どこでもない町,10,100
133051,日の出町,不明,
"""


def row_of(name):
    row = by_code_or_name(name)
    db.session.refresh(row)
    return row


def test_each_line_says_what_it_changes(app):
    lines = figures_file.read(TABLE)
    assert [(line.organisation.name if line.organisation else "", line.told) for line in lines] == [
        ("瑞穂町", ""), ("奥多摩町", ""), ("八王子市", ""), ("", "団体が見つからないか、団体コードと団体名が合いません"), ("日の出町", "職員数も人口も読み取れません"),
    ]  # fmt: skip
    assert [line.staff_count for line in lines[:3]] == [231, 120, 2890]
    assert lines[0].population == 33012


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_the_secretariat_loads_the_table_after_a_look(secretariat, encoding):
    browser = secretariat.secretary.browser()
    assert size_basis(row_of("八王子市")) == "仮（団体の種類から）"
    sent = {"file": (BytesIO(TABLE.encode(encoding)), "職員数.csv"), "year": "2025"}
    page = browser.post("/admin/organisations/figures", data=sent, content_type="multipart/form-data").text
    assert "5行のうち、3団体の数が変わります" in page
    assert row_of("八王子市").staff_count is None, "nothing has changed so far"
    done = browser.post("/admin/organisations/figures", data={"text": TABLE, "year": "2025", "enter": "1"})
    assert done.status_code == 302
    row = row_of("八王子市")
    assert (row.staff_count, row.population, row.size_class) == (2890, 577000, SizeClass.LARGE)
    assert size_basis(row) == "2025年の職員数から"
    assert row_of("奥多摩町").size_class is SizeClass.SMALL
    assert "2025年の職員数から" in browser.get("/admin/organisations?q=八王子").text
    assert [line.told for line in figures_file.read(TABLE)[:3]] == ["いまの数と同じです"] * 3, "twice changes nothing"


def test_a_name_that_several_bear_needs_a_code_or_a_prefecture(app):
    (line,) = figures_file.read("団体名,人口\n府中市,1000\n")
    assert "複数あります" in line.told
    (line,) = figures_file.read("都道府県\t市区町村\t人口\n広島県\t府中市\t37000\n")
    assert line.organisation.prefecture == "広島県"


@pytest.mark.parametrize(
    "text", ["", "瑞穂町,231", "団体コード,団体名\n133035,瑞穂町\n", "団体コード,人口\n", '団体コード,人口\n"133035']
)
def test_what_is_no_table_of_figures_is_refused_in_words(secretariat, text):
    with pytest.raises(InvalidError):
        figures_file.read(text)
    answer = secretariat.secretary.browser().post("/admin/organisations/figures", data={"text": text, "year": "2025"})
    assert answer.status_code == 422


def test_nothing_typed_is_lost_and_nobody_else_loads_figures(secretariat, mizuho):
    browser = secretariat.secretary.browser()
    again = browser.post("/admin/organisations/figures", data={"text": TABLE, "year": "2025", "again": "1"})
    assert "どこでもない町" in again.text
    assert again.status_code == 200
    for other in (mizuho.administrator, mizuho.coordinator):
        assert (
            other.browser().post("/admin/organisations/figures", data={"text": TABLE, "year": "2025"}).status_code
            == 404
        )
    assert db.session.query(Organisation).where(Organisation.staff_count.is_not(None)).count() == 0


def test_zeros_that_a_table_program_took_off_lead_to_no_other_municipality(app):
    six = "団体コード,都道府県,団体名,人口\n23213,青森県,鰺ヶ沢町,9000\n133035,東京都,瑞穂町,33000\n"
    assert [line.organisation.name for line in figures_file.read(six)] == ["鰺ヶ沢町", "瑞穂町"]
    five = "団体コード,団体名,人口\n13303,瑞穂町,33000\n2321,鰺ヶ沢町,9000\n"
    assert [line.organisation.name for line in figures_file.read(five)] == ["瑞穂町", "鰺ヶ沢町"]
    (line,) = figures_file.read("団体コード,都道府県,団体名,人口\n232131,青森県,鰺ヶ沢町,9000\n")
    assert line.organisation is None, "a code and a name that are not of one"
