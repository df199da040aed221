"""Pages on which a course is begun and its draft says what it is: what one learns, hosts, prerequisites, editions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from flask import flash, redirect, render_template, request, url_for

from kernel.database import db
from kernel.errors import InvalidError, NotFoundError
from kernel.fields import options
from kernel.forms import accepted, answer

from people.access import LONG_TEXTS, actor, holds, requires
from people.act import Act
from people.organisation import by_code_or_name, names_near
from people.permission import Permission

from courses import course as courses
from courses import edition as editions
from courses import keeping, offer, skill
from courses.blueprint import blueprint
from courses.completion_rule import SHARES
from courses.course import BeginCourse, own_course, own_draft, record_work
from courses.forms import (
    CourseLinksForm,
    EditionForm,
    KeepingForm,
    NewCourseForm,
    SkillForm,
    said_by,
)
from courses.lessons import difference
from courses.models import Track

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from courses.models import Course


def _with_choices(form: EditionForm) -> EditionForm:
    """Give a form the tracks and skills there are."""
    form.track_id.choices = options(
        (row.id, row.title) for row in db.session.scalars(sa.select(Track).order_by(Track.position))
    )
    form.skill_ids.choices = options((row.id, f"{row.category}:{row.name}") for row in skill.skills())
    return form


@blueprint.route("/studio/new", methods=["GET", "POST"])
@requires(Permission.WRITE_COURSES)
@holds(LONG_TEXTS)
def new_course() -> ResponseReturnValue:
    """Begin a course."""
    form, remark = NewCourseForm(), request.args.get("remark", "")[:60]
    _with_choices(form)
    own = actor().own_organisation(Permission.WRITE_COURSES)
    if begun := accepted(form, lambda: courses.begin(actor(), BeginCourse(form.slug.value, own, form.text()))):
        flash("下書きをつくりました。次に、きっかけになった発言と、その理由を書いてください。")
        return redirect(url_for("catalog.new_motivation", slug=begun.slug, remark=remark or None))
    return answer("courses/edition_form.html", form, course=None, edition=None, remark=remark)


@blueprint.route("/studio/<slug>/edit", methods=["GET", "POST"])
@requires(Permission.WRITE_COURSES)
@holds(LONG_TEXTS)
def edit_edition(slug: str) -> ResponseReturnValue:
    """Change what the draft says."""
    course, edition = own_draft(actor(), slug)
    editions.check_editable(edition)
    form = _with_choices(EditionForm(data=said_by(edition, offer.named_organisations(edition))))
    if edition.attendance_percent not in SHARES:
        form.attendance_percent.choices = options(
            [*SHARES.items(), (edition.attendance_percent, f"会の{edition.attendance_percent}%以上に出席")]
        )

    def write() -> None:
        editions.write(edition, form.text())
        record_work(actor(), Act.DRAFT_CHANGED, course)

    if accepted(form, write):
        flash("下書きを保存しました。")
        return redirect(url_for("catalog.studio_course", slug=slug))
    course, edition = own_draft(actor(), slug)
    return answer("courses/edition_form.html", form, course=course, edition=edition, remark="")


@blueprint.route("/studio/<slug>/links", methods=["GET", "POST"])
@requires(Permission.WRITE_COURSES)
@holds(LONG_TEXTS)
def edit_links(slug: str) -> ResponseReturnValue:
    """Say which organisations hold the course and which courses come first."""
    course = own_course(actor(), slug)
    form = CourseLinksForm(
        hosts="\n".join(host.code or host.name for host in course.hosts),
        prerequisites="\n".join(row.published.title if row.published else row.slug for row in course.prerequisites),
    )
    if accepted(form, lambda: _set_links(course, form)):
        flash("実施団体と先に受ける講座を保存しました。")
        goes_on = request.form.get("act") == "more"
        return redirect(url_for("courses.edit_links" if goes_on else "catalog.studio_course", slug=slug))
    return answer(
        "courses/links_form.html",
        form,
        course=course,
        edition=course.editions[-1],
        organisations=names_near(course.owner_id),
        courses=courses.titles([course.owner_id]),
    )


def _set_links(course: Course, form: CourseLinksForm) -> None:
    try:
        hosts = {by_code_or_name(name).id for name in form.all_hosts()}
    except InvalidError as refusal:
        raise InvalidError(refusal.message, field="hosts") from refusal
    courses.set_hosts(course, hosts)
    courses.set_prerequisites(course, form.all_prerequisites())
    record_work(actor(), Act.LINKS_CHANGED, course)


@blueprint.route("/studio/<slug>/keeping", methods=["GET", "POST"])
@requires(Permission.WRITE_COURSES)
def keep_course(slug: str) -> ResponseReturnValue:
    """Say who looks after a course and when it is read again."""
    course = own_course(actor(), slug)
    now = keeping.keeping_of(course.id)
    form = KeepingForm(
        kept_by=(now and now.kept_by_id) or 0, review_on=now.review_on.isoformat() if now and now.review_on else ""
    )
    form.kept_by.choices = options([(0, "決めない（研修担当のみんなで見る）"), *keeping.writers_of(course.owner_id)])
    if accepted(form, lambda: keeping.keep(actor(), course, form.kept_by.value or None, form.review_on.day)):
        flash("担当者と見直しの日を保存しました。")
        return redirect(url_for("catalog.studio_course", slug=slug))
    again = own_course(actor(), slug)
    return answer("courses/keeping_form.html", form, course=again, edition=again.editions[-1])


@blueprint.post("/studio/<slug>/next")
@requires(Permission.WRITE_COURSES)
def next_edition(slug: str) -> ResponseReturnValue:
    """Start the next edition as a draft."""
    course = own_course(actor(), slug)
    edition = editions.next_draft(course, actor().staff_id)
    record_work(actor(), Act.NEXT_EDITION, course)
    flash(f"第{edition.number}版の下書きをつくりました。公開中の版はそのまま受講できます。")
    return redirect(url_for("catalog.studio_course", slug=slug))


@blueprint.get("/studio/<slug>/differences/<int:old>/<int:new>")
@requires(Permission.WRITE_COURSES)
def differences(slug: str, old: int, new: int) -> ResponseReturnValue:
    """Read what differs between two editions."""
    course = own_course(actor(), slug)
    by_number = {edition.number: edition.id for edition in course.editions}
    if old not in by_number or new not in by_number:
        raise NotFoundError
    found = difference.differences(editions.whole(by_number[old]), editions.whole(by_number[new]))
    return render_template("courses/differences.html", course=course, old=old, new=new, differences=found)


@blueprint.route("/admin/skills", methods=["GET", "POST"])
@requires(Permission.MANAGE_CATALOG)
def skills() -> ResponseReturnValue:
    """Show the vocabulary of skills and add to it."""
    form = SkillForm()
    if accepted(form, lambda: skill.name_skill(actor(), form.category.value, form.skill.value)):
        flash("スキルを加えました。")
        return redirect(url_for("courses.skills"))
    return answer("courses/skills.html", form, skills=skill.skills())


@blueprint.route("/admin/skills/<int:skill_id>", methods=["GET", "POST"])
@requires(Permission.MANAGE_CATALOG)
def rename_skill(skill_id: int) -> ResponseReturnValue:
    """Rename a skill wherever it is used."""
    row = skill.skill(skill_id)
    form = SkillForm(category=row.category, skill=row.name)
    if accepted(form, lambda: skill.rename(actor(), row, form.category.value, form.skill.value)):
        flash("スキルの名前を変えました。")
        return redirect(url_for("courses.skills"))
    return answer("courses/skill_form.html", form)
