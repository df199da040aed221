"""Personal data: all that is held of a person is theirs to take, and goes when it is needed no longer; what is counted stays."""

from __future__ import annotations

import datetime as dt
import json

import pytest
import sqlalchemy as sa
from factories import PASSWORD, enrols, joins, learns_everything, membership, published, session_of, words_of_pdf

from kernel import clock
from kernel.database import Base, add, db
from kernel.errors import ConflictError, ForbiddenError

from people import audit, retention
from people.act import Act
from people.joining import entry, handing_over
from people.joining.handing_over import Offer, Take
from people.joining.models import TransferOffer
from people.models import AuditEntry, Organisation, Staff
from people.personnel import file as personnel_file
from people.personnel.file import Send
from people.trail import chain

from courses.sessions.models import TrainingSession

from participation.models import EnrolmentCount
from participation.notices.kinds import NoticeKind
from participation.notices.models import Notice
from participation.record.models import Certificate, Disclosure

from learning.models import Attempt, Progress

from front.news import movers
from front.personal_data import disclosing, erasing, retaining
from front.personal_data import held as tables

DONE_BY = {"asked_by_id", "agreed_by_id", "acts_for_id", "answered_by_id", "named_by_id", "offered_by_id", "actor_id", "author_id", "approved_by_id", "handed_in_by_id", "decided_by_id", "made_by_id", "changed_by_id", "commented_by_id", "confirmed_by_id", "enrolled_by_id", "given_by_id", "granted_by_id", "issued_by_id", "kept_by_id", "replaced_by_id", "replaces_id", "reviewer_id"}  # fmt: skip
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
    said = {(held.model.__tablename__, held.by) for held in tables.HELD}
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


def test_who_was_erased_signs_in_no_more_and_leaves_no_name_anywhere(learner, mizuho, app):
    person, browser = learner
    leaves(person)
    erases(mizuho.administrator.browser(), person, person.name)
    found = {
        table.name
        for table in Base.metadata.tables.values()
        for row in db.session.execute(sa.select(table))
        if "消江" in str(tuple(row)) or person.email in str(tuple(row))
    }
    assert found == set()
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
    chain.seal()
    while retaining.tidy(5):
        db.session.commit()
    names = set(db.session.scalars(sa.select(Staff.name)))
    assert {"残江 次郎", "戻江 三郎", "（消去された人）"} <= names
    assert person.name not in names
    assert list(db.session.scalars(sa.select(Notice.key).where(Notice.key.startswith("x")))) == ["x1"]
    assert "昔" not in set(db.session.scalars(sa.select(AuditEntry.subject)))
    assert chain.verify().is_whole
    db.session.commit()


def test_a_clock_that_jumps_over_years_erases_nobody(learner, mizuho, time):
    person, _browser = learner
    leaves(person, clock.today() - dt.timedelta(days=1))
    for _act in range(10):
        audit.record(None, Act.CODE_SHOWN, "いま", organisation_id=mizuho.id)
    db.session.commit()
    time.passes(days=7 * 366)
    assert retaining.tidy(5) == 0
    mizuho.administrator.browser()
    assert retaining.tidy(5) == 0, "one sign-in at that hour proves nothing"
    assert db.session.get_one(Staff, person.staff_id).name == person.name


def test_without_a_period_nobody_goes_by_themselves(learner):
    person, _browser = learner
    membership(person).joined_on = years_ago(12)
    leaves(person, years_ago(11))
    while retaining.tidy(0):
        pass
    assert db.session.get_one(Staff, person.staff_id).name == person.name


def test_who_belongs_again_in_the_same_moment_is_not_erased(learner, mizuho):
    person, _browser = learner
    membership(person).joined_on = years_ago(9)
    leaves(person, years_ago(6))
    assert retaining.long_gone(5) == [person.staff_id]
    membership(person).left_on = None  # and before it comes to it, the office has let them belong again
    db.session.commit()
    with pytest.raises(ConflictError):
        erasing.erase(person.staff_id)
    db.session.rollback()
    leaves(person)
    erasing.erase(person.staff_id)
    db.session.commit()
    with pytest.raises(ConflictError, match="個人情報は消去されました"):
        entry.belong(db.session.get_one(Staff, person.staff_id), entry.JoinStaff(mizuho.id, "別", "ベツ", None, "1"))
    db.session.rollback()


