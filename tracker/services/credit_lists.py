"""The attendee list of one jurisdiction, as its regulator asks for it."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from tracker.db import pairs_of
from tracker.domain.names import fold_name
from tracker.models import Certificate, CreditStatement, Enrollment, Offering
from tracker.services import (
    audit,
    certificates,
    credit_rules,
    credit_standings,
    credit_statements,
    licences,
    schedules,
    statement_lists,
)
from tracker.services.audit import Actor
from tracker.services.credit_rules import Accreditation
from tracker.services.credit_standings import CreditStanding
from tracker.services.workbooks import Cell, Table

GENERAL = "general"


@dataclass(frozen=True)
class Attendees:
    """Who earned credit in a jurisdiction, by name, and the list as a table."""

    jurisdiction: str
    rows: list[Enrollment]
    table: Table


def read_list(
    offering: Offering, key: str, *, actor: Actor, now: datetime
) -> tuple[str, Table]:
    """Return who earned credit in a jurisdiction, and note that it was read.

    Returns:
        The jurisdiction's name, and the table with its heading.

    Raises:
        InvalidError: the offering carries no such accreditation.
    """
    found = list_attendees(offering, key, now=now)
    details = {"jurisdiction": found.jurisdiction, "count": len(found.rows)}
    audit.record(actor, "credit.export", details, offering, now=now)
    return found.jurisdiction, found.table


def list_attendees(offering: Offering, key: str, *, now: datetime) -> Attendees:
    """List everybody with minutes that are credited in a jurisdiction, by name.

    What still waits for a decision is not in it.

    Raises:
        InvalidError: the offering carries no such accreditation.
    """
    accreditation = credit_rules.chosen(offering, key)
    schedule = schedules.schedule_of(offering)
    people = statement_lists.list_participants(offering)
    found = credit_standings.standings_of_many(offering, people, schedule, now=now)
    standings = {
        row.id: standing
        for row in people
        for standing in found[row.id]
        if standing.key == key and standing.minutes
    }
    rows = sorted(
        (row for row in people if row.id in standings),
        key=lambda row: (fold_name(row.printed_name), row.id),
    )
    table = _table(accreditation, rows, standings)
    return Attendees(accreditation["jurisdiction"], rows, table)


def _table(
    accreditation: Accreditation,
    rows: list[Enrollment],
    standings: dict[int, CreditStanding],
) -> Table:
    kinds = accreditation["categories"]
    place = accreditation["jurisdiction"], accreditation["unit"]
    numbers = licences.numbers_of((row.person_id for row in rows), *place)
    stated, certified = _statements(rows, *place), _certificates(rows)
    head: list[Cell] = ["name", "licence number", "minutes", accreditation["unit"]]
    head += [*kinds, GENERAL] if kinds else []
    table = [[*head, "credit statement", "certificate"]]
    for row in rows:
        standing = standings[row.id]
        cells: list[Cell] = [row.printed_name, numbers.get(row.person_id, "")]
        cells += [standing.minutes, float(standing.hours["amount"])]
        cells += _parts(standing, kinds)
        table.append([*cells, stated.get(row.id, ""), certified.get(row.id, "")])
    return table


def _parts(standing: CreditStanding, kinds: list[str]) -> list[Cell]:
    """Return the units of each kind; without any apart, all of them are general."""
    if not kinds:
        return []
    hours = standing.hours
    parts = {each["category"]: each["amount"] for each in hours.get("categories", [])}
    parts = parts or {GENERAL: hours["amount"]}
    return [float(parts.get(kind, 0)) for kind in (*kinds, GENERAL)]


def _statements(rows: list[Enrollment], jurisdiction: str, unit: str) -> dict[int, str]:
    return pairs_of(
        sa.select(CreditStatement.enrollment_id, CreditStatement.serial).where(
            CreditStatement.enrollment_id.in_([row.id for row in rows]),
            CreditStatement.jurisdiction == jurisdiction,
            CreditStatement.unit == unit,
            credit_statements.IS_LIVE,
        )
    )


def _certificates(rows: list[Enrollment]) -> dict[int, str]:
    return pairs_of(
        sa.select(Certificate.enrollment_id, Certificate.serial).where(
            Certificate.enrollment_id.in_([row.id for row in rows]),
            certificates.IS_LIVE,
        )
    )
