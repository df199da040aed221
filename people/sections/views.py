"""Pages of sections and posts: the tree, what may be one and the same, a section, a post, and moving people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for

from kernel import clock
from kernel.fields import options
from kernel.forms import accepted, answer

from people.access import A_TABLE, actor, holds, requires
from people.access_log import shows
from people.blueprint import blueprint
from people.membership import managed_among, managed_membership
from people.permission import Permission
from people.sections import alikeness, coming, concurrent, post, posting, reform, reform_list, section
from people.sections.forms import ConcurrentForm, MergeForm, MoveForm, PostForm, ReformForm, SectionForm

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask.typing import ResponseReturnValue

    from people.models import Section
    from people.sections.models import Reform
    from people.sections.reform_list import Line


def _own() -> int:
    """Return the actor's own organisation. Raises NotFoundError for somebody without one."""
    return actor().own_organisation(Permission.MANAGE_STAFF)


@blueprint.get("/office/sections")
@requires(Permission.MANAGE_STAFF)
def sections() -> ResponseReturnValue:
    """Show the sections and posts of the own organisation, with how many people each has, and which may be one."""
    return _sections(PostForm())


def _sections(form: PostForm) -> ResponseReturnValue:
    rows = section.staffed(_own())
    there = [row.section for row in rows if not row.is_over]
    return answer("people/sections.html", form, sections=rows, alike=alikeness.alike(there), posts=post.held(_own()))


def _section_form(row: Section | None = None) -> SectionForm:
    said = {} if row is None else {
        "parent_id": row.parent_id or 0,
        "begins_on": row.begins_on.isoformat() if row.begins_on else "",
        "ends_on": row.ends_on.isoformat() if row.ends_on else "",
    }  # fmt: skip
    form = SectionForm(obj=row, data=said)
    form.parent_id.choices = options([(0, "なし（一番上の部署）"), *_others(row)])
    return form


def _others(row: Section | None) -> list[tuple[int, str]]:
    """Return the sections that are neither a section nor below it."""
    others = section.sections_of(row.organisation_id if row else _own())
    return [(one.id, one.title) for one in others if row is None or not one.path.startswith(row.path)]


