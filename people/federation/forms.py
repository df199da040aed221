"""Forms of federation: an identity provider is set up; somebody says by whose provider they sign in, or asks to be let in."""

from __future__ import annotations

import re

from wtforms.validators import DataRequired, Length

from kernel.errors import InvalidError
from kernel.fields import SecretField, TextField, TickField
from kernel.forms import Form
from kernel.typed import LONGEST_LINE

from people.federation import oidc
from people.federation.provider import SetUp
from people.joining.forms import NameForm

MOST_ENDINGS = 20
_ENDING = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?")


class ProviderForm(Form):
    """An identity provider of the organisation."""

    name = TextField(
        "名前", [DataRequired(), Length(max=60)], description="サインインの画面に出ます。例：八王子市の職員アカウント"
    )
    issuer = TextField(
        "発行者（issuer）のアドレス", [DataRequired(), Length(max=LONGEST_LINE)],
        description="例：https://login.microsoftonline.com/（テナントのID）/v2.0", render_kw={"autocomplete": "off"},
    )  # fmt: skip
    client_id = TextField(
        "クライアントID", [DataRequired(), Length(max=LONGEST_LINE)], render_kw={"autocomplete": "off"}
    )
    secret = SecretField(
        "クライアントシークレット", [Length(max=LONGEST_LINE)], description="変えないときは空のままにします。新しいものを入れると、すぐに切り替わります。",
        render_kw={"autocomplete": "new-password"},
    )  # fmt: skip
    number_claim = TextField(
        "職員番号が入る項目（クレーム）", [Length(max=60)], description="はじめてサインインする人を、職員番号で見分けるときに入力します。例：employee_number"
    )  # fmt: skip
    endings = TextField(
        "メールアドレスの@より後", [Length(max=LONGEST_LINE)],
        description="この認証基盤のアドレスとして信じるものを「、」で区切って入力します。空欄なら、すべて信じます。例：city.hachioji.lg.jp",
    )  # fmt: skip
    proves_twice = TickField("この認証基盤は、二段階の確認をしている（管理者の役割も使えるようにする）")

    def command(self, *, plain: bool) -> SetUp:
        """Return what is said. Raises InvalidError for an address or an ending that is none."""
        parts = re.split(r"[、,\s]+", self.endings.value.lower().replace("@", ""))
        endings = tuple(dict.fromkeys(part for part in parts if part))
        if len(endings) > MOST_ENDINGS or not all(_ENDING.fullmatch(one) for one in endings):
            message = "@より後だけを、「、」で区切って入力してください。例：city.hachioji.lg.jp"
            raise InvalidError(message, field="endings")
        return SetUp(
            self.name.value, oidc.check_issuer(self.issuer.value, plain=plain), self.client_id.value, self.secret.value,
            self.number_claim.value, endings, self.proves_twice.value,
        )  # fmt: skip


class NewProviderForm(ProviderForm):
    """An identity provider that is set up: its secret has to be said."""

    secret = SecretField(
        "クライアントシークレット", [DataRequired(), Length(max=LONGEST_LINE)], description="認証基盤の管理画面で発行したものを貼り付けます。",
        render_kw={"autocomplete": "new-password"},
    )  # fmt: skip


class OfficeForm(Form):
    """By whose provider somebody signs in."""

    organisation = TextField(
        "団体", [DataRequired(), Length(max=LONGEST_LINE)], description="団体の名前かコード。例：八王子市、132012",
        render_kw={"autocomplete": "organization"},
    )  # fmt: skip


class ApplyForm(NameForm):
    """What somebody says who is known to the provider and to nobody here."""

    department = TextField("部署", [Length(max=200)])
    post = TextField("職", [Length(max=100)], description="例：主事、係長")
