"""Which offerings are the demo's, and which of them are loaded to the end."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from tracker.db import db
from tracker.demo import offerings, people
from tracker.errors import ConflictError
from tracker.models import AuditEntry, Offering
from tracker.services import audit, catalogue, courses, rosters
from tracker.services.audit import CLI

LOADED = "demo.load"


def find_offering(code: str) -> Offering | None:
    """Return an offering of the demo; None where it is not there.

    Raises:
        ConflictError: there is one of this code that is somebody's own.
    """
    found = db.session.scalar(sa.select(Offering).where(Offering.code == code))
    if found and not found.is_demo:
        raise ConflictError(f"There is an offering {code} that is not the demo's.")
    return found


def is_loaded(code: str) -> bool:
    """Say whether an offering was loaded to its end; half of it is loaded again."""
    wanted = sa.select(AuditEntry.id).filter_by(chain=code, action=LOADED)
    return find_offering(code) is not None and bool(db.session.scalar(wanted))


def mark_loaded(offering: Offering, people_count: int, *, now: datetime) -> None:
    """Note that an offering of the demo is complete."""
    audit.record(CLI, LOADED, {"people": people_count}, offering, now=now)


def add_offering(
    definition: dict[str, Any], people_count: int, *, now: datetime
) -> Offering:
    """Import an offering of the demo and its people, as files would.

    The course to finish before is added where nobody has done so.
    """
    find_offering(definition["offering"]["code"])
    before = offerings.prerequisite()
    if courses.find_course(before["code"]) is None:
        courses.add_course(before, actor=CLI, now=now)
    offering, _ = catalogue.import_offering(definition, actor=CLI, now=now)
    offering.is_demo = True
    if not people_count:
        return offering
    roster = people.roster(people_count)
    rosters.import_participants(offering, roster, actor=CLI, now=now)
    return offering
