"""Commands that need everything: the sample data of a demonstration."""

from __future__ import annotations

import click
from flask import current_app

from kernel.database import db
from kernel.settings import CONTENT

from participation.cli import group

from front import demo


@group.command("demo")
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
