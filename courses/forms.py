"""Forms of courses: what an edition says, hosts and prerequisites, skills, a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wtforms import BooleanField, IntegerField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from kernel.forms import LONGEST_LINE, Form, LinesField, options

from courses.completion_rule import SHARES
from courses.edition import EditionText
from courses.models import Format, Level

if TYPE_CHECKING:
    from courses.models import CourseEdition

MOST_MINUTES = 60_000


class EditionForm(Form):
    """What an edition says."""

    title = StringField("講座名", [DataRequired(), Length(max=100)])
    summary = TextAreaField("概要", [Length(max=1000)], description="何ができるようになるかを、二、三文で書きます。")
    target_staff = StringField("対象", [Length(max=LONGEST_LINE)], description="例: 窓口・広報・事業担当を含む全職員")
    level = SelectField("レベル", choices=options(Level.choices()))
    format = SelectField("形式", choices=options(Format.choices()))
    minutes = IntegerField("所要時間(分)", [Optional(), NumberRange(1, MOST_MINUTES)])
    attendance_percent = SelectField(
        "修了に必要な出席", coerce=int, choices=options(SHARES.items()), default=100,
        description="集まって学ぶ講座だけに関わります。途中で中止した会は数えません。",
    )  # fmt: skip
    yearly = BooleanField("毎年度受ける講座にする")
    track_id = SelectField("分野", coerce=int)
    objectives = LinesField("学習目標", [Length(max=5000)], description="一行に一つずつ、「〜できる」の形で書きます。")
    skill_ids = SelectMultipleField(
        "スキル", coerce=int, widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )

    def text(self) -> EditionText:
        """Return what the edition is to say."""
        return EditionText(
            title=self.title.data or "",
            summary=self.summary.data or "",
            level=Level(self.level.data),
            format=Format(self.format.data),
            minutes=self.minutes.data,
            target_staff=self.target_staff.data or "",
            objectives=tuple(self.objectives.lines),
            track_id=self.track_id.data,
            skill_ids=tuple(self.skill_ids.data or ()),
            attendance_percent=self.attendance_percent.data,
            yearly=bool(self.yearly.data),
        )


def said_by(edition: CourseEdition) -> dict[str, Any]:
    """Return what an edition says as the form shows it."""
    plain = ("title", "summary", "target_staff", "minutes", "attendance_percent", "yearly", "track_id")
    return {
        **{name: getattr(edition, name) for name in plain},
        "level": edition.level.value,
        "format": edition.format.value,
        "objectives": "\n".join(edition.objectives),
        "skill_ids": [skill.id for skill in edition.skills],
    }


class NewCourseForm(EditionForm):
    """A new course."""

    slug = StringField(
        "URLの末尾(英数字)",
        [DataRequired(), Length(max=80)],
        description="英小文字・数字・ハイフン。あとから変えられません。例: paperless-basics",
    )


class CourseLinksForm(Form):
    """The hosts and prerequisites of a course."""

    hosts = LinesField("実施団体", [Length(max=5000)], description="一行に一団体ずつ、団体名か団体コードを入力します。")
    prerequisites = LinesField(
        "先に受ける講座",
        [Length(max=5000)],
        description="一行に一講座ずつ、講座のURLの末尾を入力します。例: dx-first-step",
    )


class SkillForm(Form):
    """A skill of the vocabulary."""

    category = StringField("区分", [DataRequired(), Length(max=100)], description="例: How、自治体固有")
    skill = StringField("スキル", [DataRequired(), Length(max=100)], description="例: ツール利用")
