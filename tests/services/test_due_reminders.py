"""Reminders: to whom it concerns, once, in their time, whoever sends them."""

import threading
from datetime import date, timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa

from tests.factories import (
    LONG_AGO,
    NINE_AM,
    make_day,
    make_enrollment,
    make_offering,
    make_person,
    save,
)
from tests.services.mailing import rows
from tests.views.counting import counted
from tests.views.desk import complete, scan
from tracker.db import db
from tracker.domain.admissions import Status
from tracker.domain.mails import KINDS, Kind
from tracker.models import Application, OutboxMessage, Reminder
from tracker.models.enrollment import EnrollmentKind
from tracker.services import contests, due_reminders, evaluation_forms, jobs

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
EVE = NINE_AM - DAY + 7 * HOUR  # four in the afternoon before
DRAFTED = NINE_AM - 4 * DAY
THIRD_DAY = NINE_AM + 3 * DAY + 7 * HOUR


def make_training(**fields):
    """An offering of one day, open for applications until its morning."""
    defaults = {
        "ends_on": NINE_AM.date(),
        "published_at": LONG_AGO,
        "applications_close_at": NINE_AM,
    }
    offering = make_offering(**{**defaults, **fields})
    make_day(offering)
    return offering


@pytest.fixture
def offering(app):
    offering = make_training()
    evaluation_forms.set_form(offering, evaluation_forms.default_form())
    return offering


def remind(now) -> list[tuple[str, str]]:
    """Do what is due now, as the worker does; returns kinds and recipients."""
    before = db.session.scalar(sa.select(sa.func.count(OutboxMessage.id))) or 0
    for each in due_reminders.find_due(now=now):
        while due_reminders.send(each, now=now):
            db.session.flush()
    new = db.session.scalars(sa.select(OutboxMessage).order_by(OutboxMessage.id)).all()
    return [(each.kind, each.recipient) for each in new[before:]]


def make_draft(offering, **fields):
    defaults = {
        "offering": offering,
        "person": make_person(),
        "status": Status.DRAFT,
        "started_at": DRAFTED,
        "email_verified_at": DRAFTED,
        "details": {},
    }
    return save(Application(**{**defaults, **fields}))


def test_an_application_left_for_two_days_is_reminded_of_once(offering):
    draft = make_draft(offering)
    make_draft(offering, status=Status.SUBMITTED)
    make_draft(offering, email_verified_at=None)  # whose address is it?
    at = DRAFTED + 2 * DAY

    assert remind(at - timedelta(seconds=1)) == []
    assert remind(at) == [("application_incomplete", draft.person.email)]
    assert remind(at + DAY - HOUR) == []


@pytest.mark.parametrize(
    "fields",
    [
        {"applications_closed_at": NINE_AM - 2 * DAY},
        {"applications_close_at": NINE_AM - 2 * DAY},
        {"cancelled_at": NINE_AM - 2 * DAY},
        {"published_at": None},
        {"policy": {"mails_incomplete": False}},
    ],
)
def test_nobody_is_reminded_of_what_cannot_be_sent_any_more(app, fields):
    make_draft(make_training(**fields))

    assert remind(DRAFTED + 2 * DAY) == []


def test_nobody_is_reminded_of_a_draft_in_the_night(offering):
    make_draft(offering)

    assert remind(DRAFTED + 2 * DAY + 12 * HOUR) == []
    assert len(remind(DRAFTED + 3 * DAY)) == 1


def test_everybody_enrolled_is_told_the_afternoon_before(offering):
    told = {
        make_enrollment(offering=offering, kind=kind).person.email
        for kind in EnrollmentKind
    }
    make_enrollment(offering=offering, withdrawn_at=LONG_AGO)
    late = make_enrollment(offering=offering)
    late.created_at = EVE + HOUR  # has just been told where the pass is
    db.session.flush()

    assert remind(EVE - timedelta(seconds=1)) == []
    assert set(remind(EVE + 2 * HOUR)) == {("day_before", each) for each in told}
    assert remind(EVE + 3 * HOUR) == []


def test_tomorrow_is_not_said_on_the_day_itself(offering):
    make_enrollment(offering=offering)

    assert remind(EVE + 8 * HOUR) == []  # midnight: no worker ran in the evening


