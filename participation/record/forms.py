"""Form of the record: what somebody learned elsewhere."""

from __future__ import annotations

from wtforms import StringField
from wtforms.validators import DataRequired, Length

from kernel.forms import DayField, Form

from participation.record.outside_learning import Declare


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
