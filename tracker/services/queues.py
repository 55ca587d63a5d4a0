"""The queues at the doors: until when who stands in one is on time."""

from dataclasses import dataclass
from datetime import datetime

from tracker.domain.attendance import on_time_limit
from tracker.domain.schedule import Schedule, SegmentPlan


@dataclass(frozen=True)
class Queue:
    """A segment that takes check-ins now: until when these are on time.

    `until` is the limit that holds; `is_said` that staff have moved it.
    """

    number: int
    title: str
    room: str
    until: datetime
    is_said: bool


def list_queues(schedule: Schedule, *, now: datetime) -> list[Queue]:
    """Return the segments at whose doors people may queue now."""
    windows = schedule.windows_at(now)
    return [
        _queue(segment, schedule, now)
        for segment in schedule.held
        if segment.number in windows and windows[segment.number].takes(now)
    ]


def _queue(segment: SegmentPlan, schedule: Schedule, now: datetime) -> Queue:
    limit = on_time_limit(segment, now, schedule.policy)
    return Queue(
        number=segment.number,
        title=segment.title,
        room=segment.room,
        until=limit.astimezone(schedule.zone),
        is_said=segment.on_time_until is not None,
    )


def find_queue(
    schedule: Schedule, segment: SegmentPlan | None, *, now: datetime
) -> Queue | None:
    """Return the queue of one segment; None where it takes no check-ins now."""
    found = list_queues(schedule, now=now)
    return next(
        (each for each in found if segment and each.number == segment.number), None
    )
