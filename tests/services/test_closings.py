"""When batches close by themselves: after seven days, late ones at five."""

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.held import EVENING
from tests.services.answering import answer, make_evaluated
from tracker import links
from tracker.db import db
from tracker.models import PaperResponse, ResponseBatch, SealedResponse
from tracker.services import batches, closings, jobs, mixing, schedules, sealing
from tracker.services.audit import CLI
from tracker.services.evaluation_times import closes_at


@pytest.fixture
def offering(app):
    return make_evaluated()


@pytest.fixture
def due_at(offering):
    return closes_at(offering, schedules.schedule_of(offering))


def due(now):
    return closings.find_due(now=now)


def run(app):
    """Let the worker run the job once."""
    db.session.commit()
    (job,) = (each for each in jobs.JOBS if each.name == "answers")
    job.work(threading.Event())


def test_an_evaluation_is_due_seven_days_after_its_offering(offering, due_at):
    batch = batches.get_batch(offering)

    assert due(due_at - timedelta(seconds=1)) == []
    assert due(due_at) == [batch.id]
    mixing.close(batch, actor=CLI, now=EVENING)
    assert due(due_at) == []


def test_late_answers_are_due_at_five_and_not_before(offering, due_at):
    mixing.close(batches.get_batch(offering), actor=CLI, now=EVENING)
    answer(offering, 1, 2, 3, 4)
    assert due(due_at + timedelta(days=900)) == []

    answer(offering, 5)

    assert due(EVENING) == [batches.get_batch(offering).id]


def test_papers_that_are_being_typed_in_are_waited_for(offering, due_at):
    batch = batches.get_batch(offering)
    sealed = sealing.seal(b"{}", batch.public_key, offering.code)
    db.session.add(PaperResponse(batch_id=batch.id, sealed=sealed))
    db.session.flush()

    assert due(due_at) == []


def test_the_worker_closes_what_is_due_and_destroys_the_keys(
    app, offering, due_at, clock
):
    folder = links.settings().evaluation_keys
    answer(offering, 1, 2, 3, 4, 5)
    clock.moment = due_at

    run(app)

    batch = batches.get_batch(offering)
    db.session.refresh(batch)
    assert (batch.closed_at, batch.is_released) == (due_at, True)
    assert offering.code not in sealing.key_names(folder)


def test_a_batch_that_cannot_be_opened_does_not_stop_the_others(
    app, offering, due_at, clock, caplog
):
    folder = links.settings().evaluation_keys
    answer(offering, 1, 2, 3, 4, 5)
    sealing.destroy_key(folder, offering.code)
    other = make_evaluated()
    clock.moment = due_at

    run(app)

    rows = db.session.execute(
        sa.select(ResponseBatch.offering_id, ResponseBatch.closed_at)
    )
    closed = {offering_id for offering_id, closed_at in rows if closed_at}
    assert closed == {other.id}
    assert db.session.scalar(sa.select(sa.func.count(SealedResponse.random_id))) == 5
    assert [record.getMessage() for record in caplog.records] == [
        "Answers could not be mixed; see the evaluation's page."
    ]
