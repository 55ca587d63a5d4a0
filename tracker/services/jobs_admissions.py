"""The worker moves seats on: offerings one after the other, each in one unit."""

from datetime import datetime
from functools import partial
from threading import Event

import sqlalchemy as sa

from tracker import clock
from tracker.db import db, reading, retrying
from tracker.domain.admissions import Status
from tracker.models import Application, Enrollment, Offering
from tracker.services import applications, waitlists


def move_seats(stop: Event) -> None:
    """Let overdue confirmations lapse, and offer free seats to the waitlists.

    An offering is locked only where there is something to do. A worker that dies in
    between leaves each offering as it was or as it is to be; the next one goes on.
    """
    for offering_id in _list_due():
        if stop.is_set():
            return
        retrying(partial(_advance, offering_id))


def _list_due() -> list[int]:
    now = clock.now()
    with reading():
        ids = list_unsettled(now=now)
        due = [each for each in ids if waitlists.may_advance(_get(each), now=now)]
        db.session.close()
    return due


def list_unsettled(*, now: datetime) -> list[int]:
    """Return the ids of offerings in which time or a withdrawal may move a seat."""
    is_overdue = (Application.status == Status.ACCEPTED) & (
        Application.confirm_by <= now
    )
    is_left = (Application.status == Status.ENROLLED) & Enrollment.withdrawn_at.is_not(
        None
    )
    waits = (Application.status == Status.WAITLISTED) & Offering.cancelled_at.is_(None)
    rows = db.session.scalars(
        sa.select(Application.offering_id)
        .distinct()
        .join(Application.offering)
        .outerjoin(Enrollment, Application.enrollment_id == Enrollment.id)
        .where(applications.IS_LIVE, is_overdue | is_left | waits)
        .order_by(Application.offering_id)
    )
    return list(rows)


def _get(offering_id: int) -> Offering:
    return db.session.get_one(Offering, offering_id)


def _advance(offering_id: int) -> None:
    waitlists.advance(_get(offering_id), now=clock.now())
    db.session.commit()
