"""What is not ready before a day: each thing is found, and named where it is mended."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa

from tests.factories import (
    NINE_AM,
    make_application,
    make_day,
    make_device,
    make_enrollment,
    make_instructor,
    make_offering,
    make_pass,
    make_person,
    make_scan,
    make_segment,
    make_user,
    save,
)
from tests.views.counting import counted
from tracker.db import db
from tracker.domain.admissions import Status
from tracker.domain.mail_texts import Letter
from tracker.domain.scans import Outcome, Reason
from tracker.models import Device, EvaluationForm, OutboxMessage
from tracker.services import (
    batches,
    contests,
    enrollments,
    evaluations,
    outbox,
    readiness,
    schedules,
    sign_offs,
    undelivered,
)
from tracker.services.readiness import Matter, Place, Server

LETTER = Letter("S", "T")
EVE = NINE_AM - timedelta(hours=15)
EVENING = NINE_AM + timedelta(hours=10)
DAY = date(2026, 11, 3)


@pytest.fixture
def server(tmp_path):
    return Server(tmp_path, can_mail=True)


@pytest.fixture
def offering(app, tmp_path):
    """An offering of two days for which everything is ready on the eve."""
    offering = make_offering(code=f"R-{uuid4().hex[:8]}")
    batches.open_batch(offering, tmp_path)
    evaluations.set_form(offering, evaluations.default_form())
    rows = make_day(offering)
    rows.append(
        make_segment(offering=offering, number=4, starts_at=NINE_AM + timedelta(days=1))
    )
    make_instructor(offering, rows)
    make_pass(make_enrollment(offering=offering, name="Sample Ada"))
    make_device(offering)
    meet_devices(EVE)
    return offering


def meet_devices(moment, **fields):
    db.session.execute(sa.update(Device).values(last_contact_at=moment, **fields))


def check(offering, server, now=EVE):
    return readiness.check(offering, server, now=now).matters


def places(offering, server, now=EVE):
    return [each.place for each in check(offering, server, now)]


def sentences(offering, server, now=EVE):
    return [each.sentence for each in check(offering, server, now)]


def test_everything_is_ready(offering, server):
    assert readiness.check(offering, server, now=EVE) == readiness.Readiness(DAY, ())


@pytest.mark.parametrize(
    ("now", "day"),
    [
        (EVE, DAY),
        (NINE_AM - timedelta(seconds=1), DAY),
        (NINE_AM, DAY + timedelta(days=1)),
        (NINE_AM + timedelta(days=1), None),
    ],
)
def test_the_next_day_is_the_first_that_has_not_begun(offering, server, now, day):
    assert readiness.check(offering, server, now=now).day == day


def test_without_a_device_one_is_to_be_paired(offering, server):
    db.session.execute(sa.update(Device).values(revoked_at=EVE))

    assert sentences(offering, server) == [
        "No device is paired. Pair one for each door."
    ]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"unsent_count": 1}, "Door 1 holds 1 scan that it has not sent."),
        ({"unsent_count": 7}, "Door 1 holds 7 scans that it has not sent."),
        ({"last_contact_at": None}, "Door 1 has never been heard of."),
        (
            {"last_contact_at": EVE - timedelta(hours=25)},
            "Door 1 was not heard of for a day.",
        ),
        ({"battery_percent": 19}, "Door 1 was at 19 % battery."),
    ],
)
def test_a_device_that_is_not_well_is_named(offering, server, fields, sentence):
    db.session.execute(sa.update(Device).values(**fields))

    (found,) = check(offering, server)

    assert found.place is Place.DEVICE
    assert found.sentence.startswith(sentence)
    assert found.key == {"device": db.session.scalar(sa.select(Device.public_id))}


def test_a_server_without_mail_is_told_to_whoever_runs_it(offering, tmp_path):
    (found,) = check(offering, Server(tmp_path, can_mail=False))

    assert (found.place, found.sentence[:17]) == (Place.SERVER, "No mail goes out:")


def test_mail_that_is_stuck_is_told(offering, server):
    outbox.queue_mail("day", "a@example.org", LETTER, now=EVE - timedelta(minutes=16))
    outbox.queue_mail("day", "b@example.org", LETTER, now=EVE)

    (found,) = check(offering, server)

    assert found.place is Place.SERVER
    assert "the oldest waits for 16 minutes" in found.sentence


def give_up(address, at):
    outbox.queue_mail("day", address, LETTER, now=at)
    row = db.session.scalars(
        sa.select(OutboxMessage).order_by(OutboxMessage.id.desc()).limit(1)
    ).one()
    row.failed_at, row.attempt_count = at, 3
    db.session.flush()
    return row


def arrive(address, at):
    row = give_up(address, at)
    row.failed_at, row.done_at = None, at
    db.session.flush()


def test_somebody_whom_mail_does_not_reach_is_named(offering, server):
    ada = offering_people(offering)[0]
    give_up(ada.person.email, EVE - timedelta(days=1))
    give_up("somebody.else@example.org", EVE)

    (found,) = check(offering, server)

    assert found == Matter(
        Place.PERSON,
        "Mail does not reach Sample Ada: check the address.",
        {"person": ada.public_id},
    )


def offering_people(offering):
    return enrollments.list_enrollments(offering)


def test_mail_that_arrived_since_clears_the_address(offering, server):
    address = offering_people(offering)[0].person.email
    arrive(address, EVE - timedelta(days=2))
    give_up(address, EVE - timedelta(days=1))
    assert undelivered.find_unreached({address}) == {address}

    arrive(address, EVE)

    assert undelivered.find_unreached({address}) == set()
    assert check(offering, server) == ()


def test_mails_of_the_offering_that_were_given_up_are_counted(offering, server):
    for address, whose in [("a@example.org", offering.id), ("b@example.org", None)]:
        give_up(address, EVE).offering_id = whose
    db.session.flush()

    assert check(offering, server) == (
        Matter(Place.MAIL, "1 mail was given up. Mend the address, and send it again."),
    )


def test_who_holds_a_seat_and_has_not_confirmed_is_named(offering, server):
    row = hold_seat(offering)
    make_application(offering=make_offering(), status=Status.ACCEPTED)
    settled = offering_people(offering)[0].person
    make_application(offering=offering, status=Status.ACCEPTED, person=settled)

    assert check(offering, server) == (
        Matter(
            Place.APPLICATION,
            "Sample Ben has not confirmed the seat. "
            "It is held until Monday, 2 November 2026, 18:00 CST.",
            {"application": row.public_id},
        ),
    )


def hold_seat(offering):
    return make_application(
        offering=offering,
        person=make_person(name="Sample Ben"),
        status=Status.ACCEPTED,
        confirm_by=EVE,
    )


def test_who_has_no_pass_is_named(offering, server):
    make_enrollment(offering=offering, name="Sample Ben")

    assert sentences(offering, server) == ["Sample Ben has no pass that checks in."]


def test_an_offering_of_nobody_is_told(server, offering):
    for each in offering_people(offering):
        each.withdrawn_at = EVE
    db.session.flush()

    assert sentences(offering, server) == ["Nobody is enrolled."]


def test_what_waits_for_a_decision_is_counted(offering, server):
    ada, first = offering_people(offering)[0], offering.segments[0]
    for _ in range(2):
        make_scan(ada, first, outcome=Outcome.HELD, reason=Reason.CLOCK_UNSURE)
    contests.contest(ada, first, "I was there.", uid=uuid4().hex, now=EVENING)
    meet_devices(EVENING)

    assert check(offering, server, EVENING) == (
        Matter(Place.HELD, "2 held scans wait for a decision."),
        Matter(Place.CONTESTS, "1 contest waits for an answer."),
        Matter(
            Place.DAY,
            "Tuesday, 3 November is not signed off.",
            {"day": "2026-11-03"},
        ),
    )


def test_a_day_that_was_signed_off_is_not_mentioned(offering, server):
    sign_offs.sign_off(offering, DAY, "", user=make_user(), now=EVENING)
    db.session.execute(sa.update(OutboxMessage).values(done_at=EVENING))
    meet_devices(EVENING)

    assert check(offering, server, EVENING) == ()


def test_segments_of_the_next_day_need_room_and_instructor(offering, server):
    first, _, _, later = offering.segments
    for each in (first, later):
        each.room = ""
    first.instructors = []
    db.session.flush()

    assert check(offering, server) == (
        Matter(Place.SEGMENT, "Segment 1 has no room.", {"number": "1"}),
        Matter(Place.SEGMENT, "Segment 1 has no instructor.", {"number": "1"}),
    )


def test_a_cancelled_segment_needs_nothing(offering, server):
    first = offering.segments[0]
    first.room, first.cancelled_at = "", EVE
    db.session.flush()

    assert check(offering, server) == ()


def test_an_evaluation_without_a_form_is_told(offering, server):
    db.session.execute(sa.delete(EvaluationForm))

    assert places(offering, server) == [Place.EVALUATION]


@pytest.mark.parametrize("what", ["gone", "another", "torn"])
def test_an_evaluation_without_its_key_is_told(offering, server, tmp_path, what):
    path = tmp_path / f"{offering.code}.key"
    if what == "gone":
        path.unlink()
    elif what == "torn":
        path.write_bytes(b"half")
    else:
        path.write_bytes(bytes(range(32)))

    (found,) = check(offering, server)

    assert found.place is Place.SERVER
    assert "key is not on the server" in found.sentence


def test_once_the_evaluation_has_closed_its_key_is_asked_for_no_more(
    offering, server, tmp_path
):
    (tmp_path / f"{offering.code}.key").unlink()
    closed = evaluations.closes_at(offering, schedules.schedule_of(offering))

    assert Place.SERVER not in places(offering, server, closed)


def test_it_takes_as_many_queries_for_thirty_as_for_one(offering, server):
    def queries():
        db.session.expire_all()
        db.session.refresh(offering)
        with counted() as statements:
            check(offering, server)
        return len(statements)

    few = queries()
    for _ in range(30):
        make_pass(make_enrollment(offering=offering))
        save(make_enrollment(offering=offering))
        hold_seat(offering)

    assert queries() == few
