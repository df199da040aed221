"""News for who writes: what a second person said to a course or curriculum, told as soon as the worker looks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager

from kernel import clock
from kernel.database import db
from kernel.secret import digest

from courses.keeping import to_be_reviewed, writers_of
from courses.models import CourseEdition, CourseKeeping, EditionState

from catalog.curricula.models import CurriculumEdition, CurriculumEditionState

from participation.notices.kinds import NoticeKind
from participation.notices.telling import Page, Tell, coordinators_of, tell

from front.news.since import BACK

if TYPE_CHECKING:
    from collections.abc import Iterator

Row = CourseEdition | CurriculumEdition


def tell_reviewed() -> int:
    """Tell who wrote an edition and who handed it in that it was sent back, with the note, or published."""
    told = 0
    for table, drafts, published, edition in (
        (CourseEdition, EditionState.DRAFT, (EditionState.PUBLISHED,), CourseEdition.course),
        (
            CurriculumEdition,
            CurriculumEditionState.DRAFT,
            (CurriculumEditionState.AHEAD, CurriculumEditionState.IN_FORCE),
            CurriculumEdition.curriculum,
        ),
    ):
        rows: Any = db.session.scalars(
            sa.select(table)
            .join(edition)
            .options(contains_eager(edition))
            .where(
                table.changed_at >= clock.now() - BACK,
                table.author_id.is_not(None),
                sa.or_(
                    sa.and_(table.state == drafts, table.review_note != ""),
                    sa.and_(table.state.in_(published), table.approved_by_id.is_not(None)),
                ),
            )
            .order_by(table.id)
        )
        for row in rows.all():
            told += tell(_page_of(row), row.title, _tellings(row))
    return told


def _page_of(row: Row) -> Page:
    if isinstance(row, CourseEdition):
        return Page(f"/studio/{row.course.slug}", f"edition {row.id}")
    return Page(f"/studio/curricula/{row.curriculum.slug}/editions", f"curriculum edition {row.id}")


def _tellings(row: Row) -> Iterator[Tell]:
    is_sent_back = row.state.is_draft
    text = f"差し戻されました。「{row.review_note}」" if is_sent_back else "確認が済み、公開されました。"
    if not is_sent_back and isinstance(row, CurriculumEdition) and row.state.is_ahead and row.effective_on:
        text = f"確認が済みました。{clock.date_label(row.effective_on)}から変わります。"
    about = f"sent back {digest(row.review_note)[:12]}" if is_sent_back else "published"
    for staff_id in {one for one in (row.author_id, row.handed_in_by_id) if one}:
        yield Tell(NoticeKind.REVIEWED, staff_id, text, about)


def tell_to_review() -> int:
    """Tell who looks after a course, else who coordinates where it is written, that its day to be read again has come; once for each day."""
    told = 0
    rows = db.session.scalars(to_be_reviewed(CourseKeeping.review_on >= clock.today() - BACK)).all()
    coordinators = coordinators_of({row.course.owner_id for row in rows})
    for row in rows:
        title = row.course.published.title if row.course.published else ""
        text = (
            f"見直しの日（{clock.date_label(row.review_on)}）が来ました。内容がいまも正しいか、読み直してください。"
            if row.review_on
            else ""
        )
        writers = {staff_id for staff_id, _name in writers_of(row.course.owner_id)}
        people = [row.kept_by_id] if row.kept_by_id in writers else coordinators.get(row.course.owner_id, [])
        page = Page(f"/studio/{row.course.slug}", f"keeping {row.course_id}")
        told += tell(page, title, [Tell(NoticeKind.TO_REVIEW, one, text, str(row.review_on)) for one in people])
    return told
