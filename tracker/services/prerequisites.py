"""Whose prerequisite a coordinator looks after: the people of their offering.

Those who are enrolled, and those whose application is sent and has not ended.
"""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from tracker.db import db, pairs_of
from tracker.domain.admissions import Status
from tracker.errors import ForbiddenError, NotFoundError
from tracker.models import (
    Application,
    CompletionCertificate,
    Course,
    Enrollment,
    Offering,
    Person,
    User,
)
from tracker.models.completion import CompletionSource
from tracker.services import completions

WORDS = {
    CompletionSource.IMPORT: "by the learning platform",
    CompletionSource.CERTIFICATE: "by certificate",
    CompletionSource.WAIVER: "waived",
}


@dataclass(frozen=True)
class Listed:
    """A person of an offering, and what is on record of their prerequisite.

    `source` is empty where nothing is; `upload` is the certificate that waits.
    """

    uid: str
    name: str
    agency: str
    source: CompletionSource | None
    completed_on: date | None
    reason: str
    upload: str | None

    @property
    def is_on_record(self) -> bool:
        """Whether anything is."""
        return self.source is not None

    @property
    def words(self) -> str:
        """How it is on record."""
        return WORDS[self.source] if self.source else "nothing on record"


def get_prerequisite(offering: Offering) -> Course:
    """Return the course that comes before an offering's.

    Raises:
        NotFoundError: none does.
    """
    found = completions.find_prerequisite(offering.course)
    if found is None:
        raise NotFoundError
    return found


def _people_of(offering: Offering) -> sa.Select[Person]:
    enrolled = sa.select(Enrollment.person_id).where(
        Enrollment.offering_id == offering.id, Enrollment.withdrawn_at.is_(None)
    )
    applied = sa.select(Application.person_id).where(
        Application.offering_id == offering.id,
        Application.ended_at.is_(None),
        Application.status != Status.DRAFT,
    )
    return sa.select(Person).where(
        sa.or_(Person.id.in_(enrolled), Person.id.in_(applied))
    )


def find_people(offering: Offering, search: str = "") -> list[Person]:
    """Return the people of an offering by name; those whose name holds `search`."""
    folded = search.casefold()
    found = db.session.scalars(_people_of(offering)).all()
    wanted = [each for each in found if folded in each.name.casefold()]
    return sorted(wanted, key=lambda each: (each.name.casefold(), each.id))


def get_person(offering: Offering, uid: str) -> Person:
    """Return a person of an offering.

    Raises:
        NotFoundError: there is none of that id, or it is another offering's.
    """
    found = db.session.scalar(_people_of(offering).where(Person.public_id == uid))
    if found is None:
        raise NotFoundError
    return found


def list_people(offering: Offering, search: str = "") -> list[Listed]:
    """Return the people of an offering with what is on record.

    Whose certificate waits first, then those of whom nothing is on record. The same
    number of queries however many they are.
    """
    prerequisite = get_prerequisite(offering)
    people = find_people(offering, search)
    found = completions.found_for(people, prerequisite)
    waiting = _waiting(offering, prerequisite)
    listed = []
    for each in people:
        row = found.get(each.id)
        listed.append(
            Listed(
                uid=each.public_id,
                name=each.name,
                agency=each.agency,
                source=row.source if row else None,
                completed_on=row.completed_on if row else None,
                reason=row.reason if row else "",
                upload=waiting.get(each.id),
            )
        )
    return sorted(listed, key=lambda each: (each.upload is None, each.is_on_record))


def _waiting(offering: Offering, prerequisite: Course) -> dict[int, str]:
    people = _people_of(offering).with_only_columns(Person.id)
    return pairs_of(
        sa.select(CompletionCertificate.person_id, CompletionCertificate.public_id)
        .where(
            CompletionCertificate.course_id == prerequisite.id,
            CompletionCertificate.decided_at.is_(None),
            CompletionCertificate.person_id.in_(people),
        )
        .order_by(CompletionCertificate.id.desc())
    )


def refuse_own(person: Person, user: User) -> None:
    """Nobody decides about their own prerequisite: the same address is the same person.

    Raises:
        ForbiddenError: it is their own.
    """
    if person.email.casefold() == user.email.casefold():
        raise ForbiddenError("Nobody decides about their own. Ask a colleague.")
