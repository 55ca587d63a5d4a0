"""Taking facts out of account: each void is a correction, and stays visible."""

from dataclasses import replace

import sqlalchemy as sa

from tracker.db import db
from tracker.domain.attendance import DIRECTION_OF, CorrectionKind, voided_sources
from tracker.errors import ConflictError
from tracker.models import Certificate, Correction, Enrollment, Scan, Segment
from tracker.services import attendance, corrections
from tracker.services.acts import Act


def void_attendance(
    enrollment: Enrollment,
    segment: Segment,
    *,
    act: Act,
) -> Certificate | None:
    """Take every check-in and check-out of somebody at a segment out of account.

    What is void stays visible. Where a certificate rests on it, that is revoked
    in the same transaction (trust.md, I7); the page has named it beforehand.

    Returns:
        The certificate that was revoked, if one was.

    Raises:
        ConflictError: there is nothing to void.
    """
    corrections.lock_enrollment(enrollment)
    if corrections.find_correction(act.uid) is not None:
        return None
    sources = _live_sources(enrollment, segment)
    if not sources:
        raise ConflictError("There is no check-in to void at this segment.")
    for number, source in enumerate(sorted(sources)):
        part = replace(act, uid=_derived(act.uid, number))
        insert_void(source, enrollment, segment, part)
    return corrections.after_change(
        enrollment, segment, "attendance.void", len(sources), act
    )


def void_correction(correction: Correction, *, act: Act) -> Certificate | None:
    """Take one correction back; doing it twice is the same as once."""
    enrollment = db.session.get_one(Enrollment, correction.enrollment_id)
    segment = db.session.get_one(Segment, correction.segment_id)
    corrections.lock_enrollment(enrollment)
    source = f"correction:{correction.public_id}"
    if corrections.find_correction(act.uid) is not None or source in _voided(
        enrollment, segment
    ):
        return None
    insert_void(source, enrollment, segment, act)
    return corrections.after_change(enrollment, segment, "correction.void", 1, act)


def insert_void(
    source: str,
    enrollment: Enrollment,
    segment: Segment,
    act: Act,
) -> None:
    """Take one fact ("scan:…", "correction:…") out of account; the caller settles."""
    kind, _, name = source.partition(":")
    row = Correction(
        kind=CorrectionKind.VOID,
        scan_uid=name if kind == "scan" else None,
        voids_correction=name if kind == "correction" else None,
    )
    checked = replace(act, why=act.why.checked())
    corrections.fill(row, enrollment, segment, checked)
    db.session.add(row)


def _derived(uid: str, number: int) -> str:
    """Name the further voids of one act after the first, so that a retry meets them."""
    return uid if number == 0 else f"{uid[:27]}-{number}"


def _facts(enrollment: Enrollment, segment: Segment) -> list[Correction]:
    return list(
        db.session.scalars(
            sa.select(Correction).filter_by(
                enrollment_id=enrollment.id, segment_id=segment.id
            )
        )
    )


def _voided(enrollment: Enrollment, segment: Segment) -> frozenset[str]:
    return voided_sources(map(attendance.correction_fact, _facts(enrollment, segment)))


def _live_sources(enrollment: Enrollment, segment: Segment) -> set[str]:
    """Return every fact, not void yet, that checks somebody in or out."""
    scans = db.session.scalars(
        sa.select(Scan.uid).where(
            Scan.enrollment_id == enrollment.id,
            Scan.segment_id == segment.id,
            Scan.outcome.in_(attendance.COUNTED),
        )
    )
    by_hand = [
        row.public_id for row in _facts(enrollment, segment) if row.kind in DIRECTION_OF
    ]
    sources = {f"scan:{uid}" for uid in scans} | {
        f"correction:{uid}" for uid in by_hand
    }
    return sources - _voided(enrollment, segment)
