"""Seats in an offering and their passes, one person at a time."""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from tracker.db import db
from tracker.domain import passes
from tracker.domain.roster import Entry
from tracker.domain.tables import TableError
from tracker.errors import ConflictError, InvalidError, NotFoundError
from tracker.models import Enrollment, Offering, Pass, Person
from tracker.models.enrollment import EnrollmentKind
from tracker.services import audit, enrolling, schedules
from tracker.services.audit import Actor
from tracker.services.changes import Change

REFUSAL = "This person was not enrolled."


def enroll(  # noqa: PLR0913 - a person's fields, each by its name
    offering: Offering,
    *,
    name: str,
    email: str,
    agency: str = "",
    title: str = "",
    discipline: str = "",
    state: str = "",
    county: str = "",
    kind: EnrollmentKind = EnrollmentKind.PARTICIPANT,
    now: datetime,
) -> tuple[Enrollment, Change]:
    """Enroll one person with a pass, or update who is enrolled; again changes nothing.

    An empty field says nothing and leaves what is stored.

    Raises:
        InvalidError: a field must be mended; says which.
        ConflictError: no seat is left.
    """
    entry = Entry(name, email, agency, title, discipline, state, county).tidied()
    if errors := dict(entry.problems()):
        raise InvalidError(REFUSAL, errors)
    try:
        (done,) = enrolling.enroll_all(offering, [(1, entry)], kind=kind, now=now)
    except TableError as error:
        raise _refused(error) from error
    return _of_person(offering, done.person_id), done.change


def _refused(error: TableError) -> ConflictError | InvalidError:
    first = error.refusals[0]
    if first.column is None:
        return ConflictError(f"{REFUSAL} {first.reason.capitalize()}.")
    return InvalidError(
        REFUSAL, {each.column or "": each.reason for each in error.refusals}
    )


def _of_person(offering: Offering, person_id: int) -> Enrollment:
    return db.session.scalars(
        sa.select(Enrollment)
        .where(Enrollment.offering_id == offering.id, Enrollment.person_id == person_id)
        .options(joinedload(Enrollment.person), joinedload(Enrollment.offering))
    ).one()


def list_enrollments(offering: Offering) -> list[Enrollment]:
    """Return who is enrolled now, with their person, in the order of names."""
    rows = db.session.scalars(
        sa.select(Enrollment)
        .where(Enrollment.offering_id == offering.id, Enrollment.withdrawn_at.is_(None))
        .options(joinedload(Enrollment.person))
    )
    return sorted(rows, key=lambda row: (row.person.name.casefold(), row.public_id))


def get_by_public_id(offering: Offering, public_id: str) -> Enrollment:
    """Return an enrollment of this offering, withdrawn ones too.

    Raises:
        NotFoundError: there is none of that id, or it is another offering's.
    """
    found = db.session.scalar(
        sa.select(Enrollment)
        .where(Enrollment.offering_id == offering.id, Enrollment.public_id == public_id)
        .options(joinedload(Enrollment.person), joinedload(Enrollment.offering))
    )
    if found is None:
        raise NotFoundError
    return found


def find_enrollment(offering: Offering, person: Person) -> Enrollment | None:
    """Return a person's enrollment in an offering, a withdrawn one too."""
    return db.session.scalar(
        sa.select(Enrollment)
        .where(Enrollment.offering_id == offering.id, Enrollment.person_id == person.id)
        .options(joinedload(Enrollment.person), joinedload(Enrollment.offering))
    )


def take_back(enrollment: Enrollment, *, actor: Actor, now: datetime) -> bool:
    """Give somebody who had withdrawn the same seat again; say whether they had.

    The pass is the one they had. Whoever calls has seen to it that a seat is left.
    """
    if enrollment.withdrawn_at is None:
        return False
    enrollment.withdrawn_at = None
    details = {"enrollment": enrollment.public_id}
    audit.record(actor, "enrollment.take_back", details, enrollment.offering, now=now)
    schedules.raise_version(enrollment.offering_id)
    return True


def withdraw(enrollment: Enrollment, *, actor: Actor, now: datetime) -> bool:
    """Give a seat back; say whether it was still taken.

    The record stays, and so does the pass: a scan of it is then held for a
    person to decide (trust.md, hostile inputs).
    """
    if enrollment.withdrawn_at is not None:
        return False
    enrollment.withdrawn_at = now
    details = {"enrollment": enrollment.public_id}
    audit.record(actor, "enrollment.withdraw", details, enrollment.offering, now=now)
    schedules.raise_version(enrollment.offering_id)
    return True


def issue_pass(enrollment: Enrollment, *, now: datetime) -> Pass:
    """Give an enrollment a new pass, beside any it has."""
    values = enrolling.new_pass(enrollment.offering, enrollment.id, now=now)
    row = Pass(**values)
    db.session.add(row)
    db.session.flush()
    return row


def replace_pass(enrollment: Enrollment, *, actor: Actor, now: datetime) -> Pass:
    """Revoke an enrollment's passes and give it a new one."""
    revoked = db.session.execute(
        sa.update(Pass)
        .where(Pass.enrollment_id == enrollment.id, Pass.revoked_at.is_(None))
        .values(revoked_at=now)
        .returning(Pass.id)
    ).all()
    row = issue_pass(enrollment, now=now)
    details = {"enrollment": enrollment.public_id, "revoked": len(revoked)}
    audit.record(actor, "pass.replace", details, enrollment.offering, now=now)
    schedules.raise_version(enrollment.offering_id)
    return row


def pass_text(pass_: Pass) -> str:
    """Return what a pass's QR code says."""
    offering = db.session.get_one(Offering, pass_.offering_id)
    return passes.derive_pass(offering.key, pass_.secret_id)


def current_pass(enrollment: Enrollment) -> str | None:
    """Return the newest pass of an enrollment that is not revoked; else None."""
    found = db.session.scalar(
        sa.select(Pass)
        .where(Pass.enrollment_id == enrollment.id, Pass.revoked_at.is_(None))
        .order_by(Pass.id.desc())
        .limit(1)
    )
    return pass_text(found) if found else None


def current_passes(offering: Offering) -> Mapping[int, str]:
    """Return everybody's pass by enrollment id: one query."""
    rows = db.session.execute(
        sa.select(Pass.enrollment_id, Pass.secret_id)
        .where(
            Pass.offering_id == offering.id,
            Pass.enrollment_id.is_not(None),
            Pass.revoked_at.is_(None),
        )
        .order_by(Pass.id)
    )
    return {
        enrollment_id: passes.derive_pass(offering.key, secret_id)
        for enrollment_id, secret_id in rows
        if enrollment_id is not None
    }
