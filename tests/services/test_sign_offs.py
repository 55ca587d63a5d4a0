"""Signing a day off: once, after its end, one mail to each participant."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa

from tests.factories import (
    NINE_AM,
    make_day,
    make_device,
    make_enrollment,
    make_offering,
    make_scan,
    make_segment,
    make_user,
)
from tests.views.desk import scan
from tracker.db import db
from tracker.domain.scans import Outcome, Reason
from tracker.errors import ConflictError, InvalidError, NotFoundError
from tracker.models import AuditEntry, DaySignOff, Device, OutboxMessage
from tracker.models.enrollment import EnrollmentKind
from tracker.models.staff import Role
from tracker.services import contests, days, headcounts, schedules, sign_offs

DAY = date(2026, 11, 3)
EVENING = NINE_AM + timedelta(hours=10)


@pytest.fixture
def offering(app):
    offering = make_offering()
    make_day(offering)
    make_segment(offering=offering, number=4, starts_at=NINE_AM + timedelta(days=1))
    return offering


@pytest.fixture
def user(offering):
    return make_user(Role.COORDINATOR, offering, name="Cora")


@pytest.fixture
def ada(offering):
    return make_enrollment(offering=offering, name="Sample Ada")


def attend(enrollment, *numbers):
    for number in numbers:
        scan(enrollment, enrollment.offering.segments[number - 1])


def sign(offering, user, day=DAY, notes="", now=EVENING):
    return sign_offs.sign_off(offering, day, notes, user=user, now=now)


def texts():
    """The mails' texts by recipient."""
    rows = db.session.scalars(sa.select(OutboxMessage)).all()
    return {row.recipient: row.payload["text"] for row in rows}


def test_each_participant_is_told_once_how_the_day_is_recorded(offering, ada, user):
    ben = make_enrollment(offering=offering)
    attend(ada, 1, 2, 3)
    attend(ben, 1, 3)

    assert sign(offering, user) == 2

    told = texts()
    code = offering.code
    assert told[ada.person.email].startswith(
        f"{code}, Tuesday, 3 November: 3 of 3 recorded.\n"
    )
    assert "Nothing of that day is missing." in told[ada.person.email]
    assert "2 of 3 recorded" in told[ben.person.email]
    assert "Segment 2 is missing." in told[ben.person.email]
    assert f"/me/offerings/{code}/programme" in told[ben.person.email]
    assert "say so beside the segment" in told[ben.person.email]


def test_signing_off_again_sends_nothing(offering, ada, user):
    sign(offering, user, notes="First")

    assert sign(offering, make_user(), notes="Second") is None

    (row,) = db.session.scalars(sa.select(DaySignOff))
    assert (row.notes, row.user_id) == ("First", user.id)
    assert len(texts()) == 1
    assert db.session.scalars(sa.select(AuditEntry.action)).all() == ["day.sign_off"]


def test_each_day_is_signed_off_by_itself(offering, ada, user):
    sign(offering, user)
    tomorrow = EVENING + timedelta(days=1)

    assert sign(offering, user, DAY + timedelta(days=1), now=tomorrow) == 1
    assert db.session.scalar(sa.select(sa.func.count(OutboxMessage.id))) == 2


def test_a_day_that_is_not_over_cannot_be_signed_off(offering, ada, user):
    ends_at = offering.segments[2].ends_at

    with pytest.raises(ConflictError, match="ends at 14:30"):
        sign(offering, user, now=ends_at - timedelta(seconds=1))
    assert texts() == {}
    assert sign(offering, user, now=ends_at) == 1


def test_what_was_delivered_says_when_the_day_is_over(offering, ada, user):
    last = offering.segments[2]
    last.delivered_starts_at, last.delivered_ends_at = last.starts_at, EVENING
    db.session.flush()

    with pytest.raises(ConflictError):
        sign(offering, user, now=EVENING - timedelta(seconds=1))


def test_a_day_without_segments_is_not_there(offering, user):
    with pytest.raises(NotFoundError):
        sign(offering, user, date(2026, 11, 9))


@pytest.mark.parametrize("notes", ["x" * 2_001, "A\x00B", "A\u202eB"])
def test_notes_that_cannot_be_kept_are_refused(offering, ada, user, notes):
    with pytest.raises(InvalidError):
        sign(offering, user, notes=notes)

    assert texts() == {}


