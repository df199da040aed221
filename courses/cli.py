"""Commands of courses: a course as a file, out and in."""

from __future__ import annotations

from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from kernel.database import db
from kernel.errors import NotFoundError, RefusalError

from people.organisation import by_code_or_name

from courses import course_file
from courses.course import latest_edition
from courses.files import archive

group = AppGroup("courses", help="Courses as files.")


@group.command("export")
@click.argument("slug")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), required=False)
def export(slug: str, file: Path | None) -> None:
    """Write the latest edition of the course SLUG to FILE (SLUG.zip)."""
    try:
        edition, prerequisites = latest_edition(slug)
    except NotFoundError as error:
        message = f"There is no course {slug}."
        raise click.ClickException(message) from error
    target = file or Path(f"{slug}.zip")
    target.write_bytes(archive.packed(course_file.files_of(edition, prerequisites, current_app.extensions["files"])))
    click.echo(f"{target}: {edition.title}, edition {edition.number}")


@group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--owner", required=True, help="The organisation that will own the course: its name or code.")
@click.option("--slug", help="The address of the course; otherwise the name of the file.")
def take_in(file: Path, owner: str, slug: str | None) -> None:
    """Take in the course in FILE as a draft; it is published on the screen, with the remark that motivated it."""
    try:
        with file.open("rb") as content:
            read = course_file.read(archive.opened(content))
        edition = course_file.take_in(
            slug or file.stem, by_code_or_name(owner).id, read, current_app.extensions["files"]
        )
    except RefusalError as refusal:
        db.session.rollback()
        raise click.ClickException(refusal.message) from refusal
    db.session.commit()
    click.echo(f"{edition.title}: edition {edition.number} is a draft now")
