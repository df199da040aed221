"""Personal data: all that is held of a person is theirs to take, and goes when it is needed no longer; what is counted stays."""

from __future__ import annotations

import datetime as dt
import json

import pytest
import sqlalchemy as sa
from factories import PASSWORD, enrols, learns_everything, membership, published

from kernel import clock
from kernel.database import Base, add, db
from kernel.errors import ConflictError

from people import audit, audit_chain
from people.act import Act
from people.joining import entry
from people.models import AuditEntry, Staff

from participation.models import EnrolmentCount
from participation.notices.kinds import NoticeKind
from participation.notices.models import Notice
from participation.record.models import Certificate

from learning.models import Attempt, Progress

from front import personal_data

DONE_BY = {"acts_for_id", "answered_by_id", "named_by_id", "offered_by_id", "actor_id", "author_id", "approved_by_id", "handed_in_by_id", "decided_by_id", "made_by_id", "changed_by_id", "commented_by_id", "confirmed_by_id", "enrolled_by_id", "given_by_id", "granted_by_id", "issued_by_id", "kept_by_id", "replaced_by_id", "replaces_id", "reviewer_id"}  # fmt: skip
"""Columns that say who did something, not of whom something is held."""


def tables_of_people():
    """Every column by which a table says of whom it holds something."""
    return {
        (table.name, key.parent.name)
        for table in Base.metadata.tables.values()
        for key in table.foreign_keys
        if key.column.table.name in {"staff", "membership", "enrolment"} and key.parent.name not in DONE_BY
    }


def test_no_table_of_people_is_forgotten():
    said = {(held.model.__tablename__, held.by) for held in personal_data.HELD}
    assert said - {("staff", "id"), ("audit_entry", "actor_id")} == tables_of_people()


@pytest.fixture
def learner(mizuho):
    """Somebody who has learned, written and been told something."""
    person = mizuho.person(name="消江 花子")
    course, _edition = published("paperless-basics")
    enrolment = enrols(person, course)
    db.session.commit()
    browser = person.browser()
    learns_everything(browser, enrolment.id)
    browser.post(f"/enrolments/{enrolment.id}/certificate")
    progress = db.session.scalars(sa.select(Progress).where(Progress.enrolment_id == enrolment.id)).first()
    progress.note = "窓口の様子を書いたメモ"
    db.session.commit()
    return person, browser


def test_everybody_takes_all_that_is_held_of_them_and_no_secret(learner, app, client):
    person, browser = learner
    answer = browser.get("/me/personal-data.json")
    held = json.loads(answer.data)
    assert answer.headers["Cache-Control"] == "no-store"
    assert held["氏名と連絡先"][0]["name"] == person.name
    assert held["所属"][0]["部署"] == "総務課"
    assert "窓口の様子を書いたメモ" in [row["note"] for row in held["レッスンの進み方とメモ"]]
    assert person.name not in str(held["本人がした操作の記録"]), "what was done may have been done to others"
    for part in ("所属", "受講", "確認テスト", "修了証", "サインイン中の端末", "本人がした操作の記録"):
        assert held[part], part
    hashed = db.session.scalars(sa.select(Staff.password_hash).where(Staff.id == person.staff_id)).one()
    assert hashed not in answer.text
    assert not {"password_hash", "token_digest", "secret", "seed"} & {key for rows in held.values() if isinstance(rows, list) for row in rows for key in row}  # fmt: skip
    printed = app.test_cli_runner().invoke(args=["disclose", person.email])
    assert json.loads(printed.output)["受講"] == held["受講"]
    assert client.get("/me/personal-data.json").status_code == 302


def leaves(person, day=None):
    membership(person).left_on = day or clock.today()
    db.session.commit()


def erases(browser, person, name):
    return browser.post(f"/office/staff/{person.membership_id}/erase", data={"name": name})


def test_an_administrator_erases_who_has_left_and_the_counts_stay(learner, mizuho):
    person, _browser = learner
    administrator = mizuho.administrator.browser()
    counted = [tuple(row) for row in db.session.execute(sa.select(*EnrolmentCount.__table__.columns))]
    assert erases(administrator, person, person.name).status_code == 409, "who belongs somewhere is not erased"
    leaves(person)
    assert "個人情報を消去する" in administrator.get("/office/staff/former").text
    page = administrator.get(f"/office/staff/{person.membership_id}/erase").text
    assert "修了証の氏名" in page
    assert erases(administrator, person, "別の 名前").status_code == 422
    assert erases(administrator, person, "消江花子").status_code == 302
    db.session.expire_all()
    staff = db.session.get_one(Staff, person.staff_id)
    assert (staff.name, staff.reading, staff.email, staff.password_hash) == ("（消去された人）", "", None, None)
    assert not [row for row in db.session.scalars(sa.select(Progress.note)) if row]
    assert set(db.session.scalars(sa.select(Certificate.holder))) == {"（消去された人）"}
    assert all(answers == {} for answers in db.session.scalars(sa.select(Attempt.answers)))
    assert [tuple(row) for row in db.session.execute(sa.select(*EnrolmentCount.__table__.columns))] == counted
    assert person.name not in administrator.get("/office/staff/former").text
    assert erases(administrator, person, person.name).status_code == 404
    (entry,) = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.act == Act.ERASED.value))
    assert person.name not in entry.subject
    db.session.commit()


