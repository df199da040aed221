"""Forms of the questions of a quiz, one for each kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from kernel.forms import Form, LinesField, options

from courses.lessons.quiz import Question, QuestionKind, Quiz
from courses.lessons.quiz_data import as_data, question_from

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_CHOICES = 6


class QuestionForm(Form):
    """What every question says."""

    text = TextAreaField("問い", [DataRequired(), Length(max=2000)])

    def _question(self, kind: QuestionKind, said: dict[str, Any]) -> Question:
        return question_from({"kind": kind.value, "text": self.text.data or "", **said}, "この問題")


class FeedbackForm(QuestionForm):
    """A question with one explanation for everybody."""

    feedback = TextAreaField("解説", [Length(max=2000)], description="答えたあとに表示します。")


class ChoicesForm(QuestionForm):
    """A question with choices, each with what is said to who chose it."""

    def question(self, kind: QuestionKind) -> Question:
        """Return the question."""
        rows = [
            {"text": self[f"choice_{n}"].data or "", "right": bool(self[f"right_{n}"].data), "feedback": self[f"feedback_{n}"].data or ""}
            for n in range(1, MOST_CHOICES + 1)
        ]  # fmt: skip
        return self._question(kind, {"choices": [row for row in rows if row["text"]]})


class TrueFalseForm(FeedbackForm):
    """A sentence that is right or not."""

    right = RadioField("この文は", choices=options([("true", "正しい"), ("false", "正しくない")]), default="true")

    def question(self, kind: QuestionKind) -> Question:
        """Return the question."""
        return self._question(kind, {"right": self.right.data == "true", "feedback": self.feedback.data or ""})


class OrderingForm(FeedbackForm):
    """Things to be put in order."""

    items = LinesField("並べるもの", [Length(max=5000)], description="正しい順に、一行に一つずつ書きます。")

    def question(self, kind: QuestionKind) -> Question:
        """Return the question."""
        return self._question(kind, {"items": self.items.lines, "feedback": self.feedback.data or ""})


class NumberForm(FeedbackForm):
    """A number."""

    answer = StringField("正しい数", [DataRequired(), Length(max=30)])
    tolerance = StringField("許す差", [Length(max=30)], description="たとえば0.5なら、前後0.5までを正解にします。")
    unit = StringField("単位", [Length(max=20)], description="例: 人、分")

    def question(self, kind: QuestionKind) -> Question:
        """Return the question."""
        said = {"answer": self.answer.data or "", "tolerance": self.tolerance.data or "0", "unit": self.unit.data or ""}
        return self._question(kind, {**said, "feedback": self.feedback.data or ""})


class ShortTextForm(FeedbackForm):
    """A word."""

    answers = LinesField(
        "正しい答え",
        [Length(max=2000)],
        description="一行に一つずつ。全角・半角、大文字・小文字、ひらがな・カタカナの違いは問いません。",
    )

    def question(self, kind: QuestionKind) -> Question:
        """Return the question."""
        return self._question(kind, {"answers": self.answers.lines, "feedback": self.feedback.data or ""})


FORM_OF: dict[QuestionKind, Any] = {
    QuestionKind.SINGLE: ChoicesForm,
    QuestionKind.MULTIPLE: ChoicesForm,
    QuestionKind.TRUE_FALSE: TrueFalseForm,
    QuestionKind.ORDERING: OrderingForm,
    QuestionKind.NUMBER: NumberForm,
    QuestionKind.SHORT_TEXT: ShortTextForm,
}


def question_form(kind: QuestionKind, question: Question | None) -> Any:
    """Return the form of a kind of question, showing a question that is there already."""
    return FORM_OF[kind](data=_said(question) if question else {})


def _said(question: Question) -> dict[str, Any]:
    said: dict[str, Any] = {
        "text": question.text, "feedback": question.feedback, "unit": question.unit, "answer": str(question.answer),
        "tolerance": str(question.tolerance), "right": "true" if question.right else "false",
        "items": "\n".join(question.items), "answers": "\n".join(question.answers),
    }  # fmt: skip
    for number, choice in enumerate(question.choices, 1):
        said |= {
            f"choice_{number}": choice.text,
            f"right_{number}": choice.right,
            f"feedback_{number}": choice.feedback,
        }
    return said


def with_questions(quiz: Quiz, questions: Sequence[Question]) -> dict[str, Any]:
    """Return the content of a quiz with other questions."""
    return as_data(Quiz(**{**vars(quiz), "questions": tuple(questions)}))


class NewQuestionForm(Form):
    """The kind of a question to be added."""

    kind = SelectField("問題の種類", choices=options(QuestionKind.choices()))
