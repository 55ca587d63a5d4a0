"""A participant's own scans, each in words: what became of it, and why."""

from collections.abc import Container
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from tracker.db import db
from tracker.domain.attendance import DIRECTION_OF, voided_sources
from tracker.domain.progress import REASONS, scan_title
from tracker.domain.scans import Outcome
from tracker.domain.schedule import Schedule
from tracker.domain.wording import ROOM_CODE, SPOKEN_CODE
from tracker.models import Correction, Device, Enrollment, Scan
from tracker.services import attendance, spoken_codes

TONES = {Outcome.HELD: "late", Outcome.REFUSED: "no"}


@dataclass(frozen=True)
class OwnScan:
    """One scan of somebody's pass, in words."""

    at: datetime
    device: str
    segment: int | None
    title: str
    reason: str
    tone: str


def list_own_scans(enrollment: Enrollment, schedule: Schedule) -> list[OwnScan]:
    """Return all scans of an enrollment, refused ones too, the newest first."""
    corrections = db.session.scalars(
        sa.select(Correction).where(Correction.enrollment_id == enrollment.id)
    ).all()
    voided = voided_sources(map(attendance.correction_fact, corrections))
    undone = {each.scan_uid for each in corrections if each.device_id is not None}
    settled = {each.scan_uid for each in corrections if each.kind in DIRECTION_OF}
    rows = db.session.execute(
        sa.select(Scan, Device.name)
        .outerjoin(Device, Device.id == Scan.device_id)
        .where(attendance.scans_of([enrollment.id]))
        .order_by(Scan.scanned_at.desc(), Scan.id.desc())
    )
    said = spoken_codes.list_used(enrollment)
    return [
        _own_scan(
            schedule,
            scan,
            device or _by_phone(scan, said),
            is_void=f"scan:{scan.uid}" in voided,
            is_undone=scan.uid in undone,
            is_settled=scan.uid in settled,
        )
        for scan, device in rows
    ]


def _by_phone(scan: Scan, said: Container[tuple[int, datetime]]) -> str:
    if scan.phone_digest is not None:
        return ROOM_CODE.lower()
    is_said = (scan.segment_id or 0, scan.scanned_at) in said
    return SPOKEN_CODE.lower() if is_said else ""


def _own_scan(
    schedule: Schedule,
    scan: Scan,
    device: str,
    *,
    is_void: bool,
    is_undone: bool,
    is_settled: bool,
) -> OwnScan:
    outcome = Outcome.ACCEPTED if is_settled else scan.outcome
    reason = None if is_settled else scan.reason
    segment = schedule.by_id.get(scan.segment_id or 0)
    return OwnScan(
        at=scan.scanned_at.astimezone(schedule.zone),
        device=device,
        segment=segment.number if segment else None,
        title=scan_title(
            scan.direction,
            outcome,
            is_void=is_void,
            is_taken_back=is_void and is_undone,
        ),
        reason=REASONS[reason] if reason else "",
        tone="no" if is_void else TONES.get(outcome, "ok"),
    )
