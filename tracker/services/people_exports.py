"""People, seats and applications of an offering as tables for spreadsheets.

Each is a bulk read of personal data, and stands in the audit log. What the people's
table calls name, email, agency and so on, an import of participants takes back.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from tracker.db import db
from tracker.domain.application_questions import read_questions
from tracker.domain.eligibility import About, Finding
from tracker.domain.roster import COLUMNS
from tracker.models import Application, Enrollment, Offering
from tracker.services import applications, audit, findings
from tracker.services.audit import Actor
from tracker.services.workbooks import Cell, Table

ENROLLMENT_COLUMNS = ("enrollment", "comes as", "seat", "enrolled on", "walked in")
APPLICATION_COLUMNS = ("application", "status", "applied on", "confirm by")


class Read(Protocol):
    """How a table is read: for an offering, by somebody, at a moment."""

    def __call__(self, offering: Offering, *, actor: Actor, now: datetime) -> Table:
        """Read it, and note that it was read."""


SAID = ("phone", "supervisor_name", "supervisor_contact")


def read_people(offering: Offering, *, actor: Actor, now: datetime) -> Table:
    """Return everybody with a seat, or who gave one back, by name; and note it."""
    rows = db.session.scalars(
        sa.select(Enrollment)
        .where(Enrollment.offering_id == offering.id)
        .options(joinedload(Enrollment.person))
    ).all()
    ordered = sorted(rows, key=lambda row: (row.person.name.casefold(), row.public_id))
    details = {"count": len(ordered)}
    audit.record(actor, "people.export", details, offering, now=now)
    zone = ZoneInfo(offering.timezone)
    head = [*COLUMNS, *ENROLLMENT_COLUMNS]
    return [head, *(_person(row, zone) for row in ordered)]


def _person(row: Enrollment, zone: ZoneInfo) -> list[Cell]:
    person = row.person
    return [
        *(getattr(person, name) for name in COLUMNS),
        row.public_id,
        row.kind.value,
        "taken" if row.withdrawn_at is None else "given back",
        _day(row.created_at, zone),
        _day(row.walked_in_at, zone),
    ]


def read_applications(offering: Offering, *, actor: Actor, now: datetime) -> Table:
    """Return everybody who applied, the earliest first, with what is found of them.

    The course's own questions stand in columns of their own, by their words.
    """
    rows = applications.list_of(offering)
    found = findings.findings_of(offering, rows)
    details = {"count": len(rows)}
    audit.record(actor, "applications.export", details, offering, now=now)
    questions = read_questions(offering.course.questions)
    zone = ZoneInfo(offering.timezone)
    head = [
        *APPLICATION_COLUMNS,
        *COLUMNS,
        *(name.replace("_", " ") for name in SAID),
        *(each.label for each in questions),
        *(f"finding: {each.value}" for each in About),
    ]
    keys = [each.key for each in questions]
    return [head, *(_application(row, keys, found[row.id], zone) for row in rows)]


def _application(
    row: Application, keys: Sequence[str], found: Sequence[Finding], zone: ZoneInfo
) -> list[Cell]:
    said: Mapping[str, Any] = row.details
    answers: Mapping[str, str] = said.get("answers", {})
    return [
        row.public_id,
        row.status.value,
        _day(row.submitted_at, zone),
        _day(row.confirm_by, zone),
        said.get("name", ""),
        row.person.email,
        said.get("agency", ""),
        said.get("title", ""),
        row.discipline,
        row.state,
        row.county,
        *(said.get(name, "") for name in SAID),
        *(answers.get(key, "") for key in keys),
        *(f"{each.verdict.value}: {each.reason}" for each in found),
    ]


def _day(moment: datetime | None, zone: ZoneInfo) -> str:
    """Write a day where the offering is held; "" for none."""
    return moment.astimezone(zone).date().isoformat() if moment else ""
