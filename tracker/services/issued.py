"""What certificates and credit statements share once issued: their basis, their end.

Both are numbered, rest on facts, and are revoked for good (product.md "Certifying").
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from tracker.db import db
from tracker.domain.attendance import CorrectionKind, voided_sources
from tracker.domain.names import clean_text, text_problem
from tracker.errors import ConflictError, InvalidError
from tracker.models import Certificate, Correction, CreditStatement, Enrollment
from tracker.models.certificate import RevocationCause
from tracker.services import attendance, audit
from tracker.services.audit import Actor

Issued = Certificate | CreditStatement

LONGEST_REASON = 500
NOUNS = {Certificate: "certificate", CreditStatement: "statement"}


def revoke_by_decision(
    issued: Issued, reason: str, *, actor: Actor, now: datetime
) -> None:
    """Revoke one for good, under its enrollment's lock; a reason is needed.

    Raises:
        ConflictError: it is revoked already.
        InvalidError: no reason, or one that is too long or cannot be shown.
    """
    reason = checked_reason(reason)
    db.session.execute(
        sa.select(Enrollment.id)
        .where(Enrollment.id == issued.enrollment_id)
        .with_for_update()
    )
    db.session.refresh(issued)
    if issued.revoked_at is not None:
        raise ConflictError(f"This {NOUNS[type(issued)]} is revoked already.")
    end(issued, RevocationCause.DECISION, reason, actor=actor, now=now)


def checked_reason(text: str) -> str:
    """Return a reason for revoking, tidied.

    Raises:
        InvalidError: there is none, or one that is too long or cannot be shown.
    """
    reason = clean_text(text)
    if not reason or len(reason) > LONGEST_REASON:
        message = f"Give a reason of 1 to {LONGEST_REASON} characters."
        raise InvalidError(message, {"reason": message})
    if problem := text_problem(reason, LONGEST_REASON):
        raise InvalidError(f"The reason {problem}.", {"reason": f"This {problem}."})
    return reason


def voided_basis(issued: Issued) -> list[dict[str, Any]]:
    """Return the parts of its basis whose fact is void now."""
    rows = db.session.scalars(
        sa.select(Correction).where(
            Correction.enrollment_id == issued.enrollment_id,
            Correction.kind == CorrectionKind.VOID,
        )
    )
    voided = voided_sources(map(attendance.correction_fact, rows))
    return [part for part in issued.basis if part["source"] in voided]


def end(
    issued: Issued, cause: RevocationCause, reason: str, *, actor: Actor, now: datetime
) -> None:
    """Mark one as revoked, and log it; whoever calls holds the enrollment's lock."""
    issued.revoked_at = now
    issued.revoked_cause = cause
    issued.revoked_reason = reason
    audit.record(
        actor,
        f"{NOUNS[type(issued)]}.revoke",
        {"serial": issued.serial, "cause": cause.value},
        issued.enrollment.offering,
        now=now,
    )
