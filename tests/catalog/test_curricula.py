"""A curriculum is compulsory for people elsewhere: two people look at it, it changes by editions, and who adopted it is told before."""

from __future__ import annotations

import datetime as dt
import html
import re

import pytest
import sqlalchemy as sa
from factories import draft_course, edition_of, motivated, with_a_lesson

from kernel import clock
from kernel.database import db
from kernel.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError

from people.models import Role

from catalog import catalogue_search, publication
from catalog.adopting import adoption
from catalog.adopting.adoption import Adopt
from catalog.curricula import approval, edition
from catalog.curricula.curriculum import own_curriculum, published_curriculum
from catalog.curricula.edition import Step, WriteCurriculum
from catalog.models import Adoption, Curriculum

from participation.mailing.still_true import still_true
from participation.notices.kinds import NoticeKind
from participation.notices.models import Notice

from front.news import authors, morning

TITLE = "SaaS活用と要件整理―一から作らない選択"


def says(*courses, **said):
    usual = {
        "title": "わが町のコース",
        "summary": "町で決めた順",
        "track_id": None,
        "slug": "our-own",
        "is_for_all": False,
    }
    return WriteCurriculum(**{**usual, **said}, steps=tuple(Step(course, required=True) for course in courses))


def begun(person, office, *courses, **said):
    row = edition.begin(person.actor, office.id, says(*courses, **said))
    db.session.commit()
    return row


def approved(author, second, row):
    approval.hand_in(author.actor, row)
    done = approval.approve(second.actor, own_curriculum(second.actor, row.slug))
    db.session.commit()
    return done


def plain(page):
    return re.sub(r"<wbr>|<span class=\"phrases\">|</span>", "", page)


def titles_on(page):
    path = page[page.index("学ぶ順") : page.index("採用した団体")]
    return re.findall(r'<h3><a href="/courses/[^"]+">(.*?)</a>', plain(path))


def told(person, kind=NoticeKind.CURRICULUM):
    rows = sa.select(Notice).where(Notice.staff_id == person.staff_id, Notice.kind == kind).order_by(Notice.id)
    return db.session.scalars(rows).all()


def test_a_curriculum_of_the_own_organisation_is_read_by_a_colleague_and_adopted_there(mizuho, hachioji, client):
    author, colleague = mizuho.coordinator, mizuho.person(Role.COORDINATOR)
    row = begun(author, mizuho, "ai-first", "全職員のための情報セキュリティ")
    approval.hand_in(author.actor, row)
    with pytest.raises(ForbiddenError):
        approval.approve(author.actor, row)
    db.session.rollback()
    approved(author, colleague, own_curriculum(author.actor, "our-own"))
    adoption.adopt(author.actor, mizuho.id, published_curriculum("our-own", author.actor), Adopt())
    db.session.commit()
    assert "自治体職員のためのAI入門" in mizuho.staff.browser().get("/me").text
    assert "わが町のコース" in plain(mizuho.staff.browser().get("/curricula").text)
    assert mizuho.staff.browser().get("/curricula/our-own").status_code == 200


def test_what_an_organisation_has_for_itself_is_nobody_elses(mizuho, hachioji, secretariat, client):
    author = mizuho.coordinator
    approved(author, mizuho.person(Role.COORDINATOR), begun(author, mizuho, "ai-first", title="瑞穂だけの順番"))
    for browser in (client, hachioji.coordinator.browser()):
        assert browser.get("/curricula/our-own").status_code == 404
        assert "瑞穂だけの順番" not in plain(browser.get("/curricula").text)
        assert "瑞穂だけの順番" not in plain(browser.get("/").text)
    assert hachioji.coordinator.browser().get("/curricula/our-own/adopt").status_code == 404
    assert catalogue_search.find(catalogue_search.ask({"q": ["瑞穂だけの順番"]})).curricula == []
    assert "瑞穂だけの順番" not in hachioji.administrator.browser().get("/review?by=curriculum").text
    with pytest.raises(NotFoundError):
        published_curriculum("our-own", hachioji.coordinator.actor)


