"""When each occasion's answers may be sent, beside the evaluation's own times.

Source: product.md "Evaluating": a knowledge check before and after, and a
follow-up months later. A late evaluation, after a make-up, goes into a batch of
its own.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from tracker.domain.evaluation import sending_closes_at, sending_opens_at
from tracker.domain.schedule import Schedule

EVER = datetime(1970, 1, 1, tzinfo=UTC)  # open since somebody was enrolled
BEFORE_GRACE = timedelta(minutes=60)
FOLLOW_UP_DAYS = 30


@dataclass(frozen=True)
class Times:
    """From when answers may be sent, and the moment from which no more."""

    opens_at: datetime
    closes_at: datetime

    def is_open(self, now: datetime) -> bool:
        """Say whether answers may be sent now."""
        return self.opens_at <= now < self.closes_at


def evaluation_times(schedule: Schedule, ends_on: date) -> Times | None:
    """Return the evaluation's times by policy; None where nothing is scheduled."""
    opens_at = sending_opens_at(schedule)
    if opens_at is None:
        return None
    return Times(opens_at, sending_closes_at(schedule, ends_on))


def before_times(schedule: Schedule) -> Times | None:
    """Return the times of the check before: until an hour after the first start."""
    starts = [segment.starts_at for segment in schedule.held]
    return Times(EVER, min(starts) + BEFORE_GRACE) if starts else None


def follow_up_times(schedule: Schedule, ends_on: date) -> Times | None:
    """Return the follow-up's times: so many days after the last, for 30 days.

    None where the policy asks for none. Days are those of the offering's zone.
    """
    days = schedule.policy.follow_up_days
    if days == 0:
        return None
    opens_on = ends_on + timedelta(days=days)
    return Times(
        _midnight(schedule, opens_on),
        _midnight(schedule, opens_on + timedelta(days=FOLLOW_UP_DAYS)),
    )


def _midnight(schedule: Schedule, day: date) -> datetime:
    return datetime.combine(day, time(), schedule.zone).astimezone(UTC)
