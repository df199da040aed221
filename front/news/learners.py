"""News for who learns: they have been assigned a curriculum, nominated, have finished a course, or can take one that they waited for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from kernel import clock
from kernel.database import commit_part, db

from people.membership import is_current
from people.models import Membership

from courses.models import Course, CourseEdition, Format
from courses.offer import is_for_one_of
from courses.sessions import audience
from courses.sessions.models import AdmissionRule, TrainingSession

from catalog import facets
from catalog.adopting.adoption import came_on, concerns, until
from catalog.models import Adoption, CourseRequest, Curriculum, CurriculumState, CurriculumStep

from participation.joint.models import Nomination, NominationState
from participation.models import Enrolment
from participation.notices.kinds import NoticeKind
from participation.notices.models import Notice
from participation.notices.telling import Tell, tell

from front.news.since import BACK

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

A_PART = 1000
OWN_PACE = [format_ for format_ in Format if format_.is_own_pace]


def tell_assigned() -> int:
    """Tell whoever a curriculum was adopted for, and who came to an office that had adopted it."""
    since, told = clock.today() - BACK, 0
    rows = db.session.execute(
        sa.select(Adoption, Course)
        .join(Adoption.curriculum)
        .join(CurriculumStep, CurriculumStep.curriculum_id == Curriculum.id)
        .join(Course, Course.id == CurriculumStep.course_id)
        .options(contains_eager(Adoption.curriculum))
        .where(Curriculum.state == CurriculumState.PUBLISHED, CurriculumStep.required, Course.published_id.is_not(None))
        .order_by(Adoption.id, CurriculumStep.position)
    ).all()
    first = {adoption.id: (adoption, course) for adoption, course in reversed(rows)}
    for adoption, course in first.values():
        due = f"期限は{until(adoption)}です。" if adoption.due_on or adoption.due_days else ""
        text = f"カリキュラム「{adoption.curriculum.title}」が必修になりました。{due}受ける講座は、マイページに並んでいます。"
        while people := _untold(adoption, since):
            about = _about(adoption)
            tell(
                course, adoption.curriculum.title, [Tell(NoticeKind.ASSIGNED, person, text, about) for person in people]
            )
            commit_part()
            told += len(people)
    return told


def _about(adoption: Adoption) -> str:
    return f"adoption {adoption.curriculum_id} {adoption.adopted_on}"


def _untold(adoption: Adoption, since: dt.date) -> Sequence[int]:
    told = sa.exists().where(
        Notice.staff_id == Membership.staff_id,
        Notice.kind == NoticeKind.ASSIGNED,
        Notice.key.endswith(f":{_about(adoption)}", autoescape=True),
    )
    statement = (
        sa.select(Membership.staff_id)
        .join(Adoption, concerns())
        .where(
            Adoption.id == adoption.id,
            is_current(),
            ~told,
        )
    )
    if adoption.adopted_on < since:
        statement = statement.where(came_on() >= since)
    return db.session.scalars(statement.order_by(Membership.staff_id).limit(A_PART)).all()


def tell_nominated() -> int:
    """Tell who is nominated for a session that is still to come."""
    told = sa.exists().where(
        Notice.nomination_id == Nomination.id,
        Notice.staff_id == Nomination.staff_id,
        Notice.kind == NoticeKind.NOMINATED,
    )
    rows = db.session.scalars(
        sa.select(Nomination)
        .join(Nomination.session)
        .options(contains_eager(Nomination.session).joinedload(TrainingSession.edition))
        .where(
            Nomination.state == NominationState.NOMINATED,
            TrainingSession.starts_at > clock.now(),
            TrainingSession.cancelled_at.is_(None),
            TrainingSession.called_off_at.is_(None),
            ~told,
        )
        .order_by(Nomination.id)
        .limit(A_PART)
    ).all()
    for row in rows:
        text = "あなたの団体から推薦されました。席が決まったら、お知らせします。"
        telling = Tell(NoticeKind.NOMINATED, row.staff_id, text, str(row.id), nomination_id=row.id)
        tell(row.session, row.session.edition.title, [telling])
    commit_part()
    return len(rows)


def tell_finished() -> int:
    """Tell who has finished a course that its certificate is there."""
    told = sa.exists().where(
        Notice.staff_id == Enrolment.staff_id,
        Notice.course_id == Enrolment.course_id,
        Notice.kind == NoticeKind.FINISHED,
        Notice.made_at >= Enrolment.completed_at,
    )
    rows = db.session.scalars(
        sa.select(Enrolment)
        .options(joinedload(Enrolment.course), joinedload(Enrolment.edition))
        .where(Enrolment.completed_at >= clock.now() - BACK, ~told)
        .order_by(Enrolment.id)
        .limit(A_PART)
    ).all()
    for row in rows:
        done_on = clock.date_label(clock.local(row.completed_at).date()) if row.completed_at else ""
        text = f"{done_on}に修了しました。修了証は、マイページの「修了した講座」から保存できます。"
        about = f"{row.id} {row.completed_at}"
        tell(row.course, row.edition.title, [Tell(NoticeKind.FINISHED, row.staff_id, text, about)])
    commit_part()
    return len(rows)


def tell_opened() -> int:
    """Tell who waited for a course that it can be taken; a request that was met is a request no more."""
    told, now = 0, clock.now()
    open_session = (
        sa.select(TrainingSession)
        .join(TrainingSession.edition)
        .options(contains_eager(TrainingSession.edition))
        .where(
            TrainingSession.applications_open_at <= now,
            TrainingSession.applications_close_at > now,
            TrainingSession.starts_at > now,
            TrainingSession.cancelled_at.is_(None),
            TrainingSession.called_off_at.is_(None),
            sa.or_(
                TrainingSession.giving != AdmissionRule.FIRST_COME, TrainingSession.taken < TrainingSession.capacity
            ),
        )
        .order_by(TrainingSession.starts_at)
    )
    for course, organisation_id in _waited_for():
        edition = course.published
        subject = (
            course
            if edition and edition.format.is_own_pace
            else db.session.scalars(
                open_session.where(CourseEdition.course_id == course.id, audience.is_open_to_one_of([organisation_id]))
            ).first()
        )
        if subject and edition:
            told += _meet(course, organisation_id, subject, edition.title)
            commit_part()
    return told


def _waited_for() -> list[tuple[Course, int]]:
    """Return the courses that people of an organisation wait for, those without lessons or sessions left out."""
    waited = sa.select(CourseRequest.course_id, CourseRequest.organisation_id).distinct().subquery()
    rows = db.session.execute(
        sa.select(Course, waited.c.organisation_id)
        .join(waited, waited.c.course_id == Course.id)
        .join(Course.published)
        .options(contains_eager(Course.published))
        .where(sa.or_(CourseEdition.format.not_in(OWN_PACE), facets.HAS_LESSONS))
        .order_by(Course.id, waited.c.organisation_id)
    )
    return [
        (course, organisation_id)
        for course, organisation_id in rows.all()
        if organisation_id and (course.is_for_all or is_for_one_of(course.id, [organisation_id]))
    ]


def _meet(course: Course, organisation_id: int, subject: TrainingSession | Course, title: str) -> int:
    """Tell who waited, and take their requests out; return how many."""
    mine = sa.and_(CourseRequest.course_id == course.id, CourseRequest.organisation_id == organisation_id)
    people = [one for one in db.session.scalars(sa.select(CourseRequest.staff_id).where(mine)) if one]
    how = "マイページや講座のページから始められます。" if subject is course else "開催回のページから申し込めます。"
    text = f"お待ちの講座を受けられるようになりました。{how}"
    tell(subject, title, [Tell(NoticeKind.OPENED, staff_id, text) for staff_id in people])
    db.session.execute(sa.delete(CourseRequest).where(mine))
    return len(people)
