"""Credit statements: numbered, per person and jurisdiction, from attended minutes.

As certificates, they are issued under the enrollment's lock, from what holds then;
their bytes are kept. What has changed since makes a newer one that replaces them.
"""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from tracker.db import db
from tracker.domain.certificates import (
    STATEMENT_PREFIX,
    new_serial,
    normalise_statement_serial,
)
from tracker.domain.schedule import Schedule
from tracker.errors import ConflictError, NotFoundError
from tracker.models import CreditStatement, Enrollment, Offering
from tracker.models.certificate import RevocationCause
from tracker.services import audit, credit_rules, credit_standings, licences, schedules
from tracker.services import statement_document as paper
from tracker.services.audit import Actor
from tracker.services.certificates import name_digest
from tracker.services.credit_standings import CreditStanding

IS_LIVE = sa.and_(
    CreditStatement.revoked_at.is_(None), CreditStatement.superseded_at.is_(None)
)
REVOKED = "Your statement there was revoked. Please ask the coordinator."


@dataclass(frozen=True)
class Draft:
    """A statement typeset before the lock is taken; issued only if still true."""

    serial: str
    name: str
    licence: str
    standing: CreditStanding
    replaces: str | None
    pdf: bytes


def find_live(
    enrollment: Enrollment, jurisdiction: str, unit: str
) -> CreditStatement | None:
    """Return the statement of an enrollment that holds now in a jurisdiction."""
    return db.session.scalar(
        sa.select(CreditStatement).where(
            CreditStatement.enrollment_id == enrollment.id,
            CreditStatement.jurisdiction == jurisdiction,
            CreditStatement.unit == unit,
            IS_LIVE,
        )
    )


def get_standing(
    enrollment: Enrollment, schedule: Schedule, key: str, *, now: datetime
) -> CreditStanding:
    """Return how an enrollment stands under the accreditation of that key.

    Raises:
        InvalidError: the offering carries no such accreditation.
    """
    credit_rules.chosen(enrollment.offering, key)
    found = credit_standings.standings_of(enrollment, schedule, now=now)
    return next(each for each in found if each.key == key)


def draft(
    enrollment: Enrollment,
    standing: CreditStanding,
    *,
    now: datetime,
    schedule: Schedule | None = None,
) -> Draft:
    """Typeset the statement that an enrollment may have.

    Raises:
        ConflictError: the name holds a character that no font here can print.
    """
    schedule = schedule or schedules.schedule_of(enrollment.offering)
    hours = standing.hours
    live = find_live(enrollment, hours["jurisdiction"], hours["unit"])
    drafted = Draft(
        serial=new_serial(STATEMENT_PREFIX),
        name=enrollment.printed_name,
        licence=_licence(enrollment, standing),
        standing=standing,
        replaces=live.serial if live else None,
        pdf=b"",
    )
    said = paper.Said(drafted.serial, drafted.name, drafted.licence, drafted.replaces)
    pdf = paper.typeset(enrollment, schedule, standing, said, now=now)
    return Draft(**{**vars(drafted), "pdf": pdf})


def _licence(enrollment: Enrollment, standing: CreditStanding) -> str:
    hours = standing.hours
    return licences.number_of(enrollment.person, hours["jurisdiction"], hours["unit"])


