"""Forms of participation: lists of staff."""

from __future__ import annotations

from flask_wtf.file import FileSize
from wtforms.validators import Length

from kernel.fields import LongTextField, UploadField
from kernel.forms import LONGEST_TEXT, Form

LARGEST_FILE = 2_000_000


class StaffListForm(Form):
    """Own staff to be enrolled, one a line."""

    text = LongTextField(
        "職員の一覧",
        [Length(max=LONGEST_TEXT)],
        description="職員番号、メールアドレス、氏名のどれかを一行に一人ずつ。Excelの列をそのまま貼り付けられます。",
    )
    file = UploadField(
        "またはファイル(CSV・Excel)", [FileSize(max_size=LARGEST_FILE, message="ファイルが大きすぎます。")],
        description="CSVはUTF-8でもShift_JISでも読めます。Excelは一枚目のシートを読みます。",
    )  # fmt: skip
