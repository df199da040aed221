"""The papers that there are: nomination list, result notice, roster, attendance sheet, completions, report (復命書)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from kernel import clock
from kernel.database import db
from kernel.errors import ConflictError

from people.membership import is_current
from people.models import Membership
from people.permission import Permission

from participation import roster
from participation.attending import attendance
from participation.attending.models import Presence
from participation.joint import nomination, nominees
from participation.joint.models import NominationState
from participation.models import EnrolmentState
from participation.papers.letterhead import letterhead_of
from participation.papers.paper import Column, Head, Paper

if TYPE_CHECKING:
    from collections.abc import Sequence

    from people.models import Organisation
    from people.permission import Actor

    from courses.sessions.models import TrainingSession

    from participation.joint.models import Nomination
    from participation.models import Enrolment
    from participation.record.models import OutsideLearning

NAME, READING = Column("氏名", 4), Column("フリガナ", 4)
OFFICE, NUMBER = Column("団体", 4), Column("番号", 1)
MOST_UPRIGHT = 3
"""So many columns to sign in fit on upright paper."""
SIGNS = {
    None: "",
    Presence.ATTENDED: "○",
    Presence.LATE: "遅",
    Presence.LEFT_EARLY: "早",
    Presence.ABSENT: "欠",
    Presence.EXCUSED: "欠（連絡）",
}


def _named(title: str, session: TrainingSession) -> str:
    """Return the name of a session's paper as a file."""
    return f"{title}_{clock.local(session.starts_at):%Y%m%d}"


def _facts(session: TrainingSession) -> tuple[tuple[str, str], ...]:
    held = session.going_on or session.meetings
    times = [f"{clock.moment_label(one.starts_at)}〜{clock.local(one.ends_at):%H:%M}" for one in held]
    places = list(dict.fromkeys(one.where for one in held))
    if len(places) == 1:
        return (
            ("講座", session.edition.title), ("日時", "、".join(times)), ("会場", places[0]), ("実施団体", session.host.name),
        )  # fmt: skip
    when = "、".join(f"{time}({one.where})" for time, one in zip(times, held, strict=True))
    return (("講座", session.edition.title), ("日時と会場", when), ("実施団体", session.host.name))


SECTION, POST = Column("部署", 4), Column("職", 3)


