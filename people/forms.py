"""Forms of people: sign-in, passwords, staff, roles, organisations."""

from __future__ import annotations

from wtforms import (
    IntegerField,
    SelectMultipleField,
)
from wtforms.validators import NumberRange, Optional, Regexp
from wtforms.widgets import CheckboxInput, ListWidget

from kernel.forms import Form

from people.models import Role
from people.organisation import CorrectFigures

EMAIL = Regexp(r"[^@\s]+@[^@\s]+\.[^@\s]+$", message="メールアドレスの形ではありません。例: hanako@example.lg.jp")


class FiguresForm(Form):
    """The figures from which an organisation's size class follows."""

    staff_count = IntegerField("職員数(人)", [Optional(), NumberRange(0, 1_000_000)])
    population = IntegerField("人口(人)", [Optional(), NumberRange(0, 100_000_000)])

    def command(self) -> CorrectFigures:
        """Return the figures."""
        return CorrectFigures(self.staff_count.data, self.population.data)


class RolesForm(Form):
    """The roles of a membership beyond that of staff."""

    roles = SelectMultipleField(
        "役割", widget=ListWidget(prefix_label=False), option_widget=CheckboxInput(), validate_choice=False
    )

    def command(self) -> set[Role]:
        """Return the roles that are ticked."""
        return {role for role in Role if role.value in (self.roles.data or ()) and role is not Role.STAFF}
