"""Check-ins by a participant's phone, recorded as scans of the person's own pass.

Recording is the scan path's own transaction. So a check-in is prepared first, the
caller commits, and only then calls `record`; doing it all again gives the same
answer, because the scan's id follows from what it rests on.
"""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from tracker import keys
from tracker.db import db
from tracker.domain.scan_input import ScanInput
from tracker.errors import ConflictError
from tracker.models import Enrollment, Scan, Segment
from tracker.models.access import TokenScope
from tracker.services import enrollments, scanning, schedules
from tracker.services.scanning import ScanAnswer
from tracker.services.tokens import Caller, CallerKind


@dataclass(frozen=True)
class Phone:
    """The phone that checks somebody in; `is_shared`: it was another person's first."""

    digest: bytes
    is_shared: bool


@dataclass(frozen=True)
class CheckIn:
    """A check-in that is about to be recorded, and at which segment."""

    scan: ScanInput
    caller: Caller
    number: int


def prepare(
    enrollment: Enrollment,
    segment_id: int,
    *,
    at: datetime,
    basis: str,
    phone: Phone | None = None,
) -> CheckIn:
    """Prepare the check-in of an enrollment at one of its offering's segments.

    `basis` is what the check-in rests on; the same person and basis give the same
    scan, however often it is sent. Without `phone` a code was spoken.

    Raises:
        ConflictError: the person's pass was withdrawn and not replaced.
    """
    text = enrollments.current_pass(enrollment)
    if text is None:
        raise ConflictError("You have no pass that is valid. Ask at the desk for one.")
    number = db.session.get_one(Segment, segment_id).number
    said = f"{basis} {segment_id} {at.isoformat()} {enrollment.public_id}"
    uid = f"room-{keys.ring().digest('room scan', said).hex()[:48]}"
    scan = ScanInput(
        uid=uid,
        echo=uid,
        content=said.encode(),
        is_malformed=False,
        pass_text=text,
        segment=number,
        scanned_at=at,
    )
    return CheckIn(scan, _caller(enrollment, phone), number)


def _caller(enrollment: Enrollment, phone: Phone | None) -> Caller:
    """Name the phone to the scan path, which takes it for neither device nor token."""
    offering = enrollment.offering
    return Caller(
        kind=CallerKind.ROOM,
        id=None,
        name="",
        room="",
        scope=TokenScope.CHECK_IN,
        is_revoked=False,
        offering_id=offering.id,
        offering_code=offering.code,
        timezone=offering.timezone,
        schedule_version=schedules.read_versions(offering.id)[1],
        phone_digest=phone.digest if phone else None,
        is_shared=phone is not None and phone.is_shared,
    )


def record(check_in: CheckIn, *, now: datetime) -> ScanAnswer:
    """Record a check-in; the caller has committed what `prepare` belongs to."""
    (answer,) = scanning.record_scans(
        [check_in.scan], check_in.caller, sent_at=None, received_at=now
    )
    return answer


def find_newest(enrollment: Enrollment, segment_id: int) -> Scan | None:
    """Return an enrollment's last check-in by phone at a segment, if there is one."""
    return db.session.scalar(
        sa.select(Scan)
        .where(
            Scan.enrollment_id == enrollment.id,
            Scan.segment_id == segment_id,
            Scan.device_id.is_(None),
            Scan.token_id.is_(None),
        )
        .order_by(Scan.id.desc())
        .limit(1)
    )
