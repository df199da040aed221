"""What people found who tried the product as strangers: each of it stays mended."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from factories import draft_course, edition_of, edition_text, joins, learns_everything, session_of

from kernel.database import db
from kernel.errors import ConflictError

from people.models import Role, Staff
from people.role import set_roles

from courses import edition as editions
from courses.course import own_course
from courses.models import Level
from courses.sessions.models import TrainingSession

from participation import enrolment as enrolments
from participation import withdrawal
from participation.models import Enrolment


def test_saving_a_draft_keeps_what_was_not_touched(mizuho):
    course = draft_course(mizuho.coordinator, "kept", level=Level.LEAD, objectives=("一つ目", "二つ目"))
    browser = mizuho.coordinator.browser()
    page = browser.get("/studio/kept/edit").text
    assert "一つ目\n二つ目" in page
    assert '<option selected value="3">' in page
    track = edition_of(course).track_id
    form = {
        "title": "題",
        "summary": "概要",
        "level": "3",
        "format": "e-learning",
        "minutes": "60",
        "track_id": track,
        "objectives": "一つ目\n二つ目",
    }
    assert browser.post("/studio/kept/edit", data=form).status_code == 302
    edition = edition_of(course)
    assert edition.objectives == ["一つ目", "二つ目"]
    assert edition.level is Level.LEAD


def test_changing_a_session_shows_what_it_is(mizuho):
    session_id = session_of("web-meeting-chat", mizuho, place="3階会議室").id
    page = mizuho.coordinator.browser().get(f"/sessions/{session_id}/edit").text
    assert "3階会議室" in page
    assert '<option selected value="all">' in page


def test_a_coordinator_gets_no_link_for_somebody_who_may_do_more(mizuho):
    browser = mizuho.coordinator.browser()
    administrator = mizuho.administrator
    answer = browser.post(f"/office/staff/{administrator.membership_id}/link")
    assert answer.status_code == 403
    assert "/password/" not in answer.text
    form = {"organisation_id": mizuho.id, "name": "別人", "reading": "ベツジン", "email": "other@example.lg.jp"}
    assert browser.post(f"/office/staff/{administrator.membership_id}/edit", data=form).status_code == 403
    assert db.session.get_one(Staff, administrator.staff_id).email == administrator.email


def test_the_secretariat_reads_no_roster_of_others_and_enters_no_attendance(mizuho, hachioji, secretariat):
    session_id = session_of("web-meeting-chat", mizuho).id
    hachioji.staff.browser().post(f"/sessions/{session_id}/enrol")
    browser = secretariat.secretary.browser()
    assert hachioji.staff.name not in browser.get(f"/sessions/{session_id}").text
    assert browser.get(f"/sessions/{session_id}/attendance").status_code == 404


@pytest.mark.parametrize("wanted", ["/\t/evil.example", "/%09/evil.example", "/\\evil.example", "//evil.example"])
def test_no_wanted_page_leads_elsewhere(client, mizuho, wanted):
    answer = client.post(
        "/sign-in",
        query_string={"next": wanted},
        data={"account": mizuho.staff.email, "password": "a long enough pass phrase"},
    )
    assert "evil" not in answer.location or answer.location.startswith("/%")


@pytest.mark.parametrize("name", ["endpoint", "_scheme", "_method", "_external", "values"])
def test_an_address_may_name_anything(client, mizuho, name):
    assert client.get(f"/catalog?{name}=x").status_code == 200
    assert client.get(f"/remarks?{name}=x").status_code == 200
    assert mizuho.administrator.browser().get(f"/review?{name}=x").status_code == 200


def test_two_withdrawals_at_once_give_one_place_back(mizuho, app):
    session = session_of("web-meeting-chat", mizuho, capacity=5)
    people = [mizuho.person() for _number in range(2)]
    made = [joins(person, session).id for person in people]
    session_id, actor = session.id, people[0].actor
    db.session.commit()

    def withdraw(_time: int) -> bool:
        with app.app_context():
            try:
                withdrawal.withdraw(actor, enrolments.own_enrolment(actor, made[0]))
                db.session.commit()
            except ConflictError:
                db.session.rollback()
                return False
            finally:
                db.session.remove()
            return True

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(withdraw, range(2))) == 1
    assert db.session.get_one(TrainingSession, session_id, populate_existing=True).taken == 1


def test_a_line_of_a_sheet_never_means_somebody_else_by_its_running_number(mizuho):
    one, two = mizuho.person(name="鈴木 一"), mizuho.person(name="山田 太郎")
    db.session.execute(sa.text("UPDATE membership SET staff_number = '1' WHERE id = :id"), {"id": one.membership_id})
    db.session.commit()
    shown = mizuho.coordinator.browser().post("/office/enrol/ai-first", data={"text": "1,山田 太郎"}).text
    assert "一行に別々の職員" in shown
    assert two.name in shown


def test_a_number_settles_which_of_two_namesakes_is_meant(mizuho):
    first, _second = mizuho.person(name="佐藤 花子"), mizuho.person(name="佐藤 花子")
    shown = mizuho.coordinator.browser().post("/office/enrol/ai-first", data={"text": f"佐藤 花子,{first.number}"}).text
    assert "1行のうち、1人" in shown


def test_people_are_found_by_the_usual_form_of_their_names(mizuho):
    mizuho.person(name="髙橋 花子")
    browser = mizuho.coordinator.browser()
    assert "髙橋 花子" in browser.get("/office/staff", query_string={"q": "高橋"}).text
    assert "1行のうち、1人" in browser.post("/office/enrol/ai-first", data={"text": "高橋 花子"}).text


def test_who_began_a_course_can_finish_it_after_it_was_retired(mizuho, secretariat):
    browser = mizuho.staff.browser()
    browser.post("/courses/ai-first/enrol")
    secretariat.secretary.browser().post("/studio/ai-first/retire")
    identity = db.session.scalars(sa.select(Enrolment.id)).one()
    assert browser.get("/courses/ai-first/lessons").location == f"/learn/{identity}"
    learns_everything(browser, identity)
    assert "修了しました" in browser.get(f"/learn/{identity}").text


def test_a_retired_course_takes_nobody_new(mizuho, secretariat):
    session_id = session_of("web-meeting-chat", mizuho).id
    secretariat.secretary.browser().post("/studio/web-meeting-chat/retire")
    assert "公開は終わりました" in mizuho.staff.browser().post(f"/sessions/{session_id}/enrol").text


def test_a_cancelled_session_can_be_left_at_any_time(mizuho):
    session_id = session_of("web-meeting-chat", mizuho).id
    browser = mizuho.staff.browser()
    browser.post(f"/sessions/{session_id}/enrol")
    mizuho.coordinator.browser().post(f"/sessions/{session_id}/cancel", data={"reason": "大雪のため"})
    db.session.execute(
        sa.text(
            "UPDATE training_session SET starts_at = '2020-01-01 00:00:00', applications_open_at = '2019-01-01 00:00:00' WHERE id = :id"
        ),
        {"id": session_id},
    )
    db.session.commit()
    identity = db.session.scalars(sa.select(Enrolment.id)).one()
    assert browser.post(f"/enrolments/{identity}/withdraw").status_code == 302


def test_the_approver_can_read_every_lesson(mizuho, secretariat):
    author = secretariat.secretary
    draft = editions.next_draft(own_course(author.actor, "ai-first"), author.staff_id)
    editions.write(draft, edition_text())
    editions.write_modules(
        draft, [editions.ModuleText("単元", (editions.LessonText("題", "全文を読めるレッスンです。"),))]
    )
    identity = draft.id
    db.session.commit()
    assert "全文を読めるレッスンです。" in author.browser().get(f"/studio/editions/{identity}").text


def test_a_draft_answer_is_not_told_to_visitors(client, mizuho):
    course = draft_course(mizuho.coordinator)
    slug = course.slug
    mizuho.coordinator.browser().post(
        f"/studio/{slug}/motivations/new", data={"remark": "15-2/9", "rationale": "まだ内緒の理由"}
    )
    assert "まだ内緒の理由" not in client.get("/remarks/15-2/9").text
    assert "まだ内緒の理由" in mizuho.coordinator.browser().get("/remarks/15-2/9").text


def test_a_due_date_lies_ahead(mizuho):
    answer = mizuho.coordinator.browser().post("/curricula/newcomers/adopt", data={"due_on": "2020-01-01"})
    assert answer.status_code == 422
    assert "今日から後の日" in answer.text


def test_a_page_past_the_end_is_the_last_page(client):
    assert "24講座のうち 21〜24" in client.get("/catalog?page=99").text


def test_two_administrators_cannot_demote_each_other_at_once(mizuho, app):
    pair = [mizuho.person(Role.ADMINISTRATOR) for _number in range(2)]
    actors = [person.actor for person in pair]
    db.session.commit()

    def demote(number: int) -> bool:
        with app.app_context():
            try:
                set_roles(actors[number], pair[1 - number].membership_id, set())
                db.session.commit()
            except ConflictError:
                db.session.rollback()
                return False
            finally:
                db.session.remove()
            return True

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(demote, range(2))) == 1