def pointing_to_people():
    """Every column of the database that points to a person, by whatever way, and whoever did it."""
    return {
        f"{table.name}.{key.parent.name}"
        for table in Base.metadata.tables.values()
        for key in table.foreign_keys
        if key.column.table.name in {"staff", "membership", "enrolment"}
    }


def test_every_column_that_points_to_a_person_has_a_purpose_and_a_time():
    said = [column for kind in retention.KINDS for column in kind.columns]
    assert set(said) == pointing_to_people()
    assert len(said) == len(set(said)), "each stands once"
    assert all(kind.purpose and kind.until and kind.seen_by for kind in retention.KINDS)


def test_the_privacy_page_shows_the_table(client):
    page = client.get("/privacy").text
    for kind in retention.KINDS:
        assert kind.label in page
        assert kind.purpose in page


def everywhere(app, word):
    """Where a word stands: tables of the database, files that are kept, what was logged."""
    return {
        table.name
        for table in Base.metadata.tables.values()
        for row in db.session.execute(sa.select(table))
        if word in str(tuple(row)) or json.dumps(word)[1:-1] in json.dumps(tuple(row), default=str)
    }


def test_after_erasure_no_table_no_file_no_log_holds_the_name(learner, mizuho, hachioji, app, caplog, tmp_path):
    person, _browser = learner
    administrator = mizuho.administrator
    corrected = {"name": "消川 花子", "reading": "ケシカワ ハナコ", "email": "keshikawa@example.lg.jp", "staff_number": "K-1", "department": "総務課", "post": "", "joined_on": "2020-04-01", "organisation_id": mizuho.id}  # fmt: skip
    assert administrator.browser().post(f"/office/staff/{person.membership_id}/edit", data=corrected).status_code == 302
    personnel_file.send(administrator.actor, mizuho.id, Send("名簿.csv", "職員番号,氏名\nX-1,消川 花子\nK-1,消川 花子\n", clock.today(), is_complete=False))  # fmt: skip
    there = db.session.get_one(Organisation, hachioji.id)
    handing_over.offer(administrator.actor, [person.membership_id], Offer(there, clock.today() + clock.DAY))
    db.session.commit()
    chain.seal()
    assert {"audit_entry", "staff", "personnel_change"} <= everywhere(app, "消川")
    leaves(person)
    assert erases(administrator.browser(), person, "消川 花子").status_code == 302
    db.session.expire_all()
    for word in ("消江", "消川", "ケシカワ", "keshikawa", person.email):
        assert everywhere(app, word) == set(), word
    assert "消川" not in caplog.text
    kept = [path for path in tmp_path.rglob("*") if path.is_file() and "消川".encode() in path.read_bytes()]
    assert kept == []


def test_the_log_keeps_the_acts_and_its_chain(learner, mizuho):
    person, _browser = learner
    chain.seal()
    acts = [row.act for row in db.session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id))]
    leaves(person)
    erases(mizuho.administrator.browser(), person, person.name)
    after = db.session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id).limit(len(acts))).all()
    assert [row.act for row in after] == acts
    chain.seal()
    verdict = chain.verify()
    assert verdict.is_whole
    assert verdict.redacted > 0


def test_the_log_is_changed_in_no_other_way(learner):
    entry = db.session.scalars(sa.select(AuditEntry.id)).first()
    for change in ("subject = 'x'", "redacted_at = at", "act = 'x', subject = '（消去された人）', redacted_at = at"):
        with pytest.raises(sa.exc.DBAPIError):
            db.session.execute(sa.text(f"UPDATE audit_entry SET {change} WHERE id = {entry}"))  # noqa: S608
        db.session.rollback()


