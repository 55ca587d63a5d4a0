"""Certificates: the gate, issuing, revoking, verifying.

One function, `gate`, says for page, command, worker and issue whether a
certificate may be issued; `issue` asks it inside its own transaction.
"""

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from tracker import keys
from tracker.db import db
from tracker.domain.attendance import (
    CorrectionKind,
    Record,
    Standing,
    standing,
    voided_sources,
)
from tracker.domain.certificates import (
    Gap,
    GateFacts,
    certificate_gaps,
    new_serial,
    normalise_serial,
)
from tracker.domain.names import clean_text, fold_name
from tracker.domain.schedule import Schedule
from tracker.errors import ConflictError, InvalidError, NotFoundError
from tracker.models import (
    Certificate,
    Correction,
    Enrollment,
    EvaluationReceipt,
    Offering,
)
from tracker.models.certificate import RevocationCause
from tracker.models.enrollment import EnrollmentKind
from tracker.services import (
    attendance,
    audit,
    certificate_document,
    limits,
    messages,
    schedules,
)
from tracker.services.audit import Actor

IS_LIVE = sa.and_(Certificate.revoked_at.is_(None), Certificate.superseded_at.is_(None))


@dataclass(frozen=True)
class GateReport:
    """What the gate says of one enrollment, and the standing it rests on."""

    gaps: tuple[Gap, ...]
    standing: Standing
    records: Mapping[int, Record]

    @property
    def is_open(self) -> bool:
        """Whether a certificate may be issued now."""
        return not self.gaps


def gate(
    enrollment: Enrollment, *, now: datetime, schedule: Schedule | None = None
) -> GateReport:
    """Say what still stands between one enrollment and its certificate."""
    schedule = schedule or schedules.schedule_of(enrollment.offering)
    return gates([enrollment], schedule, now=now)[enrollment.id]


def gates(
    enrollments: Iterable[Enrollment], schedule: Schedule, *, now: datetime
) -> dict[int, GateReport]:
    """Ask the gate for many enrollments of one offering, in three queries."""
    rows = list(enrollments)
    ids = [row.id for row in rows]
    records = attendance.records_of(ids)
    held = attendance.open_held_scans(ids)
    receipts = set(
        db.session.scalars(
            sa.select(EvaluationReceipt.enrollment_id).where(
                EvaluationReceipt.enrollment_id.in_(ids)
            )
        )
    )
    has_ended = schedule.ends_at is not None and schedule.ends_at <= now
    reports = {}
    for row in rows:
        known = records.get(row.id, {})
        stands = standing(schedule, known, now)
        facts = GateFacts(
            is_participant=row.kind == EnrollmentKind.PARTICIPANT
            and row.withdrawn_at is None,
            is_full=stands.is_full,
            has_receipt=row.id in receipts,
            has_ended=has_ended,
            held_scan_count=held.get(row.id, 0),
        )
        reports[row.id] = GateReport(certificate_gaps(facts), stands, known)
    return reports


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


def draft(enrollment: Enrollment, report: GateReport, *, now: datetime) -> Draft:
    """Typeset the certificate of an enrollment whose gate is open.

    Raises:
        ConflictError: the name holds a character that no font here can print.
    """
    offering = enrollment.offering
    schedule = schedules.schedule_of(offering)
    basis = basis_of(schedule, report)
    serial = new_serial()
    facts, pdf = certificate_document.typeset(
        enrollment, schedule, basis, serial=serial, now=now
    )
    return Draft(serial, enrollment.person.name, basis, facts, pdf)


def draft_of(enrollment: Enrollment, *, now: datetime) -> Draft:
    """Typeset the certificate of an enrollment that is due."""
    return draft(enrollment, gate(enrollment, now=now), now=now)


def basis_of(schedule: Schedule, report: GateReport) -> list[dict[str, Any]]:
    """Say what a certificate rests on: per segment status, minutes and fact."""
    basis = []
    for segment in schedule.required:
        record = report.records.get(segment.id)
        status = report.standing.statuses[segment.number]
        is_timed = status in {"present", "late"}
        source = (
            (record.first_source if is_timed else record.mark_source)
            if record
            else None
        )
        minutes = report.standing.minutes[segment.number]
        basis.append(
            {
                "segment": segment.number,
                "status": status.value,
                "minutes": minutes,
                "source": source,
            }
        )
    return basis


