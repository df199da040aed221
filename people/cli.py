"""Commands of people: load the organisations; the first person of an installation; help for who has lost every second factor."""

from __future__ import annotations

import click
import sqlalchemy as sa
from flask import url_for
from flask.cli import AppGroup

from kernel.database import db
from kernel.errors import RefusalError
from kernel.settings import CONTENT
from kernel.spelling import plain_address

from people import audit as audit_log
from people import audit_chain
from people.act import Act
from people.joining.entry import JoinStaff, enter
from people.models import Role, RoleGrant, Staff
from people.organisation import by_code_or_name, load_organisations
from people.signing_in import password_link, second_factor

group = AppGroup("people", help="Organisations and people.")
audit = AppGroup("audit", help="The audit log.")


@audit.command("verify")
@click.option("--seal", help="A seal that others have seen, as NUMBER:DIGEST; it must be in the log.")
def verify(seal: str | None) -> None:
    """Walk the seals of the audit log from the first, and say whether any entry was changed or removed."""
    number, _, digest = (seal or "").partition(":")
    if seal and not (number.isdigit() and digest):
        message = "--seal is NUMBER:DIGEST, as a syslog server was told"
        raise click.BadParameter(message)
    verdict = audit_chain.verify(int(number) if number else None, digest)
    click.echo(f"{verdict.seals} entries sealed, {verdict.unsealed} to be sealed; the last seal is {verdict.head}")
    if not verdict.is_whole:
        message = f"the log was changed at seal {verdict.wrong}"
        raise click.ClickException(message)


@group.command("load-organisations")
def load() -> None:
    """Add the local governments, joint bodies and hosts of content/organisations.csv and content/hosts.csv."""
    added = sum(load_organisations(CONTENT / name) for name in ("organisations.csv", "hosts.csv"))
    db.session.commit()
    click.echo(f"{added} organisations added")


@group.command("first")
@click.argument("organisation")
@click.argument("name")
@click.argument("reading")
@click.argument("email")
@click.option("--role", type=click.Choice([role.value for role in Role]), default=Role.SECRETARIAT.value)
def first(organisation: str, name: str, reading: str, email: str, role: str) -> None:
    """Enter the first person of an ORGANISATION (code or name) and print the link to set the password."""
    try:
        command = JoinStaff(by_code_or_name(organisation).id, name, reading, email, None)
        membership = enter(command)
    except RefusalError as refusal:
        raise click.ClickException(refusal.message) from refusal
    membership.grants.append(RoleGrant(role=Role(role)))
    token = password_link.issue(None, membership)
    db.session.commit()
    click.echo(url_for("people.new_password", token=token, _external=False))


@group.command("reset-second-factor")
@click.argument("email")
def reset_second_factor(email: str) -> None:
    """Take every second factor from the person with this EMAIL, who has lost them and whom nobody else can help."""
    staff = db.session.scalar(sa.select(Staff).where(Staff.email == plain_address(email)))
    if staff is None:
        message = f"nobody has the address {email}"
        raise click.ClickException(message)
    second_factor.reset(staff)
    audit_log.record(None, Act.SECOND_FACTOR_RESET, staff.name, staff=staff.id)
    db.session.commit()
    click.echo(f"{staff.name} signs in with the password alone, and sets up a second factor anew")
