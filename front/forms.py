"""Forms of the front."""

from __future__ import annotations

import re

from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from kernel.errors import InvalidError
from kernel.fields import (
    ChoiceField,
    DayField,
    LongTextField,
    PickField,
    ProseField,
    SecretField,
    TermChoiceField,
    TextField,
    TickField,
    TicksField,
    WholeField,
    options,
)
from kernel.forms import Form
from kernel.text import number_in
from kernel.typed import LONGEST_LINE, LONGEST_TEXT

from people.joining.handing_over import Offer, Take
from people.organisation import by_code_or_name

from participation.exemption import Exempt
from participation.models import Parting
from participation.notices.rule import ReminderRule
from participation.parting import Rule

LONGEST_WORDS = 500
MOST_DAYS, LONGEST_BEFORE, MOST_WEEKS = 10, 365, 52


class EraseForm(Form):
    """The name of whose personal data are to be erased, typed once more."""

    name = TextField(
        "消去する人の氏名", [DataRequired(), Length(max=100)], description="確かめるため、上の氏名を入力してください。"
    )


class DisclosureForm(Form):
    """When a request to see what is held was received."""

    received_on = DayField("請求を受け付けた日", [DataRequired()], description="例：2027-04-01、R9.4.1")


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


class HandOverForm(Form):
    """Who is handed over to which other organisation, from which day on."""

    organisation = TextField(
        "移る先の団体", [DataRequired(), Length(max=100)], description="団体の名前かコード。例：八王子市、132012"
    )
    day = DayField("移る先での最初の日", [DataRequired()], description="例：2027-04-01、R9.4.1")
    ends_present = ChoiceField(
        "いまの所属", choices=options([("yes", "前の日に終わる（異動・転籍・割愛）"), ("no", "そのまま続ける（併任・派遣）")]),
        default="yes",
    )  # fmt: skip
    text = LongTextField(
        "移る人", [DataRequired(), Length(max=LONGEST_TEXT)],
        description="職員番号、メールアドレス、氏名のどれかを一行に一人ずつ。表計算ソフトから貼り付けられます。",
    )  # fmt: skip

    def command(self) -> Offer:
        """Return whither and when. Raises InvalidError for an organisation that is not known."""
        return Offer(by_code_or_name(self.organisation.value), self.day.value, self.ends_present.value == "yes")


class TakeForm(Form):
    """What an organisation says of somebody whom it takes."""

    staff_number = TextField("職員番号", [Length(max=32)], description="メールアドレスがない人には必要です。")
    department = TextField("部署", [Length(max=200)], render_kw={"list": "sections"})
    post = TextField("職", [Length(max=100)], render_kw={"list": "posts"})

    def command(self) -> Take:
        """Return what is said."""
        return Take(self.staff_number.value or None, self.department.value, self.post.value)


class DeclineForm(Form):
    """Why people are not taken."""

    because = TextField(
        "引き受けない理由", [DataRequired(), Length(max=LONGEST_LINE)],
        description="前の団体の研修担当に伝わります。例：この団体の職員ではありません。",
    )  # fmt: skip


class PartingForm(Form):
    """What an organisation proposes for the places of those who leave and of those who move."""

    leaves = TermChoiceField("退職する人の席", Parting)
    moves = TermChoiceField("ほかの団体へ移る人の席", Parting)

    def command(self) -> Rule:
        """Return the rule."""
        return Rule(self.leaves.value, self.moves.value)


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
