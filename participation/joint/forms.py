"""Forms of joint sessions: a note, a wish, a place against the rule."""

from __future__ import annotations

from wtforms.validators import DataRequired, Length

from kernel.fields import ProseField, RowField, TextField
from kernel.forms import Form
from kernel.typed import LONGEST_LINE

from participation.joint.exceptional_place import GivePlace


class NoteForm(Form):
    """A note for the host that goes with a list of nominees."""

    note = ProseField(
        "実施団体への連絡事項", [Length(max=2000)], description="配慮してほしいことなど。実施団体の担当者が読みます。"
    )


class WishForm(Form):
    """Why somebody wishes to be nominated."""

    note = TextField(
        "ひとこと", [Length(max=LONGEST_LINE)], description="なくてもかまいません。研修担当だけが読みます。"
    )


class OverrideForm(Form):
    """A place that is given against the rule."""

    nomination_id = RowField("席を渡す人")
    instead_of_id = RowField("替わりに待機にもどる人")
    reason = ProseField(
        "理由", [DataRequired(), Length(max=1000)], description="推薦したすべての団体の研修担当が読みます。"
    )

    def command(self) -> GivePlace:
        """Return the place to be given."""
        return GivePlace(self.nomination_id.value, self.instead_of_id.value or None, self.reason.value)
