"""Form of the head of letters."""

from __future__ import annotations

from wtforms.validators import Length

from kernel.fields import LinesField, TextField
from kernel.forms import Form

from participation.papers.letterhead import Letterhead


class LetterheadForm(Form):
    """How an organisation heads its letters."""

    number = TextField(
        "文書番号",
        [Length(max=60)],
        description="例：{年度}瑞総人第   号。「{年度}」には、今年度の数字が入ります。番号を書き込むところは、空けておきます。",
    )
    sender = TextField("発信者", [Length(max=100)], description="例：瑞穂町長 ○○ ○○。空欄のときは、団体名になります。")
    stamps = LinesField(
        "決裁欄",
        [Length(max=200)],
        description="復命書の決裁欄の見出しを、左から順に、一行に一つずつ書きます。例：課長",
    )

    def said(self) -> Letterhead:
        """Return what was said."""
        return Letterhead(self.number.value, self.sender.value, tuple(self.stamps.lines))
