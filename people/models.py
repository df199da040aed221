"""Tables of people: organisation, staff, membership and role, sign-in, audit."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship, validates

from kernel import clock
from kernel.database import BIG_ID, Base
from kernel.spelling import folded, folded_number
from kernel.vocabulary import Term


class OrganisationKind(Term):
    """The kinds of organisation (地方自治法 第1条の3; hosts that are none of them)."""

    PREFECTURE = "prefecture", "都道府県"
    WARD = "ward", "特別区"
    CITY = "city", "市"
    TOWN = "town", "町"
    VILLAGE = "village", "村"
    JOINT_BODY = "joint body", "一部事務組合・広域連合"
    HOST = "host", "その他の実施団体"


class SizeClass(Term):
    """How large an organisation is; `people.organisation.size_class_of` states the rule."""

    SMALLEST = "1", "ごく小規模"
    SMALL = "2", "小規模"
    MIDDLE = "3", "中規模"
    LARGE = "4", "大規模"
    LARGEST = "5", "最大規模"


class Role(Term):
    """What a membership entitles to; a person may hold several. A head's rights are over the section of the membership."""

    STAFF = "staff", "職員"
    HEAD = "head", "所属長"
    COORDINATOR = "coordinator", "研修担当"
    ADMINISTRATOR = "administrator", "管理者"
    SECRETARIAT = "secretariat", "事務局"


class Organisation(Base):
    """An organisation (団体): a local government, a joint body or another host. `signed_by`: who gives out its certificates, post and name."""

    __tablename__ = "organisation"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str | None] = mapped_column(sa.String(6), unique=True)
    name: Mapped[str] = mapped_column(index=True)
    reading: Mapped[str]
    kind: Mapped[OrganisationKind]
    prefecture: Mapped[str | None] = mapped_column(sa.String(4), index=True)
    staff_count: Mapped[int | None]
    population: Mapped[int | None]
    figures_year: Mapped[int | None]
    size_class: Mapped[SizeClass]
    signed_by: Mapped[str] = mapped_column(default="")
    __table_args__ = (
        sa.CheckConstraint("staff_count >= 0", "staff_count_not_negative"),
        sa.CheckConstraint("population >= 0", "population_not_negative"),
        sa.UniqueConstraint("prefecture", "kind", "name"),
    )


class Staff(Base):
    """A person (職員), whoever the employer is. `erased_at`: only what organisations count is left of them.

    `blocked_at`: their office has stopped their signing in.
    """

    __tablename__ = "staff"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    reading: Mapped[str]
    email: Mapped[str | None] = mapped_column(unique=True)
    password_hash: Mapped[str | None]
    sign_in_epoch: Mapped[int] = mapped_column(default=1)
    search_key: Mapped[str]
    erased_at: Mapped[dt.datetime | None]
    blocked_at: Mapped[dt.datetime | None]
    memberships: Mapped[list[Membership]] = relationship(back_populates="staff", lazy="raise_on_sql")

    @validates("name", "reading", "email")
    def _follow(self, changed: str, value: str | None) -> str | None:
        """Keep what people are searched by in step: name, reading and address, each folded, a line each."""
        now = {name: getattr(self, name) for name in ("name", "reading", "email")} | {changed: value}
        self.search_key = self.search_key_of(**now)
        return value

    @staticmethod
    def search_key_of(name: str | None, reading: str | None, email: str | None) -> str:
        """Return what somebody is searched by; for rows that are written without the object."""
        return "\n".join(folded(part or "") for part in (name, reading, email))


class OpenSignIn(Base):
    """A sign-in that goes on, at one device. Only the digest of what its cookie holds is kept.

    `confirmed_at` is when the password was last given there, `second_factor_at` when something one has was shown, too.
    `only_for_id`: an organisation has said who it is; elsewhere no role is held by that.
    """

    __tablename__ = "open_sign_in"
    id: Mapped[int] = mapped_column(BIG_ID, primary_key=True)
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"), index=True)
    token_digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    began_at: Mapped[dt.datetime]
    seen_at: Mapped[dt.datetime] = mapped_column(index=True)
    confirmed_at: Mapped[dt.datetime]
    second_factor_at: Mapped[dt.datetime | None]
    address: Mapped[str]
    device: Mapped[str]
    only_for_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organisation.id"), index=True)


