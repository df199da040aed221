"""Form of hosting: a message to those who come."""

from __future__ import annotations

from wtforms.validators import DataRequired, Length

from kernel.fields import LongTextField, TickField
from kernel.forms import Form


class MessageForm(Form):
    """What a host writes to the participants of a session."""

    words = LongTextField(
        "連絡",
        [DataRequired(), Length(max=1000)],
        description="例：当日は、名札をお持ちください。資料は前日までにお送りします。",
    )
    hoping = TickField("待機の人と、推薦されている人にも送る")
