"""Form of the record: what somebody learned elsewhere."""

from __future__ import annotations

from wtforms.validators import DataRequired, Length

from kernel.fields import DayField, TextField
from kernel.forms import Form

from participation.record.outside_learning import Declare


class OutsideForm(Form):
    """What somebody learned elsewhere."""

    title = TextField(
        "学んだこと", [DataRequired(), Length(max=200)], description="例：ITパスポート試験、個人情報保護の研修"
    )
    provider = TextField("実施した団体", [DataRequired(), Length(max=200)])
    learned_on = DayField("終えた日", [DataRequired()], description="例：2026-11-21、R8.11.21")

    def command(self) -> Declare:
        """Return what is declared."""
        return Declare(self.title.value, self.provider.value, self.learned_on.value)
