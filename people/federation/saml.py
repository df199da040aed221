"""SAML 2.0: the Web Browser SSO profile, by which an identity provider says who somebody is.

SAML V2.0 Profiles 4.1 (the question by HTTP Redirect, the answer by HTTP POST), Metadata 2.4.3. The answer counts only for the question whose
number stands in the cookie of whoever asked. Certificates are kept, several at once, so that they change without a gap; encrypted answers are not read.
"""

from __future__ import annotations

import datetime as dt
import re
import secrets
from base64 import b64decode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element, ParseError, SubElement, tostring

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate, load_der_x509_certificate, load_pem_x509_certificate
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from lxml.etree import LxmlError
from minisaml.errors import MiniSAMLError
from minisaml.request import get_request_redirect_url
from minisaml.response import Response, TimeDriftLimits, validate_response
from minisignxml.errors import MiniSignXMLError
from minisignxml.verify import extract_verified_element_and_certificate

from kernel import clock
from kernel.errors import InvalidError
from kernel.spelling import is_address

from people.federation.wire import LEEWAY, NOT_AGAIN, NOT_RIGHT, Asked, check_address

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LONGEST_METADATA, MOST_CERTIFICATES = 200_000, 4
_ASSERTION = "{urn:oasis:names:tc:SAML:2.0:assertion}"
_METADATA = "{urn:oasis:names:tc:SAML:2.0:metadata}"
_SIGNATURE = "{http://www.w3.org/2000/09/xmldsig#}"
_POST, _REDIRECT = (f"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-{one}" for one in ("POST", "Redirect"))
_PROTOCOL = "urn:oasis:names:tc:SAML:2.0:protocol"
_TRANSIENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
_WRONG = "認証基盤のメタデータ（XML）を読めません。認証基盤の管理者から受け取ったものを、はじめから終わりまで貼り付けてください。"
_CLAIMS = {
    "email": {"email", "mail", "emailaddress", "0.9.2342.19200300.100.1.3"},
    "name": {"displayname", "2.16.840.1.113730.3.1.241"},
    "family_name": {"surname", "sn", "family_name", "2.5.4.4"},
    "given_name": {"givenname", "given_name", "2.5.4.42"},
}
"""By which attributes providers say what is called so in OpenID Connect: the last part of their names, or their object identifiers (X.520, RFC 4524)."""


@dataclass(frozen=True)
class Metadata:
    """What a provider says of itself: its name, where it is asked, and the certificates of the keys it signs with, in PEM."""

    issuer: str
    address: str
    certificates: tuple[str, ...]


def read_metadata(text: str, *, plain: bool) -> Metadata:
    """Return what the metadata of a provider says. Raises InvalidError where it says it not; `plain` takes this machine's own http, too."""
    try:
        root = fromstring(text[:LONGEST_METADATA].strip().encode())
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise InvalidError(_WRONG, field="metadata") from error
    said = [(one, role) for one in root.iter(f"{_METADATA}EntityDescriptor") for role in one.iter(f"{_METADATA}IDPSSODescriptor")]  # fmt: skip
    if len(said) != 1:
        raise InvalidError(_WRONG, field="metadata")
    entity, role = said[0]
    addresses = [one.get("Location", "") for one in role.iter(f"{_METADATA}SingleSignOnService") if one.get("Binding") == _REDIRECT]  # fmt: skip
    signing = [one for one in role.iter(f"{_METADATA}KeyDescriptor") if one.get("use", "signing") == "signing"]
    keys = [key.text or "" for one in signing for key in one.iter(f"{_SIGNATURE}X509Certificate")]
    issuer = entity.get("entityID", "")
    if not issuer or not addresses or not keys:
        message = "このメタデータには、発行者（entityID）、HTTP-Redirectのサインインのアドレス、署名の証明書のどれかがありません。"
        raise InvalidError(message, field="metadata")
    message = "メタデータのサインインのアドレスが、https:// で始まっていません。"
    address = check_address(addresses[0], plain=plain, field="metadata", message=message)
    return Metadata(issuer, address, tuple(dict.fromkeys(_pem(key) for key in keys[:MOST_CERTIFICATES])))


def _pem(text: str) -> str:
    """Return a certificate of metadata as PEM. Raises InvalidError for none, and for one whose key is not RSA."""
    try:
        certificate = load_der_x509_certificate(b64decode("".join(text.split()), validate=True))
        is_rsa = isinstance(certificate.public_key(), RSAPublicKey)
    except ValueError as error:
        raise InvalidError(_WRONG, field="metadata") from error
    if not is_rsa:
        message = "RSAの鍵の証明書だけを使えます。認証基盤の管理者に伝えてください。"
        raise InvalidError(message, field="metadata")
    return certificate.public_bytes(Encoding.PEM).decode()


