"""Which segments a mailed code opens, and what is left of a standing."""

from datetime import timedelta

import pytest

from tests.domain.test_attendance import segment
from tests.factories import NINE_AM
from tracker.domain.attendance import Record, Standing, Status, standing
from tracker.domain.own_segments import reach_at, within
from tracker.domain.prospects import Prospect, prospect_of
from tracker.domain.schedule import Policy, Schedule

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SECOND = timedelta(seconds=1)
ENDS_AT = NINE_AM + timedelta(minutes=90)


@pytest.mark.parametrize(
    ("now", "is_open"),
    [
        (NINE_AM - HOUR - SECOND, False),
        (NINE_AM - HOUR, True),
        (NINE_AM, True),
        (ENDS_AT + DAY - SECOND, True),
        (ENDS_AT + DAY, False),
    ],
)
def test_a_segment_is_open_from_an_hour_before_to_just_before_a_day_after(now, is_open):
    assert reach_at(now).holds(NINE_AM, ENDS_AT) is is_open


def day_of_three(**policy):
    segments = tuple(
        segment(number, NINE_AM + timedelta(hours=2 * number - 2))
        for number in (1, 2, 3)
    )
    return Schedule(segments, Policy(**policy))


def test_other_segments_are_in_no_sum():
    schedule = day_of_three()
    record = Record(in_count=1, first_in=NINE_AM + timedelta(hours=2))
    whole = standing(schedule, {2: record}, NINE_AM + timedelta(hours=7))

    assert within(whole, schedule, frozenset({2})) == Standing(
        statuses={2: Status.PRESENT},
        minutes={2: 90},
        missing=(),
        lost=(),
        attended_count=1,
        required_count=1,
    )
    assert within(whole, schedule, frozenset({3})).lost == (3,)


@pytest.mark.parametrize(
    ("after", "prospect"),
    [
        (timedelta(0), Prospect.ON_COURSE),
        (timedelta(hours=3), Prospect.NEEDS_MAKE_UP),
        (timedelta(days=30), Prospect.NEEDS_MAKE_UP),
        (timedelta(days=31), Prospect.CANNOT_COMPLETE),
    ],
)
def test_a_lost_segment_can_be_made_up_until_its_last_day(after, prospect):
    schedule = day_of_three(make_up_months=1)
    now = NINE_AM + after

    assert prospect_of(standing(schedule, {}, now), schedule, now) is prospect
