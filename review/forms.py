"""Form of the report: the target of a fiscal year."""

from __future__ import annotations

from wtforms.validators import NumberRange, Optional

from kernel.fields import WholeField
from kernel.forms import Form


class TargetForm(Form):
    """How many people are to finish a course in a fiscal year."""

    people = WholeField(
        "修了する人の目標（人）", [Optional(), NumberRange(1, 1_000_000)], description="一年で一つでも講座を修了する職員の数です。空欄にすると、目標をなくします。"
    )  # fmt: skip