@blueprint.route("/office/sections/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_STAFF)
def new_section() -> ResponseReturnValue:
    """Enter a section."""
    form, own = _section_form(), _own()
    if made := accepted(form, lambda: section.begin(actor(), own, form.command())):
        flash(f"部署「{made.title}」を登録しました。")
        return redirect(url_for("people.sections"))
    return answer("people/section.html", form, section=None)


@blueprint.route("/office/sections/<int:section_id>", methods=["GET", "POST"])
@requires(Permission.MANAGE_STAFF)
def edit_section(section_id: int) -> ResponseReturnValue:
    """Rename a section, put it elsewhere, or give it dates."""
    row = section.section(actor(), section_id)
    form = _section_form(row)
    if accepted(form, lambda: section.write(actor(), row, form.command())):
        flash(f"部署「{row.title}」を変更しました。職員と記録は、そのまま付いてきます。")
        return redirect(url_for("people.sections"))
    merge = MergeForm(formdata=None)
    merge.into_id.choices = options([(0, "選んでください"), *_others(section.section(actor(), section_id))])
    return answer("people/section.html", form, section=section.section(actor(), section_id), merge=merge)


@blueprint.route("/office/sections/<int:section_id>/merge", methods=["GET", "POST"])
@requires(Permission.MANAGE_STAFF)
def merge_sections(section_id: int) -> ResponseReturnValue:
    """Let a section be one with another, after a look at what goes along."""
    row = section.section(actor(), section_id)
    form = MergeForm(request.form if request.method == "POST" else request.args)
    form.into_id.choices = options([(0, "選んでください"), *_others(row)])
    into = section.section(actor(), form.into_id.value) if form.into_id.value else None
    if into is None:
        flash("まとめる先の部署を選んでください。", "info")
        return redirect(url_for("people.edit_section", section_id=section_id))
    was = row.title
    if merged := accepted(form, lambda: section.merge(actor(), row, into)):
        flash(f"「{was}」を「{merged.title}」にまとめました。")
        return redirect(url_for("people.sections"))
    people = {one.section.id: one.people for one in section.staffed(row.organisation_id)}
    return answer("people/merge_sections.html", form, section=row, into=into, people=people)


@blueprint.post("/office/posts/new")
@requires(Permission.MANAGE_STAFF)
def new_post() -> ResponseReturnValue:
    """Put a post on the list."""
    form, own = PostForm(), _own()
    if accepted(form, lambda: post.begin(actor(), own, form.name.value)):
        flash(f"職「{form.name.value}」を登録しました。")
        return redirect(url_for("people.sections"))
    return _sections(form)


@blueprint.route("/office/posts/<int:post_id>", methods=["GET", "POST"])
@requires(Permission.MANAGE_STAFF)
def edit_post(post_id: int) -> ResponseReturnValue:
    """Rename a post, or take it out of the list by the other button."""
    row, form = post.post(actor(), post_id), PostForm(obj=post.post(actor(), post_id))
    if request.form.get("act") == "remove":
        name = row.name
        if accepted(form, lambda: post.remove(actor(), row)):
            flash(f"職「{name}」を一覧から外しました。")
            return redirect(url_for("people.sections"))
    elif accepted(form, lambda: post.write(actor(), row, form.name.value)):
        flash("職の名前を変更しました。")
        return redirect(url_for("people.sections"))
    return answer("people/post.html", form, post=post.post(actor(), post_id))


@blueprint.route("/office/staff/move", methods=["GET", "POST"])
@requires(Permission.MANAGE_STAFF)
@shows("職員の異動")
def move_staff() -> ResponseReturnValue:
    """Move the chosen staff to another section or post from a day on."""
    ids = request.args.getlist("row", type=int)[: posting.MOST_AT_ONCE]
    people, form = managed_among(actor(), ids), MoveForm(day=clock.today().isoformat())
    if not people:
        flash("異動する人を選んでください。", "info")
        return redirect(url_for("front.staff_list"))
    ids = [one.id for one in people]

    def act() -> Sequence[object]:
        command = form.command()
        is_to_come = command.day > clock.today()
        return coming.plan(actor(), ids, command) if is_to_come else posting.move(actor(), ids, command)

    if (moved := accepted(form, act)) and form.day.value > clock.today():
        day = form.day.value
        flash(f"{len(moved)}人の異動を、{clock.date_label(day)}に予定しました。その日までは取りやめられます。")
        return redirect(url_for("front.moves", day=day.isoformat(), part="moved"))
    if moved:
        flash(f"{len(moved)}人の部署・職を変更しました。前の部署は、職員のページの「部署の履歴」に残っています。")
        return redirect(url_for("front.staff_list"))
    if moved is not None:
        flash("選んだ人は、すでにその部署・職です。", "info")
        return redirect(url_for("front.staff_list"))
    people = managed_among(actor(), ids)
    organisation_id = people[0].organisation_id
    return answer(
        "people/move.html",
        form,
        people=people,
        planned=coming.plans_among(ids),
        sections=[row.title for row in section.sections_of(organisation_id)],
        posts=[row.name for row in post.posts_of(organisation_id)],
    )


@blueprint.route("/office/staff/<int:membership_id>/concurrent", methods=["GET", "POST"])
@requires(Permission.MANAGE_STAFF)
@shows("職員の兼務")
def hold_too(membership_id: int) -> ResponseReturnValue:
    """Let one of the staff hold a section and post beside the own ones."""
    form = ConcurrentForm(begins_on=clock.today().isoformat())
    if row := accepted(form, lambda: concurrent.hold(actor(), membership_id, form.command())):
        flash(f"兼務を登録しました：{concurrent.in_words(row)}")
        return redirect(url_for("people.staff_member", membership_id=membership_id))
    person = managed_membership(actor(), membership_id)
    return answer(
        "people/concurrent.html",
        form,
        person=person,
        sections=[row.title for row in section.sections_of(person.organisation_id)],
        posts=[row.name for row in post.posts_of(person.organisation_id)],
    )


@blueprint.post("/office/staff/<int:membership_id>/concurrent/<int:concurrent_id>/end")
@requires(Permission.MANAGE_STAFF)
def hold_no_more(membership_id: int, concurrent_id: int) -> ResponseReturnValue:
    """End what one of the staff holds beside the own post."""
    left = concurrent.end(actor(), membership_id, concurrent_id)
    flash("兼務を終わりにしました。" if left else "兼務の登録を取り消しました。")
    return redirect(url_for("people.staff_member", membership_id=membership_id))


@blueprint.route("/office/sections/reform", methods=["GET", "POST"])
@requires(Permission.MANAGE_STAFF)
@holds(A_TABLE)
def reform_sections() -> ResponseReturnValue:
    """Rename, merge and split sections by one act on a day: look at what it comes to, then do it."""
    own, form = _own(), ReformForm(day=clock.today().isoformat())
    does = "do" in request.form

    def act() -> list[Line] | Reform:
        return (
            reform.plan(actor(), own, form.text.value, form.day.value)
            if does
            else reform_list.read(own, form.text.value)
        )

    if "again" in request.form or (found := accepted(form, act)) is None:
        return answer(
            "people/reform.html",
            form,
            reforms=[(one, reform_list.in_words(one.text)) for one in reform.reforms_of(own)],
        )
    if isinstance(found, list):
        bad = any(line.fault for line in found)
        return render_template("people/reform_preview.html", form=form, lines=found, bad=bad)
    day = clock.date_label(form.day.value)
    flash(
        "組織改正を反映しました。"
        if found.state.is_done
        else f"組織改正を、{day}に予定しました。その日までは取りやめられます。"
    )
    return redirect(url_for("people.reform_sections"))


@blueprint.route("/office/sections/reform/<int:reform_id>", methods=["GET", "POST"])
@requires(Permission.MANAGE_STAFF)
def undo_reform(reform_id: int) -> ResponseReturnValue:
    """Call a planned reorganisation off, or take back one that was done, after a question that says what it comes to."""
    row = reform.own(actor(), reform_id)
    if request.method == "GET":
        people = len(row.before.get("moved", []))
        return render_template(
            "people/reform_undo.html", reform=row, words=reform_list.in_words(row.text), people=people
        )
    if row.state.is_planned:
        reform.call_off(actor(), row)
        flash("組織改正を取りやめました。")
    else:
        flash(f"組織改正を元に戻しました。{reform.undo(actor(), row)}人が、前の部署に戻りました。")
    return redirect(url_for("people.reform_sections"))