def test_who_was_erased_signs_in_no_more_and_leaves_no_name_anywhere_but_in_the_log(learner, mizuho, app):
    person, browser = learner
    leaves(person)
    erases(mizuho.administrator.browser(), person, person.name)
    found = {
        table.name
        for table in Base.metadata.tables.values()
        for row in db.session.execute(sa.select(table))
        if "消江" in str(tuple(row)) or person.email in str(tuple(row))
    }
    assert found <= {"audit_entry"}, found
    assert browser.get("/me").status_code == 302
    answer = app.test_client().post("/sign-in", data={"account": person.email, "password": PASSWORD})
    assert answer.status_code != 302


def test_only_administrators_of_the_last_office_erase(learner, mizuho, hachioji):
    person, _browser = learner
    leaves(person)
    for somebody in (mizuho.coordinator, hachioji.administrator, mizuho.staff):
        assert erases(somebody.browser(), person, person.name).status_code == 404


def years_ago(years):
    return clock.today() - dt.timedelta(days=366 * years)


def test_what_was_kept_for_a_time_goes_by_itself(learner, mizuho):
    person, _browser = learner
    stays, comes_back = mizuho.person(name="残江 次郎"), mizuho.person(name="戻江 三郎")
    membership(person).joined_on = membership(comes_back).joined_on = years_ago(9)
    leaves(person, years_ago(6))
    leaves(stays, years_ago(2))
    old = clock.now() - dt.timedelta(days=800)
    for number, made_at in enumerate((old, clock.now())):
        add(Notice(key=f"x{number}", staff_id=stays.staff_id, kind=NoticeKind.DUE_AGAIN, title="題", text="文", made_at=made_at, mail_at=made_at))  # fmt: skip
    long_ago = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    first = AuditEntry(organisation_id=mizuho.id, act=Act.CODE_SHOWN.value, subject="昔", detail={}, at=long_ago)
    first.id = -1  # written before everything else
    add(first)
    for _act in range(6):
        audit.record(None, Act.CODE_SHOWN, "いま", organisation_id=mizuho.id)
    db.session.commit()
    audit_chain.seal()
    while personal_data.tidy(5):
        db.session.commit()
    names = set(db.session.scalars(sa.select(Staff.name)))
    assert {"残江 次郎", "戻江 三郎", "（消去された人）"} <= names
    assert person.name not in names
    assert list(db.session.scalars(sa.select(Notice.key).where(Notice.key.startswith("x")))) == ["x1"]
    assert "昔" not in set(db.session.scalars(sa.select(AuditEntry.subject)))
    assert audit_chain.verify().is_whole
    db.session.commit()


def test_a_clock_that_jumps_over_years_erases_nobody(learner, mizuho, time):
    person, _browser = learner
    leaves(person, clock.today() - dt.timedelta(days=1))
    for _act in range(10):
        audit.record(None, Act.CODE_SHOWN, "いま", organisation_id=mizuho.id)
    db.session.commit()
    time.passes(days=7 * 366)
    assert personal_data.tidy(5) == 0
    mizuho.administrator.browser()
    assert personal_data.tidy(5) == 0, "one sign-in at that hour proves nothing"
    assert db.session.get_one(Staff, person.staff_id).name == person.name


def test_without_a_period_nobody_goes_by_themselves(learner):
    person, _browser = learner
    membership(person).joined_on = years_ago(12)
    leaves(person, years_ago(11))
    while personal_data.tidy(0):
        pass
    assert db.session.get_one(Staff, person.staff_id).name == person.name


def test_who_belongs_again_in_the_same_moment_is_not_erased(learner, mizuho):
    person, _browser = learner
    membership(person).joined_on = years_ago(9)
    leaves(person, years_ago(6))
    assert personal_data.long_gone(5) == [person.staff_id]
    membership(person).left_on = None  # and before it comes to it, the office has let them belong again
    db.session.commit()
    with pytest.raises(ConflictError):
        personal_data.erase(person.staff_id)
    db.session.rollback()
    leaves(person)
    personal_data.erase(person.staff_id)
    db.session.commit()
    with pytest.raises(ConflictError, match="個人情報は消去されました"):
        entry.belong(db.session.get_one(Staff, person.staff_id), entry.JoinStaff(mizuho.id, "別", "ベツ", None, "1"))
    db.session.rollback()
