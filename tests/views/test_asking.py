"""Opening by hand and reminding, as a coordinator does it."""

import pytest
import sqlalchemy as sa

from tests.factories import make_enrollment, save
from tests.services.test_occasions import CHECK
from tests.views.desk import at, text_of
from tests.views.forms import send
from tracker.db import db
from tracker.models import EvaluationReceipt, OutboxMessage
from tracker.models.evaluation import FormKind, Occasion
from tracker.models.staff import Role
from tracker.services import batches, evaluations


@pytest.fixture
def after(offering, session):
    """The address of the knowledge check after, of an offering that asks one."""
    evaluations.set_form(offering, CHECK, FormKind.KNOWLEDGE)
    session.commit()
    return at(offering, "/evaluation/after")


def test_it_is_opened_after_a_question(coordinator, offering, after):
    page = coordinator.get(at(offering, "/evaluation"))
    assert f"{after}/open" in page.text
    assert "that cannot be taken back" in text_of(coordinator.get(f"{after}/open"))

    answer = send(coordinator, f"{after}/open")

    assert answer.status_code == 303
    assert batches.get_batch(offering, Occasion.AFTER).opened_at is not None
    page = coordinator.get(at(offering, "/evaluation"))
    assert f"{after}/open" not in page.text
    assert f"{after}/remind" in page.text


def test_how_many_are_reminded_is_said_before_and_to_coordinators_only(
    coordinator, staff, offering, ada, after
):
    make_enrollment(offering=offering, name="Bo Li")
    save(EvaluationReceipt(enrollment_id=ada.id, occasion=Occasion.AFTER))
    send(coordinator, f"{after}/open")

    asked = text_of(coordinator.get(f"{after}/remind"))
    answer = send(coordinator, f"{after}/remind")

    assert "1 person has not answered" in asked
    assert "Bo Li" not in asked
    assert answer.status_code == 303
    assert db.session.scalars(sa.select(OutboxMessage.kind)).all() == [
        "answers_missing"
    ]
    assert send(coordinator, f"{after}/remind").status_code == 409
    assert staff(Role.INSTRUCTOR).get(f"{after}/remind").status_code == 403


def test_what_is_no_occasion_is_not_there(coordinator, offering, after):
    for what in ("never", "follow_up"):
        address = at(offering, f"/evaluation/{what}/open")
        assert coordinator.get(address).status_code == 404
