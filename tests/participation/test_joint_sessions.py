"""Joint sessions: planned by a host, filled by nomination, allocated by a rule that is explained, and kept full."""

from __future__ import annotations

import datetime as dt
import json

import pytest
import sqlalchemy as sa
from factories import (
    Office,
    membership,
    organisation_named,
    published,
    session_of,
)

from kernel import clock
from kernel.database import db
from kernel.errors import ConflictError
from kernel.secret import digest

from people.act import Act
from people.models import AuditEntry, Role

from courses.course import set_prerequisites
from courses.models import Course
from courses.sessions import training_session
from courses.sessions.models import AdmissionRule, Audience, Meeting, TrainingSession
from courses.sessions.training_session import SessionState, lock, state_of

from participation import enrolment as enrolments
from participation import withdrawal
from participation.hosting.call_off import call_off
from participation.joint import decision, eligibility, exceptional_place, nomination, waiting_list
from participation.joint.models import Allocation, Nomination, NominationState, Override
from participation.models import Enrolment, EnrolmentState

SOON = dt.timedelta(days=30)


def joint(host, **planned):
    """A session by nomination in thirty days that takes nominations for five more days."""
    begins = clock.now() + SOON
    return session_of(
        "survey-design", host,
        **{"giving": AdmissionRule.NOMINATION, "starts_at": begins, "ends_at": begins + dt.timedelta(hours=2), "capacity": 3, **planned},
    ).id  # fmt: skip


def found(session_id):
    return db.session.scalars(
        sa.select(TrainingSession).where(TrainingSession.id == session_id).execution_options(populate_existing=True)
    ).one()


def nominate(office, session_id, number):
    """Let an office nominate so many new people; return them in its order."""
    people = [office.person() for _number in range(number)]
    organisation = organisation_named(office.name)
    for person in people:
        session = lock(session_id)
        nomination.nominate(office.coordinator.actor, session, organisation, person.membership_id)
    db.session.commit()
    return people


def close_applications(session_id):
    found(session_id).applications_close_at = clock.now() - clock.MOMENT
    db.session.commit()


def decide(host, session_id):
    close_applications(session_id)
    decision.decide(host.coordinator.actor, session_id)
    db.session.commit()


def states(session_id):
    rows = db.session.execute(
        sa.select(Nomination.staff_id, Nomination.state).where(Nomination.session_id == session_id)
    )
    return {staff_id: state for staff_id, state in rows}  # noqa: C416


def enrolled(session_id):
    return set(
        db.session.scalars(
            sa.select(Enrolment.staff_id).where(
                Enrolment.session_id == session_id, Enrolment.state != EnrolmentState.WITHDRAWN
            )
        )
    )


def withdraw(person, session_id):
    mine = enrolments.open_enrolment(person.staff_id, found(session_id).edition_id and published("survey-design")[0].id)
    withdrawal.withdraw(person.actor, mine)
    db.session.commit()


