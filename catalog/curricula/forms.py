"""Forms of curricula: what an edition says, course by course."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import wtforms
from wtforms import FormField
from wtforms.validators import DataRequired, Length, NumberRange, Optional

from kernel.fields import (
    ChoiceField,
    DayField,
    PickField,
    ProseField,
    RowField,
    RowsField,
    TextField,
    WholeField,
    options,
)
from kernel.forms import Form, NormalisingMeta
from kernel.typed import LONGEST_LINE

from catalog.curricula.edition import Step, WriteCurriculum

if TYPE_CHECKING:
    from catalog.curricula.edition import Line
    from catalog.curricula.models import CurriculumEdition

REQUIRED, ELECTIVE, ALL, OWN = "required", "elective", "all", "own"
SPARE, MOST_COURSES = 6, 200


class StepForm(wtforms.Form):
    """A course in its place in a curriculum."""

    Meta = NormalisingMeta
    place = WholeField("順", [Optional(), NumberRange(1, 10_000)])
    course = TextField("講座", [Length(max=LONGEST_LINE)])
    kind = PickField("必修か選択か", choices=options([(REQUIRED, "必修"), (ELECTIVE, "選択")]), default=REQUIRED)


class CurriculumForm(Form):
    """A curriculum: what it says, for whom it is, its courses, and why it changes."""

    title = TextField("名前", [DataRequired(), Length(max=100)])
    summary = ProseField("概要", [DataRequired(), Length(max=1000)])
    track_id = RowField("分野")
    audience = ChoiceField(
        "だれのために", choices=options([(OWN, "自分の団体だけ"), (ALL, "すべての団体")]), default=OWN,
        description="自分の団体だけのものは、ほかの研修担当か事務局が確認します。すべての団体のためのものは、事務局が確認します。",
    )  # fmt: skip
    steps = RowsField(FormField(StepForm), max_entries=MOST_COURSES)
    because = ProseField(
        "何をなぜ変えるか",
        [Length(max=1000)],
        description="採用した団体の研修担当に知らせ、カリキュラムのページに表示します。",
    )
    effective_on = DayField(
        "いつから", [Length(max=LONGEST_LINE)],
        description="空欄なら、できるだけ早く変わります。ほかの団体が採用しているときは、確認が済んでから15日目より後です。",
    )  # fmt: skip
    slug = TextField(
        "アドレスの末尾（英数字）", [Length(max=80)], description="空欄のままなら、自動で付けます。例：newcomers"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for _spare in range(SPARE - sum(not row.form.course.value for row in self.steps)):
            if len(self.steps) < MOST_COURSES:
                self.steps.append_entry()
        for number, row in enumerate(self.steps, 1):
            for field in row.form:
                field.label.text = f"{number}行目の{field.label.text.rpartition('の')[2]}"

    def command(self) -> WriteCurriculum:
        """Return what the curriculum is to say: its courses by the numbers typed, those without one last."""
        rows = [row.form for row in self.steps if row.form.course.value]
        last = MOST_COURSES * MOST_COURSES
        steps = sorted(rows, key=lambda row: last if row.place.value is None else row.place.value)
        return WriteCurriculum(
            title=self.title.value,
            summary=self.summary.value,
            track_id=self.track_id.value or None,
            steps=tuple(Step(row.course.value, row.kind.value == REQUIRED) for row in steps),
            is_for_all=self.audience.value == ALL,
            because=self.because.value,
            effective_on=self.effective_on.day,
            slug=self.slug.value,
        )


def said_by(edition: CurriculumEdition, lines: list[Line]) -> dict[str, Any]:
    """Return what an edition says as the form shows it; the next edition of one in force has its own reason and day."""
    goes_on = edition.state.is_open
    return {
        "title": edition.title,
        "summary": edition.summary,
        "track_id": edition.track_id or 0,
        "audience": ALL if edition.is_for_all else OWN,
        "steps": [
            {"place": place, "course": line.title, "kind": REQUIRED if line.required else ELECTIVE}
            for place, line in enumerate(lines, 1)
        ],
        "because": edition.because if goes_on else "",
        "effective_on": edition.effective_on.isoformat() if goes_on and edition.effective_on else "",
        "slug": edition.curriculum.slug,
    }
