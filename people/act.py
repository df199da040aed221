"""Acts (操作): all that the audit log can tell of. What is not in this list cannot be recorded."""

from __future__ import annotations

from kernel.vocabulary import Term


class Act(Term):
    """What was done. The value is stored; the label is what the log shows, and may change."""

    SIGNED_IN = "signed in", "サインイン"
    PROVIDER_SET = "provider set", "認証基盤を設定"
    PROVIDER_SWITCHED = "provider switched", "認証基盤を使う・止める"
    PROVIDER_REMOVED = "provider removed", "認証基盤を削除"
    PROVIDER_LINKED = "provider linked", "認証基盤の利用者と職員を結びつけ"
    SCIM_TOKEN = "scim token", "人事連携の鍵を発行"
    SCIM_TOKEN_ENDED = "scim token ended", "人事連携の鍵を終了"
    SIGN_IN_FAILED = "sign-in failed", "サインインの失敗"
    SIGNED_OUT = "signed out", "サインアウト"
    SIGN_INS_ENDED = "sign-ins ended", "職員のサインインを終了"
    BLOCKED = "blocked", "職員のサインインを停止"
    UNBLOCKED = "unblocked", "職員のサインインの停止を解除"
    SECOND_FACTOR_ADDED = "second factor added", "二段階の確認を追加"
    SECOND_FACTOR_REMOVED = "second factor removed", "二段階の確認を削除"
    SECOND_FACTOR_RESET = "second factor reset", "職員の二段階の確認を解除"
    RECOVERY_CODE_USED = "recovery code used", "予備のコードでサインイン"
    PASSWORD_SET = "password set", "パスワードを設定"
    PASSWORD_CHANGED = "password changed", "パスワードを変更"
    READ = "read", "個人情報のページを表示"
    ERASED = "erased", "個人情報を消去"
    DISCLOSURE_ASKED = "disclosure asked", "開示請求を受け付け"
    DISCLOSURE_AGREED = "disclosure agreed", "開示請求への回答を決定"
    DISCLOSURE_DROPPED = "disclosure dropped", "開示請求を取りやめ・差し戻し"
    REFUSED = "refused", "許可されていない操作"
    PASSWORD_WRONG = "password wrong", "本人の確認の失敗"
    RESET_ASKED = "reset asked", "パスワードの再設定の希望"
    CALENDAR_MADE = "calendar made", "カレンダーのアドレスを発行"
    TAKEN_OUT = "taken out", "個人情報のファイルを保存"
    SIGNED_OUT_EVERYWHERE = "signed out everywhere", "すべての端末からサインアウト"
    INVITATION_LINK = "invitation link", "招待のリンクを発行"
    RESET_LINK = "reset link", "パスワードの再設定のリンクを発行"
    STAFF_ENTERED = "staff entered", "職員を登録"
    STAFF_CORRECTED = "staff corrected", "職員の登録を訂正"
    MEMBERSHIP_ENDED = "membership ended", "所属を終了"
    MEMBERSHIP_RESUMED = "membership resumed", "所属の終了を取り消し"
    REJOINED = "rejoined", "以前いた職員が再び所属"
    PERSONNEL_FILE = "personnel file", "人事データの名簿を反映"
    PERSONNEL_HEADINGS = "personnel headings", "名簿の見出しの読み方を決める"
    PERSONNEL_DROPPED = "personnel dropped", "人事データの名簿をやめる"
    PERSONNEL_UNDONE = "personnel undone", "名簿の反映を元に戻す"
    SECTION_ENTERED = "section entered", "部署を登録"
    SECTION_CHANGED = "section changed", "部署を変更"
    REFORM_PLANNED = "reform planned", "組織改正を用意"
    REFORM_DONE = "reform done", "組織改正を反映"
    REFORM_UNDONE = "reform undone", "組織改正を取りやめ・元に戻す"
    SECTIONS_MERGED = "sections merged", "部署を一つにまとめる"
    POST_CHANGED = "post changed", "職を変更"
    MOVED = "moved", "部署・職を異動"
    MOVE_PLANNED = "move planned", "部署・職の異動を予定"
    MOVE_CALLED_OFF = "move called off", "部署・職の異動の予定を取りやめ"
    DEPUTY_APPOINTED = "deputy appointed", "代理を立てる"
    DEPUTY_ENDED = "deputy ended", "代理を終わりにする"
    SUCCESSOR_NAMED = "successor named", "担当の引き継ぎを決める"
    HANDED_OVER = "handed over", "担当を引き継ぎ"
    PARTING_SET = "parting set", "異動・退職する人の席の扱いを決める"
    ROLES_CHANGED = "roles changed", "役割を変更"
    OFFICE_INVITED = "office invited", "団体の招待リンクを発行"
    OFFICE_INVITATION_ENDED = "office invitation ended", "団体の招待リンクを終了"
    APPLIED = "applied by invitation", "招待のリンクから登録を申し込み"
    APPLICANT_DECLINED = "applicant declined", "登録の申し込みを取り下げ"
    ENTERED_BY_INVITATION = "entered by invitation", "招待のリンクから登録"
    TRANSFER_CODE = "transfer code", "異動コードを発行"
    TRANSFERRED = "transferred", "異動してきた職員を登録"
    LEFT_BY_TRANSFER = "left by transfer", "異動により所属を終了"
    TRANSFER_OFFERED = "transfer offered", "ほかの団体への異動を申し出"
    TRANSFER_WITHDRAWN = "transfer withdrawn", "異動の申し出を取り下げ"
    TRANSFER_DECLINED = "transfer declined", "異動の申し出を断る"
    TRANSFER_GIVEN_BACK = "transfer given back", "異動の引き受けを取り消し"
    FIGURES_CORRECTED = "figures corrected", "団体の規模を訂正"
    COURSE_BEGUN = "course begun", "講座を作成"
    DRAFT_CHANGED = "draft changed", "講座の下書きを変更"
    LINKS_CHANGED = "links changed", "実施団体と先に受ける講座を変更"
    NEXT_EDITION = "next edition", "次の版の下書きを作成"
    MODULE_ADDED = "module added", "単元を追加"
    MODULE_CHANGED = "module changed", "単元を変更"
    LESSON_ADDED = "lesson added", "レッスンを追加"
    LESSON_CHANGED = "lesson changed", "レッスンを変更"
    LESSON_MOVED = "lesson moved", "レッスンの順番を変更"
    LESSON_REMOVED = "lesson removed", "レッスンを削除"
    QUESTION_CHANGED = "question changed", "問題を変更"
    QUESTION_MOVED = "question moved", "問題の順番を変更"
    FILE_ADDED = "file added", "教材のファイルを追加"
    FILE_REMOVED = "file removed", "教材のファイルを削除"
    KEEPING_SET = "keeping set", "講座の担当と見直しの日を決める"
    TOPIC_CHANGED = "topic changed", "話題を変更"
    TRACK_ADDED = "track added", "分野を追加"
    TRACK_CHANGED = "track changed", "分野を変更"
    TRACK_REMOVED = "track removed", "分野を削除"
    SKILL_ADDED = "skill added", "スキルを追加"
    SKILL_RENAMED = "skill renamed", "スキルの名前を変更"
    MOTIVATION_ADDED = "motivation added", "きっかけを追加"
    MOTIVATION_REMOVED = "motivation removed", "きっかけを削除"
    ASKING_MARKED = "asking marked", "応えたい声の印を変更"
    ARTICLE_IMPORTED = "article imported", "座談会の記事を取り込み"
    ARTICLE_UNDONE = "article undone", "座談会の記事の取り込みを取り消し"
    HANDED_IN = "handed in", "講座の確認を依頼"
    TAKEN_BACK = "taken back", "講座の確認の依頼を取り下げ"
    SENT_BACK = "sent back", "講座を差し戻し"
    PUBLISHED = "published", "講座を公開"
    RETIRED = "retired", "講座の公開を終了"
    CURRICULUM_BEGUN = "curriculum begun", "カリキュラムを作成"
    CURRICULUM_CHANGED = "curriculum changed", "カリキュラムを変更"
    CURRICULUM_HANDED_IN = "curriculum handed in", "カリキュラムの確認を依頼"
    CURRICULUM_TAKEN_BACK = "curriculum taken back", "カリキュラムの確認の依頼を取り下げ"
    CURRICULUM_SENT_BACK = "curriculum sent back", "カリキュラムを差し戻し"
    CURRICULUM_CALLED_OFF = "curriculum called off", "カリキュラムの変更を取りやめ"
    CURRICULUM_PUBLISHED = "curriculum published", "カリキュラムを公開"
    CURRICULUM_ADOPTED = "curriculum adopted", "カリキュラムを採用"
    ADOPTION_ENDED = "adoption ended", "カリキュラムの採用をやめる"
    SESSION_PLANNED = "session planned", "開催回を計画"
    SESSION_PUBLISHED = "session published", "開催回を公開"
    SESSION_DISCARDED = "session discarded", "開催回の下書きを削除"
    SESSION_MESSAGE = "session message", "開催回の参加者に連絡"
    LECTURER_NOTED = "lecturer noted", "講師の名簿を変更"
    LECTURER_FORGOTTEN = "lecturer forgotten", "講師を名簿から削除"
    MATERIAL_ADDED = "material added", "開催回の資料を追加"
    MATERIAL_REMOVED = "material removed", "開催回の資料を削除"
    SESSION_CHANGED = "session changed", "開催回を変更"
    SESSION_CANCELLED = "session cancelled", "開催回を中止"
    SESSION_CALLED_OFF = "session called off", "開催回を不開催に"
    SESSION_CLOSED = "session closed", "開催回を完了"
    MEETING_ADDED = "meeting added", "会を追加"
    MEETING_MOVED = "meeting moved", "会の日時・会場を変更"
    MEETING_CANCELLED = "meeting cancelled", "会を中止"
    NOMINATED = "nominated", "推薦に追加"
    NOMINATION_REMOVED = "nomination removed", "推薦から除外"
    NOMINATION_MOVED = "nomination moved", "推薦の順番を変更"
    NOMINATION_NOTE = "nomination note", "推薦の連絡事項を変更"
    NOMINATED_ON_BEHALF = "nominated on behalf", "推薦に追加（実施団体が代行）"
    NOMINATION_REMOVED_ON_BEHALF = "nomination removed on behalf", "推薦から除外（実施団体が代行）"
    NOMINATION_MOVED_ON_BEHALF = "nomination moved on behalf", "推薦の順番を変更（実施団体が代行）"
    NOMINATION_NOTE_ON_BEHALF = "nomination note on behalf", "推薦の連絡事項を変更（実施団体が代行）"
    ALLOCATED = "allocated", "割当を決定"
    EXCEPTION = "exception", "例外の席を決定"
    OFFER_ACCEPTED = "offer accepted", "席の案内を承諾"
    OFFER_DECLINED = "offer declined", "席の案内を辞退"
    WAITING_WITHDRAWN = "waiting withdrawn", "待機を取下げ"
    SUBSTITUTED = "substituted", "代理に変更"
    ENROLLED = "enrolled", "受講を申し込み"
    WITHDRAWN = "withdrawn", "受講を取りやめ"
    PREREQUISITE_WAIVED = "prerequisite waived", "先に受ける講座なしでの参加を許可"
    ATTENDANCE = "attendance", "出欠を入力"
    CODE_SHOWN = "code shown", "出席コードを表示"
    CERTIFICATE_REVOKED = "certificate revoked", "修了証を取り消し"
    OUTSIDE_CONFIRMED = "outside confirmed", "ほかで学んだことを確認"
    ATTEMPT_GRANTED = "attempt granted", "確認テストの受験を1回追加"
    PRACTICE_COMMENTED = "practice commented", "やってみたことにひとこと"
    EXEMPTED = "exempted", "必修を免除"
    EXTENDED = "extended", "必修の期限を延長"
    EXEMPTION_ENDED = "exemption ended", "免除・期限の延長を取り消し"
    LETTERHEAD_SET = "letterhead set", "書類の決まりを変更"
    TARGET_SET = "target set", "年度の目標を決める"
    REMINDING_SET = "reminding set", "期限の知らせ方を決める"
    REMINDED = "reminded", "期限を知らせる"

    @property
    def is_about_a_learner(self) -> bool:
        """Tell whether its entries say who learns what: that stays with the own organisation (`people.permission.EVERYWHERE`)."""
        return self.value in ABOUT_LEARNERS

    @property
    def names_a_person(self) -> bool:
        """Tell whether the subject of its entries is, or begins with, the name of somebody who works somewhere."""
        return self.value in NAMING

    @property
    def on_behalf(self) -> Act:
        """Return the same act done by the host on behalf of an organisation, for what a host can do so."""
        return Act[f"{self.name}_ON_BEHALF"]


