"""Pages of moves (異動の準備): what is prepared for a day, who is handed over to another organisation and taken from one, and what hangs on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for

from kernel import clock
from kernel.database import db
from kernel.errors import InvalidError, RefusalError
from kernel.forms import EmptyForm, accepted, answer, numbered
from kernel.page import page_number
from kernel.tables.office_table import FileText
from kernel.text import number_in

from people.access import A_TABLE, actor, confirmed, holds, public, requires
from people.access_log import shows
from people.joining import handed_list, handing_over, on_offer
from people.models import Role
from people.permission import Permission
from people.sections import coming, post, section

from courses import keeping

from participation import parting
from participation.models import Parting

from front.blueprint import blueprint
from front.forms import DeclineForm, HandOverForm, PartingForm, TakeForm
from front.news import movers
from front.office.moving import Part, moves_of, next_first_of_april

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from flask.typing import ResponseReturnValue


MOST_CHOSEN = 500


def _own() -> int:
    return actor().own_organisation(Permission.MANAGE_STAFF)


def _day() -> dt.date:
    """Return the day that the address names, by default the next 1 April."""
    return clock.parse_date(request.args.get("day", "")[:20]) or next_first_of_april(clock.today())


def _part() -> Part | None:
    return next((one for one in Part if one.value == request.args.get("part")), None)


def _rows() -> list[int]:
    return request.form.getlist("row", type=int)[:MOST_CHOSEN]


def _there(part: Part) -> ResponseReturnValue:
    return redirect(url_for("front.moves", day=_day().isoformat(), part=part.value))


@blueprint.get("/office/moves")
@requires(Permission.MANAGE_STAFF)
@shows("異動の準備")
def moves() -> ResponseReturnValue:
    """Show what is prepared for a day: who comes, moves and leaves, and what hangs on them."""
    return _page(DeclineForm(formdata=None), _rule_form())


def _rule_form() -> PartingForm:
    rule = parting.rule_of(_own())
    return PartingForm(formdata=None, data={"leaves": rule.leaves.value, "moves": rule.moves.value})


def _page(form: DeclineForm, rule: PartingForm) -> ResponseReturnValue:
    found = moves_of(actor(), _own(), _day(), _part(), page_number(request.args.get("page")))
    return answer(
        "front/moves.html", form, moves=found, parts=list(Part), rule=rule, partings=list(Parting), roles=list(Role)
    )


@blueprint.get("/office/moves/arrivals")
@requires(Permission.MANAGE_STAFF)
def arrivals() -> ResponseReturnValue:
    """Lead to the next day on which somebody comes from another organisation and no answer was given."""
    day = on_offer.next_day(_own()) or next_first_of_april(clock.today())
    return redirect(url_for("front.moves", day=day.isoformat(), part=Part.COMING.value))


@blueprint.route("/office/moves/offer", methods=["GET", "POST"])
@requires(Permission.MANAGE_STAFF)
@confirmed
@holds(A_TABLE)
@shows("団体間の異動の申し出")
def hand_over() -> ResponseReturnValue:
    """Offer people to another organisation by a list: look at what it comes to, then do it."""
    ids = request.args.getlist("row", type=int)[:MOST_CHOSEN]
    form = HandOverForm(day=_day().isoformat(), text=handed_list.lines_for(actor(), ids) if ids else "")
    if not form.validate_on_submit() or "again" in request.form:
        return answer("front/hand_over.html", form)
    does = "offer" in request.form
    try:
        command = form.command()
        act = handed_list.offer_all if does else handed_list.preview
        lines = act(actor(), _own(), form.text.value, command)
    except RefusalError as refusal:
        db.session.rollback()
        form.refuse(refusal)
        return answer("front/hand_over.html", form)
    good = [line for line in lines if line.is_good]
    if does and good:
        movers.tell_offered(actor(), _own(), command.organisation.id, command.day, len(good))
        flash(
            f"{command.organisation.name}に、{len(good)}人の異動を申し出ました。返事が来るまで、この人たちの所属は変わりません。"
        )
        if len(good) == len(lines):
            return redirect(url_for("front.moves", day=command.day.isoformat(), part=Part.GOING.value))
    return render_template(
        "front/hand_over_preview.html",
        form=form,
        listed=FileText(form.text.value),
        lines=lines,
        command=command,
        done=does,
    )


@blueprint.post("/office/moves/withdraw")
@requires(Permission.MANAGE_STAFF)
@confirmed
def withdraw_offers() -> ResponseReturnValue:
    """Withdraw offers to other organisations that were chosen; of those who are taken already, after a question."""
    if not (rows := _rows()):
        flash("取り下げる人を選んでください。", "info")
        return _there(Part.GOING)
    accepted_ones = [one for one in on_offer.chosen_from_own(actor(), rows) if one.state.is_taken]
    if accepted_ones and "sure" not in request.form:
        return render_template("front/withdraw_offers.html", offers=accepted_ones, rows=rows, day=_day())
    try:
        withdrawn = handing_over.withdraw(actor(), rows)
    except RefusalError as refusal:
        return _refused(refusal, Part.GOING)
    movers.tell_withdrawn(actor(), withdrawn)
    flash(f"{len(withdrawn)}人の異動の申し出を取り下げ、移る先の団体に知らせました。")
    return _there(Part.GOING)


def _refused(refusal: RefusalError, part: Part) -> ResponseReturnValue:
    """Lead back to the list from which people were chosen, with why nothing was done."""
    db.session.rollback()
    flash(f"{refusal.message}まだ何も変えていません。", "info")
    return _there(part)


@blueprint.route("/office/moves/offers/<int:offer_id>", methods=["GET", "POST"])
@requires(Permission.MANAGE_STAFF)
@confirmed
@shows("移ってくる職員")
def take_offered(offer_id: int) -> ResponseReturnValue:
    """Take somebody whom another organisation offers, with number, section and post."""
    row, form = on_offer.offered(actor(), offer_id), TakeForm()
    name, day = row.membership.staff.name, row.day
    if accepted(form, lambda: handing_over.take(actor(), offer_id, form.command())):
        flash(f"{name}さんを引き受けました。{clock.date_label(day)}から、この団体の職員です。")
        return redirect(url_for("front.moves", day=day.isoformat(), part=Part.COMING.value))
    own = row.to_id
    return answer(
        "front/take.html", form, offer=on_offer.offered(actor(), offer_id),
        sections=[one.title for one in section.sections_of(own)], posts=[one.name for one in post.posts_of(own)],
    )  # fmt: skip


@blueprint.post("/office/moves/coming")
@requires(Permission.MANAGE_STAFF)
@confirmed
def answer_offers() -> ResponseReturnValue:
    """Take, decline or give back those who were chosen of whom other organisations offer, by the button that was pressed."""
    rows, form, act = _rows(), DeclineForm(), request.form.get("act")
    if not rows:
        flash("移ってくる人を選んでください。", "info")
        return _page(form, _rule_form()) if act == "decline" else _there(Part.COMING)
    if act == "decline":
        if declined := accepted(form, lambda: handing_over.decline(actor(), rows, form.because.value)):
            movers.tell_declined(actor(), declined)
            flash(f"{len(declined)}人の異動を引き受けませんでした。前の団体に、理由を伝えました。")
            return _there(Part.COMING)
        return _page(form, _rule_form())
    if act == "back":
        try:
            given_back = handing_over.give_back(actor(), rows)
        except RefusalError as refusal:
            return _refused(refusal, Part.COMING)
        movers.tell_given_back(actor(), given_back)
        flash(f"{len(given_back)}人の引き受けを取り消し、前の団体に知らせました。もう一度、お返事を選べます。")
        return _there(Part.COMING)
    taken, refused = _take_each(rows)
    if taken:
        flash(f"{taken}人を引き受けました。部署と職は、職員のページか人事の名簿で入れます。")
    for sentence in refused:
        flash(sentence, "info")
    return _there(Part.COMING)


def _take_each(rows: Sequence[int]) -> tuple[int, list[str]]:
    """Take people each by themselves; return how many, and what was refused of the others."""
    taken, refused = 0, []
    for row in rows:
        try:
            with db.session.begin_nested():
                handing_over.take(actor(), row, handing_over.Take())
            taken += 1
        except InvalidError:
            name = on_offer.offered(actor(), row).membership.staff.name
            refused.append(f"{name}さんはメールアドレスがないため、職員番号を入れて一人ずつ引き受けてください。")
        except RefusalError as refusal:
            refused.append(refusal.message)
    return taken, refused


@blueprint.post("/office/moves/planned")
@requires(Permission.MANAGE_STAFF)
@confirmed
def change_planned() -> ResponseReturnValue:
    """Call planned moves off, or say which roles end with one, by the button that was pressed."""
    if one := request.form.get("roles", type=int):
        ends = {role for role in Role if role.value in request.form.getlist(f"ends-{one}")}
        try:
            coming.say_roles(actor(), one, ends)
        except RefusalError as refusal:
            return _refused(refusal, Part.MOVED)
        flash("異動の日に終わる役割を決めました。")
    elif rows := _rows():
        flash(f"{coming.call_off(actor(), rows)}人の異動の予定を取りやめました。")
    else:
        flash("取りやめる人を選んでください。", "info")
    return _there(Part.MOVED)


@blueprint.post("/office/moves/places")
@requires(Permission.MANAGE_STAFF)
@confirmed
def decide_places() -> ResponseReturnValue:
    """Say what becomes of places of those who leave: one by one, or by the rule of the organisation."""
    if "rule" in request.form:
        form = PartingForm()
        if accepted(form, lambda: parting.set_rule(actor(), _own(), form.command())):
            flash("席の扱いの決まりを保存しました。一人ずつ選び直した席は、そのままです。")
        return _there(Part.PLACES)
    chosen: dict[tuple[int, int], Parting | None] = {}
    for name, value in request.form.items():
        ids = [number_in(part) for part in name.removeprefix("place-").split("-")] if name.startswith("place-") else []
        found = next((one for one in Parting if one.value == value), None)
        if len(ids) == 2 and (found or not value):  # noqa: PLR2004 - a membership and a session
            chosen[ids[0] or 0, ids[1] or 0] = found
    try:
        changed = parting.choose(actor(), chosen)
    except RefusalError as refusal:
        return _refused(refusal, Part.PLACES)
    flash(f"{changed}件の扱いを変えました。" if changed else "変わったところはありません。")
    return _there(Part.PLACES)


@blueprint.post("/office/moves/work")
@requires(Permission.MANAGE_STAFF)
@confirmed
def name_successors() -> ResponseReturnValue:
    """Say who takes over from those who leave."""
    form = EmptyForm()

    def name_all() -> int:
        return sum(
            keeping.name_successor(actor(), member, number_in(value) or None)
            for member, value in numbered(request.form, "successor-")
        )

    named = accepted(form, name_all)
    if named is not None:
        flash(
            f"{named}人の、引き継ぐ人を変えました。担当の講座は、異動の日に移ります。"
            if named
            else "変わったところはありません。"
        )
    for fault in form.form_errors:
        flash(fault, "caution")
    return _there(Part.WORK)


@blueprint.get("/after-a-move")
@public
def after_a_move() -> ResponseReturnValue:
    """Say who sees what of somebody who has moved to another organisation."""
    return render_template("front/information/after_a_move.html")
