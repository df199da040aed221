"""Looking after the own organisation's people and roles."""

from __future__ import annotations

import datetime as dt
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from factories import Office, membership

from kernel import clock
from kernel.database import db
from kernel.errors import ConflictError, ForbiddenError, NotFoundError
from kernel.settings import Mail

from people.act import Act
from people.joining.entry import JoinStaff, enter, join, leave
from people.joining.models import Applicant
from people.models import AuditEntry, Membership, Organisation, Role, SizeClass, Staff
from people.role import set_roles
from people.signing_in.models import ResetRequest

CASES = Path(__file__).parent.parent / "data" / "cases" / "people"


def new(mizuho, **typed):
    usual = {
        "organisation_id": mizuho.id,
        "name": "𠮷田 花子",
        "reading": "ヨシダ ハナコ",
        "email": "y@example.lg.jp",
        "department": "住民課",
        "joined_on": "R8.4.1",
    }
    return mizuho.coordinator.browser().post("/office/staff/new", data={**usual, **typed})


def test_a_coordinator_enters_a_person_and_the_act_is_on_record(mizuho):
    answer = new(mizuho)
    assert answer.status_code == 302
    entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.act == Act.STAFF_ENTERED.value)).one()
    assert (entry.subject, entry.actor_id, entry.organisation_id) == (
        "𠮷田 花子",
        mizuho.coordinator.staff_id,
        mizuho.id,
    )


def test_half_width_kana_in_a_reading_become_full_width(mizuho):
    assert new(mizuho, reading="\uff96\uff7c\uff80\uff9e \uff8a\uff85\uff7a").status_code == 302
    assert "ヨシダ ハナコ" in mizuho.coordinator.browser().get("/office/staff").text


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"email": "", "staff_number": ""}, "どちらかを入力"),
        ({"email": "not a mail"}, "メールアドレスの形"),
        ({"reading": "Yoshida"}, "カタカナで"),
        ({"name": "外字\ue001"}, "外字"),
        ({"post": "\uf8ff"}, "外字"),
        ({"name": ""}, "入力"),
        ({"joined_on": "来月"}, "日付は"),
        ({"staff_number": "a@b"}, "@ は使えません"),
    ],
)
def test_what_cannot_be_taken_is_told_and_nothing_typed_is_lost(mizuho, typed, told):
    answer = new(mizuho, **typed)
    assert answer.status_code == 422
    assert told in answer.text
    assert "住民課" in answer.text


def test_an_address_that_somebody_has_is_refused(mizuho, hachioji):
    answer = new(mizuho, email=hachioji.staff.email.upper())
    assert answer.status_code == 422
    assert "このメールアドレスは使えません" in answer.text
    assert "異動コード" in answer.text


def test_a_staff_number_is_unique_in_its_organisation_only(mizuho, hachioji):
    enter(JoinStaff(mizuho.id, "一 人", "イチ ヒト", None, "7"))
    enter(JoinStaff(hachioji.id, "二 人", "ニ ヒト", None, "7"))
    with pytest.raises(ConflictError, match="この職員番号"):
        enter(JoinStaff(mizuho.id, "三 人", "サン ヒト", None, "7"))


def test_nobody_grants_more_than_they_hold(mizuho):
    with pytest.raises(ForbiddenError, match="管理者"):
        set_roles(mizuho.coordinator.actor, mizuho.staff.membership_id, {Role.ADMINISTRATOR})
    with pytest.raises(ForbiddenError, match="事務局"):
        set_roles(mizuho.administrator.actor, mizuho.staff.membership_id, {Role.SECRETARIAT})
    with pytest.raises(ForbiddenError, match="管理者か事務局だけ"):
        set_roles(mizuho.coordinator.actor, mizuho.staff.membership_id, {Role.COORDINATOR})
    set_roles(mizuho.administrator.actor, mizuho.staff.membership_id, {Role.COORDINATOR})
    assert mizuho.staff.actor.holds(Role.COORDINATOR)


def test_nobody_takes_away_what_they_do_not_hold(mizuho):
    with pytest.raises(ForbiddenError):
        set_roles(mizuho.coordinator.actor, mizuho.administrator.membership_id, set())


