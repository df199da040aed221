"""Forms of signing in: account and password."""

from __future__ import annotations

from wtforms.validators import DataRequired, EqualTo, Length

from kernel.fields import AddressField, NewSecretField, QuotedField, SecretField, TextField
from kernel.forms import Form
from kernel.typed import LONGEST_LINE

from people.forms import address_like
from people.signing_in.password import SHORTEST
from people.signing_in.sign_in import SignIn

LONGEST_CREDENTIAL = 6_000


class SignInForm(Form):
    """Sign in by e-mail, or by staff number and organisation."""

    account = TextField(
        "メールアドレス または 職員番号",
        [DataRequired(), Length(max=LONGEST_LINE)],
        render_kw={"autocomplete": "username"},
    )
    organisation = TextField(
        "団体", [Length(max=LONGEST_LINE)], description="職員番号でサインインするときだけ入力します。例：新宿区、131041",
        render_kw={"autocomplete": "organization"},
    )  # fmt: skip
    password = SecretField(
        "パスワード", [DataRequired(), Length(max=LONGEST_LINE)], render_kw={"autocomplete": "current-password"}
    )

    def command(self, address: str) -> SignIn:
        """Return what was typed, with the address the request came from."""
        return SignIn(self.account.value, self.organisation.value, self.password.value, address)


class ConfirmForm(Form):
    """Give the own password once more."""

    present = SecretField(
        "パスワード", [DataRequired(), Length(max=LONGEST_LINE)], render_kw={"autocomplete": "current-password"}
    )


class SecondStepForm(Form):
    """Show a second factor: type a code, or let the browser show a passkey."""

    code = TextField(
        "コード", [Length(max=LONGEST_LINE)], description="認証アプリの6桁、または予備のコード",
        render_kw={"autocomplete": "one-time-code"},
    )  # fmt: skip
    credential = QuotedField("パスキー", [Length(max=LONGEST_CREDENTIAL)])


class AppForm(Form):
    """Add an app that shows codes."""

    name = TextField("名前", [Length(max=40)], description="あとで見分けるための名前です。例：職場のスマートフォン")
    code = TextField(
        "アプリに表示された6桁",
        [DataRequired(), Length(max=20)],
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric"},
    )


class PasskeyForm(Form):
    """Add a passkey that the browser made."""

    device = TextField("名前", [Length(max=40)], description="あとで見分けるための名前です。例：職場のパソコン")
    credential = QuotedField("パスキー", [DataRequired(), Length(max=LONGEST_CREDENTIAL)])


class NewPasswordForm(Form):
    """Choose a password."""

    password = NewSecretField(
        "新しいパスワード",
        [DataRequired(), Length(max=LONGEST_LINE)],
        description=f"{SHORTEST}文字以上。覚えやすい言葉を三つ四つつなげると、長くて推測されにくくなります。",
        render_kw={"autocomplete": "new-password"},
    )
    again = NewSecretField(
        "新しいパスワード（確認）",
        [DataRequired(), EqualTo("password", message="二つのパスワードが一致していません。")],
        render_kw={"autocomplete": "new-password"},
    )


class ChangePasswordForm(NewPasswordForm):
    """Change the own password."""

    present = SecretField("いまのパスワード", [DataRequired()], render_kw={"autocomplete": "current-password"})


class ResetRequestForm(Form):
    """Ask the own organisation for a new link."""

    email = AddressField("メールアドレス", [DataRequired(), address_like, Length(max=LONGEST_LINE)])
