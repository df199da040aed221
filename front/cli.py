"""Commands that need everything: bring the database up to date, with sample data for a demonstration."""

from __future__ import annotations

import logging

import click
from flask import current_app
from flask.cli import with_appcontext
from flask_migrate import upgrade

from kernel.database import alone, db
from kernel.settings import CONTENT

import people.cli

import catalog.cli

from front import demo

SAMPLE = CONTENT / "demo.yaml"


@click.command("prepare")
@with_appcontext
def prepare() -> None:
    """Bring the database up to date: migrations, organisations, starter content and, with DEMO=1, sample staff.

    Where two start at once one waits for the other.
    """
    logging.getLogger("alembic").setLevel(logging.WARNING)
    with alone():
        upgrade()
        context = click.get_current_context()
        context.invoke(people.cli.load)
        context.invoke(catalog.cli.load)
        if current_app.extensions["settings"].demo:
            context.invoke(load_demo)
        elif sample := demo.signing_in(SAMPLE):
            message = (
                f"This database holds {len(sample)} people of the demonstration, whose passwords anybody can read. Use another database "
                "(DATABASE_URL, or another VAR folder), or run `flask demo --lock-out`, which takes their passwords away."
            )
            raise click.ClickException(message)


@click.command("demo")
@click.option("--lock-out", "locks_out", is_flag=True, help="Take their passwords from the sample people instead.")
@with_appcontext
def load_demo(locks_out: bool = False) -> None:  # noqa: FBT001, FBT002
    """Add a small fictional staff with sample sign-ins. Refused unless DEMO=1."""
    if locks_out:
        click.echo(f"{demo.lock_out(SAMPLE)} sample people can sign in no more")
        db.session.commit()
        return
    if not current_app.extensions["settings"].demo:
        message = "Sample accounts are only made with DEMO=1, and never in production."
        raise click.ClickException(message)
    added = demo.load(SAMPLE)
    db.session.commit()
    click.echo(f"{added} sample people added" if added else "sample people are there already")
    for line in demo.sign_ins(SAMPLE):
        click.echo(line)