def test_the_last_administrator_stays(mizuho):
    only = mizuho.administrator
    with pytest.raises(ConflictError, match="ただ一人の管理者"):
        set_roles(only.actor, only.membership_id, {Role.COORDINATOR})
    db.session.rollback()
    with pytest.raises(ConflictError, match="ただ一人の管理者"):
        leave(only.actor, only.membership_id, clock.today())
    db.session.rollback()
    second = mizuho.person(Role.ADMINISTRATOR)
    set_roles(second.actor, only.membership_id, set())
    assert not only.actor.holds(Role.ADMINISTRATOR)


def test_two_administrators_do_not_both_leave_one_after_the_other_on_the_same_day(mizuho):
    first, second, day = (
        mizuho.person(Role.ADMINISTRATOR),
        mizuho.person(Role.ADMINISTRATOR),
        clock.today() + 30 * clock.DAY,
    )
    leave(first.actor, first.membership_id, day)
    db.session.commit()
    with pytest.raises(ConflictError, match="ただ一人の管理者"):
        leave(first.actor, second.membership_id, day)


def test_roles_are_changed_on_the_persons_page(mizuho):
    browser = mizuho.administrator.browser()
    answer = browser.post(
        f"/office/staff/{mizuho.staff.membership_id}/roles", data={"roles": ["coordinator", "administrator"]}
    )
    assert answer.status_code == 302
    assert {role for _id, role in mizuho.staff.actor.roles} == {Role.STAFF, Role.COORDINATOR, Role.ADMINISTRATOR}
    entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.act == Act.ROLES_CHANGED.value)).one()
    assert entry.detail["after"] == ["研修担当", "管理者"]


def test_a_coordinator_changing_roles_leaves_alone_those_beyond_the_own(mizuho):
    both = mizuho.person(Role.ADMINISTRATOR, Role.COORDINATOR)
    mizuho.coordinator.browser().post(f"/office/staff/{both.membership_id}/roles", data={})
    assert {role for _id, role in both.actor.roles} == {Role.STAFF, Role.ADMINISTRATOR, Role.COORDINATOR}
    mizuho.administrator.browser().post(f"/office/staff/{both.membership_id}/roles", data={"roles": "administrator"})
    assert {role for _id, role in both.actor.roles} == {Role.STAFF, Role.ADMINISTRATOR}


def test_somebody_who_leaves_is_no_longer_listed_but_remains_a_person(mizuho):
    browser = mizuho.coordinator.browser()
    name, member, yesterday = mizuho.staff.name, mizuho.staff.membership_id, clock.today() - clock.DAY
    assert "所属を終了しますか" in browser.get(f"/office/staff/{member}/leave").text
    browser.post(f"/office/staff/{member}/leave", data={"last_day": yesterday.isoformat()})
    browser.get("/office/staff")
    assert name not in browser.get("/office/staff").text
    assert membership(mizuho.staff).left_on == clock.today()


def test_a_membership_can_end_on_a_day_to_come_and_be_mended_until_then(mizuho):
    browser, member = mizuho.coordinator.browser(), mizuho.staff.membership_id
    last_day = clock.today() + dt.timedelta(days=20)
    browser.post(f"/office/staff/{member}/leave", data={"last_day": last_day.isoformat()})
    assert f"{clock.date_label(last_day)}まで" in browser.get("/office/staff").text
    assert mizuho.staff.actor.organisation_id == mizuho.id
    answer = browser.post(f"/office/staff/{member}/leave", data={"last_day": "2001-01-01"})
    assert answer.status_code == 422
    assert "所属は2020年4月1日（水）に始まります" in answer.text


def test_people_are_listed_by_reading_and_found_by_any_kana(mizuho):
    for name, reading in (("髙橋 一", "タカハシ ハジメ"), ("青木 二", "アオキ フタ"), ("﨑山 三", "サキヤマ ミツ")):
        enter(JoinStaff(mizuho.id, name, reading, None, reading))
    db.session.commit()
    browser = mizuho.coordinator.browser()
    listed = browser.get("/office/staff").text
    assert listed.index("青木 二") < listed.index("﨑山 三") < listed.index("髙橋 一")
    for typed in ("タカハシ", "たかはし", "\uff80\uff76\uff8a\uff7c", "髙橋"):
        found = browser.get("/office/staff", query_string={"q": typed}).text
        assert "髙橋 一" in found
        assert "青木 二" not in found


def test_a_membership_that_has_not_begun_gives_no_role(mizuho):
    member = membership(mizuho.administrator)
    member.joined_on = clock.today() + dt.timedelta(days=1)
    db.session.commit()
    assert mizuho.administrator.actor.roles == ()


