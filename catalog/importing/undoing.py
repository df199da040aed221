"""Taking an import back (取り込みを元に戻す): an article, its remarks and its roundtable are as they were before the last import.

What somebody has built upon since stays: an import whose new remarks a course cites is not taken back.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from kernel import clock
from kernel.database import add, db
from kernel.errors import ConflictError, NotFoundError

from people import audit
from people.act import Act

from courses import catalogue_version

from catalog.models import (
    Article,
    ArticleImport,
    EarlierRemark,
    Motivation,
    Participant,
    Remark,
    Roundtable,
    remark_topic,
)
from catalog.search import index
from catalog.search.models import DocumentKind

if TYPE_CHECKING:
    from people.permission import Actor

OF_ARTICLE = ("title", "digest", "note_key", "url")
OF_REMARK = ("speaker", "heading", "subheading", "text", "sha256")


def state_of(article: Article | None) -> dict[str, Any]:
    """Return an article as it stands, with its remarks (by position), roundtable and participants; nothing where it is new."""
    if article is None:
        return {}
    table = article.roundtable
    return {
        **{name: getattr(article, name) for name in OF_ARTICLE},
        "imported_at": article.imported_at.isoformat() if article.imported_at else None,
        "held_on": table.held_on.isoformat() if table.held_on else None,
        "municipalities": list(table.municipalities),
        "participants": [person.name for person in table.participants],
        "remarks": {
            str(remark.position): {name: getattr(remark, name) for name in OF_REMARK} for remark in article.remarks
        },
    }


def keep(actor: Actor | None, article: Article, before: dict[str, Any]) -> None:
    """Keep what an article was before an import that is about to change it."""
    db.session.flush()
    add(
        ArticleImport(
            article_id=article.id, made_at=clock.now(), made_by_id=actor.staff_id if actor else None, before=before
        )
    )


def last_imports(article_ids: list[int]) -> dict[int, int]:
    """Return the last import of each article whose import can be taken back."""
    last = sa.select(ArticleImport.article_id, sa.func.max(ArticleImport.id)).group_by(ArticleImport.article_id)
    rows = db.session.execute(last.where(ArticleImport.article_id.in_(article_ids)))
    return {row[0]: row[1] for row in rows}


def undo(actor: Actor, key: str, import_id: int) -> str:
    """Take the last import of an article back; return the key of its roundtable, empty where that is gone with it.

    Raises NotFoundError where there is none, ConflictError where the last one is another one by now, or where a course cites a
    remark that would go or say something else.
    """
    article = db.session.scalars(
        sa.select(Article)
        .options(
            selectinload(Article.remarks), joinedload(Article.roundtable).selectinload(Roundtable.participants),
            joinedload(Article.roundtable).selectinload(Roundtable.articles),
        )
        .where(Article.key == key)
        .with_for_update(of=Article)
    ).one_or_none()  # fmt: skip
    last = db.session.scalar(
        sa.select(ArticleImport)
        .where(ArticleImport.article_id == (article.id if article else 0))
        .order_by(ArticleImport.id.desc())
        .limit(1)
    )
    if article is None or last is None:
        raise NotFoundError
    if last.id != import_id:
        message = (
            "この取り込みは、もう元に戻したか、あとで別の取り込みがありました。座談会のページを開き直してください。"
        )
        raise ConflictError(message)
    before, made_at = last.before, last.made_at
    remarks = before.get("remarks", {})
    new = [remark for remark in article.remarks if str(remark.position) not in remarks]
    other = [remark for remark in article.remarks if remarks.get(str(remark.position), {}).get("text") != remark.text]
    _check_uncited(other)
    audit.record(actor, Act.ARTICLE_UNDONE, article.title or article.key, article=article.key)
    came = _came_with(last, article.roundtable)
    db.session.execute(sa.delete(ArticleImport).where(ArticleImport.id == last.id))
    _restore(article, remarks, made_at)
    _remove(new)
    there = _restore_head(article, before, came)
    catalogue_version.changed()
    db.session.flush()
    return there


def _check_uncited(remarks: list[Remark]) -> None:
    cited = db.session.scalar(
        sa.select(sa.func.count(Motivation.id)).where(Motivation.remark_id.in_([remark.id for remark in remarks]))
    )
    if cited:
        message = f"取り込みで加わったか変わった発言を、講座のきっかけが{cited}件引用しています。先にきっかけを外すと、元に戻せます。"
        raise ConflictError(message)


def _restore(article: Article, remarks: dict[str, Any], made_at: dt.datetime) -> None:
    """Let the remarks that were there say what they said before; what was kept of them by the import is no earlier text any more."""
    there = [remark for remark in article.remarks if str(remark.position) in remarks]
    db.session.execute(
        sa.delete(EarlierRemark).where(
            EarlierRemark.remark_id.in_([remark.id for remark in there]), EarlierRemark.replaced_at >= made_at
        )
    )
    for remark in there:
        for name, value in remarks[str(remark.position)].items():
            setattr(remark, name, value)
        db.session.flush()
        index.index_remark(remark)


def _remove(remarks: list[Remark]) -> None:
    ids = [remark.id for remark in remarks]
    db.session.execute(sa.delete(EarlierRemark).where(EarlierRemark.remark_id.in_(ids)))
    db.session.execute(sa.delete(remark_topic).where(remark_topic.c.remark_id.in_(ids)))
    for id_ in ids:
        index.remove(DocumentKind.REMARK, id_)
    db.session.execute(sa.delete(Remark).where(Remark.id.in_(ids)))


def _came_with(last: ArticleImport, table: Roundtable) -> set[str]:
    """Return the participants that an import has added: neither known before, nor added by a later import of another part."""
    others = [article.id for article in table.articles if article.id != last.article_id]
    later = db.session.scalar(
        sa.select(ArticleImport)
        .where(ArticleImport.article_id.in_(others), ArticleImport.id > last.id)
        .order_by(ArticleImport.id)
        .limit(1)
    )
    names = later.before.get("participants") if later else None
    there = {person.name for person in table.participants} if names is None else set(names)
    return there - set(last.before.get("participants", []))


def _restore_head(article: Article, before: dict[str, Any], added: set[str]) -> str:
    """Let article and roundtable be as they were, or gone where the import made them; return the key of the roundtable that is left."""
    table = article.roundtable
    if before:
        for name in OF_ARTICLE:
            setattr(article, name, before[name])
        article.imported_at = dt.datetime.fromisoformat(before["imported_at"]) if before["imported_at"] else None
        table.held_on = dt.date.fromisoformat(before["held_on"]) if before["held_on"] else None
        table.municipalities = before["municipalities"]
        new = [person.id for person in table.participants if person.name in added]
        db.session.execute(sa.delete(Participant).where(Participant.id.in_(new)))
        return table.key
    is_alone = len(table.articles) == 1
    db.session.execute(sa.delete(Article).where(Article.id == article.id))
    if not is_alone:
        return table.key
    db.session.execute(sa.delete(Participant).where(Participant.roundtable_id == table.id))
    db.session.execute(sa.delete(Roundtable).where(Roundtable.id == table.id))
    return ""