def _posts(actor: Actor, organisation: Organisation, staff_ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Return section and post of some people of an organisation, where the actor may read its names: one query."""
    if not actor.may(Permission.READ_NAMES, organisation.id):
        return {}
    rows = db.session.scalars(
        sa.select(Membership).where(
            Membership.staff_id.in_(staff_ids), Membership.organisation_id == organisation.id, is_current()
        )
    )
    return {row.staff_id: (row.department, row.post) for row in rows}


def nomination_list(actor: Actor, session: TrainingSession, organisation: Organisation) -> Paper:
    """Return the nomination list (推薦名簿) of an organisation, in its order, as a letter to the host."""
    listed = nomination.listed(actor, session, organisation)
    posts = _posts(actor, organisation, [row.nomination.staff_id for row in listed.nominees])
    own = letterhead_of(organisation.id)
    return Paper(
        _named(f"推薦名簿_{organisation.name}", session),
        "研修参加者の推薦について",
        (*_facts(session), ("推薦する人数", f"{len(listed.nominees)}人"), ("担当者", actor.name)),
        (Column("順", 1), SECTION, POST, NAME, READING, Column("備考", 4)),
        tuple(
            (
                place, *posts.get(row.nomination.staff_id, ("", "")), row.nomination.staff.name, row.nomination.staff.reading,
                "、".join(row.hints),
            )
            for place, row in enumerate(listed.nominees, 1)
        ),
        (f"連絡事項：{listed.note}",) if listed.note else (),
        head=Head(
            own.number_of(clock.today()), clock.era_label(clock.today()), f"{session.host.name} 御中", own.sender or organisation.name,
            "下記の研修の参加者として、次の職員を、この順番で推薦します。",
        ),
    )  # fmt: skip


def result_notice(actor: Actor, session: TrainingSession, organisation: Organisation) -> Paper:
    """Return the notice of the result (結果通知) to an organisation: what was decided, on that day, with the reason for each.

    What happened afterwards stands beside it and changes nothing of it. Raises ConflictError before the decision.
    """
    if session.decided_at is None:
        message = "まだ割当が決まっていません。決まると、結果通知を保存できます。"
        raise ConflictError(message)
    given = next(
        (row for row in nominees.given_places(session) if row.organisation.id == organisation.id),
        nominees.OrganisationNominees(organisation, ()),
    )
    posts = _posts(actor, organisation, [row.staff_id for row in given.nominations])
    decided_on = clock.local(session.decided_at).date()
    placed = sum(row.was_placed for row in given.nominations)
    host = letterhead_of(session.host_id)
    return Paper(
        _named(f"結果通知_{organisation.name}", session),
        "研修参加者の決定について",
        _facts(session),
        (Column("順", 1), SECTION, POST, NAME, Column("決定", 2), Column("順位", 1), Column("理由", 6), Column("その後", 2)),
        tuple(
            (
                row.position, *posts.get(row.staff_id, ("", "")), row.staff.name, _decided(row), row.turn or "—",
                row.outcome or "—", _since(row),
            )
            for row in given.nominations
        ),
        (
            (
                f"推薦{len(given.nominations)}人のうち、{placed}人の参加が決まりました。"
                f"席が空いたときは、団体の次の順番の人から{session.offer_days}日の期限で案内します。"
                f"「その後」は、{clock.date_label(clock.today())}現在です。"
            ),
        ),
        is_wide=True,
        head=Head(
            host.number_of(decided_on), clock.era_label(decided_on), f"{organisation.name} 研修担当 様", host.sender or session.host.name,
            "推薦のあった研修の参加者を、下記のとおり決定しましたので、通知します。",
        ),
    )  # fmt: skip


def _decided(row: Nomination) -> str:
    """Return what was decided on the day of the decision."""
    if row.turn is None:
        return "対象外" if row.state is NominationState.WITHDRAWN else "代理"
    return "参加" if row.was_placed else "待機"


def _since(row: Nomination) -> str:
    """Return how it stands by now, where that is another than was decided."""
    as_decided = NominationState.PLACED if row.was_placed else NominationState.WAITING
    return "" if row.turn is None or row.state is as_decided else row.state.label


def signature_roster(actor: Actor, session: TrainingSession) -> Paper:
    """Return the roster (名簿) with a column to sign in for each meeting. Raises NotFoundError for anybody but the host."""
    people = roster.host_roster(actor, session)
    held = session.going_on or session.meetings
    days = [
        Column("署名" if len(held) == 1 else f"署名 {clock.local(one.starts_at):%-m/%-d}", 4 if len(held) == 1 else 3)
        for one in held
    ]
    return Paper(
        _named("受講者名簿", session),
        "受講者名簿",
        (*_facts(session), ("人数", f"{len(people)}人")),
        (NUMBER, OFFICE, NAME, READING, *days),
        tuple(
            (place, row.organisation.name, row.staff.name, row.staff.reading, *("" for _day in days))
            for place, row in enumerate(people, 1)
        ),
        tall_rows=True,
        is_wide=len(days) > MOST_UPRIGHT,
    )


def attendance_sheet(actor: Actor, session: TrainingSession) -> Paper:
    """Return the attendance sheet (出欠表), a column a meeting. Raises NotFoundError for anybody but the host."""
    sheet = attendance.sheet(actor, session)
    days = tuple(Column(f"{clock.local(meeting.starts_at):%-m/%-d}", 1) for meeting in sheet.meetings)
    return Paper(
        _named("出欠表", session),
        "出欠表",
        _facts(session),
        (NUMBER, OFFICE, NAME, *days, Column("備考", 3)),
        tuple(
            (
                place, row.organisation.name, row.staff.name,
                *(SIGNS[sheet.mark(meeting, row)] for meeting in sheet.meetings), "",
            )
            for place, row in enumerate(sheet.people, 1)
        ),
        tall_rows=True,
    )  # fmt: skip


def completions(actor: Actor, session: TrainingSession) -> Paper:
    """Return the list of completions (修了者一覧), ready for certificates. Raises NotFoundError for anybody but the host."""
    people = [row for row in roster.host_roster(actor, session) if row.state is EnrolmentState.COMPLETED]
    return Paper(
        _named("修了者一覧", session),
        "修了者一覧",
        (*_facts(session), ("人数", f"{len(people)}人")),
        (NUMBER, OFFICE, NAME, READING, Column("修了した日", 4)),
        tuple(
            (
                place, row.organisation.name, row.staff.name, row.staff.reading,
                clock.date_label(clock.local(row.completed_at).date()) if row.completed_at else "",
            )
            for place, row in enumerate(people, 1)
        ),
    )  # fmt: skip


def report(actor: Actor, enrolment: Enrolment, session: TrainingSession) -> Paper:
    """Return the template of the report (復命書) that a participant writes, with boxes for the seals of those who read it."""
    posts = db.session.scalars(
        sa.select(Membership).where(
            Membership.staff_id == enrolment.staff_id,
            Membership.organisation_id == enrolment.organisation_id,
            is_current(),
        )
    ).first()
    place = " ".join(filter(None, (posts.department, posts.post))) if posts else ""
    return Paper(
        _named("復命書", session),
        "復命書",
        _facts(session),
        stamps=letterhead_of(enrolment.organisation_id).stamps,
        head=Head(
            "",
            "令和   年   月   日",
            "             様",
            f"{place} {enrolment.staff.name}".strip() if actor.staff_id == enrolment.staff_id else enrolment.staff.name,
            "次の研修を受講しましたので、報告します。",
        ),
        boxes=("研修の内容", "学んだこと、気づいたこと", "仕事での生かし方と、職場に伝えたいこと"),
    )


def record(actor: Actor, rows: Sequence[Enrolment], elsewhere: Sequence[OutsideLearning], issuer: str) -> Paper:
    """Return the record of learning (学習記録) of a person, whatever the organisation was at the time; `issuer` runs the installation."""
    done = [row for row in rows if row.completed_at]
    minutes = sum(row.edition.minutes or 0 for row in done)
    return Paper(
        f"学習記録_{actor.name}",
        "学習記録",
        (
            ("氏名", actor.name), ("所属", actor.organisation_name), ("作成日", clock.era_label(clock.today())),
            ("修了した講座", f"{len(done)}講座（学習時間の目安 {minutes // 60}時間{minutes % 60}分）"),
            *((("発行", issuer),) if issuer else ()),
        ),
        (
            Column("年度", 3), Column("講座", 6), Column("時間", 2), Column("所属していた団体", 4), Column("状態", 2),
            Column("修了した日", 4),
        ),
        (
            *(
                (
                    clock.fiscal_year_label(row.fiscal_year), f"{row.edition.title}（第{row.edition.number}版）",
                    f"{row.edition.minutes}分" if row.edition.minutes else "", row.organisation.name, row.state.label,
                    clock.era_label(clock.local(row.completed_at).date()) if row.completed_at else "",
                )
                for row in rows
            ),
            *(
                (
                    clock.fiscal_year_label(clock.fiscal_year(row.learned_on)), f"{row.title}（{row.provider}）", "",
                    row.organisation.name, row.provenance.label, clock.era_label(row.learned_on),
                )
                for row in elsewhere
            ),
        ),
        ("この記録は、本人が「ともまなび」から出力したものです。修了は、修了証の番号で確かめられます。",),
    )  # fmt: skip
