"""Forms of attending: the code, the file of a web-meeting tool, what was entered on a list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_wtf.file import FileRequired, FileSize
from wtforms.validators import DataRequired, Length, NumberRange, Optional

from kernel.fields import TextField, UploadsField, WholeField
from kernel.forms import MOST_IDS, Form, numbered
from kernel.text import number_in

from participation.attending.models import Presence
from participation.forms import LARGEST_FILE

if TYPE_CHECKING:
    from collections.abc import Mapping


class CodeForm(Form):
    """The attendance code that is shown at a meeting."""

    code = TextField(
        "出席コード",
        [DataRequired(), Length(max=20)],
        description="会場や画面に出ている6文字。小文字でもかまいません。",
    )


class WebMeetingForm(Form):
    """The participant file of a web-meeting tool, and from how long a stay counts."""

    file = UploadsField(
        "参加者のファイル（CSV・Excel）",
        [FileRequired(message="ファイルを選んでください。"), FileSize(max_size=LARGEST_FILE, message="ファイルが大きすぎます。")],
        description="Zoomの「参加者レポート」、Teamsの「出席レポート」、Webexの「出席者レポート」、Google Meetの出席レポートなどを、そのまま選んでください。会議を開き直したときは、ファイルを二つ以上選べます。",
    )  # fmt: skip
    minutes = WholeField(
        "出席とみなす時間（分）", [Optional(), NumberRange(0, 1440)],
        description="これより短い人は、出席の候補から外して示します。空欄なら時間を見ません。",
    )  # fmt: skip


def presence_from(fields: Mapping[str, str]) -> dict[int, Presence | None]:
    """Return what was entered by enrolment id: fields presence-N that differ from was-N, which the page showed.

    What somebody else entered meanwhile is so left alone; what is unknown is left out.
    """
    known = {"": None, **{presence.value: presence for presence in Presence}}
    shown = dict(numbered(fields, "was-"))
    return {
        number: known[value]
        for number, value in numbered(fields, "presence-")
        if value in known and shown.get(number) != value
    }


def people_from(fields: Mapping[str, str]) -> set[int]:
    """Return the enrolments that were chosen for the names of a file: fields person-N with an id or nothing."""
    chosen = (number_in(value, MOST_IDS) for _number, value in numbered(fields, "person-"))
    return {enrolment_id for enrolment_id in chosen if enrolment_id is not None}
