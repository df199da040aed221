"""Materials (資料) of a session: files for those who take part, or for the host alone (a facilitator's kit)."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, BinaryIO

import sqlalchemy as sa

from kernel import clock
from kernel.database import add, db
from kernel.errors import InvalidError, NotFoundError

from people import audit
from people.act import Act
from people.permission import Permission

from courses.files.models import SessionMaterial
from courses.files.room import NO_LIMIT, Room

if TYPE_CHECKING:
    from collections.abc import Sequence

    from people.permission import Actor

    from courses.files.files import Files
    from courses.sessions.models import TrainingSession

MOST, LONGEST_NAME = 30, 100
ENDINGS = (
    ".pdf", ".docx", ".doc", ".xlsx", ".xls", ".pptx", ".ppt", ".odt", ".ods", ".odp", ".txt", ".csv", ".png", ".jpg", ".jpeg", ".webp", ".mp4", ".zip",
)  # fmt: skip
"""The kinds of files that offices hand out. They are only ever saved, never opened on a page."""


@dataclass(frozen=True)
class KeptMaterial:
    """A file that is kept, before any row tells of it: its name, digest and size in bytes."""

    name: str
    digest: str
    size: int


def keep(files: Files, name: str, content: BinaryIO, room: Room = NO_LIMIT) -> KeptMaterial:
    """Keep a file. Raises InvalidError for a kind that is not handed out, an empty one, and as `Room` does."""
    plain = name.replace("\\", "/").rsplit("/", 1)[-1].strip()
    if PurePath(plain).suffix.lower() not in ENDINGS or len(plain) > LONGEST_NAME or not plain.isprintable():
        message = f"資料に使えるのは、PDF・Word・Excel・PowerPoint・文書・画像・動画・ZIPで、名前は{LONGEST_NAME}文字までです。"
        raise InvalidError(message, field="file")
    size = content.seek(0, io.SEEK_END)
    content.seek(0)
    if not size:
        message = "ファイルの中身が空です。選び直してください。"
        raise InvalidError(message, field="file")
    room.check(size)
    return KeptMaterial(plain, *files.keep(content))


def hand_in(actor: Actor, session: TrainingSession, file: KeptMaterial, *, is_for_host: bool) -> SessionMaterial:
    """Add a file to a session of the own organisation, or put it in the place of the one of that name, which stays with the host if it was.

    Raises NotFoundError for a session of another organisation, InvalidError for too many files.
    """
    if session.host_id not in actor.scope(Permission.PLAN_SESSIONS):
        raise NotFoundError
    present = materials_of(session.id)
    same = next((row for row in present if row.name == file.name), None)
    if same is None and len(present) >= MOST:
        message = f"資料は、一つの開催回に{MOST}個までです。"
        raise InvalidError(message, field="file")
    row = same or SessionMaterial(session_id=session.id, organisation_id=session.host_id, name=file.name)
    row.digest, row.size, row.added_at = file.digest, file.size, clock.now()
    row.is_for_host = is_for_host or bool(same and same.is_for_host)
    add(row)
    audit.record(actor, Act.MATERIAL_ADDED, file.name, organisation_id=session.host_id, session=session.id)
    db.session.flush()
    return row


def take_away(actor: Actor, session: TrainingSession, material_id: int) -> SessionMaterial:
    """Take a file away from a session of the own organisation. Raises NotFoundError."""
    if session.host_id not in actor.scope(Permission.PLAN_SESSIONS):
        raise NotFoundError
    row = material_of(session.id, material_id)
    db.session.delete(row)
    audit.record(actor, Act.MATERIAL_REMOVED, row.name, organisation_id=session.host_id, session=session.id)
    db.session.flush()
    return row


def materials_of(session_id: int) -> Sequence[SessionMaterial]:
    """Return the files of a session, those for the host last, by name."""
    return db.session.scalars(
        sa.select(SessionMaterial)
        .where(SessionMaterial.session_id == session_id)
        .order_by(SessionMaterial.is_for_host, SessionMaterial.name)
    ).all()


def material_of(session_id: int, material_id: int) -> SessionMaterial:
    """Return a file of a session. Raises NotFoundError."""
    row = db.session.scalar(
        sa.select(SessionMaterial).where(SessionMaterial.id == material_id, SessionMaterial.session_id == session_id)
    )
    if row is None:
        raise NotFoundError
    return row


def copy(from_session_id: int, to_session: TrainingSession) -> None:
    """Give a session the files of another one of the same host."""
    for row in materials_of(from_session_id):
        add(
            SessionMaterial(
                session_id=to_session.id, organisation_id=to_session.host_id, name=row.name, digest=row.digest,
                size=row.size, is_for_host=row.is_for_host, added_at=clock.now(),
            )
        )  # fmt: skip
