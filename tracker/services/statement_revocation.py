"""Revoking credit statements: by decision, or because what they rest on fell."""

from datetime import datetime

import sqlalchemy as sa

from tracker.db import db
from tracker.models import (
    CreditStatement,
    Enrollment,
    Offering,
    Segment,
)
from tracker.models.certificate import RevocationCause
from tracker.services import attendance, issued
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
    statement = get_by_serial(serial, offering)
    issued.revoke_by_decision(statement, reason, actor=actor, now=now)
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
        parts = {part["segment"] for part in issued.voided_basis(live)}
        if segment.number in parts or _is_less(live, enrollment, segment, now):
            text = f"What it rests on at segment {segment.number} was voided."
            issued.end(live, RevocationCause.BASIS, text, actor=actor, now=now)
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
