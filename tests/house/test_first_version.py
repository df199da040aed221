"""A database that the first version made is brought up to date: no row is lost, and the pages answer the same.

`data/first_version.json.gz` is what commit ee4a9bf wrote on 25 November 2026: every row of its sample data after an
afternoon of work (learning, a quiz, places, lists, attendance, an allocation, a draft), and the words of its pages.
"""

from __future__ import annotations

import datetime as dt
import gzip
import json
import os
import types
from html.parser import HTMLParser
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory
from flask_migrate import upgrade
from ground import make_app

from kernel import clock
from kernel.database import Base, db

from people.act import Act
from people.models import AuditEntry
from people.signing_in import password

from participation.forms import HOW_A_LIST_IS_READ

STORED = Path(__file__).parents[1] / "data" / "first_version.json.gz"
LAST_MIGRATION = "0010_due_again"
LATER: dict[str, tuple[tuple[str, str], ...]] = {
    "/office/invitation": (
        (
            "リンクを知っている人はだれでも申し込めるので、研修担当が本人かどうかを確かめてから登録になります。",
            "リンクを知っている人はだれでも登録できるので、団体の外には知らせないでください。",
        ),
    ),
    "/admin/audit": (
        (
            "だれが、いつ、どこから、何をしたかの記録です。個人情報のページを開いたことと、許可されなかった操作も残ります。",
            "だれが、いつ、何をしたかの記録です。",
        ),
    ),
    "/me": (
        (" あなたについて保存している情報をすべて保存する(JSON)", ""),
        ("2026年11月25日(水) 14:00 東京自治会館", "2026年11月18日(水) 14:00 東京自治会館"),
        ("オンライン 会議のリンク (Web会議とチャットの使いこなし) ", "オンライン "),
    ),
    "/account": (
        (
            "パスワードを変更する 二段階の確認 パスワードのほかに、パスキーか認証アプリでも本人を確かめます。管理者と事務局の役割には必要です。 二段階の確認を設定する ",
            "パスワードを変更する ",
        ),
        ("サインアウトし、カレンダーの専用のURLも使えなくなります。", "サインアウトします。"),
        (
            (
                "サインイン中の端末 共用のパソコンでサインアウトを忘れたときは、ここでサインアウトさせます。"
                "何もしないまま4時間たつか、サインインから12時間たつと、自動でサインアウトします。 "
                "端末 サインイン 最後の操作 接続元 操作 不明な端末 2026年11月25日(水) 10:30 2026年11月25日(水) 10:30ごろ 127.0.0.1 この端末"
            ),
            "ほかの端末からのサインアウト 共用のパソコンでサインアウトを忘れたときに使います。この端末では続けて使えます。 ほかの端末からサインアウトする",
        ),
    ),
    "/office": (("テストと教材の成績 ", ""),),
    "/office/enrol/security-basics/choose": (("修了済み ", ""), ("この講座を受講中 ", "")),
    "/review": (("非表示の2団体の合計 — 26 件 非表示 非表示 — — ", ""),),
    "/office/nominations/5": (("先頭へ (緑川 花子) ", ""),),
    "/sessions/5/allocation": (("団体からの連絡事項 瑞穂町 車いすの席をお願いします。 ", ""),),
    "/sessions/8": (("(2026年11月25日(水) 14:00 の会) 講師", "講師"),),
    "/studio": (("新しい講座 カリキュラムづくり", "新しい講座 座談会の記事を取り込む カリキュラムづくり"),),
    "/admin/organisations": (("団体 稼働状況 団体名", "団体 団体名"),),
    "/office/staff/1": (
        (
            "役割 職員としての役割だけです。役割は、団体の管理者か事務局が決めます。 所属の終了",
            "役割 職員としての受講は、だれでもできます。ここでは、それに加える役割を選びます。 役割 研修担当 役割を変更する 所属の終了",
        ),
    ),
    "/office/staff": (
        ("リンクで招待する 所属が終わった人 ", "リンクで招待する "),
        ("職員番号・メール・部署・職", "職員番号・部署"),
    ),
    "/office/enrol/security-basics": (
        (
            HOW_A_LIST_IS_READ,
            "職員番号、メールアドレス、氏名のどれかを一行に一人ずつ。Excelの列をそのまま貼り付けられます。",
        ),
        ("Excelは、表示されている最初のシートを読みます。", "Excelは一枚目のシートを読みます。"),
    ),
}
"""What later versions write on a page on purpose, and what stood there in the first: by address."""
ANOTHER_NOW = {"/sessions/5/allocation"}
"""Pages that say something else on purpose: nobody sees the draw any more before the lists close."""
ON_EVERY_PAGE = (
    (
        "調べる間など、しばらく使わせないときは、サインインを停止します。学習の記録は残り、いつでも再開できます。 サインインを停止する ",
        "",
    ),
    (
        (
            "端末をなくしたときや、本人でない人が使っているおそれがあるときは、すぐにサインアウトさせます。"
            "パスワードはそのままなので、新しいリンクも渡してください。 すべての端末からサインアウトさせる "
        ),
        "",
    ),
    ("規模が登録されていない実施団体は、そのあとです。", ""),
    ("VTT・SRTの字幕", "VTTの字幕"),
    (" ファイルから加える(GIFT・Moodle XML・CSV)", ""),
)


