"""What the doctor asks of credit statements, as of certificates (I7 and I8)."""

from typing import Any

import sqlalchemy as sa

from tracker.db import db
from tracker.models import Correction, CreditStatement, Scan
from tracker.services import attendance, issued
from tracker.services.credit_statements import IS_LIVE

Facts = set[tuple[int | None, str]]


def founded() -> tuple[int, int]:
    """I7: every statement that stands rests on facts that are there and not void."""
    live = db.session.scalars(sa.select(CreditStatement).where(IS_LIVE)).all()
    facts = _facts()
    broken = [each for each in live if not _is_founded(each, facts)]
    return len(live), len(broken)


def _is_founded(statement: CreditStatement, facts: Facts) -> bool:
    parts: list[dict[str, Any]] = statement.basis
    return (
        bool(parts)
        and not issued.voided_basis(statement)
        and all(
            (statement.enrollment_id, part["source"]) in facts and part["minutes"] > 0
            for part in parts
        )
    )


def _facts() -> Facts:
    """Return all scans that count and corrections of whoever has a statement."""
    wanted = sa.select(CreditStatement.enrollment_id).where(IS_LIVE)
    scans = sa.select(Scan.enrollment_id, Scan.uid).where(
        Scan.enrollment_id.in_(wanted), Scan.outcome.in_(attendance.COUNTED)
    )
    by_hand = sa.select(Correction.enrollment_id, Correction.public_id).where(
        Correction.enrollment_id.in_(wanted)
    )
    found: Facts = {(each, f"scan:{uid}") for each, uid in db.session.execute(scans)}
    return found | {
        (each, f"correction:{uid}") for each, uid in db.session.execute(by_hand)
    }


def one_each() -> tuple[int, int]:
    """I8: at most one live statement per person and jurisdiction; no serial twice."""
    doubled = (
        sa.select(CreditStatement.enrollment_id)
        .where(IS_LIVE)
        .group_by(
            CreditStatement.enrollment_id,
            CreditStatement.jurisdiction,
            CreditStatement.unit,
        )
        .having(sa.func.count() > 1)
    )
    serials = (
        sa.select(CreditStatement.serial)
        .group_by(CreditStatement.serial)
        .having(sa.func.count() > 1)
    )
    counts = [
        db.session.scalar(sa.select(sa.func.count()).select_from(each.subquery())) or 0
        for each in (doubled, serials)
    ]
    checked = db.session.scalar(sa.select(sa.func.count(CreditStatement.id))) or 0
    return checked, sum(counts)
