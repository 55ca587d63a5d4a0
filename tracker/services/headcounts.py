"""Headcounts: entered by staff, held against the check-ins, explained."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from tracker.db import db, insert_into
from tracker.domain.attendance import Record
from tracker.domain.headcounts import LARGEST, Comparison, count_in
from tracker.domain.names import clean_text, text_problem
from tracker.domain.schedule import Schedule
from tracker.errors import ConflictError, InvalidError, NotFoundError
from tracker.models import Attendance, Headcount, Offering, Segment, User
from tracker.services import attendance, audit, schedules

LONGEST_EXPLANATION = 500


@dataclass(frozen=True)
class Compared:
    """A segment's headcount that holds, beside who was in at that moment.

    `by` is who counted, `explained_by` who explained the difference; names only.
    """

    public_id: str
    counted_at: datetime
    by: str
    explained_by: str
    comparison: Comparison


def add_headcount(
    segment: Segment,
    counted: int,
    *,
    counted_at: datetime,
    uid: str,
    user: User,
    now: datetime,
) -> Headcount:
    """Note how many people were in a segment's room at a moment; the newest holds.

    `uid` is made by the form: sent twice, it is noted once.

    Raises:
        InvalidError: no number of people, or a moment at which nobody could be in.
        ConflictError: the form was used for something else.
    """
    offering = segment.offering
    _refuse_unfit(offering, segment, counted, counted_at, now)
    added = db.session.scalar(
        insert_into(Headcount)
        .values(
            public_id=uid,
            offering_id=offering.id,
            segment_id=segment.id,
            counted=counted,
            counted_at=counted_at,
            user_id=user.id,
        )
        .on_conflict_do_nothing(index_elements=["public_id"])
        .returning(Headcount.id)
    )
    row = db.session.scalars(sa.select(Headcount).filter_by(public_id=uid)).one()
    if (row.segment_id, row.counted, row.user_id) != (segment.id, counted, user.id):
        raise ConflictError(
            "This form was used for something else. Load the page anew."
        )
    if added is not None:
        details = {"segment": segment.number, "counted": counted}
        actor = audit.actor_of(user)
        audit.record(actor, "headcount.add", details, offering, now=now)
        schedules.raise_version(offering.id)
    return row


def _refuse_unfit(
    offering: Offering,
    segment: Segment,
    counted: int,
    counted_at: datetime,
    now: datetime,
) -> None:
    if not 0 <= counted <= LARGEST:
        message = f"Write a number from 0 to {LARGEST:,}."
        raise InvalidError(message, {"counted": message})
    schedule = schedules.schedule_of(offering)
    plan = schedule.by_number[segment.number]
    window = schedule.windows_at(now).get(segment.number)
    opens_at = window.opens_at if window else plan.starts_at
    if not min(opens_at, plan.starts_at) <= counted_at <= min(plan.ends_at, now):
        message = "Count between the opening of check-in and the segment's end."
        raise InvalidError(message, {"at": message})


def explain(
    segment: Segment,
    public_id: str,
    words: str,
    *,
    user: User,
    now: datetime,
) -> None:
    """Say why a headcount differs from the check-ins; again replaces the words.

    Raises:
        NotFoundError: this segment has no such headcount.
        InvalidError: no words, too many, or some that cannot be shown.
    """
    row = db.session.scalar(
        sa.select(Headcount).where(
            Headcount.segment_id == segment.id, Headcount.public_id == public_id
        )
    )
    if row is None:
        raise NotFoundError
    text = clean_text(words)
    problem = text_problem(text, LONGEST_EXPLANATION) if text else "is missing"
    if problem:
        message = f"The explanation {problem}."
        raise InvalidError(message, {"explanation": message})
    records = _records_at([segment.id]).get(segment.id, ())
    difference = row.counted - count_in(records, row.counted_at)
    if (row.explanation, row.explained_difference) == (text, difference):
        return
    row.explanation, row.explained_difference = text, difference
    row.explained_by, row.explained_at = user.id, now
    details = {"segment": segment.number, "headcount": row.public_id}
    actor = audit.actor_of(user)
    audit.record(actor, "headcount.explain", details, segment.offering, now=now)
    schedules.raise_version(segment.offering_id)


def compare(segment_ids: Iterable[int]) -> dict[int, Compared]:
    """Compare the headcount that holds at each segment, by segment id: two queries.

    A segment without one is left out.
    """
    ids = list(segment_ids)
    counted_by, explained_by = aliased(User), aliased(User)
    newest = (
        sa.select(sa.func.max(Headcount.id))
        .where(Headcount.segment_id.in_(ids))
        .group_by(Headcount.segment_id)
    )
    rows = db.session.execute(
        sa.select(Headcount, counted_by.name, explained_by.name)
        .outerjoin(counted_by, counted_by.id == Headcount.user_id)
        .outerjoin(explained_by, explained_by.id == Headcount.explained_by)
        .where(Headcount.id.in_(newest))
    ).all()
    records = _records_at([row.segment_id for row, _, _ in rows])
    return {
        row.segment_id: Compared(
            public_id=row.public_id,
            counted_at=row.counted_at,
            by=by or "",
            explained_by=explainer or "",
            comparison=Comparison(
                row.counted,
                count_in(records.get(row.segment_id, ()), row.counted_at),
                row.explanation,
                row.explained_difference,
            ),
        )
        for row, by, explainer in rows
    }


def _records_at(segment_ids: list[int]) -> Mapping[int, list[Record]]:
    found: dict[int, list[Record]] = {}
    if segment_ids:
        rows = sa.select(Attendance).where(Attendance.segment_id.in_(segment_ids))
        for row in db.session.scalars(rows):
            found.setdefault(row.segment_id, []).append(attendance.record_of(row))
    return found


def list_unsettled(schedule: Schedule) -> tuple[int, ...]:
    """Return the required segments whose headcount is missing or not settled.

    What certificates wait for where the policy says so. Two queries.
    """
    compared = compare(each.id for each in schedule.required)
    return tuple(
        each.number
        for each in schedule.required
        if each.id not in compared or not compared[each.id].comparison.is_settled
    )