def test_a_curriculum_for_all_is_published_by_the_secretariat_only(mizuho, secretariat, client):
    author, colleague = mizuho.coordinator, mizuho.person(Role.COORDINATOR)
    row = begun(author, mizuho, "ai-first", is_for_all=True)
    approval.hand_in(author.actor, row)
    db.session.commit()
    with pytest.raises(ForbiddenError, match="事務局"):
        approval.approve(colleague.actor, own_curriculum(colleague.actor, "our-own"))
    db.session.rollback()
    assert "カリキュラムの確認" not in colleague.browser().get("/office").text
    browser = secretariat.secretary.browser()
    assert "わが町のコース" in browser.get("/office").text
    page = browser.get("/studio/curricula/our-own/editions").text
    seen = re.search(r'name="seen" value="([^"]+)"', page)[1]
    assert browser.post("/studio/curricula/our-own/publish", data={"seen": seen}).status_code == 302
    assert client.get("/curricula/our-own").status_code == 200


def test_who_made_themselves_a_second_person_is_none(mizuho, secretariat):
    author = secretariat.secretary
    row = begun(author, secretariat, "ai-first", is_for_all=True)
    approval.hand_in(author.actor, row)
    with pytest.raises(ForbiddenError):
        approval.approve(author.actor, row)


@pytest.fixture
def newcomers(mizuho, hachioji):
    """The curriculum of the starter content, adopted by a town for three of its people."""
    row = db.session.scalars(sa.select(Curriculum).where(Curriculum.slug == "newcomers")).one()
    db.session.add(Adoption(organisation_id=mizuho.id, curriculum_id=row.id))
    for _number in range(2):
        mizuho.person()
    mizuho.coordinator  # noqa: B018 - the third
    db.session.commit()
    return row


def next_edition(secretariat, row, *more, without="", because="SaaSを選ぶ仕事が全員に増えたため。", **said):
    actor = secretariat.secretary.actor
    whole = own_curriculum(actor, row.slug)
    in_force = edition.editions_of([whole.id])[whole.id][-1]
    steps = [Step(line.slug, line.required) for line in edition.lines_of(in_force) if line.slug != without]
    steps += [Step(slug, required=True) for slug in more]
    text = WriteCurriculum(
        title=whole.title, summary=whole.summary, track_id=whole.track_id, steps=tuple(steps), because=because, **said
    )
    edition.write(actor, whole, text)
    db.session.commit()
    return whole


def test_a_change_of_what_others_have_adopted_is_told_and_waits_two_weeks(newcomers, mizuho, secretariat, client, time):
    second = secretariat.person(Role.SECRETARIAT)
    before = titles_on(client.get("/curricula/newcomers").text)
    done = approved(secretariat.secretary, second, next_edition(secretariat, newcomers, "saas-requirements"))
    assert done.effective_on == clock.today() + dt.timedelta(days=15)
    assert titles_on(client.get("/curricula/newcomers").text) == before, "nothing has changed so far"
    morning.tell_news()
    (notice,) = told(mizuho.coordinator)
    day = clock.date_label(done.effective_on)
    assert day in notice.text
    assert f"必修に「{TITLE}」が加わります" in notice.text
    assert "あなたの団体の対象は3人です" in notice.text
    assert still_true([notice]) == {notice.id}
    page = client.get("/curricula/newcomers").text
    assert f"{day}から変わります" in page
    assert "SaaSを選ぶ仕事が全員に増えたため。" in page
    opened = mizuho.coordinator.browser().post(f"/notices/{notice.id}/open")
    assert opened.headers["Location"] == "/curricula/newcomers"
    time.passes(days=14)
    assert approval.come_into_force() == 0
    time.passes(days=1)
    assert approval.come_into_force() == 1
    assert approval.come_into_force() == 0, "once"
    db.session.commit()
    assert titles_on(client.get("/curricula/newcomers").text) == [*before, TITLE]
    assert TITLE in mizuho.staff.browser().get("/me").text


