"""Revoking certificates: by decision, or because what they rest on fell.

Revocation is final; a new certificate may be issued (product.md "Certifying").
"""

from datetime import datetime

from tracker.domain.attendance import COMPLETE, TIMED
from tracker.models import Certificate, Enrollment, Offering, Segment
from tracker.models.certificate import RevocationCause
from tracker.services import attendance, issued, schedules
from tracker.services.audit import Actor
from tracker.services.certificates import find_live, get_by_serial


def revoke(
    serial: str,
    reason: str,
    *,
    actor: Actor,
    now: datetime,
    offering: Offering | None = None,
) -> Certificate:
    """Revoke a certificate for good; a reason is needed.

    Raises:
        NotFoundError: no such serial. ConflictError: it is revoked already.
        InvalidError: no reason, or one that is too long or cannot be shown.
    """
    certificate = get_by_serial(serial, offering)
    issued.revoke_by_decision(certificate, reason, actor=actor, now=now)
    schedules.raise_version(certificate.enrollment.offering_id)
    return certificate


def revoke_fallen(
    enrollment: Enrollment, *, actor: Actor, now: datetime
) -> Certificate | None:
    """Revoke the live certificate if a fact it rests on is void now.

    Called in the transaction of the void (trust.md, I7), under the enrollment's
    lock. A changed schedule revokes nothing: only voided facts are asked for.
    """
    live = find_live(enrollment)
    if live is None or not (fallen := issued.voided_basis(live)):
        return None
    text = f"The check-in at segment {fallen[0]['segment']} was voided."
    issued.end(live, RevocationCause.BASIS, text, actor=actor, now=now)
    return live


def revoke_unfinished(
    enrollment: Enrollment, segment: Segment, *, actor: Actor, now: datetime
) -> Certificate | None:
    """Revoke the live certificate if, without a check-out, somebody left a segment.

    Called where a check-out has been voided. The basis names the check-in, and the
    segment was complete by the check-out, too: now it is not any more.
    """
    live = find_live(enrollment)
    if live is None or not segment.needs_check_out:
        return None
    is_basis = any(
        part["segment"] == segment.number and part["status"] in TIMED
        for part in live.basis
    )
    standing = attendance.standing_of(enrollment, now=now)
    if not is_basis or standing.statuses.get(segment.number) in COMPLETE:
        return None
    text = f"The check-out at segment {segment.number} was voided."
    issued.end(live, RevocationCause.BASIS, text, actor=actor, now=now)
    return live
