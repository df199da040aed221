"""The condition (稼働状況): whether database, worker, mail and disks are as they should be, and what to do where they are not."""

from __future__ import annotations

import datetime as dt
import functools
import shutil
import tempfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from alembic.script import ScriptDirectory

from kernel import clock
from kernel.database import db
from kernel.settings import ROOT

from participation.mailing import delivery, worker

if TYPE_CHECKING:
    from kernel.settings import Settings

    from participation.mailing.models import WorkerLook

SILENT = dt.timedelta(minutes=30)
"""How long a worker that is at work may say nothing: it may be sending many mails."""
LATE = dt.timedelta(hours=2)
"""How late a mail may be before somebody should look."""
LEAST_FREE = 2 * 1024**3
LEAST_SHARE = 0.05
"""How much of a disk must be free, in bytes and as a part of it, whichever is less."""


@dataclass(frozen=True)
class Sign:
    """How one part is: its key for programmes, its name, whether it is as it should be, what is so, and what to do."""

    key: str
    name: str
    is_well: bool
    said: str
    advice: str = ""


def signs(settings: Settings) -> list[Sign]:
    """Return how every part is."""
    return [_schema(), *_worker(), _mail(settings), *_disks(settings)]


SCHEMA = sa.text("SELECT version_num FROM alembic_version")


@functools.cache
def _newest() -> str | None:
    return ScriptDirectory(str(ROOT / "migrations")).get_current_head()


def is_ready() -> bool:
    """Tell whether the database is as this version of the program needs it."""
    return _found() == _newest()


def later_schema() -> str | None:
    """Return the version of the database's schema if this version of the program does not know it."""
    with db.engine.connect() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return None
        found: str | None = connection.execute(SCHEMA).scalar()
    known = {script.revision for script in ScriptDirectory(str(ROOT / "migrations")).walk_revisions()}
    return found if found and found not in known else None


def _found() -> str | None:
    found: str | None = db.session.execute(SCHEMA).scalar()
    return found


def _schema() -> Sign:
    found, newest = _found(), _newest()
    advice = (
        ""
        if found == newest
        else "データベースの形が、このプログラムの版と違います。「flask prepare」を実行してください。"
    )
    return Sign("schema", "データベースの形", found == newest, f"{found}（必要なもの：{newest}）", advice)


TASKS = {
    "places": "席の案内と繰り上げ",
    "reminders": "開催のお知らせ",
    "due dates": "必修の期限のお知らせ",
    "news": "必修・推薦・修了のお知らせ",
    "yearly duties": "毎年受ける講座のお知らせ",
    "mail": "メールの送信",
    "audit": "操作の記録の封印",
    "audit elsewhere": "操作の記録の外部への送信",
    "personal data": "期間が過ぎた個人情報の消去",
    "storage": "使われていない教材ファイルの片づけ",
}


def _worker() -> list[Sign]:
    looks = worker.looks()
    if not looks:
        advice = "自動処理が一度も動いていません。「flask notices deliver」が動いているか確かめてください。"
        return [Sign("worker", "自動処理", is_well=False, said="まだ動いていません", advice=advice)]
    latest = max(look.looked_at for look in looks)
    is_at_work = clock.now() - latest < SILENT
    advice = "" if is_at_work else "自動処理が止まっています。「flask notices deliver」を動かし直してください。"
    return [
        Sign("worker", "自動処理", is_at_work, f"最後の動作 {clock.moment_label(latest)}", advice),
        *(_task(look) for look in looks),
    ]


def _task(look: WorkerLook) -> Sign:
    well = f"最後の成功 {clock.moment_label(look.went_well_at)}" if look.went_well_at else "成功したことがありません"
    advice = f"うまくいっていません（{look.trouble}）。サーバーの記録を確かめてください。" if look.trouble else ""
    return Sign(look.task.replace(" ", "-"), TASKS.get(look.task, look.task), not look.trouble, well, advice)


def _mail(settings: Settings) -> Sign:
    name = "メールの滞り"
    if not settings.mail.host:
        return Sign("late-mail", name, is_well=True, said="メールは送らない設定です（お知らせは画面に表示されます）")
    late, given_up = delivery.waiting_since(clock.now() - LATE), delivery.given_up()
    advice = []
    if late:
        advice.append("メールサーバーの設定と、サーバーの記録を確かめてください。")
    if given_up:
        advice.append("「flask notices failed」で宛先を確かめ、直したあとで下のボタンからもう一度送れます。")
    said = f"2時間以上送れていないもの {late}件、5日間試して送れなかったもの {given_up}件"
    return Sign("late-mail", name, not (late or given_up), said, "".join(advice))


def _disks(settings: Settings) -> list[Sign]:
    places = {"作業用の場所": tempfile.gettempdir()}
    if settings.files_url.startswith("file://"):
        places["教材のファイルの場所"] = settings.files_url.removeprefix("file://")
    found = []
    for name, place in places.items():
        usage = shutil.disk_usage(place)
        is_well = usage.free >= min(LEAST_FREE, LEAST_SHARE * usage.total)
        advice = "" if is_well else "ディスクの空きがわずかです。ファイルを片づけるか、ディスクを増やしてください。"
        said = f"空き {usage.free / 1024**3:.1f}GB（全体 {usage.total / 1024**3:.1f}GB）"
        found.append(Sign("disk", name, is_well, said, advice))
    return found
