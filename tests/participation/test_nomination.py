"""Offices nominate for a joint session, in their own order, until the deadline."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from factories import (
    organisation_named,
    published,
    session_of,
)
from joint_sessions import close_applications, found, joint, nominate, states
from typed_forms import form_on, sending

from kernel import clock
from kernel.database import db

from people.act import Act
from people.models import AuditEntry, Membership, Role

from courses.course import set_prerequisites
from courses.models import Course
from courses.sessions import training_session
from courses.sessions.models import AdmissionRule

from participation.joint import eligibility
from participation.joint.models import Nomination
from participation.models import Enrolment, EnrolmentState


def test_a_coordinator_chooses_people_orders_them_and_is_told_what_to_know(mizuho, secretariat):
    session_id = joint(secretariat)
    people = nominate(mizuho, session_id, 2)
    took = mizuho.person()
    course, edition = published("expert-collaboration")
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
    other = session_of("expert-collaboration", secretariat)
    busy = mizuho.person()
    busy.browser().post(f"/sessions/{other.id}/enrol")
    hints = eligibility.hints_for(training_session.lock(session.id), [busy.staff_id])
    assert hints[busy.staff_id] == (eligibility.LACKS, eligibility.CLASHES)


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
    address = f"/office/nominations/{session_id}/list?organisation={mizuho.id}"
    text = f"{one.number},{one.name}\n{two.email},{two.name}\n{three.number}\n{three.name}\n{one.name},{one.number}"
    assert "5行のうち、2人を推薦名簿の最後に加えます" in host.post(address, data={"text": text}).text
    assert states(session_id) == {}
    answer = host.post(address, data={"text": text, "nominate": "1"})
    assert "5行のうち2人を推薦に加えました" in answer.text
    assert answer.text.count("氏名と、職員番号かメールアドレスを並べて") == 2
    assert answer.text.count("一覧に二度あります") == 1
    acts = db.session.execute(sa.select(AuditEntry.act, AuditEntry.organisation_id)).all()
    assert (Act.NOMINATED_ON_BEHALF.value, mizuho.id) in acts
    page = f"/office/nominations/{session_id}?organisation={mizuho.id}"
    assert "実施団体が代わって入力" in mizuho.coordinator.browser().get(page).text
    assert "窓口の調査に使いたい" in mizuho.coordinator.browser().get(page).text
    assert "窓口の調査に使いたい" not in host.get(page).text


def test_a_host_changes_only_what_it_put_on_a_list_itself_and_the_organisation_is_told(mizuho, secretariat):
    session_id = joint(secretariat)
    own = nominate(mizuho, session_id, 2)
    guest = mizuho.person()
    host, clerk = secretariat.coordinator.browser(), mizuho.coordinator.browser()
    listed = f"/office/nominations/{session_id}/list?organisation={mizuho.id}"
    host.post(listed, data={"text": f"{guest.number},{guest.name}", "nominate": "1"})
    rows = dict(db.session.execute(sa.select(Nomination.staff_id, Nomination.id)).all())
    for person in own:
        refused = host.post(f"/nominations/{rows[person.staff_id]}/remove")
        assert refused.status_code == 403
        assert "その団体の研修担当に頼んで" in refused.text
    for person in (*own, guest):
        address = f"/nominations/{rows[person.staff_id]}/move"
        assert host.post(address, data={"direction": "first"}).status_code == 403
    note = host.post(f"/office/nominations/{session_id}?organisation={mizuho.id}", data={"note": "書き換え"})
    assert note.status_code == 403
    assert "推薦名簿を代わりに入力しました" in clerk.get("/notices").text
    assert host.post(f"/nominations/{rows[guest.staff_id]}/remove").status_code == 302, "what it put there itself"
    assert set(states(session_id)) == {person.staff_id for person in own}
    assert clerk.post(f"/nominations/{rows[own[0].staff_id]}/remove").status_code == 302


def test_a_host_puts_the_list_in_order_that_it_took_in_whole(mizuho, secretariat):
    session_id = joint(secretariat)
    people, host = [mizuho.person(), mizuho.person()], secretariat.coordinator.browser()
    text = "\n".join(f"{person.number},{person.name}" for person in people)
    host.post(f"/office/nominations/{session_id}/list?organisation={mizuho.id}", data={"text": text, "nominate": "1"})
    rows = dict(db.session.execute(sa.select(Nomination.staff_id, Nomination.id)).all())
    assert host.post(f"/nominations/{rows[people[1].staff_id]}/move", data={"direction": "first"}).status_code == 302


def test_nobody_sees_the_draw_before_the_lists_close(mizuho, secretariat):
    session_id = joint(secretariat, capacity=1)
    nominate(mizuho, session_id, 2)
    host, address = secretariat.coordinator.browser(), f"/sessions/{session_id}/allocation"
    page = host.get(address).text
    assert "受付が終わるまで実施団体にも表示されません" in page
    for told in ("席あり", "待機", "順位"):
        assert told not in page.split("推薦された人")[1], told
    close_applications(session_id)
    assert "席あり" in host.get(address).text


def test_who_opens_the_lists_again_after_seeing_the_draw_gets_another(secretariat):
    session_id = joint(secretariat)
    host, address = secretariat.coordinator.browser(), f"/sessions/{session_id}/edit"
    drawn = found(session_id).seed
    close_applications(session_id)
    ahead = (clock.today() + dt.timedelta(days=9)).isoformat()
    shown = form_on(host.get(address).text, "applications_close_on")
    assert host.post(address, data=sending(shown, applications_close_on=ahead)).status_code == 302
    assert found(session_id).applications_close_at > clock.now()
    assert found(session_id).seed != drawn


def test_the_list_cannot_be_changed_after_the_deadline(mizuho, secretariat):
    session_id = joint(secretariat)
    nominate(mizuho, session_id, 1)
    close_applications(session_id)
    answer = mizuho.coordinator.browser().post(f"/office/nominations/{session_id}/add/{mizuho.staff.membership_id}")
    assert answer.status_code == 409
    assert "推薦の受付期間ではありません" in answer.text


def test_a_list_nominates_nobody_whom_its_name_does_not_name_and_the_report_prints_who_was_found(mizuho, secretariat):
    session_id = joint(secretariat)
    one = mizuho.person(name="島田 一")
    db.session.get_one(Membership, one.membership_id).staff_number = "1"
    db.session.commit()
    browser, address = mizuho.coordinator.browser(), f"/office/nominations/{session_id}/list"
    text = "No.\t氏名\t所属\n1\t新人 太郎\t総務課\n2\t島田一\t総務課\n"
    shown = browser.post(address, data={"text": text}).text
    assert "2行のうち、1人" in shown
    assert "島田 一" in shown, "the name as it is known, not as it was typed"
    assert "島田 一" in browser.post(address, data={"text": text, "nominate": "1"}).text
    assert list(states(session_id)) == [one.staff_id]


def test_the_host_reads_what_organisations_wrote_to_it_and_others_do_not(mizuho, hachioji, secretariat):
    session_id = joint(secretariat)
    nominate(hachioji, session_id, 1)
    note = {"note": "車いすで参加します。"}
    assert hachioji.coordinator.browser().post(f"/office/nominations/{session_id}", data=note).status_code == 302
    assert note["note"] in secretariat.coordinator.browser().get(f"/sessions/{session_id}/allocation").text
    for page in (f"/sessions/{session_id}", f"/office/nominations/{session_id}"):
        assert note["note"] not in mizuho.coordinator.browser().get(page).text


def test_the_last_of_a_list_becomes_first_in_one_press(mizuho):
    session_id = joint(mizuho)
    people = nominate(mizuho, session_id, 4)
    rows = dict(
        db.session.execute(
            sa.select(Nomination.staff_id, Nomination.id).where(Nomination.session_id == session_id)
        ).all()
    )
    office = mizuho.coordinator.browser()
    office.post(f"/nominations/{rows[people[3].staff_id]}/move", data={"direction": "first"})
    office.post(f"/nominations/{rows[people[0].staff_id]}/move", data={"direction": "last"})
    order = db.session.scalars(
        sa.select(Nomination.staff_id).where(Nomination.session_id == session_id).order_by(Nomination.position)
    ).all()
    assert order == [people[place].staff_id for place in (3, 1, 2, 0)]
