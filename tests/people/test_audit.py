"""The audit log: a closed vocabulary of acts, each of which can be read, whatever version wrote the entry."""

from __future__ import annotations

import re

from factories import joins, session_of

from kernel import clock
from kernel.database import add, db

from people import audit
from people.act import Act
from people.audit import Change
from people.models import AuditEntry, Role


def log_of(office, query=""):
    page = office.administrator.browser().get(f"/admin/audit{query}")
    assert page.status_code == 200
    return page.text


def test_the_log_tells_of_every_act_there_is(mizuho):
    for act in Act:
        audit.record(mizuho.coordinator.actor, act, "対象", change=Change(["前の状態"], ["後の状態"]), about=1)
    db.session.commit()
    pages = "".join(log_of(mizuho, f"?page={number}") for number in range(1, 6))
    for act in Act:
        assert f'<td data-label="操作">{act.label}</td>' in pages, act
    assert "前の状態 → 後の状態" in pages


def test_an_entry_that_an_earlier_version_wrote_can_be_read(mizuho):
    """The first version wrote what came after an entry of attendance, and not what was there before."""
    details = [
        {"meeting": 8, "after": ["出席"]},
        {"was": {"name": "前"}, "email": None},
        {"before": [], "after": []},
        {},
    ]
    for number, detail in enumerate(details):
        add(AuditEntry(organisation_id=mizuho.id, act="いまはない操作", subject=f"対象{number}", detail=detail))
    db.session.commit()
    page = log_of(mizuho)
    assert page.count("いまはない操作") == len(details)
    assert "→ 出席" in page
    assert "なし → なし" in page


def test_the_log_is_searched_by_what_is_shown(mizuho):
    audit.record(mizuho.coordinator.actor, Act.CODE_SHOWN, "対象甲")
    add(AuditEntry(organisation_id=mizuho.id, act="いまはない操作", subject="対象乙", detail={}))
    db.session.commit()
    assert "対象甲" in log_of(mizuho, "?q=出席コード")
    assert "対象乙" in log_of(mizuho, "?q=いまはない")
    assert "対象甲" not in log_of(mizuho, f"?q={Act.CODE_SHOWN.value}"), "how an act is stored is not shown"


def test_the_log_is_read_after_attendance_was_entered_and_says_what_it_was_before(mizuho):
    begins = clock.now() - clock.DAY
    session = session_of("guideline-localize", mizuho, starts_at=begins, ends_at=begins + clock.DAY)
    meeting = session.meetings[0].id
    mine = joins(mizuho.staff, session).id
    db.session.commit()
    mizuho.coordinator.browser().post(f"/meetings/{meeting}/attendance", data={f"presence-{mine}": "attended"})
    mizuho.coordinator.browser().post(
        f"/meetings/{meeting}/attendance", data={f"presence-{mine}": "absent", f"was-{mine}": "attended"}
    )
    page = log_of(mizuho)
    assert "未入力 → 出席" in page
    assert "出席 → 欠席" in page


def test_the_log_is_searched_by_what_an_act_is_called(mizuho):
    audit.record(mizuho.coordinator.actor, Act.SESSION_CALLED_OFF, "ある講座")
    db.session.commit()
    assert "ある講座" in log_of(mizuho, "?q=不開催")
    assert "ある講座" not in log_of(mizuho, "?q=割当")


def test_no_act_is_recorded_twice_under_two_names():
    labels = [act.label for act in Act]
    assert len(set(labels)) == len(labels)
    assert all(re.fullmatch(r"[a-z -]+", act.value) for act in Act)


def test_who_learned_what_stays_with_the_own_organisation_in_the_log_too(mizuho, secretariat):
    person = mizuho.person(name="秘密 花子")
    office = mizuho.coordinator.browser()
    office.post(f"/office/staff/{person.membership_id}/enrol/paperless-basics")
    own = mizuho.person(Role.ADMINISTRATOR).browser()
    everywhere = secretariat.person(Role.SECRETARIAT).browser()
    assert "秘密 花子:" in own.get("/admin/audit").text
    page = everywhere.get("/admin/audit").text
    assert "受講を申し込み" in page
    assert "秘密 花子:" not in page
    assert audit.HIDDEN in page
    assert audit.HIDDEN not in everywhere.get("/admin/audit?q=秘密花子").text, "a search tells no more than the page"
    assert "受講を申し込み" in own.get("/admin/audit?q=秘密花子").text


def test_the_log_is_narrowed_by_act_and_day_and_taken_out_as_it_is_shown(mizuho, secretariat, time):
    audit.record(mizuho.coordinator.actor, Act.MOVED, "異動 花子", organisation_id=mizuho.id)
    audit.record(mizuho.coordinator.actor, Act.EXEMPTED, "免除 花子:講座", organisation_id=mizuho.id)
    db.session.commit()
    day = clock.today().isoformat()
    time.passes(days=2)
    moved = log_of(mizuho, f"?act={Act.MOVED.value}")
    assert "異動 花子" in moved
    assert "免除 花子" not in moved
    assert "異動 花子" not in log_of(mizuho, f"?since={clock.today()}")
    assert "異動 花子" in log_of(mizuho, f"?since={day}&until={day}")
    assert "条件に合う記録は見つかりません" in log_of(mizuho, "?until=2020-01-01")
    assert log_of(mizuho, "?since=いつか&until=99999-99-99&act=x")
    own = mizuho.administrator.browser().get("/admin/audit.csv").data.decode("utf-8-sig")
    assert "免除 花子" in own
    assert own.startswith("日時,した人")
    theirs = secretariat.secretary.browser().get("/admin/audit.csv").data.decode("utf-8-sig")
    assert "免除 花子" not in theirs, "who learns what stays with the own office, in files too"
