"""Organisations: their codes, their size, and how people name them."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from kernel.database import db
from kernel.errors import InvalidError
from kernel.settings import CONTENT

from people.models import Organisation, OrganisationKind, SizeClass
from people.organisation import by_code_or_name, check_digit, is_code, load_organisations, size_class_of


@pytest.mark.parametrize("code", ["131016", "133086", "133612", "134015", "011002"])
def test_codes_of_real_municipalities_are_right(code):
    assert is_code(code)


@given(st.integers(min_value=0, max_value=99999))
def test_one_check_digit_makes_a_code_right(number):
    five = f"{number:05}"
    assert [digit for digit in "0123456789" if is_code(five + digit)] == [check_digit(five)]


@given(st.text(max_size=8))
def test_no_text_breaks_the_check_of_codes(text):
    is_code(text)


@pytest.mark.parametrize(
    ("staff", "population", "kind", "size"),
    [
        (99, 3_000_000, OrganisationKind.CITY, SizeClass.SMALLEST),
        (100, None, OrganisationKind.CITY, SizeClass.SMALL),
        (5000, None, OrganisationKind.CITY, SizeClass.LARGEST),
        (None, 9_999, OrganisationKind.CITY, SizeClass.SMALLEST),
        (None, 10_000, OrganisationKind.CITY, SizeClass.SMALL),
        (None, None, OrganisationKind.VILLAGE, SizeClass.SMALLEST),
        (None, None, OrganisationKind.PREFECTURE, SizeClass.LARGEST),
    ],
)
def test_size_follows_from_staff_then_population_then_kind(staff, population, kind, size):
    assert size_class_of(kind, staff, population) is size


def test_there_are_1788_local_governments_and_the_joint_hosts(app):
    counts = dict(db.session.execute(sa.select(Organisation.kind, sa.func.count()).group_by(Organisation.kind)).all())
    assert {kind: counts[kind] for kind in (OrganisationKind.PREFECTURE, OrganisationKind.WARD, OrganisationKind.CITY, OrganisationKind.TOWN, OrganisationKind.VILLAGE)} == {
        OrganisationKind.PREFECTURE: 47, OrganisationKind.WARD: 23, OrganisationKind.CITY: 792, OrganisationKind.TOWN: 743, OrganisationKind.VILLAGE: 183,
    }  # fmt: skip
    assert counts[OrganisationKind.HOST] + counts[OrganisationKind.JOINT_BODY] == 4


def test_every_code_has_its_check_digit(app):
    codes = db.session.scalars(sa.select(Organisation.code).where(Organisation.code.is_not(None))).all()
    assert len(codes) == 1788
    assert all(is_code(code) for code in codes)


def test_loading_again_adds_nothing(app):
    assert load_organisations(CONTENT / "organisations.csv") == 0
    assert load_organisations(CONTENT / "hosts.csv") == 0


def test_an_organisation_is_known_by_code_and_by_name(app):
    assert by_code_or_name("133035").name == "瑞穂町"
    assert by_code_or_name(" 瑞穂町 ").code == "133035"
    assert by_code_or_name("\uff11\uff13\uff13\uff10\uff13\uff15").code == "133035"
    assert by_code_or_name("GovTech東京").kind is OrganisationKind.HOST


def test_a_name_that_several_bear_needs_the_prefecture(app):
    with pytest.raises(InvalidError, match="都道府県名から"):
        by_code_or_name("府中市")
    assert by_code_or_name("広島県府中市").prefecture == "広島県"


def test_a_wrong_code_in_the_file_is_refused_with_place_and_reason(app, tmp_path):
    file = tmp_path / "organisations.csv"
    file.write_text(
        "code,name,reading,kind,prefecture,staff_count,population\n131017,ちよだ,ちよだ,ward,東京都,,\n",
        encoding="utf-8",
    )
    with pytest.raises(InvalidError, match=r"organisations.csv.*2行目.*131017"):
        load_organisations(file)


@pytest.mark.parametrize(
    "typed",
    [
        "瑞穂町",
        "133035",
        "東京都瑞穂町",
        "瑞穂町役場",
        "西多摩郡瑞穂町",
        "東京都西多摩郡瑞穂町",
        "みずほまち",
        "ミズホマチ",
    ],
)
def test_an_organisation_is_found_by_what_people_call_it(app, typed):
    assert by_code_or_name(typed).code == "133035"