def test_a_namesake_who_is_still_there_keeps_their_entries(learner, mizuho):
    person, _browser = learner
    namesake = mizuho.person(name=person.name)
    audit.record(mizuho.administrator.actor, Act.SIGN_INS_ENDED, namesake.name, organisation_id=mizuho.id, staff=namesake.staff_id)  # fmt: skip
    audit.record(mizuho.administrator.actor, Act.SIGN_INS_ENDED, person.name, organisation_id=mizuho.id, staff=person.staff_id)  # fmt: skip
    leaves(person)
    erases(mizuho.administrator.browser(), person, person.name)
    rows = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.act == Act.SIGN_INS_ENDED.value).order_by(AuditEntry.id))  # fmt: skip
    assert [row.subject for row in rows] == [namesake.name, "（消去された人）"]


def test_who_was_entered_by_mistake_is_erased_at_once(mizuho, hachioji):
    person = mizuho.person(name="誤登 録子")
    address = f"/office/staff/{person.membership_id}/erase?because=mistake"
    assert mizuho.coordinator.browser().get(address).status_code == 404
    assert hachioji.administrator.browser().get(address).status_code == 404
    administrator = mizuho.administrator.browser()
    assert "誤って登録した人" in administrator.get(address).text
    assert administrator.post(address, data={"name": "別人"}).status_code == 422
    assert administrator.post(address, data={"name": person.name}).status_code == 302
    db.session.expire_all()
    assert db.session.get_one(Staff, person.staff_id).erased_at
    again = entry.JoinStaff(mizuho.id, "正登 録子", "セイトウ ロクコ", person.email, person.number)
    assert entry.join(mizuho.administrator.actor, again), "address and number are free again"


def test_every_value_of_an_answer_on_paper_has_a_name_in_japanese_and_is_said_in_words(learner, mizuho):
    person, _browser = learner
    for held in tables.HELD:
        for column in held.model.__table__.columns:
            is_said = column.name not in tables.SECRETS and column.name in (held.columns or {column.name})
            assert not is_said or column.name in disclosing.LABELS or disclosing.is_key(column.name), column
    number = disclosing.take_in(mizuho.administrator.actor, person.membership_id, clock.today()).id
    row = disclosing.to_decide(mizuho.coordinator.actor, person.membership_id, number)
    lines = disclosing.as_paper(row).rows
    said = {(label, name): value for label, _place, name, value in lines}
    assert said["受講", "状態"] == "修了"
    assert not [value for value in said.values() if "+00:00" in value]


def test_who_is_erased_as_a_mistake_leaves_the_place_to_others(mizuho, hachioji):
    person = mizuho.person(name="誤登 録子")
    session = session_of("guideline-localize", hachioji, capacity=1)
    joins(person, session)
    db.session.commit()
    address = f"/office/staff/{person.membership_id}/erase?because=mistake"
    assert mizuho.administrator.browser().post(address, data={"name": person.name}).status_code == 302
    db.session.expire_all()
    assert db.session.get_one(TrainingSession, session.id).taken == 0
    assert joins(mizuho.person(), session)


def test_an_office_that_was_only_offered_somebody_keeps_no_notice_of_them(mizuho, hachioji):
    person = mizuho.person(name="消江 三郎")
    hachioji.coordinator  # noqa: B018 - who is told
    there = db.session.get_one(Organisation, hachioji.id)
    handing_over.offer(mizuho.administrator.actor, [person.membership_id], Offer(there, clock.today() + clock.DAY))
    rows = handing_over.withdraw(mizuho.administrator.actor, db.session.scalars(sa.select(TransferOffer.id)).all())
    movers.tell_withdrawn(mizuho.administrator.actor, rows)
    db.session.commit()
    told = sa.select(Notice.text).where(Notice.text.contains(person.name))
    assert len(db.session.scalars(told).all()) == 1
    leaves(person)
    erases(mizuho.administrator.browser(), person, person.name)
    assert db.session.scalars(told).all() == []


