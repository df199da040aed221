"""Forms of training sessions: when and where people meet, how many, who may come and how places are given."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from wtforms.validators import URL, DataRequired, InputRequired, Length, NumberRange, Optional

from kernel import clock
from kernel.errors import InvalidError
from kernel.fields import (
    DayField,
    LinesField,
    ProseField,
    TermField,
    TextField,
    TicksField,
    TimeField,
    WholeField,
    WordLinesField,
    WordsField,
    options,
)
from kernel.forms import Form
from kernel.spelling import is_web_address
from kernel.typed import LONGEST_LINE, LONGEST_TEXT

from people.models import SizeClass
from people.organisation import by_code_or_name, prefecture_names

from courses.sessions.audience import WhoMayCome
from courses.sessions.lecturer import KnowLecturer
from courses.sessions.meeting import MOST_MEETINGS, MoveMeeting
from courses.sessions.models import AdmissionRule, Audience
from courses.sessions.training_session import PlanSession

if TYPE_CHECKING:
    from collections.abc import Sequence

    from courses.sessions.models import Meeting, TrainingSession

MOST_PLACES = 10_000


class WhereForm(Form):
    """Where people meet."""

    place = WordsField("会場", [Length(max=LONGEST_LINE)])
    meeting_link = TextField(
        "会議のリンク", [Optional(), URL(message="https:// で始まるリンクを入力してください。"), Length(max=LONGEST_LINE)],
        description="席のある人だけに表示します。",
    )  # fmt: skip

    def link(self) -> str:
        """Return the link of a web meeting. Raises InvalidError where it is none."""
        link = self.meeting_link.value
        if link and not is_web_address(link):
            message = "https:// で始まるリンクを入力してください。"
            raise InvalidError(message, field="meeting_link")
        return link


class WhenForm(Form):
    """When people meet."""

    day = DayField("開催日", [DataRequired()], description="例：2026-12-10、R8.12.10")
    starts_time = TimeField("始まり", [DataRequired()], description="例：14:00")
    ends_time = TimeField("終わり", [DataRequired()], description="例：16:00")

    def times(self) -> tuple[dt.datetime, dt.datetime]:
        """Return when the meeting begins and ends."""
        day, begins, ends = self.day.day, self.starts_time.time, self.ends_time.time
        assert day and begins is not None and ends is not None  # noqa: PT018, S101 - the fields are required
        return clock.at(day, begins), clock.at(day, ends)


class MeetingForm(WhenForm, WhereForm):
    """When and where one meeting of a session is held."""

    def move(self) -> MoveMeeting:
        """Return when and where the meeting is held."""
        return MoveMeeting(*self.times(), self.place.value, self.link())


def held_at(meeting: Meeting) -> dict[str, Any]:
    """Return when and where a meeting is held as the form shows it."""
    begins, ends = clock.local(meeting.starts_at), clock.local(meeting.ends_at)
    return {
        "day": begins.date().isoformat(), "starts_time": f"{begins:%H:%M}", "ends_time": f"{ends:%H:%M}",
        "place": meeting.place, "meeting_link": meeting.meeting_link,
    }  # fmt: skip


class SessionForm(WhereForm):
    """A training session, but for when it is held."""

    joining_notes = ProseField(
        "参加のしかた", [Length(max=2000)], description="持ち物、接続のしかたなど。席のある人だけに表示します。"
    )
    lecturers = WordLinesField(
        "講師",
        [Length(max=2000)],
        description="一行に一人ずつ、役割も書きます。例：山田 太郎（講師）。名簿の人は、下で選べます。",
    )
    pool = TicksField("講師の名簿から", choices=[])
    capacity = WholeField("定員（人）", [InputRequired(), NumberRange(1, MOST_PLACES)])
    minimum = WholeField(
        "最少の人数（人）",
        [Optional(), NumberRange(0, MOST_PLACES)],
        description="これより少ないときは、不開催にできます。",
        default=1,
    )
    giving = TermField("席の決め方", AdmissionRule, default=AdmissionRule.NOMINATION.value)
    offer_days = WholeField(
        "空いた席の案内に答える日数", [Optional(), NumberRange(1, 30)], description="推薦と割当のとき、空いた席を待機の人に案内して返事を待つ日数です。",
        default=3,
    )  # fmt: skip
    audience = TermField("対象の団体", Audience)
    prefectures = LinesField(
        "都道府県", [Length(max=500)], description="「都道府県で選ぶ」のとき、一行に一つずつ入力します。例：東京都"
    )
    sizes = TicksField(
        "団体の規模", choices=options(SizeClass.choices()), description="「団体の規模で選ぶ」のときに選びます。",
    )  # fmt: skip
    organisations = LinesField(
        "団体",
        [Length(max=LONGEST_TEXT)],
        description="「団体を選ぶ」のとき、一行に一団体ずつ、団体名か団体コードを入力します。",
    )
    applications_open_on = DayField("受付の始まり", [DataRequired()])
    applications_close_on = DayField("受付の終わり", [DataRequired()], description="この日の終わりまで受け付けます。")

    def offer(self, lecturers: Sequence[tuple[int, str]]) -> None:
        """Let lecturers of the pool be chosen, each by id and words."""
        self.pool.choices = options((str(id_), words) for id_, words in lecturers)

    @property
    def chosen_lecturers(self) -> list[int]:
        """Return the ids of the lecturers that were chosen from the pool."""
        return [int(id_) for id_ in self.pool.value]

    def command(
        self, host_id: int, begins: dt.datetime, ends: dt.datetime, meetings: int = 1, weeks_between: int = 1
    ) -> PlanSession:
        """Return the session to be planned. Raises InvalidError where neither place nor link is given."""
        if not self.place.value and not self.meeting_link.value:
            message = "会場か会議のリンクのどちらかを入力してください。"
            raise InvalidError(message, field="place")
        opens, closes = self.applications_open_on.day, self.applications_close_on.day
        assert opens and closes  # noqa: PT018, S101 - the fields are required
        return PlanSession(
            host_id=host_id,
            starts_at=begins,
            ends_at=ends,
            place=self.place.value,
            meeting_link=self.link(),
            joining_notes=self.joining_notes.value,
            lecturers=tuple(self.lecturers.lines),
            capacity=self.capacity.value or 0,
            minimum=self.minimum.value or 0,
            giving=self.giving.value,
            offer_days=self.offer_days.value or 1,
            open_to=self._open_to(),
            meetings=meetings,
            weeks_between=weeks_between,
            applications_open_at=clock.at(opens, dt.time()),
            applications_close_at=min(clock.at(closes + clock.DAY, dt.time()), begins),
        )

    def _open_to(self) -> WhoMayCome:
        """Return whose staff may come. Raises InvalidError for a prefecture or organisation that is not known."""
        audience = self.audience.value
        try:
            chosen = [by_code_or_name(name) for name in self.organisations.lines] if audience is Audience.CHOSEN else []
        except InvalidError as refusal:
            raise InvalidError(refusal.message, field="organisations") from refusal
        prefectures = tuple(self.prefectures.lines) if audience is Audience.PREFECTURE else ()
        if unknown := set(prefectures).difference(prefecture_names()):
            message = f"「{'、'.join(sorted(unknown))}」という都道府県はありません。例：東京都"
            raise InvalidError(message, field="prefectures")
        sizes = tuple(size for size in SizeClass if size.value in self.sizes.value)
        return WhoMayCome(audience, prefectures, sizes, frozenset(row.id for row in chosen))


class NewSessionForm(WhenForm, SessionForm):
    """A training session to be planned, with its meetings in one step."""

    meetings = WholeField(
        "会の回数",
        [Optional(), NumberRange(1, MOST_MEETINGS)],
        description="続きもののときだけ、2以上にします。",
        default=1,
    )
    weeks_between = WholeField("間隔（週）", [Optional(), NumberRange(1, 26)], description="例：隔週なら2", default=1)

    def plan(self, host_id: int, *, is_draft: bool = False) -> PlanSession:
        """Return the session to be planned, or kept as a draft. Raises InvalidError as `command` does."""
        planned = self.command(host_id, *self.times(), self.meetings.value or 1, self.weeks_between.value or 1)
        return replace(planned, is_draft=is_draft)


def planned_by(session: TrainingSession, chosen: Sequence[tuple[int, str]] = ()) -> dict[str, Any]:
    """Return what a session says as the form shows it; `chosen` are its lecturers of the pool, by id and name."""
    plain = ("place", "meeting_link", "joining_notes", "capacity", "minimum", "offer_days")
    return {
        **{name: getattr(session, name) for name in plain},
        "lecturers": "\n".join(one for one in session.lecturers if one not in {name for _id, name in chosen}),
        "pool": [str(id_) for id_, _name in chosen],
        "giving": session.giving.value,
        "audience": session.audience.value,
        "prefectures": "\n".join(session.audience_prefectures.split()),
        "sizes": list(session.audience_sizes),
        "organisations": "\n".join(row.code or row.name for row in session.chosen),
        "applications_open_on": clock.local(session.applications_open_at).date().isoformat(),
        "applications_close_on": clock.local(session.applications_close_at - clock.MOMENT).date().isoformat(),
    }  # fmt: skip


def like_session(session: TrainingSession, chosen: Sequence[tuple[int, str]] = ()) -> dict[str, Any]:
    """Return what a session says for another one like it: all but its days."""
    begins, ends = clock.local(session.meetings[0].starts_at), clock.local(session.meetings[0].ends_at)
    weeks = (
        (session.meetings[1].starts_at - session.meetings[0].starts_at).days // 7 if len(session.meetings) > 1 else 1
    )
    days = ("applications_open_on", "applications_close_on")
    return {
        **{name: value for name, value in planned_by(session, chosen).items() if name not in days},
        "starts_time": begins.strftime("%H:%M"),
        "ends_time": ends.strftime("%H:%M"),
        "meetings": len(session.meetings),
        "weeks_between": max(1, weeks),
    }


class LecturerForm(Form):
    """What is known of a lecturer."""

    name = TextField("氏名", [DataRequired(), Length(max=100)])
    affiliation = TextField("所属", [Length(max=200)], description="例：○○市 情報政策課、株式会社○○")
    fields = ProseField("得意な分野", [Length(max=500)], description="例：業務改善、データの見せ方、生成AI")
    availability = ProseField(
        "来られる時期・条件", [Length(max=500)], description="例：平日の午後、オンラインのみ、年4回まで"
    )
    contact = ProseField(
        "連絡先・メモ", [Length(max=1000)], description="依頼の窓口、謝金のことなど。団体の研修担当だけが読みます。"
    )

    def command(self) -> KnowLecturer:
        """Return what is known."""
        return KnowLecturer(
            self.name.value, self.affiliation.value, self.fields.value, self.availability.value, self.contact.value
        )
