"""Finding a person by name at the door, and checking them in by hand."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from tracker.db import db
from tracker.domain import scans
from tracker.domain.attendance import NOTHING, CorrectionKind, Record, is_after_limit
from tracker.domain.names import fold_name
from tracker.domain.scans import Outcome, Reason
from tracker.domain.schedule import Schedule, SegmentPlan
from tracker.domain.undoing import is_in_time
from tracker.errors import ConflictError, InvalidError, NotFoundError
from tracker.models import Enrollment, Offering, Person, Segment, User
from tracker.services import (
    attendance,
    audit,
    corrections,
    limits,
    schedules,
    stakes,
    voids,
)
from tracker.services.acts import Act

FEWEST_LETTERS = 3
LONGEST_TEXT = 100
MOST_FOUND = 10
# A queue of people without badges is served; the roster is not read off like this.
SEARCHES_AT_ONCE = 30
SECONDS_PER_SEARCH = 3
BETWEEN_WORDS = re.compile(r"[\s\-.,]+")


class Found(NamedTuple):
    """Somebody whose name fits; `enrollment` is the public id."""

    enrollment: str
    name: str
    agency: str


def spend_search(user: User, *, now: datetime) -> None:
    """Take one search from a user's limit; commit it before the search itself.

    Raises:
        TooManyRequestsError: thirty at once, then one every three seconds.
    """
    key = ("door search", user.public_id)
    limits.spend(key, SECONDS_PER_SEARCH, SEARCHES_AT_ONCE, now=now)


def search(
    offering: Offering, text: str, *, user: User, now: datetime
) -> tuple[list[Found], bool]:
    """Find who is enrolled by the beginnings of their names' words, in any order.

    Returns at most ten people, by name, and whether there are more. The search is
    logged with counts only: neither what was typed nor who was found. In memory,
    because names are sealed: one query.

    Raises:
        InvalidError: fewer than three letters, or more than 100.
    """
    wanted = _words(text) if len(text) <= LONGEST_TEXT else []
    letters = sum(map(len, wanted))
    if letters < FEWEST_LETTERS:
        message = f"Type {FEWEST_LETTERS} to {LONGEST_TEXT} letters of the name."
        raise InvalidError(message, {"/text": message})
    fitting = [found for found, words in _everybody(offering) if _fits(wanted, words)]
    fitting.sort(key=lambda each: (each.name.casefold(), each.enrollment))
    details = {"letters": letters, "found": len(fitting)}
    audit.record(audit.actor_of(user), "door.search", details, offering, now=now)
    return fitting[:MOST_FOUND], len(fitting) > MOST_FOUND


def _words(text: str) -> list[str]:
    """Return the words of a name as they are compared: without case and accents."""
    folded = (fold_name(word) for word in BETWEEN_WORDS.split(text))
    letters = ("".join(filter(str.isalnum, word)) for word in folded)
    return [word for word in letters if word]


def _everybody(offering: Offering) -> Iterable[tuple[Found, list[str]]]:
    """Give who is enrolled now, each with the words of the name and the badge name."""
    rows = db.session.execute(
        sa.select(
            Enrollment.public_id, Person.name, Person.agency, Enrollment.badge_name
        )
        .join(Person, Person.id == Enrollment.person_id)
        .where(Enrollment.offering_id == offering.id, Enrollment.withdrawn_at.is_(None))
    )
    for public_id, name, agency, badge_name in rows:
        yield Found(public_id, name, agency), _words(f"{name} {badge_name}")


def _fits(wanted: Iterable[str], words: list[str]) -> bool:
    return all(any(word.startswith(part) for word in words) for part in wanted)


@dataclass(frozen=True)
class HandResult:
    """What a check-in by hand at the door came to, as a scan would be answered."""

    outcome: Outcome
    reason: Reason | None
    is_late: bool
    first_in: datetime | None
    attended: int
    required: int


def check_in(enrollment: Enrollment, segment: Segment, *, act: Act) -> HandResult:
    """Check somebody in now, by hand, unless they are in already.

    Refused, and nothing stored, outside the segment's window. The same act again
    gets the same answer.

    Raises:
        ConflictError: the seat was given back.
        ForbiddenError: nobody checks themselves in.
        InvalidError: the reason is missing.
    """
    if enrollment.withdrawn_at is not None:
        raise ConflictError("This person has given the seat back.")
    schedule = schedules.schedule_of(enrollment.offering)
    judged = scans.judge(schedule, act.now, number=segment.number)
    if judged.reason is not None or judged.segment is None:
        reason = judged.reason or Reason.CLOSED
        return _result(enrollment, schedule, scans.outcome_of(reason), act, reason)
    corrections.lock_enrollment(enrollment)
    plan = judged.segment
    if not _is_in(_record(enrollment, plan)):
        corrections.check_in_by_hand(enrollment, segment, at=act.now, act=act)
    record = _record(enrollment, plan)
    is_ours = record.first_source == f"correction:{act.uid}"
    outcome = Outcome.ACCEPTED if is_ours else Outcome.DUPLICATE
    return _result(enrollment, schedule, outcome, act, plan=plan, record=record)


def undo_check_in(offering: Offering, uid: str, *, act: Act) -> None:
    """Take one's own check-in at the door back, within a minute; twice is as once.

    Raises:
        NotFoundError: this user made no such check-in in this offering.
        ConflictError: the minute is over, or a certificate rests on it.
    """
    row = corrections.find_correction(uid)
    if row is None or (row.offering_id, row.user_id) != (offering.id, act.user.id):
        raise NotFoundError
    if row.kind is not CorrectionKind.CHECK_IN:
        raise NotFoundError
    enrollment = db.session.get_one(Enrollment, row.enrollment_id)
    late = not is_in_time(row.made_at, act.now)
    if late or stakes.at_stake_by_removal(enrollment, row):
        raise ConflictError("This check-in stands by now. Tell the coordinator.")
    voids.void_correction(row, act=act)


def _record(enrollment: Enrollment, segment: SegmentPlan) -> Record:
    records = attendance.records_of([enrollment.id]).get(enrollment.id, {})
    return records.get(segment.id, NOTHING)


def _is_in(record: Record) -> bool:
    """Say whether somebody came in and has not left since."""
    if record.last_in is None:
        return False
    return record.last_out is None or record.last_out <= record.last_in


def _result(  # noqa: PLR0913 - what an answer says
    enrollment: Enrollment,
    schedule: Schedule,
    outcome: Outcome,
    act: Act,
    reason: Reason | None = None,
    *,
    plan: SegmentPlan | None = None,
    record: Record = NOTHING,
) -> HandResult:
    standing = attendance.standing_of(enrollment, now=act.now, schedule=schedule)
    return HandResult(
        outcome=outcome,
        reason=reason,
        is_late=plan is not None and is_after_limit(plan, record, schedule.policy),
        first_in=record.first_in,
        attended=standing.attended_count,
        required=standing.required_count,
    )
