"""A person's own certificates of a prerequisite: uploaded for a coordinator."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from tracker import keys
from tracker.db import db
from tracker.domain.evidence_files import read_evidence
from tracker.errors import ConflictError, InvalidError, NotFoundError
from tracker.models import (
    Application,
    CompletionCertificate,
    Course,
    Enrollment,
    Offering,
    Person,
)
from tracker.services import audit
from tracker.services.audit import Actor

MOST_WAITING = 3
MOST_KEPT = 20
IS_WAITING = CompletionCertificate.decided_at.is_(None)


@dataclass(frozen=True)
class OwnUpload:
    """An upload as its person sees it."""

    uploaded_at: datetime
    is_decided: bool
    is_confirmed: bool
    answer: str


def list_courses(person: Person) -> list[Course]:
    """Return the courses that come before those that a person takes or applies for."""
    enrolled = sa.select(Enrollment.offering_id).where(
        Enrollment.person_id == person.id, Enrollment.withdrawn_at.is_(None)
    )
    applied = sa.select(Application.offering_id).where(
        Application.person_id == person.id, Application.ended_at.is_(None)
    )
    wanted = (
        sa.select(Course.prerequisite_id)
        .join(Offering, Offering.course_id == Course.id)
        .where(sa.or_(Offering.id.in_(enrolled), Offering.id.in_(applied)))
    )
    found = sa.select(Course).where(Course.id.in_(wanted))
    return list(db.session.scalars(found.order_by(Course.title, Course.id)))


def get_own_course(person: Person, code: str) -> Course:
    """Return one of those courses.

    Raises:
        NotFoundError: no such course comes first for this person.
    """
    for course in list_courses(person):
        if course.code == code:
            return course
    raise NotFoundError


def upload(
    person: Person, course: Course, data: bytes, *, now: datetime
) -> CompletionCertificate:
    """Keep a certificate for a coordinator to look at; the same file twice is one.

    Raises:
        InvalidError: it is no PDF, PNG or JPEG, is broken or too large.
        ConflictError: too many wait, or were uploaded, or this one was declined.
    """
    try:
        media_type, content = read_evidence(data)
    except ValueError as error:
        raise InvalidError(str(error), {"file": str(error)}) from error
    db.session.execute(
        sa.select(Person.id).where(Person.id == person.id).with_for_update()
    )
    uid = _uid(person, course, content)
    if earlier := _find(uid):
        if earlier.decided_at and earlier.completion_id is None:
            raise ConflictError("This very file was declined. Read the answer below.")
        return earlier
    _refuse_more(person)
    row = CompletionCertificate(
        public_id=uid,
        course_id=course.id,
        person_id=person.id,
        media_type=media_type,
        content=content,
        uploaded_at=now,
    )
    db.session.add(row)
    details = {"course": course.code, "upload": uid}
    actor = Actor(f"person:{person.public_id}")
    audit.record(actor, "completion_certificate.upload", details, now=now)
    return row


def _uid(person: Person, course: Course, content: bytes) -> str:
    """Name an upload by what it holds, so that the same one is found again."""
    whose = f"{person.public_id}\0{course.code}\0".encode()
    return keys.ring().digest("completion certificate", whose + content).hex()[:32]


def _find(uid: str) -> CompletionCertificate | None:
    return db.session.scalar(
        sa.select(CompletionCertificate).where(CompletionCertificate.public_id == uid)
    )


def _refuse_more(person: Person) -> None:
    waiting, kept = db.session.execute(
        sa.select(
            sa.func.count().filter(IS_WAITING), sa.func.count(CompletionCertificate.id)
        ).where(CompletionCertificate.person_id == person.id)
    ).one()
    if waiting >= MOST_WAITING or kept >= MOST_KEPT:
        raise ConflictError(
            "There are enough uploads of yours. Wait for the coordinator's answer."
        )


def list_own(person: Person, course: Course) -> list[OwnUpload]:
    """Return a person's uploads for a course, the newest first."""
    rows = db.session.scalars(
        sa.select(CompletionCertificate)
        .where(
            CompletionCertificate.person_id == person.id,
            CompletionCertificate.course_id == course.id,
        )
        .order_by(CompletionCertificate.id.desc())
    )
    return [
        OwnUpload(
            row.uploaded_at,
            row.decided_at is not None,
            row.completion_id is not None,
            row.answer,
        )
        for row in rows
    ]
