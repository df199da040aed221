"""Kinds of notices: what each tells of, which cannot wait, which nobody can decline."""

from __future__ import annotations

from kernel.vocabulary import Term


class NoticeKind(Term):
    """What a notice tells of."""

    PLACED = "placed", "席が決まりました"
    WAITING = "waiting", "待機になりました"
    OFFERED = "offered", "空いた席のご案内"
    ENROLLED = "enrolled", "受講を申し込みました"
    DECIDED = "decided", "推薦の結果"
    REPLACED = "replaced", "席を替わりました"
    CHANGED = "changed", "日時・会場の変更"
    CANCELLED = "cancelled", "中止のお知らせ"
    MESSAGE = "message", "実施団体からの連絡"
    REMINDER = "reminder", "開催が近づきました"
    ON_BEHALF = "on behalf", "推薦名簿への代理の入力"
    DUE_AGAIN = "due again", "今年度の受講のお願い"
    COMMENTED = "commented", "ひとことが届きました"
    DUE = "due", "期限のお知らせ"
    ASSIGNED = "assigned", "必修になりました"
    NOMINATED = "nominated", "推薦されました"
    FINISHED = "finished", "修了しました"
    OPENED = "opened", "受けられるようになりました"
    RETIRED = "retired", "講座の公開が終わりました"
    CURRICULUM = "curriculum", "カリキュラムの変更"
    TO_REVIEW = "to review", "講座の見直し"
    REVIEWED = "reviewed", "確認の結果"
    SUMMARY = "summary", "期限を過ぎた必修のまとめ"
    PARTED = "parted", "所属が変わったときの席"
    MOVES = "moves", "団体間の異動"
    REPORT = "report", "月の報告"
    ENTRUSTED = "entrusted", "お願いしたいこと"

    @property
    def is_of_a_lesson(self) -> bool:
        """Tell whether it is about something in the lessons of a course."""
        return self is NoticeKind.COMMENTED


IMMEDIATE = frozenset({NoticeKind.OFFERED, NoticeKind.CHANGED, NoticeKind.CANCELLED, NoticeKind.MESSAGE})
"""What cannot wait for the daily mail."""


DUTY = frozenset({NoticeKind.PLACED, *IMMEDIATE})
"""What is sent to everybody, because a place depends on it."""
