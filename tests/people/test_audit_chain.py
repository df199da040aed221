"""The log cannot be changed unseen: the database refuses, the seals break, and another machine knows the last one."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import socket
import socketserver
import threading
import time

import pytest
import sqlalchemy as sa
from postgresql import free_port

from kernel.database import db

from people import audit
from people.act import Act
from people.models import AuditEntry
from people.trail import chain, syslog
from people.trail.models import AuditSeal


@pytest.fixture
def sealed(mizuho):
    """Six entries, sealed in two goes."""
    for number in range(6):
        audit.record(mizuho.coordinator.actor, Act.CODE_SHOWN, f"会 {number}")
        if number in {3, 5}:
            db.session.commit()
            chain.seal()
    return db.session.scalar(sa.select(sa.func.count()).select_from(AuditSeal))


@contextlib.contextmanager
def somebody_with_the_keys(table):
    """Somebody who may take the guards of the database away."""
    guards = [f"{table}_stays", f"{table}_is_kept"]
    if db.engine.dialect.name == "sqlite":
        made = db.session.scalars(
            sa.text("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table"), {"table": table}
        ).all()
        for guard in guards:
            db.session.execute(sa.text(f"DROP TRIGGER {guard}"))
        yield
        for guard in made:
            db.session.execute(sa.text(guard))
    else:
        db.session.execute(sa.text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        yield
        db.session.execute(sa.text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))
    db.session.commit()


def test_an_untouched_log_is_whole_and_its_seals_go_on(sealed):
    verdict = chain.verify()
    assert (verdict.is_whole, verdict.seals, verdict.unsealed) == (True, sealed, 0)
    assert chain.seal() == 0
    number, digest = verdict.head.split(":")
    assert chain.verify(int(number), digest).is_whole, "another machine has seen it"
    assert not chain.verify(int(number), "0" * 64).is_whole
    assert not chain.verify(int(number) + 1, digest).is_whole, "what others have seen is missing"


@pytest.mark.parametrize("table", ["audit_entry", "audit_seal"])
@pytest.mark.parametrize("act", ["UPDATE {} SET {} = '9'", "DELETE FROM {}"])
def test_the_database_changes_and_removes_nothing(sealed, table, act):
    column = {"audit_entry": "subject", "audit_seal": "digest"}[table]
    with pytest.raises(sa.exc.DBAPIError, match="the audit log is not changed"):
        db.session.execute(sa.text(act.format(table, column)))
    db.session.rollback()
    assert chain.verify().is_whole


def test_who_changes_an_entry_all_the_same_breaks_the_chain_there(sealed):
    third = db.session.scalars(sa.select(AuditSeal).where(AuditSeal.number == 3)).one()
    with somebody_with_the_keys("audit_entry"):
        db.session.execute(sa.update(AuditEntry).where(AuditEntry.id == third.entry_id).values(subject="何もなかった"))
    db.session.expire_all()
    assert chain.verify().wrong == 3


def test_who_removes_an_entry_and_its_seal_leaves_a_gap(sealed):
    third = db.session.scalars(sa.select(AuditSeal).where(AuditSeal.number == 3)).one().entry_id
    with somebody_with_the_keys("audit_seal"), somebody_with_the_keys("audit_entry"):
        db.session.execute(sa.delete(AuditSeal).where(AuditSeal.entry_id == third))
        db.session.execute(sa.delete(AuditEntry).where(AuditEntry.id == third))
    assert chain.verify().wrong == 4


def test_an_entry_whose_act_took_long_to_end_is_sealed_later(sealed, mizuho):
    """On PostgreSQL a number is drawn when an act begins, and seen when it ends."""
    entry = AuditEntry(organisation_id=mizuho.id, act=Act.CODE_SHOWN.value, subject="遅れて", detail={})
    entry.id = -5
    db.session.add(entry)
    db.session.commit()
    assert chain.verify().unsealed == 1
    assert chain.seal() == 1
    assert chain.verify().is_whole


def test_what_is_older_than_a_year_may_be_removed_after_its_time(sealed, mizuho):
    old = AuditEntry(
        organisation_id=mizuho.id, act=Act.CODE_SHOWN.value, subject="昔", detail={}, at=dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    )  # fmt: skip
    db.session.add(old)
    db.session.commit()
    chain.seal()
    db.session.execute(sa.delete(AuditSeal).where(AuditSeal.entry_id == old.id))
    db.session.execute(sa.delete(AuditEntry).where(AuditEntry.id == old.id))
    db.session.commit()


class Lines(socketserver.StreamRequestHandler):
    def handle(self):
        self.server.lines += [line.decode() for line in self.rfile]


@contextlib.contextmanager
def log_server():
    """A syslog server of somebody else."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Lines) as running:
        running.lines = []
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield running
        running.shutdown()


