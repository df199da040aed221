"""A course taken along to another learning system, with the remark that motivated it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import render_template

from kernel.download import download

from people.access import actor, requires
from people.permission import Permission

from courses import edition as editions
from courses.course import published_course
from courses.export import scorm_package
from courses.export.standalone import why_not
from courses.export.views import page_with_files
from courses.files.archive import packed
from courses.lessons.lesson_kind import quiz_of

from catalog.blueprint import blueprint
from catalog.motivation import first_voice

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


@blueprint.get("/courses/<slug>/elsewhere")
@requires(Permission.ADOPT_CURRICULA)
def elsewhere(slug: str) -> ResponseReturnValue:
    """Say how a course is taken outside: in another learning system, or where there is no network."""
    course, edition = published_course(slug, actor().organisation_ids)
    reason = why_not(editions.whole(edition.id))
    return render_template("catalog/elsewhere.html", course=course, edition=edition, why_not=reason)


@blueprint.get("/courses/<slug>/scorm")
@requires(Permission.ADOPT_CURRICULA)
def scorm(slug: str) -> ResponseReturnValue:
    """Give the published edition of a course as a package in SCORM 1.2."""
    course, edition = published_course(slug, actor().organisation_ids)
    whole = editions.whole(edition.id)
    files = page_with_files(whole, "scorm", voice=first_voice(course.id))
    lessons = [lesson for module in whole.modules for lesson in module.lessons if lesson.required]
    passes = [quiz.pass_percent for lesson in lessons if (quiz := quiz_of(lesson))]
    manifest = scorm_package.manifest(slug, whole.number, whole.title, min(passes, default=0), files)
    return download(
        packed({**files, scorm_package.MANIFEST: manifest}), "application/zip", f"{whole.title}（SCORM 1.2）.zip"
    )
