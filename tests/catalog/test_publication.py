"""No remark, no publication; nobody publishes alone; what is published never changes."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from factories import draft_course, edition_of, edition_text, motivated, published, with_a_lesson

from kernel import clock
from kernel.database import db
from kernel.errors import ConflictError, ForbiddenError, InvalidError

from people.models import Role
from people.role import set_roles

from courses import course as courses
from courses import edition as editions
from courses.course import own_course
from courses.edition import LessonText, ModuleText
from courses.lessons.difference import differences
from courses.models import Course, CourseEdition, EditionState, LessonKind

from catalog import motivation, publication
from catalog.curricula.curriculum import published_curricula
from catalog.models import Adoption, Curriculum, CurriculumState, CurriculumStep, Motivation
from catalog.motivation import Motivate

from participation.notices.kinds import NoticeKind
from participation.notices.models import Notice

from front.news import morning


def handed_in(author, **said):
    course = motivated(draft_course(author, **said))
    edition = in_review(author, course)
    publication.hand_in(author.actor, edition)
    return course, edition


def in_review(person, course):
    return publication.edition_in_review(person.actor, edition_of(course).id)


def test_a_course_without_a_motivation_cannot_be_handed_in(mizuho):
    course = draft_course(mizuho.coordinator)
    with pytest.raises(InvalidError, match="きっかけ"):
        publication.hand_in(mizuho.coordinator.actor, in_review(mizuho.coordinator, course))


@pytest.mark.parametrize(
    ("said", "told"), [({"objectives": ()}, "学習目標"), ({"minutes": None}, "所要時間"), ({"summary": ""}, "概要")]
)
def test_a_course_needs_objectives_minutes_and_a_summary(mizuho, said, told):
    course = motivated(draft_course(mizuho.coordinator, **said))
    with pytest.raises(InvalidError, match=told):
        publication.hand_in(mizuho.coordinator.actor, in_review(mizuho.coordinator, course))


@pytest.mark.parametrize(
    ("said", "is_near"), [(20, True), (24, True), (26, True), (28, False), (60, False), (14, False)]
)
def test_the_time_of_a_course_is_near_that_of_its_lessons(mizuho, said, is_near):
    course = draft_course(mizuho.coordinator, minutes=said)
    lessons = (LessonText("読む", "読みます。", minutes=15), LessonText("もう一つ", "読みます。", minutes=5))
    editions.write_modules(edition_of(course), [ModuleText("本編", lessons)])
    motivated(course)
    lacking = publication.missing_for_publication(edition_of(course))
    assert ("離れています" in "".join(lacking)) is not is_near


def test_a_motivation_needs_a_rationale(mizuho):
    course = draft_course(mizuho.coordinator)
    with pytest.raises(InvalidError, match="なぜ"):
        motivation.motivate(mizuho.coordinator.actor, course, Motivate("8-1", 11, "  "))


def test_the_author_alone_cannot_publish(mizuho):
    _course, edition = handed_in(mizuho.coordinator)
    with pytest.raises(ForbiddenError, match="自分だけでは"):
        publication.approve(mizuho.coordinator.actor, edition)


def test_a_second_person_of_the_organisation_publishes(mizuho):
    _course, edition = handed_in(mizuho.coordinator)
    colleague = mizuho.person(Role.COORDINATOR)
    publication.approve(colleague.actor, edition)
    assert edition.state is EditionState.PUBLISHED
    assert edition.course.published_id == edition.id


def test_the_secretariat_publishes(mizuho, secretariat):
    course, edition = handed_in(mizuho.coordinator)
    publication.approve(secretariat.secretary.actor, in_review(secretariat.secretary, course))
    assert db.session.get_one(Course, course.id).published_id == edition.id


def test_a_course_that_lost_its_motivation_in_review_is_not_published(mizuho):
    course, edition = handed_in(mizuho.coordinator)
    db.session.execute(sa.delete(Motivation).where(Motivation.course_id == course.id))
    with pytest.raises(InvalidError, match="きっかけ"):
        publication.approve(mizuho.person(Role.COORDINATOR).actor, edition)


def test_the_last_motivation_of_a_course_in_review_stays(mizuho):
    course, _edition = handed_in(mizuho.coordinator)
    mine = own_course(mizuho.coordinator.actor, course.slug)
    only = motivation.motivations_of(course.id)[0]
    with pytest.raises(ConflictError, match="最後のきっかけ"):
        motivation.withdraw(mizuho.coordinator.actor, mine, only.id)


def test_a_published_edition_cannot_change(mizuho):
    _course, edition = published("paperless-basics")
    with pytest.raises(ConflictError, match="公開中"):
        editions.write(edition, edition_text())
    with pytest.raises(ConflictError, match="公開中"):
        editions.write_modules(edition, [ModuleText("別の単元")])


def test_the_next_edition_is_a_draft_while_the_published_one_stands(secretariat):
    author = secretariat.secretary
    course = own_course(author.actor, "paperless-basics")
    first = course.published_id
    draft = editions.next_draft(course, author.staff_id)
    editions.write(draft, edition_text(title="ペーパーレスの始め方（改）"))
    assert (draft.number, draft.state, course.published_id) == (2, EditionState.DRAFT, first)
    with pytest.raises(ConflictError, match="先にその版"):
        editions.next_draft(own_course(author.actor, "paperless-basics"), author.staff_id)
    db.session.rollback()


def test_publishing_the_next_edition_retires_the_one_before(secretariat):
    author = secretariat.secretary
    draft = editions.next_draft(own_course(author.actor, "paperless-basics"), author.staff_id)
    db.session.commit()
    edition = publication.edition_in_review(author.actor, draft.id)
    publication.hand_in(author.actor, edition)
    second = secretariat.person(Role.SECRETARIAT)
    publication.approve(second.actor, publication.edition_in_review(second.actor, draft.id))
    states = dict(
        db.session.execute(
            sa.select(CourseEdition.number, CourseEdition.state).where(CourseEdition.course_id == edition.course_id)
        ).all()
    )
    assert states == {1: EditionState.RETIRED, 2: EditionState.PUBLISHED}


def test_the_difference_between_two_editions_can_be_read(secretariat):
    author = secretariat.secretary
    course = own_course(author.actor, "paperless-basics")
    draft = editions.next_draft(course, author.staff_id)
    editions.write_modules(draft, [ModuleText("紙にかかる時間を数える", (LessonText("測る", "十分間だけ測ります。"),))])
    old, new = editions.whole(course.published_id), editions.whole(draft.id)
    found = {difference.label: difference.lines for difference in differences(old, new)}
    assert ("+", "十分間だけ測ります。") in found["レッスン「測る」"]
    assert ("-", "■ 会議資料の電子化") in found["単元とレッスン"]
    assert {label for label in found if "レッスン「" not in label} == {"単元とレッスン"}
    db.session.commit()
    page = author.browser().get("/studio/paperless-basics/differences/1/2").text
    assert "十分間だけ測ります。" in page


def test_the_difference_of_a_quiz_is_told_in_words_and_what_stays_is_folded(secretariat):
    author = secretariat.secretary
    course = own_course(author.actor, "security-basics")
    draft = editions.whole(editions.next_draft(course, author.staff_id).id)
    quiz = next(lesson for module in draft.modules for lesson in module.lessons if lesson.kind is LessonKind.QUIZ)
    quiz.content = {**quiz.content, "pass_percent": 55}
    db.session.commit()
    ((label, lines),) = [
        (one.label, one.lines) for one in differences(editions.whole(course.published_id), editions.whole(draft.id))
    ]
    assert label == f"レッスン「{quiz.title}」"
    assert any(sign == "+" and "合格点：55%" in line for sign, line in lines)
    assert any(sign == "…" for sign, _line in lines), "what stays the same is folded"
    page = author.browser().get("/studio/security-basics/differences/1/2").text
    for word in ("pass_percent", "shuffle", "right:", "questions:", "kind:"):
        assert word not in page


def test_an_edition_sent_back_carries_the_note_to_its_author(mizuho):
    course, edition = handed_in(mizuho.coordinator)
    edition_id, slug = edition.id, course.slug
    (lesson,) = editions.whole(edition_id).modules[0].lessons
    said = {"note": "目標をもう一つお願いします", f"lesson-{lesson.id}": "図がほしいです"}
    db.session.commit()
    colleague = mizuho.person(Role.COORDINATOR).browser()
    assert colleague.post(f"/studio/editions/{edition_id}/send-back", data={"note": ""}).status_code == 422
    colleague.post(f"/studio/editions/{edition_id}/send-back", data=said)
    page = mizuho.coordinator.browser().get(f"/studio/{slug}").text
    assert "目標をもう一つお願いします" in page
    assert "「読む」：図がほしいです" in page


def test_a_note_at_one_lesson_alone_is_enough(mizuho):
    _course, edition = handed_in(mizuho.coordinator)
    (lesson,) = editions.whole(edition.id).modules[0].lessons
    said = {"note": "", f"lesson-{lesson.id}": "図がほしいです"}
    db.session.commit()
    colleague = mizuho.person(Role.COORDINATOR).browser()
    assert colleague.post(f"/studio/editions/{edition.id}/send-back", data=said).status_code == 302


def test_nobody_publishes_what_they_do_not_say_they_have_read(mizuho, secretariat):
    _course, edition = handed_in(mizuho.coordinator)
    edition_id = edition.id
    db.session.commit()
    second = secretariat.secretary.browser()
    refused = second.post(f"/studio/editions/{edition_id}/approve")
    assert refused.headers["Location"] == f"/studio/editions/{edition_id}"
    assert edition_of_id(edition_id).state is EditionState.IN_REVIEW
    assert "チェックを入れてください" in second.get(refused.headers["Location"]).text
    second.post(f"/studio/editions/{edition_id}/approve", data={"read": "1"})
    assert edition_of_id(edition_id).state is EditionState.PUBLISHED


def edition_of_id(edition_id):
    return db.session.get_one(CourseEdition, edition_id, populate_existing=True)


def test_a_retired_course_leaves_the_catalogue_and_can_come_back(secretariat):
    author = secretariat.secretary
    browser = author.browser()
    browser.post("/studio/paperless-basics/retire", data={"because": "新しい講座に替わりました。"})
    assert browser.get("/courses/paperless-basics").status_code == 410
    assert "ペーパーレスの始め方" not in browser.get("/catalog", query_string={"q": "ペーパーレス"}).text
    browser.post("/studio/paperless-basics/next")
    browser.post("/studio/paperless-basics/hand-in")
    edition_id = db.session.scalar(sa.select(sa.func.max(CourseEdition.id)))
    secretariat.person(Role.SECRETARIAT).browser().post(f"/studio/editions/{edition_id}/approve", data={"read": "1"})
    assert browser.get("/courses/paperless-basics").status_code == 200


def approval(browser, edition_id):
    """What the button of the page sends that somebody has before them."""
    page = browser.get(f"/studio/editions/{edition_id}").text
    return {"read": "1", "seen": re.search(r'/approve.*?name="seen" value="(\w+)"', page, re.DOTALL)[1]}


def test_nobody_publishes_what_they_have_not_read(mizuho):
    course, edition = handed_in(mizuho.coordinator)
    db.session.commit()
    author, second, slug = mizuho.coordinator.browser(), mizuho.person(Role.COORDINATOR).browser(), course.slug
    sent = approval(second, edition.id)
    assert second.post(f"/studio/editions/{edition.id}/send-back", data={"note": "直してください"}).status_code == 302
    db.session.get_one(CourseEdition, edition.id).title = "誰も読んでいない講座"
    db.session.commit()
    assert author.post(f"/studio/{slug}/hand-in").status_code == 302
    refused = second.post(f"/studio/editions/{edition.id}/approve", data=sent)
    assert refused.status_code == 409
    assert "いまの内容を確かめてから、もう一度操作してください" in refused.text
    assert second.post(f"/studio/editions/{edition.id}/approve", data=approval(second, edition.id)).status_code == 302


def test_a_motivation_that_changed_since_it_was_read_stops_the_approval_too(mizuho):
    course, edition = handed_in(mizuho.coordinator)
    db.session.commit()
    second = mizuho.person(Role.COORDINATOR).browser()
    sent = approval(second, edition.id)
    db.session.scalars(sa.select(Motivation).where(Motivation.course_id == course.id)).first().rationale = "別の理由"
    db.session.commit()
    assert second.post(f"/studio/editions/{edition.id}/approve", data=sent).status_code == 409


def test_nobody_makes_a_second_person_of_themselves(mizuho):
    """Neither a role given after the hand-in nor one given by the author makes somebody a second person."""
    author = mizuho.person(Role.COORDINATOR, Role.ADMINISTRATOR)
    made_before = mizuho.person()
    set_roles(author.actor, made_before.membership_id, {Role.COORDINATOR})
    db.session.commit()
    course, _edition = handed_in(author)
    db.session.commit()
    made_after = mizuho.person()
    set_roles(mizuho.administrator.actor, made_after.membership_id, {Role.COORDINATOR})
    db.session.commit()

    def waits_for(somebody):
        return edition_of(course).id in {row.id for row in db.session.scalars(publication.waiting_for(somebody.actor))}

    for somebody in (author, made_before, made_after):
        told = publication.OWN if somebody is author else publication.TOO_NEW
        assert not waits_for(somebody)
        with pytest.raises(ForbiddenError, match=told[:10]):
            publication.approve(somebody.actor, in_review(somebody, course))
    assert waits_for(mizuho.coordinator)
    publication.approve(mizuho.coordinator.actor, in_review(mizuho.coordinator, course))


def test_the_secretariat_does_not_publish_alone_either(secretariat):
    course, _edition = handed_in(secretariat.secretary)
    with pytest.raises(ForbiddenError):
        publication.approve(secretariat.secretary.actor, in_review(secretariat.secretary, course))


def test_hosts_and_courses_that_come_first_are_picked_one_after_the_other(mizuho):
    course = draft_course(mizuho.coordinator, "picked")
    db.session.commit()
    browser, address = mizuho.coordinator.browser(), "/studio/picked/links"
    page = browser.get(address).text
    assert '<option value="東京都市町村職員研修所">' in page
    assert '<option value="札幌市">' not in page, "of the own prefecture; others are typed"
    more = browser.post(
        address, data={"host_too": "東京都市町村職員研修所", "prerequisite_too": "ペーパーレスの始め方", "act": "more"}
    )
    assert more.location.endswith(address)
    more = browser.post(
        address, data={"hosts": "東京都市町村職員研修所", "prerequisites": "ペーパーレスの始め方", "host_too": "札幌市"}
    )
    assert more.location.endswith("/studio/picked")
    db.session.expire_all()
    course = courses.own_course(mizuho.coordinator.actor, "picked")
    assert {host.name for host in course.hosts} == {"東京都市町村職員研修所", "札幌市"}
    assert courses.titles_before(course.id) == ["ペーパーレスの始め方"]
    wrong = browser.post(address, data={"hosts": "札幌市", "host_too": "ない団体"})
    assert wrong.status_code == 422
    assert 'value="ない団体"' in wrong.text, "nothing typed is lost"


def test_prerequisites_cannot_form_a_circle(secretariat):
    actor = secretariat.secretary.actor
    first, second, third = (
        own_course(actor, slug) for slug in ("ai-first", "ai-adoption-case", "expert-collaboration")
    )
    courses.set_prerequisites(second, ["ai-first"])
    courses.set_prerequisites(third, ["ai-adoption-case"])
    with pytest.raises(InvalidError, match="たがいに先に"):
        courses.set_prerequisites(first, ["expert-collaboration"])
    with pytest.raises(InvalidError, match="たがいに先に"):
        courses.set_prerequisites(first, ["ai-first"])


def test_a_course_can_be_traced_both_ways(client):
    page = client.get("/courses/security-basics").text
    assert page.index("この講座を求めた声") < page.index("できるようになること")
    assert 'href="/remarks/8-1/11"' in page
    assert "https://note.com/tokyo_cio_forum/n/nf4a13b0a37e0" in page
    remark = client.get("/remarks/8-1/11").text
    assert 'href="/courses/security-basics"' in remark
    assert 'href="/roundtables/8"' in remark
    assert 'href="/remarks/8-1/11"' in client.get("/roundtables/8").text


def test_a_remark_that_nothing_answers_is_listed_until_a_course_answers_it(client, mizuho, secretariat):
    assert "都に支援してもらえる部分があれば助かる" in client.get("/remarks?unanswered=1").text
    course = with_a_lesson(draft_course(mizuho.coordinator))
    motivation.motivate(mizuho.coordinator.actor, course, Motivate("15-2", 9, "相談窓口の使い方を学ぶため"))
    edition = in_review(mizuho.coordinator, course)
    publication.hand_in(mizuho.coordinator.actor, edition)
    publication.approve(secretariat.secretary.actor, in_review(secretariat.secretary, course))
    db.session.commit()
    assert "都に支援してもらえる部分があれば助かる" not in client.get("/remarks?unanswered=1").text


def test_the_starter_content_is_complete(app):
    counted = {
        "courses": sa.select(sa.func.count()).select_from(Course).where(Course.published_id.is_not(None)),
        "motivations": sa.select(sa.func.count()).select_from(Motivation),
    }
    assert {name: db.session.scalar(count) for name, count in counted.items()} == {"courses": 26, "motivations": 70}
    assert len(published_curricula()) == 13


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


def test_who_retires_a_course_sees_what_hangs_on_it_and_says_why_and_what_comes_after(client, mizuho, secretariat):
    curriculum_id = db.session.scalars(sa.select(Curriculum.id).where(Curriculum.slug == "newcomers")).one()
    db.session.add(Adoption(organisation_id=mizuho.id, curriculum_id=curriculum_id, due_on=clock.today()))
    db.session.commit()
    person, browser = mizuho.staff, secretariat.secretary.browser()
    assert "あと延べ" in mizuho.coordinator.browser().get("/office").text
    page = browser.get("/studio/security-basics/retire").text
    assert "新任・異動者のための共通カリキュラム" in page
    assert "1団体が採用していて" in page
    assert browser.post("/studio/security-basics/retire", data={}).status_code == 422, "a reason is asked for"
    wrong = browser.post("/studio/security-basics/retire", data={"because": "古い", "successor": "無い講座"})
    assert wrong.status_code == 422
    assert "見つかりません" in wrong.text
    assert client.get("/courses/security-basics").status_code == 200, "nothing has happened so far"
    said = {"because": "内容を分けました。", "successor": "はじめての自治体DX"}
    assert browser.post("/studio/security-basics/retire", data=said).status_code == 302
    gone = client.get("/courses/security-basics")
    assert gone.status_code == 410
    assert "内容を分けました。" in gone.text
    assert "/courses/dx-first-step" in gone.text
    assert "全職員のための情報セキュリティ" not in mizuho.coordinator.browser().get("/office/duties").text
    assert "全職員のための情報セキュリティ" not in person.browser().get("/me").text
    assert client.get("/courses/never-there").status_code == 404


def test_a_duty_that_was_retired_is_missing_in_nobodys_count(app, mizuho, secretariat):
    course = published("ai-first")[0]
    curriculum = Curriculum(
        slug="one-course", title="一つだけ", summary="", owner_id=mizuho.id, state=CurriculumState.PUBLISHED,
        steps=[CurriculumStep(course_id=course.id, position=1)],
    )  # fmt: skip
    db.session.add(curriculum)
    db.session.flush()
    db.session.add(Adoption(organisation_id=mizuho.id, curriculum_id=curriculum.id, due_on=clock.today()))
    _someone = mizuho.staff
    db.session.commit()
    coordinator = mizuho.coordinator.browser()
    assert "一つだけ" in coordinator.get("/office").text
    secretariat.secretary.browser().post("/studio/ai-first/retire", data={"because": "終わりました。"})
    assert "一つだけ" not in coordinator.get("/office").text


def test_a_course_is_read_again_on_its_day_and_who_looks_after_it_is_told(mizuho, time):
    course, edition = handed_in(mizuho.coordinator)
    colleague = mizuho.person(Role.COORDINATOR)
    publication.approve(colleague.actor, in_review(colleague, course))
    db.session.commit()
    browser, address = mizuho.coordinator.browser(), f"/studio/{course.slug}/keeping"
    past = (clock.today() - clock.DAY).isoformat()
    assert browser.post(address, data={"kept_by": str(colleague.staff_id), "review_on": past}).status_code == 422
    day = (clock.today() + 30 * clock.DAY).isoformat()
    assert browser.post(address, data={"kept_by": str(colleague.staff_id), "review_on": day}).status_code == 302
    assert colleague.name in browser.get(f"/studio/{course.slug}").text
    assert morning.tell_news() >= 0
    kind = NoticeKind.TO_REVIEW
    notices = sa.select(Notice.staff_id).where(Notice.kind == kind)
    assert db.session.scalars(notices).all() == []
    time.passes(days=31)
    morning.tell_news()
    morning.tell_news()
    assert db.session.scalars(notices).all() == [colleague.staff_id]
    assert "見直しの日が来た講座" in mizuho.coordinator.browser().get("/office").text
    assert edition.title in mizuho.coordinator.browser().get("/office").text


def test_what_waits_for_a_second_person_is_one_list_and_says_who_reads_it(mizuho, secretariat, time):
    _course, edition = handed_in(mizuho.coordinator, title="待っている講座")
    db.session.commit()
    time.passes(days=3)
    colleague, other = mizuho.person(Role.COORDINATOR), secretariat.secretary
    db.session.execute(sa.text("UPDATE role_grant SET granted_at = '2020-01-01 00:00:00'"))
    db.session.commit()
    browser, page = colleague.browser(), "/studio/approvals"
    shown = browser.get(page).text
    assert "待っている講座" in shown
    assert "3日" in shown
    assert "待っている講座" not in mizuho.coordinator.browser().get(page).text, "who wrote it does not approve it"
    before = db.session.get_one(CourseEdition, edition.id).changed_at
    assert browser.post(f"/studio/editions/{edition.id}/take-up").status_code == 302
    assert f"{colleague.name}さんが確認しています" in other.browser().get("/office").text
    assert other.browser().post(f"/studio/editions/{edition.id}/take-up").status_code == 409
    assert db.session.get_one(CourseEdition, edition.id, populate_existing=True).changed_at == before
    browser.post(f"/studio/editions/{edition.id}/take-up")
    assert db.session.get_one(CourseEdition, edition.id, populate_existing=True).reviewer_id, "pressed twice is once"
    left = browser.post(f"/studio/editions/{edition.id}/take-up?leave=1")
    assert left.status_code == 302, "left to others again"
    assert other.browser().post(f"/studio/editions/{edition.id}/take-up").status_code == 302
    assert mizuho.coordinator.browser().post(f"/studio/editions/{edition.id}/take-up").status_code == 404
    publication.take_back(mizuho.coordinator.actor, in_review(mizuho.coordinator, _course))
    publication.hand_in(mizuho.coordinator.actor, in_review(mizuho.coordinator, _course))
    assert db.session.get_one(CourseEdition, edition.id).reviewer_id is None, "handed in anew, it waits for anybody"
