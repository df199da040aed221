"""Form of notices: how somebody wants to be mailed."""

from __future__ import annotations

from wtforms import RadioField

from kernel.forms import Form, options

from participation.notices.models import MailWish


class MailForm(Form):
    """How somebody wants to be mailed."""

    mail = RadioField("メールでの受け取り方", choices=options(MailWish.choices()))
