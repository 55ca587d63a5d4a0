"""Enrolling many people at once: sets in, sets out, all or nothing.

One person at the door and a file of fifty thousand take the same way, so that
the rules stand here once. Names are sealed, so people are found by the keyed
digest of their address.
"""

import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa

from tracker import keys
from tracker.db import db, insert_into, pairs_of
from tracker.domain import passes
from tracker.domain.roster import COLUMNS, Entry
from tracker.domain.tables import Refusal, TableError
from tracker.models import Certificate, Enrollment, Offering, Pass, Person
from tracker.models.enrollment import EnrollmentKind
from tracker.services import people, schedules, seats
from tracker.services.certificates import IS_LIVE
from tracker.services.changes import Change

CHUNK = 500
SECRET_BYTES = 16
T = TypeVar("T")
Numbered = tuple[int, Entry]


@dataclass(frozen=True)
class Enrolled:
    """What became of one entry."""

    row: int
    person_id: int
    change: Change


@dataclass
class _Case:
    """One entry beside what is known of that person."""

    row: int
    entry: Entry
    digest: bytes
    person: Person | None = None
    is_enrolled: bool = False
    is_withdrawn: bool = False

    @property
    def news(self) -> dict[str, str]:
        """Return the fields in which the entry says something else than is stored."""
        if self.person is None:
            return {}
        said = {name: getattr(self.entry, name) for name in COLUMNS if name != "email"}
        return {
            name: value
            for name, value in said.items()
            if value and value != getattr(self.person, name)
        }


def chunks(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """Cut a list into pieces that one statement can name."""
    for start in range(0, len(items), CHUNK):
        yield items[start : start + CHUNK]


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
    cases = _read(offering, entries, kind)
    changed = _update_people(cases)
    new = [case for case in cases if not case.is_enrolled]
    _insert_people([case for case in new if case.person is None], now)
    _insert_enrollments(offering, new, kind, now)
    if new or changed:
        schedules.raise_version(offering.id)
    return [_enrolled(case, changed) for case in cases]


def foresee_all(
    offering: Offering, entries: Iterable[Numbered], *, kind: EnrollmentKind
) -> list[Change]:
    """Say what `enroll_all` would do to each entry; reads only.

    Raises:
        RosterError: who cannot be enrolled, by row.
    """
    return [_change(case) for case in _read(offering, entries, kind)]


def _change(case: _Case) -> Change:
    if not case.is_enrolled:
        return Change.CREATED
    return Change.UPDATED if case.news else Change.UNCHANGED


def _read(
    offering: Offering, entries: Iterable[Numbered], kind: EnrollmentKind
) -> list[_Case]:
    """Hold the entries beside what is known, and refuse those that cannot be."""
    cases = [_case(row, entry) for row, entry in entries]
    _find_people(cases)
    _find_enrollments(offering, cases)
    _refuse(offering, cases, kind)
    return cases


def _case(row: int, entry: Entry) -> _Case:
    return _Case(row, entry, people.email_digest(entry.email))


def _find_people(cases: Sequence[_Case]) -> None:
    by_digest = {case.digest: case for case in cases}
    for part in chunks(list(by_digest)):
        found = db.session.scalars(
            sa.select(Person).where(Person.email_digest.in_(part))
        )
        for person in found:
            by_digest[person.email_digest].person = person


def _find_enrollments(offering: Offering, cases: Sequence[_Case]) -> None:
    withdrawn_at = pairs_of(
        sa.select(Enrollment.person_id, Enrollment.withdrawn_at).where(
            Enrollment.offering_id == offering.id
        )
    )
    for case in cases:
        if case.person and case.person.id in withdrawn_at:
            case.is_enrolled = True
            case.is_withdrawn = withdrawn_at[case.person.id] is not None


def _refuse(offering: Offering, cases: Sequence[_Case], kind: EnrollmentKind) -> None:
    refusals = [
        Refusal(case.row, "email", "has withdrawn from this offering")
        for case in cases
        if case.is_withdrawn
    ]
    certified = _certified([case for case in cases if "name" in case.news])
    refusals += [
        Refusal(case.row, "name", "differs from the name on a valid certificate")
        for case in cases
        if case.person and case.person.id in certified
    ]
    new_count = sum(not case.is_enrolled for case in cases)
    problem = seats.capacity_problem(offering, new_count)
    if problem and kind is EnrollmentKind.PARTICIPANT:
        refusals.append(Refusal(None, None, problem))
    if refusals:
        raise TableError(refusals)


def _certified(cases: Sequence[_Case]) -> set[int]:
    """Return who of these people holds a live certificate, in any offering."""
    found: set[int] = set()
    ids = [case.person.id for case in cases if case.person]
    for part in chunks(ids):
        found |= set(
            db.session.scalars(
                sa.select(Enrollment.person_id)
                .join(Certificate, Certificate.enrollment_id == Enrollment.id)
                .where(Enrollment.person_id.in_(part), IS_LIVE)
            )
        )
    return found


def _update_people(cases: Sequence[_Case]) -> set[int]:
    changed: set[int] = set()
    for case in cases:
        news = case.news
        if case.person and news:
            changed.add(case.row)
            for name, value in news.items():
                setattr(case.person, name, value)
    return changed


def _insert_people(cases: Sequence[_Case], now: datetime) -> None:
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
    _find_people(cases)


def _insert_enrollments(
    offering: Offering, cases: Sequence[_Case], kind: EnrollmentKind, now: datetime
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


def _enrolled(case: _Case, changed: set[int]) -> Enrolled:
    assert case.person is not None  # noqa: S101 - inserted where it was missing
    change = Change.UPDATED if case.row in changed else Change.UNCHANGED
    if not case.is_enrolled:
        change = Change.CREATED
    return Enrolled(case.row, case.person.id, change)
