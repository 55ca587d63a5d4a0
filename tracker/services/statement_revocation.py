"""Revoking credit statements: by decision, or because what they rest on fell."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from tracker.db import db
from tracker.domain.attendance import CorrectionKind, voided_sources
from tracker.errors import ConflictError
from tracker.models import (
    Correction,
    CreditStatement,
    Enrollment,
    Offering,
    Segment,
)
from tracker.models.certificate import RevocationCause
from tracker.services import attendance, audit, revocation
from tracker.services.audit import Actor
from tracker.services.credit_statements import IS_LIVE, get_by_serial


def revoke(
    serial: str,
    reason: str,
    *,
    actor: Actor,
    now: datetime,
    offering: Offering | None = None,
) -> CreditStatement:
    """Revoke a statement for good; a reason is needed.

    Raises:
        NotFoundError: no such serial. ConflictError: it is revoked already.
        InvalidError: no reason, or one that is too long or cannot be shown.
    """
    reason = revocation.checked_reason(reason)
    statement = get_by_serial(serial, offering)
    db.session.execute(
        sa.select(Enrollment.id)
        .where(Enrollment.id == statement.enrollment_id)
        .with_for_update()
    )
    db.session.refresh(statement)
    if statement.revoked_at is not None:
        raise ConflictError("This credit statement is revoked already.")
    _revoke(statement, RevocationCause.DECISION, reason, actor, now)
    return statement


def revoke_fallen(
    enrollment: Enrollment, segment: Segment, *, actor: Actor, now: datetime
) -> list[CreditStatement]:
    """Revoke the live statements whose facts at a segment are void now.

    Called in the transaction of the void, under the enrollment's lock, as for
    certificates (trust.md, I7). A void that leaves fewer minutes than a statement
    names takes it down, too; a changed schedule never does.
    """
    fallen = []
    for live in list_live(enrollment):
        parts = {part["segment"] for part in voided_basis(live)}
        if segment.number in parts or _is_less(live, enrollment, segment, now):
            text = f"What it rests on at segment {segment.number} was voided."
            _revoke(live, RevocationCause.BASIS, text, actor, now)
            fallen.append(live)
    return fallen


def list_live(enrollment: Enrollment) -> list[CreditStatement]:
    """Return the statements of an enrollment that hold now."""
    rows = db.session.scalars(
        sa.select(CreditStatement)
        .where(CreditStatement.enrollment_id == enrollment.id, IS_LIVE)
        .order_by(CreditStatement.id)
    )
    return list(rows)


def voided_basis(statement: CreditStatement) -> list[dict[str, Any]]:
    """Return the parts of a statement's basis whose fact is void now."""
    rows = db.session.scalars(
        sa.select(Correction).where(
            Correction.enrollment_id == statement.enrollment_id,
            Correction.kind == CorrectionKind.VOID,
        )
    )
    voided = voided_sources(map(attendance.correction_fact, rows))
    return [part for part in statement.basis if part["source"] in voided]


def _is_less(
    statement: CreditStatement, enrollment: Enrollment, segment: Segment, now: datetime
) -> bool:
    named: dict[int, int] = {
        part["segment"]: part["minutes"] for part in statement.basis
    }
    if segment.number not in named or not segment.needs_check_out:
        return False
    minutes = attendance.standing_of(enrollment, now=now).minutes
    return minutes.get(segment.number, 0) < named[segment.number]


def _revoke(
    statement: CreditStatement,
    cause: RevocationCause,
    reason: str,
    actor: Actor,
    now: datetime,
) -> None:
    statement.revoked_at = now
    statement.revoked_cause = cause
    statement.revoked_reason = reason
    audit.record(
        actor,
        "statement.revoke",
        {"serial": statement.serial, "cause": cause.value},
        statement.enrollment.offering,
        now=now,
    )
