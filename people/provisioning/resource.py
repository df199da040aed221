"""A user as SCIM says it (RFC 7643): the attributes that are understood here, and what they say of a person. Pure.

What is not understood is not declared, so that no system believes it to be kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import StringConstraints
from scim2_models import URN as Urn  # noqa: N811 - a name as others
from scim2_models import (
    AnyExtension,
    AuthenticationScheme,
    Bulk,
    ChangePassword,
    ComplexAttribute,
    ETag,
    Extension,
    Filter,
    Patch,
    Required,
    Resource,
    ResourceType,
    ScimProvider,
    ServiceProviderConfig,
    Sort,
    Uniqueness,
)

from kernel.spelling import is_address, plain_address
from kernel.text import normalised

MOST_LISTED = 200
LONGEST_NUMBER, LONGEST_NAME, LONGEST_SECTION = 32, 100, 200
SHORT = StringConstraints(max_length=255)
"""What stands in an index: other systems send no more."""


class Name(ComplexAttribute):
    """What somebody is called."""

    formatted: str | None = None
    family_name: str | None = None
    given_name: str | None = None


class Email(ComplexAttribute):
    """An address of somebody."""

    value: str | None = None
    type: str | None = None
    primary: bool | None = None


class Employee(Extension):
    """What an employer says of somebody (RFC 7643, 4.3): number and section."""

    __schema__ = Urn("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User")
    employee_number: str | None = None
    department: str | None = None


class User(Resource[AnyExtension]):
    """Somebody who works for the organisation (RFC 7643, 4.1). `title` is the post, `nickName` the reading of the name in kana."""

    __schema__ = Urn("urn:ietf:params:scim:schemas:core:2.0:User")
    user_name: Annotated[str | None, Required.true, Uniqueness.server, SHORT] = None
    external_id: Annotated[str | None, SHORT] = None
    name: Name | None = None
    display_name: str | None = None
    nick_name: str | None = None
    title: str | None = None
    active: bool | None = None
    emails: list[Email] | None = None


CONFIG = ServiceProviderConfig(
    patch=Patch(supported=True),
    bulk=Bulk(supported=False, max_operations=0, max_payload_size=0),
    filter=Filter(supported=True, max_results=MOST_LISTED),
    change_password=ChangePassword(supported=False),
    sort=Sort(supported=False),
    etag=ETag(supported=False),
    authentication_schemes=[
        AuthenticationScheme(
            type=AuthenticationScheme.Type.oauthbearertoken, name="Bearer", description="A key of the organisation, from the page 人事連携.", primary=True
        )
    ],
)  # fmt: skip
PROVIDER = ScimProvider([User, Employee], [ResourceType.from_resource(User[Employee])], CONFIG)


@dataclass(frozen=True)
class Person:
    """What a resource says of a person; what it does not say is empty."""

    name: str
    reading: str
    email: str
    number: str
    department: str
    post: str
    is_active: bool


def person_of(user: User[Employee]) -> Person:
    """Return what a resource says of a person. An address that is none, and a number of more than 32 signs, say nothing."""
    employee = user[Employee]
    parts = [user.name.family_name, user.name.given_name] if user.name else []
    called = " ".join(part for part in parts if part) or (user.name.formatted if user.name else "") or ""
    name = normalised(user.display_name or called or user.user_name or "")
    emails = sorted((one for one in user.emails or [] if one.value), key=lambda one: not one.primary)
    said = [plain_address(one.value or "") for one in emails] + [plain_address(user.user_name or "")]
    number = normalised((employee.employee_number if employee else "") or "")
    alias = normalised(user.user_name or "")
    if not number and "@" not in alias:
        number = alias
    return Person(
        name=name[:LONGEST_NAME],
        reading=normalised(user.nick_name or "")[:LONGEST_NAME],
        email=next((one for one in said if is_address(one) and len(one) <= LONGEST_SECTION), ""),
        number=number if len(number) <= LONGEST_NUMBER and "@" not in number else "",
        department=normalised((employee.department if employee else "") or "")[:LONGEST_SECTION],
        post=normalised(user.title or "")[:LONGEST_NAME],
        is_active=user.active is not False,
    )
