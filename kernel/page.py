"""A page: so many rows of a long list, from an address that can be mailed; and what it showed, which a form tells that comes back."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from urllib.parse import urlencode, urlsplit

import sqlalchemy as sa

from kernel.database import db
from kernel.errors import ConflictError
from kernel.text import number_in

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Row = TypeVar("Row")
LAST_PAGE = 100_000
SEEN = "seen"
"""The hidden field that tells what the page showed: nobody overwrites, or decides on, what they have not read."""


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some rows of a list of `total`; pages are numbered from 1."""

    rows: Sequence[Row]
    total: int
    number: int
    size: int

    @property
    def last(self) -> int:
        """Return the number of the last page, at least 1."""
        return max(1, -(-self.total // self.size))

    @property
    def first_row(self) -> int:
        """Return the place in the list, from 1, of the first row shown."""
        return (self.number - 1) * self.size + 1 if self.rows else 0

    @property
    def last_row(self) -> int:
        """Return the place in the list of the last row shown."""
        return (self.number - 1) * self.size + len(self.rows)

    @property
    def numbers(self) -> list[int | None]:
        """Return the page numbers to offer, None where some are left out."""
        near = {1, self.last, *range(max(1, self.number - 2), min(self.last, self.number + 2) + 1)}
        offered: list[int | None] = []
        for number in sorted(near):
            if offered and offered[-1] is not None and number - offered[-1] > 1:
                offered.append(None)
            offered.append(number)
        return offered


def address_with(arguments: Mapping[str, Any], **changed: object) -> str:
    """Return the arguments of an address, some of them changed, as they stand after its question mark."""
    return urlencode({**arguments, **changed}, doseq=True)


def page_number(text: str | None) -> int:
    """Read a page number from an address; a number beyond all pages is the last page, anything else page 1."""
    return min(number_in(text or "") or 1, LAST_PAGE)


def page_of(statement: sa.Select[Any], number: int, size: int = 20) -> Page[Any]:
    """Read one page of a statement's rows and count them all: two queries."""
    total = db.session.scalar(sa.select(sa.func.count()).select_from(statement.order_by(None).subquery())) or 0
    number = min(number, max(1, -(-total // size)))
    rows = db.session.execute(statement.limit(size).offset((number - 1) * size)).all() if total else []
    single = len(statement.column_descriptions) == 1
    return Page([row[0] for row in rows] if single else rows, total, number, size)


def address_on(host: str, address: str | None) -> str:
    """Return an address (where a request came from) without its host; empty where it is none, or of another host."""
    try:
        there = urlsplit(address or "")
    except ValueError:
        return ""
    path = there.path + (f"?{there.query}" if there.query else "")
    is_ours = there.netloc == host and path.startswith("/") and not path.startswith(("//", "/\\"))
    return path if is_ours and path.isprintable() else ""


def seen_as(*content: object) -> str:
    """Return the digest of what a page shows."""
    said = json.dumps(content, ensure_ascii=False, default=str, sort_keys=True)
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def check_seen(sent: str | None, *content: object) -> None:
    """Raise ConflictError where a page was sent that showed something else; one that says nothing is not asked."""
    if sent and sent != seen_as(*content):
        message = "ページを開いたあとで、内容が変わりました。もとのページを開き直して、いまの内容を確かめてから、もう一度操作してください。"
        raise ConflictError(message)
