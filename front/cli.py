"""Commands that need everything: bring the database up to date, with sample data for a demonstration."""

from __future__ import annotations

import logging
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click
import sqlalchemy as sa
from flask import current_app
from flask.cli import with_appcontext
from flask_migrate import upgrade
from sqlalchemy.exc import OperationalError

from kernel.database import alone, db
from kernel.errors import RefusalError
from kernel.settings import CONTENT
from kernel.spelling import plain_address

import people.cli
from people import deputy
from people.models import Staff
from people.personnel import work as personnel
from people.sections import coming, reform
from people.trail import chain, syslog

from courses import keeping, storage

import catalog.cli
from catalog.curricula import approval

import participation.cli
from participation import settling
from participation.mailing import reset_link, worker

from review import month_end

from front import condition, demo
from front.backup import comparison, restoring, taking
from front.news import authors, colleagues, morning, movers
from front.personal_data import disclosing, retaining
from front.reminding import by_itself, summary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SAMPLE = CONTENT / "demo.yaml"
PAUSE = 30
"""Seconds between two looks of the worker."""
FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command("prepare")
@with_appcontext
def prepare() -> None:
    """Bring the database up to date: migrations, organisations, starter content and, with DEMO=1, sample staff.

    Where two start at once one waits for the other.
    """
    logging.getLogger("alembic").setLevel(logging.WARNING)
    with _one_that_answers(), alone():
        if later := condition.later_schema():
            message = (
                f"This database was written by a later version of the program (schema {later}). Start that version, or restore a "
                "backup of this one into an empty database."
            )
            raise click.ClickException(message)
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


@contextmanager
def _one_that_answers() -> Iterator[None]:
    try:
        with db.engine.connect():
            pass
    except OperationalError as error:
        message = f"The database does not answer ({error.orig}). See whether it runs, and what DATABASE_URL says."
        raise click.ClickException(message) from error
    yield


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


@click.command("backup")
@click.argument("folder", type=FOLDER)
@with_appcontext
def backup(folder: Path) -> None:
    """Write a backup into FOLDER: every row as of this moment, and every file that they name. People go on working."""
    with _refused_in_words():
        taken = taking.take(folder, current_app.extensions["files"], _tell)
    click.echo(f"{taken.folder}: {sum(taken.tables.values())} rows, {taken.files - len(taken.lost)} files")
    _end_where_lost(taken.lost, "the store had already lost")


@click.command("restore")
@click.argument("folder", type=FOLDER)
@with_appcontext
def restore(folder: Path) -> None:
    """Bring the backup in FOLDER back into a database without people, and into its store of files."""
    logging.getLogger("alembic").setLevel(logging.WARNING)
    with _refused_in_words():
        lost = restoring.restore(taking.opened(folder), current_app.extensions["files"], _tell)
    click.echo("restored; `flask compare` proves it, and `flask prepare` then brings it up to date")
    _end_where_lost(lost, "the backup lacks")


@click.command("compare")
@click.argument("folder", type=FOLDER)
@with_appcontext
def compare(folder: Path) -> None:
    """Compare the backup in FOLDER with the database and the files as they are now, row by row and byte by byte."""
    with _refused_in_words():
        found = comparison.compare(taking.opened(folder), current_app.extensions["files"], _tell)
    for one in found.differences:
        rows = f"{one.only_backup} rows only in the backup, {one.only_now} only now"
        click.echo(f"{one.table}: {rows}; among them {', '.join(one.some)}")
    click.echo(f"{found.rows} rows and {found.files} files compared: {'equal' if found.is_equal else 'NOT equal'}")
    _end_where_lost(found.lost, "the store has lost")
    if not found.is_equal:
        raise click.exceptions.Exit(1)


def _tell(what: str) -> None:
    """Say what is being done, on the line on which the last was said."""
    if sys.stderr.isatty():
        click.echo(f"\r\033[K{what}", err=True, nl=False)


@contextmanager
def _refused_in_words() -> Iterator[None]:
    try:
        yield
    except RefusalError as refusal:
        raise click.ClickException(refusal.message) from refusal
    finally:
        _tell("")


def _end_where_lost(lost: list[str], who: str) -> None:
    """Name files that are not whole, and end as a command that did not do all."""
    if lost:
        names = "\n  ".join(lost)
        message = f"{who} {len(lost)} files:\n  {names}"
        raise click.ClickException(message)


@participation.cli.notices.command("deliver")
@click.option("--once", is_flag=True, help="Deliver what is due and end, instead of looking every half minute.")
def deliver(once: bool) -> None:  # noqa: FBT001
    """Move expired offers on, write reminders and send notices by mail, again and again. This is the worker."""
    settings = current_app.extensions["settings"]
    if not settings.mail.host:
        click.echo("SMTP_HOST is not set: notices are shown in the application only.")
    files = current_app.extensions["files"]
    send = syslog.sender(settings.audit_syslog)
    always: dict[str, Callable[[], object]] = {
        "audit": chain.seal,
        "reviews": authors.tell_reviewed,
        "personnel": personnel.work,
        "entrusted": colleagues.tell_entrusted,
    }
    if send:
        always["audit elsewhere"] = lambda: chain.tell(send)
    daily = {
        "storage": lambda: storage.collect(files),
        "personal data": lambda: retaining.tidy(settings.keep_years),
        "due dates": by_itself.remind,
        "summaries": summary.tell_summaries,
        "curricula": approval.come_into_force,
        "news": morning.tell_news,
        "months": month_end.take,
        "personnel files": personnel.forget,
        "reorganisations": reform.carry_out_due,
        "moves": coming.carry_out,
        "partings": settling.settle,
        "keepers": keeping.hand_over,
        "arrivals": movers.tell_arrived,
        "transfers taken": movers.tell_taken,
        "deputies": deputy.end_over,
    }
    always["new passwords"] = lambda: reset_link.send(settings.mail, settings.public_url)
    working = worker.Worker(settings.mail, settings.public_url, always, daily)
    while True:
        report = working.look()
        if report.sent or report.failed:
            click.echo(f"{report.sent} mails sent, {report.failed} to be tried again")
        if report.waiting:
            click.echo(f"the mail server did not take {report.waiting} mails; they wait")
        if once:
            return
        time.sleep(PAUSE)


@click.command("disclose")
@click.argument("email")
@with_appcontext
def disclose(email: str) -> None:
    """Print all that is held of the person with this EMAIL, as JSON: for a request of theirs (個人情報保護法 第76条)."""
    staff_id = db.session.scalar(sa.select(Staff.id).where(Staff.email == plain_address(email)))
    if staff_id is None:
        message = f"nobody has the address {email}"
        raise click.ClickException(message)
    click.echo(disclosing.as_json(staff_id))


@people.cli.group.command("retain")
@click.option("--carry-out", "carries_out", is_flag=True, help="Let it go now; without, it is only counted.")
def retain(*, carries_out: bool) -> None:
    """Say of what the time is over that it is kept (people/retention), or let it go."""
    years = current_app.extensions["settings"].keep_years
    for label, number in retaining.due(years).items():
        click.echo(f"{number:>8,} {label}")
    if not carries_out:
        return
    if retaining.clock_seems_wrong():
        message = "nobody did anything for long before now: the clock is not believed, and nothing goes"
        raise click.ClickException(message)
    gone = 0
    while some := retaining.tidy(years):
        gone += some
        db.session.commit()
    click.echo(f"{gone:,} gone")
