"""Segments as an offering's file gives them, and the versions of their plan.

A changed time or room is a new version, in force from now on: a check-in made
before is judged by the plan it was made under (trust.md, I6).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from tracker.db import db
from tracker.domain.local_times import read_moment, write_moment
from tracker.domain.names import clean_text
from tracker.domain.rescheduling import overlap
from tracker.errors import NotFoundError
from tracker.models import Instructor, Offering, Segment, SegmentVersion


def read_segments(offering: Offering) -> list[Segment]:
    """Return an offering's segments by number, with versions and instructors."""
    rows = db.session.scalars(
        sa.select(Segment)
        .where(Segment.offering_id == offering.id)
        .order_by(Segment.number)
        .options(selectinload(Segment.versions), selectinload(Segment.instructors))
        .execution_options(populate_existing=True)
    )
    return list(rows)


def get_segment(offering: Offering, number: int) -> Segment:
    """Return a segment of an offering that takes place.

    Raises:
        NotFoundError: the offering has none of this number, or it is cancelled.
    """
    found = db.session.scalar(
        sa.select(Segment).where(
            Segment.offering_id == offering.id,
            Segment.number == number,
            Segment.cancelled_at.is_(None),
        )
    )
    if found is None:
        raise NotFoundError
    return found


def get_any_segment(offering: Offering, number: int) -> Segment:
    """Return a segment of an offering, cancelled or not.

    Raises:
        NotFoundError: the offering has none of this number.
    """
    found = db.session.scalar(
        sa.select(Segment).where(
            Segment.offering_id == offering.id, Segment.number == number
        )
    )
    if found is None:
        raise NotFoundError
    return found


def tidy(text: str | None) -> str:
    """Return a title or a room as an offering's file would keep it."""
    return clean_text(text or "")


def list_instructors(offering: Offering) -> list[Instructor]:
    """Return who teaches in an offering, in its own order."""
    wanted = sa.select(Instructor).where(Instructor.offering_id == offering.id)
    return list(db.session.scalars(wanted.order_by(Instructor.position)))


def write_segments(
    offering: Offering,
    wanted: list[dict[str, Any]],
    instructors: Mapping[str, Instructor],
    *,
    now: datetime,
) -> None:
    """Make and change segments as a checked file wants them; none is removed."""
    zone = ZoneInfo(offering.timezone)
    rows = {row.number: row for row in read_segments(offering)}
    for each in wanted:
        moments = [read_moment(each[name], zone) for name in ("starts_at", "ends_at")]
        row = rows.get(each["number"])
        if row is None:
            row = Segment(offering_id=offering.id, number=each["number"])
            db.session.add(row)
        row.title = each["title"]
        row.is_required = each["required"]
        row.needs_check_out = each["check_out"]
        row.credit_minutes = each["credit_minutes"]
        row.credit_category = each["credit_category"]
        row.instructors = [instructors[key] for key in each["instructors"]]
        _cancel(row, each["cancelled"], now)
        change_plan(row, moments[0], moments[1], each["room"], now=now)


def _cancel(row: Segment, is_cancelled: bool, now: datetime) -> None:
    if is_cancelled != (row.cancelled_at is not None):
        row.cancelled_at = now if is_cancelled else None


def change_plan(
    segment: Segment,
    starts_at: datetime,
    ends_at: datetime,
    room: str,
    *,
    now: datetime,
) -> bool:
    """Put a plan in force from `now` on; say whether it differs from the one before."""
    plan = (starts_at, ends_at, room)
    if (segment.starts_at, segment.ends_at, segment.room) == plan:
        return False
    _forget_delivery(segment, starts_at, ends_at)
    segment.starts_at, segment.ends_at, segment.room = plan
    last = segment.versions[-1] if segment.versions else None
    if last is None or last.valid_from < now:
        last = SegmentVersion(valid_from=now)
        segment.versions.append(last)
    last.starts_at, last.ends_at, last.room = plan
    return True


def _forget_delivery(segment: Segment, starts_at: datetime, ends_at: datetime) -> None:
    """Let go of how a segment was held, if it moves to another time altogether.

    As `domain/rescheduling.py` says; the deliveries themselves stay.
    """
    if not segment.versions:  # a new one
        return
    held = (
        segment.delivered_starts_at or segment.starts_at,
        segment.delivered_ends_at or segment.ends_at,
    )
    if not overlap(*held, starts_at, ends_at):
        segment.delivered_starts_at = segment.delivered_ends_at = None
        segment.delivery_noted_at = segment.on_time_until = None


def plain_segment(segment: Segment, zone: ZoneInfo) -> dict[str, Any]:
    """Write a segment as an offering's file has it."""
    return {
        "number": segment.number,
        "title": segment.title,
        "starts_at": write_moment(segment.starts_at, zone),
        "ends_at": write_moment(segment.ends_at, zone),
        "room": segment.room,
        "required": segment.is_required,
        "check_out": segment.needs_check_out,
        "credit_minutes": segment.credit_minutes,
        "credit_category": segment.credit_category,
        "instructors": [each.key for each in segment.instructors],
        "cancelled": segment.cancelled_at is not None,
    }