class Section(Base):
    """A section (部署) of an organisation, within another or at the top; `ends_on` is the first day no longer in it.

    `title` says it with the sections above (福祉部 高齢福祉課), `path` names these and itself by their ids (3/17/): a section
    is within another where its path begins with the other's.
    """

    __tablename__ = "section"
    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    parent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("section.id"), index=True)
    name: Mapped[str]
    title: Mapped[str]
    path: Mapped[str]
    begins_on: Mapped[dt.date | None]
    ends_on: Mapped[dt.date | None]
    __table_args__ = (sa.CheckConstraint("begins_on IS NULL OR ends_on IS NULL OR ends_on >= begins_on", "dates"),)


class Post(Base):
    """A post (職) in the list of an organisation: 主事, 係長, 課長."""

    __tablename__ = "post"
    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"))
    name: Mapped[str]
    __table_args__ = (sa.UniqueConstraint("organisation_id", "name"),)


def _named(name: Any, is_its: sa.ColumnElement[bool]) -> sa.ColumnElement[str]:
    """Return the name of the row that another one points to, empty where it points to none."""
    return sa.func.coalesce(sa.select(name).where(is_its).correlate_except(name.table).scalar_subquery(), "")


class Membership(Base):
    """A dated membership (所属) of a person in an organisation; `left_on` is the first day no longer in it.

    `posted_on` is since when the person has been in the present section and post, where it is not since the beginning.
    """

    __tablename__ = "membership"
    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"))
    staff_number: Mapped[str | None] = mapped_column(sa.String(32))
    number_key: Mapped[str | None] = mapped_column(sa.String(32))
    section_id: Mapped[int | None] = mapped_column(sa.ForeignKey("section.id"), index=True)
    post_id: Mapped[int | None] = mapped_column(sa.ForeignKey("post.id"), index=True)
    posted_on: Mapped[dt.date | None]
    joined_on: Mapped[dt.date]
    left_on: Mapped[dt.date | None]
    staff: Mapped[Staff] = relationship(back_populates="memberships", lazy="raise_on_sql")
    organisation: Mapped[Organisation] = relationship(lazy="raise_on_sql")
    grants: Mapped[list[RoleGrant]] = relationship(
        back_populates="membership", lazy="raise_on_sql", cascade="all, delete-orphan"
    )
    __table_args__ = (
        sa.CheckConstraint("left_on IS NULL OR left_on >= joined_on", "left_after_joined"),
        sa.Index(
            "uq_membership_current_number_key",
            "organisation_id",
            "number_key",
            unique=True,
            sqlite_where=sa.text("left_on IS NULL"),
            postgresql_where=sa.text("left_on IS NULL"),
        ),
        sa.Index("ix_membership_organisation_id_left_on", "organisation_id", "left_on"),
    )

    @validates("staff_number")
    def _follow(self, _changed: str, value: str | None) -> str | None:
        """Keep the form in step in which spellings of one number meet."""
        self.number_key = self.number_key_of(value)
        return value

    @staticmethod
    def number_key_of(staff_number: str | None) -> str | None:
        """Return the form in which spellings of a number meet, at most 32 characters; for rows that are written without the object."""
        return folded_number(staff_number)[:32] if staff_number else None

    department: Mapped[str] = column_property(_named(Section.title, Section.id == section_id.column))  # type: ignore[attr-defined]
    post: Mapped[str] = column_property(_named(Post.name, Post.id == post_id.column))  # type: ignore[attr-defined]
    """What section and post are called, read with the membership; empty where it has none."""


