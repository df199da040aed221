"""Forms of participation: a list of staff to enrol, attendance."""

from __future__ import annotations

from flask_wtf.file import FileField, FileSize
from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from kernel.forms import LONGEST_LINE, LONGEST_TEXT, Form, options

from participation.exceptional_place import GivePlace
from participation.models import EnrolmentState
from participation.notices.models import MailWish

LARGEST_FILE = 2_000_000
LONGEST_ID = 10


class StaffListForm(Form):
    """Own staff to be enrolled, one a line."""

    text = TextAreaField(
        "職員の一覧",
        [Length(max=LONGEST_TEXT)],
        description="職員番号、メールアドレス、氏名のどれかを一行に一人ずつ。Excelの列をそのまま貼り付けられます。",
    )
    file = FileField(
        "またはファイル(CSV・Excel)", [FileSize(max_size=LARGEST_FILE, message="ファイルが大きすぎます。")],
        description="CSVはUTF-8でもShift_JISでも読めます。Excelは一枚目のシートを読みます。",
    )  # fmt: skip


class NoteForm(Form):
    """A note for the host that goes with a list of nominees."""

    note = TextAreaField(
        "実施団体への連絡事項", [Length(max=2000)], description="配慮してほしいことなど。実施団体の担当者が読みます。"
    )


class WishForm(Form):
    """Why somebody wishes to be nominated."""

    note = StringField(
        "ひとこと", [Length(max=LONGEST_LINE)], description="なくてもかまいません。研修担当だけが読みます。"
    )


class OverrideForm(Form):
    """A place that is given against the rule."""

    nomination_id = SelectField("席を渡す人", coerce=int)
    instead_of_id = SelectField("替わりに待機にもどる人", coerce=int)
    reason = TextAreaField(
        "理由", [DataRequired(), Length(max=1000)], description="推薦したすべての団体の研修担当が読みます。"
    )

    def command(self) -> GivePlace:
        """Return the place to be given."""
        return GivePlace(self.nomination_id.data, self.instead_of_id.data or None, self.reason.data or "")


class MailForm(Form):
    """How somebody wants to be mailed."""

    mail = RadioField("メールでの受け取り方", choices=options(MailWish.choices()))


def attendance_from(fields: dict[str, str]) -> dict[int, EnrolmentState]:
    """Return what was entered: fields attendance-N with the value of a state; what is unknown is left out."""
    states = {state.value: state for state in EnrolmentState}
    return {
        int(number): states[value]
        for name, value in fields.items()
        if name.startswith("attendance-")
        and (number := name.removeprefix("attendance-")).isascii()
        and number.isdigit()
        and len(number) <= LONGEST_ID
        and value in states
    }
