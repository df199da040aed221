"""Two spellings of one name, number or address meet; those of two people do not."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.spelling import folded, folded_number, folded_word, plain_address, typed_number

ONE_NAME = [
    ("髙橋 幸子", "高橋幸子"), ("齋藤", "斎藤"), ("齊藤", "斉藤"), ("渡邉", "渡辺"), ("渡邊", "渡辺"), ("黑澤", "黒沢"), ("德永", "徳永"),
    ("瀨戸 櫻", "瀬戸桜"), ("冨田", "富田"), ("大峯", "大峰"), ("曾我", "曽我"), ("佐〻木", "佐々木"), ("\u845b\U000e0100城", "葛城"),
    ("\ufa10田", "塚田"), ("\ufa1b田", "福田"), ("タカハシ サチコ", "たかはしさちこ"), ("ﾀｶﾊｼ", "タカハシ"), ("佐藤\u200b 明", "佐藤 明"),
    ("𠮷田", "吉田"), ("山﨑", "山崎"), ("濵田", "浜田"), ("中嶋", "中島"), ("栁田", "柳田"), ("三ヶ島", "三ケ島"), ("國廣", "国広"),
]  # fmt: skip
TWO_NAMES = ["土士", "太大", "未末", "亨享", "惠慧", "斎斉", "井丼", "埼崎", "杉椙", "己巳", "昴昂", "渡度"]


@pytest.mark.parametrize(("one", "other"), ONE_NAME)
def test_spellings_of_one_name_meet(one, other):
    assert folded(one) == folded(other)


@pytest.mark.parametrize("pair", TWO_NAMES)
def test_characters_of_different_names_do_not_meet(pair):
    assert folded(pair[0]) != folded(pair[1])


@given(st.text(max_size=60))
def test_to_fold_twice_is_to_fold_once(text):
    assert folded(folded(text)) == folded(text)


@pytest.mark.parametrize(
    "typed", ["A-001", "A−001", "A‐001", "A–001", "Aー001", "Ａ－００１", "a-001", " A - 001", "A-001\u200b", "'A-001", '="A-001"']
)  # fmt: skip
def test_spellings_of_one_staff_number_meet(typed):
    assert folded_number(typed) == "a-001"


def test_zeros_at_the_front_of_a_number_count():
    assert folded_number("00123") != folded_number("123")


@pytest.mark.parametrize(
    "typed",
    ["rei\u200bhaba@example.lg.jp", "<reihaba@example.lg.jp>", "mailto:reihaba@example.lg.jp", "reihaba@example.lg.jp.",
     "例葉 花子 <ReiHaba@example.lg.jp>", "ｒｅｉｈａｂａ@example.lg.jp"],
)  # fmt: skip
def test_what_copying_put_around_an_address_is_taken_off(typed):
    assert plain_address(typed) == "reihaba@example.lg.jp"


@pytest.mark.parametrize(
    ("typed", "unit", "number"),
    [
        ("１５００人", "人", 1500), ("1500 人 ", "人", 1500), ("約1,500人。", "人", 1500), ("1、500", "", 1500), ("1 500", "", 1500),
        ("1.5％", "%", 1.5), (".5", "", 0.5), ("5.", "", 5), ("+5", "", 5), ("15万", "", 150_000), ("1億2千万", "", 120_000_000),
        ("1万5千人", "人", 15_000), *((f"{sign}5", "", -5) for sign in "-−‐–ー－▲△"), ("\u200b5", "", 5),
        ("1,5", "", None), ("1.2.3", "", None), ("", "", None), ("五", "", None), ("1e3", "", None), ("9" * 41, "", None), ("人", "人", None),
    ],
)  # fmt: skip
def test_a_number_is_read_as_people_type_it(typed, unit, number):
    assert typed_number(typed, unit) == (None if number is None else Decimal(str(number)))


@pytest.mark.parametrize(
    ("one", "other"),
    [("コンピューター", "コンピュータ"), ("サーバーの移行", "サーバの移行"), ("e‐Gov", "e-Gov"), ("標準化。", "標準化"), ("ヶ所", "ケ所"), ("ユーザー ID", "ユーザID")],
)  # fmt: skip
def test_spellings_of_one_word_meet(one, other):
    assert folded_word(one) == folded_word(other)


def test_other_words_do_not_meet():
    assert folded_word("キー") != folded_word("木")
    assert folded_word("コーヒー") != folded_word("コヒー")
