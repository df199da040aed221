"""Forms of the front."""

from __future__ import annotations

from wtforms.validators import DataRequired, Length

from kernel.fields import TextField
from kernel.forms import Form


class EraseForm(Form):
    """The name of whose personal data are to be erased, typed once more."""

    name = TextField(
        "消去する人の氏名", [DataRequired(), Length(max=100)], description="確かめるため、上の氏名を入力してください。"
    )
