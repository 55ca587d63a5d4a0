"""Which certificate a change to attendance would revoke, said before it is made."""

from tracker.db import db
from tracker.domain.attendance import CorrectionKind
from tracker.models import Certificate, Correction, Enrollment, Segment
from tracker.services import certificates, statement_revocation

TIMED = ("present", "late")


def at_stake_by_void(enrollment: Enrollment, segment: Segment) -> Certificate | None:
    """Return the live certificate that rests on somebody's times at a segment."""
    live = certificates.find_live(enrollment)
    is_basis = live is not None and any(
        part["segment"] == segment.number and part["status"] in TIMED
        for part in live.basis
    )
    return live if is_basis else None


def at_stake_by_removal(
    enrollment: Enrollment, correction: Correction
) -> Certificate | None:
    """Return the live certificate that rests on a correction.

    A segment with check-out rests on the check-outs, too.
    """
    if correction.kind is CorrectionKind.CHECK_OUT:
        segment = db.session.get_one(Segment, correction.segment_id)
        return at_stake_by_void(enrollment, segment)
    live = certificates.find_live(enrollment)
    source = f"correction:{correction.public_id}"
    is_basis = live is not None and any(part["source"] == source for part in live.basis)
    return live if is_basis else None


def statements_at_stake(enrollment: Enrollment, segment_id: int) -> list[str]:
    """Return the serials of live credit statements that rest on somebody's segment."""
    number = db.session.get_one(Segment, segment_id).number
    return [
        live.serial
        for live in statement_revocation.list_live(enrollment)
        if any(part["segment"] == number for part in live.basis)
    ]
