"""Forms of the front."""

from __future__ import annotations

import re

from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from kernel.errors import InvalidError
from kernel.fields import (
    ChoiceField,
    DayField,
    PickField,
    ProseField,
    SecretField,
    TextField,
    TickField,
    TicksField,
    WholeField,
    options,
)
from kernel.forms import Form
from kernel.text import number_in
from kernel.typed import LONGEST_LINE

from participation.exemption import Exempt
from participation.notices.rule import ReminderRule

LONGEST_WORDS = 500
MOST_DAYS, LONGEST_BEFORE, MOST_WEEKS = 10, 365, 52


class EraseForm(Form):
    """The name of whose personal data are to be erased, typed once more."""

    name = TextField(
        "消去する人の氏名", [DataRequired(), Length(max=100)], description="確かめるため、上の氏名を入力してください。"
    )


class RemindForm(Form):
    """What a coordinator adds to a reminder."""

    words = ProseField(
        "ひとこと",
        [Length(max=LONGEST_WORDS)],
        description="書かなくてもかまいません。講座名と期限は、自動で入ります。",
    )


class ReminderForm(Form):
    """How an office reminds its people."""

    days = TextField(
        "期限の何日前に知らせるか", [Length(max=60)],
        description="日数を「、」で区切って入力します。空欄なら、前には知らせません。例：14、7、1",
    )  # fmt: skip
    weeks_after = WholeField(
        "過ぎてから、何週のあいだ知らせるか", [InputRequired(), NumberRange(0, MOST_WEEKS)],
        description="過ぎると、週に一度知らせます。0なら、過ぎてからは知らせません。",
    )  # fmt: skip
    to_heads = TickField("所属長に、自分の部署で期限を過ぎた人数を週に一度知らせる")
    to_coordinators = TickField("研修担当に、期限を過ぎた人数を週に一度知らせる")

    def command(self) -> ReminderRule:
        """Return the rule. Raises InvalidError where the days cannot be read, or are too many or too long before."""
        texts = re.findall(r"[^\s、,，・]+", self.days.value.replace("日", "").replace("前", ""))
        days = [number_in(text, LONGEST_BEFORE + 1) for text in texts]
        if len(days) > MOST_DAYS or not all(days):
            message = (
                f"1から{LONGEST_BEFORE}までの日数を、{MOST_DAYS}個まで、「、」で区切って入力してください。例：14、7、1"
            )
            raise InvalidError(message, field="days")
        before = tuple(sorted({day for day in days if day}, reverse=True))
        return ReminderRule(before, self.weeks_after.value or 0, self.to_heads.value, self.to_coordinators.value)


class ExemptForm(Form):
    """Why somebody is let off a required course, or until when they have time instead."""

    how = ChoiceField(
        "どうしますか",
        choices=options([("later", "期限を延ばす"), ("off", "免除する（受けなくてよい）")]),
        default="later",
    )
    until = DayField("新しい期限", description="「期限を延ばす」のときに入力します。例：2027-03-31、R9.3.31")
    reason = TextField(
        "理由", [DataRequired(), Length(max=LONGEST_LINE)],
        description="例：育児休業中、前の職場で同じ研修を受けた。本人の記録に残ります。病気などの事情は、くわしく書かないでください。",
    )  # fmt: skip

    @property
    def lets_off(self) -> bool:
        """Tell whether the course need not be taken at all."""
        return self.how.value == "off"

    def command(self) -> Exempt:
        """Return what is decided. Raises InvalidError where a new date is missing."""
        if not self.lets_off and self.until.day is None:
            message = "新しい期限を入力してください。"
            raise InvalidError(message, field="until")
        return Exempt(self.reason.value, None if self.lets_off else self.until.day)


class SampleForm(Form):
    """Every kind of field, for the page of components."""

    name = TextField("氏名", [DataRequired(), Length(max=100)], description="姓と名のあいだに空白を入れます。")
    day = DayField("開催日")
    kind = PickField("種類", choices=options([("", "選んでください"), ("text", "読む"), ("quiz", "確認テスト")]))
    audience = ChoiceField("対象", choices=options([("all", "すべての団体"), ("own", "自団体だけ")]))
    parts = TicksField("分野", choices=options([("1", "基礎"), ("2", "データ・AI"), ("3", "住民サービス")]))
    shared = TickField("研修担当に見せる")
    note = ProseField("メモ", [Length(max=LONGEST_WORDS)])
    password = SecretField("パスワード", [Length(max=100)])