def test_a_change_can_be_called_off_before_its_day_and_that_is_told(newcomers, mizuho, secretariat, client, time):
    second = secretariat.person(Role.SECRETARIAT)
    before = titles_on(client.get("/curricula/newcomers").text)
    approved(secretariat.secretary, second, next_edition(secretariat, newcomers, without="security-basics"))
    morning.tell_news()
    browser = secretariat.secretary.browser()
    assert "この変更を取りやめる" in browser.get("/studio/curricula/newcomers/editions").text
    assert browser.post("/studio/curricula/newcomers/call-off").status_code == 302
    morning.tell_news()
    assert morning.tell_news() == 0
    first, last = told(mizuho.coordinator)
    assert "「全職員のための情報セキュリティ」がなくなります" in first.text
    assert "取りやめになりました" in last.text
    time.passes(days=20)
    assert approval.come_into_force() == 0
    assert titles_on(client.get("/curricula/newcomers").text) == before


def test_a_change_says_why_and_only_one_is_on_its_way(newcomers, secretariat):
    with pytest.raises(InvalidError, match="何をなぜ"):
        next_edition(secretariat, newcomers, "saas-requirements", because="")
    db.session.rollback()
    whole = next_edition(secretariat, newcomers, "saas-requirements")
    approval.hand_in(secretariat.secretary.actor, whole)
    with pytest.raises(ConflictError, match="確認中"):
        next_edition(secretariat, newcomers)
    db.session.rollback()


def test_who_handed_in_takes_it_back_and_who_is_sent_back_is_told_at_once(newcomers, mizuho, secretariat, time):
    author, second = secretariat.secretary, secretariat.person(Role.SECRETARIAT)
    whole = next_edition(secretariat, newcomers, "saas-requirements")
    browser = author.browser()
    browser.post("/studio/curricula/newcomers/hand-in")
    assert browser.post("/studio/curricula/newcomers/take-back").status_code == 302
    assert "確認を頼む" in browser.get("/studio/curricula/newcomers/editions").text
    browser.post("/studio/curricula/newcomers/hand-in")
    wrong = second.browser().post("/studio/curricula/newcomers/send-back", data={"note": ""})
    assert wrong.status_code == 422
    second.browser().post("/studio/curricula/newcomers/send-back", data={"note": "理由を具体的に"})
    assert authors.tell_reviewed() == 1
    assert authors.tell_reviewed() == 0
    (notice,) = told(author, NoticeKind.REVIEWED)
    assert "「理由を具体的に」" in notice.text
    assert "差し戻されたもの" in author.browser().get("/office").text
    approved(author, second, own_curriculum(author.actor, whole.slug))
    authors.tell_reviewed()
    assert "から変わります" in told(author, NoticeKind.REVIEWED)[-1].text


def test_who_wrote_a_course_is_told_what_became_of_it(mizuho, secretariat):
    author = mizuho.coordinator
    course = motivated(with_a_lesson(draft_course(author)))
    publication.hand_in(author.actor, publication.edition_in_review(author.actor, edition_of(course).id))
    db.session.commit()
    assert author.browser().post(f"/studio/{course.slug}/take-back").status_code == 302
    publication.hand_in(author.actor, publication.edition_in_review(author.actor, edition_of(course).id))
    db.session.commit()
    browser = secretariat.secretary.browser()
    browser.post(f"/studio/editions/{edition_of(course).id}/send-back", data={"note": "図がほしい"})
    authors.tell_reviewed()
    (notice,) = told(author, NoticeKind.REVIEWED)
    assert "「図がほしい」" in notice.text
    assert author.browser().post(f"/notices/{notice.id}/open").headers["Location"] == f"/studio/{course.slug}"


def test_a_curriculum_is_written_with_the_names_of_courses_in_the_order_of_their_numbers(mizuho):
    browser = mizuho.coordinator.browser()
    page = browser.get("/studio/curricula/new").text
    assert '<option value="ペーパーレスの始め方">' in page
    sent = {
        "title": "三つの講座", "summary": "順に受けます。", "track_id": "0", "audience": "own",
        "steps-0-place": "2", "steps-0-course": "ペーパーレスの始め方", "steps-0-kind": "elective",
        "steps-1-place": "1", "steps-1-course": "https://example.jp/courses/ai-first?x=1", "steps-1-kind": "required",
        "steps-2-place": "", "steps-2-course": "どこにもない講座", "steps-2-kind": "required",
    }  # fmt: skip
    wrong = browser.post("/studio/curricula/new", data=sent)
    assert wrong.status_code == 422
    assert "講座「どこにもない講座」が見つかりません" in wrong.text
    assert "どこにもない講座" in html.unescape(re.search(r'name="steps-2-course"[^>]*', wrong.text)[0]), (
        "what was typed stays"
    )
    made = browser.post("/studio/curricula/new", data={**sent, "steps-2-course": ""})
    assert made.status_code == 302
    assert made.headers["Location"] == "/studio/curricula/curriculum-1/editions"
    (row,) = edition.editions_of([own_curriculum(mizuho.coordinator.actor, "curriculum-1").id]).popitem()[1]
    lines = edition.lines_of(row)
    assert [(line.slug, line.required) for line in lines] == [("ai-first", True), ("paperless-basics", False)]


