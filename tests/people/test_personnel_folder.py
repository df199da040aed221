"""What a personnel system leaves in a folder at night is taken in once; a worker that is killed loses and doubles nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time as machine
from pathlib import Path

import pytest
import sqlalchemy as sa
from personnel_files import HEADINGS, found, line, sent, shape

from kernel.database import db, reading
from kernel.settings import ROOT

from people.models import Membership, Role, RoleGrant, Staff
from people.personnel import folder as folders
from people.personnel import work
from people.personnel.models import ChangeState, FileState, PersonnelChange, PersonnelFile

NEW = "9001,新人 太郎,シンジン タロウ,福祉課,\n"
SECRET = "test-secret-of-more-than-thirty-two-characters"


@pytest.fixture
def box(tmp_path):
    """A folder in which a personnel system leaves its files."""
    (tmp_path / "box").mkdir()
    return tmp_path / "box"


def looked(box, way):
    return list(folders.look(way, box, machine.time() + 60))


def way_of(office, **more):
    return folders.Way(office.administrator.actor, office.id, **more)


def left(box, name, text, encoding="cp932"):
    (box / name).write_bytes(text.encode(encoding))


def test_a_file_is_taken_once_and_put_away(mizuho, box):
    left(box, "職員.csv", HEADINGS + NEW)
    assert looked(box, way_of(mizuho)) == [("職員.csv", "画面で確かめるのを待っています。")]
    assert [path.name[-6:] for path in (box / folders.TAKEN).iterdir()] == ["職員.csv"[-6:]]
    assert looked(box, way_of(mizuho)) == []
    file = db.session.scalars(sa.select(PersonnelFile)).one()
    assert (file.state, [row.name for row in found(file)]) == (FileState.COMPARED, ["新人 太郎"])


def test_a_file_that_is_still_written_waits(mizuho, box):
    left(box, "職員.csv", HEADINGS + NEW)
    assert list(folders.look(way_of(mizuho), box, machine.time())) == []
    assert not db.session.scalar(sa.select(PersonnelFile.id))


def test_who_was_stopped_before_putting_it_away_does_not_take_it_again(mizuho, box, monkeypatch):
    left(box, "職員.csv", HEADINGS + NEW)

    def stopped(*_of):
        raise KeyboardInterrupt

    monkeypatch.setattr(folders, "_put_away", stopped)
    with pytest.raises(KeyboardInterrupt):
        looked(box, way_of(mizuho))
    monkeypatch.undo()
    assert looked(box, way_of(mizuho)) == [("職員.csv", "すでに取り込んであります。")]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(PersonnelFile)) == 1


def test_it_is_applied_by_itself_only_where_no_more_people_leave_than_usual(mizuho, box):
    people = [mizuho.person() for _number in range(11)]
    everybody = HEADINGS + line(mizuho.administrator) + "".join(map(line, people[:-1])) + NEW
    left(box, "一日目.csv", everybody)
    assert looked(box, way_of(mizuho, is_complete=True, applies=True)) == [("一日目.csv", "反映を始めました。")]
    work.work()
    entered = sa.select(sa.func.count()).where(Membership.staff_number == "9001")
    assert db.session.scalar(entered) == 1
    left(box, "二日目.csv", HEADINGS + line(mizuho.administrator) + NEW)
    assert looked(box, way_of(mizuho, is_complete=True, applies=True)) == [
        ("二日目.csv", "画面で確かめるのを待っています。")
    ]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"\x89PNG\r\n\x1a\n\xff\xfe\xfd", "見出しの行が見つかりません"),
        (b"1,2\n3,4\n", "見出しの行が見つかりません"),
        (b"", "見出しの行が見つかりません"),
        (b'"\n', "読めません"),
        (b"x" * (folders.LARGEST_FILE + 1), "大きすぎます"),
    ],
)
def test_a_file_that_cannot_be_read_is_put_aside_with_the_reason(mizuho, box, content, why):
    (box / "職員.csv").write_bytes(content)
    left(box, "続き.csv", HEADINGS + NEW)
    told = dict(looked(box, way_of(mizuho)))
    assert why in told["職員.csv"]
    assert "待っています" in told["続き.csv"], "the next file is looked at all the same"
    [reason] = (box / folders.REFUSED).glob("*.txt")
    assert why in reason.read_text(encoding="utf-8-sig")


def test_who_has_no_right_takes_nothing_in(mizuho, hachioji, box):
    left(box, "職員.csv", HEADINGS + NEW)
    way = folders.Way(mizuho.administrator.actor, hachioji.id)
    assert looked(box, way) == [("職員.csv", "取り込む権限がありません。")]
    assert not db.session.scalar(sa.select(PersonnelFile.id))


def test_while_a_file_is_at_work_the_next_one_waits(mizuho, box):
    file = sent(mizuho, HEADINGS + NEW)
    work.start(mizuho.administrator.actor, file, [], None)
    db.session.commit()
    left(box, "職員.csv", HEADINGS + NEW)
    assert looked(box, way_of(mizuho)) == []
    assert (box / "職員.csv").exists()


def test_the_command_does_the_same_with_a_word_on_how_far_it_is(app, mizuho, box):
    db.session.execute(
        sa.update(Staff).where(Staff.id == mizuho.administrator.staff_id).values(email="chief@example.lg.jp")
    )
    db.session.commit()
    left(box, "職員.csv", HEADINGS + NEW)
    path, by = str(box / "職員.csv"), ["--as", "chief@example.lg.jp"]
    run = app.test_cli_runner().invoke
    answer = run(args=["people", "load", "瑞穂町", path, *by])
    assert "1 new" in answer.output
    assert "/office/personnel/" in answer.output
    assert not db.session.scalar(sa.select(Membership.id).where(Membership.staff_number == "9001"))
    answer = run(args=["people", "load", "瑞穂町", path, *by, "--apply"])
    assert "1 changes in" in answer.output
    assert db.session.scalar(sa.select(Membership.id).where(Membership.staff_number == "9001"))
    assert "nobody has the address" in run(args=["people", "load", "瑞穂町", path, "--as", "x@example.lg.jp"]).output
    assert "no right" in run(args=["people", "load", "八王子市", path, *by]).output
    os.utime(path, (0, 0))
    assert "職員.csv" in run(args=["people", "watch", "瑞穂町", str(box), *by, "--once"]).output


@pytest.mark.slow
def test_a_worker_that_is_killed_at_twenty_places_loses_and_doubles_nothing(app, mizuho):
    """The real worker, killed again and again while it applies a file of 600 changes and while it takes it back."""
    leaving = [mizuho.person() for _number in range(60)]
    moved = [mizuho.person() for _number in range(240)]
    administrator = mizuho.administrator
    before = shape(mizuho)
    text = (
        "職員番号,氏名,フリガナ,所属,職名,退職日\n"
        + "".join(f"{one.number},{one.name},,総務課,,R9.3.31\n" for one in leaving)
        + "".join(f"{one.number},{one.name},,税務課,係長,\n" for one in moved)
        + "".join(f"9{number:04},新人 {chr(0x4E00 + number)},シンジン ナニ,福祉課,主事,\n" for number in range(300))
    )
    file_id = applying(mizuho, text, len(leaving))
    kills = killed_on_the_way(app, file_id, ChangeState.DONE, range(15, 600, 30))
    finish(app)
    states = sa.select(PersonnelChange.state, sa.func.count()).where(PersonnelChange.file_id == file_id)
    assert dict(db.session.execute(states.group_by(PersonnelChange.state)).all()) == {ChangeState.DONE: 600}
    numbers = db.session.scalars(sa.select(Membership.staff_number).where(Membership.staff_number.like("9____"))).all()
    assert (len(numbers), len(set(numbers))) == (300, 300)
    db.session.rollback()
    work.take_back(administrator.actor, db.session.get_one(PersonnelFile, file_id))
    db.session.commit()
    kills += killed_on_the_way(app, file_id, ChangeState.UNDONE, range(40, 600, 100))
    finish(app)
    assert kills >= 20
    assert shape(mizuho) == before
    assert db.session.scalar(
        sa.select(sa.func.count()).select_from(RoleGrant).where(RoleGrant.role == Role.ADMINISTRATOR)
    )


def applying(office, text, typed):
    file = sent(office, text)
    work.start(office.administrator.actor, file, [], typed)
    db.session.commit()
    return file.id


def worker_of(app):
    environment = {**os.environ, "SECRET_KEY": SECRET, "DATABASE_URL": app.config["SQLALCHEMY_DATABASE_URI"]}
    command = [Path(sys.executable).parent / "flask", "notices", "deliver", "--once"]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def done_of(file_id, state):
    only_reading = reading.set(True)  # the worker holds the pen
    number = db.session.scalar(
        sa.select(sa.func.count()).where(PersonnelChange.file_id == file_id, PersonnelChange.state == state)
    )
    db.session.rollback()  # nobody else is kept from writing
    reading.reset(only_reading)
    return number


def killed_on_the_way(app, file_id, state, places):
    """Kill a worker each time when so many changes are done, in the middle of the next part; return how often."""
    kills = 0
    for place in places:
        worker = worker_of(app)
        while done_of(file_id, state) < place and worker.poll() is None:
            machine.sleep(0.005)
        if worker.poll() is None:
            machine.sleep(kills % 5 / 50)
            worker.send_signal(signal.SIGKILL)
            kills += worker.wait() == -signal.SIGKILL
    return kills


def finish(app):
    db.session.rollback()
    assert worker_of(app).wait() == 0
    db.session.rollback()
    assert not db.session.scalar(
        sa.select(PersonnelFile.id).where(PersonnelFile.state.in_((FileState.APPLYING, FileState.UNDOING)))
    )
