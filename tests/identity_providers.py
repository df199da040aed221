"""Identity providers of others, as processes of their own: the mock of PyPI, the certified provider and the SAML provider of npm."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urljoin

import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from postgresql import free_port

ROOT = Path(__file__).resolve().parents[1]


class Provider:
    """A provider that answers once it is made; it must be stopped."""

    def __init__(self, command: list[str], port: int) -> None:
        self.issuer = f"http://127.0.0.1:{port}"
        self.process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, "NODE_PATH": str(ROOT / "node_modules")},
        )  # fmt: skip
        for _attempt in range(300):
            try:
                requests.get(f"{self.issuer}/.well-known/openid-configuration", timeout=5)
            except requests.ConnectionError:
                time.sleep(0.1)
            else:
                return
        message = "the identity provider does not answer"
        raise RuntimeError(message)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)


class MockProvider(Provider):
    """oidc-provider-mock of PyPI: whoever is known to it signs in by a press."""

    def __init__(self, *people: dict[str, object]) -> None:
        port = free_port()
        claims = [word for one in people for word in ("--user-claims", json.dumps(one))]
        program = str(Path(sys.executable).parent / "oidc-provider-mock")
        super().__init__([program, "--port", str(port), "--require-nonce", "true", *claims], port)

    def signs_in(self, address: str, subject: str) -> str:
        """Let somebody sign in; return the address to which they are sent back."""
        answer = requests.post(address, data={"sub": subject}, allow_redirects=False, timeout=10)
        assert answer.status_code == 302, answer.text
        return answer.headers["Location"]


class CertifiedProvider(Provider):
    """oidc-provider of npm: it asks for sign-in and consent on pages of its own."""

    def __init__(self, back: str) -> None:
        port = free_port()
        super().__init__([str(ROOT / "scripts" / "node"), "tests/oidc_provider.mjs", str(port), back], port)

    def signs_in(self, address: str, subject: str) -> str:
        browser = requests.Session()
        answer = browser.get(address, allow_redirects=False, timeout=10)
        for _step in range(10):
            while answer.status_code in {302, 303}:
                there = urljoin(answer.url, answer.headers["Location"])
                if not there.startswith(self.issuer):
                    return there
                answer = browser.get(there, allow_redirects=False, timeout=10)
            action = re.search(r'<form[^>]*action="([^"]+)"', answer.text)
            assert action, answer.text
            prompt = re.search(r'name="prompt" value="(\w+)"', answer.text)
            said = {"prompt": prompt.group(1) if prompt else "", "login": subject, "password": "x"}
            answer = browser.post(urljoin(answer.url, action.group(1)), data=said, allow_redirects=False, timeout=10)
        message = "the provider asks without an end"
        raise RuntimeError(message)


class SamlProvider(Provider):
    """samlp of npm: whoever is known to it is signed in by a link; its key is made here, and may be made anew."""

    def __init__(self, folder: Path) -> None:
        self.folder, port = folder, free_port()
        self.renews_its_key()
        super().__init__([str(ROOT / "scripts" / "node"), "tests/saml_provider.mjs", str(port), str(folder)], port)

    def renews_its_key(self) -> None:
        """Make another key, with a certificate for a month."""
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "idp")]), dt.datetime.now(dt.UTC)
        made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        made = made.serial_number(x509.random_serial_number()).not_valid_before(now - dt.timedelta(days=1))
        certificate = made.not_valid_after(now + dt.timedelta(days=30)).sign(key, hashes.SHA256())
        (self.folder / "cert.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
        (self.folder / "key.pem").write_bytes(
            key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
        )

    @property
    def metadata(self) -> str:
        return requests.get(f"{self.issuer}/FederationMetadata.xml", timeout=10).text

    def signs_in(self, address: str, subject: str, **how: str) -> str:
        """Let somebody sign in; return the answer that a browser would send back."""
        answer = requests.get(address, params={"as": subject, **how}, timeout=10)
        found = re.search(r'name="SAMLResponse"\s+value="([^"]+)"', answer.text)
        assert found, answer.text
        return found.group(1)
