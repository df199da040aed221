"""Commands of the catalogue: parse and import articles, load the starter content, rebuild the search index."""

from __future__ import annotations

import json
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from kernel.database import db
from kernel.errors import RefusalError
from kernel.settings import CONTENT
from kernel.text import decoded

from catalog import starter_content
from catalog.article import parse
from catalog.importing import comparison, storing
from catalog.search import index

group = AppGroup("catalog", help="Articles, starter content, search index.")
FILES = click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))


def text_of(file: Path) -> str:
    """Return a file's text. Raises ClickException where it is neither UTF-8 nor CP932."""
    try:
        return decoded(file.read_bytes())
    except UnicodeDecodeError as error:
        message = f"{file}: neither UTF-8 nor CP932"
        raise click.ClickException(message) from error


@group.command("parse")
@FILES
def parse_files(files: tuple[Path, ...]) -> None:
    """Print what each article of FILES holds, one JSON object a line. Needs no database."""
    for file in files:
        click.echo(json.dumps(parse(text_of(file)).as_json(), ensure_ascii=False))


@group.command("import")
@FILES
@click.option("--url", default="", help="Address of the article (for one file).")
@click.option("--accept-changes", is_flag=True, help="Take changed remarks although courses cite them.")
def import_files(files: tuple[Path, ...], url: str, accept_changes: bool) -> None:  # noqa: FBT001
    """Store the articles of FILES; the same text again changes nothing."""
    for file in files:
        command = comparison.ImportArticle(text_of(file), url if len(files) == 1 else "", {}, accept_changes)
        try:
            seen = storing.store(None, command)
        except RefusalError as refusal:
            db.session.rollback()
            for conflict in comparison.preview(command).conflicts if "引用" in refusal.message else []:
                click.echo(f"--- {conflict.read.position} (stored)\n{conflict.stored.text or conflict.stored.summary}")  # type: ignore[union-attr]
                click.echo(f"+++ {conflict.read.position} (article)\n{conflict.read.text}")
            message = f"{file}: {refusal.message}"
            raise click.ClickException(message) from refusal
        db.session.commit()
        counts = ", ".join(f"{match.value} {n}" for match in comparison.Match if (n := seen.count(match)))
        click.echo(f"{file}: {seen.key}: {'unchanged' if seen.unchanged else counts}")
        for warning in seen.reading.warnings:
            click.echo(f"  line {warning.line}: {warning.kind}: {warning.message}")


@group.command("load")
@click.argument("folder", default=CONTENT, type=click.Path(exists=True, file_okay=False, path_type=Path))
def load(folder: Path) -> None:
    """Load the starter content of FOLDER; what is there already stays as it is. An index of an earlier version is built anew."""
    try:
        counts = starter_content.load(folder, current_app.extensions["files"])
    except RefusalError as refusal:
        raise click.ClickException(refusal.message) from refusal
    if index.lacks_lessons():
        index.rebuild()
    db.session.commit()
    click.echo(", ".join(f"{count} new {name}" for name, count in counts.items()))


@group.command("reindex")
def reindex() -> None:
    """Build the search index anew (after a new dictionary)."""
    count = index.rebuild()
    db.session.commit()
    click.echo(f"{count} documents indexed")