def test_a_series_is_planned_in_one_step_and_one_meeting_is_moved_or_cancelled_alone(mizuho):
    browser, day = mizuho.coordinator.browser(), clock.today() + dt.timedelta(days=40)
    form = {
        "day": day.isoformat(), "starts_time": "14:00", "ends_time": "16:00", "meetings": "4", "weeks_between": "2", "place": "2階会議室",
        "capacity": "12", "minimum": "4", "giving": "nomination", "offer_days": "3", "audience": "prefecture", "prefectures": "東京都\n神奈川県",
        "lecturers": "青山 直子(講師)\n小林 結衣(司会)", "applications_open_on": clock.today().isoformat(),
        "applications_close_on": (day - dt.timedelta(days=10)).isoformat(),
    }  # fmt: skip
    answer = browser.post("/studio/community-salon/sessions/new", data=form)
    assert answer.status_code == 302, answer.text
    meetings = db.session.scalars(sa.select(Meeting).order_by(Meeting.starts_at)).all()
    days = [clock.local(meeting.starts_at).date() for meeting in meetings]
    assert days == [day + dt.timedelta(weeks=2 * number) for number in range(4)]
    third, fourth = meetings[2].id, meetings[3].id
    moved = {"day": (days[2] + clock.DAY).isoformat(), "starts_time": "10:00", "ends_time": "12:00", "place": "3階"}
    assert browser.post(f"/meetings/{third}/edit", data=moved).status_code == 302
    assert browser.post(f"/meetings/{fourth}/cancel", data={"reason": "講師の都合"}).status_code == 302
    page = browser.get(answer.location).text
    for words in ("全4回", "3階", "講師の都合", "青山 直子(講師)、小林 結衣(司会)", "東京都、神奈川県の団体"):
        assert words in page
    session = db.session.scalars(sa.select(TrainingSession)).one()
    assert clock.local(session.ends_at).date() == days[2] + clock.DAY


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"audience": "prefecture", "prefectures": ""}, "都道府県を一つ以上"),
        ({"audience": "prefecture", "prefectures": "東京府"}, "「東京府」という都道府県はありません"),
        ({"audience": "chosen", "organisations": "府中市"}, "都道府県名から入力"),
        ({"audience": "size"}, "規模を一つ以上"),
        ({"minimum": "13"}, "定員以下"),
    ],
)
def test_what_cannot_be_planned_is_told(mizuho, more, told):
    day = clock.today() + dt.timedelta(days=40)
    form = {
        "day": day.isoformat(), "starts_time": "14:00", "ends_time": "16:00", "place": "会議室", "capacity": "12", "giving": "nomination",
        "audience": "all", "applications_open_on": clock.today().isoformat(), "applications_close_on": (day - clock.DAY).isoformat(),
    }  # fmt: skip
    answer = mizuho.coordinator.browser().post("/studio/community-salon/sessions/new", data={**form, **more})
    assert answer.status_code == 422
    assert told in answer.text


def test_a_session_for_small_offices_is_not_found_by_large_ones(mizuho, hachioji, secretariat):
    small = organisation_named(mizuho.name).size_class

    session_id = joint(secretariat, audience=Audience.SIZE, audience_sizes=small.value)
    assert mizuho.staff.browser().get(f"/sessions/{session_id}").status_code == 200
    assert hachioji.staff.browser().get(f"/sessions/{session_id}").status_code == 404


def test_the_state_follows_from_dates_and_acts(mizuho, secretariat):
    session_id = joint(secretariat, capacity=2)
    nominate(mizuho, session_id, 1)
    session = found(session_id)
    assert state_of(session, session.applications_open_at - clock.MOMENT) is SessionState.PLANNED
    assert state_of(session) is SessionState.OPEN
    assert state_of(session, session.applications_close_at) is SessionState.ALLOCATING
    decide(secretariat, session_id)
    session = found(session_id)
    assert state_of(session) is SessionState.CONFIRMED
    assert state_of(session, session.starts_at - dt.timedelta(days=7)) is SessionState.LAST_PLACES
    assert state_of(session, session.ends_at) is SessionState.HELD


def test_a_coordinator_chooses_people_orders_them_and_is_told_what_to_know(mizuho, secretariat):
    session_id = joint(secretariat)
    people = nominate(mizuho, session_id, 2)
    took = mizuho.person()
    course, edition = published("survey-design")
    db.session.add(
        Enrolment(
            staff_id=took.staff_id, course_id=course.id, edition_id=edition.id, organisation_id=mizuho.id, level=edition.level,
            size_class=organisation_named(mizuho.name).size_class, fiscal_year=2024, state=EnrolmentState.COMPLETED, completed_at=clock.now(),
        )
    )  # fmt: skip
    db.session.commit()
    browser = mizuho.coordinator.browser()
    page = f"/office/nominations/{session_id}"
    assert eligibility.TOOK in browser.get(page, query_string={"q": took.name}).text
    assert browser.post(f"{page}/add/{took.membership_id}").status_code == 302
    last = db.session.scalars(sa.select(Nomination.id).where(Nomination.staff_id == took.staff_id)).one()
    for _time in range(2):
        browser.post(f"/nominations/{last}/move", data={"direction": "up"})
    assert browser.post(page, data={"note": "手話通訳をお願いします"}).status_code == 302
    shown = browser.get(page).text
    order = [took.name, people[0].name, people[1].name]
    assert [name for name in sorted(order, key=shown.index)] == order  # noqa: C416
    assert "手話通訳をお願いします" in shown
    browser.post(f"/nominations/{last}/remove")
    assert took.staff_id not in states(session_id)


