"""Forms of sections and posts, and of moving people between them."""

from __future__ import annotations

from wtforms.validators import DataRequired, Length

from kernel.fields import DayField, LongTextField, RowField, TextField
from kernel.forms import Form
from kernel.typed import LONGEST_TEXT

from people.sections.concurrent import Hold
from people.sections.posting import Move
from people.sections.section import LONGEST_NAME, WriteSection


class SectionForm(Form):
    """What a section is called, where it stands, and from when to when."""

    name = TextField("名前", [DataRequired(), Length(max=LONGEST_NAME)], description="例：高齢福祉課")
    parent_id = RowField("上の部署", default=0)
    begins_on = DayField("始まり", description="組織改正の日など。わからなければ空のままにします。例：R9.4.1")
    ends_on = DayField("終わり", description="この日から使わない部署に入力します。記録には残ります。例：R9.4.1")

    def command(self) -> WriteSection:
        """Return what the section is to be."""
        return WriteSection(self.name.value, self.parent_id.value, self.begins_on.day, self.ends_on.day)


class MergeForm(Form):
    """Into which other section one goes."""

    into_id = RowField("まとめる先", default=0)


class ReformForm(Form):
    """Which sections become which, and on which day."""

    day = DayField("改正の日", [DataRequired()], description="先の日なら、その日に変わります。例：2027-04-01、R9.4.1")
    text = LongTextField(
        "部署の変わり方", [DataRequired(), Length(max=LONGEST_TEXT)],
        description="表計算ソフトから貼り付けます。1列目にいまの部署、2列目に新しい部署（ほかの部の中なら「福祉部／高齢課」）。一部の人だけが移るときは、3列目にその人の職員番号を並べます。",
    )  # fmt: skip


class PostForm(Form):
    """What a post is called."""

    name = TextField("職", [DataRequired(), Length(max=100)], description="例：主任")


class MoveForm(Form):
    """Whither people are moved, and from which day on."""

    department = TextField(
        "新しい部署",
        [Length(max=200)],
        description="変わらないときは空のままにします。",
        render_kw={"list": "sections"},
    )
    post = TextField(
        "新しい職", [Length(max=100)], description="変わらないときは空のままにします。", render_kw={"list": "posts"}
    )
    day = DayField(
        "異動の日",
        [DataRequired()],
        description="先の日を入力すると、その日に変わります。前の部署は、この日の前日までとして残ります。",
    )

    def command(self) -> Move:
        """Return whither they are moved."""
        return Move(self.department.value, self.post.value, self.day.value)


class ConcurrentForm(Form):
    """Which section and post somebody holds beside the own ones, and from when to when."""

    department = TextField("兼務する部署", [DataRequired(), Length(max=200)], render_kw={"list": "sections"})
    post = TextField(
        "兼務する職", [Length(max=100)], description="決まっていなければ空のままにします。", render_kw={"list": "posts"}
    )
    begins_on = DayField("始まりの日", [DataRequired()], description="先の日でも登録できます。例：R9.4.1")
    last_day = DayField("最後の日", description="決まっていなければ空のままにします。")

    def command(self) -> Hold:
        """Return what somebody holds beside the own post."""
        return Hold(self.department.value, self.post.value, self.begins_on.value, self.last_day.day)
