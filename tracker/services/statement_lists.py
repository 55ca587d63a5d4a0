"""Credit statements in lists: those that are due, and those that were issued."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from tracker.db import db
from tracker.models import CreditStatement, Enrollment, Offering
from tracker.models.certificate import RevocationCause
from tracker.models.enrollment import EnrollmentKind
from tracker.services import (
    credit_rules,
    credit_standings,
    credit_statements,
    licences,
    schedules,
)
from tracker.services.certificates import status_of
from tracker.services.credit_standings import CreditStanding


@dataclass(frozen=True)
class Due:
    """Somebody who may have a statement that says something new."""

    enrollment: Enrollment
    standing: CreditStanding


def find_due(offering: Offering, key: str, *, now: datetime) -> list[Due]:
    """Find whose statement in a jurisdiction is due: none yet, or one outdated.

    Somebody whose statement a coordinator has revoked is not due by itself.
    """
    return find_all_due(offering, now=now).get(key, [])


def find_all_due(offering: Offering, *, now: datetime) -> dict[str, list[Due]]:
    """Find the same for every jurisdiction, by key, however many people there are."""
    schedule = schedules.schedule_of(offering)
    people = list_participants(offering)
    found = credit_standings.standings_of_many(offering, people, schedule, now=now)
    due: dict[str, list[Due]] = {}
    for each in credit_rules.list_accreditations(offering):
        place = each["jurisdiction"], each["unit"]
        key = credit_rules.key_of(*place)
        known = _read_known(people, *place)
        due[key] = [
            Due(row, standing)
            for row in people
            for standing in found[row.id]
            if standing.key == key and not standing.gaps and known.lacks(row, standing)
        ]
    return due


@dataclass(frozen=True)
class _Known:
    """What people have in one jurisdiction: live statements, revocations, licences."""

    live: Mapping[int, CreditStatement]
    revoked: frozenset[int]
    licences: Mapping[int, str]

    def lacks(self, enrollment: Enrollment, standing: CreditStanding) -> bool:
        """Say whether the statement is missing, or says something else."""
        live = self.live.get(enrollment.id)
        if live is None:
            return enrollment.id not in self.revoked
        licence = self.licences.get(enrollment.person_id, "")
        return not credit_statements.says_same(live, enrollment, standing, licence)


def _read_known(people: list[Enrollment], jurisdiction: str, unit: str) -> _Known:
    rows = db.session.scalars(
        sa.select(CreditStatement).where(
            CreditStatement.enrollment_id.in_([row.id for row in people]),
            CreditStatement.jurisdiction == jurisdiction,
            CreditStatement.unit == unit,
            sa.or_(
                credit_statements.IS_LIVE,
                CreditStatement.revoked_cause == RevocationCause.DECISION,
            ),
        )
    ).all()
    own = (row.person_id for row in people)
    return _Known(
        live={row.enrollment_id: row for row in rows if row.revoked_at is None},
        revoked=frozenset(r.enrollment_id for r in rows if r.revoked_at is not None),
        licences=licences.numbers_of(own, jurisdiction, unit),
    )


def list_participants(offering: Offering) -> list[Enrollment]:
    """Return an offering's participants who have not withdrawn, with their person."""
    rows = db.session.scalars(
        sa.select(Enrollment)
        .where(
            Enrollment.offering_id == offering.id,
            Enrollment.kind == EnrollmentKind.PARTICIPANT,
            Enrollment.withdrawn_at.is_(None),
        )
        .options(joinedload(Enrollment.person), joinedload(Enrollment.offering))
        .order_by(Enrollment.id)
    )
    return list(rows)


@dataclass(frozen=True)
class ListedStatement:
    """A line of the list of statements, newest first."""

    serial: str
    enrollment: str
    name: str
    jurisdiction: str
    unit: str
    amount: str
    status: str
    issued_on: str
    revoked_reason: str


def list_of(offering: Offering) -> list[ListedStatement]:
    """List an offering's statements, revoked and superseded ones too: one query."""
    return _list(Enrollment.offering_id == offering.id)


def list_of_enrollment(enrollment: Enrollment) -> list[ListedStatement]:
    """List the statements of one enrollment, whatever became of them."""
    return _list(Enrollment.id == enrollment.id)


def _list(condition: sa.ColumnElement[bool]) -> list[ListedStatement]:
    rows = db.session.execute(
        sa.select(CreditStatement, Enrollment.public_id)
        .join(CreditStatement.enrollment)
        .where(condition)
        .order_by(CreditStatement.issued_at.desc(), CreditStatement.id.desc())
    )
    return [
        ListedStatement(
            serial=row.serial,
            enrollment=enrollment,
            name=row.name,
            jurisdiction=row.jurisdiction,
            unit=row.unit,
            amount=row.facts["hours"][0]["amount"],
            status=status_of(row),
            issued_on=row.issued_on.isoformat(),
            revoked_reason=row.revoked_reason or "",
        )
        for row, enrollment in rows
    ]