def test_the_secretariat_enters_the_first_person_of_an_organisation(secretariat):
    okutama = Office.of("133086")
    browser = secretariat.secretary.browser()
    form = {
        "organisation_id": okutama.id,
        "name": "奥 太郎",
        "reading": "オク タロウ",
        "email": "oku@example.lg.jp",
        "joined_on": "2026-04-01",
    }
    answer = browser.post(f"/office/staff/new?organisation={okutama.id}", data=form)
    assert answer.status_code == 302
    member = db.session.scalars(sa.select(Membership).where(Membership.organisation_id == okutama.id)).one()
    assert browser.post(f"/office/staff/{member.id}/roles", data={"roles": "administrator"}).status_code == 302


def test_a_coordinator_cannot_enter_people_elsewhere_by_changing_the_form(mizuho, hachioji):
    answer = new(mizuho, organisation_id=hachioji.id)
    assert answer.status_code == 422
    with pytest.raises(NotFoundError):
        join(mizuho.coordinator.actor, JoinStaff(hachioji.id, "他 人", "タ ニン", None, "1"))


def test_the_size_of_an_organisation_follows_its_corrected_figures(secretariat, mizuho):
    secretariat.secretary.browser().post(f"/admin/organisations/{mizuho.id}", data={"staff_count": "250"})
    assert db.session.get_one(Organisation, mizuho.id).size_class is SizeClass.SMALL


def test_the_audit_log_shows_the_own_organisation_only(mizuho, hachioji, secretariat):
    new(mizuho)
    hachioji.coordinator.browser()
    log = mizuho.administrator.browser().get("/admin/audit").text
    assert "𠮷田 花子" in log
    assert hachioji.coordinator.name not in log
    assert hachioji.coordinator.name in secretariat.secretary.browser().get("/admin/audit").text


def test_the_audit_log_is_searched_by_act_subject_and_person(mizuho):
    new(mizuho)
    browser = mizuho.administrator.browser()
    for typed in ("職員を登録", "𠮷田", mizuho.coordinator.name):
        assert "𠮷田 花子" in browser.get("/admin/audit", query_string={"q": typed}).text, typed
    assert "に合う記録は見つかりません" in browser.get("/admin/audit?q=ない言葉").text
    assert "に合う記録は見つかりません" in browser.get("/admin/audit?q=%25").text


def link_of(browser, **typed):
    """The link of a new invitation, as the page shows it."""
    page = browser.post("/office/invitation", data={"most": "2", **typed}).text
    return re.search(r'value="http://[^/]+(/join/[^"]+)"', page)[1]


def joins(client, link, number, **typed):
    usual = {
        "name": f"新任 {number}", "reading": "シンニン", "email": f"new{number}@example.lg.jp", "department": "総務課",
        "password": "yuuyake-koyake-no-machi", "again": "yuuyake-koyake-no-machi",
    }  # fmt: skip
    return client.post(link, data={**usual, **typed})


def confirms(browser, act="confirm"):
    """Press a button with all who applied chosen, as the page offers them."""
    chosen = re.findall(r'name="applicant" value="(\d+)"', browser.get("/office/invitation").text)
    return browser.post("/office/invitation/applicants", data={"applicant": chosen, "act": act})


def test_a_town_joins_without_a_roster_by_one_link(app, mizuho):
    link, client = link_of(mizuho.coordinator.browser()), app.test_client()
    assert "瑞穂町の職員として登録する" in client.get(link).text
    assert joins(client, link, 1).status_code == 302
    known = {"account": "new1@example.lg.jp", "password": "yuuyake-koyake-no-machi"}
    assert client.post("/sign-in", data=known).status_code != 302, "nobody acts under a name that nobody has confirmed"
    browser = mizuho.coordinator.browser()
    assert "招待のリンクから 1人" in browser.get("/office").text
    assert confirms(browser).status_code == 302
    signed_in = client.post("/sign-in", data=known)
    assert signed_in.status_code == 302
    assert client.post("/courses/ai-first/enrol").status_code == 302
    assert "新任 1" in mizuho.coordinator.browser().get("/office/staff").text
    assert "2人のうち1人が申し込み" in mizuho.coordinator.browser().get("/office/invitation").text
    entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.act == Act.ENTERED_BY_INVITATION.value)).one()
    assert (entry.subject, entry.organisation_id) == ("新任 1", mizuho.id)


