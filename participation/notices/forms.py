"""Form of notices: how somebody wants to be mailed."""

from __future__ import annotations

from kernel.fields import TermChoiceField
from kernel.forms import Form

from participation.notices.models import MailWish


class MailForm(Form):
    """How somebody wants to be mailed."""

    mail = TermChoiceField("メールでの受け取り方", MailWish)
