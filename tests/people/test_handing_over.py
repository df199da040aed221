"""One organisation hands its people over to another: offered by the old, taken by the new, taken back until the day; nobody needs a code."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa
from factories import enrols, membership, offered
from personnel_files import applied, found, sent

from kernel import clock
from kernel.database import db
from kernel.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError

from people.act import Act
from people.joining import handed_list, handing_over, on_offer
from people.joining.handing_over import Offer, Take
from people.joining.models import OfferState, TransferOffer
from people.models import AuditEntry, Membership, Organisation, Role
from people.personnel import work
from people.personnel.models import Kind, PersonnelFile
from people.sections import coming
from people.sections.posting import Move


def in_days(days):
    return clock.today() + dt.timedelta(days=days)


def to(office, days=30, **said):
    return Offer(db.session.get_one(Organisation, office.id), in_days(days), **said)


def offers(old, *people, by=None, office, **said):
    made = handing_over.offer(
        (by or old.administrator).actor, [one.membership_id for one in people], to(office, **said)
    )
    db.session.commit()
    return [row.id for row in made]


def takes(office, offer_id, **said):
    new = handing_over.take(office.administrator.actor, offer_id, Take(**said))
    db.session.commit()
    return new.id


def present(staff_id, day=None):
    day = day or clock.today()
    rows = db.session.execute(
        sa.select(Organisation.name)
        .join(Membership, Membership.organisation_id == Organisation.id)
        .where(
            Membership.staff_id == staff_id,
            Membership.joined_on <= day,
            sa.or_(Membership.left_on.is_(None), Membership.left_on > day),
        )
    )
    return sorted(name for (name,) in rows)


def test_who_is_offered_and_taken_moves_on_the_day_and_not_before(mizuho, hachioji):
    person = mizuho.person()
    [offer] = offers(mizuho, person, office=hachioji)
    assert present(person.staff_id, in_days(40)) == ["瑞穂町"], "an offer alone moves nobody"
    takes(hachioji, offer, department="情報政策課", staff_number="H-1")
    assert [present(person.staff_id, in_days(day)) for day in (0, 29, 30)] == [["瑞穂町"], ["瑞穂町"], ["八王子市"]]


def test_the_present_membership_goes_on_where_somebody_is_lent(mizuho, hachioji):
    person = mizuho.person()
    [offer] = offers(mizuho, person, office=hachioji, ends_present=False)
    takes(hachioji, offer)
    assert present(person.staff_id, in_days(30)) == ["八王子市", "瑞穂町"]


def rows():
    db.session.expire_all()
    every = sa.select(*Membership.__table__.columns).order_by(Membership.id)
    return [tuple(row) for row in db.session.execute(every)]


@pytest.mark.parametrize("who", ["old", "new"])
def test_until_the_day_either_side_goes_back_and_everything_is_as_before(mizuho, hachioji, who):
    person = mizuho.person()
    membership(person).left_on = in_days(200)
    mizuho.administrator, hachioji.administrator  # noqa: B018 - they are there before
    db.session.commit()
    before = rows()
    [offer] = offers(mizuho, person, office=hachioji)
    takes(hachioji, offer, department="情報政策課")
    assert rows() != before
    if who == "old":
        handing_over.withdraw(mizuho.administrator.actor, [offer])
    else:
        handing_over.give_back(hachioji.administrator.actor, [offer])
    db.session.commit()
    assert rows() == before
    stands = db.session.get_one(TransferOffer, offer, populate_existing=True).state
    assert stands is (OfferState.WITHDRAWN if who == "old" else OfferState.OFFERED)


def test_after_the_day_nobody_goes_back_by_a_press(mizuho, hachioji, time):
    [offer] = offers(mizuho, mizuho.person(), office=hachioji)
    takes(hachioji, offer)
    time.passes(days=31)
    with pytest.raises(ConflictError, match="移りました"):
        handing_over.withdraw(mizuho.administrator.actor, [offer])


def test_what_rests_on_the_new_membership_is_not_lost_by_going_back(mizuho, hachioji):
    person = mizuho.person()
    [offer] = offers(mizuho, person, office=hachioji)
    new = db.session.get_one(Membership, takes(hachioji, offer))
    db.session.execute(sa.insert(sa.table("role_grant", sa.column("membership_id"), sa.column("role"), sa.column("granted_at"))).values(membership_id=new.id, role="head", granted_at=clock.now()))  # fmt: skip
    db.session.commit()
    with pytest.raises(ConflictError, match="元に戻せません"):
        handing_over.withdraw(mizuho.administrator.actor, [offer])


def test_another_organisation_sees_and_answers_nothing_that_is_not_offered_to_it(mizuho, hachioji, secretariat):
    [offer] = offers(mizuho, mizuho.person(), office=hachioji)
    host = secretariat.coordinator
    for act in (
        lambda: handing_over.take(host.actor, offer, Take()),
        lambda: handing_over.decline(mizuho.administrator.actor, [offer], "違います"),
        lambda: handing_over.withdraw(hachioji.administrator.actor, [offer]),
        lambda: on_offer.offered(host.actor, offer),
    ):
        with pytest.raises(NotFoundError):
            act()


def test_nobody_is_offered_twice_nor_to_where_they_are(mizuho, hachioji):
    person = mizuho.person()
    offers(mizuho, person, office=hachioji)
    with pytest.raises(ConflictError, match="すでに異動を申し出ています"):
        offers(mizuho, person, office=hachioji)
    with pytest.raises(InvalidError, match="ほかの団体を"):
        offers(mizuho, mizuho.person(), office=mizuho)


def test_a_coordinator_hands_no_administrator_over_and_the_last_one_stays(mizuho, hachioji):
    with pytest.raises(ForbiddenError):
        offers(mizuho, mizuho.administrator, office=hachioji, by=mizuho.coordinator)
    with pytest.raises(ConflictError, match="ただ一人の管理者"):
        offers(mizuho, mizuho.administrator, office=hachioji)
    other = mizuho.person(Role.ADMINISTRATOR)
    [first] = offers(mizuho, mizuho.administrator, office=hachioji)
    [second] = offers(mizuho, other, office=hachioji, by=other)
    takes(hachioji, first)
    with pytest.raises(ConflictError, match="ただ一人の管理者"):
        takes(hachioji, second)


def test_who_has_no_address_needs_a_number_and_one_that_is_free(mizuho, hachioji):
    person = mizuho.person()
    membership(person).staff.email = None
    db.session.commit()
    [offer] = offers(mizuho, person, office=hachioji)
    with pytest.raises(InvalidError, match="職員番号"):
        takes(hachioji, offer)
    db.session.rollback()
    with pytest.raises(ConflictError, match="職員番号"):
        takes(hachioji, offer, staff_number=hachioji.staff.number)
    db.session.rollback()
    assert takes(hachioji, offer, staff_number="H-9")


def test_declined_with_a_reason_the_old_office_offers_anew(mizuho, hachioji):
    person = mizuho.person()
    [offer] = offers(mizuho, person, office=hachioji)
    with pytest.raises(InvalidError):
        handing_over.decline(hachioji.administrator.actor, [offer], " ")
    handing_over.decline(hachioji.administrator.actor, [offer], "知らない人です")
    db.session.commit()
    assert offers(mizuho, person, office=hachioji) != [offer]
    said = set(db.session.scalars(sa.select(AuditEntry.act)))
    assert {Act.TRANSFER_OFFERED.value, Act.TRANSFER_DECLINED.value} <= said


def test_a_list_is_offered_line_by_line_and_each_line_says_what_became_of_it(mizuho, hachioji):
    one, other = mizuho.person(), mizuho.person()
    offers(mizuho, other, office=hachioji)
    text = f"{one.number}\t{one.name}\n{other.number}\t{other.name}\n{one.number}\n知らない 人\n"
    seen = handed_list.preview(mizuho.administrator.actor, mizuho.id, text, to(hachioji))
    assert [line.is_good for line in seen] == [True, False, False, False]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(TransferOffer)) == 1, "looking changes nothing"
    done = handed_list.offer_all(mizuho.administrator.actor, mizuho.id, text, to(hachioji))
    assert done[0].told == "申し出ました"
    assert "すでに異動を申し出ています" in done[1].told


def test_a_personnel_file_takes_whom_others_offer_and_gives_them_back(mizuho, hachioji):
    person, namesake = mizuho.person(name="異動 花子"), hachioji.person(name="異動 太郎")
    membership(person).staff.reading = reading = "イドウ ハナコ"
    db.session.commit()
    [offer] = offers(mizuho, person, office=hachioji)
    text = (
        f"職員番号,氏名,フリガナ,所属\nH-77,異動 花子,{reading},情報政策課\n{namesake.number},異動 太郎,,情報政策課\n"
    )
    file = sent(hachioji, text)
    assert [row.kind for row in found(file)] == [Kind.TRANSFERRED, Kind.MOVED]
    applied(hachioji, file)
    assert present(person.staff_id, in_days(30)) == ["八王子市"]
    again = found(sent(hachioji, text))
    assert again == [], "the same file once more changes nothing"
    work.take_back(hachioji.administrator.actor, db.session.get_one(PersonnelFile, file.id))
    db.session.commit()
    work.work()
    assert present(person.staff_id, in_days(30)) == ["瑞穂町"]
    assert db.session.get_one(TransferOffer, offer, populate_existing=True).state is OfferState.OFFERED


def test_a_line_with_another_reading_is_not_whom_others_offer(mizuho, hachioji):
    offers(mizuho, mizuho.person(name="異動 花子"), office=hachioji)
    file = sent(hachioji, "職員番号,氏名,フリガナ\nH-77,異動 花子,ベツノ ヒト\n")
    [row] = found(file)
    assert (row.kind, "フリガナが違います" in row.words) == (Kind.UNCLEAR, True), "nobody becomes two by a slip"


def test_the_record_goes_along(mizuho, hachioji, time):
    person = mizuho.person()
    enrolment = enrols(person, offered("paperless-basics"))
    db.session.commit()
    [offer] = offers(mizuho, person, office=hachioji)
    takes(hachioji, offer)
    time.passes(days=31)
    browser = person.browser()
    assert "ペーパーレス" in browser.get("/me").text
    assert browser.get(f"/learn/{enrolment.id}").status_code in {200, 302}


def test_an_offer_runs_out_a_month_after_its_day(mizuho, hachioji, time):
    [offer] = offers(mizuho, mizuho.person(), office=hachioji, days=0)
    time.passes(days=40)
    with pytest.raises(ConflictError, match="申し出直して"):
        takes(hachioji, offer)


def test_whom_the_office_plans_to_move_on_that_day_it_does_not_offer(mizuho, hachioji):
    person = mizuho.person()
    command = Move("税務課", "", in_days(30))
    coming.plan(mizuho.administrator.actor, [person.membership_id], command)
    db.session.commit()
    with pytest.raises(ConflictError, match="取りやめて"):
        offers(mizuho, person, office=hachioji)
    db.session.rollback()
    assert offers(mizuho, person, office=hachioji, ends_present=False), "who is lent moves inside the office as well"


def test_two_lines_for_one_who_comes_are_one_and_a_question(mizuho, hachioji):
    person = mizuho.person(name="渡辺 二郎")
    membership(person).staff.reading = "ワタナベ ジロウ"
    offers(mizuho, person, office=hachioji)
    line = f"{{}},{person.name},ワタナベ ジロウ\n"
    file = sent(hachioji, "職員番号,氏名,フリガナ\n" + line.format("H-1") + line.format("H-2"))
    kinds = sorted(one.kind.value for one in found(file))
    assert kinds == sorted([Kind.TRANSFERRED.value, Kind.UNCLEAR.value])
