"""What speaks for and against applications, read for many at once."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from tracker.domain.admissions import Status
from tracker.domain.eligibility import Applicant, Finding, Proof, Terms, findings
from tracker.domain.seating import Room
from tracker.models import Application, Course, Offering
from tracker.models.completion import CompletionSource
from tracker.services import completions, seats


def findings_of(
    offering: Offering, rows: Sequence[Application]
) -> dict[int, tuple[Finding, ...]]:
    """Return the findings of applications for one offering, by their ids.

    The same number of queries however many there are. Who has a seat or holds one
    is not asked whether another is left.
    """
    course = offering.course
    left = seats.room_of(offering)
    proofs = _proofs(course, rows)
    terms = Terms(course.audience, offering.catchment, _prerequisite(course))
    return {
        row.id: findings(
            _applicant(row),
            replace(terms, seats_left=_seats_left(row, left)),
            proofs.get(row.person_id),
        )
        for row in rows
    }


def _applicant(row: Application) -> Applicant:
    return Applicant(
        discipline=row.discipline,
        state=row.state,
        county=row.county,
        email=row.person.email,
        is_verified=row.email_verified_at is not None,
    )


def _prerequisite(course: Course) -> str:
    prerequisite = completions.find_prerequisite(course)
    return prerequisite.code if prerequisite else ""


def _seats_left(row: Application, left: Room | None) -> int | None:
    if row.status in {Status.ACCEPTED, Status.ENROLLED}:
        return None
    return seats.left_for(row.person, left)


def _proofs(course: Course, rows: Sequence[Application]) -> dict[int, Proof]:
    """Return how the prerequisite is on record, by person."""
    prerequisite = completions.find_prerequisite(course)
    if prerequisite is None:
        return {}
    found = completions.found_for([row.person for row in rows], prerequisite)
    return {
        person_id: Proof(each.completed_on, each.source is CompletionSource.WAIVER)
        for person_id, each in found.items()
    }


def facts_of(
    offering: Offering, rows: Sequence[Application]
) -> dict[int, list[dict[str, Any]]]:
    """Return the findings as an event keeps them: {about, verdict, reason} each."""
    return {
        key: [asdict(each) for each in found]
        for key, found in findings_of(offering, rows).items()
    }
