"""Typed fields of forms: once a form was found right, a field's `value` is of its type. Nobody else touches `.data`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO, Generic, TypeVar

from flask_wtf.file import FileField, MultipleFileField
from wtforms import (  # type: ignore[attr-defined]
    BooleanField,
    FieldList,
    IntegerField,
    PasswordField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import ValidationError
from wtforms.widgets import CheckboxInput, ListWidget, PasswordInput, RadioInput

from kernel import clock
from kernel.spelling import plain_address
from kernel.text import in_katakana, number_in
from kernel.typed import Typed, TypedText
from kernel.vocabulary import Term

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping

Result = TypeVar("Result")
TermT = TypeVar("TermT", bound=Term)
YEARS = range(1950, 2101)


class TextField(TypedText, StringField):
    """A line of text."""

    @property
    def value(self) -> str:
        """Return the text, empty where nothing was typed."""
        return self.data or ""


class WordsField(TextField):
    """A line for people to read, kept as it was written: a title, a place."""

    is_prose = True


class AddressField(TextField):
    """An e-mail address; what copying put around it is taken off."""

    def __init__(self, label: str, validators: list[Any] | None = None, **settings: Any) -> None:
        super().__init__(label, validators, filters=[*settings.pop("filters", ()), plain_address], **settings)


class KatakanaField(TextField):
    """A reading in katakana; hiragana becomes it."""

    def __init__(self, label: str, validators: list[Any] | None = None, **settings: Any) -> None:
        super().__init__(label, validators, filters=[*settings.pop("filters", ()), in_katakana], **settings)


class LongTextField(TypedText, TextAreaField):
    """Text of several lines."""

    @property
    def value(self) -> str:
        """Return the text, empty where nothing was typed."""
        return self.data or ""


class ProseField(LongTextField):
    """Text for people to read, kept as it was written: a lesson, a message, a reason."""

    is_prose = True


class QuotedField(LongTextField):
    """Text that is kept as it was written, because it is quoted (an article)."""

    is_normalised = False


class SecretField(TypedText, PasswordField):
    """A password: kept as it was typed (OWASP ASVS 5.0, 6.2.8)."""

    is_normalised = False

    @property
    def value(self) -> str:
        """Return the password, empty where nothing was typed."""
        return self.data or ""


class NewSecretField(SecretField):
    """A new password: it stays in the form while another field is put right; its page is stored nowhere."""

    widget = PasswordInput(hide_value=False)


class WholeField(Typed, IntegerField):
    """A whole number."""

    @property
    def value(self) -> int | None:
        """Return the number, None where nothing was typed."""
        return self.data  # type: ignore[no-any-return]


class TickField(Typed, BooleanField):
    """A box to tick."""

    is_tick = True

    @property
    def value(self) -> bool:
        """Tell whether it is ticked."""
        return bool(self.data)


class PickField(Typed, SelectField):
    """One of several, by its value as text; of a long list."""

    @property
    def value(self) -> str:
        """Return what was picked, empty where nothing was."""
        return self.data or ""


class ChoiceField(Typed, RadioField):
    """One of several, by its value as text; of a short list that is shown whole."""

    is_group = True

    @property
    def value(self) -> str:
        """Return what was chosen, empty where nothing was."""
        return self.data or ""


class RowField(Typed, SelectField):
    """One of several rows, by its id."""

    def __init__(self, label: str, validators: list[Any] | None = None, **settings: Any) -> None:
        super().__init__(label, validators, coerce=int, **settings)

    @property
    def value(self) -> int:
        """Return the id, 0 where none was picked."""
        return self.data or 0

    @property
    def first(self) -> int:
        """Return the id that is offered first, 0 where there is none."""
        return next((value for value, *_more in self.iter_choices()), 0)


class TicksField(Typed, SelectMultipleField):
    """Several of several, each with a box to tick."""

    is_group = True

    def __init__(self, label: str, validators: list[Any] | None = None, **settings: Any) -> None:
        super().__init__(
            label, validators, widget=ListWidget(prefix_label=False), option_widget=CheckboxInput(), **settings
        )

    @property
    def value(self) -> tuple[Any, ...]:
        """Return what is ticked."""
        return tuple(self.data or ())


class TermField(Typed, SelectField, Generic[TermT]):
    """One term of a closed set."""

    def __init__(self, label: str, term: type[TermT], validators: list[Any] | None = None, **settings: Any) -> None:
        self.term = term
        super().__init__(label, validators, choices=options(term.choices()), **settings)

    @property
    def value(self) -> TermT:
        """Return the term. Raises ValueError where it was not found right."""
        return self.term(self.data)


class TermChoiceField(TermField[TermT]):
    """One term of a small closed set that is shown whole."""

    is_group = True
    widget = ListWidget(prefix_label=False)
    option_widget = RadioInput()


class UploadField(Typed, FileField):  # type: ignore[misc]
    """A file that was sent."""

    @property
    def content(self) -> bytes:
        """Return the whole file, empty where none was sent: for small ones."""
        return bytes(self.data.read()) if self.data else b""

    @property
    def stream(self) -> BinaryIO:
        """Return the file to be read piece by piece."""
        return self.data.stream  # type: ignore[no-any-return]

    @property
    def file_name(self) -> str:
        """Return the name that the file has where it comes from."""
        return self.data.filename or ""


class UploadsField(Typed, MultipleFileField):  # type: ignore[misc]
    """One file or several that were sent."""

    @property
    def contents(self) -> list[bytes]:
        """Return the whole files: for small ones."""
        return [bytes(file.read()) for file in self.data or ()]


def options(pairs: Iterable[tuple[Any, str]]) -> list[SelectChoice]:
    """Return (value, label) pairs as what a field to choose from offers."""
    return [SelectChoice(value, label) for value, label in pairs]


class DayField(TypedText, StringField):
    """A date, typed as people write it. `day` is the date, or None where the field is empty."""

    day: dt.date | None = None

    def pre_validate(self, form: Any) -> None:
        """Read the date. Raises ValidationError where it is none."""
        super().pre_validate(form)
        self.day = clock.parse_date(self.data) if self.data else None
        if self.data and (self.day is None or self.day.year not in YEARS):
            message = "日付は 2026-11-21、2026/11/21、R8.11.21 のように入力してください。"
            raise ValidationError(message)

    @property
    def value(self) -> dt.date:
        """Return the date of a field that must be filled. Raises ValueError where it was not found right."""
        return _found(self.day)


class TimeField(TypedText, StringField):
    """A time of day, typed as people write it."""

    time: dt.time | None = None

    def pre_validate(self, form: Any) -> None:
        """Read the time. Raises ValidationError where it is none."""
        super().pre_validate(form)
        self.time = clock.parse_time(self.data) if self.data else None
        if self.data and self.time is None:
            message = "時刻は 14:00 のように入力してください。"
            raise ValidationError(message)

    @property
    def value(self) -> dt.time:
        """Return the time of a field that must be filled. Raises ValueError where it was not found right."""
        return _found(self.time)


def _found(value: Result | None) -> Result:
    if value is None:
        message = "this form was not found right"
        raise ValueError(message)
    return value


class LinesField(LongTextField):
    """A text area of one item a line. `lines` are the items that are not blank."""

    @property
    def lines(self) -> list[str]:
        """Return the lines that are not blank, without spaces at their ends."""
        return [line.strip() for line in self.value.split("\n") if line.strip()]


class WordLinesField(LinesField):
    """A text area of one item a line, for people to read as they were written."""

    is_prose = True


class RowsField(FieldList):  # type: ignore[type-arg]
    """Rows of fields; what stands where the name of a field has its row's number, and is no number, is passed over."""

    def _extract_indices(self, prefix: str, formdata: Mapping[str, Any]) -> Iterator[int]:
        for name in formdata:
            number, stands_alone, _field = name.removeprefix(f"{prefix}-").partition("-")
            place = number_in(number)
            if name.startswith(f"{prefix}-") and stands_alone and place is not None:
                yield place
