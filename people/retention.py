"""Retention (利用目的と保存期間): which personal data is held, what for, who sees it, and until when. The page on privacy shows this table.

個人情報の保護に関する法律 第61条第2項 (no longer than needed), 第62条 (purposes); 行政機関等の保有個人情報 第66条. Every column that points to a
person stands in one of the kinds; a test walks the schema. What is due is carried out by `front.personal_data.retaining`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

A_YEAR = dt.timedelta(days=365)
NOTICES, LOG = 2 * A_YEAR, 3 * A_YEAR
APPLICANTS, LINKS, FILES = dt.timedelta(days=30), dt.timedelta(days=30), dt.timedelta(days=90)
WISHES, DISCLOSURES, PLANS = A_YEAR, A_YEAR, dt.timedelta(days=30)
WITH_THE_PERSON = "すべての団体を離れて、消去するまで"
WITH_THE_THING = "その講座・開催回などがある間。氏名は、本人の消去とともに消えます"


@dataclass(frozen=True)
class Kind:
    """A kind of personal data: what for, who sees it, until when in words, by which law, and the columns that point to a person."""

    label: str
    purpose: str
    seen_by: str
    until: str
    columns: tuple[str, ...]
    law: str = ""


OFFICE = "本人、所属する団体の研修担当と管理者"
ALONE = "本人だけ"
KINDS = (
    Kind(
        "氏名、フリガナ、部署、職、職員番号、役割", "本人の確認、名簿、修了証", f"{OFFICE}、参加する研修の実施団体", WITH_THE_PERSON,
        ("membership.staff_id", "posting.membership_id", "concurrent_post.membership_id", "role_grant.membership_id", "role_grant.acts_for_id", "adoption_member.membership_id"),
    ),
    Kind(
        "異動と退職の予定、団体間の異動", "異動の日の変更、担当の引き継ぎ", "前の団体と新しい団体の研修担当と管理者",
        "異動の予定は、その日まで（行えなかったものは30日）。席の扱いは、その開催回まで。団体間の異動は、本人の消去まで。断ったもの・取り下げたものは1年",
        (
            "planned_move.membership_id", "transfer_offer.membership_id", "transfer_offer.taken_id", "transfer_code.staff_id",
            "parting_choice.membership_id", "successor.membership_id", "successor.successor_id",
        ),
    ),
    Kind(
        "人事データの名簿による変更、人事連携で届いた内容", "取り込みの確認と、元に戻すこと", "その団体の研修担当と管理者", "名簿は90日。連携は、続けている間", ("personnel_change.membership_id", "provisioned_user.membership_id"),
    ),
    Kind("招待のリンクからの登録の申し込み", "本人の確認", "その団体の研修担当と管理者", "30日", ("invitation.made_by_id",)),
    Kind(
        "メールアドレス、パスワードと二段階の確認（読めない形にして保存）、サインインした場所", "サインイン、お知らせ、不正の防止",
        "本人（アドレスは所属する団体の研修担当と管理者も）", "サインインは12時間、場所は90日、リンクは期限から30日。ほかは、" + WITH_THE_PERSON,
        (
            "open_sign_in.staff_id", "sign_in_place.staff_id", "second_factor.staff_id", "recovery_code.staff_id", "password_link.staff_id",
            "password_link.issued_by_id", "reset_request.staff_id", "reset_request.asked_by_id", "calendar_feed.staff_id", "provider_subject.staff_id",
        ),
    ),
    Kind(
        "受講、推薦、出欠、修了、修了証", "研修の実施、修了の証明、団体ごとの集計", f"{OFFICE}、参加する研修の実施団体",
        WITH_THE_PERSON + "。件数は、氏名なしで残ります",
        (
            "enrolment.staff_id", "nomination.staff_id", "attendance.enrolment_id", "certificate.enrolment_id", "exemption.membership_id",
            "prerequisite_exception.staff_id",
        ),
        law="地方公務員法第39条（研修）",
    ),
    Kind(
        "テストの答えと点数、教材の記録", "答え合わせ、問題の改善", "本人（点数は所属する団体の研修担当も）", WITH_THE_PERSON,
        ("attempt.enrolment_id", "package_run.enrolment_id", "take_home.enrolment_id"),
    ),
    Kind(
        "「やってみる」に書いたこと、レッスンの進み方", "本人の記録", "本人（見せることを選んだときだけ、研修担当も）", WITH_THE_PERSON,
        ("progress.enrolment_id",),
    ),
    Kind(
        "推薦の希望、受けたい講座の希望、ほかで学んだことの申告", "推薦、講座づくり、学習の記録", OFFICE,
        "推薦の希望は、開催の1年後まで。ほかは、" + WITH_THE_PERSON, ("wish.staff_id", "course_request.staff_id", "outside_learning.staff_id"),
    ),
    Kind("受講後の感想", "講座の改善", "講座をつくる人（5人以上の答えがあるときに、名前を出さずに）", WITH_THE_PERSON, ("feedback.enrolment_id",)),
    Kind("お知らせとその設定、月の報告の希望", "期限や席の連絡", ALONE, "お知らせは2年。設定と希望は、本人の消去まで", ("notice.staff_id", "notice_preference.staff_id", "report_wish.staff_id")),
    Kind(
        "操作の記録、接続元", "不正の防止と調査", "団体の管理者、事務局", "3年。本人を消去すると、氏名だけが先に消えます", ("audit_entry.actor_id",),
        law="総務省「地方公共団体における情報セキュリティポリシーに関するガイドライン」（ログの取得等）",
    ),
    Kind(
        "開示請求への対応", "請求への回答", "その団体の研修担当と管理者", "回答から1年",
        ("disclosure.staff_id", "disclosure.asked_by_id", "disclosure.agreed_by_id"), law="個人情報の保護に関する法律 第76条〜第82条",
    ),
    Kind(
        "だれがつくり、確かめ、決めたか", "仕事の責任をはっきりさせること", "その仕事を見る人", WITH_THE_THING,
        (
            "allocation.decided_by_id", "article_import.made_by_id", "course_edition.author_id", "course_edition.handed_in_by_id",
            "course_edition.reviewer_id", "course_edition.approved_by_id", "course_keeping.kept_by_id", "curriculum_edition.author_id",
            "curriculum_edition.handed_in_by_id", "curriculum_edition.reviewer_id", "curriculum_edition.approved_by_id",
            "earlier_remark.replaced_by_id", "enrolment.enrolled_by_id", "exemption.given_by_id", "motivation.author_id",
            "nomination_list.changed_by_id", "outside_learning.confirmed_by_id", "override.made_by_id", "parting_choice.made_by_id",
            "identity_provider.made_by_id", "personnel_file.made_by_id", "planned_move.made_by_id", "reform.made_by_id", "scim_token.made_by_id", "prerequisite_exception.given_by_id", "progress.commented_by_id",
            "role_grant.granted_by_id", "successor.named_by_id", "transfer_offer.offered_by_id", "transfer_offer.answered_by_id",
        ),
    ),
)  # fmt: skip
