"""Courses: written as a file or an admin says, and read as a file has them."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from tracker.db import db
from tracker.errors import InvalidError, RowsRefusedError
from tracker.models import Course
from tracker.services import audit, definitions
from tracker.services.audit import Actor

PLAIN = (
    "title",
    "summary",
    "description",
    "audience",
    "prerequisite",
    "obligation",
    "cost",
    "contact",
    "topics",
    "questions",
)
# What holds of a new course whose file does not say it.
NEW: dict[str, Any] = {"prerequisite_course": "", "questions": []}


def find_course(code: str) -> Course | None:
    """Return the course of a code, if there is one."""
    return db.session.scalar(sa.select(Course).where(Course.code == code))


def find_prerequisite(course: Course) -> Course | None:
    """Return the course of the catalogue to finish before this one, if one is named."""
    if course.prerequisite_id is None:
        return None
    return db.session.get(Course, course.prerequisite_id)


def plain_course(course: Course) -> dict[str, Any]:
    """Write a course as an offering's file has it."""
    before = find_prerequisite(course)
    return (
        {"code": course.code}
        | {name: getattr(course, name) for name in PLAIN}
        | {"prerequisite_course": before.code if before else ""}
    )


def known_as(code: str) -> dict[str, Any]:
    """Return what is known of the course of a code; of a new one, the usual."""
    course = find_course(code)
    return plain_course(course) if course else NEW


def add_course(fields: dict[str, Any], *, actor: Actor, now: datetime) -> Course:
    """Add a course; the same one again is the one that is there.

    Raises:
        InvalidError: says what to mend, by field; questions as "questions[0].label".
    """
    wanted = _checked(fields)
    found = find_course(wanted["code"])
    if found is not None and plain_course(found) != wanted:
        said = "There is a course of this code. Choose another one."
        raise InvalidError("Please look at this again.", {"code": said})
    return found or write_course(wanted, actor=actor, now=now)


def change_course(
    course: Course, fields: dict[str, Any], *, actor: Actor, now: datetime
) -> None:
    """Change what a course says; its code stays.

    Raises:
        InvalidError: as for adding one.
    """
    write_course(_checked(fields | {"code": course.code}), actor=actor, now=now)


def _checked(fields: dict[str, Any]) -> dict[str, Any]:
    try:
        return definitions.plain_course(definitions.check_course(fields))
    except RowsRefusedError as error:
        errors: dict[str, str] = {}
        for each in error.refused:
            place = str(each["column"]).removeprefix("course.")
            errors.setdefault(place, f"This {each['reason']}.")
        raise InvalidError("Please look at this again.", errors) from error


def write_course(fields: dict[str, Any], *, actor: Actor, now: datetime) -> Course:
    """Make or change a course to a checked definition, in which nothing is left out.

    Raises:
        InvalidError: the course to finish before is not there, or waits for this one.
    """
    wanted = sa.select(Course).where(Course.code == fields["code"]).with_for_update()
    course = db.session.scalar(wanted)
    if course is not None and plain_course(course) == fields:
        return course
    action = "course.change" if course else "course.add"
    changed = [
        name
        for name, value in (plain_course(course) if course else {}).items()
        if fields[name] != value
    ]
    course = course or Course(code=fields["code"])
    before = _prerequisite(course, fields["prerequisite_course"])
    for name in PLAIN:
        setattr(course, name, fields[name])
    course.prerequisite_id = before.id if before else None
    db.session.add(course)
    db.session.flush()
    details = {"course": course.code, "fields": changed}
    audit.record(actor, action, details, now=now)
    return course


def _prerequisite(course: Course, code: str) -> Course | None:
    """Return the course to finish before; no course waits for itself in a circle."""
    if not code:
        return None
    found = find_course(code)
    if found is None and code != course.code:
        raise _refused(f"there is no course {code} yet; add it first")
    above: Course | None = found
    while above is not None and above.code != course.code:
        above = find_prerequisite(above)
    if above is not None or found is None:
        raise _refused(f"{code} cannot come before {course.code} and after it")
    return found


def _refused(sentence: str) -> InvalidError:
    return InvalidError(
        f"The prerequisite: {sentence}.", {"prerequisite_course": sentence}
    )
