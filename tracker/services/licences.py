"""Licence numbers: claimed by their person, per jurisdiction, for its credit.

Only the coordinator of an offering that carries the jurisdiction sees them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from tracker.db import db
from tracker.domain.names import clean_text, text_problem
from tracker.errors import ConflictError, InvalidError, NotFoundError
from tracker.models import Enrollment, Licence, Offering, Person
from tracker.models.enrollment import EnrollmentKind
from tracker.services.credit_rules import key_of, list_accreditations

LONGEST_NUMBER = 80
Jurisdiction = tuple[str, str]
"""A jurisdiction and its unit, as an accreditation names them."""


@dataclass(frozen=True)
class Claimable:
    """A jurisdiction that credits one of a person's offerings, or did."""

    key: str
    jurisdiction: str
    unit: str


@dataclass(frozen=True)
class OwnLicence:
    """A number that a person has claimed."""

    uid: str
    jurisdiction: str
    unit: str
    number: str


def list_claimable(person: Person) -> list[Claimable]:
    """Return the jurisdictions of a person's own offerings, each once, by name."""
    offerings = db.session.scalars(
        sa.select(Offering)
        .join(Enrollment, Enrollment.offering_id == Offering.id)
        .where(
            Enrollment.person_id == person.id,
            Enrollment.kind == EnrollmentKind.PARTICIPANT,
            Enrollment.withdrawn_at.is_(None),
        )
    )
    found = {
        (each["jurisdiction"], each["unit"])
        for offering in offerings
        for each in list_accreditations(offering)
    }
    return [Claimable(key_of(*pair), *pair) for pair in sorted(found)]


def list_licences(person: Person) -> list[OwnLicence]:
    """Return what a person has claimed, by jurisdiction."""
    rows = db.session.scalars(
        sa.select(Licence)
        .where(Licence.person_id == person.id)
        .order_by(Licence.jurisdiction, Licence.unit)
    )
    return [
        OwnLicence(row.public_id, row.jurisdiction, row.unit, row.number)
        for row in rows
    ]


def get_licence(person: Person, uid: str) -> Licence:
    """Return one of a person's own licences.

    Raises:
        NotFoundError: there is none of that id, or it is somebody else's.
    """
    found = db.session.scalar(
        sa.select(Licence).where(
            Licence.public_id == uid, Licence.person_id == person.id
        )
    )
    if found is None:
        raise NotFoundError
    return found


def claim(person: Person, key: str, number: str, *, uid: str, now: datetime) -> Licence:
    """Claim a number in a jurisdiction; the same form sent twice claims it once.

    Raises:
        InvalidError: the jurisdiction or the number cannot be taken.
        ConflictError: there is a number already; it can be changed.
    """
    number = _checked(number)
    wanted = next((each for each in list_claimable(person) if each.key == key), None)
    if wanted is None:
        message = "Choose one of the jurisdictions."
        raise InvalidError(message, {"jurisdiction": message})
    db.session.execute(
        sa.select(Person.id).where(Person.id == person.id).with_for_update()
    )
    earlier = _find(person, wanted.jurisdiction, wanted.unit)
    if earlier is not None:
        if (earlier.public_id, earlier.number) == (uid, number):
            return earlier
        raise ConflictError("You have given a number there already; change that one.")
    row = Licence(
        public_id=uid,
        person_id=person.id,
        jurisdiction=wanted.jurisdiction,
        unit=wanted.unit,
        number=number,
        claimed_at=now,
    )
    _refuse_used(uid)
    db.session.add(row)
    db.session.flush()
    return row


def _refuse_used(uid: str) -> None:
    """A form's id stands for one claim, whoever sends it."""
    if db.session.scalar(sa.select(Licence.id).where(Licence.public_id == uid)):
        raise ConflictError("This form was used already. Load the page anew.")


def change(licence: Licence, number: str, *, now: datetime) -> None:
    """Put another number in; statements that were issued keep the one they have.

    Raises:
        InvalidError: the number cannot be taken.
    """
    number = _checked(number)
    if licence.number != number:
        licence.number, licence.claimed_at = number, now


def remove(licence: Licence) -> None:
    """Take a claimed number back; statements that were issued keep it."""
    db.session.delete(licence)


def number_of(person: Person, jurisdiction: str, unit: str) -> str:
    """Return a person's number in a jurisdiction; empty where none is claimed."""
    found = _find(person, jurisdiction, unit)
    return found.number if found else ""


def numbers_of(people: Iterable[int], jurisdiction: str, unit: str) -> dict[int, str]:
    """Return the numbers that people, by row id, have in one jurisdiction."""
    rows = db.session.scalars(
        sa.select(Licence).where(
            Licence.person_id.in_(list(people)),
            Licence.jurisdiction == jurisdiction,
            Licence.unit == unit,
        )
    )
    return {row.person_id: row.number for row in rows}


def _find(person: Person, jurisdiction: str, unit: str) -> Licence | None:
    return db.session.scalar(
        sa.select(Licence).where(
            Licence.person_id == person.id,
            Licence.jurisdiction == jurisdiction,
            Licence.unit == unit,
        )
    )


def _checked(number: str) -> str:
    number = clean_text(number)
    problem = text_problem(number, LONGEST_NUMBER) if number else "is missing"
    if problem:
        raise InvalidError(f"The number {problem}.", {"number": f"This {problem}."})
    return number
