"""The invariants, checked on a live database (trust.md, "Invariants")."""

from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa

from tracker.db import db, pairs_of
from tracker.domain.scans import Outcome
from tracker.models import (
    Attendance,
    Certificate,
    Enrollment,
    EvaluationReceipt,
    Offering,
    OfferingCounter,
    Scan,
    SealedResponse,
)
from tracker.services import attendance, audit, certificates
from tracker.services.sealing import SEALED_BYTES


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


def _count(statement: sa.Select[tuple[int]]) -> int:
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
    return _rows(Attendance), _count(
        sa.select(sa.func.count()).select_from(pairs.subquery())
    )


def _derived() -> tuple[int, int]:
    """I3: the stored attendance equals the one derived from scans and corrections."""
    offerings = db.session.scalars(sa.select(Offering)).all()
    return _rows(Attendance), sum(len(attendance.verify(each)) for each in offerings)


def _scans_answered() -> tuple[int, int]:
    """I5: every scan has one of four outcomes; one that counts has both its ends."""
    counted = Scan.outcome.in_((Outcome.ACCEPTED, Outcome.DUPLICATE))
    loose = sa.and_(
        counted, sa.or_(Scan.enrollment_id.is_(None), Scan.segment_id.is_(None))
    )
    reasons = sa.or_(
        sa.and_(counted, Scan.reason.is_not(None)),
        sa.and_(~counted, Scan.reason.is_(None)),
    )
    return _rows(Scan), _count(
        sa.select(sa.func.count(Scan.id)).where(sa.or_(loose, reasons))
    )


def _certificates_founded() -> tuple[int, int]:
    """I7: every certificate that stands rests on facts not void, and on a receipt."""
    live = db.session.scalars(sa.select(Certificate).where(certificates.IS_LIVE)).all()
    receipts = set(db.session.scalars(sa.select(EvaluationReceipt.enrollment_id)))
    broken = [
        each
        for each in live
        if each.enrollment_id not in receipts
        or certificates.voided_basis(each)
        or not each.basis
        or any(part["source"] is None for part in each.basis)
    ]
    return len(live), len(broken)


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


def _receipts_equal_answers() -> tuple[int, int]:
    """I9: as many receipts as sealed answers, offering by offering."""
    receipts = pairs_of(
        sa.select(Enrollment.offering_id, sa.func.count())
        .join(EvaluationReceipt, EvaluationReceipt.enrollment_id == Enrollment.id)
        .group_by(Enrollment.offering_id)
    )
    answers = pairs_of(
        sa.select(SealedResponse.offering_id, sa.func.count()).group_by(
            SealedResponse.offering_id
        )
    )
    offerings = receipts.keys() | answers.keys()
    unequal = [
        each for each in offerings if receipts.get(each, 0) != answers.get(each, 0)
    ]
    return sum(receipts.values()), len(unequal)


def _answers_padded() -> tuple[int, int]:
    """I10: no sealed answer can be told from another by its length."""
    wrong = sa.func.length(SealedResponse.sealed) != SEALED_BYTES
    return _rows(SealedResponse), _count(
        sa.select(sa.func.count()).select_from(SealedResponse).where(wrong)
    )


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
    "receipts equal answers": _receipts_equal_answers,
    "answers are of one length": _answers_padded,
    "audit log whole": _audit_whole,
    "offerings have counters": _counters,
}
