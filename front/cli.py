"""Commands that need everything: bring the database up to date, with sample data for a demonstration."""

from __future__ import annotations

import logging

import click
from flask import current_app
from flask.cli import with_appcontext
from flask_migrate import upgrade

from kernel.database import db
from kernel.settings import CONTENT

import people.cli

import catalog.cli

from front import demo


@click.command("prepare")
@with_appcontext
def prepare() -> None:
    """Bring the database up to date: migrations, organisations, starter content and, with DEMO=1, sample staff."""
    logging.getLogger("alembic").setLevel(logging.WARNING)
    upgrade()
    context = click.get_current_context()
    context.invoke(people.cli.load)
    context.invoke(catalog.cli.load)
    if current_app.extensions["settings"].demo:
        context.invoke(load_demo)


@click.command("demo")
@with_appcontext
def load_demo() -> None:
    """Add a small fictional staff with sample sign-ins. Refused unless DEMO=1."""
    if not current_app.extensions["settings"].demo:
        message = "Sample accounts are only made with DEMO=1, and never in production."
        raise click.ClickException(message)
    added = demo.load(CONTENT / "demo.yaml")
    db.session.commit()
    click.echo(f"{added} sample people added" if added else "sample people are there already")
    for line in demo.sign_ins(CONTENT / "demo.yaml"):
        click.echo(line)
