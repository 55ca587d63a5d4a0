"""One day of an offering as a coordinator reads it before signing it off."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from tracker.db import db
from tracker.domain.schedule import Schedule, SegmentPlan
from tracker.errors import NotFoundError
from tracker.models import DaySignOff, Offering, User
from tracker.services import (
    contest_lists,
    device_states,
    headcounts,
    held_scans,
    schedules,
)
from tracker.services.contest_lists import ListedContest, State
from tracker.services.device_states import DeviceLine
from tracker.services.headcounts import Compared
from tracker.services.held_scans import HeldScan


@dataclass(frozen=True)
class DayLine:
    """A day in the list: its segments' numbers, whether it is over and signed off."""

    day: date
    numbers: tuple[int, ...]
    is_over: bool
    is_signed: bool


@dataclass(frozen=True)
class DaySegment:
    """A segment of the day: as planned, as delivered, and how many were counted."""

    plan: SegmentPlan
    headcount: Compared | None


@dataclass(frozen=True)
class SignedOff:
    """Who signed a day off, when, and what they noted."""

    by: str
    at: datetime
    notes: str


@dataclass(frozen=True)
class DayReport:
    """Everything about one day; `ends_at` is when its last segment ended."""

    day: date
    segments: tuple[DaySegment, ...]
    held: tuple[HeldScan, ...]
    contests: tuple[ListedContest, ...]
    devices: tuple[DeviceLine, ...]
    ends_at: datetime
    signed: SignedOff | None


def segments_by_day(schedule: Schedule) -> dict[date, list[SegmentPlan]]:
    """Return the segments that take place by local day, in the order of time."""
    found: dict[date, list[SegmentPlan]] = {}
    for segment in sorted(schedule.held, key=lambda each: each.starts_at):
        found.setdefault(schedule.local_day(segment.starts_at), []).append(segment)
    return found


def ends_of(segments: Sequence[SegmentPlan]) -> datetime:
    """Return when the last of a day's segments ends, as delivered where known."""
    return max(each.ends_at for each in segments)


def list_days(
    offering: Offering, schedule: Schedule, *, now: datetime
) -> list[DayLine]:
    """List an offering's days in order: one query."""
    signed = set(
        db.session.scalars(
            sa.select(DaySignOff.day).where(DaySignOff.offering_id == offering.id)
        )
    )
    return [
        DayLine(
            day,
            tuple(each.number for each in segments),
            ends_of(segments) <= now,
            day in signed,
        )
        for day, segments in segments_by_day(schedule).items()
    ]


def read_day(offering: Offering, day: date, *, now: datetime) -> DayReport:
    """Read one day whole, in a fixed number of queries.

    Raises:
        NotFoundError: no segment takes place on that day.
    """
    schedule = schedules.schedule_of(offering)
    segments = segments_by_day(schedule).get(day)
    if segments is None:
        raise NotFoundError("No segment takes place on that day.")
    counted = headcounts.compare(each.id for each in segments)
    return DayReport(
        day=day,
        segments=tuple(DaySegment(each, counted.get(each.id)) for each in segments),
        held=held_of(offering, schedule, day),
        contests=_contests(offering, {each.number for each in segments}),
        devices=_unsent(offering, now),
        ends_at=ends_of(segments),
        signed=_signed(offering, day),
    )


def held_of(offering: Offering, schedule: Schedule, day: date) -> tuple[HeldScan, ...]:
    """Return the held scans of one day that wait for a decision."""
    return tuple(
        each
        for each in held_scans.list_held(offering, schedule)
        if schedule.local_day(each.at) == day
    )


def _contests(offering: Offering, numbers: set[int]) -> tuple[ListedContest, ...]:
    return tuple(
        each
        for each in contest_lists.list_contests(offering)
        if each.state is State.OPEN and each.segment in numbers
    )


def _unsent(offering: Offering, now: datetime) -> tuple[DeviceLine, ...]:
    return tuple(
        line
        for line in device_states.list_lines(offering, now=now)
        if line.unsent_count and line.revoked_at is None
    )


def _signed(offering: Offering, day: date) -> SignedOff | None:
    row = db.session.execute(
        sa.select(DaySignOff, User)
        .join(User, User.id == DaySignOff.user_id)
        .where(DaySignOff.offering_id == offering.id, DaySignOff.day == day)
    ).first()
    if row is None:
        return None
    signed, user = row
    return SignedOff(user.name or user.email, signed.signed_at, signed.notes)
