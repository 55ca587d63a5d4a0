"""Completions: what is on record of a person for a course that comes first.

A row of the learning platform's report belongs to whoever has its address, from the
moment on at which somebody has; a match by hand, a confirmed certificate and a waiver
name their person. What was dismissed or taken back counts for nobody.
"""

from collections.abc import Iterable
from datetime import date

import sqlalchemy as sa

from tracker import keys
from tracker.db import db
from tracker.models import Completion, Course, Enrollment, Offering, Person
from tracker.models.completion import CompletionSource

COUNTS = Completion.dismissed_at.is_(None)
IS_OF_PERSON = sa.or_(
    Completion.person_id == Person.id,
    sa.and_(
        Completion.person_id.is_(None),
        Completion.email_digest == Person.email_digest,
    ),
)


def reference(kind: str, what: str) -> bytes:
    """Return the keyed digest by which a repeated completion is found again."""
    return keys.ring().digest("completions.reference", f"{kind}\0{what}")


def find_for(person: Person, course: Course) -> Completion | None:
    """Return what is on record that a person finished `course`; None: nothing is.

    Where there is more, a report or a certificate goes before a waiver, and the
    earliest before the others.
    """
    return found_for([person], course).get(person.id)


def found_for(people: Iterable[Person], course: Course) -> dict[int, Completion]:
    """Return what is on record by person id, for those who finished `course`.

    One query, however many people there are.
    """
    ids = {person.id for person in people}
    rows = db.session.execute(
        sa.select(Person.id, Completion)
        .join(Completion, IS_OF_PERSON)
        .where(Person.id.in_(ids), Completion.course_id == course.id, COUNTS)
    )
    found: dict[int, Completion] = {}
    for person_id, row in rows:
        before = found.get(person_id)
        if before is None or _rank(row) < _rank(before):
            found[person_id] = row
    return found


def _rank(row: Completion) -> tuple[bool, date, int]:
    is_waiver = row.source is CompletionSource.WAIVER
    return is_waiver, row.completed_on or date.max, row.id


def find_prerequisite(course: Course) -> Course | None:
    """Return the course of the catalogue that comes before this one, if one does."""
    if course.prerequisite_id is None:
        return None
    return db.session.get_one(Course, course.prerequisite_id)


def lacking(enrollment_ids: Iterable[int]) -> set[int]:
    """Return the enrollments whose course has a prerequisite that is not on record.

    One query, and none where nobody is asked about.
    """
    ids = list(enrollment_ids)
    if not ids:
        return set()
    on_record = sa.exists().where(
        Completion.course_id == Course.prerequisite_id, COUNTS, IS_OF_PERSON
    )
    return set(
        db.session.scalars(
            sa.select(Enrollment.id)
            .join(Enrollment.person)
            .join(Enrollment.offering)
            .join(Offering.course)
            .where(
                Enrollment.id.in_(ids), Course.prerequisite_id.is_not(None), ~on_record
            )
        )
    )
