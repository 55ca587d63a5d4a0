"""What becomes of a scan: clock, window, segment."""

from datetime import timedelta

import pytest

from tests.factories import LONG_AGO, NINE_AM
from tracker.domain.scans import Direction, Judgement, Reason, correct_clock, judge
from tracker.domain.schedule import Plan, Schedule, SegmentPlan


def at(minutes):
    return NINE_AM + timedelta(minutes=minutes)


def segment(number, start, end, room="Hall", *later, **fields):
    plans = (Plan(LONG_AGO, at(start), at(end), room), *later)
    return SegmentPlan(number, number, f"Segment {number}", plans, **fields)


DAY = Schedule(
    (segment(1, 0, 90), segment(2, 105, 195), segment(3, 255, 345)),
    timezone="America/Chicago",
)


@pytest.mark.parametrize(
    ("minutes", "number", "reason"),
    [
        (-61, None, Reason.TOO_EARLY),
        (-60, 1, None),
        (89, 1, None),
        (90, 2, None),
        (194, 2, None),
        (195, None, Reason.TOO_EARLY),
        (224, None, Reason.TOO_EARLY),
        (225, 3, None),
        (345, None, Reason.CLOSED),
    ],
)
def test_the_clock_chooses_the_segment(minutes, number, reason):
    expected = Judgement(DAY.by_number[number] if number else None, reason)

    assert judge(DAY, at(minutes)) == expected


def test_a_window_does_not_open_before_the_previous_segment_has_ended():
    assert DAY.windows_at(NINE_AM)[2].opens_at == at(90)


def test_two_open_segments_are_told_apart_by_the_room():
    rooms = Schedule((segment(1, 0, 90, "Hall"), segment(2, 0, 90, "Annex")))

    assert judge(rooms, at(0), room="annex").segment == rooms.by_number[2]
    assert judge(rooms, at(0)) == Judgement(None, Reason.SEGMENT_UNCLEAR)


def test_a_named_segment_is_judged_by_its_own_window():
    assert judge(DAY, at(100), number=1).reason is Reason.CLOSED
    assert judge(DAY, at(0), number=3).reason is Reason.TOO_EARLY
    assert judge(DAY, at(0), number=9) == Judgement(None, Reason.MALFORMED)


def test_a_check_out_is_taken_until_thirty_minutes_past_the_end():
    assert judge(DAY, at(119), number=1, direction=Direction.OUT).reason is None
    assert (
        judge(DAY, at(120), number=1, direction=Direction.OUT).reason is Reason.CLOSED
    )


def test_a_scan_made_before_a_move_is_judged_by_the_segment_it_was_made_for():
    moved = Plan(at(30), at(600), at(690), "Hall")
    schedule = Schedule((segment(1, 0, 90, "Hall", moved),))

    assert judge(schedule, at(10), number=1).reason is None
    assert judge(schedule, at(40), number=1).reason is Reason.SEGMENT_CHANGED
    assert judge(schedule, at(120), number=1).reason is Reason.TOO_EARLY


def test_a_scan_after_cancelling_is_held_and_one_before_it_counts():
    schedule = Schedule((segment(1, 0, 90, cancelled_at=at(20)),))

    assert judge(schedule, at(10), number=1).reason is None
    assert judge(schedule, at(20), number=1).reason is Reason.SEGMENT_CHANGED


def test_a_constant_error_of_the_clock_is_corrected():
    fast = timedelta(hours=3)

    found = correct_clock(at(0) + fast, sent_at=at(5) + fast, received_at=at(5))

    assert found == (at(0), True)


def test_a_clock_that_jumped_is_not_trusted():
    found = correct_clock(
        at(0),
        sent_at=at(5),
        received_at=at(5),
        measured_offset=timedelta(minutes=2, seconds=1),
    )

    assert found == (at(0), False)


def test_a_time_in_the_future_is_not_trusted():
    assert correct_clock(at(9), sent_at=at(5), received_at=at(5)) == (at(9), False)


def test_the_way_to_the_server_is_not_taken_for_a_wrong_clock():
    received_at = at(5) + timedelta(seconds=4)

    assert correct_clock(at(0), sent_at=at(5), received_at=received_at) == (at(0), True)


def test_windows_follow_wall_time_over_the_end_of_summer_time():
    before = Plan(LONG_AGO, at(-5 * 1440), at(-5 * 1440 + 90))
    schedule = Schedule(
        (SegmentPlan(1, 1, "Before", (before,)), *DAY.segments[1:]),
        timezone="America/Chicago",
    )

    assert schedule.windows_at(NINE_AM)[1].opens_at == at(-5 * 1440 - 60)
