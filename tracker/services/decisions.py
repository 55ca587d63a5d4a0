"""A coordinator decides applications: one, or many at once after a dry run."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID, uuid5

from tracker.domain.admissions import Step, may
from tracker.domain.names import clean_paragraphs, paragraphs_problem
from tracker.domain.seating import Seated
from tracker.errors import ForbiddenError, InvalidError
from tracker.models import Application, Offering, User
from tracker.services import (
    applications,
    findings,
    messages,
    prerequisites,
    seat_offers,
    seats,
)
from tracker.services.applications import Taken

DECISIONS = (Step.ACCEPTED, Step.WAITLISTED, Step.DECLINED, Step.ASKED)
LONGEST_NOTE = 2_000


@dataclass(frozen=True)
class Prospect:
    """What a decision would do to one application; `problem` says why nothing."""

    application: Application
    problem: str | None = None


def decide(application: Application, step: Step, taken: Taken) -> None:
    """Decide an application; the note is for the applicant to read.

    The same form's id again changes nothing.

    Raises:
        InvalidError: a question without words, or a note that is too long or cannot
            be shown.
        ConflictError: it cannot be decided so now, or no seat is left.
        ForbiddenError: nobody decides about their own.
    """
    if taken.user:
        prerequisites.refuse_own(application.person, taken.user)
    taken = replace(taken, note=checked_note(taken.note, step))
    offering = application.offering
    seats.lock_offering(offering)
    applications.lock(application)
    if earlier := applications.find_event(taken.uid):
        applications.require_same(earlier, application, step)
        return
    facts = findings.facts_of(offering, [application])
    _take(application, step, replace(taken, facts=facts[application.id]))


def _take(application: Application, step: Step, taken: Taken) -> None:
    if step is Step.ACCEPTED:
        seat_offers.accept(application, taken)
        return
    applications.take(application, step, taken)
    if step is Step.WAITLISTED:
        messages.queue_waitlisted(application, taken.note, now=taken.now)
    elif step is Step.DECLINED:
        messages.queue_declined(application, taken.note, now=taken.now)
    else:
        messages.queue_asked(application, taken.note, now=taken.now)


def checked_note(text: str, step: Step) -> str:
    """Return a note for the applicant, tidied.

    Raises:
        InvalidError: it is too long or cannot be shown, or a question has no words.
    """
    note = clean_paragraphs(text)
    if step is Step.ASKED and not note:
        raise _bad_note("Say what you want to know.")
    if len(note) > LONGEST_NOTE:
        raise _bad_note(f"This is longer than {LONGEST_NOTE:,} characters.")
    if problem := paragraphs_problem(note):
        raise _bad_note(f"This {problem}.")
    return note


def _bad_note(message: str) -> InvalidError:
    return InvalidError(message, {"note": message})


def foresee(
    offering: Offering,
    rows: Sequence[Application],
    step: Step,
    user: User | None = None,
) -> list[Prospect]:
    """Say what deciding these applications in this order would do; changes nothing.

    `user` is who would decide: nobody does so about their own.
    """
    seated = seats.list_seated(offering)
    prospects = []
    for row in rows:
        problem = _own_problem(row, user) or _problem_of(offering, row, step, seated)
        if problem is None and step is Step.ACCEPTED:
            seated.append(seats.seat_of(row.person))
        prospects.append(Prospect(row, problem))
    return prospects


def _own_problem(row: Application, user: User | None) -> str | None:
    try:
        if user:
            prerequisites.refuse_own(row.person, user)
    except ForbiddenError as error:
        return error.message
    return None


def _problem_of(
    offering: Offering, row: Application, step: Step, seated: list[Seated]
) -> str | None:
    if not may(row.status, step):
        return f"It is {row.status}."
    if step is not Step.ACCEPTED:
        return None
    if offering.cancelled_at is not None:
        return seat_offers.CANCELLED
    left = seats.left_for(row.person, seats.room_among(offering, seated))
    return seat_offers.NO_SEAT if left is not None and left <= 0 else None


def decide_many(
    offering: Offering, rows: Sequence[Application], step: Step, taken: Taken
) -> list[Prospect]:
    """Decide many in one transaction: those that can be, in this order.

    What the same form has decided already is left as it is and told again.

    Raises:
        InvalidError: as `decide` does.
    """
    taken = replace(taken, note=checked_note(taken.note, step))
    seats.lock_offering(offering)
    for row in sorted(rows, key=lambda each: each.id):
        applications.lock(row)
    uids = {row.id: uuid5(UUID(taken.uid), row.public_id).hex for row in rows}
    done = applications.find_taken(uids.values())
    fresh = [row for row in rows if uids[row.id] not in done]
    facts = findings.facts_of(offering, fresh)
    prospects = {
        each.application.id: each for each in foresee(offering, fresh, step, taken.user)
    }
    for key, each in prospects.items():
        if each.problem is None:
            mine = replace(taken, uid=uids[key], facts=facts[key])
            _take(each.application, step, mine)
    return [prospects.get(row.id, Prospect(row)) for row in rows]
