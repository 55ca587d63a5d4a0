from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tracker.domain.occasions import (
    before_times,
    evaluation_times,
    follow_up_times,
)
from tracker.domain.schedule import Plan, Policy, Schedule, SegmentPlan

NINE = datetime(2026, 11, 3, 15, 0, tzinfo=UTC)  # in Omaha
LAST_DAY = date(2026, 11, 3)


def schedule(*starts: datetime, **policy: Any) -> Schedule:
    plans = [
        Plan(NINE - timedelta(days=9), at, at + timedelta(hours=1)) for at in starts
    ]
    segments = tuple(
        SegmentPlan(n, n, f"Segment {n}", (plan,)) for n, plan in enumerate(plans, 1)
    )
    return Schedule(segments, Policy(**policy), "America/Chicago")


@pytest.mark.parametrize(
    ("minutes", "is_open"), [(-600_000, True), (59, True), (60, False)], ids=str
)
def test_the_check_before_is_open_until_an_hour_after_the_first_start(minutes, is_open):
    times = before_times(schedule(NINE + timedelta(hours=4), NINE))

    assert times is not None
    assert times.is_open(NINE + timedelta(minutes=minutes)) is is_open


def test_nothing_scheduled_asks_neither_before_nor_at_the_end():
    assert (before_times(schedule()), evaluation_times(schedule(), LAST_DAY)) == (
        None,
        None,
    )


def test_the_follow_up_is_open_for_thirty_days_after_ninety_by_the_local_calendar():
    times = follow_up_times(schedule(NINE), LAST_DAY)

    assert times is not None
    # The first of February and the third of March, midnight in Omaha.
    assert times.opens_at == datetime(2027, 2, 1, 6, 0, tzinfo=UTC)
    assert times.closes_at == datetime(2027, 3, 3, 6, 0, tzinfo=UTC)


def test_the_policy_moves_the_follow_up_or_leaves_it_out():
    sooner = follow_up_times(schedule(NINE, follow_up_days=30), LAST_DAY)

    assert sooner is not None
    assert sooner.opens_at == datetime(2026, 12, 3, 6, 0, tzinfo=UTC)
    assert follow_up_times(schedule(NINE, follow_up_days=0), LAST_DAY) is None