def issue(
    enrollment: Enrollment,
    key: str,
    *,
    actor: Actor,
    now: datetime,
    drafted: Draft | None = None,
    is_decision: bool = False,
) -> CreditStatement:
    """Issue a statement, or return the one that says the same already.

    What it rests on is asked here, under the enrollment's lock; a draft made
    earlier is used only if it still says what holds. One that says something else
    is superseded. After a revocation by decision only a coordinator's decision
    issues another, as with certificates (docs/decisions/0004).

    Raises:
        InvalidError: no such accreditation. ConflictError: says what is missing.
    """
    db.session.execute(
        sa.select(Enrollment.id).where(Enrollment.id == enrollment.id).with_for_update()
    )
    schedule = schedules.schedule_of(enrollment.offering)
    standing = get_standing(enrollment, schedule, key, now=now)
    if standing.gaps:
        raise ConflictError(f"No statement yet. {' '.join(standing.gaps)}")
    hours = standing.hours
    live = find_live(enrollment, hours["jurisdiction"], hours["unit"])
    licence = _licence(enrollment, standing)
    if live and says_same(live, enrollment, standing, licence):
        return live
    if not (live or is_decision) and was_revoked_by_decision(enrollment, standing):
        raise ConflictError(REVOKED)
    if drafted is None or not _still_holds(drafted, enrollment, standing, live):
        drafted = draft(enrollment, standing, now=now, schedule=schedule)
    row = _replace(enrollment, live, drafted, schedule.local_day(now), now)
    details = {
        "enrollment": enrollment.public_id,
        "serial": row.serial,
        "jurisdiction": row.jurisdiction,
        "replaces": row.replaces,
    }
    audit.record(actor, "statement.issue", details, enrollment.offering, now=now)
    return row


def says_same(
    statement: CreditStatement,
    enrollment: Enrollment,
    standing: CreditStanding,
    licence: str,
) -> bool:
    """Say whether a statement still says what holds: minutes, hours, name, licence."""
    kept = statement.basis, statement.facts["hours"], statement.name, statement.licence
    holds = standing.basis, [standing.hours], enrollment.printed_name, licence
    return kept == holds


def _still_holds(
    drafted: Draft,
    enrollment: Enrollment,
    standing: CreditStanding,
    live: CreditStatement | None,
) -> bool:
    name = enrollment.printed_name
    before = drafted.standing, drafted.name, drafted.licence, drafted.replaces
    replaces = live.serial if live else None
    return before == (standing, name, _licence(enrollment, standing), replaces)


def was_revoked_by_decision(enrollment: Enrollment, standing: CreditStanding) -> bool:
    """Say whether a coordinator has revoked a statement of theirs there."""
    hours = standing.hours
    return bool(
        db.session.scalar(
            sa.select(sa.func.count(CreditStatement.id)).where(
                CreditStatement.enrollment_id == enrollment.id,
                CreditStatement.jurisdiction == hours["jurisdiction"],
                CreditStatement.unit == hours["unit"],
                CreditStatement.revoked_cause == RevocationCause.DECISION,
            )
        )
    )


def _replace(
    enrollment: Enrollment,
    live: CreditStatement | None,
    drafted: Draft,
    issued_on: date,
    now: datetime,
) -> CreditStatement:
    if live:
        live.superseded_at = now
        db.session.flush()  # one live at a time, also in between
    hours = drafted.standing.hours
    row = CreditStatement(
        serial=drafted.serial,
        enrollment_id=enrollment.id,
        jurisdiction=hours["jurisdiction"],
        unit=hours["unit"],
        name=drafted.name,
        name_digest=name_digest(drafted.name),
        licence=drafted.licence,
        basis=drafted.standing.basis,
        facts=paper.facts_of(enrollment.offering, hours),
        pdf=drafted.pdf,
        pdf_digest=hashlib.sha256(drafted.pdf).digest(),
        issued_on=issued_on,
        issued_at=now,
        replaces=drafted.replaces,
    )
    db.session.add(row)
    db.session.flush()
    return row


def get_by_serial(
    serial: str,
    offering: Offering | None = None,
    enrollment: Enrollment | None = None,
) -> CreditStatement:
    """Return a statement by its typed serial, of one offering or enrollment only.

    Raises:
        NotFoundError: there is none of that serial (there).
    """
    found = db.session.scalar(
        sa.select(CreditStatement)
        .where(CreditStatement.serial == normalise_statement_serial(serial))
        .options(joinedload(CreditStatement.enrollment).joinedload(Enrollment.offering))
    )
    is_there = found is not None and (
        (offering is None or found.enrollment.offering_id == offering.id)
        and (enrollment is None or found.enrollment_id == enrollment.id)
    )
    if found is None or not is_there:
        raise NotFoundError("There is no credit statement of that serial.")
    return found
