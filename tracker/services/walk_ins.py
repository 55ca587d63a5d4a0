"""Adding one person by hand: beforehand, or at the door, where they walked in.

A walk-in's seat is provisional: their prerequisite has to be on record before their
certificate (product.md, "Applying"). Those on the waitlist come first.
"""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from tracker.domain.admissions import Status, Step, may
from tracker.domain.printed_names import is_spelling
from tracker.errors import InvalidError
from tracker.models import Enrollment, Offering, User
from tracker.models.enrollment import EnrollmentKind
from tracker.services import (
    applications,
    audit,
    enrollments,
    messages,
    people,
    seats,
    waitlists,
)
from tracker.services.applications import Taken
from tracker.services.changes import Change

WAITLIST_FIRST = "People wait for a seat. Say that none of them is here."
OTHER_NAME = (
    "This address is on record under another name. Write that name, which its person "
    "can have changed later, or another address."
)


@dataclass(frozen=True)
class Guest:
    """Somebody to be added, as they say it at the desk."""

    name: str
    email: str
    agency: str = ""
    discipline: str = ""
    kind: EnrollmentKind = EnrollmentKind.PARTICIPANT


def add(
    offering: Offering,
    guest: Guest,
    *,
    is_waitlist_asked: bool = False,
    user: User,
    now: datetime,
) -> tuple[Enrollment, Change]:
    """Enroll somebody by hand, with a pass; again changes nothing.

    From the first day on a participant is a walk-in. Whoever had applied has that
    application settled. Observers and guests take no seat, and ask no waitlist. Who
    is known keeps the name they have: a slip in an address renames nobody.

    Raises:
        InvalidError: a field must be mended, nobody has asked the waitlist, or the
            address is somebody else's.
        ConflictError: no seat is left.
    """
    seats.lock_offering(offering)
    if not is_waitlist_asked and _takes_from_waitlist(offering, guest):
        raise InvalidError(WAITLIST_FIRST, {"is_waitlist_asked": WAITLIST_FIRST})
    enrollment, change = enrollments.enroll(
        offering,
        name=_name_of(guest),
        email=guest.email,
        agency=guest.agency,
        discipline=guest.discipline,
        kind=guest.kind,
        now=now,
    )
    if change is Change.CREATED:
        _settle(enrollment, Taken(now=now, user=user))
        messages.queue_pass_ready(enrollment, now=now)
    return enrollment, change


def _name_of(guest: Guest) -> str:
    """Return the name on record, of which the one that was typed is a spelling."""
    known = people.find_person_by_email(guest.email)
    if known is None or not known.name:
        return guest.name
    if not is_spelling(guest.name, [known.name]):
        raise InvalidError(OTHER_NAME, {"email": OTHER_NAME})
    return known.name


def has_begun(offering: Offering, *, now: datetime) -> bool:
    """Say whether the first day has come, where the offering is held."""
    return now.astimezone(ZoneInfo(offering.timezone)).date() >= offering.starts_on


def _takes_from_waitlist(offering: Offering, guest: Guest) -> bool:
    """Say whether somebody on the waitlist would be passed over."""
    if guest.kind is not EnrollmentKind.PARTICIPANT:
        return False
    waiting = waitlists.list_waiting(offering)
    own = guest.email.strip().casefold()
    return any(each.person.email.casefold() != own for each in waiting)


def _settle(enrollment: Enrollment, taken: Taken) -> None:
    """Note who walked in, and end what they had applied for: they are enrolled."""
    user, offering = taken.user, enrollment.offering
    is_participant = enrollment.kind is EnrollmentKind.PARTICIPANT
    if is_participant and has_begun(offering, now=taken.now):
        enrollment.walked_in_at = taken.now
    if application := applications.find_live(offering, enrollment.person):
        applications.lock(application)
        for step in _steps_to_a_seat(application.status):
            applications.take(application, step, Taken(now=taken.now, user=user))
        if application.status is Status.ENROLLED:
            application.enrollment = enrollment
    if user:
        details = {"enrollment": enrollment.public_id, "kind": enrollment.kind.value}
        audit.record(
            audit.actor_of(user), "enrollment.add", details, offering, now=taken.now
        )


def _steps_to_a_seat(status: Status) -> tuple[Step, ...]:
    """Return what leads from where an application stands to a seat.

    A draft was never sent: it is withdrawn, so that nobody decides it any more.
    """
    if may(status, Step.ACCEPTED):
        return Step.ACCEPTED, Step.CONFIRMED
    if may(status, Step.CONFIRMED):
        return (Step.CONFIRMED,)
    return (Step.WITHDRAWN,) if status is Status.DRAFT else ()
