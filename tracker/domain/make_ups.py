"""Until when a missed segment can be made up."""

from calendar import monthrange
from datetime import date

from tracker.domain.schedule import Schedule, SegmentPlan


def last_day(schedule: Schedule, segment: SegmentPlan) -> date:
    """Return the last day on which a make-up of a segment may be noted.

    So many calendar months after the day on which it ended (product.md,
    "Attending": 12, unless the policy says otherwise), by the calendar of the
    place. What would be a 31st where a month has none is its last day.
    """
    ended_on = schedule.local_day(segment.ends_at)
    months = ended_on.month - 1 + schedule.policy.make_up_months
    year, month = ended_on.year + months // 12, months % 12 + 1
    return date(year, month, min(ended_on.day, monthrange(year, month)[1]))
