"""The knowledge check before and after, and the follow-up, as they are answered."""

import json
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from tests.factories import NINE_AM, make_day, make_enrollment, make_offering
from tracker import links
from tracker.db import db
from tracker.errors import ConflictError, InvalidError
from tracker.models import (
    EvaluationReceipt,
    Offering,
    ResponseBatch,
    SealedResponse,
)
from tracker.models.evaluation import FormKind, Occasion
from tracker.services import batches, evaluations, sealing

CHECK = {
    "sections": [
        {
            "key": "check",
            "title": "What do you know?",
            "repeat": "once",
            "questions": [
                {
                    "key": "which",
                    "kind": "single",
                    "text": "Which is right?",
                    "required": True,
                    "choices": ["This", "That"],
                    "correct": ["That"],
                }
            ],
        }
    ]
}
ANSWER = {"check.which": ["That"]}
OPENS_AT = NINE_AM + timedelta(hours=5, minutes=10)
MONTHS_LATER = NINE_AM + timedelta(days=95)
OPEN = {
    Occasion.BEFORE: NINE_AM - timedelta(days=3),
    Occasion.AFTER: OPENS_AT,
    Occasion.FOLLOW_UP: MONTHS_LATER,
}
SHUT = {
    Occasion.BEFORE: NINE_AM + timedelta(hours=1),
    Occasion.AFTER: OPENS_AT - timedelta(seconds=1),
    Occasion.FOLLOW_UP: OPENS_AT,
}


@pytest.fixture
def offering(app):
    return make_asking()


def make_asking() -> Offering:
    """An offering of three segments with a knowledge check and a follow-up."""
    offering = make_offering(code="ASKS", ends_on=NINE_AM.date())
    make_day(offering)
    evaluations.set_form(offering, CHECK, FormKind.KNOWLEDGE)
    follow_up = json.loads(json.dumps(CHECK).replace(', "correct": ["That"]', ""))
    evaluations.set_form(offering, follow_up, FormKind.FOLLOW_UP)
    return offering


def send(enrollment, occasion: Occasion, now: datetime) -> bool:
    return evaluations.submit(enrollment, ANSWER, occasion=occasion, now=now)


@pytest.mark.parametrize("occasion", OPEN)
def test_each_occasion_is_sealed_to_a_key_of_its_own_and_receipted_once(
    offering, occasion
):
    enrollment = make_enrollment(offering=offering)

    assert send(enrollment, occasion, OPEN[occasion]) is True
    assert send(enrollment, occasion, OPEN[occasion]) is False

    others = set(Occasion) - {occasion}
    assert evaluations.has_receipt(enrollment, occasion)
    assert not any(evaluations.has_receipt(enrollment, each) for each in others)
    row = db.session.scalars(sa.select(SealedResponse)).one()
    name = batches.key_name(offering, occasion, 1)
    key = sealing.key_path(links.settings().evaluation_keys, name).read_bytes()
    assert json.loads(sealing.unseal(row.sealed, key, offering.code)) == {
        "form": 1,
        "answers": {"check.which": "That"},
    }


@pytest.mark.parametrize("occasion", SHUT)
def test_outside_its_time_an_occasion_takes_nothing(offering, occasion):
    with pytest.raises(ConflictError):
        send(make_enrollment(offering=offering), occasion, SHUT[occasion])

    assert db.session.scalars(sa.select(EvaluationReceipt)).all() == []


def test_what_was_closed_by_hand_takes_nothing_more(offering):
    batch = batches.get_batch(offering, Occasion.AFTER)
    batch.closed_at = OPENS_AT + timedelta(minutes=5)
    db.session.flush()

    with pytest.raises(ConflictError, match="has closed"):
        send(make_enrollment(offering=offering), Occasion.AFTER, batch.closed_at)


def test_what_was_opened_by_hand_takes_answers_from_then_on(offering):
    early = NINE_AM + timedelta(hours=2)
    batches.get_batch(offering, Occasion.AFTER).opened_at = early
    db.session.flush()
    enrollment = make_enrollment(offering=offering)

    with pytest.raises(ConflictError):
        send(enrollment, Occasion.AFTER, early - timedelta(seconds=1))
    assert send(enrollment, Occasion.AFTER, early) is True


def test_what_an_offering_never_asks_cannot_be_sent(app):
    offering = make_offering()
    make_day(offering)

    with pytest.raises(ConflictError, match="does not ask that"):
        send(make_enrollment(offering=offering), Occasion.BEFORE, NINE_AM)


def test_a_check_that_is_set_twice_has_one_batch_for_each_occasion(offering):
    evaluations.set_form(offering, CHECK, FormKind.KNOWLEDGE)

    asked = db.session.scalars(sa.select(ResponseBatch.occasion)).all()
    assert sorted(asked) == ["after", "before", "follow_up"]


def test_each_kind_is_frozen_by_its_own_answers(offering):
    send(make_enrollment(offering=offering), Occasion.BEFORE, NINE_AM)
    changed = json.loads(json.dumps(CHECK).replace("Which is", "What is"))
    plain = json.loads(json.dumps(changed).replace(', "correct": ["That"]', ""))

    knowledge = evaluations.set_form(offering, changed, FormKind.KNOWLEDGE)
    follow_up = evaluations.set_form(offering, plain, FormKind.FOLLOW_UP)

    assert (knowledge.version, follow_up.version) == (2, 1)


def test_a_key_has_no_place_in_a_follow_up(offering):
    with pytest.raises(InvalidError, match="only a knowledge check has a key"):
        evaluations.set_form(offering, CHECK, FormKind.FOLLOW_UP)
