"""OpenID Connect: the code flow with PKCE, by which an identity provider says who somebody is.

OpenID Connect Core 1.0 (3.1), Discovery 1.0; RFC 7636 (PKCE), RFC 9700. Keys are read anew for each sign-in, so that they change without a gap.
Nothing of the database is held while the provider is asked.
"""

from __future__ import annotations

import json
import secrets
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from kernel import clock
from kernel.errors import InvalidError

from people.federation.wire import LEEWAY, NOT_AGAIN, NOT_RIGHT, UNREACHABLE, Asked, check_address

if TYPE_CHECKING:
    from collections.abc import Mapping

SECONDS, WHOLE_SECONDS, LARGEST, A_PIECE = 5, 10, 1_000_000, 16_384
SCOPE = "openid profile email"
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
"""Signatures of a key that only the provider has: never a shared secret, never none."""


def check_issuer(issuer: str, *, plain: bool) -> str:
    """Return the address of an issuer. Raises InvalidError unless it is https; `plain` takes this machine's own http, too."""
    message = "https:// で始まる、認証基盤の発行者（issuer）のアドレスを入力してください。"
    if "?" in issuer or "#" in issuer:
        raise InvalidError(message, field="issuer")
    return check_address(issuer, plain=plain, field="issuer", message=message).rstrip("/")


def _read(address: str, token: str = "") -> dict[str, Any]:
    """Return the JSON at an address of a provider. Raises InvalidError where it cannot be read."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        with requests.get(address, headers=headers, timeout=SECONDS, allow_redirects=False, stream=True) as answer:
            until, content = time.monotonic() + WHOLE_SECONDS, b""
            for piece in answer.iter_content(A_PIECE):
                content += piece
                if len(content) > LARGEST or time.monotonic() > until:  # who drips keeps nobody
                    raise InvalidError(UNREACHABLE, field="issuer")
            if answer.status_code != requests.codes.ok:
                raise InvalidError(UNREACHABLE, field="issuer")
            said = json.loads(content)
    except (requests.RequestException, ValueError, OSError, RecursionError) as error:
        raise InvalidError(UNREACHABLE, field="issuer") from error
    if not isinstance(said, dict):
        raise InvalidError(UNREACHABLE, field="issuer")
    return said


def discovered(issuer: str) -> Mapping[str, Any]:
    """Return what a provider says of itself. Raises InvalidError where it does not, or says to be another one."""
    said = _read(f"{issuer}/.well-known/openid-configuration")
    ends = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    if str(said.get("issuer", "")).rstrip("/") != issuer or not all(isinstance(said.get(one), str) for one in ends):
        message = "この認証基盤は、発行者（issuer）のアドレスが違うか、OpenID Connectに対応していません。"
        raise InvalidError(message, field="issuer")
    if any(_scheme_of(said[one]) != urlsplit(issuer).scheme for one in ends):
        raise InvalidError(NOT_RIGHT, field="issuer")
    return said


def _scheme_of(address: str) -> str:
    """Return the scheme of an address that somebody else wrote, nothing where it is none."""
    try:
        return urlsplit(address).scheme
    except ValueError:
        return ""


def _session(client: Client, said: Mapping[str, Any], back: str) -> Any:
    methods = said.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    method = "client_secret_basic" if "client_secret_basic" in methods else "client_secret_post"
    return OAuth2Session(
        client.client_id, client.secret, scope=SCOPE, redirect_uri=back, code_challenge_method="S256",
        token_endpoint_auth_method=method, default_timeout=SECONDS,
    )  # fmt: skip


@dataclass(frozen=True)
class Client:
    """What is needed to ask a provider by OpenID Connect: its issuer, and under which name and with which secret it knows us."""

    issuer: str
    client_id: str
    secret: str

    def ask(self, back: str, *, again: bool = False) -> Asked:
        """Return the question who somebody is, answered at the address `back`; `again`: they prove themselves anew. Raises InvalidError."""
        said = discovered(self.issuer)
        verifier, nonce = secrets.token_urlsafe(48), secrets.token_urlsafe(24)
        more = {"prompt": "login", "max_age": "0"} if again else {}
        with _session(self, said, back) as session:
            address, state = session.create_authorization_url(
                said["authorization_endpoint"], code_verifier=verifier, nonce=nonce, **more
            )
        return Asked(
            address, {"state": state, "verifier": verifier, "nonce": nonce, "asked_at": str(int(clock.now().timestamp()))}
        )  # fmt: skip

    def answered(
        self, back: str, kept: Mapping[str, str], said: Mapping[str, str], *, again: bool = False
    ) -> dict[str, Any]:
        """Return the claims by which a provider answers who somebody is.

        `kept` is what was kept with the question, `said` what came back. Raises InvalidError for an answer that is not to this question, is
        signed by nobody known, has ended, or where somebody should have proved themselves anew and has not.
        """
        is_ours = secrets.compare_digest(said.get("state", "").encode(), kept["state"].encode())
        if said.get("error") or not said.get("code") or not is_ours:
            raise InvalidError(NOT_RIGHT)
        provider = discovered(self.issuer)
        try:
            with _session(self, provider, back) as session:
                token = session.fetch_token(
                    provider["token_endpoint"], code=said["code"], code_verifier=kept["verifier"], allow_redirects=False
                )
            keys = KeySet.import_key_set(_read(provider["jwks_uri"]))  # type: ignore[arg-type]
            claims = jwt.decode(token["id_token"], keys, algorithms=ALGORITHMS).claims
            _check(claims, self, kept, again=again)
            more = _more_of(provider, str(token.get("access_token", "")))
        except (AuthlibBaseError, JoseError, requests.RequestException, KeyError, TypeError, ValueError) as error:
            raise InvalidError(NOT_RIGHT) from error
        return {**more, **claims} if more.get("sub") == claims["sub"] else claims


def _more_of(provider: Mapping[str, Any], token: str) -> dict[str, Any]:
    """Return what a provider says beyond the signed claims, at its UserInfo endpoint: many say name and address there only (5.3)."""
    address = provider.get("userinfo_endpoint")
    if not address or not token or _scheme_of(str(address)) != _scheme_of(str(provider["token_endpoint"])):
        return {}
    return _read(str(address), token)


def _check(claims: dict[str, Any], client: Client, kept: Mapping[str, str], *, again: bool) -> None:
    audience = claims.get("aud")
    for_us = [audience] if isinstance(audience, str) else audience
    jwt.JWTClaimsRegistry(
        now=int(clock.now().timestamp()), leeway=LEEWAY, iss={"essential": True, "value": _issuer_said(claims, client)},
        sub={"essential": True}, exp={"essential": True}, nonce={"essential": True, "value": kept["nonce"]},
    ).validate(claims)  # fmt: skip
    if client.client_id not in (for_us or []) or claims.get("azp", client.client_id) != client.client_id:
        raise InvalidError(NOT_RIGHT)
    if again and int(claims.get("auth_time", 0)) < int(kept["asked_at"]) - LEEWAY:
        raise InvalidError(NOT_AGAIN)


def _issuer_said(claims: Mapping[str, Any], client: Client) -> str:
    """Return the issuer as the claims write it where it is the one that was asked: with or without a stroke at its end."""
    said = str(claims.get("iss", ""))
    return said if said.rstrip("/") == client.issuer else client.issuer
