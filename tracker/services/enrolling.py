"""Enrolling many people at once: sets in, sets out, all or nothing.

One person at the door and a file of fifty thousand take the same way, so that
the rules stand once: who may be enrolled in `entrants.py`, what is written here.
"""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from tracker import keys
from tracker.db import db, insert_into
from tracker.domain import passes
from tracker.domain.roster import COLUMNS
from tracker.models import Enrollment, Offering, Pass, Person
from tracker.models.enrollment import EnrollmentKind
from tracker.services import schedules, seats
from tracker.services.changes import Change
from tracker.services.entrants import (
    Case,
    Numbered,
    chunks,
    find_people,
    read_cases,
)

SECRET_BYTES = 16


@dataclass(frozen=True)
class Enrolled:
    """What became of one entry."""

    row: int
    person_id: int
    change: Change


def enroll_all(
    offering: Offering,
    entries: Iterable[Numbered],
    *,
    kind: EnrollmentKind,
    now: datetime,
) -> list[Enrolled]:
    """Enroll people (entries tidied and checked, no address twice), each with a pass.

    Who is enrolled already keeps seat, kind and pass; fields that say something
    new are stored. The offering's row is locked, so that its capacity holds
    under two imports at once.

    Raises:
        TableError: who cannot be enrolled, by row; nothing was changed.
    """
    seats.lock_offering(offering)
    cases = read_cases(offering, entries, kind)
    changed = _update_people(cases)
    new = [case for case in cases if not case.is_enrolled]
    _insert_people([case for case in new if case.person is None], now)
    _insert_enrollments(offering, new, kind, now)
    if new or changed:
        schedules.raise_version(offering.id)
    return [_enrolled(case, changed) for case in cases]


def _update_people(cases: Sequence[Case]) -> set[int]:
    changed: set[int] = set()
    for case in cases:
        news = case.news
        if case.person and news:
            changed.add(case.row)
            for name, value in news.items():
                setattr(case.person, name, value)
    return changed


def _insert_people(cases: Sequence[Case], now: datetime) -> None:
    """Make new people, or find them where another import has just made them.

    Always in the same order: two imports of the same people would else wait for
    each other.
    """
    rows = [
        {"email_digest": case.digest, "created_at": now}
        | {name: getattr(case.entry, name) for name in COLUMNS}
        for case in sorted(cases, key=lambda case: case.digest)
    ]
    insert = insert_into(Person).on_conflict_do_nothing(index_elements=["email_digest"])
    _execute(insert, rows)
    find_people(cases)


def _insert_enrollments(
    offering: Offering, cases: Sequence[Case], kind: EnrollmentKind, now: datetime
) -> None:
    rows: list[dict[str, Any]] = [
        {
            "offering_id": offering.id,
            "person_id": case.person.id,
            "kind": kind,
            "created_at": now,
        }
        for case in cases
        if case.person
    ]
    _execute(sa.insert(Enrollment), rows)
    ids = _enrollment_ids(offering, [row["person_id"] for row in rows])
    new_passes = [new_pass(offering, each, now=now) for each in ids]
    _execute(sa.insert(Pass), new_passes)


def _enrollment_ids(offering: Offering, person_ids: Sequence[int]) -> list[int]:
    found: list[int] = []
    for part in chunks(person_ids):
        found += db.session.scalars(
            sa.select(Enrollment.id).where(
                Enrollment.offering_id == offering.id, Enrollment.person_id.in_(part)
            )
        )
    return found


def new_pass(
    offering: Offering, enrollment_id: int | None, *, now: datetime
) -> dict[str, Any]:
    """Return the values of a new pass (None: a spare); its text is derived."""
    secret_id = secrets.token_bytes(SECRET_BYTES)
    text = passes.derive_pass(offering.key, secret_id)
    return {
        "offering_id": offering.id,
        "enrollment_id": enrollment_id,
        "secret_id": secret_id,
        "fingerprint": keys.ring().digest("pass", text),
        "created_at": now,
    }


def _execute(insert: sa.Insert, rows: Sequence[dict[str, Any]]) -> None:
    """Insert many rows; what is returned would come one row at a time on SQLite."""
    for part in chunks(rows):
        db.session.execute(insert, part)


def _enrolled(case: Case, changed: set[int]) -> Enrolled:
    assert case.person is not None  # noqa: S101 - inserted where it was missing
    change = Change.UPDATED if case.row in changed else Change.UNCHANGED
    if not case.is_enrolled:
        change = Change.CREATED
    return Enrolled(case.row, case.person.id, change)