class Posting(Base):
    """Where a member was before (配属の履歴): a section and a post, from a day on; `until` is the first day no longer there."""

    __tablename__ = "posting"
    id: Mapped[int] = mapped_column(BIG_ID, primary_key=True)
    membership_id: Mapped[int] = mapped_column(sa.ForeignKey("membership.id"), index=True)
    section_id: Mapped[int | None] = mapped_column(sa.ForeignKey("section.id"), index=True)
    post_id: Mapped[int | None] = mapped_column(sa.ForeignKey("post.id"), index=True)
    since: Mapped[dt.date]
    until: Mapped[dt.date]
    section: Mapped[Section | None] = relationship(lazy="raise_on_sql")
    post: Mapped[Post | None] = relationship(lazy="raise_on_sql")
    __table_args__ = (sa.CheckConstraint("until >= since", "until_after_since"),)


class ConcurrentPost(Base):
    """A section and perhaps a post that a member holds beside the own ones (兼務); `ends_on` is the first day no longer."""

    __tablename__ = "concurrent_post"
    id: Mapped[int] = mapped_column(BIG_ID, primary_key=True)
    membership_id: Mapped[int] = mapped_column(sa.ForeignKey("membership.id"), index=True)
    section_id: Mapped[int] = mapped_column(sa.ForeignKey("section.id"), index=True)
    post_id: Mapped[int | None] = mapped_column(sa.ForeignKey("post.id"), index=True)
    begins_on: Mapped[dt.date]
    ends_on: Mapped[dt.date | None]
    membership: Mapped[Membership] = relationship(lazy="raise_on_sql")
    section: Mapped[Section] = relationship(lazy="raise_on_sql")
    post: Mapped[Post | None] = relationship(lazy="raise_on_sql")
    __table_args__ = (sa.CheckConstraint("ends_on IS NULL OR ends_on > begins_on", "dates"),)


class RoleGrant(Base):
    """A role beyond that of staff, granted to a membership.

    A deputy (代理) holds it from a day to the last one, for somebody: `ends_on` is the first day no longer.
    """

    __tablename__ = "role_grant"
    membership_id: Mapped[int] = mapped_column(sa.ForeignKey("membership.id"), primary_key=True)
    role: Mapped[Role] = mapped_column(primary_key=True)
    granted_at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    granted_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    begins_on: Mapped[dt.date | None]
    ends_on: Mapped[dt.date | None]
    acts_for_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    membership: Mapped[Membership] = relationship(back_populates="grants", lazy="raise_on_sql")
    acts_for: Mapped[Staff | None] = relationship(foreign_keys=acts_for_id, lazy="raise_on_sql")
    __table_args__ = (sa.CheckConstraint("begins_on IS NULL OR ends_on IS NULL OR ends_on > begins_on", "dates"),)

    @property
    def is_of_a_deputy(self) -> bool:
        """Tell whether it is held for somebody else and for a time only."""
        return self.acts_for_id is not None

    @classmethod
    def is_held(cls, day: Any) -> sa.ColumnElement[bool]:
        """Return the condition that a role is held on a day: for good, or by a deputy in their time."""
        begun = sa.or_(cls.begins_on.is_(None), cls.begins_on <= day)
        return sa.and_(begun, sa.or_(cls.ends_on.is_(None), cls.ends_on > day))


class AuditEntry(Base):
    """Who did what to whom, from which address, written in the transaction of the change. The database lets nobody change it.

    `redacted_at`: the name of somebody who was erased went out of it (`people.trail.erasure`), and nothing else.
    """

    __tablename__ = "audit_entry"
    id: Mapped[int] = mapped_column(BIG_ID, primary_key=True)
    at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    actor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    organisation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organisation.id"))
    act: Mapped[str]
    subject: Mapped[str]
    search_key: Mapped[str]
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
    address: Mapped[str] = mapped_column(default="", server_default="")
    redacted_at: Mapped[dt.datetime | None]
    actor: Mapped[Staff | None] = relationship(lazy="raise_on_sql")
    organisation: Mapped[Organisation | None] = relationship(lazy="raise_on_sql")
    __table_args__ = (
        sa.Index("ix_audit_entry_organisation_id_id", "organisation_id", "id"),
        sa.Index("ix_audit_entry_actor_id_at", "actor_id", "at"),
    )

    @validates("subject")
    def _follow(self, _changed: str, value: str) -> str:
        """Keep what entries are searched by in step."""
        self.search_key = folded(value)
        return value
