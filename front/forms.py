"""Forms of the front."""

from __future__ import annotations

from wtforms.validators import DataRequired, Length

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