def test_an_invitation_serves_no_more_people_than_it_says_and_ends_when_told(app, mizuho):
    browser, client = mizuho.coordinator.browser(), app.test_client()
    link = link_of(browser)
    assert [joins(client, link, number).status_code for number in (1, 2, 3)] == [302, 302, 404]
    newer = link_of(browser)
    browser.post(ends(browser)[0])
    assert client.get(newer).status_code == 404
    assert "研修担当に新しいリンクを頼んでください" in client.get(newer).text


def ends(browser):
    """The buttons that end an invitation, the latest first."""
    return re.findall(r'action="(/office/invitation/\d+/end[^"]*)"', browser.get("/office/invitation").text)


def test_several_invitations_stand_at_once_each_to_its_own_end(app, mizuho, time):
    browser, client = mizuho.coordinator.browser(), app.test_client()
    until = (clock.today() + dt.timedelta(days=40)).isoformat()
    short, long = link_of(browser, name="新採用"), link_of(browser, name="福祉部", last_day=until)
    assert [client.get(short).status_code, client.get(long).status_code] == [200, 200]
    assert {"新採用", "福祉部"} <= set(re.findall("新採用|福祉部", browser.get("/office/invitation").text))
    time.passes(days=15)
    assert [client.get(short).status_code, client.get(long).status_code] == [404, 200]
    browser = mizuho.coordinator.browser()
    assert browser.post(ends(browser)[0]).status_code == 302
    assert client.get(long).status_code == 404
    too_long = (clock.today() + dt.timedelta(days=100)).isoformat()
    assert browser.post("/office/invitation", data={"most": "2", "last_day": too_long}).status_code == 422


def test_an_invitation_may_be_for_addresses_of_the_office_and_one_section(app, mizuho):
    browser, client = mizuho.coordinator.browser(), app.test_client()
    link = link_of(browser, ending="@town.mizuho.example.lg.jp", department="福祉課")
    assert joins(client, link, 1).status_code == 422, "an address of elsewhere"
    assert joins(client, link, 1, email="x@eviltown.mizuho.example.lg.jp").status_code == 422
    assert joins(client, link, 1, email="hana@TOWN.mizuho.example.lg.jp", department="総務課").status_code == 302
    assert confirms(browser).status_code == 302
    row = db.session.scalars(sa.select(Membership).join(Membership.staff).where(Staff.name == "新任 1")).one()
    assert row.department == "福祉課"


def test_without_approval_whoever_reads_the_mails_of_an_address_of_the_office_is_let_in(app, mizuho, monkeypatch):
    browser, client = mizuho.coordinator.browser(), app.test_client()
    assert "研修担当が確かめずに登録する" not in browser.get("/office/invitation").text, (
        "nothing would come to the address"
    )
    monkeypatch.setitem(app.extensions, "settings", replace(app.extensions["settings"], mail=Mail(host="127.0.0.1")))
    told = browser.post("/office/invitation", data={"most": "2", "at_once": "y"})
    assert told.status_code == 422
    assert "@より後を入力してください" in told.text
    link = link_of(browser, ending="town.mizuho.example.lg.jp", at_once="y")
    assert "パスワード（もう一度）" not in client.get(link).text
    said = {"email": "hana@town.mizuho.example.lg.jp", "password": "", "again": ""}
    assert joins(client, link, 1, email="hana@example.lg.jp").status_code == 422
    assert joins(client, link, 1, **said).status_code == 302
    new = db.session.scalars(sa.select(Staff).where(Staff.name == "新任 1")).one()
    assert (new.email, new.password_hash) == (said["email"], None), "nobody signs in before the mail was read"
    wish = db.session.get_one(ResetRequest, new.id)
    assert wish.asked_by_id == mizuho.coordinator.staff_id
    assert joins(client, link, 2, **said).status_code == 302, "nobody learns who is there already"
    assert db.session.scalar(sa.select(sa.func.count()).where(Staff.email == said["email"])) == 1
    assert joins(client, link, 3, **said).status_code == 404, "so many and no more"


def test_another_organisation_ends_no_invitation(app, mizuho, hachioji):
    browser, client = mizuho.coordinator.browser(), app.test_client()
    link = link_of(browser)
    [press] = ends(browser)
    assert hachioji.coordinator.browser().post(press.split("?")[0]).status_code == 404
    assert client.get(link).status_code == 200


