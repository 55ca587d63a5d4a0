"""Certificates of a prerequisite: uploaded by their person, decided by a coordinator.

Only coordinators of offerings that the person is in, or has applied to, see them.
"""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, undefer

from tracker.db import db
from tracker.errors import ConflictError, InvalidError, NotFoundError
from tracker.models import (
    Completion,
    CompletionCertificate,
    Course,
    Offering,
    User,
)
from tracker.models.completion import CompletionSource
from tracker.services import audit, completions, messages, prerequisites
from tracker.services.waivers import checked_words


def get_upload(offering: Offering, uid: str) -> CompletionCertificate:
    """Return an upload of somebody of this offering, for its prerequisite.

    Raises:
        NotFoundError: there is none of that id, or another offering's.
    """
    prerequisite = prerequisites.get_prerequisite(offering)
    found = db.session.scalar(
        sa.select(CompletionCertificate)
        .where(
            CompletionCertificate.public_id == uid,
            CompletionCertificate.course_id == prerequisite.id,
        )
        .options(joinedload(CompletionCertificate.person))
    )
    if found is None:
        raise NotFoundError
    prerequisites.get_person(offering, found.person.public_id)
    return found


def open_file(
    offering: Offering, row: CompletionCertificate, *, user: User, now: datetime
) -> bytes:
    """Return what was uploaded, and note who looked at it."""
    content = db.session.scalars(
        sa.select(CompletionCertificate)
        .where(CompletionCertificate.id == row.id)
        .options(undefer(CompletionCertificate.content))
        .execution_options(populate_existing=True)
    ).one()
    _record("completion_certificate.read", offering, row, user, now)
    return content.content


def confirm(
    offering: Offering,
    row: CompletionCertificate,
    completed_on: date,
    *,
    user: User,
    now: datetime,
) -> None:
    """Put on record that a certificate shows when its person finished.

    Raises:
        InvalidError: the day is still to come.
        ConflictError: it was declined meanwhile.
        ForbiddenError: nobody confirms their own.
    """
    if completed_on > now.date():
        message = "This day is still to come."
        raise InvalidError(message, {"completed_on": message})
    if not _is_open(row, user, is_confirmed=True):
        return
    found = Completion(
        course_id=row.course_id,
        person_id=row.person_id,
        reference=completions.reference("certificate", row.public_id),
        source=CompletionSource.CERTIFICATE,
        completed_on=completed_on,
        user_id=user.id,
        recorded_at=now,
    )
    db.session.add(found)
    db.session.flush()
    row.completion_id = found.id
    _settle("completion_certificate.confirm", offering, row, user, now)


def decline(
    offering: Offering,
    row: CompletionCertificate,
    answer: str,
    *,
    user: User,
    now: datetime,
) -> None:
    """Decline a certificate with an answer that its person reads.

    Raises:
        InvalidError: no answer, or one that is too long or cannot be shown.
        ConflictError: it was confirmed meanwhile.
        ForbiddenError: nobody decides about their own.
    """
    answer = checked_words(answer, "answer")
    if _is_open(row, user, is_confirmed=False):
        row.answer = answer
        _settle("completion_certificate.decline", offering, row, user, now)


def _is_open(row: CompletionCertificate, user: User, *, is_confirmed: bool) -> bool:
    """Lock an upload and say whether it waits; the same decision again is the same."""
    prerequisites.refuse_own(row.person, user)
    db.session.refresh(row, with_for_update={"of": CompletionCertificate})
    if row.decided_at is not None and (row.completion_id is not None) != is_confirmed:
        raise ConflictError("This was decided otherwise meanwhile. Load the page anew.")
    return row.decided_at is None


def _settle(
    action: str,
    offering: Offering,
    row: CompletionCertificate,
    user: User,
    now: datetime,
) -> None:
    row.decided_at, row.user_id = now, user.id
    course = db.session.get_one(Course, row.course_id)
    messages.queue_prerequisite_decided(offering, row.person, course.code, now=now)
    _record(action, offering, row, user, now)


def _record(
    action: str,
    offering: Offering,
    row: CompletionCertificate,
    user: User,
    now: datetime,
) -> None:
    details = {"upload": row.public_id}
    audit.record(audit.actor_of(user), action, details, offering, now=now)
