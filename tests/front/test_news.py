"""What has come upon people is told the next morning, once, and as far as it still stands."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa
from factories import learns_everything, organisation_named, published, session_of
from lessons import begins

from kernel import clock
from kernel.database import db

from courses.sessions.models import AdmissionRule

from catalog import retirement
from catalog.models import Adoption, CourseRequest, Curriculum

from participation.joint import nomination
from participation.mailing.still_true import still_true
from participation.notices.kinds import NoticeKind
from participation.notices.models import Notice

from front.news import morning as news


def told(person, kind):
    return db.session.scalars(
        sa.select(Notice).where(Notice.staff_id == person.staff_id, Notice.kind == kind).order_by(Notice.id)
    ).all()


@pytest.fixture
def adopted(mizuho):
    curriculum_id = db.session.scalars(sa.select(Curriculum.id).where(Curriculum.slug == "newcomers")).one()
    due_on = clock.today() + dt.timedelta(days=60)
    db.session.add(Adoption(organisation_id=mizuho.id, curriculum_id=curriculum_id, due_on=due_on))
    db.session.commit()
    return due_on


def test_who_is_assigned_a_curriculum_is_told_once_with_its_date(adopted, mizuho, hachioji, time):
    person, elsewhere = mizuho.staff, hachioji.staff
    for _day in range(5):
        news.tell_news()
        assert news.tell_news() == 0, "the worker asks again until nothing is left"
        time.passes(days=1)
    (notice,) = told(person, NoticeKind.ASSIGNED)
    assert f"期限は{clock.date_label(adopted)}です。" in notice.text
    assert still_true([notice]) == {notice.id}
    assert told(elsewhere, NoticeKind.ASSIGNED) == []


def test_who_joins_an_office_later_is_told_what_it_has_adopted(adopted, mizuho, time):
    news.tell_news()
    time.passes(days=30)
    early, newcomer = mizuho.person(), mizuho.person()
    db.session.execute(
        sa.text("UPDATE membership SET joined_on = :today WHERE id = :id"),
        {"today": clock.today().isoformat(), "id": newcomer.membership_id},
    )
    db.session.commit()
    news.tell_news()
    assert told(early, NoticeKind.ASSIGNED) == [], "has been there since 2020: the file of 2020 brought the person late"
    assert len(told(newcomer, NoticeKind.ASSIGNED)) == 1


def test_who_is_nominated_is_told_and_not_mailed_once_taken_off_the_list(mizuho):
    session = session_of("guideline-localize", mizuho, giving=AdmissionRule.NOMINATION)
    person, coordinator = mizuho.staff, mizuho.coordinator.actor
    nomination.nominate(coordinator, session, organisation_named(mizuho.name), person.membership_id)
    db.session.commit()
    news.tell_news()
    assert news.tell_news() == 0
    (notice,) = told(person, NoticeKind.NOMINATED)
    assert still_true([notice]) == {notice.id}
    nomination.remove(coordinator, notice.nomination_id)
    db.session.commit()
    assert still_true([notice]) == set()


def test_who_has_finished_is_told_where_the_certificate_is(mizuho):
    course, _edition = published("security-basics")
    mine, _lessons = begins(mizuho.staff, course)
    news.tell_news()
    assert told(mizuho.staff, NoticeKind.FINISHED) == []
    learns_everything(mizuho.staff.browser(), mine)
    news.tell_news()
    assert news.tell_news() == 0
    assert len(told(mizuho.staff, NoticeKind.FINISHED)) == 1


def test_who_waits_for_a_course_is_told_when_there_is_a_session_for_the_own_office(mizuho, hachioji):
    person = mizuho.staff.browser()
    assert "受けられるようになったら知らせる" in person.get("/courses/guideline-localize").text
    for _twice in range(2):
        person.post("/courses/guideline-localize/wait")
    assert db.session.scalar(sa.select(sa.func.count()).select_from(CourseRequest)) == 1
    assert "お知らせの希望を取り消す" in person.get("/courses/guideline-localize").text
    assert "受けられるようになったら、お知らせします" in person.get("/me").text
    assert "受けたい人：瑞穂町 1人" in mizuho.coordinator.browser().get("/courses/guideline-localize").text
    assert news.tell_news() == 0
    session_of("guideline-localize", hachioji, audience="prefecture", audience_prefectures="千葉県")
    assert news.tell_news() == 0, "not for them"
    session = session_of("guideline-localize", hachioji)
    assert news.tell_news() == 1
    assert news.tell_news() == 0
    (notice,) = told(mizuho.staff, NoticeKind.OPENED)
    assert notice.session_id == session.id
    assert db.session.scalar(sa.select(sa.func.count()).select_from(CourseRequest)) == 0


def test_a_request_is_taken_back_by_who_made_it_only(mizuho):
    mizuho.staff.browser().post("/courses/guideline-localize/wait")
    request_id = db.session.scalars(sa.select(CourseRequest.id)).one()
    assert mizuho.person().browser().post(f"/requests/{request_id}/take-back").status_code == 404
    assert mizuho.staff.browser().post(f"/requests/{request_id}/take-back").status_code == 302
    assert db.session.scalars(sa.select(CourseRequest.id)).all() == []


def test_who_plans_with_a_course_and_who_waited_for_it_are_told_that_it_is_retired(
    adopted, mizuho, hachioji, secretariat
):
    course, _edition = published("security-basics")
    db.session.add(
        CourseRequest(staff_id=mizuho.staff.staff_id, organisation_id=mizuho.id, course_id=course.id, wish="")
    )
    coordinator, elsewhere = mizuho.coordinator, hachioji.coordinator
    retirement.retire(secretariat.secretary.actor, course, "内容が古くなりました", "dx-first-step")
    db.session.commit()
    assert news.tell_news() >= 2
    db.session.expire_all()
    (notice,) = told(coordinator, NoticeKind.RETIRED)
    assert "採用したカリキュラム" in notice.text
    assert "後の講座は" in notice.text
    (waited,) = told(mizuho.staff, NoticeKind.RETIRED)
    assert "希望は取り下げました" in waited.text
    assert told(elsewhere, NoticeKind.RETIRED) == []
    assert db.session.scalar(sa.select(sa.func.count()).select_from(CourseRequest)) == 0
    assert still_true([notice]) == {notice.id}
    assert news.tell_news() == 0, "the worker asks again until nothing is left"
