"""The figures of the shipped courses, measured as they stand on a phone: every sign can be read, and nothing leaves the page."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from pages import SECRETARIAT

from kernel.database import db

from courses.models import Course, Lesson, Module

SMALLEST = 14
MEASURED = """async () => {
  const found = [];
  for (const image of document.querySelectorAll(".lesson figure img")) {
    image.loading = "eager";
    await image.decode();
    const drawn = new DOMParser().parseFromString(await (await fetch(image.src)).text(), "image/svg+xml").documentElement;
    const [, , width, height] = drawn.getAttribute("viewBox").split(/[ ,]+/).map(Number);
    const scale = image.getBoundingClientRect().width / width;
    document.body.append(drawn);
    drawn.setAttribute("width", width);
    drawn.setAttribute("height", height);
    const origin = drawn.getBoundingClientRect();
    const texts = [...drawn.querySelectorAll("text")];
    found.push({
      name: image.src.split("/").pop(),
      smallest: Math.min(...texts.map((one) => parseFloat(getComputedStyle(one).fontSize))) * scale,
      out: texts.filter((one) => {
        const box = one.getBoundingClientRect();
        return box.left < origin.left - 1 || box.right > origin.left + width + 1 || box.bottom > origin.top + height + 1;
      }).map((one) => one.textContent),
    });
    drawn.remove();
  }
  return found;
}"""


def lessons_with_figures():
    shown = Lesson.body.contains("](assets/") & Lesson.body.contains(".svg")
    rows = db.session.execute(
        sa.select(Course.slug, Lesson.id)
        .join(Module, Module.edition_id == Course.published_id)
        .join(Lesson, Lesson.module_id == Module.id)
        .where(shown)
        .order_by(Course.slug, Lesson.id)
    ).all()
    db.session.rollback()
    return rows


@pytest.mark.parametrize("width", [360, 375])
def test_every_sign_of_every_figure_can_be_read_on_a_phone(visit, behind, width):
    author, seen = visit(SECRETARIAT, width=width), 0
    for slug, lesson in lessons_with_figures():
        author.goes_to(f"/studio/{slug}/lessons/{lesson}/try")
        assert not author.page.evaluate("document.documentElement.scrollWidth > window.innerWidth"), (slug, lesson)
        for figure in author.page.evaluate(MEASURED):
            seen += 1
            assert figure["smallest"] >= SMALLEST, (slug, figure)
            assert figure["out"] == [], (slug, figure)
    assert seen >= 50
