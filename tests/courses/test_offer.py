"""A course may be for everybody, for chosen organisations, or for the one that has it; it is found by nobody else, on no page."""

from __future__ import annotations

import io

import pytest
import sqlalchemy as sa
from factories import draft_course, edition_of, enrols, motivated, offered, session_of, with_a_lesson

from kernel.database import db
from kernel.errors import InvalidError, NotFoundError

from people.models import Role

from courses import edition as editions
from courses.course import named
from courses.lessons import asset
from courses.models import Course, CourseEdition, EditionState, Format
from courses.models import prerequisite as comes_first

from catalog import catalogue_search, publication
from catalog.models import Curriculum, CurriculumState, CurriculumStep
from catalog.search import index
from catalog.search.models import DocumentKind, SearchDocument

from participation import application, prerequisite
from participation import enrolment as enrolments

TITLE, ADDRESS = "庁内だけの手引き", "/courses/own-guide"


def published_for(office, only_for, slug="own-guide", **said):
    """A published course that is for some organisations only."""
    course = with_a_lesson(motivated(draft_course(office.coordinator, slug, title=TITLE, only_for=only_for, **said)))
    edition = edition_of(course)
    edition.state = EditionState.IN_REVIEW
    db.session.flush()
    editions.publish(edition, course)
    index.index_course(course)
    db.session.commit()
    return db.session.scalars(sa.select(Course).where(Course.slug == slug)).one()


@pytest.fixture
def own(mizuho):
    return published_for(mizuho, ())


PAGES = ("/courses/own-guide", "/catalog", f"/catalog?q={TITLE}", "/", "/remarks", "/curricula", "/studio/own-guide")


def test_its_own_people_find_and_take_it(mizuho, own):
    browser = mizuho.staff.browser()
    assert TITLE in browser.get("/courses/own-guide").text
    page = browser.get("/catalog").text
    assert "あなたの団体のための講座" in page
    assert ADDRESS in page
    assert ADDRESS in browser.get("/catalog?q=手引き").text
    assert browser.post("/courses/own-guide/enrol").status_code == 302


@pytest.mark.parametrize("role", [None, Role.COORDINATOR, Role.ADMINISTRATOR])
def test_nobody_of_another_office_finds_it_or_takes_it(hachioji, client, own, role):
    person = hachioji.person(*([role] if role else []))
    for browser in (person.browser(), client):
        for page in PAGES:
            shown = browser.get(page).text
            assert f'href="{ADDRESS}' not in shown, page
            assert TITLE not in shown.replace(f'value="{TITLE}"', "").replace(f"「{TITLE}」", ""), page
        assert browser.get("/courses/own-guide").status_code == 404
    browser = person.browser()
    assert browser.post("/courses/own-guide/enrol").status_code == 404
    assert browser.post("/courses/own-guide/wait").status_code == 404
    if role is Role.COORDINATOR:
        assert browser.get("/office/enrol/own-guide").status_code == 404
        assert browser.get("/studio/own-guide/sessions/new").status_code == 404
        assert TITLE not in browser.get("/studio/curricula/new").text
        listed = {"text": f"{person.number},{person.name}", "enrol": "1"}
        assert browser.post("/office/enrol/own-guide", data=listed).status_code == 404
    with pytest.raises(NotFoundError):
        enrolments.enrol_in_course(person.actor, enrolments.entrant(person.actor), offered("own-guide"))


def test_chosen_organisations_have_it_too(mizuho, hachioji, secretariat):
    published_for(mizuho, (hachioji.id,))
    assert TITLE in hachioji.staff.browser().get("/courses/own-guide").text
    assert ADDRESS in hachioji.staff.browser().get("/catalog").text
    assert secretariat.person(Role.COORDINATOR).browser().get("/courses/own-guide").status_code == 404


def test_it_is_in_no_count_or_index(mizuho, client):
    before = catalogue_search.find(catalogue_search.ask({})).courses.total
    course = published_for(mizuho, ())
    assert catalogue_search.find(catalogue_search.ask({})).courses.total == before
    found = catalogue_search.find(catalogue_search.ask({"q": [TITLE]}))
    assert course.id not in [card.course_id for card in found.courses.rows]
    assert not db.session.scalars(
        sa.select(SearchDocument.id).where(
            SearchDocument.kind == DocumentKind.COURSE, SearchDocument.subject_id == course.id
        )
    ).all()


