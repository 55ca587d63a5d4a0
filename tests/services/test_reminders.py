"""Opening by hand, reminders, and the follow-up's invitation."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.factories import NINE_AM, make_enrollment
from tests.services.test_occasions import (
    MONTHS_LATER,
    OPENS_AT,
    make_asking,
    send,
)
from tracker.db import db
from tracker.errors import ConflictError, NotFoundError
from tracker.models import AuditEntry, OutboxMessage
from tracker.models.enrollment import EnrollmentKind
from tracker.models.evaluation import Occasion
from tracker.services import batches, opening, reminders
from tracker.services.audit import CLI


@pytest.fixture
def offering(app):
    return make_asking()


def mails() -> list[OutboxMessage]:
    return list(db.session.scalars(sa.select(OutboxMessage)))


def test_who_has_not_answered_is_written_to_and_nobody_else(offering):
    silent = make_enrollment(offering=offering)
    send(make_enrollment(offering=offering), Occasion.AFTER, OPENS_AT)
    make_enrollment(offering=offering, kind=EnrollmentKind.OBSERVER)
    make_enrollment(offering=offering, withdrawn_at=NINE_AM)

    count = reminders.remind(offering, Occasion.AFTER, actor=CLI, now=OPENS_AT)

    (mail,) = mails()
    assert (count, mail.recipient) == (1, silent.person.email)
    assert mail.payload["subject"] == "Your answers are still to come"
    assert "/me/offerings/ASKS/knowledge-after" in mail.payload["text"]
    (entry,) = db.session.scalars(sa.select(AuditEntry))
    assert entry.details == {"occasion": "after"}


def test_a_second_reminder_waits_a_day(offering):
    make_enrollment(offering=offering)
    reminders.remind(offering, Occasion.AFTER, actor=CLI, now=OPENS_AT)
    day = timedelta(days=1)

    with pytest.raises(ConflictError, match="within the last day"):
        reminders.remind(
            offering, Occasion.AFTER, actor=CLI, now=OPENS_AT + day - timedelta(1e-5)
        )
    reminders.remind(offering, Occasion.AFTER, actor=CLI, now=OPENS_AT + day)

    assert len(mails()) == 2


def test_nobody_is_reminded_of_what_cannot_be_sent(offering):
    make_enrollment(offering=offering)

    for moment in (OPENS_AT - timedelta(seconds=1), OPENS_AT + timedelta(days=30)):
        with pytest.raises(ConflictError):
            reminders.remind(offering, Occasion.AFTER, actor=CLI, now=moment)

    assert mails() == []


def test_the_follow_up_is_announced_once_when_it_opens(offering):
    make_enrollment(offering=offering)
    send(make_enrollment(offering=offering), Occasion.FOLLOW_UP, MONTHS_LATER)

    counts = [
        reminders.invite_to_follow_ups(now=moment)
        for moment in (OPENS_AT, MONTHS_LATER, MONTHS_LATER + timedelta(days=2))
    ]

    (mail,) = mails()
    assert counts == [0, 1, 0]
    assert mail.payload["subject"] == "A few questions for you"
    assert "/me/offerings/ASKS/follow-up" in mail.payload["text"]


def test_what_is_opened_early_takes_answers_at_once_and_is_noted_once(offering):
    enrollment, early = make_enrollment(offering=offering), NINE_AM

    for moment in (early, early + timedelta(hours=1)):
        opening.open_early(offering, Occasion.AFTER, actor=CLI, now=moment)

    assert batches.get_batch(offering, Occasion.AFTER).opened_at == early
    assert send(enrollment, Occasion.AFTER, early)
    assert db.session.scalars(sa.select(AuditEntry.action)).all() == ["evaluation.open"]


def test_what_has_closed_is_not_opened_again(offering):
    batches.get_batch(offering, Occasion.AFTER).closed_at = NINE_AM
    db.session.flush()

    with pytest.raises(ConflictError, match="has closed"):
        opening.open_early(offering, Occasion.AFTER, actor=CLI, now=OPENS_AT)


def test_what_is_not_asked_cannot_be_opened(offering):
    with pytest.raises(NotFoundError):  # it has no batch: it was never set
        opening.open_early(offering, Occasion.EVALUATION, actor=CLI, now=NINE_AM)