def last_days(certificates: Sequence[str]) -> list[dt.date]:
    """Return the last day of each certificate."""
    return [load_pem_x509_certificate(one.encode()).not_valid_after_utc.astimezone(clock.TOKYO).date() for one in certificates]  # fmt: skip


def own_metadata(name: str, back: str) -> bytes:
    """Return the metadata by which a provider knows us, as XML: under which name, and where it answers."""
    root = Element(f"{_METADATA}EntityDescriptor", entityID=name)
    role = SubElement(root, f"{_METADATA}SPSSODescriptor", protocolSupportEnumeration=_PROTOCOL, WantAssertionsSigned="true")  # fmt: skip
    SubElement(role, f"{_METADATA}AssertionConsumerService", Binding=_POST, Location=back, index="0", isDefault="true")
    xml: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return xml


@dataclass(frozen=True)
class Client:
    """What is needed to ask a provider by SAML: who it is, where it is asked, whose signature it bears, and under which name it knows us."""

    issuer: str
    address: str
    certificates: tuple[str, ...]
    own_name: str

    def ask(self, back: str, *, again: bool = False) -> Asked:
        """Return the question who somebody is, answered at the address `back`; `again`: they prove themselves anew."""
        number = "_" + secrets.token_hex(20)
        address = get_request_redirect_url(
            saml_endpoint=self.address, expected_audience=self.own_name, acs_url=back, force_reauthentication=again, request_id=number
        )  # fmt: skip
        return Asked(address, {"request": number, "asked_at": str(int(clock.now().timestamp()))})

    def answered(
        self, back: str, kept: Mapping[str, str], said: Mapping[str, str], *, again: bool = False
    ) -> dict[str, Any]:
        """Return the claims by which a provider answers who somebody is.

        Raises InvalidError for an answer that is not to this question, not for us, not for this address, signed by nobody known, or that has
        ended; and where somebody should have proved themselves anew and has not.
        """
        certificates = {load_pem_x509_certificate(one.encode()) for one in self.certificates}
        try:
            answer = validate_response(
                data=said.get("SAMLResponse", ""), certificate=certificates, expected_audience=self.own_name, idp_issuer=self.issuer,
                allowed_time_drift=TimeDriftLimits(dt.timedelta(seconds=LEEWAY), dt.timedelta(seconds=LEEWAY)),
            )  # fmt: skip
            signed = _signed(said["SAMLResponse"], certificates)
        except (MiniSAMLError, MiniSignXMLError, LxmlError, KeyError, IndexError, TypeError, ValueError) as error:
            raise InvalidError(NOT_RIGHT) from error
        to = signed.find(f".//{_ASSERTION}SubjectConfirmationData").get("Recipient")
        number = (answer.in_response_to or "").encode()
        if to != back or not secrets.compare_digest(number, kept["request"].encode()) or not answer.name_id:
            raise InvalidError(NOT_RIGHT)
        if signed.find(f".//{_ASSERTION}NameID").get("Format") == _TRANSIENT:
            message = "認証基盤が、本人の識別子（NameID）を毎回変えています。persistent（変わらないもの）にするよう、認証基盤の管理者に伝えてください。"
            raise InvalidError(message)
        if again and _proved_at(signed.find(f".//{_ASSERTION}AuthnStatement")) < int(kept["asked_at"]) - LEEWAY:
            raise InvalidError(NOT_AGAIN)
        return _claims(answer)


def _signed(data: str, certificates: set[Certificate]) -> Any:
    """Return what is signed of an answer, and nothing beside it."""
    element, _certificate = extract_verified_element_and_certificate(xml=b64decode(data), certificates=certificates)
    return element


def _proved_at(statement: Any) -> float:
    """Return when somebody proved themselves to a provider, in seconds; 0 where it does not say."""
    try:
        return dt.datetime.fromisoformat(re.sub(r"\.\d+", "", statement.get("AuthnInstant", ""))).timestamp()
    except ValueError:
        return 0


def _claims(answer: Response) -> dict[str, Any]:
    """Return the attributes of an answer under the names that claims have; the rest under their own. An address may stand as the name itself."""
    said = {one.name: one.value or "" for one in answer.attributes}
    claims: dict[str, Any] = dict(said)
    for name, value in said.items():
        short = re.split(r"[/:]", urlsplit(name).path or name)[-1].lower()
        claims.update({claim: value for claim, names in _CLAIMS.items() if short in names and value})
    if not claims.get("email") and is_address(answer.name_id):
        claims["email"] = answer.name_id
    return {**claims, "sub": answer.name_id}