def test_only_participants_with_a_seat_are_told(offering, user):
    make_enrollment(offering=offering, kind=EnrollmentKind.OBSERVER)
    make_enrollment(offering=offering, withdrawn_at=NINE_AM)
    make_enrollment(offering=make_offering())

    assert sign(offering, user) == 0


def test_optional_segments_are_not_asked_for(offering, ada, user):
    attend(ada, 1, 2)
    offering.segments[2].is_required = False
    db.session.flush()

    sign(offering, user)

    assert "2 of 2 recorded" in texts()[ada.person.email]


def test_nobody_is_told_of_a_day_on_which_nothing_is_required(offering, ada, user):
    for each in offering.segments[:3]:
        each.is_required = False
    db.session.flush()

    assert sign(offering, user) == 0


def test_who_waits_for_a_decision_need_not_do_anything(offering, ada, user):
    first, second = offering.segments[:2]
    held = {"outcome": Outcome.HELD, "reason": Reason.CLOCK_UNSURE}
    make_scan(ada, first, **held)
    contests.contest(ada, second, "I was there.", uid=uuid4().hex, now=EVENING)

    sign(offering, user)

    told = texts()[ada.person.email]
    assert "Segments 1 and 2 are being looked at" in told
    assert "Segment 3 is missing." in told


def test_the_mail_names_no_topic_and_nobody(offering, ada, user):
    sign(offering, user)

    (mail,) = db.session.scalars(sa.select(OutboxMessage))
    said = mail.payload["subject"] + mail.payload["text"]
    assert mail.payload["subject"] == "Your attendance record"
    for word in (ada.person.name, offering.title, "Segment 1\n", offering.city):
        assert word not in said


# The day as it is read.


def test_a_day_shows_what_its_sign_off_answers_for(offering, ada, user):
    first = offering.segments[0]
    make_scan(ada, first, outcome=Outcome.HELD, reason=Reason.CLOCK_UNSURE)
    contests.contest(ada, first, "I was there.", uid=uuid4().hex, now=EVENING)
    make_device(offering, name="Sent")
    make_device(offering, name="Unsent")
    db.session.execute(
        sa.update(Device).where(Device.name == "Unsent").values(unsent_count=3)
    )
    headcounts.add_headcount(
        first, 2, counted_at=NINE_AM, uid=uuid4().hex, user=user, now=EVENING
    )

    report = days.read_day(offering, DAY, now=EVENING)

    assert [each.plan.number for each in report.segments] == [1, 2, 3]
    compared = report.segments[0].headcount
    assert compared is not None
    assert compared.comparison.counted == 2
    assert [each.headcount for each in report.segments[1:]] == [None, None]
    assert [each.enrollment for each in report.held] == [ada.public_id]
    assert [each.segment for each in report.contests] == [1]
    assert [(e.name, e.unsent_count) for e in report.devices] == [("Unsent", 3)]
    assert report.signed is None


def test_what_belongs_to_another_day_is_not_shown(offering, ada):
    tomorrow = DAY + timedelta(days=1)
    make_scan(
        ada, offering.segments[0], outcome=Outcome.HELD, reason=Reason.CLOCK_UNSURE
    )

    report = days.read_day(offering, tomorrow, now=EVENING)

    assert [each.plan.number for each in report.segments] == [4]
    assert (report.held, report.contests) == ((), ())


def test_the_days_are_listed_with_their_state(offering, ada, user):
    sign(offering, user)
    schedule = schedules.schedule_of(offering)

    lines = days.list_days(offering, schedule, now=EVENING)

    assert [(e.day, e.numbers, e.is_over, e.is_signed) for e in lines] == [
        (DAY, (1, 2, 3), True, True),
        (DAY + timedelta(days=1), (4,), False, False),
    ]


def test_a_signed_day_says_who_signed_it(offering, ada, user):
    sign(offering, user, notes="Fire drill\nat eleven.")

    signed = days.read_day(offering, DAY, now=EVENING).signed

    assert signed is not None
    assert (signed.by, signed.at, signed.notes) == (
        "Cora",
        EVENING,
        "Fire drill\nat eleven.",
    )
