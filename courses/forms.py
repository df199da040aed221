"""Forms of courses: what an edition says, hosts and prerequisites, skills, a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wtforms.validators import DataRequired, Length, NumberRange, Optional

from kernel.errors import InvalidError
from kernel.fields import (
    ChoiceField,
    DayField,
    LinesField,
    ProseField,
    RowField,
    TermField,
    TextField,
    TickField,
    TicksField,
    WholeField,
    WordLinesField,
    options,
)
from kernel.forms import Form
from kernel.typed import LONGEST_LINE

from people.organisation import by_code_or_name

from courses.completion_rule import SHARES
from courses.edition import EditionText
from courses.models import Format, Level

if TYPE_CHECKING:
    from collections.abc import Sequence

    from people.models import Organisation

    from courses.models import CourseEdition

MOST_MINUTES = 60_000
ALL, CHOSEN, OWN = "all", "chosen", "own"


class EditionForm(Form):
    """What an edition says."""

    title = TextField("講座名", [DataRequired(), Length(max=100)])
    summary = ProseField("概要", [Length(max=1000)], description="何ができるようになるかを、二、三文で書きます。")
    target_staff = TextField("対象", [Length(max=LONGEST_LINE)], description="例：窓口・広報・事業担当を含む全職員")
    level = TermField("レベル", Level)
    format = TermField("形式", Format)
    minutes = WholeField("所要時間（分）", [Optional(), NumberRange(1, MOST_MINUTES)])
    attendance_percent = RowField("修了に必要な出席", choices=options(SHARES.items()), default=100,
        description="集まって学ぶ講座だけに関わります。途中で中止した会は数えません。",
    )  # fmt: skip
    yearly = TickField("毎年度受ける講座にする")
    track_id = RowField("分野")
    objectives = WordLinesField(
        "学習目標", [Length(max=5000)], description="一行に一つずつ、「〜できる」の形で書きます。"
    )
    skill_ids = TicksField("スキル", coerce=int)
    audience = ChoiceField(
        "対象の団体",
        choices=options([(ALL, "すべての団体"), (CHOSEN, "自分の団体と、選んだ団体"), (OWN, "自分の団体だけ")]),
        default=ALL,
        description="公開したときから、対象の団体の人だけに見えます。",
    )
    organisations = LinesField(
        "選んだ団体",
        [Length(max=5000)],
        description="「選んだ団体」のとき、一行に一団体ずつ、団体名か団体コードを入力します。",
    )

    def only_for(self) -> tuple[int, ...] | None:
        """Return for whom the edition is: None for all, else the organisations beside the own one.

        Raises InvalidError for an organisation that is not known, or where none is named.
        """
        if self.audience.value == ALL:
            return None
        if self.audience.value == OWN:
            return ()
        try:
            found = tuple(by_code_or_name(name).id for name in self.organisations.lines)
        except InvalidError as refusal:
            raise InvalidError(refusal.message, field="organisations") from refusal
        if not found:
            message = "団体を一つ以上入力してください。"
            raise InvalidError(message, field="organisations")
        return found

    def text(self) -> EditionText:
        """Return what the edition is to say. Raises InvalidError as `only_for` does."""
        return EditionText(
            title=self.title.value,
            summary=self.summary.value,
            level=self.level.value,
            format=self.format.value,
            minutes=self.minutes.value,
            target_staff=self.target_staff.value,
            objectives=tuple(self.objectives.lines),
            track_id=self.track_id.value,
            skill_ids=self.skill_ids.value,
            attendance_percent=self.attendance_percent.value,
            yearly=self.yearly.value,
            only_for=self.only_for(),
        )


def said_by(edition: CourseEdition, named: Sequence[Organisation]) -> dict[str, Any]:
    """Return what an edition says as the form shows it; `named` are the organisations that it is for by name."""
    plain = ("title", "summary", "target_staff", "minutes", "attendance_percent", "yearly", "track_id")
    return {
        **{name: getattr(edition, name) for name in plain},
        "level": edition.level.value,
        "format": edition.format.value,
        "objectives": "\n".join(edition.objectives),
        "skill_ids": [skill.id for skill in edition.skills],
        "audience": ALL if edition.only_for is None else CHOSEN if edition.only_for else OWN,
        "organisations": "\n".join(row.code or row.name for row in named),
    }


class NewCourseForm(EditionForm):
    """A new course."""

    slug = TextField(
        "アドレスの末尾（英数字）",
        [Length(max=80)],
        description="空欄のままなら、自動で付けます。英小文字・数字・ハイフン。あとから変えられません。",
    )


class CourseLinksForm(Form):
    """The hosts and prerequisites of a course: those there are, a line each, and one more of each that is picked."""

    hosts = LinesField("実施団体", [Length(max=5000)], description="一行に一団体ずつ、団体名か団体コードを入力します。")
    host_too = TextField(
        "実施団体を加える", [Length(max=LONGEST_LINE)], description="名前の一部を入力すると、同じ都道府県の団体と研修所から選べます。",
        render_kw={"list": "organisations", "autocomplete": "off"},
    )  # fmt: skip
    prerequisites = LinesField(
        "先に受ける講座",
        [Length(max=5000)],
        description="一行に一講座ずつ、講座名を講座のページのとおりに入力します。例：はじめての自治体DX",
    )
    prerequisite_too = TextField(
        "先に受ける講座を加える", [Length(max=LONGEST_LINE)], description="講座名の一部を入力すると、選べます。",
        render_kw={"list": "courses", "autocomplete": "off"},
    )  # fmt: skip

    def all_hosts(self) -> list[str]:
        """Return the hosts there are, and the one that was picked."""
        return [*self.hosts.lines, *filter(None, [self.host_too.value])]

    def all_prerequisites(self) -> list[str]:
        """Return the courses there are, and the one that was picked."""
        return [*self.prerequisites.lines, *filter(None, [self.prerequisite_too.value])]


class SkillForm(Form):
    """A skill of the vocabulary."""

    category = TextField("区分", [DataRequired(), Length(max=100)], description="例：How、自治体固有")
    skill = TextField("スキル", [DataRequired(), Length(max=100)], description="例：ツール利用")


class KeepingForm(Form):
    """Who looks after a course, and when it is read again."""

    kept_by = RowField("担当者", default=0)
    review_on = DayField(
        "見直しの日",
        [Length(max=LONGEST_LINE)],
        description="この日になると、担当者に知らせます。例：2027-10-01、R9.10.1",
    )
