"""Closing an evaluation on its page: what is said before, and what after."""

import pytest

from tests.factories import NINE_AM
from tests.held import EVENING
from tests.services.answering import answer, make_evaluated
from tests.services.test_occasions import CHECK
from tests.views.desk import at, text_of
from tests.views.forms import send
from tracker.models.evaluation import FormKind
from tracker.models.staff import Role
from tracker.services import batches, evaluations


@pytest.fixture
def offering(app):
    return make_evaluated()


def test_a_coordinator_closes_five_answers_and_late_ones_wait(
    coordinator, offering, clock
):
    clock.moment = EVENING
    answer(offering, 1, 2, 3, 4, 5)
    page = coordinator.get(at(offering, "/evaluation"))
    assert "open, sealed" in text_of(page)
    address = at(offering, "/evaluation/evaluation/1/close")
    assert f'href="{address}"' in page.text
    asked = coordinator.get(address)
    assert "5 answers wait. They are opened together, mixed and released." in text_of(
        asked
    )
    assert "This cannot be undone." in text_of(asked)

    for _ in range(2):  # a double tap
        answered = send(coordinator, address, asked)
        assert answered.location == at(offering, "/evaluation")

    page = coordinator.get(at(offering, "/evaluation"))
    assert "5 answers were mixed and released." in page.text
    assert "5 released" in text_of(page)
    assert "This is closed" in text_of(coordinator.get(address))
    answer(offering, 5)
    page = coordinator.get(at(offering, "/evaluation"))
    assert "late answers waiting until there are 5" in text_of(page)
    assert at(offering, "/evaluation/evaluation/2/close") in page.text


def test_what_has_not_opened_is_not_closed_by_mistake(coordinator, offering, clock):
    clock.moment = NINE_AM
    address = at(offering, "/evaluation/evaluation/1/close")
    page = coordinator.get(at(offering, "/evaluation"))

    refused = send(coordinator, address, page)

    assert "not open yet" in text_of(page)
    assert address not in page.text
    assert refused.status_code == coordinator.get(address).status_code == 409
    assert "This has not opened yet" in refused.text
    assert batches.get_batch(offering).closed_at is None


def test_fewer_than_five_are_withheld_after_being_told_so(coordinator, offering):
    answer(offering, 1, 2, 3, 4)
    address = at(offering, "/evaluation/evaluation/1/close")
    asked = coordinator.get(address)
    assert "Fewer than 5 have answered so far" in text_of(asked)
    assert batches.get_batch(offering).closed_at is None

    send(coordinator, address, asked)

    page = coordinator.get(at(offering, "/evaluation"))
    assert "nothing is shown, ever" in page.text
    assert "4 withheld, too few" in text_of(page)


def test_what_a_certificate_does_not_ask_for_says_so(coordinator, offering):
    evaluations.set_form(offering, CHECK, FormKind.KNOWLEDGE)

    said = text_of(coordinator.get(at(offering, "/evaluation/before/1/close")))

    assert "Nothing more is taken afterwards." in said
    assert "for the certificate too" not in said


def test_a_batch_of_nothing_is_not_there(coordinator, offering):
    for rest in ("evaluation/2", "follow_up/1", "nonsense/1"):
        page = coordinator.get(at(offering, f"/evaluation/{rest}/close"))
        assert page.status_code == 404


def test_an_instructor_sees_the_state_and_closes_nothing(staff, offering):
    browser = staff(Role.INSTRUCTOR)
    page = browser.get(at(offering, "/evaluation"))

    assert "open, sealed" in text_of(page)
    assert "Close now" not in page.text
    closing = browser.get(at(offering, "/evaluation/evaluation/1/close"))
    assert closing.status_code == 403
