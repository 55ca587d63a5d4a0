"""Giving a spare badge to a person: from then on it is theirs, and so are its scans."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from tracker import keys
from tracker.db import db, pairs_of
from tracker.domain import scans
from tracker.domain.attendance import DIRECTION_OF
from tracker.domain.scans import Direction, Reason
from tracker.domain.schedule import Schedule
from tracker.domain.wording import REASONS
from tracker.errors import ConflictError, InvalidError
from tracker.models import (
    Correction,
    Device,
    Dismissal,
    Enrollment,
    Pass,
    Scan,
    Segment,
    User,
)
from tracker.models.attendance import ReasonChip
from tracker.services import audit, corrections, schedules
from tracker.services.acts import Act, Why

NO_CHECK_OUT = "no check-out is asked for there"
MOVED = REASONS[Reason.SEGMENT_CHANGED]


@dataclass(frozen=True)
class SpareScan:
    """A scan of a spare badge: the segment it counts for, or why it does not.

    `segment` None and `why` "": it waits until the badge is bound to somebody.
    """

    uid: str
    at: datetime
    device: str
    segment: int | None
    why: str


@dataclass(frozen=True)
class Bound:
    """What binding did: how many earlier scans count now, and how many are left."""

    counted: int
    left: int


def bind(spare: Pass, enrollment: Enrollment, *, user: User, now: datetime) -> Bound:
    """Give a spare badge to a person; its earlier scans count from now on.

    Each becomes a check-in that names it, judged for its own segment; one that was
    too early or late, or whose segment was cancelled, is left held. The badge's row
    is locked first: a scan that arrives meanwhile is either seen here, or finds the
    badge bound and is judged as the person's. Twice is the same as once.

    Raises:
        ConflictError: the badge is somebody else's already, or was replaced; or the
            person has given the seat back.
        ForbiddenError: nobody gives a badge that has been scanned to themselves.
    """
    db.session.refresh(spare, with_for_update=True)
    corrections.lock_enrollment(enrollment)
    db.session.refresh(enrollment)
    if spare.enrollment_id == enrollment.id:
        return _said(list_scans(spare))
    _refuse(spare, enrollment)
    spare.enrollment_id = enrollment.id
    schedule = schedules.schedule_of(enrollment.offering)
    for scan, device in _scans_of(spare):
        number, _ = _judge(schedule, scan, device)
        if number is not None:
            segment = db.session.get_one(Segment, schedule.by_number[number].id)
            act = _act(spare, scan, device, user, now)
            _count(scan, enrollment, segment, act)
    bound = _said(list_scans(spare))
    audit.record(
        audit.actor_of(user),
        "spare.bind",
        {
            "spare": spare.spare_number,
            "enrollment": enrollment.public_id,
            "counted": bound.counted,
            "left": bound.left,
        },
        enrollment.offering,
        now=now,
    )
    schedules.raise_version(spare.offering_id)
    return bound


def _refuse(spare: Pass, enrollment: Enrollment) -> None:
    if spare.enrollment_id is not None:
        message = f"Spare {spare.spare_number} has been given to somebody else."
        raise ConflictError(message)
    if spare.revoked_at is not None:
        raise ConflictError(f"Spare {spare.spare_number} no longer checks in.")
    if enrollment.withdrawn_at is not None:
        raise ConflictError("This person has given the seat back.")


def _said(lines: Sequence[SpareScan]) -> Bound:
    counted = sum(line.segment is not None for line in lines)
    return Bound(counted, len(lines) - counted)


def _scans_of(spare: Pass) -> list[tuple[Scan, Device | None]]:
    dismissed = sa.exists().where(
        Dismissal.offering_id == Scan.offering_id, Dismissal.scan_uid == Scan.uid
    )
    rows = db.session.execute(
        sa.select(Scan, Device)
        .outerjoin(Device, Device.id == Scan.device_id)
        .where(Scan.spare_pass_id == spare.id, ~dismissed)
        .order_by(Scan.scanned_at, Scan.id)
    )
    return [(scan, device) for scan, device in rows]


def _act(
    spare: Pass, scan: Scan, device: Device | None, user: User, now: datetime
) -> Act:
    place = f", scanned at {device.name}" if device else ""
    why = Why(ReasonChip.OTHER, f"Spare badge {spare.spare_number}{place}")
    return Act(why=why, uid=_uid_of(spare, scan), user=user, now=now)


def _count(scan: Scan, enrollment: Enrollment, segment: Segment, act: Act) -> None:
    """Check the person in or out by a scan, unless its segment has moved elsewhere."""
    with contextlib.suppress(InvalidError):
        corrections.check_in_by_hand(
            enrollment,
            segment,
            at=scan.scanned_at,
            act=act,
            direction=scan.direction,
            scan_uid=scan.uid,
        )


def _uid_of(spare: Pass, scan: Scan) -> str:
    text = f"{spare.id}\0{scan.uid}"
    return keys.ring().digest("spare scan", text).hex()[:32]


def _judge(
    schedule: Schedule, scan: Scan, device: Device | None
) -> tuple[int | None, str]:
    """Return the segment that a scan counts for, or None and why it does not."""
    if scan.reason is not Reason.NOT_IN_ROSTER:
        return None, REASONS[scan.reason] if scan.reason else ""
    named = schedule.by_id.get(scan.segment_id) if scan.segment_id else None
    judged = scans.judge(
        schedule,
        scan.scanned_at,
        number=named.number if named else None,
        room=device.room if device else "",
        direction=scan.direction,
    )
    if judged.segment is None or judged.reason is not None:
        return None, REASONS[judged.reason or Reason.SEGMENT_UNCLEAR]
    if judged.segment.cancelled_at is not None:
        return None, MOVED
    if scan.direction is Direction.OUT and not judged.segment.needs_check_out:
        return None, NO_CHECK_OUT
    return judged.segment.number, ""


def list_scans(spare: Pass) -> list[SpareScan]:
    """Return what was scanned with a spare badge while it was nobody's, oldest first.

    Five queries at most, for any number of scans.
    """
    rows = _scans_of(spare)
    if not rows or spare.enrollment_id is None:
        return [_line(scan, device) for scan, device in rows]
    enrollment = db.session.get_one(Enrollment, spare.enrollment_id)
    schedule, counted = schedules.schedule_of(enrollment.offering), _counted(spare)
    return [
        _line(scan, device, number=counted[scan.uid])
        if scan.uid in counted
        else _line(scan, device, why=_judge(schedule, scan, device)[1] or MOVED)
        for scan, device in rows
    ]


def _counted(spare: Pass) -> dict[str, int]:
    """Return the segments that scans were counted for, by the scans' uids."""
    return pairs_of(
        sa.select(Correction.scan_uid, Segment.number)
        .join(Segment, Segment.id == Correction.segment_id)
        .where(
            Correction.enrollment_id == spare.enrollment_id,
            Correction.kind.in_(DIRECTION_OF),
            Correction.scan_uid.is_not(None),
        )
    )


def _line(
    scan: Scan, device: Device | None, *, number: int | None = None, why: str = ""
) -> SpareScan:
    name = device.name if device else ""
    return SpareScan(scan.uid, scan.scanned_at, name, number, why)
