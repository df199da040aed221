"""Personal data (保有個人情報): all that is held of a person; given to whom it is about, and erased when it is needed no longer.

個人情報の保護に関する法律 第61条第2項 (no longer than needed)、第76条 (disclosure)、第98条 (erasure). What an organisation counts stays, without the name.
"""

from __future__ import annotations

import datetime as dt
import enum
import itertools
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from kernel import clock
from kernel.database import Base, commit_part, db
from kernel.errors import ConflictError, InvalidError, NotFoundError
from kernel.spelling import folded

from people import audit
from people.act import Act
from people.joining.models import Applicant, TransferCode, TransferOffer
from people.membership import is_not_over
from people.models import AuditEntry, AuditSeal, Membership, OpenSignIn, Post, Posting, RoleGrant, Section, Staff
from people.permission import Permission
from people.personnel.models import PersonnelChange
from people.sections.models import PlannedMove
from people.signing_in.models import PasswordLink, RecoveryCode, ResetRequest, SecondFactor, SignInPlace

from courses import catalogue_version
from courses.models import Successor

from catalog.models import AdoptionMember, CourseRequest

from participation.attending.models import Attendance
from participation.calendar.models import CalendarFeed
from participation.joint.models import Nomination, Wish
from participation.models import Enrolment, Exemption, PartingChoice, PrerequisiteException
from participation.notices.models import Notice, NoticePreference
from participation.record.models import Certificate, OutsideLearning

from learning.models import Attempt, Feedback, PackageRun, Progress

from review.models import ReportWish

if TYPE_CHECKING:
    from people.permission import Actor

NOBODY = "（消去された人）"
BELONGS = "この人は、いまか後に、どこかの団体に所属しています。個人情報は、最後の団体を離れたあとで消去できます。"
SECRETS = frozenset(
    {"password_hash", "token_digest", "code_digest", "secret", "seed", "search_key", "number_key", "standing"}
)
"""Columns that prove who somebody is, or serve the machine only: they are nobody's to read."""
NOTICES_ARE_KEPT = dt.timedelta(days=2 * 365)
AUDIT_IS_KEPT = dt.timedelta(days=3 * 365)
APPLICANTS_ARE_KEPT = dt.timedelta(days=30)
A_FEW, LONGEST_SILENCE = 5, dt.timedelta(days=60)
"""What was done before the last few acts must not be long ago: else it is the clock that is wrong, and it is not believed."""
AT_ONCE = 500


class Fate(enum.Enum):
    """What erasure does to the rows of a table."""

    GO = "go"
    STAY = "stay without the name"


@dataclass(frozen=True)
class Held:
    """A table that holds something of a person: what it is in words, by which column it is theirs, and what erasure does to it.

    `blanks` are the columns that are emptied where the row stays, and with what. `columns`: only these are disclosed, where the
    others may name somebody else. `words` say what some of them point to.
    """

    model: type[Base]
    label: str
    by: str = "staff_id"
    fate: Fate = Fate.GO
    columns: tuple[str, ...] = ()
    blanks: dict[str, Any] = field(default_factory=dict)
    words: dict[str, Any] = field(default_factory=dict)

    def of(self, staff_id: int) -> sa.ColumnElement[bool]:
        """Return the condition that a row is of a person."""
        column: sa.ColumnElement[Any] = self.model.__table__.columns[self.by]
        through = THROUGH.get(self.by)
        return column.in_(sa.select(through.id).where(through.staff_id == staff_id)) if through else column == staff_id


