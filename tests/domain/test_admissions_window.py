"""Whether an offering takes applications, moment by moment."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tracker.domain.admissions_window import (
    AdmissionsWindow,
    WindowState,
    window_problems,
    window_state,
)

SECOND = timedelta(seconds=1)
OPENS_AT = datetime(2026, 9, 1, 14, tzinfo=UTC)
CLOSES_AT = datetime(2026, 10, 1, 5, tzinfo=UTC)
FIRST_DAY = datetime(2026, 11, 24, 6, tzinfo=UTC)  # midnight in Omaha
DAY_AFTER = datetime(2026, 11, 28, 6, tzinfo=UTC)

WINDOW = AdmissionsWindow(
    opens_at=OPENS_AT,
    closes_at=CLOSES_AT,
    closed_at=None,
    cancelled_at=None,
    starts_on=date(2026, 11, 24),
    ends_on=date(2026, 11, 27),
    zone=ZoneInfo("America/Chicago"),
)


@pytest.mark.parametrize(
    ("now", "state"),
    [
        (OPENS_AT - SECOND, WindowState.NOT_YET),
        (OPENS_AT, WindowState.OPEN),
        (CLOSES_AT - SECOND, WindowState.OPEN),
        (CLOSES_AT, WindowState.CLOSED),
        (DAY_AFTER - SECOND, WindowState.CLOSED),
        (DAY_AFTER, WindowState.PAST),
    ],
)
def test_applications_are_taken_from_opening_to_just_before_closing(now, state):
    assert window_state(WINDOW, now) is state


@pytest.mark.parametrize(
    ("now", "state"),
    [
        (FIRST_DAY - SECOND, WindowState.OPEN),
        (FIRST_DAY, WindowState.CLOSED),
    ],
)
def test_without_a_closing_time_they_end_as_the_first_day_begins_there(now, state):
    assert window_state(replace(WINDOW, closes_at=None), now) is state


@pytest.mark.parametrize(
    ("change", "state"),
    [
        ({"closed_at": OPENS_AT}, WindowState.CLOSED),
        ({"opens_at": None}, WindowState.NOT_YET),
        ({"is_published": False}, WindowState.NOT_YET),
        ({"cancelled_at": OPENS_AT}, WindowState.CANCELLED),
    ],
)
def test_what_staff_said_goes_before_the_times(change, state):
    assert window_state(replace(WINDOW, **change), OPENS_AT) is state


def test_a_cancelled_offering_stays_cancelled_when_it_is_over():
    cancelled = replace(WINDOW, cancelled_at=OPENS_AT)

    assert window_state(cancelled, DAY_AFTER) is WindowState.CANCELLED


@pytest.mark.parametrize(
    ("change", "problems"),
    [
        ({}, {}),
        ({"opens_at": None}, {}),
        ({"closes_at": None}, {}),
        ({"closes_at": DAY_AFTER}, {}),
        ({"closes_at": DAY_AFTER + SECOND}, {"closes_at": "is after the last day"}),
        ({"closes_at": OPENS_AT}, {"closes_at": "is not after they open"}),
        (
            {"opens_at": FIRST_DAY, "closes_at": None},
            {"opens_at": "is after the first day has begun"},
        ),
    ],
)
def test_a_window_in_which_nobody_could_apply_is_none(change, problems):
    assert window_problems(replace(WINDOW, **change)) == problems
