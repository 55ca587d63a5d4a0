"""What a make-up rests on, checked: its evidence, its deadline.

A make-up belongs to the very segment missed and cites its evidence (product.md,
"Attending"). A check-in at another offering can be named; then it is looked up.
"""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from tracker.db import db
from tracker.domain import make_ups
from tracker.domain.names import clean_text, text_problem
from tracker.errors import InvalidError
from tracker.models import (
    Attendance,
    Enrollment,
    Membership,
    Offering,
    Segment,
    User,
)
from tracker.models.attendance import Evidence
from tracker.models.staff import Role
from tracker.services import schedules

LONGEST_WORDS = 500
SEEING = (Role.COORDINATOR, Role.INSTRUCTOR)


@dataclass(frozen=True)
class Proof:
    """The evidence of a make-up: its kind, and words that let others find it.

    `offering` (a code) and `segment` (a number) name a check-in elsewhere; both or
    neither.
    """

    kind: Evidence
    words: str
    offering: str = ""
    segment: int | None = None


@dataclass(frozen=True)
class Span:
    """Whether a segment can be made up now, and until which day."""

    has_ended: bool
    last_day: date
    is_over: bool


def span_of(segment: Segment, *, now: datetime) -> Span:
    """Say from when on and until when a segment can be made up."""
    schedule = schedules.schedule_of(segment.offering)
    plan = schedule.by_id[segment.id]
    last_day = make_ups.last_day(schedule, plan)
    return Span(plan.ends_at <= now, last_day, schedule.local_day(now) > last_day)


def check(
    proof: Proof | None,
    enrollment: Enrollment,
    segment: Segment,
    *,
    user: User,
    now: datetime,
) -> str:
    """Return the evidence in words, as it is kept: the check-in named, if one is.

    Raises:
        InvalidError: the segment is not over, the deadline is, there are no words,
            or no such check-in is there to be seen by this member of staff.
    """
    span = span_of(segment, now=now)
    if not span.has_ended:
        raise _refusal(
            "kind", "Only a segment that is over can have been missed and made up."
        )
    if span.is_over:
        until = f"{span.last_day.day} {span.last_day:%B %Y}"
        raise _refusal("kind", f"This segment could be made up until {until}.")
    if proof is None:
        raise _refusal("words", "Say what the make-up rests on.")
    words = _words(proof)
    if not proof.offering and proof.segment is None:
        return words
    return f"{_cite(proof, enrollment, user)} {words}"


def _refusal(field: str, message: str) -> InvalidError:
    return InvalidError(message, {field: message})


def _words(proof: Proof) -> str:
    words = clean_text(proof.words)
    if not words:
        raise _refusal("words", "Say what the make-up rests on.")
    if problem := text_problem(words, LONGEST_WORDS):
        raise _refusal("words", f"This {problem}.")
    return words


def _cite(proof: Proof, enrollment: Enrollment, user: User) -> str:
    """Find the check-in that a proof names and say when it was.

    What this member of staff may not see is answered like what does not exist.
    """
    if proof.kind is not Evidence.OTHER_OFFERING:
        raise _refusal(
            "offering", "Name an offering only where its scan is the evidence."
        )
    if not proof.offering or proof.segment is None:
        raise _refusal(
            "offering", "Name both the offering and the segment, or neither."
        )
    if proof.offering == enrollment.offering.code:
        raise _refusal("offering", "This is the very offering; name the other one.")
    found = db.session.execute(_check_in(proof, enrollment, user)).first()
    if found is None:
        raise _refusal("offering", "You can see no check-in of this person there.")
    first_in, timezone = found
    assert first_in is not None  # noqa: S101 - the query asks for it
    local = first_in.astimezone(ZoneInfo(timezone))
    when = f"{local.day} {local:%b %Y, %H:%M}"
    return f"{proof.offering}, segment {proof.segment}, in at {when}."


def _check_in(
    proof: Proof, enrollment: Enrollment, user: User
) -> sa.Select[datetime | None, str]:
    wanted = (
        sa.select(Attendance.first_in, Offering.timezone)
        .join(Enrollment, Enrollment.id == Attendance.enrollment_id)
        .join(Segment, Segment.id == Attendance.segment_id)
        .join(Offering, Offering.id == Segment.offering_id)
        .where(
            Enrollment.person_id == enrollment.person_id,
            Offering.code == proof.offering,
            Segment.number == proof.segment,
            Attendance.first_in.is_not(None),
        )
    )
    if user.is_admin:
        return wanted
    return wanted.where(
        sa.exists().where(
            Membership.user_id == user.id,
            Membership.offering_id == Offering.id,
            Membership.role.in_(SEEING),
        )
    )
