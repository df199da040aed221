"""Commands of participation: count anew, allocate, let offers expire; the worker that mails notices."""

from __future__ import annotations

import json
from pathlib import Path

import click
from flask.cli import AppGroup

from kernel import clock
from kernel.database import db
from kernel.errors import InvalidError

from participation import enrolment_count
from participation.joint import allocation
from participation.mailing import delivery, worker
from participation.notices.models import MailState

group = AppGroup("participation", help="Enrolments and their count, allocation.")


@group.command("recount")
def recount() -> None:
    """Count enrolments by organisation, year and level anew."""
    enrolment_count.recount()
    db.session.commit()


@group.command("rebalance")
def rebalance() -> None:
    """Let unanswered offers of joint sessions expire and offer free places to the next."""
    click.echo(f"{worker.rebalance()} sessions rebalanced")


@group.command("allocate")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def allocate(file: Path) -> None:
    """Allocate the places of the call in FILE (JSON) and print the result as JSON. Needs no database."""
    try:
        call = allocation.call_from(json.loads(file.read_text(encoding="utf-8-sig")))
    except (InvalidError, ValueError) as error:
        message = f"{file}: {getattr(error, 'message', None) or error}"
        raise click.ClickException(message) from error
    result = allocation.result_as_json(allocation.allocate(call))
    click.echo(json.dumps(result, ensure_ascii=False, indent=2))


notices = AppGroup("notices", help="Notices by mail.")


@notices.command("resend")
def resend() -> None:
    """Try again what was given up, where it is still true; the worker sends it."""
    click.echo(f"{delivery.resend()} notices will be tried again")
    db.session.commit()


@notices.command("failed")
def list_failed() -> None:
    """List the notices that could not be mailed, newest first: when, to whom, how often it was tried."""
    rows = delivery.troubled()
    for row in rows:
        until = (
            "given up" if row.mail_state is MailState.FAILED else f"next try {clock.local(row.mail_at):%Y-%m-%d %H:%M}"
        )
        click.echo(
            f"{clock.local(row.made_at):%Y-%m-%d %H:%M}  {row.staff.email}  {row.attempts} tries, {until}  {row.title}"
        )
    click.echo(f"{len(rows)} notices could not be mailed")
