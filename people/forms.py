"""Forms of people: sign-in, passwords, staff, roles, organisations."""

from __future__ import annotations

from wtforms import (
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    ValidationError,
)
from wtforms.validators import DataRequired, EqualTo, Length, NumberRange, Optional, Regexp
from wtforms.widgets import CheckboxInput, ListWidget

from kernel.forms import LONGEST_LINE, DayField, Form, options

from people.invitation import Enter
from people.membership import CorrectStaff, JoinStaff
from people.models import Role
from people.organisation import CorrectFigures
from people.password import SHORTEST
from people.sign_in import SignIn
from people.transfer import WelcomeStaff

EMAIL = Regexp(r"[^@\s]+@[^@\s]+\.[^@\s]+$", message="メールアドレスの形ではありません。例: hanako@example.lg.jp")


class SignInForm(Form):
    """Sign in by e-mail, or by staff number and organisation."""

    account = StringField(
        "メールアドレス または 職員番号",
        [DataRequired(), Length(max=LONGEST_LINE)],
        render_kw={"autocomplete": "username"},
    )
    organisation = StringField(
        "団体", [Length(max=LONGEST_LINE)], description="職員番号でサインインするときだけ入力します。例: 新宿区、131041",
        render_kw={"autocomplete": "organization"},
    )  # fmt: skip
    password = PasswordField(
        "パスワード", [DataRequired(), Length(max=LONGEST_LINE)], render_kw={"autocomplete": "current-password"}
    )

    def command(self, address: str) -> SignIn:
        """Return what was typed, with the address the request came from."""
        return SignIn(self.account.data or "", self.organisation.data or "", self.password.data or "", address)


class NewPasswordForm(Form):
    """Choose a password."""

    password = PasswordField(
        "新しいパスワード",
        [DataRequired(), Length(max=LONGEST_LINE)],
        description=f"{SHORTEST}文字以上。覚えやすい言葉を三つ四つつなげると、長くて推測されにくくなります。",
        render_kw={"autocomplete": "new-password"},
    )
    again = PasswordField(
        "新しいパスワード(確認)",
        [DataRequired(), EqualTo("password", message="二つのパスワードが一致していません。")],
        render_kw={"autocomplete": "new-password"},
    )


class ChangePasswordForm(NewPasswordForm):
    """Change the own password."""

    present = PasswordField("いまのパスワード", [DataRequired()], render_kw={"autocomplete": "current-password"})


class ResetRequestForm(Form):
    """Ask the own organisation for a new link."""

    email = StringField("メールアドレス", [DataRequired(), EMAIL, Length(max=LONGEST_LINE)])


class MembershipForm(Form):
    """What a membership says."""

    organisation_id = SelectField("団体", coerce=int)
    staff_number = StringField(
        "職員番号", [Length(max=32)], description="メールアドレスがない人は、団体と職員番号でサインインします。"
    )
    department = StringField("部署", [Length(max=200)])
    post = StringField("職", [Length(max=100)], description="例: 主事、係長")
    joined_on = DayField(
        "所属の始まり", [DataRequired()], description="例: 2027-04-01、R9.4.1。先の日でも登録できます。"
    )

    def validate_staff_number(self, field: StringField) -> None:
        """Refuse a staff number that would be taken for an e-mail address."""
        if "@" in (field.data or ""):
            message = "職員番号に @ は使えません。"
            raise ValidationError(message)


class NameForm(Form):
    """The name of a person."""

    name = StringField("氏名", [DataRequired(), Length(max=100)], description="例: 髙橋 花子")
    reading = StringField(
        "フリガナ",
        [DataRequired(), Length(max=100), Regexp(r"[ァ-ヶー・\s]+$", message="全角カタカナで入力してください。")],
        description="名簿はこの順に並びます。例: タカハシ ハナコ",
    )


