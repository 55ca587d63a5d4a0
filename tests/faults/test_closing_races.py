"""Closing while people send, and two closings at once: no answer is lost."""

from functools import partial

import pytest
import sqlalchemy as sa

from tests.committed import committed_app, make_url
from tests.conftest import ENGINES
from tests.factories import make_enrollment
from tests.faults.test_correction_races import at_once
from tests.held import EVENING
from tests.services.answering import answer, make_evaluated
from tracker.db import db, retrying
from tracker.models import (
    AuditEntry,
    Enrollment,
    EvaluationReceipt,
    Offering,
    Response,
    ResponseBatch,
    SealedResponse,
)
from tracker.services import batches, doctor, evaluations, mixing
from tracker.services.audit import CLI

EARLY, SENDERS, ROUNDS = 5, 6, 3


@pytest.fixture(params=ENGINES)
def app(request, tmp_path):
    url = make_url(request.param, tmp_path)
    with committed_app(url, tmp_path) as app, app.app_context():
        yield app


def submit(app, enrollment_id):
    """Send somebody's answers, as a request does."""

    def unit():
        enrollment = db.session.get_one(Enrollment, enrollment_id)
        sent = {"overall.useful": ["4"]}
        assert evaluations.submit(enrollment, sent, now=EVENING)
        db.session.commit()

    with app.app_context():
        retrying(unit)


def close(app, offering_id):
    """Close the newest batch, as the page does; say whether this one did."""

    def unit():
        batch = batches.get_batch(db.session.get_one(Offering, offering_id))
        is_closed = mixing.close(batch, actor=CLI, now=EVENING)
        db.session.commit()
        return is_closed

    with app.app_context():
        is_closed = retrying(unit)
        mixing.destroy_keys()
        return is_closed


def count(model):
    return db.session.scalar(sa.select(sa.func.count()).select_from(model))


def test_no_answer_is_lost_while_two_close_and_others_send(app):
    for round_number in range(1, ROUNDS + 1):
        offering = make_evaluated()
        answer(offering, *[3] * EARLY)
        late = [make_enrollment(offering=offering).id for _ in range(SENDERS)]
        db.session.commit()
        senders = [partial(submit, app, each) for each in late]

        at_once(*senders, *[partial(close, app, offering.id)] * 2)

        everybody = round_number * (EARLY + SENDERS)
        assert count(EvaluationReceipt) == everybody
        withheld = db.session.scalar(
            sa.select(sa.func.sum(ResponseBatch.response_count)).where(
                ~ResponseBatch.is_released
            )
        )
        answers = count(SealedResponse) + count(Response) + (withheld or 0)
        assert answers == everybody
        assert [each for each in doctor.run_checks() if not each.ok] == []
        db.session.rollback()


def test_two_closings_at_once_release_once(app):
    offering = make_evaluated()
    answer(offering, *[3] * EARLY)
    db.session.commit()

    closed = at_once(*[partial(close, app, offering.id)] * 2)

    assert sorted(closed) == [False, True]
    assert (count(Response), count(AuditEntry)) == (EARLY, 1)
    assert [each for each in doctor.run_checks() if not each.ok] == []
