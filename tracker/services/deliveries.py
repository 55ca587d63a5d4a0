"""How segments were really held, said once for everybody; each word is a fact.

A segment carries what its newest delivery says (docs/decisions/0010).
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from tracker.db import db
from tracker.domain.attendance import on_time_limit
from tracker.domain.names import clean_text, text_problem
from tracker.domain.rescheduling import changed
from tracker.domain.schedule import SegmentPlan
from tracker.errors import ConflictError, InvalidError
from tracker.models import Delivery, Offering, Segment, User
from tracker.services import audit, rescheduling, schedules, segments
from tracker.services.rescheduling import Proposal

FARTHEST = timedelta(hours=12)
LONGEST_REASON = 500
QUEUE_MINUTES = (0, 5, 10)
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Held:
    """When a segment was really held; None: as planned. `reason` is staff's words."""

    starts_at: datetime | None
    ends_at: datetime | None
    reason: str


@dataclass(frozen=True)
class Word:
    """Whose word it is: the id that the client made, the version looked at, when."""

    uid: str
    user: User
    now: datetime
    version: int | None = None


def propose(offering: Offering, number: int, held: Held, word: Word) -> Proposal:
    """Work out what delivered times change, without setting them.

    Raises:
        NotFoundError: no such segment, or a cancelled one.
        InvalidError: the times cannot be. StaleError: the schedule has changed.
    """
    rescheduling.refuse_stale(offering, word.version)
    segments.get_segment(offering, number)
    before = schedules.schedule_of(offering)
    after = delivered(before.by_number[number], held, word.now)
    _refuse(after, held)
    return Proposal(before, changed(before, [after]), ())


def delivered(segment: SegmentPlan, held: Held, now: datetime) -> SegmentPlan:
    """Return a segment as the rules see it with these delivered times.

    They are known since they were first noted, also where they are noted anew.
    """
    is_noted = held.starts_at is not None or held.ends_at is not None
    return replace(
        segment,
        delivered_starts_at=held.starts_at,
        delivered_ends_at=held.ends_at,
        delivery_noted_at=(segment.delivery_noted_at or now) if is_noted else None,
    )


def _refuse(segment: SegmentPlan, held: Held) -> None:
    errors = {}
    plan = segment.plans[-1]
    for name, planned in (("starts_at", plan.starts_at), ("ends_at", plan.ends_at)):
        moment = getattr(segment, name)
        if abs(moment - planned) > FARTHEST:
            errors[name] = "is more than 12 hours from the plan; move the segment"
    if not errors and segment.ends_at <= segment.starts_at:
        errors["ends_at"] = "does not come after the start"
    if problem := _reason_problem(held.reason):
        errors["reason"] = problem
    if errors:
        raise InvalidError("These times cannot be.", errors)


def _reason_problem(reason: str) -> str | None:
    text = clean_text(reason)
    if not text:
        return "is missing: say why in a few words"
    return text_problem(text, LONGEST_REASON)


def deliver(offering: Offering, number: int, held: Held, word: Word) -> bool:
    """Set when a segment was really held, for everybody; say whether that is new.

    Attendance follows when it is read; nothing of it is written or deleted.

    Raises:
        NotFoundError: no such segment, or a cancelled one. InvalidError: the times
            cannot be. StaleError: the schedule has changed since.
    """
    rescheduling.lock(offering)
    if _find(word.uid, offering, number):
        return False
    propose(offering, number, held, word)
    row = _locked_segment(offering, number)
    old = _times(row)
    after = delivered(schedules.plan_of(row), held, word.now)
    row.delivered_starts_at = after.delivered_starts_at
    row.delivered_ends_at = after.delivered_ends_at
    row.delivery_noted_at = after.delivery_noted_at
    _note(offering, row, clean_text(held.reason), word)
    _log(offering, row, "segment.deliver", old, word)
    return True


def wait_for_queue(
    offering: Offering, number: int, minutes: int, word: Word
) -> tuple[datetime, bool]:
    """Let a queue at the door be on time: until now, or 5 or 10 minutes from now.

    Rounded up to the minute. A tap never shortens what was said before; taking
    it back does.

    Returns:
        The moment up to which check-ins are on time, and whether that is new.

    Raises:
        NotFoundError: no such segment, or a cancelled one.
        ConflictError: it does not take check-ins now.
    """
    if minutes not in QUEUE_MINUTES:
        raise InvalidError("Choose now, 5 or 10 minutes.")
    rescheduling.lock(offering)
    row = _locked_segment(offering, number)
    schedule = schedules.schedule_of(offering)
    if not schedule.windows_at(word.now)[number].takes(word.now):
        raise ConflictError(f"Segment {number} does not take check-ins now.")
    plan = schedule.by_number[number]
    limit = on_time_limit(plan, word.now, schedule.policy)
    until = _rounded_up(word.now) + timedelta(minutes=minutes)
    if until <= limit:
        return limit, False
    old = _times(row)
    row.on_time_until = until
    _note(offering, row, "", word)
    _log(offering, row, "segment.on_time", old, word)
    return until, True


def drop_queue(offering: Offering, number: int, word: Word) -> bool:
    """Take "on time until" back; say whether there was one.

    Raises:
        NotFoundError: no such segment, or a cancelled one.
    """
    rescheduling.lock(offering)
    row = _locked_segment(offering, number)
    if row.on_time_until is None:
        return False
    old = _times(row)
    row.on_time_until = None
    _note(offering, row, "", word)
    _log(offering, row, "segment.on_time", old, word)
    return True


def _rounded_up(moment: datetime) -> datetime:
    whole = moment.replace(second=0, microsecond=0)
    return whole if whole == moment else whole + MINUTE


def _locked_segment(offering: Offering, number: int) -> Segment:
    """Return a segment as it is stored now; the offering is locked."""
    row = segments.get_segment(offering, number)
    db.session.refresh(row)
    return row


def _find(uid: str, offering: Offering, number: int) -> Delivery | None:
    """Return what the same form stored before.

    Raises:
        ConflictError: its id was used for another segment.
    """
    found = db.session.scalar(sa.select(Delivery).where(Delivery.public_id == uid))
    if found is None:
        return None
    row = db.session.get_one(Segment, found.segment_id)
    if (row.offering_id, row.number) != (offering.id, number):
        raise ConflictError(
            "This form was used for something else. Load the page anew."
        )
    return found


def _times(row: Segment) -> dict[str, str | None]:
    names = ("delivered_starts_at", "delivered_ends_at", "on_time_until")
    moments = {name: getattr(row, name) for name in names}
    return {
        name: moment.isoformat() if moment else None for name, moment in moments.items()
    }


def _note(offering: Offering, row: Segment, reason: str, word: Word) -> None:
    made = Delivery(
        public_id=word.uid,
        offering_id=offering.id,
        segment_id=row.id,
        starts_at=row.delivered_starts_at,
        ends_at=row.delivered_ends_at,
        on_time_until=row.on_time_until,
        reason=reason,
        user_id=word.user.id,
        made_at=word.now,
    )
    db.session.add(made)


def _log(
    offering: Offering,
    row: Segment,
    action: str,
    old: dict[str, str | None],
    word: Word,
) -> None:
    new = _times(row)
    different = [name for name in new if new[name] != old[name]]
    details = {
        "segment": row.number,
        "delivery": word.uid,
        "old": {name: old[name] for name in different},
        "new": {name: new[name] for name in different},
    }
    audit.record(audit.actor_of(word.user), action, details, offering, now=word.now)
    schedules.raise_schedule_version(offering.id)