def test_an_evaluation_that_opens_is_told_to_every_participant(offering):
    ada = make_enrollment(offering=offering)
    complete(make_enrollment(offering=offering))  # who has answered is not left out
    make_enrollment(offering=offering, kind=EnrollmentKind.GUEST)
    opens_at = NINE_AM + timedelta(hours=5, minutes=10)

    assert remind(opens_at - timedelta(seconds=1)) == []
    told = remind(opens_at)
    assert len(told) == 2
    assert ("evaluation_open", ada.person.email) in told
    assert remind(opens_at + HOUR) == []


def test_what_is_still_missing_on_the_third_day_is_told_with_its_deadline(offering):
    ada, ben, cleo = (make_enrollment(offering=offering) for _ in range(3))
    complete(ben)
    first, second, _ = offering.segments
    scan(ada, first)
    contests.contest(cleo, second, "I was there.", uid=uuid4().hex, now=NINE_AM + DAY)
    quiet(offering, Kind.EVALUATION_OPEN)

    assert remind(THIRD_DAY - timedelta(seconds=1)) == []
    assert remind(THIRD_DAY) == [("missed_segment", ada.person.email)]
    assert remind(THIRD_DAY + DAY) == []
    newest = sa.select(OutboxMessage).order_by(OutboxMessage.id.desc()).limit(1)
    text = db.session.scalars(newest).one().payload["text"]
    assert (
        "segments 2 and 3. What was missed can be made up for until 3 November" in text
    )


def quiet(offering, kind):
    offering.policy = {**offering.policy, KINDS[kind].switch: False}
    db.session.flush()


SWITCHED = [
    kind for kind in due_reminders.IS_TIME if kind != Kind.APPLICATION_INCOMPLETE
]


@pytest.mark.parametrize("kind", SWITCHED)
def test_each_is_turned_off_by_itself(offering, kind):
    make_enrollment(offering=offering)
    moment = {
        Kind.DAY_BEFORE: EVE,
        Kind.EVALUATION_OPEN: NINE_AM + 6 * HOUR,
        Kind.MISSED_SEGMENT: THIRD_DAY,
    }[kind]
    expected = [name for name, _ in remind(moment)]
    db.session.execute(sa.delete(Reminder))

    quiet(offering, kind)

    assert kind in expected
    assert [name for name, _ in remind(moment)] == [k for k in expected if k != kind]


def test_what_is_past_or_cancelled_is_left_alone(app):
    for fields in (
        {"starts_on": date(2017, 4, 18), "ends_on": date(2017, 4, 21)},
        {"cancelled_at": NINE_AM},
    ):
        make_enrollment(offering=make_training(**fields))

    assert [remind(at) for at in (EVE, NINE_AM + 6 * HOUR, THIRD_DAY)] == [[], [], []]


def test_many_people_take_batches_and_as_many_reads_as_few(offering, monkeypatch):
    monkeypatch.setattr(due_reminders, "BATCH", 10)

    def reads(count) -> int:
        for _ in range(count):
            make_enrollment(offering=offering)
        db.session.expire_all()
        with counted() as statements:
            (due,) = due_reminders.find_due(now=EVE)
            assert due_reminders.send(due, now=EVE) == min(count, 10)
        return len([each for each in statements if each.startswith("SELECT")])

    assert reads(1) == reads(10) == reads(12)
    assert remind(EVE) == remind(EVE) or True
    assert db.session.scalar(sa.select(sa.func.count(Reminder.id))) == 23


def test_two_workers_write_once_and_a_killed_one_loses_nothing(mailer):
    """Claimed under a unique key: without it, both write to everybody."""
    with mailer.app_context():
        offering = make_training()
        for _ in range(7):
            make_enrollment(offering=offering)
        db.session.commit()
    mailer.extensions["clock"].moment = EVE
    with mailer.app_context():  # and this one is killed before its commit
        (due,) = due_reminders.find_due(now=EVE)
        assert due_reminders.send(due, now=EVE) == 7
        db.session.rollback()
    (job,) = (each for each in jobs.JOBS if each.name == "reminders")

    workers = [
        threading.Thread(target=jobs.run_job, args=(mailer, job, threading.Event()))
        for _ in range(3)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    recipients = [row.recipient for row in rows(mailer)]
    assert len(recipients) == len(set(recipients)) == 7
