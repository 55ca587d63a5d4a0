"""Signing a day off: once, and each participant is told once how they stand.

The row of the day, unique, is what makes a second sign-off, or one of a colleague at
the same moment, send nothing (the mails are in its transaction).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from tracker.db import db, insert_into
from tracker.domain.attendance import standing
from tracker.domain.day_summaries import DaySummary, summarise
from tracker.domain.names import clean_paragraphs, text_problem
from tracker.domain.schedule import Schedule
from tracker.errors import ConflictError, InvalidError, NotFoundError
from tracker.models import Contest, DaySignOff, Enrollment, Offering, Pass, Scan, User
from tracker.models.enrollment import EnrollmentKind
from tracker.services import (
    attendance,
    audit,
    days,
    messages,
    schedules,
)

LONGEST_NOTES = 2_000


@dataclass(frozen=True)
class Told:
    """One participant, and what the mail says."""

    enrollment: Enrollment
    summary: DaySummary


def sign_off(
    offering: Offering, day: date, notes: str, *, user: User, now: datetime
) -> int | None:
    """Sign a day off and tell every participant; return how many mails that makes.

    Corrections stay possible; they send no further mail. None: it was signed off
    before, and nothing was done.

    Raises:
        NotFoundError: no segment takes place on that day.
        ConflictError: its last segment has not ended yet.
        InvalidError: the notes are too long or cannot be shown.
    """
    notes = _checked(notes)
    schedule = schedules.schedule_of(offering)
    _refuse_day_to_come(schedule, day, now)
    added = db.session.scalar(
        insert_into(DaySignOff)
        .values(
            offering_id=offering.id,
            day=day,
            notes=notes,
            user_id=user.id,
            signed_at=now,
        )
        .on_conflict_do_nothing(index_elements=["offering_id", "day"])
        .returning(DaySignOff.id)
    )
    if added is None:
        return None
    told = list_told(offering, day, now=now)
    for each in told:
        messages.queue_day_signed_off(each.enrollment, day, each.summary, now=now)
    details = {"day": day.isoformat(), "mails": len(told)}
    audit.record(audit.actor_of(user), "day.sign_off", details, offering, now=now)
    return len(told)


def _checked(notes: str) -> str:
    notes = clean_paragraphs(notes)
    problem = None
    if len(notes) > LONGEST_NOTES:
        problem = f"is longer than {LONGEST_NOTES:,} characters"
    for line in notes.split("\n"):
        problem = problem or text_problem(line, LONGEST_NOTES)
    if problem:
        raise InvalidError(f"This {problem}.", {"notes": f"This {problem}."})
    return notes


def _refuse_day_to_come(schedule: Schedule, day: date, now: datetime) -> None:
    segments = days.segments_by_day(schedule).get(day)
    if segments is None:
        raise NotFoundError("No segment takes place on that day.")
    if (ends_at := days.ends_of(segments)) > now:
        time = ends_at.astimezone(schedule.zone)
        raise ConflictError(f"The last segment of this day ends at {time:%H:%M}.")


def list_told(offering: Offering, day: date, *, now: datetime) -> list[Told]:
    """Return who is told how they stand at a day: its required segments, all in.

    Nobody is told of a day on which nothing was required. Six queries.
    """
    schedule = schedules.schedule_of(offering)
    numbers = [
        each.number
        for each in days.segments_by_day(schedule).get(day, [])
        if each.is_required
    ]
    if not numbers:
        return []
    people = db.session.scalars(
        sa.select(Enrollment)
        .where(
            Enrollment.offering_id == offering.id,
            Enrollment.kind == EnrollmentKind.PARTICIPANT,
            Enrollment.withdrawn_at.is_(None),
        )
        .options(joinedload(Enrollment.person), joinedload(Enrollment.offering))
        .order_by(Enrollment.id)
    ).all()
    records = attendance.records_of(each.id for each in people)
    waiting = _waiting(offering, schedule, day, numbers)
    return [
        Told(
            each,
            summarise(
                standing(schedule, records.get(each.id, {}), now),
                numbers,
                waiting.get(each.id, set()),
            ),
        )
        for each in people
    ]


def _waiting(
    offering: Offering, schedule: Schedule, day: date, numbers: Iterable[int]
) -> dict[int, set[int]]:
    """Return the segments of the day that wait for a decision, by enrollment id.

    A held scan that no segment could be told of may belong to any of the day.
    """
    found: dict[int, set[int]] = {}
    contested = sa.select(Contest.enrollment_id, Contest.segment_id).where(
        Contest.offering_id == offering.id, Contest.answered_at.is_(None)
    )
    for enrollment, segment in db.session.execute(contested):
        if segment in schedule.by_id:
            found.setdefault(enrollment, set()).add(schedule.by_id[segment].number)
    held = (
        sa.select(attendance.OWNER, Scan.segment_id, Scan.scanned_at)
        .select_from(Scan)
        .outerjoin(Pass, Pass.id == Scan.spare_pass_id)
        .where(
            Scan.offering_id == offering.id,
            attendance.OWNER.is_not(None),
            attendance.IS_UNDECIDED,
        )
    )
    for owner, scanned_for, at in db.session.execute(held):
        if schedule.local_day(at) == day:
            known = schedule.by_id.get(scanned_for or 0)
            may_be = {known.number} if known else set(numbers)
            found.setdefault(owner, set()).update(may_be)
    return found
