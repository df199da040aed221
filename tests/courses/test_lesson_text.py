"""What an author types is kept as it was written; only the marks that Markdown knows may be typed in full width."""

from __future__ import annotations

from courses.lessons.lesson_text import with_plain_marks


def test_marks_in_full_width_are_marks_and_words_stay_as_they_were_written():
    text = "＃＃ ① 受付（窓口）\n＊ 一つ目～\n１．　㈱みらい\n｜項目｜数｜\n数は１．５倍\n：：：　note"
    plain = "## ① 受付（窓口）\n* 一つ目～\n1. ㈱みらい\n|項目|数|\n数は１．５倍\n::: note"
    assert with_plain_marks(text) == plain
