"""Settings, read once from the environment and checked before the application starts."""

from __future__ import annotations

import os
import re
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parent.parent
CONTENT = ROOT / "content"
SHORTEST_SECRET = 32
FEWEST_CHARACTERS = 10
LOOPBACK = frozenset({"127.0.0.1", "localhost"})
"""The names of the machine itself. Browsers find every name under localhost there, too."""
ANY_NAME = "*."
KINDS_OF_OWNERS = frozenset({"ac", "ad", "co", "com", "ed", "edu", "go", "gov", "gr", "lg", "ne", "net", "or", "org"})
"""Second levels under a country (jp: JPRS, 属性型JPドメイン名) under which owners have their names, as under one of the first level."""
USUAL_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"[a-z0-9.:_-]+")


class SettingsError(SystemExit):
    """The application cannot start like this; the sentence says what to set."""


@dataclass(frozen=True)
class Mail:
    """How mail is sent: by an SMTP server, in clear text or with STARTTLS; no host means that none is sent."""

    host: str = ""
    port: int = 25
    user: str = ""
    password: str = ""
    starttls: bool = False
    sender: str = "no-reply@localhost"

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Mail:
        """Read SMTP_HOST, SMTP_PORT, SMTP_USER, SMTP_PASSWORD, SMTP_STARTTLS and MAIL_FROM. Raises SettingsError."""
        port = environ.get("SMTP_PORT", "25")
        if not port.isdigit():
            message = "SMTP_PORT must be a number, e.g. 587."
            raise SettingsError(message)
        return cls(
            host=environ.get("SMTP_HOST", ""), port=int(port), user=environ.get("SMTP_USER", ""),
            password=environ.get("SMTP_PASSWORD", ""), starttls=environ.get("SMTP_STARTTLS") == "1",
            sender=environ.get("MAIL_FROM", cls.sender),
        )  # fmt: skip


@dataclass(frozen=True)
class Operator:
    """Who runs this installation, as its pages say it: the name, and how the staff of an organisation reach it (in words)."""

    name: str = ""
    contact: str = ""

    @classmethod
    def from_environ(cls, environ: Mapping[str, str], *, demo: bool) -> Operator:
        """Read OPERATOR and CONTACT."""
        return cls(
            environ.get("OPERATOR", "見本の環境のため、運営する団体はありません" if demo else ""),
            environ.get("CONTACT", ""),
        )


