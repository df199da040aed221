"""Forms of personnel files: one is sent, its headings are told, it is applied."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_wtf.file import FileRequired, FileSize
from wtforms.validators import DataRequired, NumberRange, Optional

from kernel.fields import DayField, TickField, TicksField, UploadField, WholeField, options
from kernel.forms import Form, numbered
from kernel.tables.office_table import text_of_file

from people.personnel.columns import Column
from people.personnel.file import Send
from people.personnel.models import Kind
from people.personnel.reading import LARGEST_FILE

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

MOST_TYPED = 1_000_000


class FileForm(Form):
    """A personnel file."""

    file = UploadField(
        "人事データの名簿",
        [
            FileRequired(message="ファイルを選んでください。"),
            FileSize(max_size=LARGEST_FILE, message="ファイルが大きすぎます。"),
        ],
        description="CSV、Excel（xlsx・xls）、ODS。文字コードや見出しの言葉は、人事のシステムのままでかまいません。",
    )
    day = DayField(
        "基準日",
        [DataRequired()],
        description="この名簿がいつの時点のものか。新しい人と異動の日に使います。先の日（4月1日など）のときは、その日に変わります。例：2027-04-01、R9.4.1",
    )
    is_complete = TickField("この名簿には、団体の職員が全員のっている（のっていない人の所属を終える）")

    def command(self) -> Send:
        """Return the file that was sent. Raises InvalidError for one that cannot be read."""
        found, day = text_of_file(self.file.content), self.day.day
        assert day  # noqa: S101 - the field is required
        return Send(self.file.file_name, found.text, day, self.is_complete.value, tuple(found.left_out))


class ApplyForm(Form):
    """Which kinds of changes are applied, and how many people leave, where they are many."""

    kinds = TicksField(
        "反映するもの", choices=options((kind.value, kind.label) for kind in Kind if kind.is_change),
        default=[kind.value for kind in Kind if kind.is_change],
    )  # fmt: skip
    typed = WholeField("所属が終わる人数", [Optional(), NumberRange(0, MOST_TYPED)])

    def offer(self, kinds: Collection[Kind]) -> None:
        """Let only those kinds be chosen of which there is something."""
        self.kinds.choices = options((kind.value, kind.label) for kind in kinds if kind.is_change)

    @property
    def off(self) -> list[str]:
        """Return the kinds that are not to be applied."""
        return [kind.value for kind in Kind if kind.is_change and kind.value not in self.kinds.value]


def columns_from(headings: Sequence[str], fields: Mapping[str, str]) -> dict[str, str]:
    """Return what was said of the headings of a file: fields column-N, each the value of a column or empty."""
    known = {column.value for column in Column}
    return {
        headings[place]: value if value in known else ""
        for place, value in numbered(fields, "column-")
        if place < len(headings)
    }
