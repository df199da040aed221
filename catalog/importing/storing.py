"""Storing an article that was compared with what is stored: the same text again changes nothing, and what it changes can be taken back.

Nothing is stored of an article in which a remark that a course cites reads differently, until a person has decided.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from kernel import clock
from kernel.database import add, db
from kernel.errors import ConflictError

from people import audit
from people.act import Act

from courses import catalogue_version

from catalog.importing import undoing
from catalog.importing.comparison import digest_of, note_key_of, preview
from catalog.models import Article, EarlierRemark, Participant, Remark, Roundtable, TableSide
from catalog.search import index

if TYPE_CHECKING:
    from people.permission import Actor

    from catalog.article import ReadArticle, ReadRemark
    from catalog.importing.comparison import ImportArticle, Preview


def store(actor: Actor | None, command: ImportArticle) -> Preview:
    """Store an article. The same text again changes nothing.

    Raises InvalidError where it holds no remark, ConflictError where a cited remark reads differently and the
    change was not accepted.
    """
    seen = preview(command)
    if seen.unchanged:
        return seen
    if seen.conflicts and not command.accept_changes:
        places = "、".join(str(remark.read.position) for remark in seen.conflicts)
        message = f"講座が引用している発言（{places}番目）の文章が変わっています。見比べて、取り込むか決めてください。"
        raise ConflictError(message)
    note_key = note_key_of(command.url)
    before = undoing.state_of(seen.article)
    article = seen.article or _new_article(seen, note_key)
    if command.head:
        article.roundtable.held_on = command.head.held_on
        article.roundtable.municipalities = list(command.head.municipalities)
    undoing.keep(actor, article, before)
    article.title, article.digest, article.imported_at = seen.reading.title, digest_of(command.text), clock.now()
    if note_key:
        article.note_key, article.url = note_key, command.url
    _store_participants(article.roundtable, seen.reading)
    stored = {remark.position: remark for remark in article.remarks}
    for remark in seen.remarks:
        _store_remark(actor, article, stored.pop(remark.read.position, None), remark.read)
    for left_over in stored.values():
        if left_over.text is not None:
            _keep_earlier(actor, left_over)
            left_over.text = None  # the article no longer has it; our summary stays
            index.index_remark(left_over)
    catalogue_version.changed()
    db.session.flush()
    audit.record(actor, Act.ARTICLE_IMPORTED, article.title or article.key, article=article.key)
    db.session.flush()
    return seen


def _new_article(seen: Preview, note_key: str | None) -> Article:
    reading = seen.reading
    key = str(reading.number) if reading.number is not None else seen.key
    roundtable = db.session.scalar(
        sa.select(Roundtable).options(selectinload(Roundtable.participants)).where(Roundtable.key == key)
    )
    if roundtable is None:
        roundtable = add(
            Roundtable(
                key=key, number=reading.number, title=reading.title or f"座談会 {key}", held_on=reading.held_on,
                municipalities=reading.municipalities, agenda=reading.agenda, participants=[],
            )
        )  # fmt: skip
    roundtable.held_on = roundtable.held_on or reading.held_on
    roundtable.agenda = roundtable.agenda or reading.agenda
    roundtable.municipalities = roundtable.municipalities or reading.municipalities
    return add(
        Article(
            roundtable=roundtable, key=seen.key, note_key=note_key, part=reading.part, title=reading.title, remarks=[]
        )
    )


def _store_participants(roundtable: Roundtable, reading: ReadArticle) -> None:
    known = {participant.name for participant in roundtable.participants}
    for person in reading.participants:
        if person.name not in known:
            known.add(person.name)
            roundtable.participants.append(
                Participant(
                    position=len(roundtable.participants) + 1, name=person.name, affiliation=person.affiliation,
                    role=person.role, side=TableSide(person.side),
                )
            )  # fmt: skip


def _keep_earlier(actor: Actor | None, remark: Remark) -> None:
    """Keep what a remark said until now, with who replaces it."""
    add(
        EarlierRemark(
            remark_id=remark.id, speaker=remark.speaker, heading=remark.heading, subheading=remark.subheading,
            text=remark.text or "", replaced_at=clock.now(), replaced_by_id=actor.staff_id if actor else None,
        )
    )  # fmt: skip


def _store_remark(actor: Actor | None, article: Article, stored: Remark | None, read: ReadRemark) -> None:
    if stored and stored.text is not None and (stored.text, stored.speaker) != (read.text, read.speaker):
        _keep_earlier(actor, stored)
    remark = stored or Remark(article_id=article.id, position=read.position)
    remark.speaker, remark.heading, remark.subheading = read.speaker, read.heading, read.subheading
    remark.text, remark.sha256 = read.text, read.sha256
    if stored is None:
        add(remark)
    db.session.flush()
    index.index_remark(remark)
