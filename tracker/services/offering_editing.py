"""Offerings made, copied and changed in the browser, by the rules of their files.

What a form says is put into the offering's own file, and that is checked whole: a
page and a file can never allow different things.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from tracker.db import db
from tracker.domain import copying
from tracker.errors import (
    ConflictError,
    InvalidError,
    NotFoundError,
    RowsRefusedError,
)
from tracker.models import Course, Membership, Offering, User
from tracker.models.staff import Role
from tracker.services import (
    audit,
    courses,
    definitions,
    offering_fields,
    offering_files,
    seats,
    staff,
)

Fields = Mapping[str, Any]
HOST_FIELDS = {"host": "host_name", "name": "host_name", "address": "host_address"}
MEANWHILE = (
    "Somebody has changed these settings meanwhile, so nothing was saved. "
    "Look at them as they are now, and try again."
)


def may_add(user: User, course: Course) -> bool:
    """Say whether somebody may add an offering of a course.

    Admins may, and whoever coordinates another offering of it.
    """
    if user.is_admin:
        return True
    wanted = (
        sa.select(Membership.id)
        .join(Offering, Offering.id == Membership.offering_id)
        .where(
            Offering.course_id == course.id,
            Membership.user_id == user.id,
            Membership.role == Role.COORDINATOR,
        )
    )
    return db.session.scalar(wanted.limit(1)) is not None


def add(course: Course, fields: Fields, *, user: User, now: datetime) -> Offering:
    """Make a draft of an offering; whoever makes it becomes its coordinator.

    Sent twice, the form makes one.

    Raises:
        NotFoundError: this user may not. InvalidError: says what to mend, by field.
    """
    if not may_add(user, course):
        raise NotFoundError
    offering = {**fields, "published": False}
    definition = {
        "course": courses.plain_course(course),
        "offering": offering,
        "segments": [],
    }
    return _make(definition, {}, user, now)


def copy(source: Offering, fields: Fields, *, user: User, now: datetime) -> Offering:
    """Make a draft of another offering like `source`, on other days; nobody is copied.

    Raises:
        InvalidError: says what to mend, by field.
    """
    try:
        definition = copying.copied(offering_files.export_offering(source), fields)
    except ValueError as error:
        said = f"This {error}."
        raise InvalidError("Please look at this again.", {"starts_on": said}) from error
    return _make(definition, {"copied_from": source.code}, user, now)


def _make(
    definition: dict[str, Any], details: dict[str, str], user: User, now: datetime
) -> Offering:
    wanted = _checked(definition)
    actor = audit.actor_of(user)
    if found := _find_made(wanted, user):
        return found
    try:
        offering = offering_files.make_offering(wanted, actor=actor, now=now)
    except RowsRefusedError as error:
        raise _beside_fields(error) from error
    staff.add_membership(user, Role.COORDINATOR, offering, now=now)
    audit.record(actor, "offering.add", details, offering, now=now)
    role = {"user": user.public_id, "role": Role.COORDINATOR.value}
    audit.record(actor, "user.add", role, offering, now=now)
    return offering


def _find_made(wanted: dict[str, Any], user: User) -> Offering | None:
    """Return the offering that the same form has made already.

    Raises:
        InvalidError: the code is another offering's.
    """
    code = wanted["offering"]["code"]
    found = db.session.scalar(sa.select(Offering).where(Offering.code == code))
    if found is None:
        return None
    made = offering_files.export_offering(found)["offering"]
    same = all(
        made[name] == value
        for name, value in wanted["offering"].items()
        if value is not None
    )
    if same and may_add(user, found.course):
        return found
    raise InvalidError(
        "Please look at this again.",
        {"code": "There is an offering of this code. Choose another one."},
    )


def seen(offering: Offering) -> str:
    """Name the state of an offering's settings that somebody looks at."""
    plain = json.dumps(offering_fields.plain_offering(offering), sort_keys=True)
    return hashlib.sha256(plain.encode()).hexdigest()[:16]


def change(
    offering: Offering, fields: Fields, *, base: str, user: User, now: datetime
) -> bool:
    """Change some of an offering's settings; say whether anything differed.

    `base` is the state that was looked at (`seen`). What is so already is done: a
    second tap is answered as the first one.

    Raises:
        ConflictError: somebody has changed them since. InvalidError: says what to
            mend, by field.
    """
    seats.lock_offering(offering)
    db.session.refresh(offering)
    before = offering_files.export_offering(offering)
    wanted = _checked(before | {"offering": before["offering"] | fields})
    changed = [
        name
        for name, value in wanted["offering"].items()
        if value != before["offering"][name]
    ]
    if not changed:
        return False
    if base != seen(offering):
        raise ConflictError(MEANWHILE)
    actor = audit.actor_of(user)
    try:
        offering_files.change_offering(offering, wanted, actor=actor, now=now)
    except RowsRefusedError as error:
        raise _beside_fields(error) from error
    audit.record(actor, "offering.change", {"fields": changed}, offering, now=now)
    return True


def _checked(definition: dict[str, Any]) -> dict[str, Any]:
    try:
        return definitions.plain(definitions.check_definition(definition))
    except RowsRefusedError as error:
        raise _beside_fields(error) from error


def _beside_fields(error: RowsRefusedError) -> InvalidError:
    """Say beside a form's fields what a file would be refused for.

    A place such as offering.applications.opens_at is the form's field opens_at, and
    an entry of a list is the list's. What is wrong with the segments is about the days.
    """
    errors: dict[str, str] = {}
    for each in error.refused:
        path, reason = str(each["column"] or ""), str(each["reason"])
        name, sentence = _placed(path.split("[", maxsplit=1)[0].split("."), reason)
        errors.setdefault(name, sentence)
    return InvalidError("Please look at this again.", errors)


def _placed(steps: list[str], reason: str) -> tuple[str, str]:
    if steps[0] == "segments":
        return "ends_on", f"A segment {reason}. Change the schedule first."
    is_host = steps[:2] == ["offering", "host"]
    name = HOST_FIELDS.get(steps[-1], steps[-1]) if is_host else steps[-1]
    return name, f"This {reason}."