class StaffForm(NameForm, MembershipForm):
    """A person of the own organisation."""

    email = StringField("メールアドレス", [Optional(), EMAIL, Length(max=LONGEST_LINE)])

    def command(self) -> JoinStaff:
        """Return the person to be entered."""
        return JoinStaff(
            organisation_id=self.organisation_id.data,
            name=self.name.data or "",
            reading=self.reading.data or "",
            email=self.email.data or None,
            staff_number=self.staff_number.data or None,
            department=self.department.data or "",
            post=self.post.data or "",
            joined_on=self.joined_on.day,
        )

    def correction(self) -> CorrectStaff:
        """Return what is to be corrected."""
        assert self.joined_on.day is not None  # noqa: S101 - the field is required
        return CorrectStaff(
            name=self.name.data or "",
            reading=self.reading.data or "",
            email=self.email.data or None,
            staff_number=self.staff_number.data or None,
            department=self.department.data or "",
            post=self.post.data or "",
            joined_on=self.joined_on.day,
        )


class InviteForm(Form):
    """For how many people an invitation is."""

    most = IntegerField("登録できる人数", [DataRequired(), NumberRange(1, 1000)], default=50)


class AcceptForm(NameForm, NewPasswordForm):
    """What somebody writes who enters by an invitation."""

    email = StringField(
        "メールアドレス", [DataRequired(), EMAIL, Length(max=LONGEST_LINE)],
        description="サインインに使います。職場のアドレスを入力してください。", render_kw={"autocomplete": "email"},
    )  # fmt: skip
    department = StringField("部署", [Length(max=200)])
    post = StringField("職", [Length(max=100)], description="例: 主事、係長")

    def command(self) -> Enter:
        """Return who is to be entered; the organisation follows from the invitation."""
        return Enter(
            name=self.name.data or "",
            reading=self.reading.data or "",
            email=self.email.data or "",
            department=self.department.data or "",
            post=self.post.data or "",
            password=self.password.data or "",
        )


class LeaveForm(Form):
    """The last day of a membership."""

    last_day = DayField(
        "所属する最後の日",
        [DataRequired()],
        description="例: 2027-03-31、R9.3.31。すぐに終えるときは、昨日の日付を入力します。",
    )


class WelcomeForm(MembershipForm):
    """A person who comes from another organisation."""

    code = StringField(
        "異動コード", [DataRequired(), Length(max=50)], description="本人がアカウントの画面で発行します。例: ABCD-EFGH-JKLM",
        render_kw={"autocomplete": "off"},
    )  # fmt: skip

    def command(self) -> WelcomeStaff:
        """Return the person to be entered."""
        assert self.joined_on.day is not None  # noqa: S101 - the field is required
        return WelcomeStaff(
            organisation_id=self.organisation_id.data,
            code=self.code.data or "",
            staff_number=self.staff_number.data or None,
            department=self.department.data or "",
            post=self.post.data or "",
            joined_on=self.joined_on.day,
        )


class TransferForm(Form):
    """Whether the present membership ends with the transfer."""

    ends_present = RadioField(
        "いまの所属", choices=options([("yes", "新しい所属が始まる日に終わる(異動・転籍)"), ("no", "そのまま続ける(併任・兼務)")]),
        default="yes",
    )  # fmt: skip


class FiguresForm(Form):
    """The figures from which an organisation's size class follows."""

    staff_count = IntegerField("職員数(人)", [Optional(), NumberRange(0, 1_000_000)])
    population = IntegerField("人口(人)", [Optional(), NumberRange(0, 100_000_000)])

    def command(self) -> CorrectFigures:
        """Return the figures."""
        return CorrectFigures(self.staff_count.data, self.population.data)


class RolesForm(Form):
    """The roles of a membership beyond that of staff."""

    roles = SelectMultipleField(
        "役割", widget=ListWidget(prefix_label=False), option_widget=CheckboxInput(), validate_choice=False
    )

    def command(self) -> set[Role]:
        """Return the roles that are ticked."""
        return {role for role in Role if role.value in (self.roles.data or ()) and role is not Role.STAFF}
