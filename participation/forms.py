"""Forms of participation: lists of staff, wishes, places against the rule, attendance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_wtf.file import FileField, FileRequired, FileSize
from wtforms import IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, NumberRange, Optional

from kernel.forms import LONGEST_LINE, LONGEST_TEXT, DayField, Form, options

from participation.exceptional_place import GivePlace
from participation.models import Presence
from participation.notices.models import MailWish
from participation.outside_learning import Declare

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

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


class CodeForm(Form):
    """The attendance code that is shown at a meeting."""

    code = StringField(
        "出席コード",
        [DataRequired(), Length(max=20)],
        description="会場や画面に出ている6文字。小文字でもかまいません。",
    )


class WebMeetingForm(Form):
    """The participant file of a web-meeting tool, and from how long a stay counts."""

    file = FileField(
        "参加者のファイル(CSV)",
        [FileRequired(message="ファイルを選んでください。"), FileSize(max_size=LARGEST_FILE, message="ファイルが大きすぎます。")],
        description="Zoomの「参加者レポート」、Teamsの「出席レポート」、Webexの「出席者レポート」などを、そのまま選んでください。",
    )  # fmt: skip
    minutes = IntegerField(
        "出席とみなす時間(分)", [Optional(), NumberRange(0, 1440)],
        description="これより短い人は、出席の候補から外して示します。空欄なら時間を見ません。",
    )  # fmt: skip


class OutsideForm(Form):
    """What somebody learned elsewhere."""

    title = StringField(
        "学んだこと", [DataRequired(), Length(max=200)], description="例: ITパスポート試験、個人情報保護の研修"
    )
    provider = StringField("実施した団体", [DataRequired(), Length(max=200)])
    learned_on = DayField("終えた日", [DataRequired()], description="例: 2026-11-21、R8.11.21")

    def command(self) -> Declare:
        """Return what is declared."""
        assert self.learned_on.day is not None  # noqa: S101 - the field is required
        return Declare(self.title.data or "", self.provider.data or "", self.learned_on.day)


def presence_from(fields: Mapping[str, str]) -> dict[int, Presence | None]:
    """Return what was entered by enrolment id: fields presence-N that differ from was-N, which the page showed.

    What somebody else entered meanwhile is so left alone; what is unknown is left out.
    """
    known = {"": None, **{presence.value: presence for presence in Presence}}
    shown = dict(_numbered(fields, "was-"))
    return {
        number: known[value]
        for number, value in _numbered(fields, "presence-")
        if value in known and shown.get(number) != value
    }


def people_from(fields: Mapping[str, str]) -> set[int]:
    """Return the enrolments that were chosen for the names of a file: fields person-N with an id or nothing."""
    return {
        int(value)
        for _number, value in _numbered(fields, "person-")
        if value.isascii() and value.isdigit() and len(value) <= LONGEST_ID
    }


def _numbered(fields: Mapping[str, str], prefix: str) -> Iterator[tuple[int, str]]:
    for name, value in fields.items():
        number = name.removeprefix(prefix)
        if name.startswith(prefix) and number.isascii() and number.isdigit() and len(number) <= LONGEST_ID:
            yield int(number), value
