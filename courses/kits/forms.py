"""Forms of facilitators' kits."""

from __future__ import annotations

from wtforms.validators import DataRequired, Length

from kernel.fields import ProseField, TermField
from kernel.forms import Form
from kernel.typed import LONGEST_TEXT

from courses.kits.models import KitKind
from courses.lessons.lesson_text import with_plain_marks

HOW = "一行目の「# 」は題です。「## 」の見出しごとに、台本では区切り、スライドと事例カードでは一枚になります。ワークシートは、表の見出しと書き方の例を書くと、空いた行がつきます。「> 」は、進行役が話す言葉です。"


class NewPartForm(Form):
    """The kind of a part to be added."""

    kind = TermField("加えるもの", KitKind)


class PartForm(Form):
    """A part of a kit."""

    body = ProseField("本文", [DataRequired(), Length(max=LONGEST_TEXT)], filters=[with_plain_marks], description=HOW)
