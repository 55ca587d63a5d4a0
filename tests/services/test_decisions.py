"""Deciding applications: one, many at once, twice, and where no seat is left."""

from dataclasses import replace
from datetime import datetime
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from tests.factories import (
    LONG_AGO,
    NINE_AM,
    make_application,
    make_course,
    make_enrollment,
    make_offering,
    make_person,
    make_user,
    save,
)
from tests.services.mailing import kinds_to
from tracker.db import db
from tracker.domain.admissions import Status, Step
from tracker.domain.eligibility import About, Verdict
from tracker.errors import ConflictError, ForbiddenError, InvalidError
from tracker.models import ApplicationEvent, Completion, OutboxMessage
from tracker.models.completion import CompletionSource
from tracker.models.staff import Role
from tracker.services import decisions, seats
from tracker.services.applications import Taken

OMAHA = ZoneInfo("America/Chicago")
EARLY = datetime(2026, 10, 1, 15, tzinfo=OMAHA)


@pytest.fixture
def offering(app):
    return make_offering(capacity=2)


@pytest.fixture
def taken(offering):
    return Taken(now=EARLY, user=make_user(Role.COORDINATOR, offering))


def events(application):
    rows = db.session.scalars(
        sa.select(ApplicationEvent)
        .where(ApplicationEvent.application_id == application.id)
        .order_by(ApplicationEvent.id)
    )
    return [(each.step, each.note) for each in rows]


def test_accepting_holds_a_seat_until_the_end_of_the_last_day_to_confirm(
    offering, taken
):
    row = make_application(offering=offering)

    decisions.decide(row, Step.ACCEPTED, replace(taken, note=" Welcome. "))

    assert (row.status, row.confirm_by) == (
        Status.ACCEPTED,
        datetime(2026, 10, 8, 23, 59, tzinfo=OMAHA),
    )
    assert events(row) == [(Step.ACCEPTED, "Welcome.")]
    mail = db.session.scalars(sa.select(OutboxMessage)).one()
    assert "\n\nWelcome.\n\n" in mail.payload["text"]
    assert seats.count_seats(offering) == 1


def test_where_nothing_is_to_be_confirmed_accepting_enrolls(offering, taken):
    offering.admission = {"confirm_days": 0}
    row = make_application(offering=offering)

    decisions.decide(row, Step.ACCEPTED, taken)

    assert row.status is Status.ENROLLED
    assert row.enrollment
    assert row.enrollment.passes
    assert events(row) == [(Step.ACCEPTED, ""), (Step.CONFIRMED, "")]


def test_a_decision_keeps_the_facts_as_they_stood(offering, taken):
    row = make_application(offering=offering)
    decisions.decide(row, Step.DECLINED, taken)
    row.discipline = "Another"

    facts = row.events[0].facts

    assert [each["about"] for each in facts] == list(About)
    assert facts[-1]["reason"] == "2 seats are left for this applicant."
    assert row.ended_at == EARLY


def test_the_prerequisite_is_found_by_its_person_or_by_the_address(offering, taken):
    offering.course.prerequisite_id = make_course(code="ICSTAR").id
    person = make_person()
    row = make_application(offering=offering, person=person)
    save(
        Completion(
            public_id=uuid4().hex,
            course_id=offering.course.prerequisite_id,
            reference=bytes(32),
            email_digest=person.email_digest,
            source=CompletionSource.IMPORT,
            recorded_at=LONG_AGO,
        )
    )

    decisions.decide(row, Step.WAITLISTED, taken)

    (found,) = [
        each for each in row.events[0].facts if each["about"] == About.PREREQUISITE
    ]
    assert (found["verdict"], found["reason"]) == (
        Verdict.MET,
        "ICSTAR was finished.",
    )


def test_the_same_form_twice_is_one_decision(offering, taken):
    row = make_application(offering=offering)

    for _ in range(2):
        decisions.decide(row, Step.ACCEPTED, taken)

    assert events(row) == [(Step.ACCEPTED, "")]


def test_a_form_that_decided_one_application_decides_no_other(offering, taken):
    one, other = (make_application(offering=offering) for _ in range(2))
    decisions.decide(one, Step.DECLINED, taken)

    with pytest.raises(ConflictError):
        decisions.decide(other, Step.DECLINED, taken)

    assert other.status is Status.SUBMITTED


def test_nobody_is_accepted_beyond_capacity_and_overbooking(offering, taken):
    offering.admission = {"overbooking": 1}
    make_enrollment(offering=offering)
    rows = [make_application(offering=offering) for _ in range(3)]
    for row in rows[:2]:
        decisions.decide(row, Step.ACCEPTED, replace(taken, uid=uuid4().hex))

    with pytest.raises(ConflictError, match="No seat is left"):
        decisions.decide(rows[2], Step.ACCEPTED, replace(taken, uid=uuid4().hex))

    assert (rows[2].status, events(rows[2])) == (Status.SUBMITTED, [])


