"""Forms of participation: lists of staff."""

from __future__ import annotations

from flask_wtf.file import FileSize
from wtforms.validators import Length

from kernel.fields import LongTextField, UploadField
from kernel.forms import Form
from kernel.tables.office_table import FileText, text_of_file
from kernel.typed import LONGEST_TEXT

LARGEST_FILE = 2_000_000
HOW_A_LIST_IS_READ = (
    "一行に一人ずつ。「職員番号」「メールアドレス」「氏名」などの見出しがあれば、その列で読みます（ほかの列は読みません）。"
    "見出しがないときは、職員番号かメールアドレス、氏名の順（逆でもかまいません）に並べてください。"
    "番号と氏名の両方があるときは、両方が合う人だけを加えます。"
)


class StaffListForm(Form):
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
