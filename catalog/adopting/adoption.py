"""Adoption (採用): an organisation makes the required courses of a curriculum a duty of some of its staff, until a day.

Whom it concerns follows from where they are: whoever comes to the section, or to the organisation, is concerned from then on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from kernel import clock
from kernel.database import add, days_after, db
from kernel.errors import InvalidError, NotFoundError

from people import audit
from people.act import Act
from people.membership import concurrently_since, is_current, is_in_section
from people.models import Membership, Organisation, Staff
from people.permission import Actor, Permission
from people.recognition import Unclear, directory, lines_of, meant

from courses.models import Course

from catalog.models import Adoption, AdoptionMember, Curriculum, CurriculumStep

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

MOST_NAMES = 100


@dataclass(frozen=True)
class Adopt:
    """Whom a curriculum is adopted for, and until when; what is 0, None or empty does not narrow.

    `people` is a list of lines that name staff; where it is not empty, only they are meant. `due_days` count from the day on
    which it came upon somebody: of the adoption, or of their coming if that is later.
    """

    section_id: int = 0
    post_id: int = 0
    new_since: dt.date | None = None
    people: str = ""
    due_on: dt.date | None = None
    due_days: int | None = None


@dataclass(frozen=True)
class Preview:
    """What an adoption would mean: how many people, the first of their names, and how many required courses."""

    people: int
    names: Sequence[str]
    courses: int


@dataclass(frozen=True)
class Concerning:
    """An adoption, and how many people it concerns today."""

    adoption: Adoption
    people: int


def concerns() -> sa.ColumnElement[bool]:
    """Return the condition that an adoption concerns a membership: it is of the organisation, and of those who are meant."""
    is_listed = sa.exists().where(
        AdoptionMember.adoption_id == Adoption.id, AdoptionMember.membership_id == Membership.id
    )
    return sa.and_(
        Adoption.organisation_id == Membership.organisation_id,
        sa.or_(Adoption.section_id.is_(None), is_in_section(Adoption.section_id)),
        sa.or_(Adoption.post_id.is_(None), Adoption.post_id == Membership.post_id),
        sa.or_(Adoption.new_since.is_(None), came_on() >= Adoption.new_since),
        sa.or_(sa.not_(Adoption.is_listed), is_listed),
    )


def came_on() -> sa.ColumnElement[dt.date]:
    """Return since when a member has been where an adoption means them: in the section, by a concurrent post too, or in the organisation."""
    own = sa.func.coalesce(Membership.posted_on, Membership.joined_on, type_=sa.Date())
    beside = sa.case((Adoption.section_id.is_not(None), concurrently_since(Adoption.section_id)))
    return sa.case((beside > own, beside), else_=own)


def due_date() -> sa.ColumnElement[dt.date | None]:
    """Return until when an adoption wants its courses done by a member: the day that it names, or so many days after it came upon them."""
    began = sa.case((came_on() > Adoption.adopted_on, came_on()), else_=Adoption.adopted_on)
    return sa.case((Adoption.due_days.is_not(None), days_after(began, Adoption.due_days)), else_=Adoption.due_on)


def adopt(actor: Actor, organisation_id: int, curriculum: Curriculum, command: Adopt) -> Adoption:
    """Adopt a published curriculum for an organisation of the actor; for the same people again, it changes the due date.

    Raises NotFoundError for another organisation, InvalidError for a day past, two due dates, or a line that names nobody.
    """
    if organisation_id not in actor.scope(Permission.ADOPT_CURRICULA):
        raise NotFoundError
    same = db.session.scalar(
        sa.select(Adoption)
        .where(
            Adoption.organisation_id == organisation_id,
            Adoption.curriculum_id == curriculum.id,
            Adoption.section_id.is_not_distinct_from(command.section_id or None),
            Adoption.post_id.is_not_distinct_from(command.post_id or None),
            Adoption.new_since.is_not_distinct_from(command.new_since),
            Adoption.is_listed.is_(False),
            sa.false() if command.people else sa.true(),
        )
        .limit(1)
    )
    new = Adoption(organisation_id=organisation_id, curriculum_id=curriculum.id, adopted_on=clock.today())
    return _write(actor, same or new, curriculum.title, command)


def change(actor: Actor, adoption: Adoption, command: Adopt) -> Adoption:
    """Change whom an adoption is for, and its due date. Raises InvalidError as `adopt` does."""
    return _write(actor, adoption, adoption.curriculum.title, command)


def _write(actor: Actor, adoption: Adoption, title: str, command: Adopt) -> Adoption:
    if command.due_on and command.due_days:
        message = "期限は、日付か日数のどちらか一方を入力してください。"
        raise InvalidError(message, field="due_days")
    if command.due_on and command.due_on < clock.today() and command.due_on != adoption.due_on:
        message = "期限は今日から後の日にしてください。"
        raise InvalidError(message, field="due_on")
    listed = _named(adoption.organisation_id, command.people)
    adoption.section_id, adoption.post_id = command.section_id or None, command.post_id or None
    adoption.new_since, adoption.is_listed = command.new_since, bool(listed)
    adoption.due_on, adoption.due_days = command.due_on, command.due_days
    add(adoption)
    db.session.execute(sa.delete(AdoptionMember).where(AdoptionMember.adoption_id == adoption.id))
    db.session.add_all(AdoptionMember(adoption_id=adoption.id, membership_id=one) for one in listed)
    audit.record(actor, Act.CURRICULUM_ADOPTED, title, organisation_id=adoption.organisation_id)
    db.session.flush()
    return adoption


def _named(organisation_id: int, text: str) -> list[int]:
    """Return the memberships that the lines of a list mean. Raises InvalidError for a line that means nobody."""
    if not text.strip():
        return []
    known = directory(Membership.organisation_id == organisation_id)
    found = [(line, meant(line, known)) for line in lines_of(text)]
    unclear = [f"「{line.text}」：{person.label}" for line, person in found if isinstance(person, Unclear)]
    if unclear:
        more = f"ほか{len(unclear) - 5}行。" if len(unclear) > 5 else ""  # noqa: PLR2004
        raise InvalidError("。".join(unclear[:5]) + f"。{more}", field="people")
    people = {person.staff_id for _line, person in found if not isinstance(person, Unclear)}
    return list(
        db.session.scalars(
            sa.select(Membership.id)
            .where(Membership.organisation_id == organisation_id, Membership.staff_id.in_(people), is_current())
            .order_by(Membership.id)
        )
    )


def preview(
    actor: Actor, organisation_id: int, curriculum: Curriculum, command: Adopt, adoption: Adoption | None = None
) -> Preview:
    """Return what adopting, or changing an adoption, would mean; nothing is changed. Raises as `adopt` does."""
    trial = db.session.begin_nested()
    try:
        found = change(actor, adoption, command) if adoption else adopt(actor, organisation_id, curriculum, command)
        names = db.session.scalars(_concerned(found.id).limit(MOST_NAMES)).all()
        people = db.session.scalar(sa.select(sa.func.count()).select_from(_concerned(found.id).subquery())) or 0
        return Preview(people, names, required_courses(curriculum.id))
    finally:
        trial.rollback()


def _concerned(adoption_id: int) -> sa.Select[str]:
    return (
        sa.select(Staff.name)
        .join(Membership, Membership.staff_id == Staff.id)
        .join(Adoption, concerns())
        .where(Adoption.id == adoption_id, is_current())
        .order_by(Staff.reading, Staff.id)
    )


def required_courses(curriculum_id: int) -> int:
    """Return how many courses a curriculum requires that are offered."""
    return (
        db.session.scalar(
            sa.select(sa.func.count())
            .select_from(CurriculumStep)
            .join(Course, Course.id == CurriculumStep.course_id)
            .where(
                CurriculumStep.curriculum_id == curriculum_id,
                CurriculumStep.required,
                Course.published_id.is_not(None),
            )
        )
        or 0
    )


def own_adoption(actor: Actor, adoption_id: int) -> Adoption:
    """Return an adoption of an organisation of the actor, with its curriculum, section and post. Raises NotFoundError."""
    adoption = db.session.scalar(
        sa.select(Adoption)
        .options(joinedload(Adoption.curriculum), joinedload(Adoption.section), joinedload(Adoption.post))
        .where(Adoption.id == adoption_id, actor.scope(Permission.ADOPT_CURRICULA).where(Adoption.organisation_id))
    )
    if adoption is None:
        raise NotFoundError
    return adoption


def end(actor: Actor, adoption_id: int) -> Adoption:
    """End an adoption of the own organisation. Raises NotFoundError."""
    adoption = own_adoption(actor, adoption_id)
    db.session.execute(sa.delete(AdoptionMember).where(AdoptionMember.adoption_id == adoption.id))
    db.session.delete(adoption)
    audit.record(actor, Act.ADOPTION_ENDED, adoption.curriculum.title, organisation_id=adoption.organisation_id)
    db.session.flush()
    return adoption


def adoptions_of(organisation_ids: Sequence[int]) -> list[Concerning]:
    """Return the adoptions of some organisations, the most urgent first, with how many people each concerns: one query."""
    people = (
        sa.select(sa.func.count(Membership.id)).where(concerns(), is_current()).correlate(Adoption).scalar_subquery()
    )
    rows = db.session.execute(
        sa.select(Adoption, people)
        .options(joinedload(Adoption.curriculum), joinedload(Adoption.section), joinedload(Adoption.post))
        .where(Adoption.organisation_id.in_(organisation_ids))
        .order_by(Adoption.due_on.nulls_last(), Adoption.id)
    )
    return [Concerning(*row) for row in rows]


def listed_in(adoption_id: int) -> list[str]:
    """Return the names of those for whom a curriculum was adopted by name, each with the staff number, as a list can be read."""
    rows = db.session.execute(
        sa.select(Staff.name, Staff.email, Membership.staff_number)
        .join(Membership, Membership.staff_id == Staff.id)
        .join(AdoptionMember, AdoptionMember.membership_id == Membership.id)
        .where(AdoptionMember.adoption_id == adoption_id, is_current())
        .order_by(Staff.reading, Staff.id)
    )
    return [f"{row.staff_number or row.email or ''}\t{row.name}".strip() for row in rows]


def words_of(adoption: Adoption) -> str:
    """Return whom an adoption is for, in words (with its section and post loaded)."""
    if adoption.is_listed:
        return "名簿で選んだ人"
    since = f"{clock.date_label(adoption.new_since)}から新しく来た人" if adoption.new_since else ""
    section = adoption.section.title if adoption.section else ""
    post = adoption.post.name if adoption.post else ""
    return "・".join(filter(None, (section, post, since))) or "全職員"


def until(adoption: Adoption) -> str:
    """Return the due date of an adoption in words."""
    if adoption.due_days:
        return f"対象になってから{adoption.due_days}日以内"
    return clock.date_label(adoption.due_on) if adoption.due_on else "なし"


def adopters(curriculum_id: int, most: int = 10) -> tuple[list[str], int]:
    """Return the names of some organisations that adopted a curriculum, earliest first, and how many there are."""
    names = (
        sa.select(Organisation.id, Organisation.name, sa.func.min(Adoption.id).label("first"))
        .join(Adoption, Adoption.organisation_id == Organisation.id)
        .where(Adoption.curriculum_id == curriculum_id)
        .group_by(Organisation.id, Organisation.name)
    )
    rows = db.session.execute(
        names.add_columns(sa.func.count().over().label("all")).order_by(sa.literal_column("first")).limit(most)
    ).all()
    return [row.name for row in rows], rows[0].all if rows else 0
