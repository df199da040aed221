"""Pages of the duties: who of the own staff has not done what is required, reminding them, and the record of one of them."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for

from kernel import clock
from kernel.download import download
from kernel.forms import accepted, answer
from kernel.page import address_with
from kernel.tables.comma_separated import as_csv
from kernel.tables.written_workbook import XLSX

from people.access import actor, requires
from people.access_log import shows, taken_out
from people.permission import Permission

from courses.course import published_course

from participation import exemption
from participation.notices import rule
from participation.papers.workbook import as_xlsx

from review.duties import duty as duties
from review.duties import totals
from review.duties.question import By, Question, Standing, ask, curricula, keys_in, posts, sections

from front.blueprint import blueprint
from front.forms import ExemptForm, ReminderForm, RemindForm
from front.office import paper
from front.office.record import record_of
from front.reminding.by_hand import MOST_AT_ONCE, last_told, remind_by_hand, to_be_told

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from review.duties.duty import Duty


@blueprint.get("/office/duties")
@requires(Permission.SEE_DUTIES)
@shows("受講状況")
def duty_board() -> ResponseReturnValue:
    """Show who of the own staff is to take what, how far they are, and how many."""
    question = ask(request.args)
    sums = totals.totals(actor(), question)
    page = duties.board(actor(), question, sums[0].of(question.standing) if sums else 0)
    return render_template(
        "front/duties.html",
        question=question,
        duties=page,
        total=sums[0] if sums else None,
        parts=sums[1:],
        told=last_told(page.rows),
        sections=sections(actor()),
        posts=posts(actor()),
        curricula=curricula(actor()),
        standings=list(Standing),
        ways=list(By),
    )


@blueprint.get("/office/duties.xlsx")
@requires(Permission.SEE_DUTIES)
def duty_workbook() -> ResponseReturnValue:
    """Download what the page shows, all of its pages, as a workbook."""
    name = f"受講状況_{clock.today():%Y%m%d}.xlsx"
    taken_out(name)
    question = ask(request.args)
    return download(as_xlsx(paper.paper(actor(), question)), XLSX, name)


@blueprint.get("/office/duties.csv")
@requires(Permission.SEE_DUTIES)
def duty_csv() -> ResponseReturnValue:
    """Download the same as CSV, the table alone."""
    name = f"受講状況_{clock.today():%Y%m%d}.csv"
    taken_out(name)
    return download(as_csv(paper.paper(actor(), ask(request.args)).table), "text/csv", name)


@blueprint.route("/office/duties/reminder", methods=["GET", "POST"])
@requires(Permission.SEE_DUTIES)
@shows("期限を知らせる人")
def remind() -> ResponseReturnValue:
    """Remind those who were chosen, or all who are asked for, after a look at how many they are."""
    question, form = ask(request.args), RemindForm()
    found = _meant(question)
    back = _back()
    if not found:
        flash("知らせる人を選んでください。", "info")
        return redirect(back)
    if people := accepted(form, lambda: remind_by_hand(actor(), found, form.words.value)):
        flash(f"{people}人に知らせました。お知らせと、朝8時のメールで届きます。")
        return redirect(back)
    told = to_be_told(found) if len(found) <= MOST_AT_ONCE else found
    people = len({duty.staff_id for duty in told})
    return answer("front/remind.html", form, duties=told, left_out=len(found) - len(told), people=people, back=back)


@blueprint.route("/office/duties/reminders", methods=["GET", "POST"])
@requires(Permission.ENROL_STAFF)
def reminder_rule() -> ResponseReturnValue:
    """Set how the office reminds its people by itself."""
    own = actor().own_organisation(Permission.ENROL_STAFF)
    now = rule.rule_of(own)
    form = ReminderForm(data={**asdict(now), "days": "、".join(map(str, now.days_before))})
    if accepted(form, lambda: rule.set_rule(actor(), own, form.command())):
        flash("知らせ方を決めました。次の朝から、このとおりに知らせます。")
        return redirect(url_for("front.duty_board"))
    return answer("front/reminder_rule.html", form)


@blueprint.route("/office/duties/exemption", methods=["GET", "POST"])
@requires(Permission.ENROL_STAFF)
@shows("免除・期限の延長の対象")
def exempt() -> ResponseReturnValue:
    """Let the chosen off their courses, or give them more time, with a reason."""
    form = ExemptForm()
    found = [duty for duty in duties.chosen(actor(), keys_in(request.args.getlist("row"))) if duty.done_at is None]
    back = _back()
    if not found:
        flash("免除や期限の延長をする人を選んでください。", "info")
        return redirect(back)
    keys = [(duty.membership_id, duty.course_id) for duty in found]
    if count := accepted(form, lambda: exemption.exempt(actor(), keys, form.command())):
        done = "必修を免除しました" if form.lets_off else "期限を延ばしました"
        flash(f"{count}件の{done}。職員の受講の記録から取り消せます。")
        return redirect(back)
    return answer("front/exempt.html", form, duties=found, back=back)


@blueprint.post("/office/staff/<int:membership_id>/exemption/<slug>/end")
@requires(Permission.ENROL_STAFF)
def end_exemption(membership_id: int, slug: str) -> ResponseReturnValue:
    """Let a required course count for one of the own staff as before."""
    exemption.take_back(actor(), membership_id, published_course(slug, actor().organisation_ids)[0].id)
    flash("取り消しました。もとの期限の必修に戻りました。")
    return redirect(url_for("front.staff_record", membership_id=membership_id))


def _back() -> str:
    """Return the address of the board as it was when some of its rows were chosen."""
    kept = {name: value for name, value in request.args.items() if name not in ("row", "which", "person")}
    return f"{url_for('front.duty_board')}?{address_with(kept)}"


def _meant(question: Question) -> list[Duty]:
    """Return the duties that are not done among those that were chosen, of the people who were, or among all that are asked for."""
    if people := request.args.getlist("person", type=int):
        found = duties.of_people(actor(), people[:MOST_AT_ONCE])
    elif request.args.get("which") == "all":
        found = duties.every(actor(), question, MOST_AT_ONCE + 1)
    else:
        found = duties.chosen(actor(), keys_in(request.args.getlist("row")))
    return [duty for duty in found if duty.is_open]


@blueprint.get("/office/staff/<int:membership_id>/record")
@requires(Permission.ENROL_STAFF)
@shows("職員の受講の記録")
def staff_record(membership_id: int) -> ResponseReturnValue:
    """Show what one of the own staff is to do, takes and finished."""
    return render_template("front/staff_record.html", record=record_of(actor(), membership_id))
