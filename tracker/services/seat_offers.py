"""Giving seats: an application accepted, confirmed, withdrawn.

All of it happens under the offering's lock, so that capacity and overbooking hold
whoever decides at the same moment (product.md, "Applying"). What becomes of a seat
that is free again is the waitlist's affair: `waitlists.py`.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from tracker.domain.admissions import (
    Status,
    Step,
    confirm_deadline,
    read_admission,
)
from tracker.errors import ConflictError
from tracker.models import Application, Enrollment, Offering
from tracker.services import (
    applications,
    audit,
    enrollments,
    messages,
    seats,
)
from tracker.services.applications import Taken
from tracker.services.audit import Actor

NO_SEAT = "No seat is left for this person. Put them on the waitlist."
CANCELLED = "This offering is cancelled."
USED = "This form was used already. Load the page again."


def accept(application: Application, taken: Taken) -> None:
    """Hold a seat for a person until they confirm; without that step, enroll them.

    They are told in the same transaction. Whoever calls holds the locks of the
    offering and of the application.

    Raises:
        ConflictError: no seat is left, the offering is cancelled, or the application
            cannot be accepted now.
    """
    offering = application.offering
    _refuse_cancelled(offering)
    left = seats.left_for(application.person, seats.room_of(offering))
    if left is not None and left <= 0:
        raise ConflictError(NO_SEAT)
    was_waiting = application.status is Status.WAITLISTED
    applications.take(application, Step.ACCEPTED, taken)
    if read_admission(offering.admission).confirm_days == 0:
        _seat(application, Taken(now=taken.now))
        return
    application.confirm_by = deadline_of(offering, taken.now)
    tell = messages.queue_seat_offered if was_waiting else messages.queue_accepted
    tell(application, taken.note, now=taken.now)


def _refuse_cancelled(offering: Offering) -> None:
    """Give no seat of what does not take place.

    Raises:
        ConflictError: it is cancelled.
    """
    if offering.cancelled_at is not None:
        raise ConflictError(CANCELLED)


def deadline_of(offering: Offering, now: datetime) -> datetime:
    """Return until when somebody who is accepted now may confirm."""
    return confirm_deadline(
        now,
        read_admission(offering.admission).confirm_days,
        offering.starts_on,
        offering.ends_on,
        ZoneInfo(offering.timezone),
    )


def confirm(application: Application, taken: Taken) -> Enrollment:
    """Let an accepted person take the seat: enrollment, pass and mail in one.

    Again it is the same seat. A form that has confirmed before brings back no seat
    that was given back since: somebody else may have it.

    Raises:
        ConflictError: there is no seat to confirm, the time to do so is over, or the
            offering is cancelled.
    """
    seats.lock_offering(application.offering)
    applications.lock(application)
    if application.status is Status.ENROLLED and application.enrollment:
        return application.enrollment
    if applications.find_event(taken.uid):
        raise ConflictError(USED)
    _refuse_cancelled(application.offering)
    if application.status is Status.ACCEPTED and _is_late(application, taken.now):
        raise ConflictError("The time to confirm this seat is over.")
    return _seat(application, taken)


def _is_late(application: Application, now: datetime) -> bool:
    return application.confirm_by is not None and application.confirm_by <= now


def _seat(application: Application, taken: Taken) -> Enrollment:
    """Turn a held seat into a taken one; the application lets go of it first."""
    applications.take(application, Step.CONFIRMED, taken)
    person = application.person
    enrollment = enrollments.find_enrollment(application.offering, person)
    if enrollment is None:
        enrollment, _ = enrollments.enroll(
            application.offering, name=person.name, email=person.email, now=taken.now
        )
    else:
        enrollments.take_back(enrollment, actor=actor_of(application), now=taken.now)
    application.enrollment = enrollment
    messages.queue_pass_ready(enrollment, now=taken.now)
    return enrollment


def actor_of(application: Application) -> Actor:
    """Name an applicant in the audit log."""
    return Actor(f"person:{application.person.public_id}")


def withdraw(application: Application, taken: Taken) -> None:
    """Take an application back, and with it the seat; twice is the same as once.

    Raises:
        ConflictError: it has ended otherwise.
    """
    seats.lock_offering(application.offering)
    applications.lock(application)
    if application.status is Status.WITHDRAWN:
        return
    applications.take(application, Step.WITHDRAWN, taken)
    if application.enrollment:
        who = audit.actor_of(taken.user) if taken.user else actor_of(application)
        enrollments.withdraw(application.enrollment, actor=who, now=taken.now)
    messages.queue_withdrawn(application, now=taken.now)
