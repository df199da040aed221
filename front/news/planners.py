"""News for who plans: what becomes of the courses and curricula that an office adopted or waits for."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from kernel import clock
from kernel.database import commit_part, db

from people.membership import is_current
from people.models import Membership

from courses.models import Course

from catalog.adopting.adoption import concerns
from catalog.curricula.edition import change_of
from catalog.curricula.models import CurriculumEdition, CurriculumEditionState
from catalog.models import Adoption, CourseRequest, Curriculum, CurriculumStep, Retirement
from catalog.retirement import retirement_of

from participation.notices.kinds import NoticeKind
from participation.notices.models import Notice
from participation.notices.telling import Page, Tell, coordinators_of, tell

from front.news.since import BACK

IS_AHEAD = CurriculumEdition.state == CurriculumEditionState.AHEAD
WAS_CALLED_OFF = CurriculumEdition.state == CurriculumEditionState.CALLED_OFF


def tell_changed() -> int:
    """Tell the coordinators of who adopted a curriculum that it will change, from when and for how many; or that it will not."""
    told = 0
    rows = db.session.scalars(
        sa.select(CurriculumEdition)
        .join(CurriculumEdition.curriculum)
        .options(
            contains_eager(CurriculumEdition.curriculum)
            .selectinload(Curriculum.steps)
            .joinedload(CurriculumStep.course)
            .joinedload(Course.published)
        )
        .where(sa.or_(IS_AHEAD, sa.and_(WAS_CALLED_OFF, CurriculumEdition.changed_at >= clock.now() - BACK)))
        .order_by(CurriculumEdition.id)
    ).all()
    for row in rows:
        page = Page(f"/curricula/{row.curriculum.slug}", f"curriculum {row.curriculum_id}")
        about = f"{row.number} {row.state.value}"
        said = _change_in_words(row)
        heard = None if row.state.is_ahead else _who_heard(row)
        told += tell(
            page,
            row.title,
            [
                Tell(NoticeKind.CURRICULUM, coordinator, f"{said}\n{people}", about)
                for people, coordinators in _adopters(row.curriculum_id)
                for coordinator in coordinators
                if heard is None or coordinator in heard
            ],
        )
        commit_part()
    return told


def _who_heard(row: CurriculumEdition) -> set[int]:
    """Return who was told that an edition is ahead: nobody else need hear that it was called off."""
    told = sa.select(Notice.staff_id).where(
        Notice.kind == NoticeKind.CURRICULUM,
        Notice.key.startswith(f"{NoticeKind.CURRICULUM.value}:curriculum {row.curriculum_id}:", autoescape=True),
        Notice.key.endswith(f":{row.number} {CurriculumEditionState.AHEAD.value}", autoescape=True),
    )
    return set(db.session.scalars(told))


def _change_in_words(row: CurriculumEdition) -> str:
    if row.state is CurriculumEditionState.CALLED_OFF:
        return "予定していた変更は、取りやめになりました。いまの内容のまま続きます。"
    day = clock.date_label(row.effective_on) if row.effective_on else ""
    return f"{day}から変わります。{change_of(row, row.curriculum.steps).in_words}。理由：{row.because}"


def _adopters(curriculum_id: int) -> list[tuple[str, list[int]]]:
    """Return, for each organisation that adopted a curriculum, how many of its people that concerns, and its coordinators."""
    counts = db.session.execute(
        sa.select(Adoption.organisation_id, sa.func.count(sa.distinct(Membership.staff_id)))
        .outerjoin(Membership, sa.and_(concerns(), is_current()))
        .where(Adoption.curriculum_id == curriculum_id)
        .group_by(Adoption.organisation_id)
    )
    people = {organisation_id: f"あなたの団体の対象は{count}人です。" for organisation_id, count in counts}
    return [(people[id_], coordinators) for id_, coordinators in coordinators_of(people).items()]


def tell_retired() -> int:
    """Tell coordinators whose curricula lose a course that was retired, and who waited for it, whose requests go with it."""
    told = 0
    rows = db.session.scalars(
        sa.select(Retirement)
        .join(Retirement.course)
        .options(contains_eager(Retirement.course), joinedload(Retirement.successor).joinedload(Course.published))
        .where(Retirement.retired_at >= clock.now() - BACK, Course.published_id.is_(None))
        .order_by(Retirement.course_id)
    ).all()
    for row in rows:
        _retirement, title = retirement_of(row.course.slug)
        after = row.successor.published.title if row.successor and row.successor.published else ""
        then = f"後の講座は「{after}」です。" if after else "後の講座はありません。"
        waiting = sa.and_(CourseRequest.course_id == row.course_id, CourseRequest.staff_id.is_not(None))
        waited = [one for one in db.session.scalars(sa.select(CourseRequest.staff_id).where(waiting)) if one]
        sentences = dict.fromkeys(
            waited, f"お待ちの講座の公開が終わりました。{then}受けたい講座の希望は取り下げました。"
        )
        sentences |= dict.fromkeys(
            _who_plan_with(row), f"採用したカリキュラムの講座の公開が終わり、必修や選択から外れました。{then}"
        )
        about = str(row.retired_at.date())
        told += tell(row.course, title, [Tell(NoticeKind.RETIRED, one, text, about) for one, text in sentences.items()])
        db.session.execute(sa.delete(CourseRequest).where(waiting))
        commit_part()
    return told


def _who_plan_with(row: Retirement) -> list[int]:
    """Return the coordinators of organisations that adopted a curriculum in which a retired course stands."""
    adopters = db.session.scalars(
        sa.select(Adoption.organisation_id)
        .join(CurriculumStep, CurriculumStep.curriculum_id == Adoption.curriculum_id)
        .where(CurriculumStep.course_id == row.course_id)
        .distinct()
    ).all()
    return [one for people in coordinators_of(adopters).values() for one in people]