def test_a_curriculum_needs_courses_that_exist_once_and_are_published(mizuho):
    with pytest.raises(InvalidError, match="見つかりません"):
        begun(mizuho.coordinator, mizuho, "no-such-course")
    db.session.rollback()
    with pytest.raises(InvalidError, match="二度"):
        begun(mizuho.coordinator, mizuho, "ai-first", "自治体職員のためのAI入門")
    db.session.rollback()
    row = begun(mizuho.coordinator, mizuho, draft_course(mizuho.coordinator).slug)
    with pytest.raises(InvalidError, match="公開されていない"):
        approval.hand_in(mizuho.coordinator.actor, row)


def test_nobody_adopts_for_another_organisation(mizuho, hachioji):
    with pytest.raises(NotFoundError):
        adoption.adopt(mizuho.coordinator.actor, hachioji.id, published_curriculum("newcomers"), Adopt())


def test_a_remark_is_picked_from_what_is_found_and_read_beside_the_reason(mizuho):
    course = draft_course(mizuho.coordinator)
    browser = mizuho.coordinator.browser()
    assert "まだ応えていない声" in browser.get(f"/studio/{course.slug}/motivations/new").text
    found = browser.get(f"/studio/{course.slug}/motivations/new?q=セキュリティ").text
    place = re.search(r"motivations/new\?remark=([^\"&]+)\"", found)[1].replace("%2F", "/")
    page = browser.get(f"/studio/{course.slug}/motivations/new?remark={place}").text
    assert "この発言に応えます" in page
    assert f'name="remark" value="{place}"' in page
    empty = browser.post(f"/studio/{course.slug}/motivations/new", data={"remark": place, "rationale": ""})
    assert empty.status_code == 422
    assert "この発言に応えます" in empty.text
    said = {"remark": place, "rationale": "そのまま応えるため"}
    assert browser.post(f"/studio/{course.slug}/motivations/new", data=said).status_code == 302


def test_what_is_for_all_is_not_changed_by_colleagues_by_calling_it_their_own(mizuho, hachioji, secretariat):
    author, colleague = mizuho.coordinator, mizuho.person(Role.COORDINATOR)
    row = begun(author, mizuho, "ai-first", is_for_all=True)
    approved(author, secretariat.secretary, row)
    whole = own_curriculum(author.actor, "our-own")
    edition.write(author.actor, whole, says("security-basics", because="直すため"))
    approval.hand_in(author.actor, whole)
    db.session.commit()
    with pytest.raises(ForbiddenError):
        approval.approve(colleague.actor, own_curriculum(colleague.actor, "our-own"))
    db.session.rollback()
    approval.take_back(author.actor, whole)
    db.session.add(Adoption(organisation_id=hachioji.id, curriculum_id=whole.id))
    db.session.commit()
    with pytest.raises(InvalidError, match="ほかの団体が採用"):
        approval.hand_in(author.actor, whole)


def test_a_first_edition_names_no_day_and_what_was_called_off_can_be_written_anew(mizuho):
    author, colleague = mizuho.coordinator, mizuho.person(Role.COORDINATOR)
    row = begun(author, mizuho, "ai-first", effective_on=clock.today() + dt.timedelta(days=30))
    assert approved(author, colleague, row).state.is_in_force, "nothing is changed by what was never published"
    browser = author.browser()
    assert browser.get("/studio/curricula/our-own/editions").status_code == 200
    assert browser.post("/studio/curricula/our-own/call-off").status_code == 409
