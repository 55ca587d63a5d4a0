"""When reminders are due, by the clock of the place.

Each is sent once per person and occasion, and never late: what was not sent in its
time, because no worker ran, is of no use any more.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

CALM_FROM, CALM_UNTIL = time(9), time(20)
EVENING = time(16)
DRAFT_AGE = timedelta(days=2)
MISSED_AFTER_DAYS = 3
MISSED_FOR_DAYS = 14


@dataclass(frozen=True)
class Span:
    """From when a reminder is due, and from when no more."""

    begins_at: datetime
    ends_at: datetime

    def holds(self, now: datetime) -> bool:
        """Say whether the moment is within the span."""
        return self.begins_at <= now < self.ends_at


def is_calm(now: datetime, zone: ZoneInfo) -> bool:
    """Say whether it is an hour at which people do not mind a mail."""
    return CALM_FROM <= now.astimezone(zone).time() < CALM_UNTIL


def day_before(starts_on: date, zone: ZoneInfo) -> Span:
    """Return the afternoon and evening before the first day."""
    eve = starts_on - timedelta(days=1)
    return Span(_moment(eve, EVENING, zone), _moment(starts_on, time(), zone))


def missed_segment(ends_on: date, zone: ZoneInfo) -> Span:
    """Return two weeks from the third day after the last: sign-offs are read by then.

    A day's sign-off says at once what is missing; this is for who has let it lie.
    """
    first = ends_on + timedelta(days=MISSED_AFTER_DAYS)
    last = first + timedelta(days=MISSED_FOR_DAYS)
    return Span(_moment(first, EVENING, zone), _moment(last, EVENING, zone))


def _moment(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at, zone).astimezone(UTC)
