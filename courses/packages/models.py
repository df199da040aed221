"""Tables of packages: what an authoring tool made (SCORM), unpacked once, and shared by all editions that show it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from kernel.database import Base
from kernel.vocabulary import Term


class PackageStandard(Term):
    """The standard by which a package talks to the place that shows it."""

    SCORM_12 = "1.2", "SCORM 1.2"
    SCORM_2004 = "2004", "SCORM 2004"


class Package(Base):
    """A package, named by the SHA-256 of its archive. `outline` is its table of contents (see `courses.packages.manifest`).

    `rollup` is when the whole is finished, where its manifest says so. `remarks` are sentences for the author: what its manifest says that is unusual, or that is not used here.
    """

    __tablename__ = "package"
    digest: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    standard: Mapped[PackageStandard]
    title: Mapped[str]
    outline: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON)
    rollup: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    remarks: Mapped[list[str]] = mapped_column(default=list)


class PackageFile(Base):
    """A file of a package. The bytes are kept by `courses.files.files`, under their own digest."""

    __tablename__ = "package_file"
    package_digest: Mapped[str] = mapped_column(sa.ForeignKey("package.digest"), primary_key=True)
    path: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(sa.String(64))
    size: Mapped[int] = mapped_column(sa.BigInteger)
