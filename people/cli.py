"""Commands of people: load the organisations; make the first secretariat member of an installation."""

from __future__ import annotations

import click
from flask import url_for
from flask.cli import AppGroup

from kernel.database import db
from kernel.errors import RefusalError
from kernel.settings import CONTENT

from people.joining.entry import JoinStaff, enter
from people.models import Role, RoleGrant
from people.organisation import by_code_or_name, load_organisations
from people.signing_in import password_link

group = AppGroup("people", help="Organisations and people.")


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
