"""Forms of learning: what is written in a practice task, feedback, where somebody is, answers to a quiz."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from wtforms.validators import DataRequired, Length

from kernel.fields import ProseField, TermChoiceField, TextField, TickField
from kernel.forms import Form
from kernel.text import number_in

from learning.feedback import LONGEST_WORDS
from learning.models import Usefulness
from learning.practice import LONGEST_COMMENT
from learning.progress import LAST_POSITION, LONGEST_NOTE

if TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict

_QUESTION = re.compile(r"q-(\d{1,4})(?:-(\d{1,3}))?")


class NoteForm(Form):
    """What somebody tried, in their own words."""

    note = ProseField(
        "ためしたこと", [Length(max=LONGEST_NOTE)], description="自分のための記録です。あとから書き足せます。"
    )
    shared = TickField("研修担当に見せて、ひとことをもらう")
    overtaken_message = (
        "ページを開いたあとで、ほかの画面でこの内容が変更されました。入力した内容は下に残っています。"
        "いまの内容と見比べて直し、もう一度保存すると、ここに入力した内容で置き換わります。"
    )


class ReturnCodeForm(Form):
    """The code that a course taken as a file ended with."""

    code = TextField(
        "修了コード", [DataRequired(), Length(max=60)], description="全角でも、ハイフンがなくてもかまいません。"
    )


class CommentForm(Form):
    """What a coordinator says to what somebody tried."""

    comment = ProseField("ひとこと", [DataRequired(), Length(max=LONGEST_COMMENT)])


class FeedbackForm(Form):
    """The two questions after a course: whether it helps at work, and what is to be said."""

    usefulness = TermChoiceField("仕事に役立ちそうですか", Usefulness, [DataRequired()])
    words = ProseField(
        "よかったこと、直してほしいこと",
        [Length(max=LONGEST_WORDS)],
        description="書かなくてもかまいません。講座をつくった人に、名前を出さずに伝わります。",
    )


def position_from(fields: MultiDict[str, str]) -> int:
    """Return the paragraph at which somebody says to be; 0 where it is no number."""
    return number_in(fields.get("position", ""), LAST_POSITION + 1) or 0


def answers_from(fields: MultiDict[str, str]) -> dict[str, list[str]]:
    """Return answers by question number: fields q-N, or q-N-P for each part of an answer in order.

    A question with boxes to tick, of which none is ticked, is sent as an empty q-N.
    """
    answers: dict[str, list[str]] = {}
    parts: dict[str, list[tuple[int, str]]] = {}
    for name in fields:
        found = _QUESTION.fullmatch(name)
        if found and found[2] is None:
            answers[found[1]] = [value for value in fields.getlist(name) if value]
        elif found:
            parts.setdefault(found[1], []).append((int(found[2]), fields.get(name, "")))
    return answers | {number: [value for _place, value in sorted(rows)] for number, rows in parts.items()}