def test_another_machine_is_told_of_each_entry_without_names_and_knows_the_last_seal(app, mizuho):
    with log_server() as elsewhere:
        send = syslog.sender(f"tcp://127.0.0.1:{elsewhere.server_address[1]}")
        audit.record(mizuho.coordinator.actor, Act.STAFF_ENTERED, "髙橋 幸子", email="sachiko@example.lg.jp")
        db.session.commit()
        chain.seal()
        chain.tell(send)
        wait_for(lambda: elsewhere.lines)
        assert chain.tell(send) == 0, "nothing is told twice"
    assert elsewhere.lines[-1].startswith("<")
    said = json.loads(elsewhere.lines[-1].split(" audit - ", 1)[1])
    assert (said["act"], said["actor"], said["organisation"]) == (
        "staff entered",
        mizuho.coordinator.staff_id,
        mizuho.id,
    )
    assert not any("髙橋" in line or "sachiko" in line for line in elsewhere.lines)
    answer = app.test_cli_runner().invoke(args=["audit", "verify", "--seal", f"{said['number']}:{said['digest']}"])
    assert answer.exit_code == 0, answer.output
    wrong = app.test_cli_runner().invoke(args=["audit", "verify", "--seal", f"{said['number']}:{'0' * 64}"])
    assert wrong.exit_code == 1
    assert "the log was changed at seal" in wrong.output


def wait_for(something):
    for _attempt in range(100):
        if something():
            return
        time.sleep(0.05)


@pytest.mark.parametrize("state", ["away", "hanging"])
def test_a_server_that_does_not_take_it_stops_nobody_and_is_told_later(app, mizuho, state, monkeypatch):
    monkeypatch.setattr(syslog, "SECONDS", 0.5)
    with socket.socket() as deaf:
        if state == "hanging":  # it listens, and never accepts: what is waiting is full
            deaf.bind(("127.0.0.1", 0))
            deaf.listen(0)
            port = deaf.getsockname()[1]
            full = [socket.socket() for _one in range(3)]
            for one in full:
                one.settimeout(0)
                one.connect_ex(("127.0.0.1", port))
        else:
            port, full = free_port(), []
        send = syslog.sender(f"tcp://127.0.0.1:{port}")
        audit.record(mizuho.coordinator.actor, Act.CODE_SHOWN, "会")
        db.session.commit()
        sealed = chain.seal()
        with pytest.raises(OSError, match=r"refused|timed out"):
            chain.tell(send)
        for one in full:
            one.close()
    assert not db.session().in_transaction(), "nothing was held meanwhile"
    head = chain.verify().head
    late = AuditEntry(organisation_id=mizuho.id, act=Act.CODE_SHOWN.value, subject="遅れて", detail={})
    late.id = -7
    db.session.add(late)
    db.session.commit()
    chain.seal()
    with log_server() as elsewhere:
        assert chain.tell(syslog.sender(f"tcp://127.0.0.1:{elsewhere.server_address[1]}")) == sealed + 1
    number, digest = head.split(":")
    assert chain.verify(int(number), digest).is_whole, "what was sealed before stays as it was told"
