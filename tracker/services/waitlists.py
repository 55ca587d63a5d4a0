"""The waitlist: a seat that becomes free is offered to those who wait, in order.

The worker calls `advance`; whatever freed a seat, an application or an enrollment
withdrawn or a confirmation that never came, it is passed on there, once. Somebody
put on the waitlist while seats are free waits for a coordinator, or for the next seat
that is given back (docs/decisions/0034).
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
    is_owed,
    read_admission,
)
from tracker.models import Application, ApplicationEvent, Enrollment, Offering
from tracker.models.enrollment import EnrollmentKind
from tracker.services import applications, findings, messages, seat_offers, seats
from tracker.services.applications import Taken


def may_advance(offering: Offering, *, now: datetime) -> bool:
    """Say whether `advance` could do anything; reads only, so that no lock is taken."""
    has_ended = bool(_list_overdue(offering, now) or _list_left(offering))
    if has_ended or not _may_offer(offering, now):
        return has_ended
    left = seats.room_of(offering)
    waiting = _list_owed(offering)
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
    waiting = _list_owed(offering)
    facts = findings.facts_of(offering, waiting)
    freed, offered = _list_freed(offering), _list_offered(offering)
    seated, count = seats.list_seated(offering), 0
    for each in waiting:
        left = seats.room_among(offering, seated)
        if left is not None and left.is_full:
            break
        is_next = is_owed(each.waitlisted_at, freed, offered)
        if is_next and seats.left_for(each.person, left) != 0:
            applications.lock(each)
            seat_offers.accept(each, Taken(now=now, facts=facts[each.id]))
            seated.append(seats.seat_of(each.person))
            offered.append(now)
            count += 1
    return count


def _list_owed(offering: Offering) -> list[Application]:
    """Return who waits and may be offered a seat that was given back meanwhile."""
    freed, offered = _list_freed(offering), _list_offered(offering)
    return [
        each
        for each in list_waiting(offering)
        if is_owed(each.waitlisted_at, freed, offered)
    ]


def _list_freed(offering: Offering) -> list[datetime]:
    """Return when seats were given back: withdrawn, or not confirmed in time."""
    withdrawn = sa.select(Enrollment.withdrawn_at).where(
        Enrollment.offering_id == offering.id,
        Enrollment.kind == EnrollmentKind.PARTICIPANT,
        Enrollment.withdrawn_at.is_not(None),
    )
    let_go = sa.select(Application.ended_at).where(
        Application.offering_id == offering.id,
        Application.status.in_([Status.LAPSED, Status.WITHDRAWN]),
        Application.confirm_by.is_not(None),
        Application.enrollment_id.is_(None),
    )
    found = [*db.session.scalars(withdrawn), *db.session.scalars(let_go)]
    return [moment for moment in found if moment is not None]


def _list_offered(offering: Offering) -> list[datetime]:
    """Return when seats were offered from the waitlist without anybody's word."""
    rows = db.session.scalars(
        sa.select(ApplicationEvent.made_at)
        .join(ApplicationEvent.application)
        .where(
            Application.offering_id == offering.id,
            ApplicationEvent.step == Step.ACCEPTED,
            ApplicationEvent.user_id.is_(None),
        )
    )
    return list(rows)


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
