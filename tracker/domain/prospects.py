"""Who is on course for the certificate, needs a make-up, or cannot complete."""

from datetime import datetime
from enum import StrEnum

from tracker.domain import make_ups
from tracker.domain.attendance import Standing
from tracker.domain.schedule import Schedule


class Prospect(StrEnum):
    """What full attendance, and nothing else, lets a participant expect."""

    ON_COURSE = "on_course"
    NEEDS_MAKE_UP = "needs_make_up"
    CANNOT_COMPLETE = "cannot_complete"


def prospect_of(standing: Standing, schedule: Schedule, now: datetime) -> Prospect:
    """Say what the certificate's own gate will still let somebody reach.

    It asks for every required segment; one that is lost can be made up until the
    last day for that, and after it never.
    """
    if not standing.lost:
        return Prospect.ON_COURSE
    today = schedule.local_day(now)
    by_number = schedule.by_number
    is_over = any(
        make_ups.last_day(schedule, by_number[number]) < today
        for number in standing.lost
    )
    return Prospect.CANNOT_COMPLETE if is_over else Prospect.NEEDS_MAKE_UP
