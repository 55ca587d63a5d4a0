"""An offering's states towards the public: published, open for applications, cancelled.

Each act is idempotent by state: done twice, the second changes nothing.
"""

from datetime import datetime

import sqlalchemy as sa

from tracker.db import db
from tracker.domain.admissions_window import AdmissionsWindow, WindowState
from tracker.errors import ConflictError, InvalidError
from tracker.models import Application, Enrollment, Offering, Person, Segment
from tracker.services import admissions_windows, audit, messages, schedules
from tracker.services.audit import Actor
from tracker.services.seats import lock_offering


def publish(offering: Offering, *, actor: Actor, now: datetime) -> None:
    """Put an offering on the public schedule.

    Raises:
        ConflictError: it is cancelled, or nothing is planned in it yet.
    """
    _lock(offering)
    if offering.published_at is not None:
        return
    _refuse_cancelled(offering)
    if not _has_segments(offering):
        raise ConflictError("Plan at least one segment in the schedule first.")
    offering.published_at = now
    audit.record(actor, "offering.publish", {}, offering, now=now)


def close_applications(offering: Offering, *, actor: Actor, now: datetime) -> None:
    """Take no applications any more, whatever time was set."""
    _lock(offering)
    if offering.applications_closed_at is None:
        offering.applications_closed_at = now
        audit.record(actor, "applications.close", {}, offering, now=now)


def open_applications(offering: Offering, *, actor: Actor, now: datetime) -> None:
    """Take applications from now on, until the time that was set for closing.

    Raises:
        ConflictError: it is a draft, cancelled or over, or that time has passed.
    """
    _lock(offering)
    window = admissions_windows.window_of(offering)
    if admissions_windows.state_of(offering, now=now) is WindowState.OPEN:
        return
    _refuse_cancelled(offering)
    _refuse_opening(window, now)
    offering.applications_closed_at = None
    if window.opens_at is None or window.opens_at > now:
        offering.applications_open_at = now
    audit.record(actor, "applications.open", {}, offering, now=now)


def can_open(offering: Offering, *, now: datetime) -> bool:
    """Say whether applications could be opened now."""
    window = admissions_windows.window_of(offering)
    return (
        window.is_published
        and now < window.last_moment
        and admissions_windows.state_of(offering, now=now)
        in {WindowState.NOT_YET, WindowState.CLOSED}
    )


def _refuse_opening(window: AdmissionsWindow, now: datetime) -> None:
    if not window.is_published:
        raise ConflictError("Publish the offering first.")
    if now >= window.last_moment:
        raise ConflictError(
            "The time for applications is over. Set a later one under Applying first."
        )


def cancel(offering: Offering, reason: str, *, actor: Actor, now: datetime) -> int:
    """Cancel an offering for good, and return how many people are told by mail.

    They are those who are enrolled or have applied. What was recorded stays:
    attendance, certificates, evaluations.

    Raises:
        InvalidError: no reason was given.
    """
    if not reason:
        raise InvalidError("Say why.", {"reason": "Say why in a few words."})
    _lock(offering)
    if offering.cancelled_at is not None:
        return 0
    offering.cancelled_at, offering.cancellation_reason = now, reason
    people = _concerned(offering)
    for person in people:
        messages.queue_offering_cancelled(offering, person, reason, now=now)
    audit.record(actor, "offering.cancel", {"told": len(people)}, offering, now=now)
    schedules.raise_version(offering.id)
    return len(people)


def count_concerned(offering: Offering) -> int:
    """Count whom a cancellation would be told to."""
    wanted = sa.select(sa.func.count()).select_from(_concerned_ids(offering).subquery())
    return db.session.scalar(wanted) or 0


def _concerned(offering: Offering) -> list[Person]:
    wanted = sa.select(Person).where(Person.id.in_(_concerned_ids(offering)))
    return list(db.session.scalars(wanted.order_by(Person.id)))


def _concerned_ids(offering: Offering) -> sa.CompoundSelect[int]:
    enrolled = sa.select(Enrollment.person_id).where(
        Enrollment.offering_id == offering.id, Enrollment.withdrawn_at.is_(None)
    )
    applied = sa.select(Application.person_id).where(
        Application.offering_id == offering.id, Application.ended_at.is_(None)
    )
    return enrolled.union(applied)


def _lock(offering: Offering) -> None:
    lock_offering(offering)
    db.session.refresh(offering)


def _refuse_cancelled(offering: Offering) -> None:
    if offering.cancelled_at is not None:
        raise ConflictError("This offering is cancelled.")


def _has_segments(offering: Offering) -> bool:
    wanted = sa.select(Segment.id).where(
        Segment.offering_id == offering.id, Segment.cancelled_at.is_(None)
    )
    return db.session.scalar(wanted.limit(1)) is not None