def test_who_holds_an_invitation_does_not_learn_who_has_an_account_but_the_coordinator_does(app, mizuho):
    browser, client = mizuho.coordinator.browser(), app.test_client()
    link = link_of(browser)
    assert joins(client, link, 1, password="short", again="short").status_code == 422, "what is wrong counts nobody"
    said = [
        client.get(joins(client, link, 1, email=email).location).text
        for email in (mizuho.staff.email, "nobody-yet@example.lg.jp")
    ]
    assert all("新任 1さんの登録を受け付けました" in page for page in said)
    assert "このメールアドレスは使えません" not in "".join(said)
    page = browser.get(confirms(browser).location).text
    assert "1人を登録しました" in page
    assert "新任 1さん：このメールアドレスは使えません" in page
    assert page.count('name="applicant"') == 1, "who could not be entered still waits"


def test_the_mayors_address_is_nobodys_until_the_coordinator_says_so(app, mizuho, hachioji):
    """Whoever has the link may write any name; the office sees it, and lets it go."""
    browser, client = mizuho.coordinator.browser(), app.test_client()
    joins(client, link_of(browser), 1, name="町長 本人", email="mayor@example.lg.jp")
    assert "町長 本人" in browser.get("/office/invitation").text
    assert "町長 本人" not in browser.get("/office/staff").text
    other = hachioji.coordinator.browser()
    applicant = db.session.scalars(sa.select(Applicant.id)).one()
    db.session.commit()
    address = f"/office/invitation/applicants?organisation={mizuho.id}"
    assert other.post(address, data={"applicant": applicant, "act": "confirm"}).status_code == 404
    other.post("/office/invitation/applicants", data={"applicant": applicant, "act": "confirm"})
    assert db.session.scalars(sa.select(Applicant.id)).all() == [applicant], "an office confirms its own"
    db.session.commit()
    assert "1人の申し込みを取り下げました" in browser.get(confirms(browser, act="decline").location).text
    assert db.session.scalars(sa.select(Applicant.id)).all() == []
    db.session.commit()
    mayor = {"name": "町長 本人", "reading": "チョウチョウ", "email": "mayor@example.lg.jp", "joined_on": "2026-04-01"}
    assert other.post("/office/staff/new", data={**mayor, "organisation_id": hachioji.id}).status_code == 302


def test_nobody_invites_for_another_organisation(mizuho, hachioji):
    browser = hachioji.coordinator.browser()
    assert browser.get(f"/office/invitation?organisation={mizuho.id}").status_code == 404
    assert browser.post(f"/office/invitation?organisation={mizuho.id}", data={"most": "5"}).status_code == 404


def test_a_coordinator_gets_no_link_for_somebody_who_may_do_more(mizuho):
    browser = mizuho.coordinator.browser()
    administrator = mizuho.administrator
    answer = browser.post(f"/office/staff/{administrator.membership_id}/link")
    assert answer.status_code == 403
    assert "/password/" not in answer.text
    form = {"organisation_id": mizuho.id, "name": "別人", "reading": "ベツジン", "email": "other@example.lg.jp"}
    assert browser.post(f"/office/staff/{administrator.membership_id}/edit", data=form).status_code == 403
    assert db.session.get_one(Staff, administrator.staff_id).email == administrator.email


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


def test_people_are_found_by_the_usual_form_of_their_names(mizuho):
    mizuho.person(name="髙橋 花子")
    browser = mizuho.coordinator.browser()
    assert "髙橋 花子" in browser.get("/office/staff", query_string={"q": "高橋"}).text
    assert "1行のうち、1人" in browser.post("/office/enrol/ai-first", data={"text": "高橋 花子"}).text


@pytest.mark.parametrize("typed", (CASES / "12-mails.txt").read_text(encoding="utf-8").splitlines())
def test_an_address_as_it_was_copied_is_kept_without_what_stood_around_it(mizuho, typed):
    assert new(mizuho, email=typed).status_code == 302
    kept = db.session.scalars(sa.select(Staff.email).order_by(Staff.id.desc()).limit(1)).one()
    assert re.fullmatch(r"reihaba\d?@example\.lg\.jp", kept)


def test_who_is_entered_ahead_is_told_when_the_pages_open(mizuho):
    person = mizuho.person()
    browser = person.browser()
    membership(person).joined_on = clock.today() + dt.timedelta(days=3)
    db.session.commit()
    answer = browser.post("/courses/paperless-basics/enrol")
    assert answer.status_code == 403
    assert "所属は、登録された初日から始まります。" in answer.text
