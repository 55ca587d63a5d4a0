"""Held scans as coordinators read them: what waits for a decision, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from tracker.db import db
from tracker.domain.scans import Direction, Outcome, Reason
from tracker.domain.schedule import Schedule, SegmentPlan
from tracker.domain.wording import REASONS, scan_words
from tracker.domain.written_names import likeliest
from tracker.errors import NotFoundError
from tracker.models import (
    Device,
    Enrollment,
    Offering,
    Pass,
    Person,
    Scan,
)
from tracker.services import attendance


@dataclass(frozen=True)
class HeldScan:
    """A scan that waits for a decision.

    Without `enrollment` it is a written name (`note`), or a spare badge's
    (`spare`: its number) that is nobody's yet; `segments` are those it may count
    for, by number and title, the likeliest first.
    """

    uid: str
    at: datetime
    reason: Reason | None
    words: str
    by: str
    enrollment: str | None
    name: str
    note: str
    spare: int | None
    segments: tuple[tuple[int, str], ...]
    is_check_out: bool
    people: tuple[tuple[str, str], ...] = ()

    @property
    def is_unbound(self) -> bool:
        """Whether it waits until its spare badge is given to somebody."""
        return self.spare is not None and self.enrollment is None

    @property
    def segment(self) -> int | None:
        """The number of the segment it most likely belongs to."""
        return self.segments[0][0] if self.segments else None


def list_held(
    offering: Offering, schedule: Schedule, people: Sequence[tuple[str, str]] = ()
) -> list[HeldScan]:
    """Return what waits for a decision in an offering, the oldest first: one query.

    `people` (id, name) are who a written name may be.
    """
    rows = db.session.execute(
        _select().where(Scan.offering_id == offering.id, attendance.IS_UNDECIDED)
    )
    return [_held(schedule, people, row) for row in rows]


def get_held(
    offering: Offering,
    uid: str,
    schedule: Schedule,
    people: Sequence[tuple[str, str]] = (),
) -> tuple[Scan, HeldScan, bool]:
    """Return one held scan, decided or not, as row and in words.

    Raises:
        NotFoundError: the offering has no held scan of this id.
    """
    row = db.session.execute(
        _select(attendance.IS_UNDECIDED.label("is_open")).where(
            Scan.offering_id == offering.id,
            Scan.uid == uid,
            Scan.outcome == Outcome.HELD,
        )
    ).first()
    if row is None:
        raise NotFoundError
    *values, is_open = row
    return values[0], _held(schedule, people, values), is_open


def count_held(offering: Offering) -> int:
    """Count the scans of an offering that wait for a decision."""
    wanted = sa.select(sa.func.count(Scan.id))
    return (
        db.session.scalar(
            wanted.where(Scan.offering_id == offering.id, attendance.IS_UNDECIDED)
        )
        or 0
    )


def _select(*more: sa.ColumnElement[bool]) -> sa.Select[*tuple[Any, ...]]:
    columns = Device.name, Enrollment.public_id, Person.name, Pass.spare_number
    return (
        sa.select(Scan, *columns, *more)
        .outerjoin(Device, Device.id == Scan.device_id)
        .outerjoin(Pass, Pass.id == Scan.spare_pass_id)
        .outerjoin(Enrollment, Enrollment.id == attendance.OWNER)
        .outerjoin(Person, Person.id == Enrollment.person_id)
        .order_by(Scan.scanned_at, Scan.id)
    )


def _held(
    schedule: Schedule, people: Sequence[tuple[str, str]], row: Sequence[Any]
) -> HeldScan:
    scan, device, enrollment, name, spare = row
    note = scan.note or ""
    return HeldScan(
        uid=scan.uid,
        at=scan.scanned_at,
        reason=scan.reason,
        words=scan_words(scan.direction, scan.outcome, scan.reason),
        by=device or "",
        enrollment=enrollment,
        name=name or "",
        note=note,
        spare=spare,
        segments=segments_for(schedule, scan),
        is_check_out=scan.direction is Direction.OUT,
        people=tuple(likeliest(note, people)) if note and not enrollment else (),
    )


def segments_for(schedule: Schedule, scan: Scan) -> tuple[tuple[int, str], ...]:
    """Return the segments that a held scan may count for, the likeliest first.

    A check-in must be on the segment's day and before its end. The likeliest is the
    one it was made for, else the one whose start is nearest.
    """
    day, at = schedule.local_day(scan.scanned_at), scan.scanned_at

    def distance(segment: SegmentPlan) -> tuple[bool, float]:
        seconds = abs((segment.starts_at - at).total_seconds())
        return segment.id != scan.segment_id, seconds

    fitting = [
        segment
        for segment in schedule.held
        if schedule.local_day(segment.starts_at) == day and at < segment.ends_at
    ]
    return tuple((each.number, each.title) for each in sorted(fitting, key=distance))


def reason_words(reason: Reason | None) -> str:
    """Say why a scan is held, for a list to choose from."""
    return REASONS[reason].capitalize() if reason else ""
