"""Certificates (修了証): issued once for a completion, with what they say at that time; confirmed by anybody by their number.

Where the day of a completion was corrected since, a new one is issued that refers to the one before.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased, joinedload

from kernel import clock
from kernel.database import db
from kernel.errors import ConflictError, NotFoundError
from kernel.secret import drawn

from people import audit
from people.act import Act
from people.models import Organisation, Staff
from people.permission import Actor, Permission

from courses.models import Course, CourseEdition

from participation.models import Enrolment, EnrolmentState
from participation.record.models import Certificate

LENGTH = 16
"""31^16 numbers: none is found by trying."""


def issue(actor: Actor, enrolment_id: int) -> Certificate:
    """Return the certificate of an own completion, made at the first time, and anew where the completion was corrected since.

    Raises NotFoundError for anybody else's enrolment, ConflictError where the course is not completed.
    """
    offering = aliased(Organisation)
    row = db.session.execute(
        sa.select(
            Enrolment,
            Staff.name,
            CourseEdition.title,
            CourseEdition.number,
            CourseEdition.minutes,
            Organisation.name,
            offering.name,
            offering.signed_by,
        )
        .join(Staff, Staff.id == Enrolment.staff_id)
        .join(CourseEdition, CourseEdition.id == Enrolment.edition_id)
        .join(Organisation, Organisation.id == Enrolment.organisation_id)
        .join(Course, Course.id == Enrolment.course_id)
        .join(offering, offering.id == Course.owner_id)
        .where(Enrolment.id == enrolment_id, Enrolment.staff_id == actor.staff_id)
    ).one_or_none()
    if row is None:
        raise NotFoundError
    enrolment, name, title, number, minutes, affiliation, issuer, signed_by = row
    if enrolment.state is not EnrolmentState.COMPLETED or enrolment.completed_at is None:
        message = "修了証は、講座を修了すると発行できます。"
        raise ConflictError(message)
    made, completed_on = present(enrolment_id), clock.local(enrolment.completed_at).date()
    if made is None or (made.completed_on != completed_on and not made.revoked_at):
        certificate = Certificate(
            enrolment_id=enrolment_id, number=drawn(LENGTH), holder=name, title=title, edition_number=number,
            completed_on=completed_on, affiliation=affiliation, minutes=minutes, issuer=issuer, signed_by=signed_by,
            replaces_id=made.id if made else None,
        )  # fmt: skip
        try:
            with db.session.begin_nested():
                if made:
                    made.replaced_at = clock.now()
                    db.session.flush()
                db.session.add(certificate)
                db.session.flush()
        except IntegrityError:  # another window was faster
            made = present(enrolment_id)
        else:
            made = certificate
    if made is None:
        raise NotFoundError
    return made


def present(enrolment_id: int) -> Certificate | None:
    """Return the certificate that was issued for an enrolment and not replaced, if there is one."""
    return db.session.scalar(
        sa.select(Certificate)
        .where(Certificate.enrolment_id == enrolment_id, Certificate.replaced_at.is_(None))
        .execution_options(populate_existing=True)
    )


def beside(certificate: Certificate) -> tuple[str, str]:
    """Return the numbers of the certificate that one replaces and of the one that replaces it; empty for none."""
    before = db.session.scalar(sa.select(Certificate.number).where(Certificate.id == certificate.replaces_id))
    after = db.session.scalar(sa.select(Certificate.number).where(Certificate.replaces_id == certificate.id))
    return before or "", after or ""


def by_number(number: str) -> Certificate:
    """Return a certificate by its number, with the state of its enrolment. Raises NotFoundError."""
    plain = number.upper().replace("-", "").replace(" ", "")
    found = db.session.scalar(
        sa.select(Certificate)
        .options(joinedload(Certificate.enrolment).joinedload(Enrolment.course).load_only(Course.owner_id, Course.slug))
        .where(Certificate.number == plain)
    )
    if found is None:
        raise NotFoundError
    return found


def own_certificate(actor: Actor, number: str) -> Certificate:
    """Return an own certificate to be printed.

    Raises NotFoundError for anybody else's, ConflictError for one that holds no more.
    """
    found = by_number(number)
    if found.enrolment.staff_id != actor.staff_id:
        raise NotFoundError
    if not is_valid(found):
        message = "この修了証は、いまは有効ではないため印刷できません。"
        raise ConflictError(message)
    return found


def is_valid(certificate: Certificate) -> bool:
    """Tell whether a certificate holds: neither revoked nor replaced, and the completion stands as it tells of it."""
    return certificate.revoked_at is None and certificate.replaced_at is None and not is_corrected(certificate)


def is_corrected(certificate: Certificate) -> bool:
    """Tell whether the completion that a certificate tells of was corrected or taken back since."""
    at = certificate.enrolment.completed_at
    return at is None or clock.local(at).date() != certificate.completed_on


def initial(certificate: Certificate) -> str:
    """Return the only thing that a stranger reads of the holder: the first character of the name."""
    return certificate.holder[:1]


def may_revoke(actor: Actor | None, certificate: Certificate) -> bool:
    """Tell whether somebody may revoke a certificate: who looks after the course."""
    return actor is not None and actor.may(Permission.WRITE_COURSES, certificate.enrolment.course.owner_id)


def revoke(actor: Actor, number: str, reason: str) -> Certificate:
    """Revoke a certificate, which stays to be looked up. Raises NotFoundError, ConflictError the second time."""
    certificate = by_number(number)
    if not may_revoke(actor, certificate):
        raise NotFoundError
    if certificate.revoked_at:
        message = "この修了証は、すでに取り消されています。"
        raise ConflictError(message)
    certificate.revoked_at, certificate.revoked_because = clock.now(), reason
    audit.record(
        actor, Act.CERTIFICATE_REVOKED, f"{certificate.holder}:{certificate.title}",
        organisation_id=certificate.enrolment.organisation_id, number=certificate.number, reason=reason,
    )  # fmt: skip
    db.session.flush()
    return certificate
