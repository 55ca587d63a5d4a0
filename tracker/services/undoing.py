"""Undo at the door: a device takes its own last scan back, within a minute.

That is a fact of its own, a void beside the scan: it takes the same way as a
void by staff, and staff can void it in turn.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from tracker import keys
from tracker.db import db
from tracker.domain.attendance import CorrectionKind
from tracker.domain.scans import Outcome
from tracker.domain.undoing import Undo, UndoOutcome, is_in_time
from tracker.models import (
    Correction,
    Device,
    Dismissal,
    Enrollment,
    Offering,
    Scan,
    Segment,
)
from tracker.models.attendance import ReasonChip
from tracker.services import audit, corrections
from tracker.services.audit import Actor
from tracker.services.tokens import Caller

__all__ = ["Undo", "undo_scans"]


def undo_scans(
    undos: Sequence[Undo],
    caller: Caller,
    *,
    sent_at: datetime | None,
    received_at: datetime,
) -> list[UndoOutcome]:
    """Take scans of the calling device back; answer each undo, in the order sent.

    A scan is taken back once, however often that is asked, by whichever id. One
    that never counted (refused) is undone as it stands: nothing is stored.
    """
    offset = received_at - sent_at if sent_at else timedelta(0)
    scans = _scans_of(caller, [undo.scan for undo in undos])
    found: dict[int, UndoOutcome] = {}
    for place, undo in sorted(enumerate(undos), key=lambda each: _order(each, scans)):
        scan = scans.get(undo.scan)
        found[place] = _undo(undo, scan, caller, offset, received_at)
    return [found[place] for place in range(len(undos))]


def _scans_of(caller: Caller, uids: Sequence[str]) -> dict[str, Scan]:
    rows = db.session.scalars(
        sa.select(Scan).where(
            Scan.offering_id == caller.offering_id, Scan.uid.in_(set(uids))
        )
    )
    return {row.uid: row for row in rows}


def _order(each: tuple[int, Undo], scans: dict[str, Scan]) -> tuple[int, int]:
    """Enrollments are locked in the order of their ids, as everywhere."""
    place, undo = each
    scan = scans.get(undo.scan)
    return (scan.enrollment_id or 0 if scan else 0), place


def _undo(
    undo: Undo,
    scan: Scan | None,
    caller: Caller,
    offset: timedelta,
    now: datetime,
) -> UndoOutcome:
    if scan is None:
        return UndoOutcome.UNKNOWN_SCAN
    if not caller.is_device or scan.device_id != caller.id:
        return UndoOutcome.NOT_YOURS
    # A scan without a time of its own was given the server's.
    scanned_at = scan.device_at or scan.scanned_at - offset
    if not is_in_time(scanned_at, undo.made_at):
        return UndoOutcome.TOO_LATE
    if scan.outcome is Outcome.REFUSED:
        return UndoOutcome.UNDONE
    device = db.session.get_one(Device, caller.id)
    if scan.enrollment_id is None:
        return _dismiss(scan, device, now)
    return _void(scan, device, now)


def _dismiss(scan: Scan, device: Device, now: datetime) -> UndoOutcome:
    """Take back a held scan of nobody known: a written name, a spare badge."""
    locked = sa.select(Scan.id).where(Scan.id == scan.id).with_for_update()
    db.session.execute(locked)  # as whoever decides on it does
    uid = _uid_of(scan, device)
    if settled := _settled_by(scan):
        return UndoOutcome.UNDONE if uid in settled else UndoOutcome.TOO_LATE
    row = Dismissal(
        public_id=uid,
        offering_id=scan.offering_id,
        scan_uid=scan.uid,
        chip=ReasonChip.MISTAKE,
        device_id=device.id,
        made_at=now,
    )
    db.session.add(row)
    offering = db.session.get_one(Offering, scan.offering_id)
    actor, details = Actor(f"device:{device.public_id}"), {"scan": scan.uid}
    audit.record(actor, "scan.undo", details, offering, now=now)
    return UndoOutcome.UNDONE


def _segment_of(scan: Scan) -> Segment:
    """Return where an undo is noted: of a scan that is held without one, the first."""
    if scan.segment_id is not None:
        return db.session.get_one(Segment, scan.segment_id)
    wanted = sa.select(Segment).where(Segment.offering_id == scan.offering_id)
    return db.session.scalars(wanted.order_by(Segment.number).limit(1)).one()


def _void(scan: Scan, device: Device, now: datetime) -> UndoOutcome:
    enrollment = db.session.get_one(Enrollment, scan.enrollment_id)
    segment = _segment_of(scan)
    corrections.lock_enrollment(enrollment)
    uid = _uid_of(scan, device)
    settled = _settled_by(scan)
    if uid in settled:
        return UndoOutcome.UNDONE
    if scan.outcome is Outcome.HELD and settled:
        return UndoOutcome.TOO_LATE  # staff have decided it meanwhile
    row = Correction(
        public_id=uid,
        offering_id=scan.offering_id,
        enrollment_id=enrollment.id,
        segment_id=segment.id,
        kind=CorrectionKind.VOID,
        scan_uid=scan.uid,
        chip=ReasonChip.MISTAKE,
        device_id=device.id,
        made_at=now,
    )
    db.session.add(row)
    actor = Actor(f"device:{device.public_id}")
    corrections.settle(enrollment, segment, "scan.undo", 1, actor=actor, now=now)
    return UndoOutcome.UNDONE


def _uid_of(scan: Scan, device: Device) -> str:
    """Name the undo by what it takes back, so that any repetition meets the first."""
    text = f"{scan.offering_id}\0{device.public_id}\0{scan.uid}"
    return keys.ring().digest("undo", text).hex()[:32]


def _settled_by(scan: Scan) -> set[str]:
    """Return the corrections and dismissals that name a scan, by their public ids."""
    found: set[str] = set()
    for kind in (Correction, Dismissal):
        wanted = sa.select(kind.public_id).where(
            kind.offering_id == scan.offering_id, kind.scan_uid == scan.uid
        )
        found |= set(db.session.scalars(wanted))
    return found
