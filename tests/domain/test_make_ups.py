"""Until when a missed segment can be made up."""

from datetime import UTC, date, datetime, timedelta

import pytest

from tracker.domain.make_ups import last_day
from tracker.domain.schedule import Plan, Policy, Schedule, SegmentPlan


def last_day_of(ends_at: datetime, months: int = 12, timezone: str = "UTC") -> date:
    plan = Plan(ends_at - timedelta(days=9), ends_at - timedelta(hours=1), ends_at)
    segment = SegmentPlan(1, 1, "Morning", (plan,))
    schedule = Schedule((segment,), Policy(make_up_months=months), timezone)
    return last_day(schedule, segment)


@pytest.mark.parametrize(
    ("ended", "months", "until"),
    [
        (date(2026, 11, 3), 12, date(2027, 11, 3)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2026, 12, 1), 0, date(2026, 12, 1)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
    ],
)
def test_calendar_months_are_counted_from_the_day_it_ended(ended, months, until):
    noon = datetime(ended.year, ended.month, ended.day, 12, tzinfo=UTC)

    assert last_day_of(noon, months) == until


def test_the_day_is_that_of_the_place():
    evening = datetime(2026, 11, 4, 3, tzinfo=UTC)  # nine in the evening in Omaha

    assert last_day_of(evening, timezone="America/Chicago") == date(2027, 11, 3)


def test_what_was_delivered_later_counts_from_then():
    plan = Plan(
        datetime(2026, 1, 1, tzinfo=UTC),
        datetime(2026, 11, 3, 22, tzinfo=UTC),
        datetime(2026, 11, 3, 23, tzinfo=UTC),
    )
    delivered = datetime(2026, 11, 4, 1, tzinfo=UTC)
    segment = SegmentPlan(1, 1, "Late", (plan,), delivered_ends_at=delivered)

    assert last_day(Schedule((segment,)), segment) == date(2027, 11, 4)
