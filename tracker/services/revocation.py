"""Revoking certificates: by decision, or because what they rest on fell.

Revocation is final; a new certificate may be issued (product.md "Certifying").
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from tracker.db import db
from tracker.domain.attendance import COMPLETE, TIMED, CorrectionKind, voided_sources
from tracker.domain.names import clean_text, text_problem
from tracker.errors import ConflictError, InvalidError
from tracker.models import Certificate, Correction, Enrollment, Offering, Segment
from tracker.models.certificate import RevocationCause
from tracker.services import attendance, audit, schedules
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
    reason = checked_reason(reason)
    certificate = get_by_serial(serial, offering)
    db.session.execute(
        sa.select(Enrollment.id)
        .where(Enrollment.id == certificate.enrollment_id)
        .with_for_update()
    )
    db.session.refresh(certificate)
    if certificate.revoked_at is not None:
        raise ConflictError("This certificate is revoked already.")
    _revoke(certificate, RevocationCause.DECISION, reason, actor, now)
    schedules.raise_version(certificate.enrollment.offering_id)
    return certificate


def checked_reason(text: str) -> str:
    """Return a reason for revoking, tidied.

    Raises:
        InvalidError: there is none, or one that is too long or cannot be shown.
    """
    reason = clean_text(text)
    if not reason or len(reason) > 500:
        message = "Give a reason of 1 to 500 characters."
        raise InvalidError(message, {"reason": message})
    if problem := text_problem(reason, 500):
        raise InvalidError(f"The reason {problem}.", {"reason": f"This {problem}."})
    return reason


def revoke_fallen(
    enrollment: Enrollment, *, actor: Actor, now: datetime
) -> Certificate | None:
    """Revoke the live certificate if a fact it rests on is void now.

    Called in the transaction of the void (trust.md, I7), under the enrollment's
    lock. A changed schedule revokes nothing: only voided facts are asked for.
    """
    live = find_live(enrollment)
    if live is None or not (fallen := voided_basis(live)):
        return None
    text = f"The check-in at segment {fallen[0]['segment']} was voided."
    _revoke(live, RevocationCause.BASIS, text, actor, now)
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
    _revoke(live, RevocationCause.BASIS, text, actor, now)
    return live


def voided_basis(certificate: Certificate) -> list[dict[str, Any]]:
    """Return the parts of a certificate's basis whose fact is void now."""
    rows = db.session.scalars(
        sa.select(Correction).where(
            Correction.enrollment_id == certificate.enrollment_id,
            Correction.kind == CorrectionKind.VOID,
        )
    )
    voided = voided_sources(map(attendance.correction_fact, rows))
    return [part for part in certificate.basis if part["source"] in voided]


def _revoke(
    certificate: Certificate,
    cause: RevocationCause,
    reason: str,
    actor: Actor,
    now: datetime,
) -> None:
    certificate.revoked_at = now
    certificate.revoked_cause = cause
    certificate.revoked_reason = reason
    audit.record(
        actor,
        "certificate.revoke",
        {"serial": certificate.serial, "cause": cause.value},
        certificate.enrollment.offering,
        now=now,
    )