def test_a_request_is_answered_by_a_second_person_and_by_nobody_alone(learner, mizuho, hachioji):
    person, _browser = learner
    first, second = mizuho.administrator.browser(), mizuho.coordinator.browser()
    address = f"/office/staff/{person.membership_id}/disclosure"
    assert hachioji.administrator.browser().get(address).status_code == 404
    assert first.post(address, data={"received_on": clock.today().isoformat()}).status_code == 302
    [row] = db.session.scalars(sa.select(Disclosure))
    for ending in ("pdf", "json"):
        assert first.get(f"{address}/{row.id}.{ending}").status_code == 403
    assert first.post(f"{address}/{row.id}").status_code == 403
    assert "確認を待っています" in first.get(address).text
    assert first.get(f"{address}/{row.id}").status_code == 403
    assert person.email in second.get(f"{address}/{row.id}").text, "the answer is read before it is agreed to"
    assert second.post(f"{address}/{row.id}").status_code == 302
    held = json.loads(first.get(f"{address}/{row.id}.json").data)
    assert held["氏名と連絡先"][0]["name"] == person.name
    pdf = first.get(f"{address}/{row.id}.pdf")
    assert person.name.replace(" ", "") in words_of_pdf(pdf.data).replace(" ", "")
    assert second.get(f"{address}/{row.id}").status_code == 409
    assert second.post(f"{address}/{row.id}", data={"act": "drop"}).status_code == 409
    said = set(db.session.scalars(sa.select(AuditEntry.act)))
    assert {Act.DISCLOSURE_ASKED.value, Act.DISCLOSURE_AGREED.value, Act.TAKEN_OUT.value} <= said


@pytest.mark.parametrize("who", ["administrator", "coordinator"])
def test_a_request_taken_in_by_mistake_is_dropped_and_one_that_is_wrong_is_sent_back(learner, mizuho, hachioji, who):
    person, browser = learner
    address = f"/office/staff/{person.membership_id}/disclosure"
    said = {"received_on": clock.today().isoformat()}
    mizuho.administrator.browser().post(address, data=said)
    [row] = db.session.scalars(sa.select(Disclosure.id))
    drops = {"act": "drop"}
    assert hachioji.administrator.browser().post(f"{address}/{row}", data=drops).status_code == 404
    assert browser.post(f"{address}/{row}", data=drops).status_code == 404
    assert getattr(mizuho, who).browser().post(f"{address}/{row}", data=drops).status_code == 302
    assert db.session.scalars(sa.select(Disclosure)).all() == []
    assert mizuho.administrator.browser().post(address, data=said).status_code == 302, "it can be taken in anew"


def test_whoever_has_learnt_something_was_not_entered_by_mistake(learner, mizuho):
    person, _browser = learner
    address = f"/office/staff/{person.membership_id}/erase?because=mistake"
    answer = mizuho.administrator.browser().post(address, data={"name": person.name})
    assert answer.status_code == 409
    assert "所属を終え" in answer.text
    db.session.expire_all()
    assert not db.session.get_one(Staff, person.staff_id).erased_at


def test_an_answer_ends_after_thirty_days_and_holds_only_what_is_the_offices(learner, mizuho, hachioji, time):
    person, _browser = learner
    there = db.session.get_one(Organisation, hachioji.id)
    [offer] = handing_over.offer(mizuho.administrator.actor, [person.membership_id], Offer(there, clock.today() + clock.DAY))  # fmt: skip
    new = handing_over.take(hachioji.administrator.actor, offer.id, Take("H-1", "防災課")).id
    db.session.commit()
    row = disclosing.take_in(hachioji.administrator.actor, new, clock.today())
    disclosing.agree(hachioji.coordinator.actor, new, row.id)
    db.session.commit()
    held = disclosing.held_of(person.staff_id, hachioji.id)
    assert [one["staff_number"] for one in held["所属"]] == ["H-1"]
    assert held["受講"] == held["確認テスト"] == []
    assert disclosing.answered(hachioji.administrator.actor, new, row.id)
    time.passes(days=31)
    with pytest.raises(ForbiddenError):
        disclosing.answered(hachioji.administrator.actor, new, row.id)


