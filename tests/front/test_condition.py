"""The condition: a programme that watches and the secretariat read the same of schema, worker, mail and disks."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from factories import session_of

from kernel import clock
from kernel.database import db
from kernel.settings import Mail

from participation.mailing import reminders, worker
from participation.notices.models import MailState, Notice

from front import condition


@pytest.fixture
def at_work(app):
    """A worker that has looked after everything just now."""
    worker.Worker(Mail(), "https://manabi.example.lg.jp").look()


def attention(client):
    answer = client.get("/readyz")
    return answer.status_code, answer.json["status"], answer.json["attention"]


def test_where_all_is_well_both_say_so(client, secretariat, at_work):
    assert attention(client) == (200, "ok", [])
    assert "すべて正常に動いています" in secretariat.secretary.browser().get("/admin/condition").text


def test_a_worker_that_never_ran_is_told(client, secretariat):
    assert attention(client) == (200, "attention", ["worker"])
    assert "まだ動いていません" in secretariat.secretary.browser().get("/admin/condition").text


def test_a_worker_that_stopped_is_told(client, at_work, monkeypatch):
    later = clock.now() + dt.timedelta(hours=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert attention(client) == (200, "attention", ["worker"])


def test_a_task_that_fails_is_told_and_how_it_failed(client, secretariat, monkeypatch):
    def fails():
        raise LookupError

    with monkeypatch.context() as broken:
        broken.setattr(reminders, "remind", fails)
        worker.Worker(Mail(), "https://manabi.example.lg.jp").look()
    assert attention(client) == (200, "attention", ["reminders"])
    assert "うまくいっていません（LookupError）" in secretariat.secretary.browser().get("/admin/condition").text


def test_a_database_that_is_behind_serves_no_page(client, at_work):
    db.session.execute(sa.text("UPDATE alembic_version SET version_num = '0001_the_common_catalogue'"))
    db.session.commit()
    assert attention(client) == (503, "not ready", ["schema"])
    assert client.get("/healthz").status_code == 200


def test_mail_that_does_not_go_out_is_told_and_sent_again(app, client, secretariat, mizuho, at_work, monkeypatch):
    session_id = session_of("guideline-localize", mizuho).id
    mizuho.staff.browser().post(f"/sessions/{session_id}/enrol")
    mizuho.coordinator.browser().post(f"/sessions/{session_id}/cancel", data={"reason": "台風のため"})
    told = db.session.scalar(sa.select(sa.func.count()).select_from(Notice))
    monkeypatch.setitem(
        app.extensions, "settings", replaced(app.extensions["settings"], mail=Mail(host="mail.example"))
    )
    db.session.execute(sa.update(Notice).values(mail_state=MailState.DUE, mail_at=clock.now() - dt.timedelta(hours=3)))
    db.session.commit()
    assert attention(client)[2] == ["late-mail"]
    db.session.execute(sa.update(Notice).values(mail_state=MailState.FAILED))
    db.session.commit()
    browser = secretariat.secretary.browser()
    assert f"送れなかったもの {told}件" in browser.get("/admin/condition").text
    browser.post("/admin/condition/resend")
    assert f"{told}件のメールを、もう一度送ります" in browser.get("/admin/condition").text
    assert db.session.scalars(sa.select(Notice.mail_state)).all() == [MailState.DUE] * told


def replaced(settings, **values):
    return settings.__class__(**{**vars(settings), **values})


def test_who_finds_a_weakness_reads_whom_to_tell(app, client, monkeypatch):
    assert client.get("/.well-known/security.txt").status_code == 404
    told = replaced(app.extensions["settings"], security_contact="mailto:security@example.lg.jp")
    monkeypatch.setitem(app.extensions, "settings", told)
    text = client.get("/.well-known/security.txt").text
    assert "Contact: mailto:security@example.lg.jp\n" in text
    expires = dt.datetime.fromisoformat(text.split("Expires: ")[1].split("\n")[0])
    assert dt.timedelta(days=30) < expires - clock.now() < dt.timedelta(days=365)


def test_a_disk_that_is_nearly_full_is_told(client, at_work, monkeypatch):
    nearly_full = SimpleNamespace(total=10**12, used=10**12 - 10**9, free=10**9)
    monkeypatch.setattr(condition.shutil, "disk_usage", lambda _place: nearly_full)
    assert attention(client) == (200, "attention", ["disk"])
