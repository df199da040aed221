"""Forms of participation: a list of staff to enrol, attendance."""

from __future__ import annotations

from flask_wtf.file import FileField, FileSize
from wtforms import TextAreaField
from wtforms.validators import Length

from kernel.forms import LONGEST_TEXT, Form

from participation.models import EnrolmentState

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
        "またはCSVファイル", [FileSize(max_size=LARGEST_FILE, message="ファイルが大きすぎます。")],
        description="UTF-8でも、Excelの標準(Shift_JIS)でも読めます。",
    )  # fmt: skip


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
