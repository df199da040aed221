"""Forms: text is normalised once here, and a form ends in a typed command that a view hands on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, overload

from flask import render_template, request
from flask_wtf import FlaskForm
from wtforms import Field, FieldList, StringField
from wtforms.validators import DataRequired, Length

from kernel.database import db
from kernel.errors import ForbiddenError, NotFoundError, RefusalError
from kernel.fields import TextField
from kernel.page import SEEN, seen_as
from kernel.text import as_written, normalised, number_in, private_signs
from kernel.typed import LONGEST_LINE, TypedText

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

Result = TypeVar("Result")
MOST_IDS = 2**63


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


OVERTAKEN = (
    "ページを開いたあとで、ほかの人がこの内容を変更しました。入力した内容は下に残っています。"
    "いまの内容と見比べて直し、もう一度保存すると、あなたの入力で置き換わります。"
)


class _Messages:
    """Messages in plain Japanese; what is not among ours comes from WTForms' own translation."""

    def __init__(self, rest: Any) -> None:
        self.rest = rest

    def gettext(self, text: str) -> str:
        return MESSAGES.get(text) or str(self.rest.gettext(text))

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        return MESSAGES.get(plural) or str(self.rest.ngettext(singular, plural, n))


class NormalisingMeta:
    """How every form of this application behaves: messages say what to do in Japanese, what is typed becomes NFKC, but for prose."""

    locales: ClassVar[Sequence[str]] = ["ja_JP", "ja"]

    def get_translations(self, form: Any) -> Any:
        """Return messages that say what to do."""
        return _Messages(super().get_translations(form))  # type: ignore[misc]

    def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Field:
        """Look at the length of every text first, then normalise it, unless it quotes somebody or is a secret."""
        field: Field = unbound_field.bind(form=form, **options)
        if isinstance(field, TypedText):
            normal = (as_written if field.is_prose else normalised,) if field.is_normalised else ()
            field.filters = [field.refuse_too_long, *map(_of_text, (*normal, *field.filters))]
        return field


class Form(FlaskForm):  # type: ignore[misc]
    """A form of this application."""

    class Meta(NormalisingMeta, FlaskForm.Meta):  # type: ignore[misc]
        """WTForms' settings."""

    overtaken_message: ClassVar[str] = OVERTAKEN
    overtaken: Sequence[tuple[str, str]] = ()
    """What others have written meanwhile, field by field, where somebody sent a form that showed something else."""

    def validate(self, *arguments: Any, **more: Any) -> bool:
        """Tell whether the form is right; a character that only one machine knows is in none of its texts."""
        is_right = bool(super().validate(*arguments, **more)) & self._is_of_what_was_seen()
        for field in self:
            if isinstance(field, StringField) and not field.errors and (signs := private_signs(str(field.data or ""))):
                message = f"外字「{signs}」は、ほかのパソコンや紙では別の文字になります。ほかの文字か、かなで入力してください。"
                field.errors = [*field.errors, message]
                is_right = False
        return is_right

    @property
    def seen(self) -> str:
        """Return the digest of what the form was filled with."""
        return seen_as([[field.name, field.object_data] for field in self if field.name != "csrf_token"])

    @property
    def _changes_nothing(self) -> bool:
        """Tell whether what was typed is there already: somebody pressed twice, or what keeps itself was faster."""
        return all(field.object_data == field.data for field in self if field.name != "csrf_token")

    def _is_of_what_was_seen(self) -> bool:
        """Tell whether what the form was filled with is still so; if not, what it is now stands in `overtaken`."""
        sent = request.form.get(SEEN)
        if not sent or sent == self.seen or self._changes_nothing:
            return True
        self.overtaken = [
            (field.label.text, _in_words(field.object_data))
            for field in self
            if field.object_data and field.object_data != field.data and not isinstance(field, FieldList)
        ]
        self.form_errors.append(self.overtaken_message)
        return False

    def refuse(self, refusal: RefusalError) -> None:
        """Show a refusal at its field, or above the form where it belongs to none."""
        if refusal.field in self._fields:
            self._fields[refusal.field].errors = [*self._fields[refusal.field].errors, refusal.message]
        else:
            self.form_errors.append(refusal.message)

    @property
    def faulty(self) -> list[Field]:
        """Return the fields with errors, those of the rows of a list each by itself."""
        fields = [part for field in self for part in (_parts(field) if isinstance(field, FieldList) else [field])]
        return [field for field in fields if field.errors]


def _in_words(value: object) -> str:
    return "、".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _parts(rows: Any) -> list[Field]:
    return [field for row in rows for field in row.form]


class EmptyForm(Form):
    """A form that only asks for a yes."""


def _of_text(reading: Callable[[str], str]) -> Callable[[str | None], str | None]:
    """Return a filter that leaves alone what is no text."""
    return lambda value: reading(value) if value else value


def numbered(fields: Mapping[str, str], prefix: str) -> Iterator[tuple[int, str]]:
    """Return the fields of a page whose names are a prefix and a number, for rows that no form knows beforehand."""
    for name, value in fields.items():
        number = number_in(name.removeprefix(prefix), MOST_IDS) if name.startswith(prefix) else None
        if number is not None:
            yield number, value


class ReasonForm(Form):
    """A reason that is told to everybody concerned."""

    reason = TextField("理由", [DataRequired(), Length(max=LONGEST_LINE)])


@overload
def accepted(form: Form, act: Callable[[], None]) -> bool | None: ...


@overload
def accepted(form: Form, act: Callable[[], Result]) -> Result | None: ...


def accepted(form: Form, act: Callable[[], Result]) -> Result | bool | None:
    """Do the act if the form was sent and is right, and return what it returns, True where it returns nothing.

    A refusal is undone and shown on the form, and None returned.
    """
    if not form.validate_on_submit():
        return None
    try:
        done = act()
    except (NotFoundError, ForbiddenError):
        raise
    except RefusalError as refusal:
        db.session.rollback()
        form.refuse(refusal)
        return None
    return True if done is None else done


def answer(template: str, form: Form, **context: Any) -> tuple[str, int]:
    """Render a page with a form; the status says whether what was sent has errors, or others were faster."""
    status = 409 if form.overtaken else 422 if form.errors else 200
    return render_template(template, form=form, **context), status
