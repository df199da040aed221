"""Forms of the catalogue: motivation, article import, request."""

from __future__ import annotations

from flask_wtf.file import FileSize
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from kernel.errors import InvalidError
from kernel.fields import (
    DayField,
    LinesField,
    ProseField,
    QuotedField,
    TextField,
    TickField,
    TicksField,
    UploadField,
    WholeField,
    WordsField,
)
from kernel.forms import Form, numbered
from kernel.typed import LONGEST_LINE

from catalog.importing.comparison import LONGEST_ARTICLE, Correction, Head, ImportArticle
from catalog.motivation import Motivate, place_in

LARGEST_FILE = 2_000_000


class MotivationForm(Form):
    """The remark that motivates a course, and why."""

    remark = TextField(
        "発言のURLか番号",
        [DataRequired(), Length(max=LONGEST_LINE)],
        description="発言のページのURL、または「8-1/11」のような番号。",
    )
    rationale = ProseField(
        "理由",
        [DataRequired(), Length(max=1000)],
        description="この発言のどこに、講座のどの部分が応えるのかを書きます。",
    )

    def command(self) -> Motivate:
        """Return the link to be made. Raises InvalidError where the remark's address cannot be read."""
        place = place_in(self.remark.value)
        if place is None:
            message = "発言は「8-1/11」のように入力してください。"
            raise InvalidError(message, field="remark")
        return Motivate(*place, self.rationale.value)


class RetireForm(Form):
    """Why a course is taken out of the catalogue, and what comes after it."""

    because = TextField(
        "理由",
        [DataRequired(), Length(max=LONGEST_LINE)],
        description="講座のページに表示します。例：新しい講座に替わりました。",
    )
    successor = TextField(
        "後の講座", [Length(max=LONGEST_LINE)], description="あれば、講座名か、講座のページのアドレスを入力します。"
    )


class ReviewForm(Form):
    """The note with which an edition is sent back."""

    note = ProseField("直してほしいこと", [DataRequired(), Length(max=2000)])


def remarks_from(form: dict[str, str]) -> dict[int, str]:
    """Return what was said of single lessons, by id: fields lesson-N."""
    return {lesson_id: text.strip()[:1000] for lesson_id, text in numbered(form, "lesson-") if text.strip()}


class ArticleForm(Form):
    """An article, pasted or uploaded."""

    url = TextField(
        "記事のURL", [Length(max=LONGEST_LINE)], description="分かれば入力します。例：https://note.com/…/n/n…"
    )
    text = QuotedField(
        "記事の文章", [Length(max=LONGEST_ARTICLE)], description="題名から最後の行まで、そのまま貼り付けます。"
    )
    file = UploadField("または文章のファイル", [FileSize(max_size=LARGEST_FILE, message="ファイルが大きすぎます。")])
    accept_changes = TickField("文章が変わった発言も取り込む")


def corrections_from(form: dict[str, str]) -> dict[int, Correction]:
    """Return what was corrected by hand: fields speaker-N, heading-N, subheading-N."""
    return {
        position: Correction(
            speaker=speaker.strip()[:100],
            heading=form.get(f"heading-{position}", "").strip()[:200] or None,
            subheading=form.get(f"subheading-{position}", "").strip()[:200] or None,
        )
        for position, speaker in numbered(form, "speaker-")
        if speaker.strip()
    }


class ArticleHeadForm(Form):
    """What an article says of itself, corrected on the preview."""

    title = WordsField("題名", [Length(max=LONGEST_LINE)])
    held_on = DayField("開催日", [], description="例：2026-05-20、R8.5.20。分からないときは空欄にします。")
    municipalities = LinesField("自治体", [Length(max=2000)], description="一行に一つずつ。例：若葉町")

    def head(self) -> Head:
        """Return the head."""
        return Head(self.title.value, self.held_on.day, tuple(self.municipalities.lines))


def import_command(
    form: ArticleForm, text: str, fields: dict[str, str], head: ArticleHeadForm | None = None
) -> ImportArticle:
    """Return the article to be imported with the corrections made on the preview."""
    return ImportArticle(
        text, form.url.value, corrections_from(fields), form.accept_changes.value, head.head() if head else None
    )


class RequestForm(Form):
    """Ask for a course."""

    wish = TextField("学びたいこと", [DataRequired(), Length(max=LONGEST_LINE)])


class TopicForm(Form):
    """A topic of remarks."""

    name = TextField("話題", [DataRequired(), Length(max=40)], description="例：セキュリティ、窓口")


class TopicsForm(Form):
    """The topics that a remark bears."""

    topics = TicksField("話題", coerce=int)


class TrackForm(Form):
    """A track of the catalogue."""

    title = TextField("分野の名前", [DataRequired(), Length(max=60)], description="例：データ・AI活用")
    summary = TextField("ひとことの説明", [Length(max=LONGEST_LINE)])


class PlacedTrackForm(TrackForm):
    """A track that is there, and where it stands."""

    position = WholeField("並ぶ順", [InputRequired(), NumberRange(1, 1000)])
