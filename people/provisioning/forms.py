"""Forms of provisioning: a key is made."""

from __future__ import annotations

from wtforms.validators import DataRequired, Length

from kernel.fields import TextField
from kernel.forms import Form


class TokenForm(Form):
    """What a key is for."""

    name = TextField(
        "鍵の名前",
        [DataRequired(), Length(max=60)],
        description="あとで見分けるための名前です。例：Entra IDのプロビジョニング",
    )
