"""Forms of lessons: modules, lessons of each kind, the questions of a quiz, files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import current_app
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import URL, DataRequired, InputRequired, Length, NumberRange, Optional

from kernel.forms import LONGEST_LINE, LONGEST_TEXT, Form, options

from courses.edition import LessonText
from courses.lessons import lesson_kind
from courses.lessons.asset import files_for
from courses.lessons.question_forms import MOST_CHOICES, ChoicesForm
from courses.models import Lesson, LessonKind

if TYPE_CHECKING:
    from wtforms import SelectChoice  # type: ignore[attr-defined]

    from courses.models import CourseEdition

FILES_TAKEN = "SVG・PNG・JPEG・WebPの図、PDF、MP4・WebMの動画、VTTの字幕、SCORM 1.2とSCORM 2004のZIP。"
HOW = "見出しは「## 」、箇条書きは「- 」、表は「| 」、事例は「::: example 題」と「:::」ではさみます。図は「![説明](assets/ファイル名)」。"


class ModuleForm(Form):
    """The title of a module."""

    title = StringField("単元の題", [DataRequired(), Length(max=100)])


class NewLessonForm(Form):
    """A lesson to be added."""

    title = StringField("レッスンの題", [DataRequired(), Length(max=100)])
    kind = SelectField("種類", choices=options(LessonKind.choices()))


class AssetForm(Form):
    """A file that lessons show."""

    file = FileField("図や資料のファイル", [FileRequired(message="ファイルを選んでください。")])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        most = current_app.extensions["settings"].upload_mb
        self.file.description = f"{FILES_TAKEN}{most}MBまで。同じ名前のファイルがあれば、入れ替えます。"


class LessonForm(Form):
    """What every lesson says."""

    title = StringField("題", [DataRequired(), Length(max=100)])
    minutes = IntegerField("めやすの時間(分)", [Optional(), NumberRange(0, 600)])
    required = BooleanField("修了に必要なレッスンにする")

    def _text(self, lesson: Lesson, body: str, content: dict[str, Any]) -> LessonText:
        return LessonText(
            self.title.data or "", body, lesson.kind, self.minutes.data or 0, bool(self.required.data), content
        )


class TextForm(LessonForm):
    """A lesson to read, or a practice task."""

    body = TextAreaField("本文", [Length(max=LONGEST_TEXT)], description=HOW)

    def text(self, lesson: Lesson) -> LessonText:
        """Return what the lesson is to say."""
        return self._text(lesson, self.body.data or "", {})


class LinkForm(TextForm):
    """A page elsewhere, with a few words on what to look at there."""

    address = StringField(
        "リンク先",
        [DataRequired(), URL(message="https:// で始まるリンクを入力してください。"), Length(max=LONGEST_LINE)],
    )

    def text(self, lesson: Lesson) -> LessonText:
        """Return what the lesson is to say."""
        return self._text(lesson, self.body.data or "", {"address": self.address.data or ""})


class ShownForm(TextForm):
    """A file that is shown: a document, with the same in words."""

    asset = SelectField("見せるファイル")

    def text(self, lesson: Lesson) -> LessonText:
        """Return what the lesson is to say."""
        content = {"asset": self.asset.data or ""}
        return self._text(lesson, self.body.data or "", content)


class VideoForm(ShownForm):
    """A video, with captions and with the same in words."""

    captions = SelectField("字幕", description="VTT形式の字幕のファイルです。")

    def text(self, lesson: Lesson) -> LessonText:
        """Return what the lesson is to say."""
        content = {"asset": self.asset.data or "", "captions": self.captions.data or ""}
        return self._text(lesson, self.body.data or "", content)


class PackageForm(ShownForm):
    """A package that an authoring tool made, with the same in words."""

    instead = RadioField(
        "パッケージを開けない人は",
        choices=options([("text", "本文を読んで終えられる"), ("", "終えられない(テストのある教材など)")]),
        default="text",
    )

    def text(self, lesson: Lesson) -> LessonText:
        """Return what the lesson is to say."""
        content = {"asset": self.asset.data or "", "instead": self.instead.data or ""}
        return self._text(lesson, self.body.data or "", content)


class QuizForm(LessonForm):
    """How a quiz is taken. Its questions are written one by one."""

    intro = TextAreaField("はじめの文", [Length(max=5000)])
    pass_percent = IntegerField(
        "合格点(%)", [InputRequired(), NumberRange(0, 100)], description="0にすると、合否のない自己診断になります。"
    )
    attempts = IntegerField(
        "受けられる回数", [InputRequired(), NumberRange(0, 1000)], description="0にすると、何回でも受けられます。"
    )
    wait_minutes = IntegerField("次に受けるまでの時間(分)", [InputRequired(), NumberRange(0, 60 * 24 * 30)])
    draw = IntegerField(
        "出す問題の数", [InputRequired(), NumberRange(0, 200)], description="0にすると、すべての問題を出します。"
    )
    shuffle = BooleanField("問題と選択肢の順番を、受けるたびに変える")

    def text(self, lesson: Lesson) -> LessonText:
        """Return what the lesson is to say; its questions stay."""
        said = {name: self[name].data for name in ("pass_percent", "attempts", "wait_minutes", "draw")}
        content = {**lesson.content, **said, "intro": self.intro.data or "", "shuffle": bool(self.shuffle.data)}
        return self._text(lesson, "", content)


SHOWING: dict[LessonKind, type[ShownForm]] = {
    LessonKind.VIDEO: VideoForm, LessonKind.DOCUMENT: ShownForm, LessonKind.PACKAGE: PackageForm,
}  # fmt: skip


def form_for(lesson: Lesson, edition: CourseEdition) -> TextForm | QuizForm:
    """Return the form of a lesson's kind, showing what the lesson says."""
    said = {"title": lesson.title, "minutes": lesson.minutes, "required": lesson.required, "body": lesson.body}
    match lesson.kind:
        case LessonKind.QUIZ:
            return QuizForm(data={**said, **lesson.content})
        case LessonKind.LINK:
            return LinkForm(data={**said, **lesson.content})
        case LessonKind.VIDEO | LessonKind.DOCUMENT | LessonKind.PACKAGE:
            form = SHOWING[lesson.kind](data={**said, **lesson.content})
            form.asset.choices = _files(edition, lesson_kind.SHOWN[lesson.kind])
            if isinstance(form, VideoForm):
                form.captions.choices = _files(edition, lesson_kind.CAPTIONS)
            return form
        case _:
            return TextForm(data=said)


def _files(edition: CourseEdition, beginnings: tuple[str, ...]) -> list[SelectChoice]:
    return options([("", "選んでいません"), *((name, name) for name in files_for(edition, beginnings))])


for _number in range(1, MOST_CHOICES + 1):
    setattr(ChoicesForm, f"choice_{_number}", StringField(f"選択肢{_number}", [Length(max=LONGEST_LINE)]))
    setattr(ChoicesForm, f"right_{_number}", BooleanField(f"選択肢{_number}は正しい"))
    setattr(ChoicesForm, f"feedback_{_number}", TextAreaField(f"選択肢{_number}を選んだ人への説明", [Length(max=1000)]))
