"""Forms of federation: an identity provider is set up; somebody says by whose provider they sign in, or asks to be let in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from wtforms.validators import DataRequired, Length

from kernel.errors import InvalidError
from kernel.fields import QuotedField, SecretField, TextField, TickField
from kernel.forms import Form
from kernel.typed import LONGEST_LINE

from people.federation import oidc, saml
from people.federation.provider import SetUp
from people.joining.forms import NameForm
from people.signing_in.models import Protocol

if TYPE_CHECKING:
    from people.signing_in.models import IdentityProvider

MOST_ENDINGS = 20
_ENDING = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?")


class _AnyProviderForm(Form):
    """What is said of an identity provider of the organisation, whatever it speaks."""

    name = TextField(
        "名前", [DataRequired(), Length(max=60)], description="サインインの画面に出ます。例：八王子市の職員アカウント"
    )
    number_claim = TextField(
        "職員番号が入る項目（クレーム）", [Length(max=LONGEST_LINE)], description="はじめてサインインする人を、職員番号で見分けるときに入力します。例：employee_number"
    )  # fmt: skip
    endings = TextField(
        "メールアドレスの@より後", [Length(max=LONGEST_LINE)],
        description="この認証基盤のアドレスとして信じるものを「、」で区切って入力します。空欄なら、すべて信じます。例：city.hachioji.lg.jp",
    )  # fmt: skip
    proves_twice = TickField("この認証基盤は、二段階の確認をしている（管理者の役割も使えるようにする）")

    def believed(self) -> tuple[str, ...]:
        """Return the endings of addresses that are believed. Raises InvalidError for one that is none."""
        parts = re.split(r"[、,\s]+", self.endings.value.lower().replace("@", ""))
        endings = tuple(dict.fromkeys(part for part in parts if part))
        if len(endings) > MOST_ENDINGS or not all(_ENDING.fullmatch(one) for one in endings):
            message = "@より後だけを、「、」で区切って入力してください。例：city.hachioji.lg.jp"
            raise InvalidError(message, field="endings")
        return endings


class ProviderForm(_AnyProviderForm):
    """An identity provider that speaks OpenID Connect."""

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

    def command(self, *, plain: bool) -> SetUp:
        """Return what is said. Raises InvalidError for an address or an ending that is none."""
        return SetUp(
            self.name.value, oidc.check_issuer(self.issuer.value, plain=plain), self.client_id.value, self.secret.value,
            self.number_claim.value, self.believed(), self.proves_twice.value,
        )  # fmt: skip


class SamlForm(_AnyProviderForm):
    """An identity provider that speaks SAML: it is told by its metadata."""

    metadata = QuotedField(
        "認証基盤のメタデータ（XML）", [Length(max=saml.LONGEST_METADATA)],
        description="変えないときは空のままにします。証明書が切り替わるときは、新しいメタデータを貼り付けます。",
        render_kw={"rows": 6, "autocomplete": "off", "spellcheck": "false"},
    )  # fmt: skip
    keeps_certificates = TickField("いままでの証明書も、切り替えが終わるまで信じる", default=True)

    def command(self, row: IdentityProvider | None, *, plain: bool) -> SetUp:
        """Return what is said; without metadata that which `row` has stays. Raises InvalidError for metadata or an ending that is none."""
        if row is not None and not self.metadata.value.strip():
            read = saml.Metadata(row.issuer, row.sso_address, tuple(row.certificates))
        else:
            read = saml.read_metadata(self.metadata.value, plain=plain)
        return SetUp(
            self.name.value, read.issuer, "", "", self.number_claim.value, self.believed(), self.proves_twice.value,
            Protocol.SAML, read.address, read.certificates, self.keeps_certificates.value,
        )  # fmt: skip


class NewSamlForm(SamlForm):
    """An identity provider that is set up by its metadata."""

    metadata = QuotedField(
        "認証基盤のメタデータ（XML）", [DataRequired(), Length(max=saml.LONGEST_METADATA)],
        description="認証基盤の管理者から受け取ったXMLを、はじめから終わりまで貼り付けます。",
        render_kw={"rows": 10, "autocomplete": "off", "spellcheck": "false"},
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