def test_a_remark_that_it_answers_does_not_tell_of_it(mizuho, hachioji, client, own):
    key = db.session.execute(
        sa.text(
            "SELECT article.key, remark.position FROM motivation JOIN remark ON remark.id = motivation.remark_id"
            " JOIN article ON article.id = remark.article_id WHERE motivation.course_id = :id"
        ),
        {"id": own.id},
    ).one()
    address = f"/remarks/{key[0]}/{key[1]}"
    assert TITLE not in client.get(address).text
    assert TITLE not in hachioji.staff.browser().get(address).text
    assert TITLE in mizuho.staff.browser().get(address).text
    for page in (f"/roundtables/{key[0].split('-')[0]}", f"/remarks?page={1 + (key[1] - 1) // 50}"):
        assert TITLE not in client.get(page).text, page
        assert TITLE not in hachioji.person(Role.COORDINATOR).browser().get(page).text, page


def test_a_session_of_it_is_open_to_those_it_is_for_whatever_the_session_says(mizuho, hachioji):
    published_for(mizuho, (), format=Format.ON_SITE)
    session = session_of("own-guide", mizuho)
    assert TITLE in mizuho.staff.browser().get(f"/sessions/{session.id}").text
    browser = hachioji.staff.browser()
    assert browser.get(f"/sessions/{session.id}").status_code == 404
    assert browser.post(f"/sessions/{session.id}/enrol").status_code == 404
    with pytest.raises(NotFoundError):
        application.enrol_in_session(hachioji.staff.actor, enrolments.entrant(hachioji.staff.actor, session), session)


def test_who_has_begun_it_goes_on_after_it_became_narrower(mizuho, hachioji):
    published_for(mizuho, (hachioji.id,))
    learner = hachioji.staff
    enrolment = enrols(learner, offered("own-guide"))
    course = db.session.scalars(sa.select(Course).where(Course.slug == "own-guide")).one()
    draft = editions.next_draft(course, mizuho.coordinator.staff_id)
    draft.only_for, draft.state = [], EditionState.IN_REVIEW
    db.session.flush()
    editions.publish(draft, course)
    db.session.commit()
    assert learner.browser().get("/courses/own-guide").status_code == 404
    assert learner.browser().get(f"/learn/{enrolment.id}").status_code == 200


def test_its_files_are_for_its_people(app, mizuho, hachioji):
    course = with_a_lesson(motivated(draft_course(mizuho.coordinator, "own-guide", title=TITLE, only_for=())))
    edition = edition_of(course)
    file = asset.keep_file(app.extensions["files"], "rules.pdf", io.BytesIO(b"%PDF-1.7"))
    asset.add_asset(edition, file)
    edition.state = EditionState.IN_REVIEW
    db.session.flush()
    editions.publish(edition, course)
    db.session.commit()
    address = f"/editions/{edition.id}/assets/rules.pdf"
    assert mizuho.staff.browser().get(address).status_code == 200
    assert hachioji.staff.browser().get(address).status_code == 404


def test_it_is_published_for_some_only_where_no_curriculum_of_others_holds_it(mizuho, secretariat):
    course = offered("ai-first")
    curriculum = Curriculum(
        slug="for-all", title="全員", summary="", owner_id=secretariat.id, state=CurriculumState.PUBLISHED,
        is_for_all=True, steps=[CurriculumStep(course_id=course.id, position=1)],
    )  # fmt: skip
    db.session.add(curriculum)
    edition = db.session.get_one(CourseEdition, course.published_id)
    db.session.refresh(edition, ["course"])
    edition.only_for = []
    assert any("対象をしぼれません" in said for said in publication.missing_for_publication(edition))


