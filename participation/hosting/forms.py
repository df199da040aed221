"""Forms of hosting: a message to those who come, a file for them."""

from __future__ import annotations

from flask_wtf.file import FileRequired
from wtforms.validators import DataRequired, Length

from kernel.fields import ProseField, TickField, UploadField
from kernel.forms import Form


class MessageForm(Form):
    """What a host writes to the participants of a session."""

    words = ProseField(
        "連絡",
        [DataRequired(), Length(max=1000)],
        description="例：当日は、名札をお持ちください。資料は前日までにお送りします。",
    )
    hoping = TickField("待機の人と、推薦されている人にも送る")


class MaterialForm(Form):
    """A file for those who take part in a session, or for its host."""

    file = UploadField(
        "資料のファイル",
        [FileRequired(message="ファイルを選んでください。")],
        description="PDF・Word・Excel・PowerPointなど。同じ名前の資料があれば、入れ替えます。",
    )
    is_for_host = TickField("実施団体だけが見る（進行表、講師用の資料など）")