def test_who_lacks_a_prerequisite_or_has_a_clash_is_told(mizuho, secretariat):
    needy = published("ai-adoption-case")[0]
    first = published("ai-first")[0]

    session = session_of("ai-adoption-case", secretariat, giving=AdmissionRule.NOMINATION)
    course = db.session.get_one(Course, needy.id)
    db.session.refresh(course, ["prerequisites"])
    set_prerequisites(course, [first.slug])
    other = session_of("survey-design", secretariat)
    busy = mizuho.person()
    busy.browser().post(f"/sessions/{other.id}/enrol")
    hints = eligibility.hints_for(found_whole(session.id), [busy.staff_id])
    assert hints[busy.staff_id] == (eligibility.LACKS, eligibility.CLASHES)


def found_whole(session_id):
    return training_session.lock(session_id)


def test_staff_wish_to_be_nominated_and_the_coordinator_sees_it(mizuho, secretariat):
    session_id = joint(secretariat)
    browser = mizuho.staff.browser()
    assert "推薦を希望する" in browser.get(f"/sessions/{session_id}").text
    assert browser.post(f"/sessions/{session_id}/enrol").status_code == 409
    browser.post(f"/sessions/{session_id}/wish", data={"note": "窓口の調査に使いたい"})
    page = mizuho.coordinator.browser().get(f"/office/nominations/{session_id}").text
    assert mizuho.staff.name in page
    assert "窓口の調査に使いたい" in page
    browser.post(f"/sessions/{session_id}/unwish")
    assert "窓口の調査に使いたい" not in mizuho.coordinator.browser().get(f"/office/nominations/{session_id}").text


def test_the_host_takes_in_a_list_for_an_organisation_that_cannot_and_the_log_says_so(mizuho, secretariat):
    session_id = joint(secretariat)
    one, two, three = mizuho.person(), mizuho.person(), mizuho.person()
    mizuho.staff.browser().post(f"/sessions/{session_id}/wish", data={"note": "窓口の調査に使いたい"})
    host = secretariat.person(Role.COORDINATOR).browser()
    answer = host.post(
        f"/office/nominations/{session_id}/list?organisation={mizuho.id}",
        data={
            "text": f"{one.number},{one.name}\n{two.email},{two.name}\n{three.number}\n{three.name}\n{one.name},{one.number}"
        },
    )
    assert "5行のうち2人を推薦に加えました" in answer.text
    assert answer.text.count("氏名と、職員番号かメールアドレスを並べて") == 3
    acts = db.session.execute(sa.select(AuditEntry.act, AuditEntry.organisation_id)).all()
    assert (Act.NOMINATED_ON_BEHALF.value, mizuho.id) in acts
    page = f"/office/nominations/{session_id}?organisation={mizuho.id}"
    assert "実施団体が代わって入力" in mizuho.coordinator.browser().get(page).text
    assert "窓口の調査に使いたい" in mizuho.coordinator.browser().get(page).text
    assert "窓口の調査に使いたい" not in host.get(page).text


def test_the_list_cannot_be_changed_after_the_deadline(mizuho, secretariat):
    session_id = joint(secretariat)
    nominate(mizuho, session_id, 1)
    close_applications(session_id)
    answer = mizuho.coordinator.browser().post(f"/office/nominations/{session_id}/add/{mizuho.staff.membership_id}")
    assert answer.status_code == 409
    assert "推薦の受付期間ではありません" in answer.text


