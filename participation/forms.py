"""Forms of participation: lists of staff."""

from __future__ import annotations

from flask_wtf.file import FileSize
from wtforms.validators import Length

from kernel.errors import InvalidError
from kernel.fields import LongTextField, TextField, UploadField
from kernel.forms import Form
from kernel.tables.office_table import FileText, text_of_file
from kernel.typed import LONGEST_LINE, LONGEST_TEXT

LARGEST_FILE = 2_000_000
HOW_A_LIST_IS_READ = (
    "一行に一人ずつ。「職員番号」「メールアドレス」「氏名」などの見出しがあれば、その列で読みます（ほかの列は読みません）。"
    "見出しがないときは、職員番号かメールアドレス、氏名の順（逆でもかまいません）に並べてください。"
    "番号と氏名の両方があるときは、両方が合う人だけを加えます。"
)


class BecauseForm(Form):
    """Why somebody may come to a session who lacks a course that comes first; empty where nobody does."""

    because = TextField(
        "先に受ける講座がまだの人も参加する理由",
        [Length(max=LONGEST_LINE)],
        description="先に受ける講座を修了していない人は、理由があるときだけ参加できます。理由は実施団体が読みます。",
    )


def because() -> str:
    """Return the reason that a button brought along, empty where it brought none. Raises InvalidError for one that is too long."""
    form = BecauseForm()
    if not form.validate():
        raise InvalidError("、".join(message for messages in form.errors.values() for message in messages))
    return form.because.value


class StaffListForm(BecauseForm):
    """Own staff to be enrolled, one a line."""

    text = LongTextField(
        "職員の一覧",
        [Length(max=LONGEST_TEXT)],
        description=HOW_A_LIST_IS_READ,
    )
    file = UploadField(
        "またはファイル（CSV・Excel）", [FileSize(max_size=LARGEST_FILE, message="ファイルが大きすぎます。")],
        description="CSVはUTF-8でもShift_JISでも読めます。Excelは、表示されている最初のシートを読みます。",
    )  # fmt: skip

    @property
    def listed(self) -> FileText:
        """Return the list that was typed or sent. Raises InvalidError for a file that cannot be read."""
        return FileText(self.text.value) if self.text.value else text_of_file(self.file.content)
