"""The schedule as coordinators read it: planned beside delivered, day by day."""

from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from tracker.domain.schedule import Schedule
from tracker.models import Offering, Segment
from tracker.services import rescheduling, schedules, segments


@dataclass(frozen=True)
class Slot:
    """One segment; times are the offering's wall time.

    The delivered times are None where they are as planned; `is_open` says that it
    takes check-ins now, and `on_time_until` is what staff said of a queue.
    """

    number: int
    title: str
    room: str
    starts_at: datetime
    ends_at: datetime
    delivered_starts_at: datetime | None
    delivered_ends_at: datetime | None
    instructors: tuple[str, ...]
    is_required: bool
    needs_check_out: bool
    credit_minutes: int
    carried_minutes: int
    is_cancelled: bool
    is_open: bool
    on_time_until: datetime | None

    @property
    def ends_next_day(self) -> bool:
        """Whether it is planned to end after midnight."""
        return self.starts_at.date() != self.ends_at.date()

    @property
    def is_delivered(self) -> bool:
        """Whether somebody said that it was held at other times than planned."""
        return bool(self.delivered_starts_at or self.delivered_ends_at)


@dataclass(frozen=True)
class TimetableDay:
    """One day of the place, in the order of time."""

    day: date
    slots: tuple[Slot, ...]


def read_timetable(offering: Offering, *, now: datetime) -> tuple[TimetableDay, ...]:
    """Return every segment by day, cancelled ones too; five queries for any number."""
    rows = segments.read_segments(offering)
    schedule = schedules.schedule_of(offering)
    slots = [_slot(row, schedule, now) for row in rows]
    slots.sort(key=lambda slot: (slot.starts_at, slot.number))
    return tuple(
        TimetableDay(day, tuple(each))
        for day, each in groupby(slots, lambda slot: slot.starts_at.date())
    )


def _slot(row: Segment, schedule: Schedule, now: datetime) -> Slot:
    plan, zone = schedule.by_number[row.number], schedule.zone
    window = schedule.windows_at(now).get(row.number)
    return Slot(
        number=row.number,
        title=row.title,
        room=row.room,
        starts_at=row.starts_at.astimezone(zone),
        ends_at=row.ends_at.astimezone(zone),
        delivered_starts_at=_local(row.delivered_starts_at, zone),
        delivered_ends_at=_local(row.delivered_ends_at, zone),
        instructors=tuple(each.name for each in row.instructors),
        is_required=row.is_required,
        needs_check_out=row.needs_check_out,
        credit_minutes=row.credit_minutes,
        carried_minutes=plan.carried_minutes,
        is_cancelled=row.cancelled_at is not None,
        is_open=window is not None and window.takes(now),
        on_time_until=_local(row.on_time_until, zone),
    )


def _local(moment: datetime | None, zone: ZoneInfo) -> datetime | None:
    return moment.astimezone(zone) if moment else None


def rows_to_move(
    offering: Offering, first: int, minutes: int, *, to_the_end: bool
) -> list[rescheduling.Row]:
    """Return a segment and what comes after it, moved by so many minutes.

    Of the same day, or `to_the_end` of the offering; cancelled ones stay.
    """
    zone = ZoneInfo(offering.timezone)
    found = {row.number: row for row in segments.read_segments(offering)}
    start = found[first].starts_at
    day = start.astimezone(zone).date()
    rows = rescheduling.rows_of(offering)
    return [
        rescheduling.shifted(rows[number], zone, minutes)
        for number, row in found.items()
        if row.cancelled_at is None
        and (row.starts_at, number) >= (start, first)
        and (to_the_end or row.starts_at.astimezone(zone).date() == day)
    ]