@pytest.fixture(scope="module")
def stored():
    with gzip.open(STORED, "rt", encoding="utf-8") as file:
        return json.load(file)


@pytest.fixture(params=["sqlite", "postgresql"])
def first_version(request, stored, tmp_path, monkeypatch):
    """The application on a database of the first version, at the moment at which that was written."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/first.sqlite"
    else:
        cluster = request.getfixturevalue("cluster")
        name = f"first_{os.getpid()}"
        cluster.drop(name)
        cluster.create(name, None)
        url = cluster.url(name)
    moment = dt.datetime.fromisoformat(stored["moment"])

    class Then(dt.datetime):
        @classmethod
        def now(cls, tz=None):
            return moment.astimezone(tz)

    monkeypatch.setattr(clock, "dt", types.SimpleNamespace(**{**vars(dt), "datetime": Then}))
    app = make_app(url)
    password.refuse(())  # the people of the sample data sign in
    with app.app_context():
        upgrade(revision=LAST_MIGRATION)
        restore(stored["rows"])
        upgrade()
        yield app
        db.session.remove()
        db.engine.dispose()


def restore(rows):
    """Write the rows as they were, whatever the order of the tables."""
    metadata = sa.MetaData()
    with db.engine.begin() as connection:
        metadata.reflect(connection)
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET session_replication_role = replica")
        else:
            connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        for name, told in rows.items():
            table = metadata.tables[name]
            if name == "alembic_version" or not told["rows"]:
                continue
            columns = [table.c[column] for column in told["columns"]]
            marks = ", ".join(f":{column.name}" for column in columns)
            names = ", ".join(f'"{column.name}"' for column in columns)
            written = [
                {
                    column.name: stored_as(value, column, connection.dialect.name)
                    for column, value in zip(columns, row, strict=True)
                }
                for row in told["rows"]
            ]
            connection.execute(sa.text(f'INSERT INTO "{name}" ({names}) VALUES ({marks})'), written)  # noqa: S608
            if connection.dialect.name == "postgresql" and "id" in table.c:
                connection.exec_driver_sql(
                    f"SELECT setval(pg_get_serial_sequence('\"{name}\"', 'id'), (SELECT max(id) FROM \"{name}\"))"  # noqa: S608
                )
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET session_replication_role = DEFAULT")


def stored_as(value, column, dialect):
    if dialect == "sqlite" or value is None:
        return value
    if isinstance(column.type, sa.Boolean):
        return bool(value)
    if isinstance(column.type, sa.DateTime):
        return f"{value}+00:00"
    return value


class Words(HTMLParser):
    """The words between <main> and </main>."""

    def __init__(self):
        super().__init__()
        self.is_main, self.words = False, []

    def handle_starttag(self, tag, _attrs):
        self.is_main = self.is_main or tag == "main"

    def handle_endtag(self, tag):
        self.is_main = self.is_main and tag != "main"

    def handle_data(self, data):
        if self.is_main and data.strip():
            self.words.append(" ".join(data.split()))


def words_of(page):
    reader = Words()
    reader.feed(page)
    return " ".join(reader.words)


def test_no_row_is_lost(first_version, stored):
    assert ScriptDirectory("migrations").get_current_head() == db.session.scalar(
        sa.text("SELECT version_num FROM alembic_version")
    )
    for name, told in stored["rows"].items():
        if name == "alembic_version":
            continue
        table = Base.metadata.tables[name]
        assert db.session.scalar(sa.select(sa.func.count()).select_from(table)) == len(told["rows"]), name
        if "id" in told["columns"]:
            ids = {row[told["columns"].index("id")] for row in told["rows"]}
            assert set(db.session.scalars(sa.select(table.c.id))) == ids, name
    acts = set(db.session.scalars(sa.select(AuditEntry.act)))
    assert acts <= {act.value for act in Act}, "every act of the first version has its key"


def test_the_pages_answer_the_same(first_version, stored):
    asked = 0
    for role, pages in stored["pages"].items():
        client = first_version.test_client()
        if role != "visitor":
            account, password = stored["signs"][role]
            answer = client.post("/sign-in", data={"account": account, "password": password})
            assert answer.status_code == 302, role
        for address, words in pages.items():
            page = client.get(address)
            assert page.status_code == 200, (role, address)
            now = words_of(page.text)
            for later, first in (*ON_EVERY_PAGE, *LATER.get(address, ())):
                now = now.replace(later, first)
            assert now == words or address in ANOTHER_NOW, (role, address)
            asked += 1
    assert asked > 50


def test_the_log_that_the_first_version_broke_can_be_read(first_version, stored):
    client = first_version.test_client()
    account, password = stored["signs"]["administrator"]
    client.post("/sign-in", data={"account": account, "password": password})
    page = client.get("/admin/audit")
    assert page.status_code == 200
    assert "→ 出席" in page.text
    assert "なし → 研修担当" in page.text
