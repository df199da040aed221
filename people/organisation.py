"""Organisations (団体): their six-digit code, their size class, and how one is found by what people type."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from kernel.database import db
from kernel.errors import InvalidError, NotFoundError
from kernel.spelling import folded
from kernel.text import normalised

from people.models import Organisation, OrganisationKind, SizeClass

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CODE_WEIGHTS = (6, 5, 4, 3, 2)
CODE_LENGTH = 6

# The upper bounds (not included) of the size classes: by staff, else by population.
STAFF_BOUNDS = (100, 300, 1000, 5000)
POPULATION_BOUNDS = (10_000, 50_000, 200_000, 1_000_000)
CLASS_OF_KIND = {
    OrganisationKind.VILLAGE: SizeClass.SMALLEST,
    OrganisationKind.TOWN: SizeClass.SMALL,
    OrganisationKind.CITY: SizeClass.MIDDLE,
    OrganisationKind.WARD: SizeClass.LARGE,
    OrganisationKind.PREFECTURE: SizeClass.LARGEST,
    OrganisationKind.JOINT_BODY: SizeClass.SMALLEST,
    OrganisationKind.HOST: SizeClass.SMALLEST,
}


IS_MUNICIPALITY = Organisation.kind.not_in((OrganisationKind.HOST, OrganisationKind.JOINT_BODY))
"""The condition that an organisation is a local government by itself (普通地方公共団体・特別区)."""


def check_digit(five: str) -> str:
    """Return the check digit of a local-government code's first five digits.

    (11 - (6a + 5b + 4c + 3d + 2e) mod 11) mod 10, as 総務省 prescribes for 全国地方公共団体コード.
    """
    total = sum(weight * int(digit) for weight, digit in zip(CODE_WEIGHTS, five, strict=True))
    return str((11 - total % 11) % 10)


def is_code(text: str) -> bool:
    """Tell whether a text is a six-digit code with the right check digit."""
    return len(text) == CODE_LENGTH and text.isascii() and text.isdigit() and check_digit(text[:5]) == text[5]


def size_class_of(kind: OrganisationKind, staff_count: int | None, population: int | None) -> SizeClass:
    """Return the size class: by number of staff; where unknown by population; where that is unknown by kind.

    Bounds are under 100, 300, 1,000 and 5,000 staff, or 10,000, 50,000, 200,000 and 1,000,000 inhabitants.
    """
    for number, bounds in ((staff_count, STAFF_BOUNDS), (population, POPULATION_BOUNDS)):
        if number is not None:
            return list(SizeClass)[sum(number >= bound for bound in bounds)]
    return CLASS_OF_KIND[kind]


def comes_after_all(organisation: Organisation) -> bool:
    """Tell whether an organisation's size says nothing: a host that is no local government, without figures."""
    figures = (organisation.staff_count, organisation.population)
    return organisation.kind is OrganisationKind.HOST and figures == (None, None)


def read_organisations(file: Path) -> Iterator[Organisation]:
    """Read organisations from a CSV file (UTF-8): code, name, reading, kind, prefecture, staff_count, population.

    Raises InvalidError with file, line and reason where a row is wrong.
    """
    with file.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.DictReader(stream)
        for row in reader:
            try:
                yield _organisation(row)
            except (KeyError, ValueError) as error:
                message = f"{file.name} の{reader.line_num}行目「{row.get('name')}」: {error}"
                raise InvalidError(message) from error


def _organisation(row: dict[str, str]) -> Organisation:
    code = row["code"] or None
    if code is not None and not is_code(code):
        message = f"団体コード {code} の検査数字が違います"
        raise ValueError(message)
    kind = OrganisationKind(row["kind"])
    staff_count = int(row["staff_count"]) if row["staff_count"] else None
    population = int(row["population"]) if row["population"] else None
    return Organisation(
        code=code,
        name=row["name"],
        reading=row["reading"],
        kind=kind,
        prefecture=row["prefecture"] or None,
        staff_count=staff_count,
        population=population,
        size_class=size_class_of(kind, staff_count, population),
    )


def load_organisations(file: Path) -> int:
    """Add the organisations of a file that the database does not have yet; return how many were added.

    What is there already is left as it is: somebody may have corrected it on the screen.
    """
    known = {(row.code, row.name) for row in db.session.execute(sa.select(Organisation.code, Organisation.name))}
    codes = {code for code, _name in known if code}
    names = {name for code, name in known if not code}
    new = [
        organisation
        for organisation in read_organisations(file)
        if (organisation.code not in codes if organisation.code else organisation.name not in names)
    ]
    db.session.add_all(new)
    db.session.flush()
    return len(new)


_BUILDING = re.compile(r"(?<=[市町村区])(?:役所|役場)$|(?<=[都道府県])庁$")
_DISTRICT = re.compile(r"(^|[都道府県])[^都道府県]{1,5}郡")


