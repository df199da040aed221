"""What every field of our forms has: a `value` of its type, and for texts a length that is looked at first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wtforms import TextAreaField
from wtforms.validators import Length, StopValidation

if TYPE_CHECKING:
    from collections.abc import Sequence

LONGEST_LINE = 500
LONGEST_TEXT = 100_000
"""What a line and a text of several lines may hold where their field says nothing else, in characters."""


class Typed:
    """A field whose `value` is of its type once the form was found right. `is_group`: several boxes; `is_tick`: one."""

    data: Any
    is_group = False
    is_tick = False


class TypedText(Typed):
    """A field for text. `is_normalised`: what is typed becomes NFKC; not so `is_prose`, words that people read as they were written."""

    is_normalised = True
    is_prose = False
    validators: Sequence[Any]
    process_errors: Sequence[str]
    filters: Sequence[Any]

    @property
    def longest(self) -> int:
        """Return how many characters the field may hold."""
        said = [length.max for length in self.validators if isinstance(length, Length) and length.max > 0]
        return min(said) if said else LONGEST_TEXT if isinstance(self, TextAreaField) else LONGEST_LINE

    def refuse_too_long(self, data: Any) -> Any:
        """Return what was typed, as the first filter. Raises ValueError where it is far too long: then no other filter runs.

        What shrinks when it is normalised (line ends, half-width kana) may be twice as long; `Length` looks again.
        """
        if isinstance(data, str) and len(data) > 2 * self.longest:
            message = f"{self.longest}文字までで入力してください（いまは{len(data)}文字です）。"
            raise ValueError(message)
        return data

    def pre_validate(self, form: Any) -> None:
        """Stop before any other check where the reading of what was typed failed already. Raises StopValidation."""
        if self.process_errors:
            raise StopValidation
        super().pre_validate(form)  # type: ignore[misc]