def test_a_held_seat_is_not_given_to_somebody_else_by_an_import(offering, taken):
    decisions.decide(make_application(offering=offering), Step.ACCEPTED, taken)

    assert seats.capacity_problem(offering, 2) == (
        "2 new would make 3 people, but the capacity is 2"
    )


def test_nobody_is_accepted_for_what_is_cancelled(offering, taken):
    row = make_application(offering=offering)
    offering.cancelled_at = EARLY

    (prospect,) = decisions.foresee(offering, [row], Step.ACCEPTED)
    with pytest.raises(ConflictError, match="cancelled"):
        decisions.decide(row, Step.ACCEPTED, taken)

    assert prospect.problem == "This offering is cancelled."
    assert row.status is Status.SUBMITTED


def test_a_question_needs_words(offering, taken):
    row = make_application(offering=offering)

    with pytest.raises(InvalidError, match="what you want to know"):
        decisions.decide(row, Step.ASKED, replace(taken, note=" \n "))

    assert row.status is Status.SUBMITTED


def test_a_declined_application_is_decided_no_more(offering, taken):
    row = make_application(offering=offering)
    decisions.decide(row, Step.DECLINED, taken)

    with pytest.raises(ConflictError, match="declined"):
        decisions.decide(row, Step.ACCEPTED, replace(taken, uid=uuid4().hex))


def test_a_dry_run_says_what_deciding_many_then_does(offering, taken):
    make_enrollment(offering=offering)
    rows = [make_application(offering=offering) for _ in range(2)]
    rows.append(make_application(offering=offering, status=Status.ENROLLED))

    foreseen = decisions.foresee(offering, rows, Step.ACCEPTED)
    before = [row.status for row in rows]
    done = decisions.decide_many(offering, rows, Step.ACCEPTED, taken)

    assert [each.problem is None for each in foreseen] == [True, False, False]
    assert before == [Status.SUBMITTED, Status.SUBMITTED, Status.ENROLLED]
    assert done == foreseen
    assert [row.status for row in rows] == [
        Status.ACCEPTED,
        Status.SUBMITTED,
        Status.ENROLLED,
    ]


def test_deciding_many_twice_by_the_same_form_changes_nothing_more(offering, taken):
    rows = [make_application(offering=offering) for _ in range(2)]

    first = decisions.decide_many(offering, rows, Step.ACCEPTED, taken)
    second = decisions.decide_many(offering, rows, Step.ACCEPTED, taken)

    assert second == first
    assert [len(events(row)) for row in rows] == [1, 1]


def test_a_reserved_seat_is_kept_for_whom_it_is_reserved(offering, taken):
    offering.admission = {
        "reservations": [{"kind": "discipline", "value": "Prosecutors", "seats": 1}]
    }
    officers = [make_application(offering=offering) for _ in range(2)]
    prosecutor = make_application(
        offering=offering, person=make_person(discipline="Prosecutors")
    )

    done = decisions.decide_many(
        offering, [*officers, prosecutor], Step.ACCEPTED, taken
    )

    assert [each.problem is None for each in done] == [True, False, True]


def test_who_is_accepted_once_it_has_begun_may_confirm_while_it_lasts(offering, taken):
    row = make_application(offering=offering)
    decisions.decide(row, Step.ACCEPTED, replace(taken, now=NINE_AM))

    assert row.confirm_by == datetime(2026, 11, 6, 23, 59, tzinfo=OMAHA)


@pytest.mark.parametrize(
    ("step", "kind"),
    [
        (Step.ACCEPTED, "accepted"),
        (Step.WAITLISTED, "waitlisted"),
        (Step.DECLINED, "declined"),
        (Step.ASKED, "asked"),
    ],
)
def test_the_applicant_is_told_once_of_what_was_decided(offering, taken, step, kind):
    row = make_application(offering=offering)

    for _ in range(2):
        decisions.decide(row, step, replace(taken, note="A sample note."))

    assert kinds_to(row.person) == [kind]


def test_nobody_decides_about_their_own(offering, taken):
    own = make_application(
        offering=offering, person=make_person(email=taken.user.email.upper())
    )
    other = make_application(offering=offering)

    done = decisions.decide_many(offering, [own, other], Step.DECLINED, taken)

    assert [each.problem for each in done] == [
        "Nobody decides about their own. Ask a colleague.",
        None,
    ]
    with pytest.raises(ForbiddenError):
        decisions.decide(own, Step.DECLINED, taken)
    assert (own.status, other.status) == (Status.SUBMITTED, Status.DECLINED)
