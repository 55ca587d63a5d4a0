"""Giving seats: an application accepted, confirmed, lapsed; the waitlist moved on.

All of it happens under the offering's lock, so that capacity and overbooking hold
whoever decides at the same moment (product.md, "Applying"). The worker calls
`advance`; whatever freed a seat, an application or an enrollment withdrawn or a
confirmation that never came, the next on the waitlist is offered it there.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from tracker.db import db
from tracker.domain.admissions import (
    Status,
    Step,
    WaitlistOrder,
    confirm_deadline,
    read_admission,
)
from tracker.errors import ConflictError
from tracker.models import Application, Enrollment, Offering
from tracker.services import (
    applications,
    audit,
    enrollments,
    findings,
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


def may_advance(offering: Offering, *, now: datetime) -> bool:
    """Say whether `advance` could do anything; reads only, so that no lock is taken."""
    has_ended = bool(_list_overdue(offering, now) or _list_left(offering))
    if has_ended or not _may_offer(offering, now):
        return has_ended
    left = seats.room_of(offering)
    waiting = list_waiting(offering)
    return any(seats.left_for(each.person, left) != 0 for each in waiting)


def advance(offering: Offering, *, now: datetime) -> int:
    """Let lapse what is overdue, and offer what is free to the waitlist in order.

    Each who is offered a seat has as long to confirm as anybody. From the first day
    on nobody is offered one unasked. Run twice, or by two workers, it does no more.

    Returns:
        How many seats were offered.
    """
    seats.lock_offering(offering)
    for each in _list_left(offering):
        applications.lock(each)
        applications.take(each, Step.WITHDRAWN, Taken(now=now))
    for each in _list_overdue(offering, now):
        applications.lock(each)
        applications.take(each, Step.LAPSED, Taken(now=now))
        messages.queue_lapsed(each, now=now)
    return _offer(offering, now) if _may_offer(offering, now) else 0


def _may_offer(offering: Offering, now: datetime) -> bool:
    today = now.astimezone(ZoneInfo(offering.timezone)).date()
    return offering.cancelled_at is None and today < offering.starts_on


def _offer(offering: Offering, now: datetime) -> int:
    waiting = list_waiting(offering)
    facts = findings.facts_of(offering, waiting)
    seated, offered = seats.list_seated(offering), 0
    for each in waiting:
        left = seats.room_among(offering, seated)
        if left is not None and left.is_full:
            break
        if seats.left_for(each.person, left) != 0:
            applications.lock(each)
            accept(each, Taken(now=now, facts=facts[each.id]))
            seated.append(seats.seat_of(each.person))
            offered += 1
    return offered


def list_waiting(offering: Offering) -> list[Application]:
    """Return the waitlist, in the order of the offering's rule."""
    order = read_admission(offering.admission).waitlist_order
    first = (
        Application.submitted_at
        if order is WaitlistOrder.APPLIED
        else Application.waitlisted_at
    )
    rows = db.session.scalars(
        sa.select(Application)
        .where(
            Application.offering_id == offering.id,
            Application.status == Status.WAITLISTED,
        )
        .options(joinedload(Application.person))
        .order_by(first, Application.id)
    )
    return list(rows)


def _list_overdue(offering: Offering, now: datetime) -> list[Application]:
    rows = db.session.scalars(
        sa.select(Application).where(
            Application.offering_id == offering.id,
            Application.status == Status.ACCEPTED,
            Application.confirm_by <= now,
        )
    )
    return list(rows)


def _list_left(offering: Offering) -> list[Application]:
    """Return the applications whose seat its person has given back elsewhere."""
    rows = db.session.scalars(
        sa.select(Application)
        .join(Application.enrollment)
        .where(
            Application.offering_id == offering.id,
            Application.status == Status.ENROLLED,
            Enrollment.withdrawn_at.is_not(None),
        )
    )
    return list(rows)