def test_the_decision_is_explained_to_each_and_replayed_from_what_was_stored(
    app, mizuho, hachioji, secretariat, tmp_path
):
    session_id = joint(secretariat, capacity=4)
    small, large = nominate(mizuho, session_id, 2), nominate(hachioji, session_id, 5)
    host = secretariat.person(Role.COORDINATOR).browser()
    seed = found(session_id).seed
    before = mizuho.coordinator.browser().get(f"/sessions/{session_id}").text
    assert digest(seed) in before
    assert seed not in before
    close_applications(session_id)
    assert "この内容で割当を決定する" in host.get(f"/sessions/{session_id}/allocation").text
    assert host.post(f"/sessions/{session_id}/allocation/decide").status_code == 302
    assert enrolled(session_id) == {small[0].staff_id, small[1].staff_id, large[0].staff_id, large[1].staff_id} or (
        len(enrolled(session_id)) == 4
    )
    page = hachioji.coordinator.browser().get(f"/sessions/{session_id}").text
    assert "5人を推薦し、" in page
    assert seed in page
    assert small[0].name not in page
    assert "規模の小さい団体から順に一席ずつ" in page
    stored = db.session.get_one(Allocation, session_id)
    file = tmp_path / "call.json"
    file.write_bytes(hachioji.coordinator.browser().get(f"/sessions/{session_id}/allocation.json").data)
    replayed = app.test_cli_runner().invoke(args=["participation", "allocate", str(file)])
    assert json.loads(replayed.output) == stored.result


def test_who_takes_the_course_meanwhile_is_left_out(mizuho, secretariat):
    session_id = joint(secretariat)
    first, second = nominate(mizuho, session_id, 2)
    other = session_of("survey-design", secretariat)
    first.browser().post(f"/sessions/{other.id}/enrol")
    decide(secretariat, session_id)
    assert enrolled(session_id) == {second.staff_id}


def test_nobody_decides_twice_or_too_early(mizuho, secretariat):
    session_id = joint(secretariat)
    nominate(mizuho, session_id, 1)
    with pytest.raises(ConflictError, match="受付が終わってから"):
        decision.decide(secretariat.coordinator.actor, session_id)
    db.session.rollback()
    decide(secretariat, session_id)
    with pytest.raises(ConflictError, match="開催決定"):
        decision.decide(secretariat.coordinator.actor, session_id)


def test_going_without_weighs_in_the_next_session(mizuho, hachioji, secretariat):
    for _session in range(2):
        session_id = joint(secretariat, capacity=1)
        nominate(mizuho, session_id, 1)
        nominate(hachioji, session_id, 1)
        decide(secretariat, session_id)
    session_id = joint(secretariat, capacity=3)
    nominate(mizuho, session_id, 3)
    nominate(hachioji, session_id, 3)
    session = found_whole(session_id)
    call = decision.call_of(session, decision.standing(session))
    weights = {one.code: one.weight for one in call.organisations}
    assert weights == {mizuho.code: 1, hachioji.code: 2}
    decide(secretariat, session_id)
    page = secretariat.coordinator.browser().get(f"/sessions/{session_id}/allocation").text
    assert '<td class="number" data-label="重み">2.00</td>' in page
    placed = [staff_id for staff_id, state in states(session_id).items() if state is NominationState.PLACED]
    assert len(placed) == 3


