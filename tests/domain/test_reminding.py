"""When reminders are due, by the clock of the place."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from tracker.domain import reminding

OMAHA, KIRITIMATI = ZoneInfo("America/Chicago"), ZoneInfo("Pacific/Kiritimati")


def test_the_day_before_begins_at_four_and_ends_at_midnight_there():
    span = reminding.day_before(date(2026, 11, 3), OMAHA)

    assert span == reminding.Span(
        datetime(2026, 11, 2, 22, tzinfo=UTC), datetime(2026, 11, 3, 6, tzinfo=UTC)
    )
    assert [span.holds(moment) for moment in (span.begins_at, span.ends_at)] == [
        True,
        False,
    ]


def test_the_evening_after_the_clocks_have_changed_is_at_four_all_the_same():
    span = reminding.day_before(date(2026, 11, 2), OMAHA)  # they change on the 1st

    assert span.begins_at == datetime(2026, 11, 1, 22, tzinfo=UTC)


def test_a_missed_segment_is_told_from_the_third_day_on_for_two_weeks():
    span = reminding.missed_segment(date(2026, 11, 6), OMAHA)

    assert span == reminding.Span(
        datetime(2026, 11, 9, 22, tzinfo=UTC), datetime(2026, 11, 23, 22, tzinfo=UTC)
    )


@pytest.mark.parametrize(
    ("hour", "is_calm"), [(8, False), (9, True), (19, True), (20, False)]
)
def test_calm_hours_are_those_of_the_place(hour, is_calm):
    for zone in (OMAHA, KIRITIMATI):
        moment = datetime(2026, 11, 3, hour, 59 if hour in {8, 19} else 0, tzinfo=zone)
        assert reminding.is_calm(moment.astimezone(UTC), zone) is is_calm