@dataclass(frozen=True)
class Settings:
    """How this installation runs.

    `public_url` is where people reach it: it stands in mails and calendars. `packages_url` is where packages of course
    content run, each under a name of its own of another owner (`https://*.packages.example`), so that they reach nothing of the
    application nor of each other; empty: they do not run. `files_url`
    is where the files of courses are kept: `file:///folder` or `s3://bucket/prefix`. `upload_mb` is the largest file
    that an author may add, `files_gb` what the files of an organisation's courses may come to. `security_contact` is where a weakness is reported (RFC 9116): `mailto:` or `https:`.
    `audit_syslog` is the syslog server that the audit log goes to: `udp://host:514` or `tcp://host:601`; empty: to none. `keep_years`: how long
    the personal data of people who left all organisations are kept; 0: until somebody erases them.
    `former_keys`: what was signed with them is still believed.
    `second_factor`: administrators and the secretariat have their roles only where they proved themselves twice.
    """

    secret_key: str
    database_url: str
    former_keys: tuple[str, ...] = ()
    demo: bool = False
    secure_cookies: bool = True
    argon2_memory_kib: int = 19456  # OWASP Password Storage Cheat Sheet: 19 MiB, 2 passes, 1 lane
    argon2_passes: int = 2
    trusted_proxies: int = 0
    public_url: str = "http://127.0.0.1:8000"
    packages_url: str = "http://*.localhost:8000"
    upload_mb: int = 500
    files_gb: int = 20
    security_contact: str = ""
    second_factor: bool = False
    audit_syslog: str = ""
    keep_years: int = 5
    files_url: str = f"file://{ROOT / 'var' / 'files'}"
    mail: Mail = field(default_factory=Mail)
    operator: Operator = field(default_factory=Operator)

    @property
    def public_origin(self) -> str:
        """Return the origin of the application, as browsers name who speaks."""
        return origin_of(self.public_url, "PUBLIC_URL")

    @classmethod
    def from_environ(cls, environ: Mapping[str, str] = os.environ, *, serves: bool = True) -> Settings:
        """Read SECRET_KEY, FORMER_SECRET_KEY, DATABASE_URL, DEMO, TRUSTED_PROXIES, INSECURE_COOKIES, PUBLIC_URL, PACKAGES_URL, FILES_URL, FILES_GB, UPLOAD_MB, SECURITY_CONTACT, SECOND_FACTOR, AUDIT_SYSLOG, KEEP_YEARS and what `Mail` and `Operator` read.

        A command that serves no pages signs nothing and needs no secret. Raises SettingsError, with a sentence, where a production start would be unsafe.
        """
        demo = environ.get("DEMO") == "1"
        contact = environ.get("SECURITY_CONTACT", "")
        if contact and not (contact.startswith(("mailto:", "https://")) and contact.isprintable()):
            message = "SECURITY_CONTACT must be an address like mailto:security@example.lg.jp or https://..."
            raise SettingsError(message)
        public_url = environ.get("PUBLIC_URL", f"http://127.0.0.1:{environ.get('PORT', '8000')}").rstrip("/")
        return cls(
            secret_key=_secret(environ, demo=demo, serves=serves),
            audit_syslog=_syslog(environ.get("AUDIT_SYSLOG", "")),
            former_keys=tuple(checked_secret(key) for key in [environ.get("FORMER_SECRET_KEY", "")] if key),
            database_url=database_url(environ),
            demo=demo,
            secure_cookies=not demo and environ.get("INSECURE_COOKIES") != "1",
            trusted_proxies=_number(
                environ, "TRUSTED_PROXIES", 0, "the number of reverse proxies in front of the application, e.g. 1"
            ),
            public_url=public_url,
            packages_url=packages_url(environ.get("PACKAGES_URL"), public_url),
            upload_mb=_number(
                environ,
                "UPLOAD_MB",
                500,
                "the size in megabytes of the largest file that an author may add, e.g. 500",
                least=1,
            ),
            files_gb=_number(
                environ,
                "FILES_GB",
                20,
                "how many gigabytes the files of an organisation's courses may come to, e.g. 20",
                least=1,
            ),
            keep_years=_number(
                environ, "KEEP_YEARS", 5, "how many years the data of people who left are kept, e.g. 5; 0 keeps them"
            ),
            security_contact=contact,
            second_factor=not demo and environ.get("SECOND_FACTOR") != "optional",
            files_url=environ.get("FILES_URL", f"file://{var_folder(environ).resolve() / _name('files', demo=demo)}"),
            mail=Mail.from_environ(environ),
            operator=Operator.from_environ(environ, demo=demo),
        )


def _number(environ: Mapping[str, str], name: str, usual: int, what: str, *, least: int = 0) -> int:
    given = environ.get(name, str(usual))
    if not given.isdigit() or int(given) < least:
        message = f"{name} must be {what}."
        raise SettingsError(message)
    return int(given)


def _syslog(address: str) -> str:
    try:
        parts = urlsplit(address)
        is_right = not address or (parts.scheme in {"udp", "tcp"} and bool(parts.hostname) and (parts.port or 1) > 0)
    except ValueError:
        is_right = False
    if not is_right:
        message = "AUDIT_SYSLOG must be the address of a syslog server like udp://log.example.lg.jp:514 or tcp://log.example.lg.jp:601."
        raise SettingsError(message)
    return address


def origin_of(address: str, name: str) -> str:
    """Return the origin of an address as browsers write it: scheme, host, and the port where it is not the usual one.

    Raises SettingsError for one that is no address of the web.
    """
    try:
        parts = urlsplit(address)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        parts, host, port = urlsplit(""), "", None
    if parts.scheme not in USUAL_PORTS or not _HOST.fullmatch(host) or "@" in parts.netloc:
        message = f"{name} must be an address like https://manabi.example.lg.jp."
        raise SettingsError(message)
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}" + (f":{port}" if port and port != USUAL_PORTS[parts.scheme] else "")