def test_what_its_time_is_over_is_counted_before_it_goes(learner, mizuho, app):
    person, _browser = learner
    leaves(person, years_ago(6))
    membership(person).joined_on = years_ago(9)
    for _time in range(6):
        audit.record(mizuho.administrator.actor, Act.SIGNED_IN, "")  # or the clock is not believed
    db.session.commit()
    run = app.test_cli_runner()
    shown = run.invoke(args=["people", "retain"]).output
    assert "1 すべての団体を離れて5年たった人" in shown
    assert db.session.get_one(Staff, person.staff_id, populate_existing=True).erased_at is None
    assert "gone" in run.invoke(args=["people", "retain", "--carry-out"]).output
    assert db.session.get_one(Staff, person.staff_id, populate_existing=True).erased_at


def test_a_short_name_takes_nobody_elses_entries_along(mizuho):
    """Who may erase could else empty the log by entering and erasing somebody whose name stands in every word."""
    chief, other = mizuho.administrator, mizuho.person(name="森 一郎")
    audit.record(chief.actor, Act.ROLES_CHANGED, other.name, organisation_id=mizuho.id, change=audit.Change(["職員"], ["管理者"]))  # fmt: skip
    audit.record(chief.actor, Act.MOVED, other.name, organisation_id=mizuho.id, staff=other.staff_id)
    db.session.add(Notice(key="x", staff_id=chief.staff_id, kind=NoticeKind.SUMMARY, path="/", title="まとめ", text="期限の過ぎた人の数です。森 一郎さんもいます。", mail_at=clock.now()))  # fmt: skip
    db.session.commit()
    before = {row.id: (row.subject, row.detail) for row in db.session.scalars(sa.select(AuditEntry))}
    for name in ("森 一", "の", "職員", "a"):
        short = mizuho.person(name=name)
        address = f"/office/staff/{short.membership_id}/erase?because=mistake"
        assert chief.browser().post(address, data={"name": name}).status_code == 302
    db.session.expire_all()
    assert {number: (row.subject, row.detail) for number, row in ((number, db.session.get_one(AuditEntry, number)) for number in before)} == before  # fmt: skip
    assert db.session.scalars(sa.select(Notice.text)).all() == ["期限の過ぎた人の数です。森 一郎さんもいます。"]


def test_the_log_of_an_organisation_that_was_only_offered_somebody_forgets_them_too(mizuho, hachioji):
    person = mizuho.person(name="消江 次郎")
    there = db.session.get_one(Organisation, hachioji.id)
    [offer] = handing_over.offer(mizuho.administrator.actor, [person.membership_id], Offer(there, clock.today() + clock.DAY))  # fmt: skip
    handing_over.decline(hachioji.administrator.actor, [offer.id], "知りません")
    db.session.commit()
    leaves(person)
    assert erases(mizuho.administrator.browser(), person, person.name).status_code == 302
    assert everywhere(None, "消江") == set()


def test_whoever_erases_sees_where_the_own_office_wrote_the_name_and_mends_it_there(mizuho, hachioji):
    person = mizuho.person(name="消江 花子")
    session = session_of("guideline-localize", mizuho)
    session.joining_notes = "当日の受付は消江花子さんが担当します。"
    theirs = session_of("guideline-localize", hachioji)
    theirs.joining_notes = "消江 花子さんに聞いてください。"
    db.session.commit()
    administrator = mizuho.administrator.browser()
    address = f"/office/staff/{person.membership_id}/erase?because=mistake"
    page = administrator.get(address).text
    assert "開催回の案内" in page
    assert "当日の受付は消江花子さんが担当します" in page
    assert "に聞いてください" not in page, "what others wrote is theirs"
    session.joining_notes = "当日の受付は研修担当です。"
    db.session.commit()
    assert "文の中の氏名" not in administrator.get(address).text
