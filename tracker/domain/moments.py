"""What the clock alone changes on the live board."""

from datetime import datetime, timedelta

from tracker.domain.schedule import Schedule, SegmentPlan


def count_boundaries(schedule: Schedule, now: datetime) -> int:
    """Count the moments, up to `now`, at which time alone changes the board.

    Beside the version, this number is the board's ETag: a segment opens, starts,
    ceases to be on time or counted, ends, or its check-out closes.
    """
    windows = schedule.windows_at(now)
    moments: list[datetime] = []
    for segment in schedule.held:
        policy = schedule.policy
        moments += [
            segment.starts_at,
            segment.starts_at + timedelta(minutes=policy.on_time_minutes),
            segment.starts_at + timedelta(minutes=policy.late_minutes),
            segment.ends_at,
        ]
        if segment.number in windows:
            moments += [
                windows[segment.number].opens_at,
                windows[segment.number].closes_at,
            ]
        if segment.on_time_until is not None:
            moments.append(segment.on_time_until)
        if segment.needs_check_out:
            moments.append(segment.ends_at + policy.check_out_grace)
    return sum(moment <= now for moment in moments)


def current_segment(
    schedule: Schedule, now: datetime, among: frozenset[int] | None = None
) -> SegmentPlan | None:
    """Return the segment being held now, else the one open for check-in, else None.

    `among`: only segments of these numbers are looked at.
    """
    windows = schedule.windows_at(now)
    held = [each for each in schedule.held if among is None or each.number in among]
    on = [segment for segment in held if segment.starts_at <= now < segment.ends_at]
    opening = [
        segment
        for segment in held
        if segment.number in windows and windows[segment.number].takes(now)
    ]
    return next(iter([*on, *opening]), None)
