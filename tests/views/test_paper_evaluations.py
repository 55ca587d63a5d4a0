"""Paper evaluations: ticks and typed papers become answers together, or not at all."""

import re

import pytest
import sqlalchemy as sa

from tests.factories import make_enrollment, sign_in
from tests.held import EVENING
from tests.services.answering import answer, make_evaluated
from tests.views.desk import at, text_of
from tests.views.forms import send
from tracker.db import db
from tracker.models import (
    EvaluationReceipt,
    PaperReceipt,
    PaperResponse,
    Response,
    SealedResponse,
)
from tracker.services import batches, mixing, paper_evaluations, sealing
from tracker.services.audit import CLI


@pytest.fixture
def offering(app):
    return make_evaluated()


@pytest.fixture
def desk(app, coordinator, user, clock):
    """The coordinator, in the evening."""
    clock.moment = EVENING
    sign_in(coordinator, user, now=EVENING)
    db.session.commit()
    return coordinator


@pytest.fixture
def papers(offering):
    return at(offering, "/evaluation/paper")


def count(model):
    return db.session.scalar(sa.select(sa.func.count()).select_from(model))


def tick(desk, papers, *people):
    return send(desk, f"{papers}/people", desk.get(papers), handed_in=list(people))


def type_in(desk, papers, rating, page=None):
    page = page or desk.get(f"{papers}/new")
    (uid,) = re.findall(r'name="uid" value="([^"]+)"', page.text)
    fields = {"uid": uid, "overall.useful": rating}
    return send(desk, f"{papers}/new", page, **fields)


def test_papers_are_stored_once_they_agree_with_who_handed_one_in(
    desk, papers, offering, ada
):
    people = [ada, *(make_enrollment(offering=offering) for _ in range(4))]
    for rating in "12345":
        assert type_in(desk, papers, rating).location == f"{papers}/new"
    assert (count(EvaluationReceipt), count(SealedResponse)) == (0, 0)
    assert "0 handed in, 5 typed in." in text_of(desk.get(papers))
    refused = send(desk, f"{papers}/store", desk.get(papers))
    assert (refused.status_code, count(PaperResponse)) == (409, 5)
    tick(desk, papers, *(each.public_id for each in people))
    assert "they agree" in text_of(desk.get(papers))

    stored = send(desk, f"{papers}/store", desk.get(papers))

    assert stored.location == at(offering, "/evaluation")
    assert (count(EvaluationReceipt), count(SealedResponse)) == (5, 5)
    assert (count(PaperReceipt), count(PaperResponse)) == (0, 0)
    mixing.close(batches.get_batch(offering), actor=CLI, now=EVENING)
    rows = db.session.scalars(sa.select(Response)).all()
    assert sorted(row.answers["overall.useful"] for row in rows) == [1, 2, 3, 4, 5]


def test_a_paper_is_sealed_when_typed_in_and_a_double_tap_stores_one(
    desk, papers, offering
):
    page = desk.get(f"{papers}/new")
    for _ in range(2):
        assert type_in(desk, papers, "4", page).status_code == 303

    (row,) = db.session.scalars(sa.select(PaperResponse)).all()
    assert len(row.sealed) == sealing.SEALED_BYTES


def test_a_paper_that_does_not_fit_comes_back_with_what_is_wrong(desk, papers):
    answered = type_in(desk, papers, "6")

    assert answered.status_code == 422
    assert "Please choose a number from 1 to 5." in answered.text
    assert count(PaperResponse) == 0


def test_typed_papers_are_discarded_one_by_one_or_all(desk, papers):
    for _ in range(3):
        type_in(desk, papers, "4")
    (first, *_) = re.findall(r'name="paper" value="([^"]+)"', desk.get(papers).text)

    send(desk, f"{papers}/discard", desk.get(papers), paper=first)
    assert count(PaperResponse) == 2
    send(desk, f"{papers}/discard", desk.get(papers))
    assert count(PaperResponse) == 0


def test_who_has_answered_cannot_be_ticked(desk, papers, offering, ada):
    answer(offering, 4)
    (receipt,) = db.session.scalars(sa.select(EvaluationReceipt)).all()
    assert "has answered" in text_of(desk.get(papers))
    answered = next(
        each
        for each in paper_evaluations.read_stack(offering).people
        if each.has_answered
    )

    refused = tick(desk, papers, answered.enrollment, ada.public_id)

    assert (refused.status_code, count(PaperReceipt)) == (409, 0)
    assert receipt.enrollment_id != ada.id


def test_who_answers_after_being_ticked_stops_the_storing(desk, papers, offering, ada):
    tick(desk, papers, ada.public_id)
    type_in(desk, papers, "4")
    db.session.add(EvaluationReceipt(enrollment_id=ada.id))
    db.session.commit()

    refused = send(desk, f"{papers}/store", desk.get(papers))

    assert refused.status_code == 409
    assert (count(PaperResponse), count(SealedResponse)) == (1, 0)


def test_papers_of_another_offering_stay(desk, papers, offering):
    other = make_evaluated()
    batch = batches.get_batch(other)
    sealed = sealing.seal(b"{}", batch.public_key, other.code)
    row = PaperResponse(batch_id=batch.id, sealed=sealed)
    db.session.add(row)
    db.session.flush()

    send(desk, f"{papers}/discard", desk.get(papers), paper=row.public_id)
    send(desk, f"{papers}/discard", desk.get(papers))

    assert count(PaperResponse) == 1


def test_nothing_is_typed_in_before_the_evaluation_opens(coordinator, papers):
    page = coordinator.get(f"{papers}/new")
    assert "The evaluation has not opened yet." in text_of(page)

    uid = "0" * 32
    refused = send(
        coordinator,
        f"{papers}/new",
        coordinator.get(papers),
        uid=uid,
        **{"overall.useful": "4"},
    )

    assert (refused.status_code, count(PaperResponse)) == (409, 0)
