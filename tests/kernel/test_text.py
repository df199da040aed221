"""Text as people type it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.spelling import folded
from kernel.text import as_written, decoded, normalised, shortened


def test_widths_are_made_one():
    assert normalised(" \u3000\uff24\uff38 \uff79\uff9d\uff7c\uff6d\uff73①\r\n") == "DX ケンシュウ1"


def test_characters_of_names_are_kept():
    assert normalised("髙﨑𠮷") == "髙﨑𠮷"
    assert normalised("神\ufa19") == "神\ufa19"


def test_control_characters_are_dropped():
    assert normalised("a\x00b\x1fc") == "abc"


@given(st.text())
def test_to_normalise_twice_is_to_normalise_once(text):
    once = normalised(text)
    assert normalised(once) == once


@given(st.text(max_size=100))
def test_spellings_of_width_and_case_fold_together(text):
    assert folded(normalised(text)) == folded(normalised(normalised(text).upper().lower())) or any(
        len(c.upper().lower()) != 1 or c.upper().lower() != c.lower() for c in normalised(text)
    )


@given(st.text(), st.integers(min_value=1, max_value=50))
def test_a_shortened_text_is_never_longer_than_asked(text, length):
    assert len(shortened(text, length)) <= length


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Name,Mail\nﾀﾅｶﾏｻｼ,t@example.lg.jp\n", "cp932"),
        ("氏名,ｼﾒｲ\n佐藤,ｻﾄｳ\n", "cp932"),
        ("職員番号,氏名,所属\n1001,佐藤 明,総務課\n", "euc_jp"),
    ],
)
def test_half_width_kana_of_cp932_and_signs_of_euc_are_told_apart(text, encoding):
    assert decoded(text.encode(encoding)) == text


def test_what_people_read_keeps_the_signs_that_were_chosen_for_it():
    text = "① 集合は13時～\r\n② 持ち物：印鑑（認印）、㎡・㈱\u200b\x07"
    assert as_written(text) == "① 集合は13時～\n② 持ち物：印鑑（認印）、㎡・㈱"
    assert as_written("か\u3099") == "が"
