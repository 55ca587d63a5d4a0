"""What the clock alone changes: the second half of the live board's ETag."""

from datetime import timedelta
from typing import Any

import pytest

from tests.factories import LONG_AGO, NINE_AM
from tracker.domain.attendance import standing
from tracker.domain.moments import count_boundaries, current_segment
from tracker.domain.schedule import Plan, Schedule, SegmentPlan


def minutes(count):
    return timedelta(minutes=count)


def segment(number, starts_at, **fields):
    plan = Plan(LONG_AGO, starts_at, starts_at + minutes(90))
    return SegmentPlan(number, number, f"Segment {number}", (plan,), **fields)


def day(**fields):
    """Two segments of 90 minutes with a break of 30."""
    second = NINE_AM + minutes(120)
    return Schedule((segment(1, NINE_AM, **fields), segment(2, second, **fields)))


@pytest.mark.parametrize(
    ("after", "number"),
    [
        (-61, None),
        (-60, 1),
        (0, 1),
        (89, 1),
        (90, 2),
        (120, 2),
        (209, 2),
        (210, None),
    ],
)
def test_the_current_segment_is_the_one_held_or_else_the_one_open(after, number):
    found = current_segment(day(), NINE_AM + minutes(after))

    assert (found.number if found else None) == number


def test_a_segment_still_held_goes_before_the_next_one_that_has_opened():
    late = segment(1, NINE_AM, delivered_ends_at=NINE_AM + minutes(115))
    schedule = Schedule((late, segment(2, NINE_AM + minutes(120))))

    found = current_segment(schedule, NINE_AM + minutes(100))

    assert found is late


def test_a_cancelled_segment_is_never_current_and_has_no_boundaries():
    schedule = day(cancelled_at=NINE_AM - minutes(600))

    assert current_segment(schedule, NINE_AM) is None
    assert count_boundaries(schedule, NINE_AM + minutes(600)) == 0


@pytest.mark.parametrize("fields", [{}, {"needs_check_out": True}])
def test_whenever_time_alone_changes_a_status_the_count_is_another(fields):
    schedule = day(**fields)
    seen: dict[int, Any] = {}
    for minute in range(-70, 260):
        now = NINE_AM + minutes(minute)
        current = current_segment(schedule, now)
        state = (dict(standing(schedule, {}, now).statuses), current and current.number)
        seen.setdefault(count_boundaries(schedule, now), []).append(state)

    for states in seen.values():
        assert all(state == states[0] for state in states)


def test_the_count_rises_exactly_at_a_boundary():
    schedule = day()
    before = count_boundaries(schedule, NINE_AM - timedelta(microseconds=1))

    assert count_boundaries(schedule, NINE_AM) == before + 1
    assert count_boundaries(schedule, NINE_AM + minutes(9)) == before + 1
    assert count_boundaries(schedule, NINE_AM + minutes(10)) == before + 2


def test_a_queue_at_the_door_adds_a_boundary_and_check_out_another():
    evening = NINE_AM + minutes(600)
    plain = count_boundaries(day(), evening)

    queued = day(on_time_until=NINE_AM + minutes(15))

    assert count_boundaries(queued, evening) == plain + 2
    assert count_boundaries(day(needs_check_out=True), evening) == plain + 2
