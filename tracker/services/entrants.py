"""Entries of a roster beside what is known of their people, before any is written.

Names are sealed, so people are found by the keyed digest of their address.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import sqlalchemy as sa

from tracker.db import db, pairs_of
from tracker.domain.printed_names import is_spelling
from tracker.domain.roster import COLUMNS, Entry
from tracker.domain.tables import Refusal, TableError
from tracker.models import Application, Certificate, Enrollment, Offering, Person
from tracker.models.enrollment import EnrollmentKind
from tracker.services import people, seats
from tracker.services.certificates import IS_LIVE
from tracker.services.changes import Change

CHUNK = 500
T = TypeVar("T")
Numbered = tuple[int, Entry]


@dataclass
class Case:
    """One entry beside what is known of that person.

    Who `is_known_elsewhere`, from another offering, keeps the name they have there.
    """

    row: int
    entry: Entry
    digest: bytes
    person: Person | None = None
    is_enrolled: bool = False
    is_withdrawn: bool = False
    is_known_elsewhere: bool = False

    @property
    def news(self) -> dict[str, str]:
        """Return the fields in which the entry says something else than is stored."""
        if self.person is None:
            return {}
        kept = {"email", "name"} if self.is_known_elsewhere else {"email"}
        said = {name: getattr(self.entry, name) for name in COLUMNS if name not in kept}
        return {
            name: value
            for name, value in said.items()
            if value and value != getattr(self.person, name)
        }

    @property
    def has_other_name(self) -> bool:
        """Whether the entry names somebody else than who has the address elsewhere."""
        if self.person is None or not self.is_known_elsewhere:
            return False
        return not is_spelling(self.entry.name, [self.person.name])


def chunks(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """Cut a list into pieces that one statement can name."""
    for start in range(0, len(items), CHUNK):
        yield items[start : start + CHUNK]


def foresee_all(
    offering: Offering, entries: Iterable[Numbered], *, kind: EnrollmentKind
) -> list[Change]:
    """Say what `enroll_all` would do to each entry; reads only.

    Raises:
        RosterError: who cannot be enrolled, by row.
    """
    return [_change(case) for case in read_cases(offering, entries, kind)]


def _change(case: Case) -> Change:
    if not case.is_enrolled:
        return Change.CREATED
    return Change.UPDATED if case.news else Change.UNCHANGED


def read_cases(
    offering: Offering, entries: Iterable[Numbered], kind: EnrollmentKind
) -> list[Case]:
    """Hold the entries beside what is known, and refuse those that cannot be."""
    cases = [_case(row, entry) for row, entry in entries]
    find_people(cases)
    _find_enrollments(offering, cases)
    _find_known_elsewhere(offering, cases)
    _refuse(offering, cases, kind)
    return cases


def _case(row: int, entry: Entry) -> Case:
    return Case(row, entry, people.email_digest(entry.email))


def find_people(cases: Sequence[Case]) -> None:
    """Fill in who is known by the address of each entry."""
    by_digest = {case.digest: case for case in cases}
    for part in chunks(list(by_digest)):
        found = db.session.scalars(
            sa.select(Person).where(Person.email_digest.in_(part))
        )
        for person in found:
            by_digest[person.email_digest].person = person


def _find_enrollments(offering: Offering, cases: Sequence[Case]) -> None:
    withdrawn_at = pairs_of(
        sa.select(Enrollment.person_id, Enrollment.withdrawn_at).where(
            Enrollment.offering_id == offering.id
        )
    )
    for case in cases:
        if case.person and case.person.id in withdrawn_at:
            case.is_enrolled = True
            case.is_withdrawn = withdrawn_at[case.person.id] is not None


def _find_known_elsewhere(offering: Offering, cases: Sequence[Case]) -> None:
    """Fill in who is, or has said who they are, in another offering.

    No offering's roster changes a name in another one (trust.md, I12).
    """
    by_id = {case.person.id: case for case in cases if case.person and case.person.name}
    for part in chunks(list(by_id)):
        enrolled = sa.select(Enrollment.person_id).where(
            Enrollment.person_id.in_(part), Enrollment.offering_id != offering.id
        )
        applied = sa.select(Application.person_id).where(
            Application.person_id.in_(part),
            Application.offering_id != offering.id,
            Application.submitted_at.is_not(None),
        )
        for person_id in db.session.scalars(enrolled.union(applied)):
            by_id[person_id].is_known_elsewhere = True


def _refuse(offering: Offering, cases: Sequence[Case], kind: EnrollmentKind) -> None:
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
    refusals += [
        Refusal(case.row, "name", "differs from the name on record for this address")
        for case in cases
        if case.has_other_name
    ]
    new_count = sum(not case.is_enrolled for case in cases)
    problem = seats.capacity_problem(offering, new_count)
    if problem and kind is EnrollmentKind.PARTICIPANT:
        refusals.append(Refusal(None, None, problem))
    if refusals:
        raise TableError(refusals)


def _certified(cases: Sequence[Case]) -> set[int]:
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
