"""Certificates: drafted, issued behind the gate, listed.

`issue` asks `gates.gate` inside its own transaction, whatever was known before.
"""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from tracker import keys
from tracker.db import db
from tracker.domain.certificates import (
    new_serial,
    normalise_serial,
)
from tracker.domain.names import fold_name
from tracker.domain.progress import missing_sentences
from tracker.domain.schedule import Schedule
from tracker.errors import ConflictError, NotFoundError
from tracker.models import (
    Certificate,
    CreditStatement,
    Enrollment,
    EvaluationReceipt,
    Offering,
)
from tracker.models.certificate import RevocationCause
from tracker.models.enrollment import EnrollmentKind
from tracker.models.evaluation import HAS_EVALUATED
from tracker.services import (
    audit,
    certificate_document,
    gates,
    messages,
    schedules,
)
from tracker.services.audit import Actor
from tracker.services.gates import GateReport

IS_LIVE = sa.and_(Certificate.revoked_at.is_(None), Certificate.superseded_at.is_(None))


REVOKED = "Your certificate was revoked. Please ask the coordinator."


def find_live(enrollment: Enrollment) -> Certificate | None:
    """Return the enrollment's certificate that is valid now, if there is one."""
    return db.session.scalar(
        sa.select(Certificate).where(
            Certificate.enrollment_id == enrollment.id, IS_LIVE
        )
    )


@dataclass(frozen=True)
class Draft:
    """A certificate typeset before the lock is taken; issued only if still true."""

    serial: str
    name: str
    basis: list[dict[str, Any]]
    facts: dict[str, Any]
    pdf: bytes
    replaces: str | None = None


def draft(
    enrollment: Enrollment,
    report: GateReport,
    *,
    now: datetime,
    schedule: Schedule | None = None,
) -> Draft:
    """Typeset the certificate of an enrollment whose gate is open.

    Raises:
        ConflictError: the name holds a character that no font here can print.
    """
    schedule = schedule or schedules.schedule_of(enrollment.offering)
    basis = gates.basis_of(schedule, report)
    serial = new_serial()
    facts, pdf = certificate_document.typeset(
        enrollment, schedule, basis, serial=serial, now=now
    )
    return Draft(serial, enrollment.printed_name, basis, facts, pdf)


def draft_of(enrollment: Enrollment, *, now: datetime) -> Draft:
    """Typeset the certificate of an enrollment that is due."""
    return draft(enrollment, gates.gate(enrollment, now=now), now=now)


def was_revoked_by_decision(enrollment: Enrollment) -> bool:
    """Say whether a coordinator has revoked a certificate of this enrollment."""
    return bool(
        db.session.scalar(
            sa.select(sa.func.count(Certificate.id)).where(
                Certificate.enrollment_id == enrollment.id,
                Certificate.revoked_cause == RevocationCause.DECISION,
            )
        )
    )


def issue(
    enrollment: Enrollment,
    *,
    actor: Actor,
    now: datetime,
    drafted: Draft | None = None,
    is_decision: bool = False,
) -> Certificate:
    """Issue the certificate of an enrollment, or return the one it has.

    The gate is asked here, under the enrollment's lock, whatever was known
    before; a draft made earlier is used only if it still rests on the same facts.
    After somebody has revoked one by decision, only a coordinator's decision
    issues another (docs/decisions/0004).

    Raises:
        ConflictError: the gate is not open; says what is missing.
    """
    db.session.execute(
        sa.select(Enrollment.id).where(Enrollment.id == enrollment.id).with_for_update()
    )
    if live := find_live(enrollment):
        return live
    if not is_decision and was_revoked_by_decision(enrollment):
        raise ConflictError(REVOKED)
    schedule = schedules.schedule_of(enrollment.offering)
    report = gates.gate(enrollment, now=now, schedule=schedule)
    if report.gaps:
        missing = missing_sentences(report.gaps, report.standing)
        raise ConflictError(f"No certificate yet. {' '.join(missing)}")
    basis = gates.basis_of(schedule, report)
    if drafted is None or (drafted.basis, drafted.name) != (
        basis,
        enrollment.printed_name,
    ):
        drafted = draft(enrollment, report, now=now, schedule=schedule)
    certificate = insert(enrollment, drafted, schedule.local_day(now), now)
    audit.record(
        actor,
        "certificate.issue",
        {"enrollment": enrollment.public_id, "serial": drafted.serial},
        enrollment.offering,
        now=now,
    )
    messages.queue_certificate_ready(enrollment, now=now)
    schedules.raise_version(enrollment.offering_id)
    return certificate


