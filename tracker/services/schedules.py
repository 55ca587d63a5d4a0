"""Offerings' schedules as rules see them, and the counters that say they changed."""

from datetime import datetime
from functools import lru_cache

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from tracker.db import db, reading_session
from tracker.domain.moments import count_boundaries
from tracker.domain.schedule import Plan, Policy, Schedule, SegmentPlan
from tracker.errors import ConflictError
from tracker.models import Offering, OfferingCounter, ScanCounter, Segment


def schedule_of(offering: Offering, session: Session | None = None) -> Schedule:
    """Return an offering's schedule, read now: two queries."""
    rows = (session or db.session).scalars(
        sa.select(Segment)
        .where(Segment.offering_id == offering.id)
        .order_by(Segment.number)
        .options(selectinload(Segment.versions))
    )
    return Schedule(
        segments=tuple(plan_of(row) for row in rows),
        policy=Policy(**offering.policy),
        timezone=offering.timezone,
    )


def plan_of(segment: Segment) -> SegmentPlan:
    """Return a segment's row as the value that rules take."""
    return SegmentPlan(
        id=segment.id,
        number=segment.number,
        title=segment.title,
        plans=tuple(
            Plan(version.valid_from, version.starts_at, version.ends_at, version.room)
            for version in segment.versions
        ),
        is_required=segment.is_required,
        needs_check_out=segment.needs_check_out,
        credit_minutes=segment.credit_minutes,
        credit_category=segment.credit_category,
        delivered_starts_at=segment.delivered_starts_at,
        delivered_ends_at=segment.delivered_ends_at,
        delivery_noted_at=segment.delivery_noted_at,
        on_time_until=segment.on_time_until,
        cancelled_at=segment.cancelled_at,
    )


@lru_cache(maxsize=256)
def cached_schedule(offering_id: int, _version: int) -> Schedule:
    """Return a schedule kept per process, for the scan path.

    `_version` is the committed `schedule_version`: every change raises it, so a
    kept schedule is never older than the database's.
    """
    with reading_session() as session:
        return schedule_of(session.get_one(Offering, offering_id), session)


def raise_version(offering_id: int) -> None:
    """Say that what the live board shows has changed.

    Called last in the transaction: readers that see the new version see all of
    the change, and writers hold the counter's row only for an instant.
    """
    db.session.flush()
    db.session.execute(
        sa.update(OfferingCounter)
        .where(OfferingCounter.offering_id == offering_id)
        .values(version=OfferingCounter.version + 1)
    )


def raise_schedule_version(offering_id: int) -> None:
    """Say that segments or policy have changed; the board changes with them."""
    db.session.flush()
    db.session.execute(
        sa.update(OfferingCounter)
        .where(OfferingCounter.offering_id == offering_id)
        .values(
            version=OfferingCounter.version + 1,
            schedule_version=OfferingCounter.schedule_version + 1,
        )
    )


def read_versions(offering_id: int) -> tuple[int, int]:
    """Return the version of what the live board shows, and that of the schedule.

    The first counts every change committed so far, so equal ones mean equal boards.

    Raises:
        ConflictError: the offering has no counter.
    """
    scans = sa.select(
        sa.cast(sa.func.coalesce(sa.func.sum(ScanCounter.version), 0), sa.BigInteger)
    ).where(ScanCounter.offering_id == offering_id)
    found = db.session.execute(
        sa.select(
            OfferingCounter.version + scans.scalar_subquery(),
            OfferingCounter.schedule_version,
        ).where(OfferingCounter.offering_id == offering_id)
    ).first()
    if found is None:
        raise ConflictError("This offering has no counter; run tracker doctor.")
    version, schedule_version = found
    return version, schedule_version


def read_version(offering_id: int) -> int:
    """Return the number that the live board's ETag is made of."""
    return read_versions(offering_id)[0]


def state_tag(offering_id: int, schedule: Schedule, *, now: datetime) -> str:
    """Name the state that a board shows: the counter, and what time alone has changed.

    Equal tags mean equal pages, so an unchanged poll is answered before anybody
    is read (performance.md).
    """
    return f"{read_version(offering_id)}-{count_boundaries(schedule, now)}"
