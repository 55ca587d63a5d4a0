"""The segments of an offering, as the calendar of who is enrolled has them."""

from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from tracker import calendars, links
from tracker.calendars import Entry
from tracker.domain.schedule import SegmentPlan
from tracker.models import Enrollment
from tracker.services import schedules


def write_own_calendar(enrollment: Enrollment, *, now: datetime) -> bytes:
    """Write an enrollment's calendar file, cancelled segments marked as such."""
    code = enrollment.offering.code
    schedule = schedules.schedule_of(enrollment.offering)
    in_order = sorted(schedule.segments, key=lambda each: each.number)
    return calendars.write_calendar((_entry(code, each) for each in in_order), now=now)


def _entry(code: str, segment: SegmentPlan) -> Entry:
    url = links.absolute(f"/me/offerings/{code}/programme")
    changes = len(segment.plans) - 1
    changes += segment.delivery_noted_at is not None
    changes += segment.cancelled_at is not None
    return Entry(
        uid=str(uuid5(NAMESPACE_URL, f"{url}#{segment.number}")),
        summary=f"{code}, segment {segment.number}",
        starts_at=segment.starts_at,
        ends_at=segment.ends_at,
        sequence=changes,
        is_cancelled=segment.cancelled_at is not None,
        url=url,
    )
