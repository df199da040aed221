"""Forms of the front."""

from __future__ import annotations

from wtforms.validators import DataRequired, Length

from kernel.errors import InvalidError
from kernel.fields import (
    ChoiceField,
    DayField,
    LongTextField,
    PickField,
    SecretField,
    TextField,
    TickField,
    TicksField,
    options,
)
from kernel.forms import Form
from kernel.typed import LONGEST_LINE

from participation.exemption import Exempt

LONGEST_WORDS = 500


class EraseForm(Form):
    """The name of whose personal data are to be erased, typed once more."""

    name = TextField(
        "消去する人の氏名", [DataRequired(), Length(max=100)], description="確かめるため、上の氏名を入力してください。"
    )


class RemindForm(Form):
    """What a coordinator adds to a reminder."""

    words = LongTextField(
        "ひとこと",
        [Length(max=LONGEST_WORDS)],
        description="書かなくてもかまいません。講座名と期限は、自動で入ります。",
    )


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
    note = LongTextField("メモ", [Length(max=LONGEST_WORDS)])
    password = SecretField("パスワード", [Length(max=100)])
