"""Commands of people: load the organisations; the first person of an installation; files of personnel systems; help for who has lost every second factor."""

from __future__ import annotations

import functools
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import sqlalchemy as sa
from flask import current_app
from flask.cli import AppGroup

from kernel.database import db
from kernel.errors import RefusalError
from kernel.settings import CONTENT
from kernel.spelling import plain_address

from people import audit as audit_log
from people.act import Act
from people.actor import actor_of
from people.joining.entry import JoinStaff, enter
from people.models import Role, RoleGrant, Staff
from people.organisation import by_code_or_name, load_organisations
from people.personnel import bare_load, large_file, work
from people.personnel import folder as folders
from people.personnel.file import counts
from people.signing_in import password_link, second_factor
from people.trail import chain

if TYPE_CHECKING:
    from collections.abc import Callable

    from people.permission import Actor

A_MINUTE = 60
A_SAMPLE = 5000
"""So many people measure how fast the database is by itself."""
group = AppGroup("people", help="Organisations and people.")
audit = AppGroup("audit", help="The audit log.")


def _path(endpoint: str, **values: object) -> str:
    """Return the path of a page, where no request tells under which name the server is reached."""
    return current_app.url_map.bind("localhost").build(endpoint, values)


@audit.command("verify")
@click.option("--seal", help="A seal that others have seen, as NUMBER:DIGEST; it must be in the log.")
def verify(seal: str | None) -> None:
    """Walk the seals of the audit log from the first, and say whether any entry was changed or removed."""
    number, _, digest = (seal or "").partition(":")
    if seal and not (number.isdigit() and digest):
        message = "--seal is NUMBER:DIGEST, as a syslog server was told"
        raise click.BadParameter(message)
    verdict = chain.verify(int(number) if number else None, digest)
    click.echo(
        f"{verdict.seals} entries sealed, {verdict.unsealed} to be sealed, {verdict.redacted} without names that were erased; the last seal is {verdict.head}"
    )
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
    click.echo(_path("people.new_password", token=token))


def _by_a_way(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the words that say how a personnel file is taken in, and for whom; it is handed what makes a way of them."""

    @functools.wraps(command)
    def with_way(organisation: str, email: str, *, is_complete: bool, applies: bool, **more: Any) -> None:
        def way() -> folders.Way:
            return folders.Way(_who(email), by_code_or_name(organisation).id, is_complete=is_complete, applies=applies)

        try:
            command(way=way, **more)
        except RefusalError as refusal:
            raise click.ClickException(refusal.message or "no right to enter people there") from refusal

    for word in (
        click.option("--as", "email", required=True, help="The address of the administrator who acts."),
        click.option("--complete", "is_complete", is_flag=True, help="Everybody stands in it: who does not, leaves."),
        click.option("--apply", "applies", is_flag=True, help="Apply it where no more people leave than usual."),
        click.argument("organisation"),
    ):
        with_way = word(with_way)
    return with_way


@group.command("load")
@_by_a_way
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def load_people(path: Path, way: Callable[[], folders.Way]) -> None:
    """Take in the personnel file at PATH for an ORGANISATION (code or name), as the page does."""
    file = folders.take_in(way(), path)
    db.session.commit()
    for kind, by_state in counts(file.id).items():
        if number := sum(by_state.values()):
            click.echo(f"{number:>7,} {kind.value}")
    click.echo(f"{file.same:>7,} as they are")
    file_id = file.id
    if not file.state.is_at_work:
        click.echo(f"nothing is applied yet: look through it on {_path('people.personnel_file_page', file_id=file_id)}")
        return
    begun = time.monotonic()
    with click.progressbar(length=work.number_of_changes(file, []), label="applying") as bar:
        for number in work.parts(file_id):
            bar.update(number)
    seconds = time.monotonic() - begun
    click.echo(f"{bar.pos:,} changes in {seconds:.1f} s: {bar.pos / max(seconds, 0.001):.0f} a second")


@group.command("load-large")
@click.option("--as", "email", required=True, help="The address of the administrator who acts.")
@click.option("--organisation", help="Whose staff it is, by code or name; else each line names it, under 団体コード.")
@click.option("--apply", "applies", is_flag=True, help="Apply each part as it has been compared.")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def load_large(path: Path, email: str, organisation: str | None, *, applies: bool) -> None:
    """Take in a CSV file at PATH that is too large for the page, in parts of 5,000 people; nobody leaves by it.

    Says how many people a second that is, and how many the database loads by itself.
    """
    begun, changes = time.monotonic(), 0
    try:
        whose = by_code_or_name(organisation).id if organisation else None
        with path.open("rb") as lines, click.progressbar(length=sum(1 for _line in lines), label="loading") as bar:
            for one in large_file.load(lambda: _who(email), path, whose, applies=applies):
                changes += one.applied
                bar.update(one.part.last - bar.pos)
                if one.told:
                    click.echo(
                        f"\nlines {one.part.first:,} to {one.part.last:,} {one.part.organisation}: {one.told}", err=True
                    )
    except RefusalError as refusal:
        raise click.ClickException(refusal.message) from refusal
    seconds = max(time.monotonic() - begun, 0.001)
    click.echo(f"{changes:,} changes in {seconds:.1f} s: {changes / seconds:.0f} a second")
    if changes:
        bare = bare_load.people_a_second(min(changes, A_SAMPLE))
        click.echo(f"the database alone: {bare:.0f} a second, {bare * seconds / changes:.1f} times as fast")


def _who(email: str) -> Actor:
    """Return who has an address, as they act now. Raises ClickException where nobody has it."""
    staff_id = db.session.scalar(sa.select(Staff.id).where(Staff.email == plain_address(email)))
    if actor := actor_of(staff_id) if staff_id else None:
        return actor
    message = f"nobody has the address {email}"
    raise click.ClickException(message)


@group.command("watch")
@_by_a_way
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--once", is_flag=True, help="Look once and end, for cron.")
def watch(folder: Path, way: Callable[[], folders.Way], *, once: bool) -> None:
    """Take in, every minute, the files that a personnel system leaves in FOLDER for an ORGANISATION (code or name)."""
    while True:
        for name, told in folders.look(way(), folder, time.time()):
            click.echo(f"{name}: {told}")
        if once:
            return
        db.session.remove()
        time.sleep(A_MINUTE)


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
