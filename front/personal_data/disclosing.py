"""Disclosure (開示): all that is held of somebody, given to themselves, or by their office on a request, with a second person.

個人情報の保護に関する法律 第76条 (request)、第82条 (answer).
"""

from __future__ import annotations

import datetime as dt
import enum
import json
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from kernel import clock
from kernel.database import add, db
from kernel.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from kernel.vocabulary import Term

from people import audit
from people.act import Act
from people.models import Membership, Organisation
from people.permission import Actor, Permission

from participation.notices.models import Notice
from participation.papers.paper import Column, Paper
from participation.record.models import Disclosure

from front.personal_data.held import HELD, SECRETS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from front.personal_data.held import Held

GOOD_FOR = dt.timedelta(days=30)
"""How long an answer can be taken out: so long the law gives the person to say how they want it (第87条第3項)."""
LABELS = {
    "name": "氏名", "reading": "フリガナ", "email": "メールアドレス", "joined_on": "所属の始まり", "left_on": "所属の終わり（この日から外れる）", "staff_number": "職員番号",
    "role": "役割", "granted_at": "役割を得た日時", "since": "始まり", "until": "終わり", "state": "状態", "enrolled_at": "申し込んだ日時", "completed_at": "修了した日時",
    "fiscal_year": "年度", "course_id": "講座の番号", "session_id": "開催回の番号", "organisation_id": "団体の番号", "day": "日", "reason": "理由", "note": "メモ", "comment": "コメント",
    "number": "番号", "issued_at": "発行した日時", "returned_at": "受け取った日時", "score": "得点", "passed": "合格", "submitted_at": "提出した日時", "answers": "解答", "at": "日時", "act": "操作", "address": "接続元",
    "title": "題名", "kind": "種類", "made_at": "作成した日時", "read_at": "読んだ日時", "sent_at": "送った日時", "wished_at": "希望した日時", "device": "端末", "began_at": "始めた日時",
    "seen_at": "最後に使った日時", "received_on": "受け付けた日", "presence": "出欠", "affiliation": "所属", "holder": "修了証の氏名", "finished_at": "終えた日時", "position": "順番",
    "begins_on": "始まりの日", "ends_on": "終わりの日（この日から外れる）", "posted_on": "いまの部署になった日", "offered_at": "申し出た日時", "parting": "席の扱い",
    "named_at": "決めた日時", "user_name": "人事のシステムでの名前", "external_id": "人事のシステムでの番号", "resource": "届いた内容", "words": "内容", "told": "経過",
    "asked_at": "受け付けた日時", "agreed_at": "確認した日時", "given_at": "決めた日時", "confirmed_at": "確認した日時", "second_factor_at": "二段階の確認をした日時",
    "count": "使った回数", "added_at": "追加した日時", "used_at": "使った日時", "linked_at": "結びついた日時", "purpose": "目的", "expires_at": "期限", "requested_at": "希望した日時",
    "attempts": "送り直した回数", "try_at": "次に送る日時", "ends_present": "いまの所属を終えるか", "sign_in_epoch": "サインインをまとめて終えた回数", "mail": "メールの受け取り方",
    "on_behalf": "代理の入力", "turn": "待つ順番", "step": "配分の段階", "was_placed": "席があったか", "answer_by": "返事の期限", "wish": "希望の内容", "provider": "実施したところ",
    "learned_on": "学んだ日", "provenance": "確認のしかた", "declared_at": "届け出た日時", "edition_number": "版", "completed_on": "修了した日", "minutes": "時間（分）",
    "issuer": "発行した団体", "signed_by": "発行した人", "revoked_at": "取り消した日時", "revoked_because": "取り消した理由", "replaced_at": "差し替えた日時", "entered_by": "入力のしかた",
    "entered_at": "入力した日時", "started_at": "始めた日時", "part": "部分", "session": "回", "completion": "終え方", "success": "合否", "seconds": "時間（秒）", "location": "場所", "data": "記録",
    "shared": "見せているか", "more_attempts": "増やした受験の回数", "usefulness": "役に立ったか", "size_class": "団体の規模", "level": "対象", "lessons_finished_at": "レッスンを終えた日時",
    "blocked_at": "サインインを止めた日時", "erased_at": "消去した日時",
}  # fmt: skip


