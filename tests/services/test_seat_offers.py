"""Seats confirmed, lapsed and passed on to the waitlist in order."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.factories import (
    LONG_AGO,
    NINE_AM,
    make_application,
    make_enrollment,
    make_offering,
    make_user,
)
from tests.services.mailing import kinds_to
from tracker.domain.admissions import Status, Step
from tracker.errors import ConflictError
from tracker.models.staff import Role
from tracker.services import (
    audit,
    enrollments,
    jobs_admissions,
    seat_offers,
    seats,
    waitlists,
)
from tracker.services.applications import Taken

EARLY = datetime(2026, 10, 1, 15, tzinfo=ZoneInfo("America/Chicago"))


@pytest.fixture
def offering(app):
    return make_offering(capacity=1)


def make_accepted(offering, **fields):
    return make_application(
        offering=offering,
        status=Status.ACCEPTED,
        confirm_by=EARLY + timedelta(days=2),
        **fields,
    )


def make_gone(offering, now=EARLY):
    """Let somebody give a seat back."""
    return make_enrollment(offering=offering, withdrawn_at=now)


def make_waiting(offering, hours, **fields):
    """Make somebody who applied `hours` after the first one."""
    return make_application(
        offering=offering,
        status=Status.WAITLISTED,
        submitted_at=LONG_AGO + timedelta(hours=hours),
        waitlisted_at=LONG_AGO + timedelta(days=1),
        **fields,
    )


def test_confirming_makes_enrollment_and_pass_and_again_is_the_same(offering):
    row = make_accepted(offering)

    first = seat_offers.confirm(row, Taken(now=EARLY))
    second = seat_offers.confirm(row, Taken(now=EARLY))

    assert first is second is row.enrollment
    assert row.status is Status.ENROLLED
    assert len(first.passes) == 1
    assert seats.count_seats(offering) == 1


def test_a_seat_is_not_confirmed_once_its_time_is_over(offering):
    row = make_accepted(offering)

    with pytest.raises(ConflictError, match="over"):
        seat_offers.confirm(row, Taken(now=row.confirm_by))

    assert (row.status, row.enrollment) == (Status.ACCEPTED, None)


def test_who_was_not_accepted_confirms_nothing(offering):
    row = make_waiting(offering, 1)

    with pytest.raises(ConflictError, match="waitlisted"):
        seat_offers.confirm(row, Taken(now=EARLY))


def test_a_lapsed_seat_goes_to_the_first_on_the_waitlist(offering):
    late = make_accepted(offering)
    second, first = make_waiting(offering, 2), make_waiting(offering, 1)
    now = late.confirm_by

    offered = waitlists.advance(offering, now=now)

    assert offered == 1
    assert [each.status for each in (late, first, second)] == [
        Status.LAPSED,
        Status.ACCEPTED,
        Status.WAITLISTED,
    ]
    assert first.confirm_by > now
    assert late.ended_at == now


def test_advancing_again_offers_nothing_more(offering):
    make_accepted(offering)
    make_waiting(offering, 1)
    now = EARLY + timedelta(days=3)
    waitlists.advance(offering, now=now)

    assert waitlists.advance(offering, now=now) == 0


def test_the_order_may_be_that_of_the_waitlist(offering):
    offering.admission = {"waitlist_order": "listed"}
    applied_first = make_waiting(offering, 1)
    listed_first = make_waiting(offering, 2)
    applied_first.waitlisted_at = LONG_AGO + timedelta(days=2)

    assert waitlists.list_waiting(offering) == [listed_first, applied_first]


def test_withdrawing_gives_the_seat_to_the_waitlist(offering):
    row = make_accepted(offering)
    seat_offers.confirm(row, Taken(now=EARLY))
    waiting = make_waiting(offering, 1)

    seat_offers.withdraw(row, Taken(now=EARLY))
    waitlists.advance(offering, now=EARLY)

    assert row.enrollment.withdrawn_at == EARLY
    assert (row.status, waiting.status) == (Status.WITHDRAWN, Status.ACCEPTED)


def test_an_enrollment_that_staff_withdraw_frees_the_seat_too(offering):
    row = make_accepted(offering)
    seat_offers.confirm(row, Taken(now=EARLY))
    waiting = make_waiting(offering, 1)
    actor = audit.actor_of(make_user(Role.COORDINATOR, offering))
    enrollments.withdraw(row.enrollment, actor=actor, now=EARLY)

    waitlists.advance(offering, now=EARLY)

    assert (row.status, waiting.status) == (Status.WITHDRAWN, Status.ACCEPTED)


def test_who_withdrew_and_is_accepted_again_has_the_same_seat_and_pass(offering):
    first = make_accepted(offering)
    enrollment = seat_offers.confirm(first, Taken(now=EARLY))
    seat_offers.withdraw(first, Taken(now=EARLY))
    again = make_accepted(offering, person=first.person)

    found = seat_offers.confirm(again, Taken(now=EARLY))

    assert found is enrollment
    assert (found.withdrawn_at, len(found.passes)) == (None, 1)


def test_a_form_that_has_confirmed_brings_no_seat_back(offering):
    row = make_accepted(offering)
    taken = Taken(now=EARLY, uid="c0" * 16)
    enrollment = seat_offers.confirm(row, taken)
    seat_offers.withdraw(row, Taken(now=EARLY))
    make_enrollment(offering=offering)

    with pytest.raises(ConflictError, match="used already"):
        seat_offers.confirm(row, taken)

    assert (row.status, enrollment.withdrawn_at) == (Status.WITHDRAWN, EARLY)
    assert seats.count_seats(offering) == 1


def test_no_seat_of_a_cancelled_offering_is_confirmed(offering):
    row = make_accepted(offering)
    offering.cancelled_at = EARLY

    with pytest.raises(ConflictError, match="cancelled"):
        seat_offers.confirm(row, Taken(now=EARLY))

    assert (row.status, row.enrollment) == (Status.ACCEPTED, None)


def test_from_the_first_day_on_nobody_is_offered_a_seat_unasked(offering):
    waiting = make_waiting(offering, 1)

    assert waitlists.may_advance(offering, now=NINE_AM) is False
    assert waitlists.advance(offering, now=NINE_AM) == 0
    assert waiting.status is Status.WAITLISTED


def test_a_cancelled_offering_offers_no_seat(offering):
    make_waiting(offering, 1)
    offering.cancelled_at = EARLY

    assert waitlists.advance(offering, now=EARLY) == 0


def test_a_full_offering_with_a_waitlist_has_nothing_to_advance(offering):
    make_enrollment(offering=offering)
    make_waiting(offering, 1)

    assert jobs_admissions.list_unsettled(now=EARLY) == [offering.id]
    assert waitlists.may_advance(offering, now=EARLY) is False


def test_a_seat_passes_over_whom_it_is_not_reserved_for(offering):
    make_gone(offering)
    offering.admission = {
        "reservations": [{"kind": "discipline", "value": "Prosecutors", "seats": 1}]
    }
    officer = make_waiting(offering, 1)
    prosecutor = make_waiting(offering, 2)
    prosecutor.person.discipline = "Prosecutors"

    waitlists.advance(offering, now=EARLY)

    assert (officer.status, prosecutor.status) == (Status.WAITLISTED, Status.ACCEPTED)


def test_where_nothing_is_to_be_confirmed_the_waitlist_is_enrolled(offering):
    make_gone(offering)
    offering.admission = {"confirm_days": 0}
    waiting = make_waiting(offering, 1)

    waitlists.advance(offering, now=EARLY)

    assert waiting.status is Status.ENROLLED
    assert [each.step for each in waiting.events] == [Step.ACCEPTED, Step.CONFIRMED]


def test_an_accepted_person_who_was_imported_meanwhile_keeps_that_seat(offering):
    row = make_accepted(offering)
    imported = make_enrollment(offering=offering, person=row.person)

    assert seat_offers.confirm(row, Taken(now=EARLY)) is imported
    assert seats.count_seats(offering) == 1


def test_everybody_whom_a_seat_passes_is_told(offering):
    late = make_accepted(offering)
    first = make_waiting(offering, 1)

    waitlists.advance(offering, now=late.confirm_by)
    seat_offers.confirm(first, Taken(now=late.confirm_by))
    seat_offers.withdraw(first, Taken(now=late.confirm_by))

    assert kinds_to(late.person) == ["lapsed"]
    assert kinds_to(first.person) == ["seat_offered", "pass_ready", "withdrawn"]


def test_who_is_put_on_the_waitlist_while_seats_are_free_is_offered_none(offering):
    waiting = make_waiting(offering, 1)

    assert waitlists.may_advance(offering, now=EARLY) is False
    assert waitlists.advance(offering, now=EARLY) == 0
    assert waiting.status is Status.WAITLISTED


def test_a_seat_given_back_is_passed_on_once(offering):
    offering.capacity = 5
    make_gone(offering)
    first, second = make_waiting(offering, 1), make_waiting(offering, 2)

    offered = [waitlists.advance(offering, now=EARLY) for _ in range(2)]

    assert offered == [1, 0]
    assert (first.status, second.status) == (Status.ACCEPTED, Status.WAITLISTED)


def test_who_waits_since_is_not_owed_what_was_given_back_before(offering):
    make_gone(offering, LONG_AGO)
    waiting = make_waiting(offering, 1)

    assert waitlists.advance(offering, now=EARLY) == 0
    assert waiting.status is Status.WAITLISTED
