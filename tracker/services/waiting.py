"""Who has not finished yet: evaluations not sent, certificates not due, and why."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from tracker.db import db
from tracker.domain.wording import gap_words
from tracker.models import Certificate, Enrollment, EvaluationReceipt, Offering
from tracker.models.certificate import RevocationCause
from tracker.models.enrollment import EnrollmentKind
from tracker.models.evaluation import HAS_EVALUATED
from tracker.services import (
    certificates,
    gates,
    schedules,
)


@dataclass(frozen=True)
class Answered:
    """Whether one participant has sent the evaluation; what was said, nobody sees."""

    enrollment: str
    name: str
    has_answered: bool


@dataclass(frozen=True)
class Uncertified:
    """A participant without a valid certificate; no `gaps` means that it is due.

    `was_revoked` says that a coordinator revoked the one before: the next is
    issued by a coordinator only, never by itself.
    """

    enrollment: str
    name: str
    gaps: tuple[str, ...]
    was_revoked: bool


def list_answered(offering: Offering) -> list[Answered]:
    """Return every participant and whether there is a receipt, by name: one query."""
    rows = db.session.execute(
        sa.select(Enrollment, EvaluationReceipt.enrollment_id)
        .outerjoin(
            EvaluationReceipt,
            sa.and_(EvaluationReceipt.enrollment_id == Enrollment.id, HAS_EVALUATED),
        )
        .where(*_takes_part(offering))
        .options(joinedload(Enrollment.person))
    )
    found = [
        Answered(row.public_id, row.person.name, receipt is not None)
        for row, receipt in rows
    ]
    return sorted(found, key=lambda each: (each.name.casefold(), each.enrollment))


def list_uncertified(offering: Offering, *, now: datetime) -> list[Uncertified]:
    """Return the participants without a valid certificate, those due first."""
    certified = sa.select(Certificate.enrollment_id).where(certificates.IS_LIVE)
    rows = db.session.scalars(
        sa.select(Enrollment)
        .where(*_takes_part(offering), Enrollment.id.not_in(certified))
        .options(joinedload(Enrollment.person))
    ).all()
    reports = gates.gates_of(rows, schedules.schedule_of(offering), now=now)
    decided = _decided_against(offering)
    found = [
        Uncertified(
            enrollment=row.public_id,
            name=row.person.name,
            gaps=gap_words(reports[row.id].gaps, reports[row.id].standing),
            was_revoked=row.id in decided,
        )
        for row in rows
    ]
    return sorted(
        found, key=lambda each: (bool(each.gaps), each.name.casefold(), each.enrollment)
    )


def _takes_part(offering: Offering) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        Enrollment.offering_id == offering.id,
        Enrollment.kind == EnrollmentKind.PARTICIPANT,
        Enrollment.withdrawn_at.is_(None),
    )


def _decided_against(offering: Offering) -> set[int]:
    return set(
        db.session.scalars(
            sa.select(Certificate.enrollment_id)
            .join(Enrollment, Enrollment.id == Certificate.enrollment_id)
            .where(
                Enrollment.offering_id == offering.id,
                Certificate.revoked_cause == RevocationCause.DECISION,
            )
        )
    )