THROUGH: dict[str, type[Enrolment | Membership]] = {
    "enrolment_id": Enrolment,
    "membership_id": Membership,
    "taken_id": Membership,
}
S = Fate.STAY
HELD = (
    Held(RoleGrant, "役割", by="membership_id"),
    Held(Membership, "所属", fate=S, blanks={"staff_number": None, "number_key": None, "section_id": None, "post_id": None}, words={"部署": Membership.department, "職": Membership.post}),
    Held(
        Posting, "以前の部署と職", by="membership_id", words={
            "部署": sa.select(Section.title).where(Section.id == Posting.section_id).scalar_subquery(),
            "職": sa.select(Post.name).where(Post.id == Posting.post_id).scalar_subquery(),
        },
    ),
    Held(
        PlannedMove, "異動の予定", by="membership_id", columns=("day",), words={
            "部署": sa.select(Section.title).where(Section.id == PlannedMove.section_id).scalar_subquery(),
            "職": sa.select(Post.name).where(Post.id == PlannedMove.post_id).scalar_subquery(),
        },
    ),
    Held(TransferOffer, "団体間の異動（前の団体から）", by="membership_id", columns=("day", "to_id", "state", "offered_at")),
    Held(TransferOffer, "団体間の異動（新しい団体で）", by="taken_id", columns=("day", "from_id", "state")),
    Held(PartingChoice, "所属が終わるときの席の扱い", by="membership_id", columns=("session_id", "parting", "made_at")),
    Held(Successor, "担当を引き継ぐ人（前の担当）", by="membership_id", columns=("named_at",)),
    Held(Successor, "担当を引き継ぐ人（後の担当）", by="successor_id", columns=("named_at",)),
    Held(AdoptionMember, "必修の対象", by="membership_id"),
    Held(PersonnelChange, "人事の名簿による変更", by="membership_id", columns=("name", "words", "told")),
    Held(ReportWish, "月の報告の希望", columns=("since",)),
    Held(PrerequisiteException, "先に受ける講座なしでの参加", columns=("session_id", "reason", "given_at")),
    Held(Exemption, "必修の免除と期限の延長", by="membership_id", columns=("course_id", "reason", "until", "given_at")),
    Held(OpenSignIn, "サインイン中の端末"),
    Held(SignInPlace, "最近サインインした場所"),
    Held(SecondFactor, "二段階の確認"),
    Held(RecoveryCode, "予備のコード"),
    Held(PasswordLink, "パスワードを設定するリンク"),
    Held(ResetRequest, "パスワードの再設定の希望"),
    Held(TransferCode, "異動コード"),
    Held(CalendarFeed, "カレンダーのアドレス"),
    Held(NoticePreference, "お知らせの設定"),
    Held(Notice, "お知らせ", columns=("id", "kind", "session_id", "course_id", "made_at", "read_at", "sent_at")),
    Held(Wish, "推薦の希望"),
    Held(Nomination, "推薦", fate=S),
    Held(CourseRequest, "受けたい講座の希望", fate=S),
    Held(OutsideLearning, "ほかで学んだこと"),
    Held(Certificate, "修了証", by="enrolment_id", fate=S, blanks={"holder": NOBODY}),
    Held(Attendance, "出欠", by="enrolment_id", fate=S),
    Held(Attempt, "確認テスト", by="enrolment_id", fate=S, blanks={"answers": {}}),
    Held(PackageRun, "教材パッケージの記録", by="enrolment_id", fate=S, blanks={"data": {}, "location": ""}),
    Held(
        Progress, "レッスンの進み方とメモ", by="enrolment_id", fate=S,
        blanks={"note": "", "comment": "", "shared": False, "shown_to_id": None},
    ),
    Held(Feedback, "受講後の感想", by="enrolment_id", fate=S, blanks={"words": ""}),
    Held(Enrolment, "受講", fate=S),
    Held(AuditEntry, "本人がした操作の記録", by="actor_id", fate=S, columns=("at", "act", "organisation_id", "address")),
    Held(
        Staff, "氏名と連絡先", by="id", fate=S,
        blanks={"name": NOBODY, "reading": "", "email": None, "password_hash": None, "search_key": ""},
    ),
)  # fmt: skip


def disclosed(staff_id: int) -> str:
    """Return all that is held of a person, table by table, as JSON; times in ISO 8601, secrets left out."""
    made: dict[str, Any] = {
        "作成": clock.now().isoformat(),
        "説明": "このシステムが保存している、あなたについての情報のすべてです。",
    }
    for held in HELD:
        every = held.model.__table__.columns
        columns = [one for one in every if one.name not in SECRETS and one.name in (held.columns or every.keys())]
        rows = db.session.execute(
            sa.select(*columns, *(said.label(name) for name, said in held.words.items()))
            .where(held.of(staff_id))
            .order_by(*held.model.__table__.primary_key)
        )
        made[held.label] = [{name: _plain(value) for name, value in row._mapping.items()} for row in rows]  # noqa: SLF001
    return json.dumps(made, ensure_ascii=False, indent=1)


def _plain(value: object) -> object:
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    return value.value if isinstance(value, enum.Enum) else value


def former(actor: Actor, membership_id: int) -> Membership:
    """Return the last membership of somebody who belongs nowhere any more, in an organisation whose people the actor may erase.

    Raises NotFoundError, ConflictError for one who belongs somewhere, or will.
    """
    membership = db.session.scalar(
        sa.select(Membership)
        .options(sa.orm.joinedload(Membership.staff), sa.orm.joinedload(Membership.organisation))
        .where(Membership.id == membership_id, actor.scope(Permission.ERASE).where(Membership.organisation_id))
    )
    if membership is None or membership.staff.erased_at:
        raise NotFoundError
    others = db.session.scalars(
        sa.select(Membership.left_on).where(Membership.staff_id == membership.staff_id, Membership.id != membership.id)
    ).all()
    if (
        membership.left_on is None
        or membership.left_on > clock.today()
        or any(day is None or day > membership.left_on for day in others)
    ):
        raise ConflictError(BELONGS)
    return membership


