"""Approval of a curriculum: handed in, read by a second person, announced to who adopted it, and in force from a day on.

A curriculum is compulsory for people of other organisations: where others have adopted it, a change comes into force two
weeks after who adopted it was told at the earliest, and until then it can be called off.
"""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from kernel import clock
from kernel.database import commit_part, db
from kernel.errors import ConflictError, ForbiddenError, InvalidError
from kernel.page import check_seen

from people import audit
from people.act import Act
from people.permission import Actor, Permission

from courses import offer

from catalog.curricula.edition import held, lines_of
from catalog.curricula.models import CurriculumEdition, CurriculumEditionState
from catalog.models import Adoption, Curriculum, CurriculumState, CurriculumStep
from catalog.search import index
from catalog.second_person import is_second_person

NOTICE = dt.timedelta(days=15)
"""How long before a change who adopted the curriculum learns of it, at least."""
NOT_SECOND = (
    "このカリキュラムは公開できません。書いた人・確認を頼んだ人と、それより後に役割が付いた人は、公開できません。"
    "すべての団体のためのカリキュラムは、事務局が公開します。"
)


def lacks(edition: CurriculumEdition) -> list[str]:
    """Return what an edition still lacks before it can be handed in, as sentences."""
    waiting = [line.title for line in lines_of(edition) if not line.is_published]
    sentences = []
    if not edition.steps:
        sentences.append("講座を一つ以上入れてください。")
    if waiting:
        sentences.append(f"公開されていない講座があります（{'、'.join(waiting)}）。先に公開するか、外してください。")
    if only_some := [line.title for line in lines_of(edition) if edition.is_for_all and not line.is_for_all]:
        sentences.append(
            f"すべての団体のためのカリキュラムには、対象をしぼった講座（{'、'.join(only_some)}）を入れられません。"
        )
    owner = [edition.curriculum.owner_id]
    own = [line for line in lines_of(edition) if not edition.is_for_all and not line.is_for_all]
    if others := [line.title for line in own if not offer.is_for_one_of(line.course_id, owner)]:
        sentences.append(f"この団体が対象でない講座（{'、'.join(others)}）が入っています。外してください。")
    if not edition.is_for_all and adopters_of(edition.curriculum):
        sentences.append("ほかの団体が採用しているので、自分の団体だけのものにはできません。")
    if edition.curriculum.state is CurriculumState.PUBLISHED and not edition.because:
        sentences.append("何をなぜ変えるのかを書いてください。")
    return sentences


def hand_in(actor: Actor, curriculum: Curriculum) -> None:
    """Hand in the draft of a curriculum. Raises ConflictError where there is none, InvalidError where something is missing."""
    edition = _held(curriculum, CurriculumEditionState.DRAFT)
    if sentences := lacks(edition):
        raise InvalidError(" ".join(sentences))
    edition.handed_in_by_id, edition.review_note, edition.reviewer_id = actor.staff_id, "", None
    _becomes(actor, edition, CurriculumEditionState.IN_REVIEW, Act.CURRICULUM_HANDED_IN)


def take_back(actor: Actor, curriculum: Curriculum) -> None:
    """Take a request for approval back: the edition is a draft again. Raises ConflictError where none waits."""
    edition = _held(curriculum, CurriculumEditionState.IN_REVIEW)
    _becomes(actor, edition, CurriculumEditionState.DRAFT, Act.CURRICULUM_TAKEN_BACK)


def send_back(actor: Actor, curriculum: Curriculum, note: str) -> None:
    """Send an edition in review back to its author, with a note. Raises ConflictError where none waits."""
    edition = _held(curriculum, CurriculumEditionState.IN_REVIEW)
    edition.review_note = note
    _becomes(actor, edition, CurriculumEditionState.DRAFT, Act.CURRICULUM_SENT_BACK)


def call_off(actor: Actor, curriculum: Curriculum) -> None:
    """Call an approved edition off before its day. Raises ConflictError where none is ahead."""
    edition = _held(curriculum, CurriculumEditionState.AHEAD)
    _becomes(actor, edition, CurriculumEditionState.CALLED_OFF, Act.CURRICULUM_CALLED_OFF)


def _concerns_all() -> sa.ColumnElement[bool]:
    """Return the condition that an edition is for all, or changes a curriculum that is."""
    was_for_all = sa.and_(Curriculum.is_for_all, Curriculum.state == CurriculumState.PUBLISHED)
    return sa.or_(CurriculumEdition.is_for_all, was_for_all)


def may_approve(actor: Actor, edition: CurriculumEdition) -> bool:
    """Tell whether somebody may approve an edition: a second person, for a curriculum for all one of the secretariat."""
    return bool(
        db.session.scalar(
            waiting_for(actor).with_only_columns(CurriculumEdition.id).where(CurriculumEdition.id == edition.id)
        )
    )