def insert(
    enrollment: Enrollment, drafted: Draft, issued_on: date, now: datetime
) -> Certificate:
    """Store a certificate as drafted; the caller has asked whether it may be."""
    row = Certificate(
        serial=drafted.serial,
        enrollment_id=enrollment.id,
        name=drafted.name,
        name_digest=name_digest(drafted.name),
        basis=drafted.basis,
        facts=drafted.facts,
        pdf=drafted.pdf,
        pdf_digest=hashlib.sha256(drafted.pdf).digest(),
        issued_on=issued_on,
        issued_at=now,
        replaces=drafted.replaces,
    )
    db.session.add(row)
    db.session.flush()
    return row


def name_digest(name: str) -> bytes:
    """Return the keyed digest by which a printed name is compared."""
    return keys.ring().digest("certificates.name", fold_name(name))


@dataclass(frozen=True)
class DueReport:
    """Enrollments whose certificate is due, and how many participants have none yet."""

    due: tuple[Enrollment, ...]
    not_due_count: int


def find_due(offering: Offering, *, now: datetime) -> DueReport:
    """Find the participants whose gate is open and who have no certificate.

    Somebody whose certificate a coordinator has revoked is not due by itself:
    that decision is not to be undone by a job (docs/decisions/0004).
    """
    settled = sa.select(Certificate.enrollment_id).where(
        sa.or_(IS_LIVE, Certificate.revoked_cause == RevocationCause.DECISION)
    )
    waiting = db.session.scalars(
        sa.select(Enrollment)
        .where(
            Enrollment.offering_id == offering.id,
            Enrollment.kind == EnrollmentKind.PARTICIPANT,
            Enrollment.withdrawn_at.is_(None),
            Enrollment.id.not_in(settled),
        )
        .options(joinedload(Enrollment.person), joinedload(Enrollment.offering))
        .order_by(Enrollment.id)
    ).all()
    reports = gates.gates_of(waiting, schedules.schedule_of(offering), now=now)
    due = tuple(row for row in waiting if reports[row.id].is_open)
    return DueReport(due, len(waiting) - len(due))


def find_waiting() -> list[tuple[Offering, int]]:
    """Find the offerings in which people with a receipt never had a certificate.

    Returns:
        Each with how many of them it has.
    """
    waiting = (
        sa.select(Enrollment.offering_id, sa.func.count().label("count"))
        .join(EvaluationReceipt, EvaluationReceipt.enrollment_id == Enrollment.id)
        .where(
            HAS_EVALUATED,
            ~sa.exists().where(Certificate.enrollment_id == Enrollment.id),
        )
        .group_by(Enrollment.offering_id)
        .subquery()
    )
    rows = db.session.execute(
        sa.select(Offering, waiting.c.count).join(
            waiting, waiting.c.offering_id == Offering.id
        )
    )
    return [(offering, count) for offering, count in rows]


@dataclass(frozen=True)
class ListedCertificate:
    """A line of an offering's certificates, newest first."""

    serial: str
    enrollment: str
    name: str
    status: str
    issued_at: datetime
    issued_on: str
    reason: str
    replaces: str
    bears_other_name: bool


def list_of(offering: Offering) -> list[ListedCertificate]:
    """List an offering's certificates, revoked ones too: one query."""
    return _listed(Enrollment.offering_id == offering.id)


def history_of(enrollment: Enrollment) -> list[ListedCertificate]:
    """List every certificate that somebody ever had here, the newest first."""
    return _listed(Enrollment.id == enrollment.id)


def _listed(wanted: sa.ColumnElement[bool]) -> list[ListedCertificate]:
    rows = db.session.scalars(
        sa.select(Certificate)
        .join(Certificate.enrollment)
        .where(wanted)
        .options(joinedload(Certificate.enrollment).joinedload(Enrollment.person))
        .order_by(Certificate.issued_at.desc(), Certificate.id.desc())
    )
    return [
        ListedCertificate(
            serial=row.serial,
            enrollment=row.enrollment.public_id,
            name=row.name,
            status=status_of(row),
            issued_at=row.issued_at,
            issued_on=row.issued_on.isoformat(),
            reason=row.revoked_reason or row.superseded_reason or "",
            replaces=row.replaces or "",
            bears_other_name=row.name != row.enrollment.printed_name,
        )
        for row in rows
    ]


def status_of(certificate: Certificate | CreditStatement) -> str:
    """Say valid, superseded or revoked; revoked never becomes valid again."""
    if certificate.revoked_at is not None:
        return "revoked"
    return "superseded" if certificate.superseded_at is not None else "valid"


def get_by_serial(serial: str, offering: Offering | None = None) -> Certificate:
    """Return a certificate by its typed serial, of one offering where that is given.

    Raises:
        NotFoundError: there is none of that serial (there).
    """
    wanted = normalise_serial(serial)
    found = db.session.scalar(
        sa.select(Certificate)
        .where(Certificate.serial == wanted)
        .options(joinedload(Certificate.enrollment).joinedload(Enrollment.offering))
    )
    if found is None or (offering and found.enrollment.offering_id != offering.id):
        raise NotFoundError("There is no certificate of that serial.")
    return found
