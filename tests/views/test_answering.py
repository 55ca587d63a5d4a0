"""The knowledge checks and the follow-up on a participant's phone."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.factories import (
    NINE_AM,
    make_day,
    make_enrollment,
    make_offering,
    make_pass,
    make_segment,
    sign_in,
)
from tests.services.test_occasions import CHECK
from tests.views.forms import send
from tracker.db import db
from tracker.models import EvaluationReceipt
from tracker.models.evaluation import FormKind
from tracker.services import batches, evaluations

ME = "/me/offerings/OWN"
BEFORE, AFTER = f"{ME}/knowledge-before", f"{ME}/knowledge-after"
FOLLOW_UP = f"{ME}/follow-up"
SENDING = NINE_AM + timedelta(hours=5, minutes=15)


@pytest.fixture
def enrollment(app, client, tmp_path):
    """A participant, signed in, of an offering with a knowledge check."""
    offering = make_offering(code="OWN", ends_on=NINE_AM.date())
    batches.open_batch(offering, tmp_path)
    make_day(offering)
    evaluations.set_form(offering, evaluations.default_form())
    evaluations.set_form(offering, CHECK, FormKind.KNOWLEDGE)
    enrollment = make_enrollment(offering=offering, name="Ada Sample")
    make_pass(enrollment)
    sign_in(client, enrollment.person, now=NINE_AM)
    return enrollment


def receipts() -> list[str]:
    return list(db.session.scalars(sa.select(EvaluationReceipt.occasion)))


def test_the_check_before_is_asked_and_taken_once(client, clock, enrollment):
    clock.moment = NINE_AM - timedelta(days=2)
    assert BEFORE in client.get(ME).text

    sent = send(client, BEFORE, **{"check.which": "This"})

    assert sent.status_code == 303
    assert sent.location == BEFORE
    assert receipts() == ["before"]
    assert "Your answers have arrived" in client.get(BEFORE).text
    assert BEFORE not in client.get(ME).text


def test_the_key_is_not_in_the_page(client, clock, enrollment):
    clock.moment = NINE_AM
    page = client.get(BEFORE).text

    assert "Which is right?" in page
    assert "correct" not in page


def test_what_must_be_answered_is_marked_whatever_its_kind(client, clock, enrollment):
    """The page counts by the marks, and says what is missing before it is sent."""
    kinds = {
        "rating": {},
        "number": {},
        "single": {"choices": ["This", "That"]},
        "multiple": {"choices": ["One", "Two"]},
        "short": {},
        "long": {},
    }
    questions = [
        {"key": f"{kind}_{word}", "kind": kind, "text": kind, "required": must, **more}
        for kind, more in kinds.items()
        for word, must in (("must", True), ("may", False))
    ]
    section = {"key": "all", "title": "All", "repeat": "once", "questions": questions}
    evaluations.set_form(
        enrollment.offering, {"sections": [section]}, FormKind.KNOWLEDGE
    )
    db.session.commit()
    clock.moment = NINE_AM

    page = client.get(BEFORE).text

    pieces = re.split(r"<(?=fieldset|input class|textarea)", page)
    asked = {
        match[1]: bool(re.search(r" (data-)?required\b", piece))
        for piece in pieces
        if (match := re.search(r'id="all\.(\w+)"', piece))
    }
    assert asked == {each["key"]: each["required"] for each in questions}


@pytest.mark.parametrize(
    ("hours", "words"),
    [(0, "by Tuesday, 3 November, 10:00."), (5.5, "by the end of Tuesday, 10 ")],
)
def test_by_when_answers_are_taken_is_said(client, clock, enrollment, hours, words):
    clock.moment = NINE_AM + timedelta(hours=hours)

    assert words in client.get(AFTER if hours else BEFORE).text


def test_a_check_says_what_is_missing_and_keeps_what_was_chosen(
    client, clock, enrollment
):
    clock.moment = SENDING

    sent = send(client, AFTER)

    assert sent.status_code == 422
    assert "Please answer this question." in sent.text
    assert receipts() == []


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        (BEFORE, "This has closed. Nothing is missing for your certificate."),
        (FOLLOW_UP, "This offering does not ask that."),
    ],
)
def test_what_is_not_asked_says_why(client, clock, enrollment, address, sentence):
    clock.moment = SENDING

    page = client.get(address)

    assert sentence in page.text
    assert "<form" not in page.text
    assert send(client, address, client.get(AFTER)).status_code in {404, 409}


def test_what_opens_later_says_when_in_the_offerings_zone(client, clock, enrollment):
    clock.moment = NINE_AM

    assert "This opens on Tuesday, 3 November, 14:10." in client.get(AFTER).text


def test_a_segment_section_over_several_days_is_asked_day_by_day(
    client, clock, enrollment
):
    make_segment(
        offering=enrollment.offering, number=4, starts_at=NINE_AM + timedelta(days=1)
    )
    clock.moment = NINE_AM + timedelta(hours=30)

    page = client.get(f"{ME}/evaluation").text

    assert page.index("Segment by segment: Tuesday, 3 November") < page.index(
        "Segment by segment: Wednesday, 4 November"
    )
