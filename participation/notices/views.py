"""The page of the own notices, and how one wants to be mailed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for

from kernel.page import page_number, page_of

from people.access import actor, signed_in

from participation.blueprint import blueprint
from participation.notices import inbox
from participation.notices.facts import held_when
from participation.notices.forms import MailForm

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


@blueprint.get("/notices")
@signed_in
def notices() -> ResponseReturnValue:
    """Show the own notices, latest first."""
    rows = page_of(inbox.notices_of(actor()), page_number(request.args.get("page")), size=30)
    form = MailForm(mail=inbox.wish_of(actor()).value)
    return render_template("participation/notices.html", notices=rows, form=form, held_when=held_when)


@blueprint.post("/notices/<int:notice_id>/open")
@signed_in
def open_notice(notice_id: int) -> ResponseReturnValue:
    """Lead to what a notice is about; it is read by that."""
    notice = inbox.opened(actor(), notice_id)
    if notice.path:
        return redirect(notice.path)
    if notice.course and notice.kind.is_of_a_lesson:
        return redirect(url_for("learning.lessons", slug=notice.course.slug))
    if notice.course and notice.course.published_id is None:
        flash("この講座の公開は終わりました。")
        return redirect(url_for("participation.notices"))
    if notice.course:
        return redirect(url_for("front.course", slug=notice.course.slug))
    return redirect(url_for("participation.session_page", session_id=notice.session_id))


@blueprint.post("/notices/read")
@signed_in
def read_notices() -> ResponseReturnValue:
    """Note that all notices have been read."""
    inbox.mark_all_read(actor())
    flash("すべて既読にしました。")
    return redirect(url_for("participation.notices"))


@blueprint.post("/notices/mail")
@signed_in
def choose_mail() -> ResponseReturnValue:
    """Choose how one wants to be mailed."""
    form = MailForm()
    if form.validate():
        inbox.choose(actor(), form.mail.value)
        flash("メールでの受け取り方を変更しました。次のお知らせから有効です。")
    return redirect(url_for("participation.notices"))
