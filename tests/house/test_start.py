"""Starting for real: refused without a secret, the same after a restart, and no sample account unless asked for."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from kernel.database import db
from kernel.settings import CONTENT

from people.models import Staff

from front import demo

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent


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


def test_the_first_person_of_an_installation_is_made_on_the_command_line(app, client):
    answer = app.test_cli_runner().invoke(
        args=["people", "first", "東京デジタルアカデミー", "山田 太郎", "ヤマダ タロウ", "taro@example.lg.jp"]
    )
    link = answer.output.strip().splitlines()[-1]
    assert link.startswith("/password/")
    chosen = {"password": "my own long pass phrase", "again": "my own long pass phrase"}
    assert client.post(link, data=chosen).status_code == 302


@pytest.mark.slow
@pytest.mark.parametrize(
    ("environment", "told"),
    [({}, "SECRET_KEY is not set"), ({"SECRET_KEY": "changeme"}, "SECRET_KEY is a default or too simple")],
)
def test_a_production_server_refuses_to_start_without_a_good_secret(tmp_path, environment, told):
    answer = run("gunicorn", "--bind", "127.0.0.1:0", "app:create_app()", folder=tmp_path, **environment)
    assert answer.returncode != 0
    assert told in answer.stdout + answer.stderr


@pytest.mark.slow
def test_a_second_preparation_keeps_everything(tmp_path):
    first = run("flask", "prepare", folder=tmp_path, DEMO="1")
    assert first.returncode == 0, first.stderr
    assert "1792 organisations added" in first.stdout
    again = run("flask", "prepare", folder=tmp_path, DEMO="1")
    assert "0 organisations added" in again.stdout
    assert "sample people are there already" in again.stdout
    assert "0 new courses" in again.stdout


@pytest.mark.slow
def test_a_production_preparation_makes_no_sample_account(tmp_path):
    answer = run("flask", "prepare", folder=tmp_path, SECRET_KEY="0123456789abcdef" * 3)
    assert answer.returncode == 0, answer.stderr
    assert "sample" not in answer.stdout
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'tomomanabi.sqlite'}")
    with engine.connect() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(Staff)) == 0
    engine.dispose()