def test_a_freed_place_is_offered_to_the_same_organisation_then_to_all_in_order(mizuho, hachioji, secretariat):
    session_id = joint(secretariat, capacity=2)
    mine, theirs = nominate(mizuho, session_id, 2), nominate(hachioji, session_id, 3)
    decide(secretariat, session_id)
    assert enrolled(session_id) == {mine[0].staff_id, theirs[0].staff_id}
    withdraw(theirs[0], session_id)
    assert states(session_id)[theirs[1].staff_id] is NominationState.OFFERED
    assert found(session_id).taken == 2
    browser = theirs[1].browser()
    assert "空いた席をご案内しています" in browser.get(f"/sessions/{session_id}").text
    offered = db.session.scalars(sa.select(Nomination.id).where(Nomination.staff_id == theirs[1].staff_id)).one()
    browser.post(f"/nominations/{offered}/decline")
    now_offered = [id_ for id_, state in states(session_id).items() if state is NominationState.OFFERED]
    turns = dict(db.session.execute(sa.select(Nomination.staff_id, Nomination.turn)).all())
    waiting_then = {mine[1].staff_id: turns[mine[1].staff_id], theirs[2].staff_id: turns[theirs[2].staff_id]}
    assert now_offered == [min(waiting_then, key=waiting_then.get)]


