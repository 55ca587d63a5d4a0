"""Adding one person by hand: provisional at the door, after the waitlist."""

from datetime import timedelta

import pytest

from tests.factories import (
    NINE_AM,
    make_application,
    make_enrollment,
    make_offering,
    make_person,
    make_user,
)
from tests.services.mailing import kinds_to
from tracker.domain.admissions import Status, Step
from tracker.errors import ConflictError, InvalidError
from tracker.models.enrollment import EnrollmentKind
from tracker.models.staff import Role
from tracker.services import enrollments, seats, walk_ins
from tracker.services.changes import Change
from tracker.services.walk_ins import Guest

EARLY = NINE_AM - timedelta(days=20)
ALEX = Guest("Alex Sample", "alex@agency.example", "Sample Agency")


@pytest.fixture
def offering(app):
    return make_offering(capacity=2)


@pytest.fixture
def add(offering):
    user = make_user(Role.COORDINATOR, offering)

    def act(guest=ALEX, now=NINE_AM, **said):
        return walk_ins.add(offering, guest, user=user, now=now, **said)

    return act


def make_waiting(offering, **fields):
    return make_application(
        offering=offering, status=Status.WAITLISTED, waitlisted_at=EARLY, **fields
    )


def test_who_walks_in_has_a_pass_at_once_and_is_marked(add):
    enrollment, change = add()

    assert change is Change.CREATED
    assert enrollment.walked_in_at == NINE_AM
    assert enrollments.current_pass(enrollment)
    assert kinds_to(enrollment.person) == ["pass_ready"]


def test_adding_somebody_twice_is_one_seat_and_one_mail(add, offering):
    first, _ = add()
    second, change = add(now=NINE_AM + timedelta(minutes=1))

    assert (second, change) == (first, Change.UNCHANGED)
    assert first.walked_in_at == NINE_AM
    assert kinds_to(first.person) == ["pass_ready"]
    assert seats.count_seats(offering) == 1


def test_who_is_added_beforehand_is_no_walk_in(add):
    enrollment, _ = add(now=EARLY)

    assert enrollment.walked_in_at is None


def test_the_waitlist_comes_first(add, offering):
    make_waiting(offering)

    with pytest.raises(InvalidError) as caught:
        add()
    enrollment, _ = add(is_waitlist_asked=True)

    assert caught.value.errors == {"is_waitlist_asked": walk_ins.WAITLIST_FIRST}
    assert enrollment.walked_in_at == NINE_AM


def test_who_is_on_the_waitlist_passes_nobody_over_and_has_it_settled(add, offering):
    person = make_person(name=ALEX.name, email=ALEX.email)
    waiting = make_waiting(offering, person=person)

    enrollment, _ = add()

    assert (waiting.status, waiting.enrollment) == (Status.ENROLLED, enrollment)
    assert [each.step for each in waiting.events] == [Step.ACCEPTED, Step.CONFIRMED]


def test_a_draft_of_who_walks_in_is_withdrawn(add, offering):
    person = make_person(name=ALEX.name, email=ALEX.email)
    draft = make_application(
        offering=offering, person=person, status=Status.DRAFT, submitted_at=None
    )

    add()

    assert (draft.status, draft.enrollment) == (Status.WITHDRAWN, None)


@pytest.mark.parametrize("kind", [EnrollmentKind.OBSERVER, EnrollmentKind.GUEST])
def test_observers_and_guests_take_no_seat_and_ask_no_waitlist(add, offering, kind):
    for _ in range(2):
        make_enrollment(offering=offering)
    make_waiting(offering)

    enrollment, _ = add(Guest("Robin Sample", "robin@agency.example", kind=kind))

    assert (enrollment.kind, enrollment.walked_in_at) == (kind, None)
    assert seats.count_seats(offering) == 2


def test_without_a_seat_nobody_is_added(add, offering):
    for _ in range(2):
        make_enrollment(offering=offering)

    with pytest.raises(ConflictError, match="the capacity is 2"):
        add()

    assert len(enrollments.list_enrollments(offering)) == 2


def test_an_address_that_is_somebody_elses_renames_nobody(add, offering):
    known = make_person(name="Billie Sample", email=ALEX.email)

    with pytest.raises(InvalidError) as caught:
        add()

    assert list(caught.value.errors) == ["email"]
    assert (known.name, seats.count_seats(offering)) == ("Billie Sample", 0)


def test_who_is_known_keeps_the_spelling_of_the_name(add):
    known = make_person(name="Aléx Sample", email=ALEX.email)

    enrollment, _ = add()

    assert (enrollment.person, known.name) == (known, "Aléx Sample")


def test_a_name_that_cannot_be_shown_is_refused_beside_its_field(add):
    with pytest.raises(InvalidError) as caught:
        add(Guest("Alex \u202e Sample", "no address"))

    assert set(caught.value.errors) == {"name", "email"}
