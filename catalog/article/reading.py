"""Reading an article from its first line to its last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from catalog.article import agenda, aside, header, participants, sections
from catalog.article.line import Line, lines_of
from catalog.article.model import ReadArticle, ReadRemark, Skipped
from catalog.article.speakers import Speakers, is_introduction, recurring_names, transcribed_names

if TYPE_CHECKING:
    from collections.abc import Sequence

FIELD_KINDS = {
    "title": "title", "number": "number", "date": "held_on", "participant": "participants", "agenda": "agenda",
    "label": "remarks.speaker", "heading": "remarks.heading", "text": "remarks.text",
}  # fmt: skip
ENDS_A_TURN = {"moderator", "closing", "credit", "back number", "footer", "heading"}


def parse(text: str) -> ReadArticle:
    """Read an article. Nothing is raised: what is missing or doubtful becomes a warning."""
    article, lines = ReadArticle(), lines_of(text)
    aside.mark_asides(lines)
    title = _read_title(article, lines)
    listed_until = participants.read_participants(article, lines)
    _mark_labels(article, lines, max(listed_until, agenda.read_agenda(article, lines)))
    aside.unmark_closings_within(lines)
    first_label = next((index for index, line in enumerate(lines) if line.kind == "label"), len(lines))
    header.read_head(article, [line for line in lines[:first_label] if line.kind in {"", "note"}])
    sections.mark_headings(lines, lambda line: bool(participants.names_people_only(line.plain, article.participants)))
    _read_turns(article, lines, first_label)
    article.part = header.part_of(title, lines)
    article.municipalities = header.municipalities_of(article, lines)
    article.used = {line.number: FIELD_KINDS[line.kind] for line in lines if line.kind in FIELD_KINDS}
    article.skipped = [Skipped(line.number, line.kind) for line in lines if line.kind not in FIELD_KINDS]
    _warn_of_what_is_missing(article)
    article.warnings.sort(key=lambda warning: warning.line)
    return article


def _read_title(article: ReadArticle, lines: Sequence[Line]) -> Line | None:
    """Take the first line that is not an aside as the title, unless it already is a sentence of the lead."""
    for line in lines:
        if line.kind:
            continue
        if line.plain.endswith("。") or header.NUMBER.search(line.plain) or header.HELD.search(line.plain):
            return None
        line.kind = "title"
        article.title = line.bare
        return line
    return None


def _mark_labels(article: ReadArticle, lines: Sequence[Line], start: int) -> None:
    """Find the labels in the order of the article: an introduction counts from where it stands."""
    body = [line for line in lines[start:] if not line.kind]
    speakers = Speakers(article, recurring_names(body))
    captions = participants.captions_of(article.participants)
    aside.mark_captions(body, captions)
    article_lines = {line.number: index for index, line in enumerate(lines)}
    for line in body:
        named = 0 if line.kind else participants.names_people_only(line.plain, article.participants)
        if named > 1 or (named and participants.has_note(line.plain)):
            line.kind = "caption"
        if line.kind == "caption" and _begins_a_turn(lines, article_lines[line.number]):
            line.kind = ""
        if line.kind:
            continue
        if speaker := speakers.label(line):
            line.kind, line.speaker = "label", speaker
        elif pair := speakers.label_with_text(line):
            line.kind, (line.speaker, line.first_text) = "label", pair
    _unmark_captions(body)
    if not any(line.kind == "label" for line in body):
        _mark_transcript(speakers, body)


def _unmark_captions(body: Sequence[Line]) -> None:
    """Take back that a name with a title is a label where its bearer is introduced only later: it stands under a picture."""
    introduced = {
        line.speaker: line.number for line in reversed(body) if line.kind == "label" and is_introduction(line)
    }
    for line in body:
        if line.kind == "label" and line.number < introduced.get(line.speaker, 0) and not line.first_text:
            line.kind = "caption"


def _mark_transcript(speakers: Speakers, body: Sequence[Line]) -> None:
    """Find the labels of a transcript whose speakers nobody introduced: names that begin several lines, with a colon."""
    names = transcribed_names(body)
    for line in body:
        if not line.kind and (pair := speakers.transcribed(line, names)):
            line.kind, (line.speaker, line.first_text) = "label", pair


def _begins_a_turn(lines: Sequence[Line], index: int) -> bool:
    """Tell whether what looks like a caption must be a label: nobody speaks before it, and a sentence follows."""
    before = next((line for line in reversed(lines[:index]) if line.kind not in {"image", "caption", "note"}), None)
    after = next((line for line in lines[index + 1 :] if line.kind not in {"image", "caption", "note"}), None)
    nobody_speaks = (
        before is None
        or before.kind in {"participant", "agenda", "moderator"}
        or (
            not before.kind and not sections.SENTENCE_END.search(before.plain) and len(before.plain) <= sections.LONGEST
        )
    )
    a_sentence_follows = after is not None and not after.kind and bool(sections.SENTENCE_END.search(after.plain))
    return nobody_speaks and a_sentence_follows


def _read_turns(article: ReadArticle, lines: Sequence[Line], first_label: int) -> None:
    """Read headings and turns; before the first label, what is no heading is the lead."""
    section = sections.Section(article)
    turn = Turn(article, section)
    headings: list[Line] = []
    for index, line in enumerate(lines):
        if line.kind in ENDS_A_TURN:
            turn.end()
        if line.kind == "heading":
            headings.append(line)
        elif line.kind == "label":
            if headings:
                section.enter(headings)
                headings = []
            turn.begin(line)
        elif line.kind == "":
            turn.add(line, in_lead=index < first_label)
    turn.end()


class Turn:
    """A turn that is being read: one speaker, the paragraphs so far."""

    def __init__(self, article: ReadArticle, section: sections.Section) -> None:
        """Begin with nobody speaking."""
        self.article, self.section = article, section
        self.label: Line | None = None
        self.paragraphs: list[str] = []

    def begin(self, label: Line) -> None:
        """End the turn before and begin the one a label opens."""
        self.end()
        self.label, self.paragraphs = label, [label.first_text] if label.first_text else []

    def add(self, line: Line, *, in_lead: bool) -> None:
        """Add a paragraph; where nobody speaks, the line is the lead or, with a warning, skipped."""
        if self.label is not None:
            line.kind = "text"
            self.paragraphs.append(line.text)
        elif in_lead:
            line.kind = "lead"
        else:
            line.kind = "text without speaker"
            self.article.warn(line.number, "text-without-speaker", "だれの発言か分からない行です。取り込んでいません。")

    def end(self) -> None:
        """Make a remark of what was said; a label without text gives none and is warned of."""
        label, self.label = self.label, None
        if label is None:
            return
        if not self.paragraphs:
            self.article.warn(label.number, "empty-turn", f"「{label.bare}」の発言がありません。")
            return
        self.article.remarks.append(
            ReadRemark(
                position=len(self.article.remarks) + 1,
                speaker=label.speaker,
                heading=self.section.heading,
                subheading=self.section.subheading,
                text="\n".join(self.paragraphs),
                line=label.number,
            )
        )


def _warn_of_what_is_missing(article: ReadArticle) -> None:
    for missing, kind, message in (
        (not article.title, "missing-title", "題名が見つかりません。"),
        (article.number is None, "missing-number", "第何回かが書かれていません。"),
        (article.held_on is None, "missing-date", "開催日が書かれていません。"),
        (not article.participants, "missing-participants", "参加者の一覧がありません。"),
        (not article.remarks, "no-remarks", "発言が一つも見つかりません。"),
    ):
        if missing:
            article.warn(0, kind, message)
