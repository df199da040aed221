"""Forms of lessons: modules, lessons of each kind, files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import current_app
from flask_wtf.file import FileRequired
from wtforms.validators import URL, DataRequired, InputRequired, Length, NumberRange, Optional

from kernel.fields import (
    ChoiceField,
    PickField,
    ProseField,
    TermField,
    TextField,
    TickField,
    UploadField,
    WholeField,
    options,
)
from kernel.forms import Form
from kernel.typed import LONGEST_LINE, LONGEST_TEXT

from courses.edition import LessonText
from courses.lessons.asset import files_for
from courses.lessons.lesson_kind import CAPTIONS, PackageFinish, kind_of
from courses.lessons.lesson_text import with_plain_marks
from courses.models import Lesson, LessonKind

if TYPE_CHECKING:
    from wtforms import SelectChoice  # type: ignore[attr-defined]

    from courses.models import CourseEdition

FILES_TAKEN = "SVG・PNG・JPEG・WebPの図、PDF、MP4・WebMの動画、VTT・SRTの字幕、SCORM 1.2とSCORM 2004のZIP。"
HOW = "見出しは「## 」、箇条書きは「- 」、表は「| 」、事例は「::: example 題」と「:::」ではさみます。図は「![説明](assets/ファイル名)」。"


class ModuleForm(Form):
    """The title of a module."""

    title = TextField("単元の題", [DataRequired(), Length(max=100)])


class NewLessonForm(Form):
    """A lesson to be added."""

    title = TextField("レッスンの題", [DataRequired(), Length(max=100)])
    kind = TermField("種類", LessonKind)


class AssetForm(Form):
    """A file that lessons show."""

    file = UploadField("図や資料のファイル", [FileRequired(message="ファイルを選んでください。")])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        most = current_app.extensions["settings"].upload_mb
        self.file.description = f"{FILES_TAKEN}{most}MBまで。同じ名前のファイルがあれば、入れ替えます。"


class LessonForm(Form):
    """What every lesson says."""

    title = TextField("題", [DataRequired(), Length(max=100)])
    minutes = WholeField("めやすの時間（分）", [Optional(), NumberRange(0, 600)])
    required = TickField("修了に必要なレッスンにする")

    def text(self, lesson: Lesson) -> LessonText:
        """Return what the lesson is to say."""
        return LessonText(
            self.title.value,
            self.words(),
            lesson.kind,
            self.minutes.value or 0,
            self.required.value,
            self.content(lesson),
        )

    def words(self) -> str:
        """Return the text of the lesson."""
        return ""

    def content(self, lesson: Lesson) -> dict[str, Any]:
        """Return what the lesson keeps beyond its text."""
        return {name: self[name].value for name in kind_of(lesson).needs}


class TextForm(LessonForm):
    """A lesson to read, or a practice task."""

    body = ProseField("本文", [Length(max=LONGEST_TEXT)], filters=[with_plain_marks], description=HOW)

    def words(self) -> str:
        """Return the text of the lesson."""
        return self.body.value


class LinkForm(TextForm):
    """A page elsewhere, with a few words on what to look at there."""

    address = TextField(
        "リンク先",
        [DataRequired(), URL(message="https:// で始まるリンクを入力してください。"), Length(max=LONGEST_LINE)],
    )


class ShownForm(TextForm):
    """A file that is shown: a document, with the same in words."""

    asset = PickField("見せるファイル")


class VideoForm(ShownForm):
    """A video, with captions and with the same in words."""

    captions = PickField("字幕", description="VTT形式の字幕のファイルです。")


class PackageForm(ShownForm):
    """A package that an authoring tool made, with the same in words."""

    instead = ChoiceField(
        "パッケージを開けない人は",
        choices=options([("text", "本文を読んで終えられる"), ("", "終えられない（テストのある教材など）")]),
        default="text",
    )
    finish = ChoiceField(
        "このレッスンが終わりになるのは",
        choices=options([(one.value, one.label) for one in PackageFinish]),
        default=PackageFinish.OWN.value,
    )


class QuizForm(LessonForm):
    """How a quiz is taken. Its questions are written one by one."""

    intro = ProseField("はじめの文", [Length(max=5000)])
    pass_percent = WholeField(
        "合格点（%）", [InputRequired(), NumberRange(0, 100)], description="0にすると、合否のない自己診断になります。"
    )
    attempts = WholeField(
        "受けられる回数", [InputRequired(), NumberRange(0, 1000)], description="0にすると、何回でも受けられます。"
    )
    wait_minutes = WholeField("次に受けるまでの時間（分）", [InputRequired(), NumberRange(0, 60 * 24 * 30)])
    draw = WholeField(
        "出す問題の数", [InputRequired(), NumberRange(0, 200)], description="0にすると、すべての問題を出します。"
    )
    shuffle = TickField("問題と選択肢の順番を、受けるたびに変える")
    spares = TickField(
        "全部正解した分野と同じ題のレッスンを、終わりにする",
        description="はじめに受ける「ためし」に使います。知っていることは、読み飛ばせるようになります。",
    )

    def content(self, lesson: Lesson) -> dict[str, Any]:
        """Return how the quiz is taken; its questions stay."""
        settings = ("intro", "pass_percent", "attempts", "wait_minutes", "draw", "shuffle", "spares")
        return {**lesson.content, **{name: self[name].value for name in settings}}


FORMS: dict[LessonKind, type[LessonForm]] = {
    LessonKind.TEXT: TextForm, LessonKind.PRACTICE: TextForm, LessonKind.QUIZ: QuizForm, LessonKind.LINK: LinkForm,
    LessonKind.VIDEO: VideoForm, LessonKind.DOCUMENT: ShownForm, LessonKind.PACKAGE: PackageForm,
}  # fmt: skip


def form_for(lesson: Lesson, edition: CourseEdition) -> LessonForm:
    """Return the form of a lesson's kind, showing what the lesson says."""
    said = {"title": lesson.title, "minutes": lesson.minutes, "required": lesson.required, "body": lesson.body}
    form = FORMS[lesson.kind](data={**said, **lesson.content})
    for name, beginnings in (("asset", kind_of(lesson).shows), ("captions", CAPTIONS)):
        if name in form:
            form[name].choices = _files(edition, beginnings)
    return form


def _files(edition: CourseEdition, beginnings: tuple[str, ...]) -> list[SelectChoice]:
    return options([("", "選んでいません"), *((name, name) for name in files_for(edition, beginnings))])
