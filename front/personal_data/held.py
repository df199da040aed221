"""What is held of a person (保有個人情報): each table, by which column it is theirs, and what erasure does to it.

What it is held for, and until when, is said in `people.retention`.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from people.joining.models import TransferCode, TransferOffer
from people.models import AuditEntry, ConcurrentPost, Membership, OpenSignIn, Post, Posting, RoleGrant, Section, Staff
from people.personnel.models import PersonnelChange
from people.provisioning.models import ProvisionedUser
from people.sections.models import PlannedMove
from people.signing_in.models import (
    PasswordLink,
    ProviderSubject,
    RecoveryCode,
    ResetRequest,
    SecondFactor,
    SignInPlace,
)
from people.trail.erasure import NOBODY

from courses.models import Successor

from catalog.models import AdoptionMember, CourseRequest

from participation.attending.models import Attendance
from participation.calendar.models import CalendarFeed
from participation.joint.models import Nomination, Wish
from participation.models import Enrolment, Exemption, PartingChoice, PrerequisiteException
from participation.notices.models import Notice, NoticePreference
from participation.record.models import Certificate, Disclosure, OutsideLearning

from learning.models import Attempt, Feedback, PackageRun, Progress, TakeHome

from review.models import ReportWish

if TYPE_CHECKING:
    from kernel.database import Base

SECRETS = frozenset(
    {"password_hash", "token_digest", "code_digest", "secret", "seed", "search_key", "number_key", "standing"}
)
"""Columns that prove who somebody is, or serve the machine only: they are nobody's to read."""


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

    def of(self, staff_id: int, organisation_id: int | None = None) -> sa.ColumnElement[bool]:
        """Return the condition that a row is of a person, and where an organisation is named, that it is its to know of."""
        columns = self.model.__table__.columns
        column: sa.ColumnElement[Any] = columns[self.by]
        through = THROUGH.get(self.by)
        if through:
            rows = sa.select(through.id).where(through.staff_id == staff_id)
            return column.in_(
                rows if organisation_id is None else rows.where(through.organisation_id == organisation_id)
            )
        if organisation_id is None or "organisation_id" not in columns:
            return column == staff_id
        return sa.and_(column == staff_id, columns["organisation_id"] == organisation_id)


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
        ConcurrentPost, "兼務", by="membership_id", columns=("begins_on", "ends_on"), words={
            "部署": sa.select(Section.title).where(Section.id == ConcurrentPost.section_id).scalar_subquery(),
            "職": sa.select(Post.name).where(Post.id == ConcurrentPost.post_id).scalar_subquery(),
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
    Held(ProvisionedUser, "人事連携で届いた内容", by="membership_id", columns=("user_name", "external_id", "resource")),
    Held(PersonnelChange, "人事の名簿による変更", by="membership_id", columns=("name", "words", "told")),
    Held(Disclosure, "開示請求", columns=("received_on", "asked_at", "agreed_at")),
    Held(ReportWish, "月の報告の希望", columns=("since",)),
    Held(PrerequisiteException, "先に受ける講座なしでの参加", columns=("session_id", "reason", "given_at")),
    Held(Exemption, "必修の免除と期限の延長", by="membership_id", columns=("course_id", "reason", "until", "given_at")),
    Held(OpenSignIn, "サインイン中の端末"),
    Held(SignInPlace, "最近サインインした場所"),
    Held(SecondFactor, "二段階の確認"),
    Held(RecoveryCode, "予備のコード"),
    Held(ProviderSubject, "団体の認証基盤での本人の印", columns=("linked_at",)),
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
    Held(TakeHome, "ファイルで受けた講座", by="enrolment_id", columns=("issued_at", "returned_at", "score")),
    Held(Feedback, "受講後の感想", by="enrolment_id", fate=S, blanks={"words": ""}),
    Held(Enrolment, "受講", fate=S),
    Held(AuditEntry, "本人がした操作の記録", by="actor_id", fate=S, columns=("at", "act", "organisation_id", "address")),
    Held(
        Staff, "氏名と連絡先", by="id", fate=S,
        blanks={"name": NOBODY, "reading": "", "email": None, "password_hash": None, "search_key": ""},
    ),
)  # fmt: skip
