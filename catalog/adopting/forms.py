"""The form of an adoption."""

from __future__ import annotations

from wtforms.validators import Length, NumberRange, Optional

from kernel.fields import DayField, LongTextField, RowField, WholeField
from kernel.forms import Form

from catalog.adopting.adoption import Adopt


class AdoptionForm(Form):
    """Whom a curriculum is adopted for, and until when."""

    section_id = RowField("部署", default=0, description="選ぶと、その部署と、その中の部署だけが対象になります。")
    post_id = RowField("職", default=0)
    new_since = DayField(
        "この日から新しく来た人",
        description="新しく入った人と異動してきた人だけを対象にするときに入力します。例：R9.4.1",
    )
    people = LongTextField(
        "名簿で選ぶ", [Length(max=100_000)],
        description="人を選んで対象にするときに、職員番号、メールアドレス、氏名のどれかを一行に一人ずつ入力します。Excelからそのまま貼れます。",
    )  # fmt: skip
    due_on = DayField("期限の日", description="例：2027-03-31、R9.3.31。なければ空のままにします。")
    due_days = WholeField(
        "期限までの日数", [Optional(), NumberRange(1, 1000)],
        description="対象になった日から数えます。新しく来た人ごとに期限が決まります。",
    )  # fmt: skip

    def command(self) -> Adopt:
        """Return the adoption."""
        return Adopt(
            section_id=self.section_id.value,
            post_id=self.post_id.value,
            new_since=self.new_since.day,
            people=self.people.value,
            due_on=self.due_on.day,
            due_days=self.due_days.value,
        )
