"""Applying: begun once, kept while it is typed, sent while it may be, changed."""

import threading
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa

from tests.domain.test_application_entry import WHOLE
from tests.factories import (
    LONG_AGO,
    NINE_AM,
    make_application,
    make_course,
    make_enrollment,
    make_offering,
    make_person,
)
from tracker.db import db
from tracker.domain.admissions import Status, Step
from tracker.domain.application_entry import ApplicationEntry
from tracker.errors import ConflictError, InvalidError
from tracker.models import Application, Offering, OutboxMessage, Person
from tracker.services import application_drafts, applying
from tracker.services.application_drafts import Draft

QUESTIONS = [{"key": "unit", "label": "Which unit?", "kind": "text", "required": True}]
ENTRY = replace(WHOLE, answers={"unit": "Sample unit"})
DAY = timedelta(days=1)
BEFORE = NINE_AM - 30 * DAY


def open_offering(**fields):
    fields.setdefault("course", make_course(questions=QUESTIONS))
    return make_offering(applications_open_at=LONG_AGO, **fields)


@pytest.fixture
def offering(app):
    return open_offering()


@pytest.fixture
def person(app):
    return make_person(name="", agency="")


@pytest.fixture
def draft(offering, person):
    return applying.begin(person, offering, now=BEFORE)


def mails(session):
    return [each.kind for each in session.scalars(sa.select(OutboxMessage))]


def steps(application):
    return [each.step for each in application.events]


def test_an_application_begins_as_an_empty_draft_of_a_verified_address(draft):
    assert (draft.status, draft.email_verified_at) == (Status.DRAFT, BEFORE)
    assert applying.entry_of(draft) == ApplicationEntry()
    assert steps(draft) == [Step.STARTED]


def test_begun_again_it_is_the_same_one(offering, person, draft):
    assert applying.begin(person, offering, now=BEFORE + DAY) == draft


def test_two_taps_at_once_begin_one(mailer):
    with mailer.app_context():
        offering_id, person_id = open_offering().id, make_person().id
        db.session.commit()

    def tap() -> None:
        with mailer.app_context():
            offering = db.session.get_one(Offering, offering_id)
            person = db.session.get_one(Person, person_id)
            begun.append(applying.begin(person, offering, now=BEFORE).id)
            db.session.commit()

    begun: list[int] = []
    taps = [threading.Thread(target=tap) for _ in range(4)]
    for each in taps:
        each.start()
    for each in taps:
        each.join()

    assert (len(begun), len(set(begun))) == (4, 1)


def test_who_comes_back_finds_what_they_said_last(session, offering, draft, person):
    applying.send(draft, ENTRY, uid=uuid4().hex, now=BEFORE)
    other = open_offering(course=offering.course)

    again = applying.begin(person, other, now=BEFORE + DAY)

    assert applying.entry_of(again) == ENTRY


@pytest.mark.parametrize(
    "fields",
    [
        {"applications_open_at": None},
        {"applications_close_at": BEFORE},
        {"applications_closed_at": BEFORE},
        {"cancelled_at": BEFORE},
        {"published_at": None},
    ],
)
def test_nobody_begins_or_sends_where_no_applications_are_taken(
    offering, draft, fields
):
    for name, value in fields.items():
        setattr(offering, name, value)

    with pytest.raises(ConflictError, match="not open"):
        applying.begin(make_person(), offering, now=BEFORE)
    with pytest.raises(ConflictError, match="not open"):
        applying.send(draft, ENTRY, uid=uuid4().hex, now=BEFORE)
    application_drafts.keep_draft(draft, ENTRY, now=BEFORE)
    assert applying.entry_of(draft) == ENTRY


def test_who_is_enrolled_does_not_apply(offering):
    person = make_enrollment(offering=offering).person

    with pytest.raises(ConflictError, match="enrolled"):
        applying.begin(person, offering, now=BEFORE)


def test_a_draft_may_leave_out_anything_and_is_kept(draft):
    typed = ApplicationEntry(name=" Ada  Sample ", state="Nebraska")

    version = application_drafts.keep_draft(draft, typed, now=BEFORE)

    assert applying.entry_of(draft) == ApplicationEntry(name="Ada Sample", state="NE")
    assert version == application_drafts.version_of(draft)