def issue(
    enrollment: Enrollment, *, actor: Actor, now: datetime, drafted: Draft | None = None
) -> Certificate:
    """Issue the certificate of an enrollment, or return the one it has.

    The gate is asked here, under the enrollment's lock, whatever was known
    before; a draft made earlier is used only if it still rests on the same facts.

    Raises:
        ConflictError: the gate is not open; says what is missing.
    """
    db.session.execute(
        sa.select(Enrollment.id).where(Enrollment.id == enrollment.id).with_for_update()
    )
    if live := find_live(enrollment):
        return live
    schedule = schedules.schedule_of(enrollment.offering)
    report = gate(enrollment, now=now, schedule=schedule)
    if report.gaps:
        raise ConflictError(f"No certificate yet: {', '.join(report.gaps)}.")
    basis = basis_of(schedule, report)
    if drafted is None or (drafted.basis, drafted.name) != (
        basis,
        enrollment.person.name,
    ):
        drafted = draft(enrollment, report, now=now)
    certificate = _insert(enrollment, drafted, now)
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


def _insert(enrollment: Enrollment, drafted: Draft, now: datetime) -> Certificate:
    row = Certificate(
        serial=drafted.serial,
        enrollment_id=enrollment.id,
        name=drafted.name,
        name_digest=name_digest(drafted.name),
        basis=drafted.basis,
        facts=drafted.facts,
        pdf=drafted.pdf,
        pdf_digest=hashlib.sha256(drafted.pdf).digest(),
        issued_on=schedules.schedule_of(enrollment.offering).local_day(now),
        issued_at=now,
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
    reports = gates(waiting, schedules.schedule_of(offering), now=now)
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
        .where(~sa.exists().where(Certificate.enrollment_id == Enrollment.id))
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
    revoked_reason: str


def list_of(offering: Offering) -> list[ListedCertificate]:
    """List an offering's certificates, revoked ones too: one query."""
    rows = db.session.execute(
        sa.select(Certificate, Enrollment.public_id)
        .join(Certificate.enrollment)
        .where(Enrollment.offering_id == offering.id)
        .order_by(Certificate.issued_at.desc(), Certificate.id.desc())
    )
    return [
        ListedCertificate(
            serial=row.serial,
            enrollment=enrollment,
            name=row.name,
            status=status_of(row),
            issued_at=row.issued_at,
            issued_on=row.issued_on.isoformat(),
            revoked_reason=row.revoked_reason or "",
        )
        for row, enrollment in rows
    ]


def status_of(certificate: Certificate) -> str:
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
        InvalidError: no reason.
    """
    reason = clean_text(reason)
    if not reason or len(reason) > 500:
        message = "Give a reason of 1 to 500 characters."
        raise InvalidError(message, {"reason": message})
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


@dataclass(frozen=True)
class Verdict:
    """What verification may say; `facts` only where serial and name both fit."""

    status: str
    facts: Mapping[str, Any] | None = None


NO_MATCH = Verdict("no_match")


def spend_verification(serial: str, address: str | None, *, now: datetime) -> None:
    """Take one try from the limits of verification: per serial, and per network.

    The caller commits before it goes on. A network's limit is generous: a
    licensing office checks many certificates from behind one address.

    Raises:
        TooManyRequestsError: tried too often; says when to come again.
    """
    limits.spend(["verify", normalise_serial(serial) or serial], 60, 10, now=now)
    limits.spend(["verify network", limits.network(address)], 1, 120, now=now)


def verify(serial: str, name: str) -> Verdict:
    """Say what a serial and the printed name together are.

    A wrong serial and a wrong name answer alike, and take the same steps, so
    that nobody learns whether a serial exists (product.md "Certifying").
    """
    wanted = normalise_serial(serial)
    found = db.session.scalar(
        sa.select(Certificate).where(Certificate.serial == wanted)
    )
    kept = found.name_digest if found else bytes(32)
    fits = hmac.compare_digest(kept, name_digest(name))
    if found is None or not fits:
        return NO_MATCH
    return Verdict(status_of(found), found.facts)


def verify_bytes(data: bytes) -> Verdict:
    """Say what a PDF file is: valid only if its very bytes were issued and stand."""
    digest = hashlib.sha256(data).digest()
    found = db.session.scalar(
        sa.select(Certificate).where(Certificate.pdf_digest == digest)
    )
    return (
        Verdict(status_of(found), found.facts | {"serial": found.serial})
        if found
        else NO_MATCH
    )