def test_the_author_says_for_whom_it_is_and_is_told_what_is_missing(mizuho):
    draft_course(mizuho.coordinator, "to-say", title=TITLE)
    db.session.commit()
    browser = mizuho.coordinator.browser()
    page = browser.get("/studio/to-say/edit").text
    assert "自分の団体だけ" in page
    track = db.session.scalar(sa.text("SELECT min(id) FROM track"))
    said = {
        "title": TITLE, "summary": "概要", "level": "1", "format": "e-learning", "minutes": "30", "track_id": track,
        "objectives": "できる", "attendance_percent": "100",
    }  # fmt: skip
    wrong = browser.post("/studio/to-say/edit", data={**said, "audience": "chosen", "organisations": "どこにもない市"})
    assert wrong.status_code == 422
    assert browser.post("/studio/to-say/edit", data={**said, "audience": "chosen"}).status_code == 422
    right = browser.post("/studio/to-say/edit", data={**said, "audience": "chosen", "organisations": "八王子市"})
    assert right.status_code == 302, right.text
    edition = db.session.scalars(
        sa.select(CourseEdition).join(CourseEdition.course).where(Course.slug == "to-say")
    ).one()
    assert len(edition.only_for) == 1
    assert "八王子市" in browser.get("/studio/to-say/edit").text or "132012" in browser.get("/studio/to-say/edit").text


def test_a_curriculum_for_all_holds_no_course_for_some(mizuho, secretariat, own):
    with pytest.raises(InvalidError):
        named([TITLE], secretariat.id, field="courses")


@pytest.mark.parametrize("before", [None, "hachioji"])
def test_who_has_begun_it_keeps_its_files_after_it_became_narrower(app, mizuho, hachioji, before):
    only_for = None if before is None else (hachioji.id, hachioji.id + 1)
    course = with_a_lesson(motivated(draft_course(mizuho.coordinator, "own-guide", title=TITLE, only_for=only_for)))
    edition = edition_of(course)
    asset.add_asset(edition, asset.keep_file(app.extensions["files"], "rules.pdf", io.BytesIO(b"%PDF-1.7")))
    edition.state = EditionState.IN_REVIEW
    db.session.flush()
    editions.publish(edition, course)
    enrols(hachioji.staff, offered("own-guide"))
    draft = editions.next_draft(course, mizuho.coordinator.staff_id)
    draft.only_for, draft.state = [], EditionState.IN_REVIEW
    db.session.flush()
    editions.publish(draft, course)
    db.session.commit()
    browser = hachioji.staff.browser()
    assert browser.get(f"/editions/{edition.id}/assets/rules.pdf").status_code == 200
    assert browser.get(f"/editions/{draft.id}/assets/rules.pdf").status_code == 404


def test_what_comes_first_is_asked_of_those_it_is_for(mizuho, hachioji, secretariat, client, own):
    session = session_of("guideline-localize", secretariat)
    later = offered("guideline-localize")
    db.session.execute(sa.insert(comes_first).values(course_id=later.id, requires_id=own.id))  # it was for all before
    db.session.commit()
    assert TITLE not in client.get("/courses/guideline-localize").text
    stranger, colleague = hachioji.staff, mizuho.staff
    assert TITLE not in stranger.browser().get(f"/sessions/{session.id}").text
    assert prerequisite.lacking(later.id, [stranger.staff_id, colleague.staff_id]) == {colleague.staff_id}
    assert stranger.browser().post(f"/sessions/{session.id}/enrol").status_code == 302
    assert TITLE in colleague.browser().get(f"/sessions/{session.id}").text
    assert colleague.browser().post(f"/sessions/{session.id}/enrol").status_code == 409


def test_its_card_and_its_session_say_when_and_for_whom(mizuho):
    published_for(mizuho, (), format=Format.ON_SITE)
    session = session_of("own-guide", mizuho)
    db.session.commit()
    browser = mizuho.staff.browser()
    card = browser.get("/catalog").text.split("あなたの団体のための講座")[1].split("</article>")[0]
    assert "次の開催" in card
    assert "この講座の対象の団体" in browser.get(f"/sessions/{session.id}").text
    assert "あなたの団体のための講座" not in browser.get("/catalog?format=online").text
