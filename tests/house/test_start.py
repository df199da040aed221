"""Starting for real: refused without a secret, the same after a restart, and no sample account unless asked for."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
import yaml
from app import create_app
from postgresql import free_port
from server import environment_for, prepare

from kernel.database import db
from kernel.errors import InvalidError
from kernel.settings import CONTENT, Settings

from people.models import Staff
from people.signing_in import password

from front import demo

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent


@pytest.fixture(autouse=True)
def _published():
    """The tests begin as a demonstration does; what they say of published passwords holds for themselves only."""
    password.refuse(())
    yield
    password.refuse(demo.passwords(CONTENT / "demo.yaml"))


def run(*command: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    bare = {name: value for name, value in os.environ.items() if name not in {"SECRET_KEY", "DATABASE_URL", "DEMO"}}
    return subprocess.run(
        [BIN / command[0], *command[1:]], cwd=ROOT, env={**bare, "VAR": str(folder), **environment}, capture_output=True, text=True,
        check=False, timeout=120,
    )  # fmt: skip


def test_a_new_installation_has_no_people(app):
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Staff)) == 0


def test_sample_people_are_refused_without_the_demo_flag(app):
    answer = app.test_cli_runner().invoke(args=["demo"])
    assert answer.exit_code != 0
    assert "DEMO=1" in answer.output


def test_sample_people_are_loaded_once_and_cover_every_role(app):
    assert demo.load(CONTENT / "demo.yaml") > 50
    assert demo.load(CONTENT / "demo.yaml") == 0
    roles = {line.split()[0] for line in demo.sign_ins(CONTENT / "demo.yaml")}
    assert roles == {"staff", "coordinator", "administrator", "secretariat"}


def test_a_published_password_opens_nothing_where_the_work_is_real(app, client):
    plan = yaml.safe_load((CONTENT / "demo.yaml").read_text(encoding="utf-8"))
    person = plan["people"][2]
    demo.load(CONTENT / "demo.yaml")
    db.session.commit()
    sent = {"account": f"{person['account']}@{demo.DOMAIN}", "password": person["password"]}
    assert client.post("/sign-in", data=sent).status_code == 302, "in the demonstration it does"
    password.refuse(demo.passwords(CONTENT / "demo.yaml"))
    answer = app.test_client().post("/sign-in", data=sent)
    assert "サインインできませんでした" in answer.text
    with pytest.raises(InvalidError):
        password.hashed(person["password"])


def test_a_database_with_sample_people_is_refused_until_they_are_locked_out(app):
    demo.load(CONTENT / "demo.yaml")
    db.session.commit()
    password.refuse(demo.passwords(CONTENT / "demo.yaml"))
    commands = app.test_cli_runner()
    refused = commands.invoke(args=["prepare"])
    assert refused.exit_code == 1
    assert "flask demo --lock-out" in refused.output
    assert "6 sample people can sign in no more" in commands.invoke(args=["demo", "--lock-out"]).output
    assert commands.invoke(args=["prepare"]).exit_code == 0


@pytest.mark.parametrize("host", ["0.0.0.0", "[::]", "10.0.0.1", "manabi.example.lg.jp", ""])  # noqa: S104
def test_a_demonstration_starts_on_this_machine_only(host):
    answer = run(
        "gunicorn",
        "--bind",
        f"{host}:{free_port()}",
        "wsgiref.simple_server:demo_app",
        folder=ROOT / "var",
        DEMO="1",
        SECRET_KEY="",
    )
    assert answer.returncode != 0
    assert "starts on 127.0.0.1 only" in answer.stderr + answer.stdout


def test_the_first_person_of_an_installation_is_made_on_the_command_line(app, client):
    answer = app.test_cli_runner().invoke(
        args=["people", "first", "東京デジタルアカデミー", "山田 太郎", "ヤマダ タロウ", "taro@example.lg.jp"]
    )
    link = answer.output.strip().splitlines()[-1]
    assert link.startswith("/password/")
    chosen = {"password": "my own long pass phrase", "again": "my own long pass phrase"}
    assert client.post(link, data=chosen).status_code == 302


def test_the_command_prints_its_links_where_no_request_is(app, tmp_path):
    """The real command, in a process of its own: the runner of the tests stands within an application that knows its name."""
    who = ["八王子市", "山田 次郎", "ヤマダ ジロウ", "jiro@example.lg.jp", "--role", "administrator"]
    known = {"SECRET_KEY": "k" * 40, "DATABASE_URL": app.config["SQLALCHEMY_DATABASE_URI"], "VAR": str(tmp_path)}
    answer = run("flask", "people", "first", *who, folder=ROOT, **known)
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.strip().splitlines()[-1].startswith("/password/")
    (tmp_path / "staff.csv").write_bytes("職員番号,氏名,フリガナ\n9001,新人 太郎,シンジン タロウ\n".encode("cp932"))
    load = ["people", "load", "八王子市", str(tmp_path / "staff.csv"), "--as", "jiro@example.lg.jp"]
    answer = run("flask", *load, folder=ROOT, **known)
    assert "look through it on /office/personnel/" in answer.stdout, answer.stderr


@pytest.mark.parametrize(
    ("environment", "told"),
    [({}, "SECRET_KEY is not set"), ({"SECRET_KEY": "changeme"}, "SECRET_KEY is a default or too simple")],
)
def test_a_production_server_refuses_to_start_without_a_good_secret(tmp_path, environment, told):
    answer = run("gunicorn", "--bind", "127.0.0.1:0", "app:create_app()", folder=tmp_path, **environment)
    assert answer.returncode != 0
    assert told in answer.stdout + answer.stderr


def test_a_second_preparation_keeps_everything(tmp_path):
    first = run("flask", "prepare", folder=tmp_path, DEMO="1")
    assert first.returncode == 0, first.stderr
    assert "1792 organisations added" in first.stdout
    again = run("flask", "prepare", folder=tmp_path, DEMO="1")
    assert "0 organisations added" in again.stdout
    assert "sample people are there already" in again.stdout
    assert "0 new courses" in again.stdout


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_two_that_start_at_once_wait_for_each_other(tmp_path, request, database):
    settings = {"VAR": str(tmp_path), "SECRET_KEY": "0123456789abcdef" * 3}
    if database == "postgresql":
        cluster = request.getfixturevalue("cluster")
        name = f"at_once_{os.getpid()}"
        cluster.drop(name)
        cluster.create(name, None)
        settings["DATABASE_URL"] = cluster.url(name)
    with ThreadPoolExecutor(3) as at_once:
        answers = list(at_once.map(lambda _one: run("flask", "prepare", folder=tmp_path, **settings), range(3)))
    assert [answer.returncode for answer in answers] == [0, 0, 0], [answer.stderr[-500:] for answer in answers]
    assert sorted("1792 organisations added" in answer.stdout for answer in answers) == [False, False, True]


def test_a_production_preparation_makes_no_sample_account(tmp_path):
    answer = run("flask", "prepare", folder=tmp_path, SECRET_KEY="0123456789abcdef" * 3)
    assert answer.returncode == 0, answer.stderr
    assert "sample" not in answer.stdout
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'tomomanabi.sqlite'}")
    with engine.connect() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(Staff)) == 0
    engine.dispose()


def test_a_database_of_a_later_version_is_refused_with_what_to_do(app):
    db.session.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    db.session.commit()
    answer = app.test_cli_runner().invoke(args=["prepare"])
    assert answer.exit_code == 1
    assert "written by a later version of the program (schema 9999)" in answer.output
    assert "restore a backup" in answer.output


def test_a_database_that_is_away_is_told_in_a_sentence(tmp_path):
    address = f"postgresql://nobody@127.0.0.1:{free_port()}/none"
    answer = run("flask", "prepare", folder=tmp_path, DATABASE_URL=address)
    assert answer.returncode == 1
    assert "The database does not answer" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_demonstration_answers_this_machine_only_however_it_was_started(tmp_path):
    environment = environment_for(tmp_path)
    prepare(environment)
    app = create_app(Settings.from_environ(environment))
    client = app.test_client()
    for address, status in (("127.0.0.1", 200), ("::1", 200), ("192.0.2.7", 403), ("2001:db8::1", 403)):
        answer = client.get("/sign-in", environ_overrides={"REMOTE_ADDR": address})
        assert answer.status_code == status
    assert "このコンピューターからだけ使えます" in answer.text
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