def held_of(
    staff_id: int, organisation_id: int | None = None, say: Callable[[object], object] | None = None
) -> dict[str, list[dict[str, object]]]:
    """Return what is held of a person, table by table, secrets left out; of an organisation only what is its to know of.

    `say` says each value; without it values are such as JSON takes.
    """
    found: dict[str, list[dict[str, object]]] = {}
    for held in HELD:
        every = held.model.__table__.columns
        columns = [one for one in every if one.name not in SECRETS and one.name in (held.columns or every.keys())]
        rows = db.session.execute(
            sa.select(*columns, *(said.label(name) for name, said in held.words.items()))
            .where(held.of(staff_id, organisation_id), _in_time(held, staff_id, organisation_id))
            .order_by(*held.model.__table__.primary_key)
        )
        found[held.label] = [{name: (say or _plain)(value) for name, value in row._mapping.items()} for row in rows]  # noqa: SLF001
    return found


def _in_time(held: Held, staff_id: int, organisation_id: int | None) -> sa.ColumnElement[bool]:
    """Return the condition that a notice is of the time in which somebody belonged to an organisation: others are another office's."""
    if organisation_id is None or held.model is not Notice:
        return sa.true()
    began = sa.select(sa.func.min(Membership.joined_on)).where(
        Membership.staff_id == staff_id, Membership.organisation_id == organisation_id
    )
    first = db.session.scalar(began)
    return Notice.made_at >= clock.at(first, dt.time()) if first else sa.false()


def as_json(staff_id: int, organisation_id: int | None = None) -> str:
    """Return what is held of a person as JSON; times in ISO 8601."""
    made: dict[str, Any] = {
        "作成": clock.now().isoformat(),
        "説明": "このシステムが保存している、あなたについての情報のすべてです。",
        **held_of(staff_id, organisation_id),
    }
    return json.dumps(made, ensure_ascii=False, indent=1)


def as_paper(disclosure: Disclosure) -> Paper:
    """Return what an organisation holds of a person, as a paper: a line for each value that is there."""
    office = db.session.get_one(Organisation, disclosure.organisation_id)
    rows = [
        (label, f"{place}", LABELS.get(name, name), f"{value}")
        for label, found in held_of(disclosure.staff_id, disclosure.organisation_id, _in_words).items()
        for place, row in enumerate(found, 1)
        for name, value in row.items()
        if value and not is_key(name)
    ]
    return Paper(
        name=f"保有個人情報_{disclosure.staff.name}",
        title="保有個人情報の開示",
        facts=(
            ("本人", disclosure.staff.name), ("保有する団体", office.name), ("請求を受け付けた日", clock.date_label(disclosure.received_on)),
            ("作成した日", clock.date_label(clock.today())),
        ),
        columns=(Column("情報", 3), Column("番号", 1), Column("項目", 3), Column("内容", 6)),
        rows=tuple(rows),
        lines=("パスワードなど、本人の確認に使う値は含みません。この請求は、個人情報の保護に関する法律第76条によるものです。",),
    )  # fmt: skip


def _plain(value: object) -> object:
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    return value.value if isinstance(value, enum.Enum) else value


def is_key(name: str) -> bool:
    """Tell whether a column only ties rows together, so that a reader on paper has nothing of it."""
    return name not in LABELS and (name == "id" or name.endswith("_id"))


def _in_words(value: object) -> str:
    """Return a value as it stands on paper; nothing for what is empty."""
    match value:
        case None | "" | [] | {}:
            return ""
        case bool():
            return "はい" if value else "いいえ"
        case Term():
            return value.label
        case dt.datetime():
            return clock.moment_label(value)
        case dt.date():
            return clock.date_label(value)
        case dict() | list():
            return json.dumps(value, ensure_ascii=False)
    return str(value)


def concerned(actor: Actor, membership_id: int) -> Membership:
    """Return a membership, also one that is over, of an organisation whose staff the actor manages as their own. Raises NotFoundError."""
    row = db.session.scalar(
        sa.select(Membership)
        .options(joinedload(Membership.staff), joinedload(Membership.organisation))
        .where(Membership.id == membership_id, Membership.organisation_id.in_(actor.organisation_ids))
    )
    if row is None or row.staff.erased_at or not actor.may(Permission.MANAGE_STAFF, row.organisation_id):
        raise NotFoundError
    return row


