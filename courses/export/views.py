"""A course as one page, rendered; which page hands it out is for those who know why it is offered and who takes it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import current_app, render_template

from courses.export.standalone import files_shown, standalone

if TYPE_CHECKING:
    from collections.abc import Mapping

    from courses.models import CourseEdition

SCRIPTS = "scripts/standalone"


def page_with_files(
    edition: CourseEdition, keeper: str, *, voice: Any, returns: Any = None, whom: str = ""
) -> dict[str, bytes]:
    """Return the page of an edition (which must be `whole`) as `index.html`, and what it shows and runs, by address.

    `keeper` is the script that keeps how far one is: `scorm` or `disk`. `voice` is the remark that the course answers,
    `returns` what makes its return code, `whom` for whom it was made, where it is for one person. Raises ConflictError as `standalone` does.
    """
    course = standalone(edition)
    files: Mapping[str, bytes] = files_shown(edition, current_app.extensions["files"])
    origin = current_app.extensions["settings"].public_url
    words = render_template(
        "export/course.html",
        course=course, edition=edition, keeper=keeper, origin=origin, voice=voice, returns=returns, whom=whom,
    )  # fmt: skip
    static = Path(str(current_app.static_folder))
    scripts = {f"{name}.js": (static / SCRIPTS / f"{name}.js").read_bytes() for name in (keeper, "course")}
    return {"index.html": words.encode(), "style.css": (static / "vendor/style.css").read_bytes(), **scripts, **files}