def packages_url(given: str | None, public_url: str) -> str:
    """Return where packages run: what was given, else on the machine itself names under localhost, else nowhere.

    Each package has a name of its own, so that none reaches what another keeps in the browser. Raises SettingsError for an address
    that has no room for names, and for one from which a cookie could be set for the application.
    """
    here = origin_of(public_url, "PUBLIC_URL")
    host = urlsplit(here).hostname or ""
    if given is None:
        return here.replace(host, f"{ANY_NAME}localhost", 1) if host in LOOPBACK else ""
    if not given:
        return ""
    scheme, _, rest = given.partition("://")
    there, parts = origin_of(f"{scheme}://{rest.removeprefix(ANY_NAME)}", "PACKAGES_URL"), urlsplit(given)
    if not rest.startswith(ANY_NAME) or parts.path.strip("/") or parts.query or parts.fragment:
        message = "PACKAGES_URL must be an address like https://*.manabi-packages.jp: each package runs under a name of its own."
        raise SettingsError(message)
    if may_share_cookies(urlsplit(there).hostname or "", host):
        message = (
            "PACKAGES_URL must be an address under a domain of its own, not under that of PUBLIC_URL: from there packages could "
            "set cookies for the application."
        )
        raise SettingsError(message)
    return there.replace("://", f"://{ANY_NAME}", 1)


def may_share_cookies(one: str, other: str) -> bool:
    """Tell whether two hosts may lie under a domain for which both may set cookies (RFC 6265, 5.3); in doubt they do."""
    if one in LOOPBACK and other in LOOPBACK:
        return False
    common = []
    for mine, theirs in zip(reversed(one.split(".")), reversed(other.split(".")), strict=False):
        if mine != theirs:
            break
        common.append(mine)
    is_of_many = len(common) == 1 or (len(common) == 2 and common[1] in KINDS_OF_OWNERS and len(common[0]) == 2)  # noqa: PLR2004
    return bool(common) and not is_of_many


def _secret(environ: Mapping[str, str], *, demo: bool, serves: bool) -> str:
    if demo:
        return demo_secret(var_folder(environ))
    return checked_secret(environ.get("SECRET_KEY", "")) if serves else secrets.token_hex(SHORTEST_SECRET)


def checked_secret(secret: str) -> str:
    """Return the secret key if it can be one. Raises SettingsError if it is missing, short or well known."""
    if not secret:
        message = (
            "SECRET_KEY is not set. Set it to a long random text and keep it, for instance:\n"
            "  export SECRET_KEY=\"$(python3 -c 'import secrets; print(secrets.token_hex(32))')\"\n"
            "(To look around with sample data, use `make run`, which sets DEMO=1.)"
        )
        raise SettingsError(message)
    if len(secret) < SHORTEST_SECRET or len(set(secret)) < FEWEST_CHARACTERS:
        message = f"SECRET_KEY is a default or too simple. Set at least {SHORTEST_SECRET} random characters."
        raise SettingsError(message)
    return secret


def var_folder(environ: Mapping[str, str]) -> Path:
    """Return the folder of what this installation keeps (embedded database, demo secret)."""
    return Path(environ.get("VAR", ROOT / "var"))


def demo_secret(folder: Path) -> str:
    """Return the demo's own random secret, made at the first start and kept in the var folder."""
    file = folder / "demo-secret"
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        file.write_text(secrets.token_hex(32))
        file.chmod(0o600)
    return file.read_text()


def database_url(environ: Mapping[str, str]) -> str:
    """Return SQLAlchemy's address of the database: DATABASE_URL, or an SQLite file in the var folder."""
    address = environ.get("DATABASE_URL", "")
    if address.startswith(("postgres://", "postgresql://")):
        return "postgresql+psycopg://" + address.split("://", 1)[1]
    if address:
        return address
    folder = var_folder(environ)
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{_name('tomomanabi', demo=environ.get('DEMO') == '1')}.sqlite"
    file.touch(mode=0o600)
    return f"sqlite:///{file}"


def _name(usual: str, *, demo: bool) -> str:
    """Return what something is called: what is made for a demonstration never lies where real work is kept."""
    return f"demo-{usual}" if demo else usual
