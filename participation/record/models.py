"""Tables of the record: certificates, and what was learned elsewhere."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kernel import clock
from kernel.database import BIG_ID, Base
from kernel.vocabulary import Term

from people.models import Organisation, Staff

from participation.models import Enrolment


class Certificate(Base):
    """A certificate (修了証), with what it said when it was issued: it changes with nobody and nothing.

    `affiliation` is the holder's organisation of that time, `issuer` the one that offers the course, `signed_by` post and name of
    who gives it out for it; those of earlier versions say none. Where the completion was corrected, another one replaces it, which refers to it; of an enrolment one is not replaced.
    """

    __tablename__ = "certificate"
    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(BIG_ID, sa.ForeignKey("enrolment.id"), index=True)
    number: Mapped[str] = mapped_column(sa.String(32), unique=True)
    holder: Mapped[str]
    title: Mapped[str]
    edition_number: Mapped[int]
    completed_on: Mapped[dt.date]
    affiliation: Mapped[str] = mapped_column(default="")
    minutes: Mapped[int | None]
    issuer: Mapped[str] = mapped_column(default="")
    signed_by: Mapped[str] = mapped_column(default="")
    issued_at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    revoked_at: Mapped[dt.datetime | None]
    revoked_because: Mapped[str] = mapped_column(default="")
    replaced_at: Mapped[dt.datetime | None]
    replaces_id: Mapped[int | None] = mapped_column(sa.ForeignKey("certificate.id"), unique=True)
    enrolment: Mapped[Enrolment] = relationship(lazy="raise_on_sql")
    __table_args__ = (
        sa.Index(
            "uq_certificate_present", "enrolment_id", unique=True,
            sqlite_where=sa.text("replaced_at IS NULL"), postgresql_where=sa.text("replaced_at IS NULL"),
        ),
    )  # fmt: skip


class Provenance(Term):
    """How it is known that somebody learned something elsewhere."""

    DECLARED = "declared", "本人の申告"
    CONFIRMED = "confirmed", "確認ずみ"

    @property
    def is_declared(self) -> bool:
        """Tell whether nobody but the person has said so."""
        return self is Provenance.DECLARED


class OutsideLearning(Base):
    """What somebody learned elsewhere. The organisation is the one of that time, whose coordinator confirms it."""

    __tablename__ = "outside_learning"
    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"))
    title: Mapped[str]
    provider: Mapped[str]
    learned_on: Mapped[dt.date]
    provenance: Mapped[Provenance] = mapped_column(default=Provenance.DECLARED)
    declared_at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    confirmed_at: Mapped[dt.datetime | None]
    confirmed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    staff: Mapped[Staff] = relationship(foreign_keys=staff_id, lazy="raise_on_sql")
    organisation: Mapped[Organisation] = relationship(lazy="raise_on_sql")
    __table_args__ = (
        sa.Index("ix_outside_learning_organisation_id", "organisation_id", "provenance"),
        sa.CheckConstraint("(provenance = 'confirmed') = (confirmed_at IS NOT NULL)", "confirmed_has_a_time"),
    )


class Disclosure(Base):
    """A request of somebody to see what an organisation holds of them (開示請求): taken in by one, agreed to by another."""

    __tablename__ = "disclosure"
    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"))
    received_on: Mapped[dt.date]
    asked_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    asked_at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    agreed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    agreed_at: Mapped[dt.datetime | None]
    staff: Mapped[Staff] = relationship(foreign_keys=staff_id, lazy="raise_on_sql")
    asked_by: Mapped[Staff | None] = relationship(foreign_keys=asked_by_id, lazy="raise_on_sql")
    agreed_by: Mapped[Staff | None] = relationship(foreign_keys=agreed_by_id, lazy="raise_on_sql")
    __table_args__ = (
        sa.CheckConstraint("agreed_by_id IS NULL OR agreed_by_id <> asked_by_id", "second_person"),
        sa.Index("ix_disclosure_organisation_id", "organisation_id", "staff_id"),
    )
