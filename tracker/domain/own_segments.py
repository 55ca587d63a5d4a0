"""When an instructor's own segments are open to a sign-in by a mailed code.

From an hour before to a day after; other segments' attendance stays unseen.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tracker.domain.attendance import Standing
from tracker.domain.schedule import Schedule

OPENS_BEFORE = timedelta(hours=1)
CLOSES_AFTER = timedelta(days=1)


@dataclass(frozen=True)
class Reach:
    """Which segments are open: those that start by one moment and end after another."""

    starts_by: datetime
    ends_after: datetime

    def holds(self, starts_at: datetime, ends_at: datetime) -> bool:
        """Say whether a segment of these times is open."""
        return starts_at <= self.starts_by and ends_at > self.ends_after


def reach_at(now: datetime) -> Reach:
    """Return which segments are open at `now`.

    A segment is open from an hour before its start to just before a day after its
    end. It is said the other way round, so that a database can be asked as well.
    """
    return Reach(starts_by=now + OPENS_BEFORE, ends_after=now - CLOSES_AFTER)


def within(standing: Standing, schedule: Schedule, numbers: frozenset[int]) -> Standing:
    """Return a standing that says nothing of other segments, in sums neither."""
    counting = [each.number for each in schedule.required if each.number in numbers]
    missing = tuple(each for each in standing.missing if each in numbers)
    return Standing(
        statuses={n: each for n, each in standing.statuses.items() if n in numbers},
        minutes={n: each for n, each in standing.minutes.items() if n in numbers},
        missing=missing,
        lost=tuple(each for each in standing.lost if each in numbers),
        attended_count=len(counting) - len(missing),
        required_count=len(counting),
    )