def erase_former(actor: Actor, membership_id: int, typed_name: str) -> None:
    """Erase the data of somebody who has left, once the name was typed. Raises as `former` does, InvalidError for another name."""
    membership = former(actor, membership_id)
    staff, organisation_id = membership.staff, membership.organisation_id
    if folded(typed_name) != folded(staff.name):
        message = f"消去する人の氏名（{staff.name}）を入力してください。"
        raise InvalidError(message, field="name")
    erase(staff.id)
    audit.record(actor, Act.ERASED, NOBODY, organisation_id=organisation_id, staff=staff.id)
    db.session.flush()


def erase(staff_id: int) -> None:
    """Erase a person's data: what only served the person goes, what organisations count stays without the name.

    Raises ConflictError where the person belongs somewhere again; the row is held, so that nobody lets them meanwhile.
    """
    db.session.scalars(sa.select(Staff.id).where(Staff.id == staff_id).with_for_update()).one()
    if db.session.scalar(sa.select(sa.exists().where(Membership.staff_id == staff_id, is_not_over()))):
        raise ConflictError(BELONGS)
    for held in HELD:
        table = held.model.__table__
        if held.fate is Fate.GO:
            db.session.execute(sa.delete(table).where(held.of(staff_id)))  # type: ignore[arg-type]
        elif held.blanks:
            db.session.execute(sa.update(table).where(held.of(staff_id)).values(held.blanks))  # type: ignore[arg-type]
    db.session.execute(sa.update(Staff.__table__).where(Staff.id == staff_id).values(erased_at=clock.now()))  # type: ignore[arg-type]
    catalogue_version.changed()  # the name may stand on the page of a course
    db.session.expire_all()


def tidy(years: int) -> int:
    """Let go of what was kept for a time: notices, the audit log, and people who left all organisations so many years ago.

    0 years: people stay. Return how many notices, entries and people went; called until there is nothing to do. Nothing goes
    while the clock seems to have jumped: nobody did anything for long before now.
    """
    now = clock.now()
    lately = sa.select(AuditEntry.at).order_by(AuditEntry.id.desc()).offset(A_FEW).limit(1)
    before = db.session.scalar(lately)
    if before is None or now - before > LONGEST_SILENCE:
        return 0
    old = sa.select(Notice.id).where(Notice.made_at < now - NOTICES_ARE_KEPT).limit(AT_ONCE)
    gone = db.session.execute(sa.delete(Notice).where(Notice.id.in_(old))).rowcount  # type: ignore[attr-defined]
    entries = _oldest_of_the_log(now - AUDIT_IS_KEPT)
    db.session.execute(sa.delete(AuditSeal).where(AuditSeal.entry_id.in_(entries)))
    db.session.execute(sa.delete(AuditEntry).where(AuditEntry.id.in_(entries)))
    db.session.execute(sa.delete(Applicant).where(Applicant.applied_at < now - APPLICANTS_ARE_KEPT))
    people = long_gone(years) if years else []
    for staff_id in people:
        try:
            erase(staff_id)
            audit.record(None, Act.ERASED, NOBODY, staff=staff_id)
            commit_part()
        except ConflictError:  # somebody has just let them belong again
            db.session.rollback()
    return int(gone) + len(entries) + len(people)


def _oldest_of_the_log(before: dt.datetime) -> list[int]:
    """Return the entries at the beginning of the chain that are older: up to the first that is not, so that it stays a chain."""
    rows = db.session.execute(
        sa.select(AuditEntry.id, AuditEntry.at)
        .join(AuditSeal, AuditSeal.entry_id == AuditEntry.id)
        .order_by(AuditSeal.number)
        .limit(AT_ONCE)
    )
    return [row.id for row in itertools.takewhile(lambda row: row.at < before, rows)]


def long_gone(years: int) -> list[int]:
    """Return people whose last membership ended more than so many years ago."""
    today = clock.today()
    day = today.replace(year=today.year - years, day=min(today.day, 28))
    return list(
        db.session.scalars(
            sa.select(Staff.id)
            .join(Staff.memberships)
            .where(Staff.erased_at.is_(None))
            .group_by(Staff.id)
            .having(sa.func.count().filter(is_not_over()) == 0, sa.func.max(Membership.left_on) < day)
            .order_by(Staff.id)
            .limit(AT_ONCE)
        )
    )