def by_code_or_name(text: str) -> Organisation:
    """Find the organisation that a person means by a code (131041), a name (新宿区, 広島県府中市) or what people call it.

    That is also with its district (西多摩郡瑞穂町), by its building (瑞穂町役場) and by its reading (みずほまち).
    Raises InvalidError where there is none, or where several bear the name.
    """
    typed = normalised(text)
    if typed.isascii() and typed.isdigit():
        rows = db.session.scalars(sa.select(Organisation).where(Organisation.code == typed)).all()
    else:
        full_name = sa.func.coalesce(Organisation.prefecture, "").concat(Organisation.name)
        rows = db.session.scalars(
            sa.select(Organisation).where(sa.or_(Organisation.name == typed, full_name == typed))
        ).all()
        called = _as_called(typed)
        rows = (
            rows
            or db.session.scalars(
                sa.select(Organisation).where(
                    sa.or_(Organisation.name.in_(called), full_name.in_(called), Organisation.reading == folded(typed))
                )
            ).all()
        )
    if not rows:
        message = f"「{typed}」という団体は見つかりません。団体名か6桁の団体コードを入力してください。"
        raise InvalidError(message, field="organisation")
    if len(rows) > 1:
        names = "、".join(f"{row.prefecture}{row.name}" for row in rows)
        message = f"「{typed}」は{len(rows)}団体あります({names})。都道府県名から入力してください。"
        raise InvalidError(message, field="organisation")
    return rows[0]


def _as_called(typed: str) -> list[str]:
    """Return the names that may be meant: without the building, without the district."""
    name = _BUILDING.sub("", typed)
    return [name, _DISTRICT.sub(r"\1", name)]


def prefecture_names() -> list[str]:
    """Return the names of the 47 prefectures, from north to south."""
    names = sa.select(Organisation.name).where(Organisation.kind == OrganisationKind.PREFECTURE)
    return list(db.session.scalars(names.order_by(Organisation.code)))


def names_near(organisation_id: int) -> list[str]:
    """Return the names of the organisations that one of a prefecture is likely to mean: those of the same prefecture, to be picked from."""
    here = sa.select(Organisation.prefecture).where(Organisation.id == organisation_id).scalar_subquery()
    rows = sa.select(Organisation.name).where(Organisation.prefecture == here)
    return list(db.session.scalars(rows.order_by(Organisation.code.is_not(None), Organisation.code, Organisation.id)))


def organisation(organisation_id: int) -> Organisation:
    """Return an organisation. Raises NotFoundError."""
    row = db.session.get(Organisation, organisation_id)
    if row is None:
        raise NotFoundError
    return row


@dataclass(frozen=True)
class CorrectFigures:
    """The number of staff and of inhabitants of an organisation, where they are known, and who signs its certificates."""

    staff_count: int | None
    population: int | None
    signed_by: str = ""
    year: int | None = None


def size_basis(row: Organisation) -> str:
    """Return by what the size class of an organisation was told, in words."""
    if row.staff_count is None and row.population is None:
        return "仮（団体の種類から）"
    basis = "人口から" if row.staff_count is None else "職員数から"
    return f"{row.figures_year}年の{basis}" if row.figures_year else basis


def figures_of(row: Organisation) -> list[str]:
    """Return an organisation's figures in words."""
    figures = (("職員", row.staff_count), ("人口", row.population))
    return [f"{name}{'不明' if count is None else f'{count:,}人'}" for name, count in figures] + [
        row.size_class.label, f"修了証の発行者：{row.signed_by or 'なし'}",
    ]  # fmt: skip


def correct_figures(row: Organisation, command: CorrectFigures) -> None:
    """Correct an organisation's figures; its size class follows. Enrolments keep the class they were made with."""
    row.staff_count, row.population, row.signed_by = command.staff_count, command.population, command.signed_by
    row.figures_year = command.year
    row.size_class = size_class_of(row.kind, row.staff_count, row.population)
    db.session.flush()


def organisations_like(text: str, kind: OrganisationKind | None = None) -> sa.Select[Organisation]:
    """Return the statement of the organisations whose name, reading or code holds the text, by code."""
    statement = sa.select(Organisation).order_by(
        Organisation.code.is_(None), Organisation.code, Organisation.reading, Organisation.id
    )
    if text:
        like = f"%{_escaped(normalised(text))}%"
        reading = f"%{_escaped(folded(text))}%"
        statement = statement.where(
            sa.or_(
                Organisation.name.like(like, escape="\\"),
                Organisation.reading.like(reading, escape="\\"),
                Organisation.code.like(like, escape="\\"),
            )
        )
    if kind:
        statement = statement.where(Organisation.kind == kind)
    return statement


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