ABOUT_LEARNERS = frozenset(
    act.value
    for act in Act
    if act.name.startswith(("NOMINAT", "OFFER_", "ENROLLED"))
    or act
    in {
        Act.WAITING_WITHDRAWN, Act.SUBSTITUTED, Act.WITHDRAWN, Act.ATTENDANCE, Act.CERTIFICATE_REVOKED,
        Act.OUTSIDE_CONFIRMED, Act.PRACTICE_COMMENTED, Act.ATTEMPT_GRANTED, Act.EXEMPTED, Act.EXTENDED, Act.EXEMPTION_ENDED,
        Act.PREREQUISITE_WAIVED,
    }
)  # fmt: skip
"""The acts whose entries name a person and a course, as they are stored."""
NAMING = ABOUT_LEARNERS | frozenset(
    act.value
    for act in Act
    if act.name.startswith((
        "SIGN", "BLOCKED", "UNBLOCKED", "SECOND_", "RECOVERY_", "PASSWORD_", "RESET_", "CALENDAR_", "INVITATION_", "STAFF_", "MEMBERSHIP_",
        "REJOINED", "PERSONNEL_UNDONE", "MOVE", "DEPUTY_", "SUCCESSOR_", "ROLES_", "APPLIED", "APPLICANT_", "ENTERED_", "TRANSFER", "LEFT_",
        "DISCLOSURE_", "PROVIDER_LINKED", "REMINDED",
    ))
)  # fmt: skip
"""The acts whose entries name somebody: their names go when they are erased, and no other entry is touched by that."""
