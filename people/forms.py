"""Forms of people: the figures of an organisation, and roles."""

from __future__ import annotations

from flask_wtf.file import FileSize
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, ValidationError

from kernel.fields import (
    AddressField,
    ChoiceField,
    DayField,
    LongTextField,
    TextField,
    TicksField,
    UploadField,
    WholeField,
)
from kernel.forms import Form
from kernel.spelling import is_address
from kernel.tables.office_table import FileText, text_of_file
from kernel.typed import LONGEST_TEXT

from people.deputy import Appoint
from people.models import Role
from people.organisation import CorrectFigures

LARGEST_TABLE = 2_000_000


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

    figures_year = WholeField("いつの数か（西暦年）", [Optional(), NumberRange(1950, 2100)])

    def command(self) -> CorrectFigures:
        """Return the figures."""
        return CorrectFigures(
            self.staff_count.value, self.population.value, self.signed_by.value, self.figures_year.value
        )


class FiguresFileForm(Form):
    """A table of the figures of many organisations."""

    text = LongTextField(
        "職員数・人口の表", [Length(max=LONGEST_TEXT)],
        description="見出しの行ごと、表計算ソフトから貼り付けます。見出しは、団体コード（または都道府県と団体名）、職員数、人口です。",
    )  # fmt: skip
    file = UploadField(
        "またはファイル（CSV・Excel）", [FileSize(max_size=LARGEST_TABLE, message="ファイルが大きすぎます。")],
        description="CSVはUTF-8でもShift_JISでも読めます。",
    )  # fmt: skip
    year = WholeField("いつの数か（西暦年）", [InputRequired(), NumberRange(1950, 2100)], description="例：2025")

    @property
    def listed(self) -> FileText:
        """Return the table that was typed or sent. Raises InvalidError for a file that cannot be read."""
        return FileText(self.text.value) if self.text.value else text_of_file(self.file.content)


class DeputyForm(Form):
    """Who stands in for a colleague, in which role, from when to when."""

    role = ChoiceField("役割", [DataRequired()])
    deputy = TextField(
        "代理をする人", [DataRequired(), Length(max=200)], description="同じ団体の職員。職員番号、メールアドレス、氏名のどれか。"
    )  # fmt: skip
    begins_on = DayField("始まりの日", [DataRequired()], description="例：2027-04-01、R9.4.1")
    last_day = DayField(
        "終わりの日", [DataRequired()], description="この日いっぱいで終わります。例：2027-06-30、R9.6.30"
    )

    def command(self, deputy_id: int) -> Appoint:
        """Return what is decided, of the deputy with this membership."""
        return Appoint(deputy_id, Role(self.role.value), self.begins_on.value, self.last_day.value)


class RolesForm(Form):
    """The roles of a membership beyond that of staff."""

    roles = TicksField("役割", validate_choice=False)

    def command(self) -> set[Role]:
        """Return the roles that are ticked."""
        return {role for role in Role if role.value in self.roles.value and role is not Role.STAFF}
