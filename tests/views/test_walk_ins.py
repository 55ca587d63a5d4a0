"""The page that adds one person by hand, and the one that shows the pass."""

import pytest

from tests.factories import NINE_AM, make_application, make_enrollment
from tests.views.desk import at
from tests.views.forms import errors_of, send
from tracker.domain.admissions import Status
from tracker.models import Enrollment
from tracker.services import enrollments, spares
from tracker.services.audit import CLI


@pytest.fixture
def page(offering):
    return at(offering, "/walk-in")


def added(offering, session):
    session.expire_all()
    return [
        row
        for row in enrollments.list_enrollments(offering)
        if row.person.name == "Alex Sample"
    ]


FIELDS = {
    "name": "Alex Sample",
    "email": "alex@agency.example",
    "agency": "Sample Agency",
    "kind": "participant",
}


def test_somebody_is_added_and_the_pass_is_on_the_screen(
    coordinator, page, offering, session
):
    answer = send(coordinator, page, **FIELDS)
    (row,) = added(offering, session)
    shown = coordinator.get(answer.location)

    assert answer.status_code == 303
    assert row.walked_in_at == NINE_AM
    assert enrollments.current_pass(row) in shown.text
    assert "Alex Sample is enrolled." in shown.text


def test_a_spare_badge_is_given_at_once(coordinator, page, offering, session):
    spares.make_spares(offering, 1, after=0, actor=CLI, now=NINE_AM)
    session.commit()

    send(coordinator, page, **FIELDS, spare="1")

    (row,) = added(offering, session)
    assert spares.get_spare(offering, 1).enrollment_id == row.id


def test_an_unknown_spare_badge_adds_nobody(coordinator, page, offering, session):
    answer = send(coordinator, page, **FIELDS, spare="7")

    assert (answer.status_code, added(offering, session)) == (422, [])
    assert errors_of(answer) == [
        "No spare badge of this offering has this number or code."
    ]


def test_the_same_form_twice_adds_one(coordinator, page, offering, session):
    form = coordinator.get(page)

    answers = [send(coordinator, page, page=form, **FIELDS) for _ in range(2)]

    assert answers[0].location == answers[1].location
    assert len(added(offering, session)) == 1


def test_the_waitlist_has_to_be_asked_first(coordinator, page, offering, session):
    make_application(offering=offering, status=Status.WAITLISTED, waitlisted_at=NINE_AM)
    session.commit()

    refused = send(coordinator, page, **FIELDS)
    allowed = send(coordinator, page, **FIELDS, is_waitlist_asked="y")

    assert (refused.status_code, allowed.status_code) == (422, 303)
    assert "1 person waits" in refused.text


def test_a_full_offering_says_so_and_keeps_what_was_typed(
    coordinator, page, offering, session
):
    offering.capacity = 1
    session.commit()

    answer = send(coordinator, page, **FIELDS)

    assert answer.status_code == 409
    assert "the capacity is 1" in answer.text
    assert 'value="Alex Sample"' in answer.text


def test_what_is_missing_is_said_beside_its_field(coordinator, page, session):
    answer = send(coordinator, page, name="", email="no address", kind="participant")

    assert (answer.status_code, errors_of(answer)) == (
        422,
        [
            "Write the name, as it will be printed.",
            "Write an e-mail address, like name@agency.org.",
        ],
    )


def test_the_pass_of_another_offering_is_not_shown(coordinator, offering, session):
    other = make_enrollment()
    session.commit()

    answer = coordinator.get(at(offering, f"/people/{other.public_id}/pass-on-screen"))

    assert answer.status_code == 404


def test_who_gave_the_seat_back_has_no_pass_to_show(
    coordinator, offering, ada, session
):
    session.get_one(Enrollment, ada.id).withdrawn_at = NINE_AM
    session.commit()

    answer = coordinator.get(at(offering, f"/people/{ada.public_id}/pass-on-screen"))

    assert answer.status_code == 404