def requests_of(membership: Membership) -> Sequence[Disclosure]:
    """Return the requests of somebody that an organisation took in, the latest first."""
    return db.session.scalars(
        sa.select(Disclosure)
        .options(joinedload(Disclosure.asked_by), joinedload(Disclosure.agreed_by))
        .where(Disclosure.staff_id == membership.staff_id, Disclosure.organisation_id == membership.organisation_id)
        .order_by(Disclosure.id.desc())
        .limit(20)
    ).all()


def take_in(actor: Actor, membership_id: int, received_on: dt.date) -> Disclosure:
    """Take a request in. Raises NotFoundError, InvalidError for a day to come, ConflictError while another one waits."""
    membership = concerned(actor, membership_id)
    if received_on > clock.today():
        message = "受け付けた日は、今日までの日にしてください。"
        raise InvalidError(message, field="received_on")
    waits = sa.exists().where(
        Disclosure.staff_id == membership.staff_id, Disclosure.organisation_id == membership.organisation_id,
        Disclosure.agreed_at.is_(None),
    )  # fmt: skip
    if db.session.scalar(sa.select(waits)):
        message = "この人の請求は、すでに受け付けて、確認を待っています。"
        raise ConflictError(message)
    row = add(
        Disclosure(
            staff_id=membership.staff_id, organisation_id=membership.organisation_id, received_on=received_on,
            asked_by_id=actor.staff_id,
        )
    )  # fmt: skip
    _record(actor, Act.DISCLOSURE_ASKED, membership)
    return row


def _record(actor: Actor, act: Act, membership: Membership) -> None:
    audit.record(
        actor, act, membership.staff.name, organisation_id=membership.organisation_id, staff=membership.staff_id
    )
    db.session.flush()


def to_decide(actor: Actor, membership_id: int, disclosure_id: int) -> Disclosure:
    """Return a request on which a second person decides.

    Raises NotFoundError, ForbiddenError for whoever took it in or is concerned, ConflictError where that was done.
    """
    row = _request(actor, membership_id, disclosure_id)
    if actor.staff_id in {row.asked_by_id, row.staff_id}:
        message = "受け付けた人や本人ではない、別の担当者が確認してください。"
        raise ForbiddenError(message)
    _check_open(row)
    return row


def _check_open(row: Disclosure) -> None:
    db.session.refresh(row, ["agreed_at"], with_for_update=True)
    if row.agreed_at:
        message = "すでに確認されています。"
        raise ConflictError(message)


def drop(actor: Actor, membership_id: int, disclosure_id: int) -> None:
    """Let a request go that was taken in by mistake, or that the second person sends back. Raises NotFoundError, ForbiddenError for the one concerned, ConflictError once it was agreed to."""
    membership, row = concerned(actor, membership_id), _request(actor, membership_id, disclosure_id)
    if actor.staff_id == row.staff_id:
        raise ForbiddenError
    _check_open(row)
    db.session.delete(row)
    _record(actor, Act.DISCLOSURE_DROPPED, membership)


def agree(actor: Actor, membership_id: int, disclosure_id: int) -> Disclosure:
    """Agree to answer a request. Raises as `to_decide` does."""
    membership, row = concerned(actor, membership_id), to_decide(actor, membership_id, disclosure_id)
    row.agreed_by_id, row.agreed_at = actor.staff_id, clock.now()
    _record(actor, Act.DISCLOSURE_AGREED, membership)
    return row


def answered(actor: Actor, membership_id: int, disclosure_id: int) -> Disclosure:
    """Return a request that was agreed to and can be taken out. Raises NotFoundError, ForbiddenError before that and after 30 days."""
    row = _request(actor, membership_id, disclosure_id)
    if row.agreed_at is None or row.agreed_at < clock.now() - GOOD_FOR:
        message = "別の担当者が確認してから30日のあいだだけ、保存できます。"
        raise ForbiddenError(message)
    return row


def _request(actor: Actor, membership_id: int, disclosure_id: int) -> Disclosure:
    membership = concerned(actor, membership_id)
    row = db.session.scalar(
        sa.select(Disclosure)
        .options(joinedload(Disclosure.staff))
        .where(
            Disclosure.id == disclosure_id, Disclosure.staff_id == membership.staff_id,
            Disclosure.organisation_id == membership.organisation_id,
        )
    )  # fmt: skip
    if row is None:
        raise NotFoundError
    return row
