"""Forms of people: the figures of an organisation, and roles."""

from __future__ import annotations

from wtforms.validators import Length, NumberRange, Optional, ValidationError

from kernel.fields import AddressField, TextField, TicksField, WholeField
from kernel.forms import Form
from kernel.spelling import is_address

from people.models import Role
from people.organisation import CorrectFigures


def address_like(_form: Form, field: AddressField) -> None:
    """Refuse what no mail can be sent to. Raises ValidationError."""
    if field.value and not is_address(field.value):
        message = "メールアドレスの形ではありません。例：hanako@example.lg.jp"
        raise ValidationError(message)


class FiguresForm(Form):
    """The figures from which an organisation's size class follows."""

    staff_count = WholeField("職員数（人）", [Optional(), NumberRange(0, 1_000_000)])
    population = WholeField("人口（人）", [Optional(), NumberRange(0, 100_000_000)])
    signed_by = TextField(
        "修了証の発行者（職・氏名）", [Length(max=100)],
        description="団体名に続けて修了証に載せます。例：町長 瑞穂 太郎。空欄なら団体名だけを載せます。",
    )  # fmt: skip

    def command(self) -> CorrectFigures:
        """Return the figures."""
        return CorrectFigures(self.staff_count.value, self.population.value, self.signed_by.value)


class RolesForm(Form):
    """The roles of a membership beyond that of staff."""

    roles = TicksField("役割", validate_choice=False)

    def command(self) -> set[Role]:
        """Return the roles that are ticked."""
        return {role for role in Role if role.value in self.roles.value and role is not Role.STAFF}
