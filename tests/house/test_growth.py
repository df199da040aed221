"""Work on what is sent grows no faster than what is sent, and what is sent has a length."""

from __future__ import annotations

import contextlib
import gc
import time
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict
from wtforms import SelectField

from kernel import clock, spelling, text
from kernel.errors import InvalidError
from kernel.forms import Form
from kernel.tables.office_table import delimiter_of, rows_of
from kernel.typed import TypedText

from people import recognition
from people.access import A_FORM, LONG_TEXTS

from courses.lessons import captions, difference, lesson_text, question_file

from catalog.importing.comparison import ImportArticle, digest_of, preview
from catalog.search import words

from participation.attending import participant_file

if TYPE_CHECKING:
    from collections.abc import Callable

READERS: dict[str, Callable[[str], Any]] = {
    "normalised text": text.normalised,
    "folded name": spelling.folded,
    "folded word": spelling.folded_word,
    "folded number": spelling.folded_number,
    "typed number": spelling.typed_number,
    "copied address": spelling.plain_address,
    "address": spelling.is_address,
    "date": clock.parse_date,
    "time": clock.parse_time,
    "table": lambda said: list(rows_of(said, delimiter_of(said))),
    "list of people": recognition.lines_of,
    "article": lambda said: preview(ImportArticle(said, "")),
    "digest of an article": digest_of,
    "lesson": lesson_text.rendered.__wrapped__,
    "files of a lesson": lesson_text.assets_in,
    "captions": lambda said: captions.vtt_from_srt(said.encode("utf-8", "replace")),
    "questions": lambda said: question_file.read(said.encode("utf-8", "replace")),
    "web meeting": lambda said: participant_file.joined_in(said.encode("utf-8", "replace")),
    "words of a search": words.words.__wrapped__,
    "comparison": lambda said: list(difference.compared(said.splitlines(), said[::-1].splitlines())),
}
TOKENS = [
    "a", "あ", " ", "\n", "\n\n", "\t", ",", '"', ";", "@", "a@", ".", "..", "<", ">", "<a", "<img ", "<p>", "[", "]", "![", "](", "(", ")",
    "((", "*", "**", "*a ", "_", "`", "```\n", "~~", "[a]: x\n", "[^a]", "[^a]: x\n", "> ", "- ", "1. ", "|", "|-|\n", "# ", "::: note\n", ":", "：",
    "第1回", "第1回座談会", "1", "１", "①", "市", "と", "として、", "さん", "ﾞ", "\u3099", "\u0315", "\u0300", "\u0f73", "\u200b", "\ufdfa", "\ufeff", "😀",
    "{", "}", "{=", "~", "\\", "::", "//", "->", "#", "%", "00:00:01,000 --> 00:00:04,000\n", "氏名,", "氏名\t職員番号\n", "(カナ", "「", "」", "以下、", "、", "。", "ー", "・",
]  # fmt: skip
SHORT, LONG = 2_000, 16_000
SLOW = 0.25
"""CPU seconds below which nobody can tell a curve from noise."""
STEEP = 3
"""Times the time that a linear reader would take."""
NASTY = st.tuples(
    st.sampled_from(["", *TOKENS]), st.lists(st.sampled_from(TOKENS), min_size=1, max_size=3), st.sampled_from(["", *TOKENS])
)  # fmt: skip


def text_of(shape: tuple[str, list[str], str], length: int) -> str:
    before, unit, after = shape
    repeated = "".join(unit)
    return (before + repeated * (length // len(repeated) + 1))[:length] + after


def seconds(read: Callable[[str], Any], said: str) -> float:
    """The CPU time that a reader takes, the better of two, whether or not it refuses what it is given.

    What other tests left in memory is nothing that the reader did: nobody sweeps up meanwhile.
    """
    best = float("inf")
    for _turn in range(2):
        gc.disable()
        began = time.thread_time()
        try:
            with contextlib.suppress(InvalidError):
                read(said)
            best = min(best, time.thread_time() - began)
        finally:
            gc.enable()
    return best


def is_steep(read: Callable[[str], Any], shape: tuple[str, list[str], str]) -> str | None:
    long = seconds(read, text_of(shape, LONG))
    if long < SLOW:
        return None
    short = seconds(read, text_of(shape, SHORT))
    return f"{short:.3f} s, {long:.3f} s" if long > STEEP * short * LONG / SHORT else None


def check_readers(shape: tuple[str, list[str], str]) -> None:
    steep = {name: found for name, read in READERS.items() if (found := is_steep(read, shape))}
    assert steep == {}


READING = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))


@READING
@given(shape=NASTY)
def test_no_reader_takes_longer_than_its_text_is_long(app, shape):
    check_readers(shape)


@pytest.mark.slow
@settings(READING, max_examples=400)
@given(shape=NASTY)
def test_no_reader_takes_longer_than_its_text_is_long_at_length(app, shape):
    check_readers(shape)


def forms() -> list[type[Form]]:
    """Every form of the application."""
    found, waiting = [], [Form]
    while waiting:
        kinds = waiting.pop().__subclasses__()
        waiting += kinds
        found += kinds
    return sorted(found, key=lambda form: (form.__module__, form.__qualname__))


def texts_of(form: Form) -> list[TypedText]:
    return [field for field in form if isinstance(field, TypedText)]


def filled(form: type[Form], said: str) -> Form:
    """The form, with the same in every text field."""
    sent = form(formdata=MultiDict({field.name: said for field in texts_of(form(formdata=MultiDict()))}))
    for field in sent:
        if isinstance(field, SelectField) and field.choices is None:
            field.choices = []  # the page fills them in
    return sent


def long_texts(length: int) -> dict[str, str]:
    return {
        "an address": "a@" + "." * length + "@",
        "marks": "\u0315" * (length // 2) + "\u0300" * (length // 2),
        "digits": "9" * length,
        "Tibetan marks": "\u0f73" * length,
        "full width": "１" * length,
        "brackets": "<@" * (length // 2),
    }


@pytest.mark.parametrize("form", forms(), ids=lambda form: form.__name__)
def test_a_form_looks_at_the_length_of_a_text_before_anything_else(app, form):
    with app.test_request_context(method="POST"):
        if not texts_of(form(formdata=MultiDict())):
            pytest.skip("it has no text")
        for name, said in long_texts(LONG_TEXTS // 3).items():
            sent = filled(form, said)
            assert not sent.validate(), name
            assert all(field.errors for field in texts_of(sent)), name
            assert seconds(lambda said: filled(form, said).validate(), said) < 0.5, name


def weight(form: Form) -> int:
    """What the texts of a form weigh at most, in bytes: Japanese takes nine a character as a browser sends it."""
    return sum(9 * field.longest for field in texts_of(form))


HEAVY = {
    "AdoptionForm", "ArticleForm", "CourseLinksForm", "EditionForm", "HandOverForm", "NewCourseForm", "FiguresFileForm", "LinkForm", "NewSamlForm", "NewSessionForm", "NoteForm", "OrderingForm", "PackageForm", "PartForm", "ReformForm", "SamlForm", "SessionForm", "ShownForm",
    "StaffListForm", "TextForm", "VideoForm",
}  # fmt: skip
"""Forms that are heavier than a usual form; their views say so with `holds`."""


def test_what_a_form_may_hold_its_view_takes(app):
    with app.test_request_context(method="POST"):
        heavy = {form.__name__ for form in forms() if weight(form(formdata=MultiDict())) > A_FORM}
    assert heavy == HEAVY
