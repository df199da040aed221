"""Pages of personnel files: one is sent, looked through, applied, watched, and taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import segno
from flask import flash, redirect, render_template, request, url_for

from kernel import clock
from kernel.download import download
from kernel.forms import EmptyForm, accepted, answer
from kernel.page import page_number, page_of, seen_as
from kernel.tables.comma_separated import as_csv
from kernel.tables.written_workbook import XLSX, as_workbook

from people.access import A_TABLE, actor, confirmed, holds, public_address, requires
from people.access_log import shows, taken_out
from people.blueprint import blueprint
from people.permission import Permission
from people.personnel import file as personnel_file
from people.personnel import roster, welcome, work
from people.personnel.columns import Column
from people.personnel.forms import ApplyForm, FileForm, columns_from
from people.personnel.models import ChangeState, Kind
from people.signing_in import password_link

if TYPE_CHECKING:
    from flask import Response
    from flask.typing import ResponseReturnValue

    from people.personnel.models import PersonnelFile

A_PAGE = 50


def _own() -> int:
    return actor().own_organisation(Permission.MANAGE_STAFF)


def _there(file: PersonnelFile) -> ResponseReturnValue:
    return redirect(url_for("people.personnel_file_page", file_id=file.id))


@blueprint.route("/office/personnel", methods=["GET", "POST"])
@requires(Permission.MANAGE_STAFF)
@confirmed
@holds(A_TABLE)
@shows("人事データの取り込み")
def personnel() -> ResponseReturnValue:
    """Take in a personnel file of the own office; show those that were sent before."""
    own, form = _own(), FileForm(day=request.args.get("day", "")[:10] or clock.today().isoformat())
    if sent := accepted(form, lambda: personnel_file.send(actor(), own, form.command())):
        return _there(sent)
    return answer("people/personnel.html", form, files=personnel_file.files(actor(), own))


@blueprint.get("/office/personnel/<int:file_id>")
@requires(Permission.MANAGE_STAFF)
@shows("人事データの名簿")
def personnel_file_page(file_id: int) -> ResponseReturnValue:
    """Show what a file changes, or how far it is applied."""
    return _page(file_id, ApplyForm(formdata=None))


def _page(file_id: int, form: ApplyForm) -> ResponseReturnValue:
    file = personnel_file.own_file(actor(), file_id)
    kind = next((one for one in Kind if one.value == request.args.get("kind")), None)
    state = next((one for one in ChangeState if one.value == request.args.get("state")), None)
    counts = personnel_file.counts(file.id)
    form.offer([kind for kind in Kind if counts[kind]])
    leaving = work.leaving(file, form.off if form.is_submitted() else [])
    return answer(
        "people/personnel_file.html", form, file=file, counts=counts, kinds=list(Kind), kind=kind, state=state,
        changes=page_of(personnel_file.changes_of(file.id, kind, state), page_number(request.args.get("page")), size=A_PAGE),
        reading=personnel_file.headings_of(file) if file.state.is_compared else None, columns=list(Column),
        sheets=welcome.sheets(welcome.waiting(actor(), file)) if file.state.is_applied else [],
        leaving=leaving, is_many=work.is_many(file, leaving), read=seen_as(*work.as_read(file)) if file.state.is_compared else "",
    )  # fmt: skip


@blueprint.post("/office/personnel/<int:file_id>/columns")
@requires(Permission.MANAGE_STAFF)
def personnel_columns(file_id: int) -> ResponseReturnValue:
    """Say what the headings of a file say, and compare it anew."""
    file, form = personnel_file.own_file(actor(), file_id), EmptyForm()
    headings = [heading for heading, _column in personnel_file.headings_of(file).headings]
    said = columns_from(headings, request.form.to_dict())
    if "reset" in request.form:
        if accepted(form, lambda: personnel_file.forget_headings(actor(), file)):
            flash("見出しの読み方を、はじめの読み方に戻しました。")
    elif accepted(form, lambda: personnel_file.say_headings(actor(), file, said)):
        flash("見出しの読み方を変えて、読み直しました。次からも、このとおりに読みます。")
    for fault in (*form.form_errors, *(error for errors in form.errors.values() for error in errors)):
        flash(fault, "caution")
    return redirect(url_for("people.personnel_file_page", file_id=file_id))


@blueprint.post("/office/personnel/<int:file_id>/apply")
@requires(Permission.MANAGE_STAFF)
@confirmed
def apply_personnel(file_id: int) -> ResponseReturnValue:
    """Let a file be applied in the background."""
    form = ApplyForm()

    def start() -> int:
        return work.start(
            actor(), personnel_file.own_file(actor(), file_id), form.off, form.typed.value, request.form.get("read")
        )

    if number := accepted(form, start):
        flash(f"{number:,}件の反映を始めます。このページで進み具合が分かります。閉じてもかまいません。")
        return redirect(url_for("people.personnel_file_page", file_id=file_id))
    return _page(file_id, form)


@blueprint.post("/office/personnel/<int:file_id>/drop")
@requires(Permission.MANAGE_STAFF)
def drop_personnel(file_id: int) -> ResponseReturnValue:
    """Apply nothing of a file."""
    personnel_file.drop(actor(), personnel_file.own_file(actor(), file_id))
    flash("この名簿は反映しません。")
    return redirect(url_for("people.personnel"))


@blueprint.post("/office/personnel/<int:file_id>/undo")
@requires(Permission.MANAGE_STAFF)
@confirmed
def undo_personnel(file_id: int) -> ResponseReturnValue:
    """Let a file be taken back in the background."""
    work.take_back(actor(), personnel_file.own_file(actor(), file_id))
    flash("元に戻し始めます。すでに受講などの記録がある人は、そのままにします。")
    return redirect(url_for("people.personnel_file_page", file_id=file_id))


@blueprint.post("/office/personnel/<int:file_id>/invite")
@requires(Permission.MANAGE_STAFF)
@confirmed
def invite_by_personnel(file_id: int) -> ResponseReturnValue:
    """Make links for those whom a file has entered: as slips to print, or as a sheet to merge into letters."""
    file = personnel_file.own_file(actor(), file_id)
    sheet = welcome.slips(actor(), file, request.form.get("sheet", 0, type=int))
    rows = [(one.person, public_address(url_for("people.new_password", token=one.token))) for one in sheet.slips]
    if "merge" in request.form:
        name = "招待のリンク.csv"
        taken_out(name)
        table = [
            ["氏名", "部署", "職", "職員番号", "メールアドレス", "招待のリンク"],
            *(
                [row.staff.name, row.department, row.post, row.staff_number or "", row.staff.email or "", address]
                for row, address in rows
            ),
        ]
        return download(as_csv(table), "text/csv", name)
    pictured = [(row, address, segno.make(address, error="m").svg_data_uri(scale=3, border=1)) for row, address in rows]
    return render_template(
        "people/personnel_slips.html",
        file=personnel_file.own_file(actor(), file_id),
        rows=pictured,
        left_out=sheet.left_out,
        until=password_link.good_until(),
    )


@blueprint.get("/office/personnel/roster.<any(csv, xlsx):ending>")
@requires(Permission.MANAGE_STAFF)
@confirmed
def personnel_roster(ending: str) -> Response:
    """Download the own staff in the form in which a personnel file is sent: changed in a table program, it comes back."""
    name = f"職員名簿_{clock.today():%Y%m%d}.{ending}"
    taken_out(name)
    table = roster.table_of(_own())
    if ending == "xlsx":
        return download(as_workbook(table, "職員名簿"), XLSX, name)
    return download(as_csv(table), "text/csv", name)


@blueprint.get("/office/personnel/<int:file_id>.csv")
@requires(Permission.MANAGE_STAFF)
@confirmed
def personnel_csv(file_id: int) -> Response:
    """Download what a file changes, of one kind or of all."""
    file = personnel_file.own_file(actor(), file_id)
    kind = next((one for one in Kind if one.value == request.args.get("kind")), None)
    name = f"名簿の違い_{kind.label if kind else 'すべて'}.csv"
    taken_out(name)
    rows = personnel_file.changes_of(file.id, kind)
    return download(as_csv(personnel_file.table_of(rows)), "text/csv", name)
