"""An application's way: which step may follow which, and what an offering keeps."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from tracker.domain.admissions import (
    ENDED,
    Admission,
    Reservation,
    ReservedFor,
    Status,
    Step,
    WaitlistOrder,
    confirm_deadline,
    is_owed,
    may,
    plain_admission,
    read_admission,
    status_after,
)


@pytest.mark.parametrize("status", sorted(ENDED))
def test_nothing_follows_an_end(status):
    assert not any(may(status, step) for step in Step)


def test_every_step_leads_on_from_where_it_may_be_taken():
    steps = {
        (status, step): status_after(status, step)
        for status in Status
        for step in Step
        if may(status, step)
    }

    assert steps[Status.DRAFT, Step.SUBMITTED] is Status.SUBMITTED
    assert steps[Status.ACCEPTED, Step.CONFIRMED] is Status.ENROLLED
    assert {status for status, step in steps if step is Step.ACCEPTED} == {
        Status.SUBMITTED,
        Status.ASKED,
        Status.WAITLISTED,
    }
    assert {status for status, step in steps if step is Step.WITHDRAWN} == (
        set(Status) - ENDED
    )
    assert all(
        after is status
        for (status, step), after in steps.items()
        if step is Step.CHANGED
    )


def test_only_an_accepted_application_is_confirmed_or_lapses():
    for step in (Step.CONFIRMED, Step.LAPSED):
        assert [each for each in Status if may(each, step)] == [Status.ACCEPTED]


def test_settings_come_back_as_they_were_kept():
    admission = Admission(
        confirm_days=3,
        overbooking=2,
        waitlist_order=WaitlistOrder.LISTED,
        reservations=(Reservation(ReservedFor.AGENCY, "Sample Agency", 4),),
    )

    assert read_admission(plain_admission(admission)) == admission
    assert read_admission({}) == Admission()


OMAHA = ZoneInfo("America/Chicago")


@pytest.mark.parametrize(
    ("today", "days", "until"),
    [(1, 7, 8), (14, 7, 17), (17, 7, 17), (18, 7, 21)],
)
def test_a_person_has_to_confirm_before_the_first_day_while_that_is_to_come(
    today, days, until
):
    noon = datetime(2017, 4, today, 17, tzinfo=UTC)

    found = confirm_deadline(noon, days, date(2017, 4, 18), date(2017, 4, 21), OMAHA)

    assert found == datetime(2017, 4, until, 23, 59, tzinfo=OMAHA)


def test_today_is_the_day_at_the_place():
    late = datetime(2017, 4, 2, 3, tzinfo=UTC)  # the evening before, in Omaha

    found = confirm_deadline(late, 1, date(2017, 4, 18), date(2017, 4, 21), OMAHA)

    assert found == datetime(2017, 4, 2, 23, 59, tzinfo=OMAHA)


@pytest.mark.parametrize(
    ("freed", "offered", "expected"),
    [
        ([], [], False),
        ([3], [], True),
        ([3], [3], False),
        ([1], [], False),
        ([1, 3], [1], True),
        ([3, 4], [3], True),
    ],
)
def test_a_seat_given_back_while_somebody_waits_is_owed_once(freed, offered, expected):
    def moments(days):
        return [datetime(2017, 4, day, tzinfo=UTC) for day in days]

    waits_since = datetime(2017, 4, 2, tzinfo=UTC)

    assert is_owed(waits_since, moments(freed), moments(offered)) is expected
