"""Forms: text is normalised once here, and a form ends in a typed command that a view hands on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from flask import render_template
from flask_wtf import FlaskForm
from wtforms import Field, SelectChoice, StringField, TextAreaField  # type: ignore[attr-defined]
from wtforms.validators import DataRequired, Length, ValidationError

from kernel import clock
from kernel.database import db
from kernel.errors import ForbiddenError, NotFoundError, RefusalError
from kernel.text import normalised

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Sequence

Result = TypeVar("Result")
LONGEST_LINE = 500
LONGEST_TEXT = 100_000
YEARS = range(1950, 2101)


MESSAGES = {
    "This field is required.": "入力してください。",
    "Not a valid integer value.": "数字で入力してください。",
    "Not a valid choice.": "選択肢から選んでください。",
    "Not a valid choice": "選択肢から選んでください。",
    "Invalid Choice: could not coerce": "選択肢から選んでください。",
    "Number must be between %(min)s and %(max)s.": "%(min)sから%(max)sまでの数を入力してください。",
    "Field cannot be longer than %(max)d character.": "%(max)d文字までで入力してください。",
    "Field cannot be longer than %(max)d characters.": "%(max)d文字までで入力してください。",
}


class _Messages:
    """Messages in plain Japanese; what is not among ours comes from WTForms' own translation."""

    def __init__(self, rest: Any) -> None:
        self.rest = rest

    def gettext(self, text: str) -> str:
        return MESSAGES.get(text) or str(self.rest.gettext(text))

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        return MESSAGES.get(plural) or str(self.rest.ngettext(singular, plural, n))


class Form(FlaskForm):  # type: ignore[misc]
    """A form of this application: messages in Japanese, what is typed in NFKC."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        """WTForms' settings."""

        locales: ClassVar[Sequence[str]] = ["ja_JP", "ja"]

        def get_translations(self, form: Any) -> Any:
            """Return messages that say what to do."""
            return _Messages(super().get_translations(form))

        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Field:
            """Give every text field the filter that normalises it, unless it quotes somebody."""
            if issubclass(unbound_field.field_class, StringField) and not issubclass(
                unbound_field.field_class, QuotedField
            ):
                options = {**options, "filters": [_normal, *unbound_field.kwargs.get("filters", ())]}
                unbound_field.kwargs.pop("filters", None)
            field: Field = unbound_field.bind(form=form, **options)
            return field

    def refuse(self, refusal: RefusalError) -> None:
        """Show a refusal at its field, or above the form where it belongs to none."""
        if refusal.field in self._fields:
            self._fields[refusal.field].errors = [*self._fields[refusal.field].errors, refusal.message]
        else:
            self.form_errors.append(refusal.message)


class EmptyForm(Form):
    """A form that only asks for a yes."""


def _normal(value: str | None) -> str | None:
    return normalised(value) if isinstance(value, str) else value


class QuotedField(TextAreaField):
    """Text that is kept as it was written, because it is quoted (an article)."""


def options(pairs: Iterable[tuple[Any, str]]) -> list[SelectChoice]:
    """Return (value, label) pairs as what a field to choose from offers."""
    return [SelectChoice(value, label) for value, label in pairs]


class DayField(StringField):
    """A date, typed as people write it. `day` is the date, or None where the field is empty."""

    day: dt.date | None = None

    def pre_validate(self, form: Any) -> None:  # noqa: ARG002
        """Read the date. Raises ValidationError where it is none."""
        self.day = clock.parse_date(self.data) if self.data else None
        if self.data and (self.day is None or self.day.year not in YEARS):
            message = "日付は 2026-11-21、2026/11/21、R8.11.21 のように入力してください。"
            raise ValidationError(message)


class TimeField(StringField):
    """A time of day, typed as people write it."""

    time: dt.time | None = None

    def pre_validate(self, form: Any) -> None:
        """Read the time. Raises ValidationError where it is none."""
        self.time = clock.parse_time(self.data) if self.data else None
        if self.data and self.time is None:
            message = "時刻は 14:00 のように入力してください。"
            raise ValidationError(message)


class LinesField(TextAreaField):
    """A text area of one item a line. `lines` are the items that are not blank."""

    @property
    def lines(self) -> list[str]:
        """Return the lines that are not blank, without spaces at their ends."""
        return [line.strip() for line in (self.data or "").split("\n") if line.strip()]


def accepted(form: Form, act: Callable[[], Result]) -> Result | None:
    """Do the act if the form was sent and is right; a refusal is undone and shown on the form, and None returned."""
    if not form.validate_on_submit():
        return None
    try:
        return act()
    except (NotFoundError, ForbiddenError):
        raise
    except RefusalError as refusal:
        db.session.rollback()
        form.refuse(refusal)
        return None


def answer(template: str, form: Form, **context: Any) -> tuple[str, int]:
    """Render a page with a form; the status says whether what was sent has errors."""
    return render_template(template, form=form, **context), 422 if form.errors else 200


class ReasonForm(Form):
    """A reason that is told to everybody concerned."""

    reason = StringField("理由", [DataRequired(), Length(max=LONGEST_LINE)])
