"""Whose attendance a change of the schedule changes: for the page that asks."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

import sqlalchemy as sa

from tracker.db import db
from tracker.domain import rescheduling
from tracker.domain.attendance import standing
from tracker.domain.rescheduling import Effect
from tracker.domain.scans import Direction, Outcome, Reason
from tracker.domain.schedule import Schedule, SegmentPlan
from tracker.models import Attendance, Certificate, Enrollment, Offering, Person, Scan
from tracker.services import attendance
from tracker.services.attendance import BoardRow


@dataclass(frozen=True)
class Group:
    """People whose mark changes alike at one segment; `minutes` where only these do."""

    number: int
    title: str
    before: str
    after: str
    minutes: tuple[int, int] | None
    names: tuple[str, ...]


@dataclass(frozen=True)
class Effects:
    """Everything that a change does, for the people who are enrolled now.

    `completed` and `lost` are who is complete only after it, and only before it;
    `certificate_count` counts the valid certificates of those who are changed.
    """

    groups: tuple[Group, ...]
    people_count: int
    completed: tuple[str, ...]
    lost: tuple[str, ...]
    certificate_count: int


@dataclass(frozen=True)
class LateArrival:
    """Somebody whose check-in was refused as closed while the segment still ran."""

    enrollment: str
    name: str
    at: datetime


def read_effects(
    offering: Offering, before: Schedule, after: Schedule, *, now: datetime
) -> Effects:
    """Judge everybody by both schedules; five queries for any number of people."""
    rows = attendance.read_board(offering, now=now).rows
    people = {row.enrollment: row.records for row in rows}
    found = list(rescheduling.effects(before, after, people, now))
    names = {row.enrollment: row.name for row in rows}
    full = [
        {row.enrollment: _is_full(each, row, now) for row in rows}
        for each in (before, after)
    ]
    return Effects(
        groups=tuple(_groups(found, names, before.by_number | after.by_number)),
        people_count=len({each.person for each in found}),
        completed=tuple(names[e] for e in names if full[1][e] and not full[0][e]),
        lost=tuple(names[e] for e in names if full[0][e] and not full[1][e]),
        certificate_count=_count_certificates(offering, {e.person for e in found}),
    )


def _is_full(schedule: Schedule, row: BoardRow, now: datetime) -> bool:
    return standing(schedule, row.records, now).is_full


def _groups(
    found: list[Effect[str]], names: dict[str, str], segments: dict[int, SegmentPlan]
) -> Iterable[Group]:
    def key(effect: Effect[str]) -> tuple[int, str, str, tuple[int, int]]:
        return (effect.number, effect.before.word, effect.after.word, _minutes(effect))

    for (number, before, after, minutes), each in groupby(sorted(found, key=key), key):
        yield Group(
            number=number,
            title=segments[number].title,
            before=before,
            after=after,
            minutes=minutes if before == after else None,
            names=tuple(names[effect.person] for effect in each),
        )


def _minutes(effect: Effect[str]) -> tuple[int, int]:
    """Tell people apart by minutes only where these are all that changes."""
    before, after = effect.before, effect.after
    return (before.minutes, after.minutes) if before.word == after.word else (0, 0)


def _count_certificates(offering: Offering, people: set[str]) -> int:
    holders = db.session.scalars(
        sa.select(Enrollment.public_id)
        .join(Certificate, Certificate.enrollment_id == Enrollment.id)
        .where(Enrollment.offering_id == offering.id, Certificate.revoked_at.is_(None))
    )
    return len(people.intersection(holders))


def list_late_arrivals(
    offering: Offering, segment: SegmentPlan, until: datetime
) -> list[LateArrival]:
    """List whose check-in was refused as closed between the planned end and `until`.

    The refusal stands (docs/decisions/0010): they can be checked in by hand.
    """
    is_in = sa.exists().where(
        Attendance.enrollment_id == Enrollment.id,
        Attendance.segment_id == segment.id,
        Attendance.first_in.is_not(None),
    )
    rows = db.session.execute(
        sa.select(Enrollment.public_id, Person.name, Scan.scanned_at)
        .join(Enrollment, Enrollment.id == Scan.enrollment_id)
        .join(Person, Person.id == Enrollment.person_id)
        .where(
            Scan.offering_id == offering.id,
            sa.or_(Scan.segment_id == segment.id, Scan.segment_id.is_(None)),
            Scan.outcome == Outcome.REFUSED,
            Scan.reason == Reason.CLOSED,
            Scan.direction == Direction.IN,
            Scan.scanned_at >= segment.plans[-1].ends_at,
            Scan.scanned_at < until,
            Enrollment.withdrawn_at.is_(None),
            ~is_in,
        )
        .order_by(Scan.scanned_at, Scan.id)
    )
    first: dict[str, LateArrival] = {}
    for enrollment, name, at in rows:
        first.setdefault(enrollment, LateArrival(enrollment, name, at))
    return list(first.values())
