"""Permission: what each role entitles to, and the person who acts with the roles held today."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import sqlalchemy as sa

from kernel.errors import NotFoundError
from kernel.vocabulary import Term

from people.models import Role

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from sqlalchemy.sql import ColumnElement


class Permission(Term):
    """What a role entitles to. A permission holds for the organisation of the membership that bears the role."""

    TAKE_PART = "take part", "講座を受講する"
    MANAGE_STAFF = "manage staff", "職員と役割を管理する"
    SEE_DUTIES = "see duties", "受講状況を見て、期限を知らせる"
    ENROL_STAFF = "enrol staff", "職員の受講を申し込む"
    WRITE_COURSES = "write courses", "講座をつくる"
    IMPORT_ARTICLES = "import articles", "座談会の記事を取り込む"
    PLAN_SESSIONS = "plan sessions", "開催回を計画する"
    ADOPT_CURRICULA = "adopt curricula", "カリキュラムを採用する"
    READ_PARTICIPATION = "read participation", "参加状況を見る"
    READ_NAMES = "read names", "受講者の氏名を見る"
    READ_AUDIT = "read audit", "操作の記録を見る"
    ERASE = "erase", "個人情報を消去する"
    SET_UP_SIGNING_IN = "set up signing in", "サインインの方法を決める"
    MANAGE_CATALOG = "manage catalog", "全団体のカタログを管理する"
    MANAGE_ORGANISATIONS = "manage organisations", "団体を管理する"


P = Permission


_STAFF = frozenset({P.TAKE_PART})


_HEAD = _STAFF | {P.SEE_DUTIES}  # of the own section only: `people.membership.is_seen_by`


_COORDINATOR = _HEAD | {
    P.MANAGE_STAFF, P.ENROL_STAFF, P.READ_NAMES, P.WRITE_COURSES, P.PLAN_SESSIONS, P.ADOPT_CURRICULA,
}  # fmt: skip


_ADMINISTRATOR = _COORDINATOR | {P.READ_PARTICIPATION, P.READ_AUDIT, P.ERASE, P.SET_UP_SIGNING_IN}


_SECRETARIAT = _ADMINISTRATOR | {P.IMPORT_ARTICLES, P.MANAGE_CATALOG, P.MANAGE_ORGANISATIONS}


PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.STAFF: _STAFF,
    Role.HEAD: _HEAD,
    Role.COORDINATOR: _COORDINATOR,
    Role.ADMINISTRATOR: _ADMINISTRATOR,
    Role.SECRETARIAT: _SECRETARIAT,
}


def roles_with(permission: Permission) -> list[Role]:
    """Return the roles that hold a permission, for queries of who may do something."""
    return [role for role, permissions in PERMISSIONS.items() if permission in permissions]


EVERYWHERE: dict[Role, frozenset[Permission]] = {
    Role.SECRETARIAT: _SECRETARIAT - {P.SET_UP_SIGNING_IN, P.READ_NAMES, P.SEE_DUTIES, P.ENROL_STAFF, P.PLAN_SESSIONS}
}
"""Permissions that hold for all organisations, not only for the own one. The secretariat sees everybody's figures,
but who learned what stays with the own organisation."""


@dataclass(frozen=True)
class Scope:
    """The organisations a permission holds for: all of them, or some."""

    everywhere: bool
    organisation_ids: frozenset[int]

    def where(self, column: ColumnElement[Any] | Any) -> ColumnElement[bool]:
        """Return the condition that a row's organisation is within this scope."""
        return sa.true() if self.everywhere else column.in_(sorted(self.organisation_ids))

    def __contains__(self, organisation_id: int) -> bool:
        """Tell whether an organisation is within this scope."""
        return self.everywhere or organisation_id in self.organisation_ids

    def __bool__(self) -> bool:
        """Tell whether the permission holds anywhere."""
        return self.everywhere or bool(self.organisation_ids)


@dataclass(frozen=True)
class Actor:
    """The person who acts, with the roles held today: (organisation, role) pairs, the main one first.

    Whoever acts by a page has signed in: when something was last done there, and the password last given, is known.
    """

    staff_id: int
    name: str
    organisation_id: int | None
    organisation_name: str
    roles: tuple[tuple[int, Role], ...] = field(default=())
    token: str = field(default="", repr=False)
    sign_in_id: int | None = None
    seen_at: dt.datetime | None = None
    confirmed_at: dt.datetime | None = None
    lacks_second_factor: bool = False
    is_proved: bool = False
    acts_for: Mapping[int, int] = field(default_factory=dict)
    """For whom a deputy acts: the person, by organisation."""
    only_for: int | None = None
    """The organisation that has said who it is, where it was not by password."""
    is_authenticated: ClassVar[bool] = True
    is_active: ClassVar[bool] = True
    is_anonymous: ClassVar[bool] = False
    """What a sign-in asks of whoever it signs in."""

    def get_id(self) -> str:
        """Return what the session cookie keeps: the name of one sign-in, which ends where the database says so."""
        return self.token

    @functools.cached_property
    def _scopes(self) -> dict[Permission, Scope]:
        held: dict[Role, set[int]] = {}
        for organisation_id, role in self.roles:
            held.setdefault(role, set()).add(organisation_id)
        return {
            permission: Scope(
                everywhere=any(permission in EVERYWHERE.get(role, ()) for role in held),
                organisation_ids=frozenset().union(
                    *(ids for role, ids in held.items() if permission in PERMISSIONS[role])
                ),
            )
            for permission in Permission
        }

    def scope(self, permission: Permission) -> Scope:
        """Return the organisations for which this person holds a permission."""
        return self._scopes[permission]

    def may(self, permission: Permission, organisation_id: int | None = None) -> bool:
        """Tell whether the person holds a permission, anywhere or for one organisation."""
        scope = self.scope(permission)
        return bool(scope) if organisation_id is None else organisation_id in scope

    @property
    def organisation_ids(self) -> list[int]:
        """Return the organisations to which the person belongs today, the main one first."""
        return list(dict.fromkeys(id_ for id_, _role in self.roles))

    def organisation_with(self, permission: Permission) -> int | None:
        """Return the own organisation for which the person holds a permission, the main one before others (併任)."""
        held = [id_ for id_, role in self.roles if permission in PERMISSIONS[role]]
        return self.organisation_id if self.organisation_id in held else next(iter(held), None)

    def own_organisation(self, permission: Permission) -> int:
        """Return what `organisation_with` does. Raises NotFoundError where the person has no such organisation."""
        own = self.organisation_with(permission)
        if own is None:
            raise NotFoundError
        return own

    def holds(self, role: Role) -> bool:
        """Tell whether the person holds a role anywhere."""
        return any(held is role for _id, held in self.roles)

    @property
    def role_labels(self) -> list[str]:
        """Return the labels of the roles held, each once."""
        return [role.label for role in dict.fromkeys(role for _id, role in self.roles)]

    def grantable(self, organisation_id: int) -> list[Role]:
        """Return the roles this person may grant in an organisation: a coordinator that of head, an administrator all of the office, the secretariat every one."""
        if self.holds(Role.SECRETARIAT):
            return [role for role in Role if role is not Role.STAFF]
        if (organisation_id, Role.ADMINISTRATOR) not in self.roles:
            # a coordinator who made coordinators would be every second person at once
            return [Role.HEAD] if (organisation_id, Role.COORDINATOR) in self.roles else []
        return [role for role in Role if role not in {Role.STAFF, *EVERYWHERE}]