def test_an_offer_that_nobody_answers_goes_on_to_the_next(mizuho, secretariat, monkeypatch):
    session_id = joint(secretariat, capacity=1, offer_days=2)
    people = nominate(mizuho, session_id, 3)
    decide(secretariat, session_id)
    withdraw(people[0], session_id)
    later = clock.now() + dt.timedelta(days=2, minutes=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert waiting_list.due() == [session_id]
    waiting_list.rebalance(session_id)
    db.session.commit()
    assert states(session_id)[people[1].staff_id] is NominationState.EXPIRED
    assert states(session_id)[people[2].staff_id] is NominationState.OFFERED
    row = db.session.scalars(sa.select(Nomination.id).where(Nomination.staff_id == people[1].staff_id)).one()
    assert people[1].browser().post(f"/nominations/{row}/accept").status_code == 409


def test_from_the_seventh_day_before_free_places_are_open_to_everybody_entitled(
    mizuho, hachioji, secretariat, monkeypatch
):
    session_id = joint(secretariat, capacity=1)
    people = nominate(mizuho, session_id, 1)
    decide(secretariat, session_id)
    withdraw(people[0], session_id)
    assert "空いた席は、開催の7日前から先着順" in hachioji.staff.browser().post(f"/sessions/{session_id}/enrol").text
    later = found(session_id).starts_at - dt.timedelta(days=6)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert hachioji.staff.browser().post(f"/sessions/{session_id}/enrol").status_code == 302
    assert enrolled(session_id) == {hachioji.staff.staff_id}


def test_more_places_go_to_those_who_wait_and_take_none_away(mizuho, secretariat):
    session_id = joint(secretariat, capacity=1)
    people = nominate(mizuho, session_id, 3)
    decide(secretariat, session_id)
    day = clock.local(found(session_id).applications_open_at).date()
    form = {
        "place": "会議室", "audience": "all", "giving": "nomination", "offer_days": "3", "minimum": "1",
        "applications_open_on": day.isoformat(), "applications_close_on": clock.today().isoformat(),
    }  # fmt: skip
    host = secretariat.person(Role.COORDINATOR).browser()
    assert host.post(f"/sessions/{session_id}/edit", data={**form, "capacity": "2"}).status_code == 302
    assert states(session_id)[people[0].staff_id] is NominationState.PLACED
    assert states(session_id)[people[1].staff_id] is NominationState.OFFERED
    refused = host.post(f"/sessions/{session_id}/edit", data={**form, "capacity": "1"})
    assert "すでに2人に席がある" in refused.text


def test_a_colleague_takes_the_place_in_one_step(mizuho, hachioji, secretariat):
    session_id = joint(secretariat, capacity=1)
    (person,) = nominate(mizuho, session_id, 1)
    decide(secretariat, session_id)
    mine = db.session.scalars(sa.select(Enrolment.id).where(Enrolment.session_id == session_id)).one()
    browser = mizuho.coordinator.browser()
    assert (
        mizuho.staff.name in browser.get(f"/enrolments/{mine}/substitute", query_string={"q": mizuho.staff.name}).text
    )
    assert browser.post(f"/enrolments/{mine}/substitute/{hachioji.staff.membership_id}").status_code == 404
    assert browser.post(f"/enrolments/{mine}/substitute/{mizuho.staff.membership_id}").status_code == 302
    assert enrolled(session_id) == {mizuho.staff.staff_id}
    assert found(session_id).taken == 1
    assert states(session_id) == {
        person.staff_id: NominationState.WITHDRAWN, mizuho.staff.staff_id: NominationState.PLACED,
    }  # fmt: skip


def test_an_exception_needs_a_reason_and_is_shown_as_such(mizuho, secretariat):
    session_id = joint(secretariat, capacity=1)
    first, second = nominate(mizuho, session_id, 2)
    decide(secretariat, session_id)
    ids = dict(db.session.execute(sa.select(Nomination.staff_id, Nomination.id)).all())
    host = secretariat.person(Role.COORDINATOR).browser()
    form = {"nomination_id": ids[second.staff_id], "instead_of_id": ids[first.staff_id]}
    address = f"/sessions/{session_id}/allocation/override"
    assert host.post(address, data={**form, "reason": " "}).status_code == 422
    full = host.post(address, data={**form, "instead_of_id": 0, "reason": "講師からの指名"})
    assert "空いている席がありません" in full.text
    assert host.post(address, data={**form, "reason": "講師からの指名"}).status_code == 302
    assert enrolled(session_id) == {second.staff_id}
    assert states(session_id)[first.staff_id] is NominationState.WAITING
    assert db.session.scalars(sa.select(Override.reason)).all() == ["講師からの指名"]
    assert (
        "きまりによらない席が一つあります。理由: 講師からの指名"
        in mizuho.coordinator.browser().get(f"/sessions/{session_id}").text
    )


def test_who_loses_a_place_by_an_exception_is_offered_one_that_is_free(mizuho, secretariat):
    session_id = joint(secretariat, capacity=2)
    first, second = nominate(mizuho, session_id, 2)
    decide(secretariat, session_id)
    ids = {row.staff_id: row.id for row in db.session.execute(sa.select(Nomination.staff_id, Nomination.id))}
    withdraw(first, session_id)
    db.session.execute(
        sa.update(Nomination).where(Nomination.id == ids[first.staff_id]).values(state=NominationState.DECLINED)
    )
    command = exceptional_place.GivePlace(ids[first.staff_id], ids[second.staff_id], "理由")
    exceptional_place.override(secretariat.coordinator.actor, session_id, command)
    assert states(session_id)[second.staff_id] is NominationState.OFFERED


def test_too_few_and_the_session_is_not_run(mizuho, secretariat):
    session_id = joint(secretariat, capacity=5, minimum=3)
    nominate(mizuho, session_id, 2)
    decide(secretariat, session_id)
    host = secretariat.person(Role.COORDINATOR).browser()
    assert "最少の人数は3人" in host.get(f"/sessions/{session_id}/call-off").text
    assert host.post(f"/sessions/{session_id}/call-off").status_code == 302
    assert state_of(found(session_id)) is SessionState.CALLED_OFF
    assert "不開催になりました" in mizuho.coordinator.browser().get(f"/sessions/{session_id}").text


def test_enough_and_it_cannot_be_called_off(mizuho, secretariat):
    session_id = joint(secretariat, capacity=5, minimum=2)
    nominate(mizuho, session_id, 2)
    decide(secretariat, session_id)
    with pytest.raises(ConflictError, match="最少の2人に達しています"):
        call_off(secretariat.coordinator.actor, session_id)


def test_a_session_is_closed_when_attendance_is_entered(mizuho, secretariat, monkeypatch):
    session_id = joint(secretariat, capacity=1)
    nominate(mizuho, session_id, 1)
    decide(secretariat, session_id)
    later = found(session_id).ends_at + dt.timedelta(hours=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    host = secretariat.person(Role.COORDINATOR).browser()
    assert "出欠が未入力の人が1人います" in host.post(f"/sessions/{session_id}/close").text
    mine = db.session.scalars(sa.select(Enrolment.id).where(Enrolment.session_id == session_id)).one()
    meeting_id = db.session.scalars(sa.select(Meeting.id).where(Meeting.session_id == session_id)).one()
    host.post(f"/meetings/{meeting_id}/attendance", data={f"presence-{mine}": "attended"})
    assert host.post(f"/sessions/{session_id}/close").status_code == 302
    assert state_of(found(session_id)) is SessionState.FINISHED


def test_a_cancelled_session_offers_nothing_any_more(mizuho, secretariat):
    session_id = joint(secretariat, capacity=1)
    people = nominate(mizuho, session_id, 2)
    decide(secretariat, session_id)
    withdraw(people[0], session_id)
    secretariat.person(Role.COORDINATOR).browser().post(f"/sessions/{session_id}/cancel", data={"reason": "台風"})
    assert states(session_id)[people[1].staff_id] is NominationState.EXPIRED
    assert found(session_id).taken == 0


def test_the_pages_of_a_session_do_not_grow_with_the_number_of_organisations(secretariat, queries):
    def asked(number):
        session_id = joint(secretariat, capacity=3)
        for code in ("133035", "132012", "132241", "131083", "133086", "134015")[:number]:
            nominate(Office.of(code), session_id, 2)
        host = secretariat.person(Role.COORDINATOR).browser()
        host.get(f"/sessions/{session_id}/allocation")
        queries.clear()
        host.get(f"/sessions/{session_id}/allocation")
        host.get(f"/sessions/{session_id}")
        return len(queries)

    assert asked(6) <= asked(1) <= 24


def test_what_waits_for_a_coordinator_stands_on_one_page_and_goes_when_it_is_done(mizuho, hachioji, secretariat):
    session_id = joint(secretariat, capacity=1)
    coordinator, host = mizuho.coordinator.browser(), secretariat.person(Role.COORDINATOR).browser()
    assert "推薦の締切" in coordinator.get("/office").text
    people = nominate(mizuho, session_id, 2)
    assert "推薦の締切" not in coordinator.get("/office").text
    close_applications(session_id)
    assert "割当を決める" in host.get("/office").text
    host.post(f"/sessions/{session_id}/allocation/decide")
    assert "割当を決める" not in host.get("/office").text
    withdraw(people[0], session_id)
    assert "席の案内への返事" in coordinator.get("/office").text
    mine = people[1].browser()
    assert "までに返事をしてください" in mine.get("/me").text
    row = db.session.scalars(sa.select(Nomination.id).where(Nomination.staff_id == people[1].staff_id)).one()
    mine.post(f"/nominations/{row}/accept")
    assert "席の案内への返事" not in coordinator.get("/office").text
    assert "推薦されている開催回" not in mine.get("/me").text


def test_the_worker_moves_expired_offers_on(app, mizuho, secretariat, monkeypatch):
    session_id = joint(secretariat, capacity=1, offer_days=1)
    people = nominate(mizuho, session_id, 3)
    decide(secretariat, session_id)
    withdraw(people[0], session_id)
    later = clock.now() + dt.timedelta(days=1, minutes=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    db.session.remove()
    answer = app.test_cli_runner().invoke(args=["participation", "rebalance"])
    assert "1 sessions rebalanced" in answer.output
    assert states(session_id)[people[2].staff_id] is NominationState.OFFERED


def test_a_list_can_be_enrolled_in_the_last_days_and_not_before(mizuho, secretariat, monkeypatch):
    session_id = joint(secretariat, capacity=2)
    browser, address = mizuho.coordinator.browser(), f"/office/enrol/survey-design?session={session_id}"
    assert "団体の推薦で席を決めます" in browser.post(address, data={"text": mizuho.staff.number}).text
    nominate(mizuho, session_id, 1)
    decide(secretariat, session_id)
    later = found(session_id).starts_at - dt.timedelta(days=5)
    monkeypatch.setattr(clock, "now", lambda: later)
    answer = browser.post(address, data={"text": mizuho.staff.number, "enrol": "1"})
    assert "1人の受講を申し込みました" in answer.text


def test_a_session_that_is_not_run_asks_for_nothing_and_sets_its_people_free(mizuho, secretariat, monkeypatch):
    session_id = joint(secretariat, capacity=5, minimum=3)
    (person,) = nominate(mizuho, session_id, 1)
    decide(secretariat, session_id)
    host = secretariat.person(Role.COORDINATOR).browser()
    host.post(f"/sessions/{session_id}/call-off")
    assert "不開催になりました" in person.browser().get("/me").text
    later = found(session_id).starts_at + dt.timedelta(hours=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert "出欠の入力" not in host.get("/office").text
    mine = db.session.scalars(sa.select(Enrolment.id)).one()
    entered = {f"presence-{mine}": "attended"}
    meeting_id = db.session.scalars(sa.select(Meeting.id).where(Meeting.session_id == session_id)).one()
    assert host.post(f"/meetings/{meeting_id}/attendance", data=entered).status_code == 409
    assert person.browser().post(f"/enrolments/{mine}/withdraw").status_code == 302


def test_who_is_left_out_of_the_decision_can_still_stand_in(mizuho, secretariat):
    session_id = joint(secretariat, capacity=1)
    placed, busy = nominate(mizuho, session_id, 2)
    other = session_of("survey-design", secretariat)
    busy.browser().post(f"/sessions/{other.id}/enrol")
    decide(secretariat, session_id)
    assert states(session_id) == {placed.staff_id: NominationState.PLACED, busy.staff_id: NominationState.WITHDRAWN}
    assert "割当の対象になりませんでした" in mizuho.coordinator.browser().get(f"/sessions/{session_id}").text
    ids = db.session.execute(sa.select(Enrolment.staff_id, Enrolment.id)).all()
    mine = {row.staff_id: row.id for row in ids}
    busy.browser().post(f"/enrolments/{mine[busy.staff_id]}/withdraw")
    page = f"/enrolments/{mine[placed.staff_id]}/substitute"
    assert busy.name in mizuho.coordinator.browser().get(page, query_string={"q": busy.name}).text
    mizuho.coordinator.browser().post(f"{page}/{busy.membership_id}")
    assert enrolled(session_id) == {busy.staff_id}


def test_who_moved_away_still_finds_the_session_with_the_place(mizuho, hachioji, secretariat):
    session_id = session_of(
        "survey-design", secretariat, audience=Audience.CHOSEN, chosen=[organisation_named(mizuho.name)]
    ).id
    mover = mizuho.person()
    browser = mover.browser()
    assert "瑞穂町" in browser.get(f"/sessions/{session_id}").text
    browser.post(f"/sessions/{session_id}/enrol")
    assert hachioji.staff.browser().get(f"/sessions/{session_id}").status_code == 404
    membership(mover).left_on = clock.today()
    db.session.commit()
    assert browser.get(f"/sessions/{session_id}").status_code == 200
    mine = db.session.scalars(sa.select(Enrolment.id)).one()
    assert browser.post(f"/enrolments/{mine}/withdraw").status_code == 302
    assert browser.get(f"/sessions/{session_id}").status_code == 404


def test_changing_a_session_shows_what_it_is(mizuho):
    session_id = session_of("web-meeting-chat", mizuho, place="3階会議室").id
    page = mizuho.coordinator.browser().get(f"/sessions/{session_id}/edit").text
    assert "3階会議室" in page
    assert '<option selected value="all">' in page


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


def test_a_retired_course_takes_nobody_new(mizuho, secretariat):
    session_id = session_of("web-meeting-chat", mizuho).id
    secretariat.secretary.browser().post("/studio/web-meeting-chat/retire")
    assert "公開は終わりました" in mizuho.staff.browser().post(f"/sessions/{session_id}/enrol").text
