"""The invariants, checked on a live database (trust.md, "Invariants")."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from tracker.db import db
from tracker.domain.attendance import COMPLETE
from tracker.domain.scans import Outcome, Reason, outcome_of
from tracker.models import (
    Attendance,
    Certificate,
    Correction,
    Enrollment,
    EvaluationReceipt,
    Offering,
    OfferingCounter,
    Scan,
    Segment,
)
from tracker.models.evaluation import HAS_EVALUATED
from tracker.services import (
    answer_checks,
    attendance,
    audit,
    certificates,
    issued,
    seat_checks,
    statement_checks,
)


@dataclass(frozen=True)
class Check:
    """One invariant: how many things were looked at, and how many break it."""

    name: str
    checked: int
    broken: int

    @property
    def ok(self) -> bool:
        """Whether nothing breaks it."""
        return self.broken == 0


def run_checks() -> list[Check]:
    """Run every check; each is independent of the others."""
    return [Check(name, *check()) for name, check in CHECKS.items()]


def _count(statement: sa.Select[int]) -> int:
    return db.session.scalar(statement) or 0


def _rows(model: type) -> int:
    return _count(sa.select(sa.func.count()).select_from(model))


def _one_attendance() -> tuple[int, int]:
    """I1: at most one attendance per enrollment and segment, both of one offering."""
    pairs = (
        sa.select(Attendance.enrollment_id)
        .group_by(Attendance.enrollment_id, Attendance.segment_id)
        .having(sa.func.count() > 1)
    )
    across = (
        sa.select(sa.func.count(Attendance.id))
        .join(Enrollment, Enrollment.id == Attendance.enrollment_id)
        .join(Segment, Segment.id == Attendance.segment_id)
        .where(Enrollment.offering_id != Segment.offering_id)
    )
    doubled = sa.select(sa.func.count()).select_from(pairs.subquery())
    return _rows(Attendance), _count(doubled) + _count(across)


def _derived() -> tuple[int, int]:
    """I3: the stored attendance equals the one derived from scans and corrections."""
    offerings = db.session.scalars(sa.select(Offering)).all()
    return _rows(Attendance), sum(len(attendance.verify(each)) for each in offerings)


def _scans_answered() -> tuple[int, int]:
    """I5: every scan has one of four outcomes, with a reason that belongs to it.

    One that counts has no reason, and both its ends.
    """
    outcome = sa.type_coerce(Scan.outcome, sa.Text)
    counted = outcome.in_([Outcome.ACCEPTED, Outcome.DUPLICATE])
    is_whole = sa.or_(
        sa.and_(counted, Scan.enrollment_id.is_not(None), Scan.segment_id.is_not(None)),
        *(outcome == kind for kind in (Outcome.HELD, Outcome.REFUSED)),
    )
    reasons: dict[Outcome, list[Reason]] = {}
    for reason in Reason:
        reasons.setdefault(outcome_of(reason), []).append(reason)
    fits = sa.or_(
        sa.and_(counted, Scan.reason.is_(None)),
        *(sa.and_(outcome == kind, _among(reasons[kind])) for kind in reasons),
    )
    wanted = sa.select(sa.func.count(Scan.id)).where(~sa.and_(is_whole, fits))
    return _rows(Scan), _count(wanted)


def _among(reasons: list[Reason]) -> sa.ColumnElement[bool]:
    return sa.and_(Scan.reason.is_not(None), Scan.reason.in_(reasons))


def _certificates_founded() -> tuple[int, int]:
    """I7: every certificate that stands rests on facts not void, and on a receipt."""
    live = db.session.scalars(sa.select(Certificate).where(certificates.IS_LIVE)).all()
    receipts = set(
        db.session.scalars(
            sa.select(EvaluationReceipt.enrollment_id).where(HAS_EVALUATED)
        )
    )
    facts = _facts_of_certified()
    broken = [
        each
        for each in live
        if each.enrollment_id not in receipts
        or issued.voided_basis(each)
        or not each.basis
        or not all(_is_founded(each, part, facts) for part in each.basis)
    ]
    return len(live), len(broken)


def _facts_of_certified() -> set[tuple[int | None, str]]:
    """Return all scans that count and corrections of whoever has a certificate."""
    certified = sa.select(Certificate.enrollment_id).where(certificates.IS_LIVE)
    scans = sa.select(Scan.enrollment_id, Scan.uid).where(
        Scan.enrollment_id.in_(certified), Scan.outcome.in_(attendance.COUNTED)
    )
    by_hand = sa.select(Correction.enrollment_id, Correction.public_id).where(
        Correction.enrollment_id.in_(certified)
    )
    found = {(each, f"scan:{uid}") for each, uid in db.session.execute(scans)}
    return found | {
        (each, f"correction:{uid}") for each, uid in db.session.execute(by_hand)
    }


def _is_founded(
    certificate: Certificate, part: dict[str, Any], facts: set[tuple[int | None, str]]
) -> bool:
    """Say whether one segment of the basis is complete by a fact that is there."""
    is_there = (certificate.enrollment_id, part["source"]) in facts
    return is_there and part["status"] in COMPLETE


def _one_certificate() -> tuple[int, int]:
    """I8: at most one live certificate per enrollment; no serial twice."""
    doubled = (
        sa.select(Certificate.enrollment_id)
        .where(certificates.IS_LIVE)
        .group_by(Certificate.enrollment_id)
        .having(sa.func.count() > 1)
    )
    serials = (
        sa.select(Certificate.serial)
        .group_by(Certificate.serial)
        .having(sa.func.count() > 1)
    )
    broken = [
        sa.select(sa.func.count()).select_from(each.subquery())
        for each in (doubled, serials)
    ]
    return _rows(Certificate), sum(map(_count, broken))


def _audit_whole() -> tuple[int, int]:
    """I17: no entry of the audit log is edited, missing, moved or cut off."""
    reports = audit.verify_chains()
    return sum(each.checked for each in reports), sum(
        each.broken is not None for each in reports
    )


def _counters() -> tuple[int, int]:
    """Every offering has its counters, without which a board would never change."""
    missing = sa.select(sa.func.count(Offering.id)).where(
        ~sa.exists().where(OfferingCounter.offering_id == Offering.id)
    )
    return _rows(Offering), _count(missing)


CHECKS: dict[str, Callable[[], tuple[int, int]]] = {
    "one attendance per enrollment and segment": _one_attendance,
    "attendance equals its facts": _derived,
    "every scan answered": _scans_answered,
    "certificates rest on their basis": _certificates_founded,
    "one live certificate per enrollment": _one_certificate,
    "credit statements rest on their basis": statement_checks.founded,
    "one live credit statement per jurisdiction": statement_checks.one_each,
    "receipts equal answers": answer_checks.receipts_equal_answers,
    "answers are of one length": answer_checks.answers_padded,
    "keys of answers in place": answer_checks.keys_in_place,
    "nothing released of fewer than five": answer_checks.releases_large_enough,
    "audit log whole": _audit_whole,
    "offerings have counters": _counters,
    "seats within capacity": seat_checks.within_capacity,
}
