"""What a change of the schedule does to everybody, worked out before it is made.

The same rules judge before and after, so what is said beforehand is what follows.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Generic, TypeVar

from tracker.domain.attendance import (
    NOTHING,
    Record,
    Standing,
    Status,
    left_early,
    standing,
)
from tracker.domain.schedule import Plan, Schedule, SegmentPlan

Person = TypeVar("Person")
LEFT_EARLY = "left_early"
NOT_HELD = "not_held"


@dataclass(frozen=True)
class Stand:
    """How somebody stands at one segment: a mark's word, and the credit minutes.

    The word is the status, `left_early` for that kind of partial, or `not_held`
    where the segment is cancelled or does not exist.
    """

    word: str
    minutes: int


@dataclass(frozen=True)
class Effect(Generic[Person]):
    """One person at one segment, before and after a change."""

    person: Person
    number: int
    before: Stand
    after: Stand


def replanned(segment: SegmentPlan, plan: Plan) -> SegmentPlan:
    """Return a segment with a plan in force from `plan.valid_from` on.

    The earlier ones stay: a check-in made before is judged by them (trust.md, I6).
    What was noted of how it was held falls where that was at another time altogether.
    """
    last = segment.plans[-1]
    same = replace(plan, valid_from=last.valid_from)
    if last == same:
        return segment
    is_later = last.valid_from < plan.valid_from
    plans = (*segment.plans, plan) if is_later else (*segment.plans[:-1], same)
    if overlap(segment.starts_at, segment.ends_at, plan.starts_at, plan.ends_at):
        return replace(segment, plans=plans)
    return replace(
        segment,
        plans=plans,
        delivered_starts_at=None,
        delivered_ends_at=None,
        delivery_noted_at=None,
        on_time_until=None,
    )


def overlap(
    starts_at: datetime, ends_at: datetime, other_start: datetime, other_end: datetime
) -> bool:
    """Say whether two spans have a moment in common."""
    return other_start < ends_at and starts_at < other_end


def changed(schedule: Schedule, segments: Iterable[SegmentPlan]) -> Schedule:
    """Return a schedule in which these segments stand for those of their number."""
    new = {segment.number: segment for segment in segments}
    kept = schedule.by_number
    return replace(
        schedule,
        segments=tuple((kept | new)[number] for number in sorted(kept | new)),
    )


def effects(
    before: Schedule,
    after: Schedule,
    people: Mapping[Person, Mapping[int, Record]],
    now: datetime,
) -> Iterator[Effect[Person]]:
    """Give whose status or minutes differ, by segment, in the order of `people`.

    `people` are their records by segment id.
    """
    numbers = sorted(before.by_number | after.by_number)
    for person, records in people.items():
        old, new = (standing(each, records, now) for each in (before, after))
        for number in numbers:
            stands = (
                _stand(before, old, records, number, now),
                _stand(after, new, records, number, now),
            )
            if stands[0] != stands[1]:
                yield Effect(person, number, *stands)


def _stand(
    schedule: Schedule,
    stands: Standing,
    records: Mapping[int, Record],
    number: int,
    now: datetime,
) -> Stand:
    if number not in stands.statuses:
        return Stand(NOT_HELD, 0)
    segment, status = schedule.by_number[number], stands.statuses[number]
    record = records.get(segment.id, NOTHING)
    has_left = status is Status.PARTIAL and left_early(
        segment, record, schedule.policy, now
    )
    return Stand(LEFT_EARLY if has_left else status.value, stands.minutes[number])
