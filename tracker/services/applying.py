"""Applying: an application is begun, kept while it is typed, sent, and changed.

All of it is the applicant's own doing; `services/decisions.py` is the coordinator's.
One live application per person and offering is kept by the database, not by looking
first: two tabs and a double tap end up with the same one.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from tracker.db import db, insert_into
from tracker.domain.admissions import Status, Step, may
from tracker.domain.admissions_window import WindowState
from tracker.domain.application_entry import (
    COLUMNS,
    ApplicationEntry,
    read_entry,
    sealed_part,
)
from tracker.domain.application_questions import ApplicationQuestion, read_questions
from tracker.errors import ConflictError, InvalidError
from tracker.models import Application, Course, Enrollment, Offering, Person
from tracker.services import admissions_windows, applications, messages
from tracker.services.applications import Taken

NOT_OPEN = "Applications for this offering are not open now."
ENROLLED = "You are enrolled in this offering already."
# What an application keeps beside what its form says.
BESIDES = ("team", "tab")
OVER = frozenset({WindowState.CANCELLED, WindowState.PAST})


def questions_of(course: Course) -> tuple[ApplicationQuestion, ...]:
    """Return what a course asks its applicants besides."""
    return read_questions(course.questions)


def entry_of(application: Application) -> ApplicationEntry:
    """Return what an application says."""
    columns = {name: getattr(application, name) for name in COLUMNS}
    return read_entry(application.details, columns)


def entry_for(application: Application) -> ApplicationEntry:
    """Return what its form shows; one that a lead began knows more of its person.

    Only until its person has kept or sent something: then their own words stand.
    """
    entry = entry_of(application)
    if application.lead_id is None or application.email_verified_at is not None:
        return entry
    return _known_of(application.person, application.offering).filled_from(entry)


def begin(person: Person, offering: Offering, *, now: datetime) -> Application:
    """Begin an application, filled in with what is known of the person.

    Who has a live one for this offering gets that.

    Raises:
        ConflictError: the offering takes no applications now, or the person is
            enrolled in it.
    """
    if live := applications.find_live(offering, person):
        return live
    require_open(offering, now=now)
    if is_enrolled(offering, person):
        raise ConflictError(ENROLLED)
    entry = _known_of(person, offering)
    started = start(offering, person, entry, verified_at=now, now=now)
    return started or _live(offering, person)


def require_open(offering: Offering, *, now: datetime) -> None:
    """Refuse where an offering takes no applications.

    Raises:
        ConflictError: it does not.
    """
    if admissions_windows.state_of(offering, now=now) is not WindowState.OPEN:
        raise ConflictError(NOT_OPEN)


def is_enrolled(offering: Offering, person: Person) -> bool:
    """Say whether a person has a seat in an offering, however they came by it."""
    wanted = sa.exists().where(
        Enrollment.offering_id == offering.id,
        Enrollment.person_id == person.id,
        Enrollment.withdrawn_at.is_(None),
    )
    return bool(db.session.scalar(sa.select(wanted)))


def _live(offering: Offering, person: Person) -> Application:
    live = applications.find_live(offering, person)
    if live is None:  # it ended between two statements
        raise ConflictError("Please try again.")
    return live


def _known_of(person: Person, offering: Offering) -> ApplicationEntry:
    """Return what a person has told us, here or when they applied before."""
    names = ("name", "agency", "title", *COLUMNS)
    own = ApplicationEntry(**{name: getattr(person, name) for name in names})
    last = db.session.scalar(
        sa.select(Application)
        .where(
            Application.person_id == person.id, Application.submitted_at.is_not(None)
        )
        .order_by(Application.submitted_at.desc(), Application.id.desc())
        .limit(1)
    )
    known = own.filled_from(entry_of(last)) if last else own
    return known.tidied(questions_of(offering.course))


def start(
    offering: Offering,
    person: Person,
    entry: ApplicationEntry,
    *,
    lead: Application | None = None,
    verified_at: datetime | None = None,
    now: datetime,
) -> Application | None:
    """Make a draft, in one statement; None where the person has a live application."""
    made = insert_into(Application).values(
        offering_id=offering.id,
        person_id=person.id,
        lead_id=lead.id if lead else None,
        status=Status.DRAFT,
        details=sealed_part(entry),
        **{name: getattr(entry, name) for name in COLUMNS},
        started_at=now,
        email_verified_at=verified_at,
    )
    made = made.on_conflict_do_nothing().returning(Application.id)
    application_id = db.session.scalar(made)
    if application_id is None:
        return None
    application = db.session.get_one(Application, application_id)
    applications.add_event(application, Step.STARTED, Taken(now=now))
    return application


def write(
    application: Application, entry: ApplicationEntry, besides: dict[str, Any]
) -> None:
    """Let an application say something else; what it keeps besides stays."""
    kept = {
        name: application.details[name]
        for name in BESIDES
        if name in application.details
    }
    application.details = sealed_part(entry) | kept | besides
    for name in COLUMNS:
        setattr(application, name, getattr(entry, name))


def verify(application: Application, now: datetime) -> None:
    """Note that who writes here has typed a code that was sent to the address."""
    if application.email_verified_at is None:
        application.email_verified_at = now


def send(
    application: Application, entry: ApplicationEntry, *, uid: str, now: datetime
) -> None:
    """Send an application, send it again after a question, or change what it says.

    For the first time only while the offering takes applications; who was asked, or
    waits, may answer and change until it is decided. The same form's id again
    changes nothing.

    Raises:
        InvalidError: what must be mended, by field.
        ConflictError: it cannot be sent or changed now.
    """
    applications.lock(application)
    step = _step_of(application)
    if earlier := applications.find_event(uid):
        applications.require_same(earlier, application, earlier.step)
        return
    _require_time(application, now)
    questions = questions_of(application.offering.course)
    entry = entry.tidied(questions)
    if problems := entry.problems(questions):
        raise InvalidError("Some of this must be mended.", problems)
    applications.take(application, step, Taken(now=now, uid=uid))
    write(application, entry, {"tab": ""})
    verify(application, now)
    _tell_person(application.person, entry)
    if step is Step.SUBMITTED:
        messages.queue_application_received(application, now=now)
    db.session.flush()


def _step_of(application: Application) -> Step:
    is_sent = may(application.status, Step.SUBMITTED)
    return Step.SUBMITTED if is_sent else Step.CHANGED


def may_change(application: Application, *, now: datetime) -> bool:
    """Say whether what an application says may be sent or changed now."""
    if not may(application.status, _step_of(application)):
        return False
    state = admissions_windows.state_of(application.offering, now=now)
    is_draft = application.status is Status.DRAFT
    return state is WindowState.OPEN if is_draft else state not in OVER


def _require_time(application: Application, now: datetime) -> None:
    if application.status is Status.DRAFT:
        require_open(application.offering, now=now)
    elif not may_change(application, now=now):
        raise ConflictError("This application cannot be changed any more.")


PERSONAL = ("agency", "title", *COLUMNS)


def _tell_person(person: Person, entry: ApplicationEntry) -> None:
    """Let the person's row say what they say now.

    The name only where it was never on a roster: from then on another name needs
    a coordinator's approval (docs/decisions/0021).
    """
    for name in PERSONAL:
        setattr(person, name, getattr(entry, name))
    was_enrolled = sa.exists().where(Enrollment.person_id == person.id)
    if not db.session.scalar(sa.select(was_enrolled)):
        person.name = entry.name
