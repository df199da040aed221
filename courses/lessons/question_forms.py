"""Forms of the questions of a quiz, one for each kind. A form's fields bear the names of the question's own parts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

import wtforms
from flask_wtf.file import FileRequired
from wtforms import FormField
from wtforms.validators import DataRequired, Length

from kernel.fields import (
    ChoiceField,
    LinesField,
    LongTextField,
    RowsField,
    TermField,
    TextField,
    TickField,
    UploadField,
    options,
)
from kernel.forms import Form, NormalisingMeta
from kernel.typed import LONGEST_LINE

from courses.lessons.question import NO, YES, ChoiceQuestion, QuestionKind
from courses.lessons.quiz_data import as_data, question_from

if TYPE_CHECKING:
    from collections.abc import Sequence

    from courses.lessons.question import Question
    from courses.lessons.quiz import Quiz

USUAL_CHOICES, SPARE_CHOICES, MOST_CHOICES = 4, 1, 20


class ChoiceForm(wtforms.Form):
    """A choice, and what is said to who chose it."""

    Meta = NormalisingMeta
    text = TextField("選択肢", [Length(max=LONGEST_LINE)])
    right = TickField("正しい")
    feedback = LongTextField("選んだ人への説明", [Length(max=1000)])

    def said(self) -> dict[str, Any]:
        """Return the choice as it is stored."""
        return {"text": self.text.value, "right": self.right.value, "feedback": self.feedback.value}


class QuestionForm(Form):
    """What every question says."""

    plain: ClassVar[tuple[str, ...]] = ()
    text = LongTextField("問い", [DataRequired(), Length(max=2000)])
    area = TextField(
        "分野",
        [Length(max=30)],
        description="書くと、どの分野からも同じ数だけ出し、結果を分野ごとに見せます。分けないときは空欄のままにします。",
    )

    def grow(self) -> None:
        """Give room for one more part of the question; most have as many as they need."""

    def question(self, kind: QuestionKind) -> Question:
        """Return the question. Raises InvalidError where it cannot be asked."""
        said = {"kind": kind.value, "text": self.text.value, "area": self.area.value, **self.said()}
        return question_from(said, "この問題")

    def said(self) -> dict[str, Any]:
        """Return the parts of the question beyond its text, as they are stored."""
        return {name: self[name].value for name in self.plain}


class ChoicesForm(QuestionForm):
    """A question with choices; there is always room for one more, and for as many as are asked for."""

    choices = RowsField(FormField(ChoiceForm), min_entries=USUAL_CHOICES)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if all(row.form.text.value for row in self.choices):
            self.choices.append_entry()
        self._name_rows()

    def grow(self) -> None:
        """Give room for one more choice, beyond those that are empty."""
        if len(self.choices) < MOST_CHOICES:
            self.choices.append_entry()
            self._name_rows()

    def _name_rows(self) -> None:
        for place, row in enumerate(self.choices, 1):
            row.form.text.label.text = f"選択肢{place}"
            row.form.right.label.text = f"選択肢{place}は正しい"
            row.form.feedback.label.text = f"選択肢{place}を選んだ人への説明"

    def said(self) -> dict[str, Any]:
        """Return the choices that are written."""
        rows = [entry.form.said() for entry in self.choices]
        return {"choices": [row for row in rows if row["text"]]}


class FeedbackForm(QuestionForm):
    """A question with one explanation for everybody."""

    plain: ClassVar[tuple[str, ...]] = ("feedback",)
    feedback = LongTextField("解説", [Length(max=2000)], description="答えたあとに表示します。")


class TrueFalseForm(FeedbackForm):
    """A sentence that is right or not."""

    right = ChoiceField("この文は", choices=options([(YES, "正しい"), (NO, "正しくない")]), default=YES)

    def said(self) -> dict[str, Any]:
        """Return whether the sentence is right."""
        return {**super().said(), "right": self.right.value == YES}


class OrderingForm(FeedbackForm):
    """Things to be put in order."""

    items = LinesField("並べるもの", [Length(max=5000)], description="正しい順に、一行に一つずつ書きます。")

    def said(self) -> dict[str, Any]:
        """Return the things."""
        return {**super().said(), "items": self.items.lines}


class NumberForm(FeedbackForm):
    """A number."""

    plain: ClassVar[tuple[str, ...]] = ("answer", "unit", "feedback")
    answer = TextField("正しい数", [DataRequired(), Length(max=30)])
    tolerance = TextField("許す差", [Length(max=30)], description="たとえば0.5なら、前後0.5までを正解にします。")
    unit = TextField("単位", [Length(max=20)], description="例：人、分")

    def said(self) -> dict[str, Any]:
        """Return the number and how far off an answer may be."""
        return {**super().said(), "tolerance": self.tolerance.value or "0"}


class ShortTextForm(FeedbackForm):
    """A word."""

    answers = LinesField(
        "正しい答え",
        [Length(max=2000)],
        description="一行に一つずつ。全角・半角、大文字・小文字、ひらがな・カタカナの違いは問いません。",
    )

    def said(self) -> dict[str, Any]:
        """Return the words that are right."""
        return {**super().said(), "answers": self.answers.lines}


FORMS: dict[QuestionKind, type[QuestionForm]] = {
    QuestionKind.SINGLE: ChoicesForm,
    QuestionKind.MULTIPLE: ChoicesForm,
    QuestionKind.TRUE_FALSE: TrueFalseForm,
    QuestionKind.ORDERING: OrderingForm,
    QuestionKind.NUMBER: NumberForm,
    QuestionKind.SHORT_TEXT: ShortTextForm,
}


def question_form(kind: QuestionKind, question: Question | None) -> QuestionForm:
    """Return the form of a kind of question, showing a question that is there already."""
    return FORMS[kind](data=_shown(question) if question else {})


def _shown(question: Question) -> dict[str, Any]:
    """Return a question as its form shows it."""
    if isinstance(question, ChoiceQuestion):
        room = max(SPARE_CHOICES, USUAL_CHOICES - len(question.choices))
        return {
            "text": question.text,
            "area": question.area,
            "choices": [*map(vars, question.choices), *({} for _place in range(room))],
        }
    return {name: _as_field(value) for name, value in vars(question).items()}


def _as_field(value: Any) -> str:
    if isinstance(value, bool):
        return YES if value else NO
    return "\n".join(value) if isinstance(value, tuple) else str(value)


def with_questions(quiz: Quiz, questions: Sequence[Question]) -> dict[str, Any]:
    """Return the content of a quiz with other questions."""
    return as_data(replace(quiz, questions=tuple(questions)))


class QuestionFileForm(Form):
    """A file of questions that another tool wrote."""

    file = UploadField(
        "問題のファイル", [FileRequired(message="ファイルを選んでください。")],
        description="GIFT、Moodle XML、CSV、Excel。表は「問い」「選択肢1」「選択肢2」…「正解」「解説」の列にします。",
    )  # fmt: skip


class NewQuestionForm(Form):
    """The kind of a question to be added."""

    kind = TermField("問題の種類", QuestionKind)