def test_what_cannot_be_kept_is_refused_whole(draft):
    with pytest.raises(InvalidError) as caught:
        application_drafts.keep_draft(draft, replace(ENTRY, name="A\0"), now=BEFORE)

    assert caught.value.errors.keys() == {"name"}
    assert applying.entry_of(draft) == ApplicationEntry()


def test_a_page_does_not_write_over_what_came_from_another_one(draft):
    seen = application_drafts.version_of(draft)
    application_drafts.keep_draft(draft, ENTRY, Draft("one", seen), now=BEFORE)

    with pytest.raises(ConflictError, match="another window"):
        application_drafts.keep_draft(draft, WHOLE, Draft("two", seen), now=BEFORE)
    changed = replace(ENTRY, title="Prosecutor")
    application_drafts.keep_draft(draft, changed, Draft("one", seen), now=BEFORE)
    assert applying.entry_of(draft) == changed


def test_sending_submits_tells_by_mail_and_lets_the_person_say_it(
    session, draft, person
):
    applying.send(draft, ENTRY, uid=uuid4().hex, now=BEFORE)

    assert (draft.status, draft.submitted_at) == (Status.SUBMITTED, BEFORE)
    assert steps(draft) == [Step.STARTED, Step.SUBMITTED]
    assert mails(session) == ["application_received"]
    assert (person.name, person.agency, person.state) == (
        "Ada Sample",
        "Sample Agency",
        "NE",
    )


def test_a_double_tap_sends_once(session, draft):
    uid = uuid4().hex

    for _ in range(2):
        applying.send(draft, ENTRY, uid=uid, now=BEFORE)

    assert (steps(draft)[1:], mails(session)) == (
        [Step.SUBMITTED],
        ["application_received"],
    )


def test_what_is_incomplete_is_not_sent(session, draft):
    with pytest.raises(InvalidError) as caught:
        applying.send(
            draft, replace(ENTRY, agency="", answers={}), uid=uuid4().hex, now=BEFORE
        )

    assert caught.value.errors.keys() == {"agency", "answer-unit"}
    assert (draft.status, mails(session)) == (Status.DRAFT, [])


def test_a_draft_that_comes_late_does_not_change_what_was_sent(draft):
    applying.send(draft, ENTRY, uid=uuid4().hex, now=BEFORE)

    with pytest.raises(ConflictError, match="sent already"):
        application_drafts.keep_draft(draft, WHOLE, now=BEFORE)
    assert applying.entry_of(draft) == ENTRY


@pytest.mark.parametrize(
    ("status", "step", "then"),
    [
        (Status.SUBMITTED, Step.CHANGED, Status.SUBMITTED),
        (Status.WAITLISTED, Step.CHANGED, Status.WAITLISTED),
        (Status.ASKED, Step.SUBMITTED, Status.SUBMITTED),
    ],
)
def test_until_it_is_decided_it_may_be_changed_also_after_the_window(
    offering, status, step, then
):
    application = make_application(offering=offering, status=status)
    offering.applications_closed_at = BEFORE

    applying.send(application, ENTRY, uid=uuid4().hex, now=BEFORE)

    assert (steps(application), application.status) == ([step], then)
    assert application.submitted_at == LONG_AGO
    assert applying.entry_of(application) == ENTRY


@pytest.mark.parametrize(
    "status", [Status.ACCEPTED, Status.ENROLLED, Status.DECLINED, Status.WITHDRAWN]
)
def test_what_is_decided_or_over_cannot_be_changed(offering, status):
    application = make_application(offering=offering, status=status)

    with pytest.raises(ConflictError):
        applying.send(application, ENTRY, uid=uuid4().hex, now=BEFORE)


def test_a_name_that_was_on_a_roster_is_not_changed_by_applying(offering):
    person = make_enrollment(name="Ada Sample").person
    draft = applying.begin(person, offering, now=BEFORE)

    applying.send(draft, replace(ENTRY, name="Eve Other"), uid=uuid4().hex, now=BEFORE)

    assert (person.name, person.title) == ("Ada Sample", "Investigator")
    assert draft.details["name"] == "Eve Other"


def test_after_it_ended_another_may_be_begun(session, offering, person, draft):
    draft.status, draft.ended_at = Status.WITHDRAWN, BEFORE
    session.flush()

    again = applying.begin(person, offering, now=BEFORE)

    assert again != draft
    assert session.scalar(sa.select(sa.func.count(Application.id))) == 2