def waiting_for(actor: Actor) -> sa.Select[CurriculumEdition]:
    """Return the statement of the editions in review that the actor may approve, with their curricula, longest waiting first."""
    is_second = is_second_person(actor, CurriculumEdition, Curriculum.owner_id, _concerns_all())
    return (
        sa.select(CurriculumEdition)
        .join(CurriculumEdition.curriculum)
        .options(contains_eager(CurriculumEdition.curriculum).joinedload(Curriculum.owner))
        .where(
            CurriculumEdition.state == CurriculumEditionState.IN_REVIEW,
            actor.scope(Permission.WRITE_COURSES).where(Curriculum.owner_id),
            is_second,
        )
        .order_by(CurriculumEdition.changed_at, CurriculumEdition.id)
    )


def adopters_of(curriculum: Curriculum) -> int:
    """Return how many organisations beside its owner have adopted a curriculum."""
    return db.session.scalars(
        sa.select(sa.func.count(sa.distinct(Adoption.organisation_id))).where(
            Adoption.curriculum_id == curriculum.id, Adoption.organisation_id != curriculum.owner_id
        )
    ).one()


def earliest(curriculum: Curriculum) -> dt.date:
    """Return the day from which an edition that is approved today can be in force."""
    return clock.today() + NOTICE if adopters_of(curriculum) else clock.today()


def approve(actor: Actor, curriculum: Curriculum, seen: str | None = None) -> CurriculumEdition:
    """Approve the edition in review; it comes into force on the day that it names, but not before who adopted it was told.

    Raises ForbiddenError for anybody but a second person, ConflictError if none waits or it is not what was `seen`.
    """
    edition = _held(curriculum, CurriculumEditionState.IN_REVIEW)
    if seen:
        check_seen(seen, *as_read(edition))
    if not may_approve(actor, edition):
        raise ForbiddenError(NOT_SECOND)
    if sentences := lacks(edition):
        raise InvalidError(" ".join(sentences))
    edition.approved_by_id = actor.staff_id
    edition.effective_on = max(edition.effective_on or clock.today(), earliest(curriculum))
    _becomes(actor, edition, CurriculumEditionState.AHEAD, Act.CURRICULUM_PUBLISHED)
    if edition.effective_on <= clock.today():
        _comes_into_force(curriculum, edition)
    return edition


def as_read(edition: CurriculumEdition) -> tuple[object, ...]:
    """Return what a second person reads of an edition."""
    return edition.id, edition.changed_at.timestamp(), edition.title, edition.summary, edition.steps, edition.because


def _held(curriculum: Curriculum, state: CurriculumEditionState) -> CurriculumEdition:
    edition = next((row for row in held(curriculum) if row.state.is_open), None)
    if edition is None or edition.state is not state:
        label = edition.state.label if edition else "なし"
        message = f"「{state.label}」の版がありません（進行中の版：{label}）。ページを開き直してください。"
        raise ConflictError(message)
    return edition


def _becomes(actor: Actor, edition: CurriculumEdition, state: CurriculumEditionState, act: Act) -> None:
    edition.state, edition.changed_at = state, clock.now()
    audit.record(actor, act, edition.title, organisation_id=edition.curriculum.owner_id, edition=edition.number)
    db.session.flush()


def come_into_force() -> int:
    """Let every approved edition whose day has come be in force; return how many: done again, none."""
    rows = db.session.scalars(
        sa.select(CurriculumEdition)
        .options(joinedload(CurriculumEdition.curriculum))
        .where(CurriculumEdition.state == CurriculumEditionState.AHEAD, CurriculumEdition.effective_on <= clock.today())
    ).all()
    for row in rows:
        held(row.curriculum)  # one that was called off meanwhile is read anew
        if row.state is CurriculumEditionState.AHEAD:
            _comes_into_force(row.curriculum, row)
        commit_part()
    return len(rows)


def _comes_into_force(curriculum: Curriculum, edition: CurriculumEdition) -> None:
    db.session.execute(
        sa.update(CurriculumEdition)
        .where(
            CurriculumEdition.curriculum_id == curriculum.id, CurriculumEdition.state == CurriculumEditionState.IN_FORCE
        )
        .values(state=CurriculumEditionState.REPLACED)
    )
    edition.state = CurriculumEditionState.IN_FORCE
    curriculum.title, curriculum.summary, curriculum.track_id = edition.title, edition.summary, edition.track_id
    curriculum.is_for_all, curriculum.state = edition.is_for_all, CurriculumState.PUBLISHED
    db.session.execute(sa.delete(CurriculumStep).where(CurriculumStep.curriculum_id == curriculum.id))
    db.session.add_all(
        CurriculumStep(curriculum_id=curriculum.id, course_id=course_id, position=place, required=required)
        for place, (course_id, required) in enumerate(edition.steps, 1)
    )
    db.session.flush()
    db.session.expire(curriculum, ["steps"])
    index.index_curriculum(curriculum)
