"""Offerings imported from a file, and written back to it."""

import secrets
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from tracker import links
from tracker.db import db
from tracker.errors import ConflictError, InvalidError, RowsRefusedError
from tracker.models import Course, Instructor, Offering, OfferingCounter
from tracker.services import (
    audit,
    batches,
    credit_rules,
    definitions,
    evaluation_forms,
    evaluations,
    schedules,
    seats,
    segments,
    teachers,
)
from tracker.services.audit import Actor
from tracker.services.changes import Change
from tracker.yaml_reader import REFUSAL

COURSE_FIELDS = (
    "title",
    "summary",
    "description",
    "audience",
    "prerequisite",
    "obligation",
    "cost",
    "contact",
    "topics",
)
OFFERING_FIELDS = (
    "title",
    "city",
    "state",
    "timezone",
    "venue",
    "contact",
    "capacity",
    "catchment",
    "stock",
    "host",
    "signatories",
    "accreditations",
    "policy",
)
KEY_BYTES = 32


def import_offering(
    definition: Any,
    *,
    actor: Actor,
    now: datetime,
    lines: Mapping[str, int] | None = None,
) -> tuple[Offering, Change]:
    """Make an offering from its file, or change it to what the file says.

    The same file again changes nothing. Changed times make new versions of the
    segments; a segment is never removed, because its number is never reused.
    `lines` says on which line of the file each path stands.

    Raises:
        RowsRefusedError: everything that must be mended; nothing was changed.
    """
    wanted = definitions.plain(definitions.check_definition(definition, lines))
    offering = _find_locked(wanted["offering"]["code"])
    change = Change.UPDATED
    if offering is None:
        offering = _create(wanted, now)
        change = Change.CREATED
    else:
        before = export_offering(offering)
        wanted |= {
            each: wanted[each] or before[each] for each in evaluation_forms.KINDS
        }
        _keep_addresses(wanted, before)
        if wanted == before:
            return offering, Change.UNCHANGED
        found = list(_losses(offering, before, wanted))
        if found:
            reasons = definitions.placed(found, lines or {})
            raise RowsRefusedError(REFUSAL, reasons)
    _write(offering, wanted, actor, now)
    details = {"change": change.value, "segments": len(wanted["segments"])}
    audit.record(actor, "offering.import", details, offering, now=now)
    schedules.raise_schedule_version(offering.id)
    return offering, change


def _keep_addresses(wanted: dict[str, Any], before: dict[str, Any]) -> None:
    """Keep the addresses of instructors of which the file says nothing."""
    known = {each["key"]: each.get("email", "") for each in before["instructors"]}
    for each in wanted["instructors"]:
        email = each.pop("email", known.get(each["key"], ""))
        if email:
            each["email"] = email


def _find_locked(code: str) -> Offering | None:
    wanted = sa.select(Offering).where(Offering.code == code)
    return db.session.scalar(wanted.with_for_update())


def _create(wanted: dict[str, Any], now: datetime) -> Offering:
    code = wanted["offering"]["code"]
    offering = Offering(
        code=code,
        key=secrets.token_bytes(KEY_BYTES),
        created_at=now,
        published_at=now,
    )
    _set_fields(offering, wanted)
    try:
        with db.session.begin_nested():
            db.session.add(offering)
    except IntegrityError as error:  # somebody else was faster
        raise ConflictError(
            f"{code} is being imported now; please try again."
        ) from error
    db.session.add(OfferingCounter(offering_id=offering.id))
    batches.open_batch(offering, links.settings().evaluation_keys)
    return offering


def _losses(
    offering: Offering, before: dict[str, Any], wanted: dict[str, Any]
) -> Iterator[tuple[str, str]]:
    """Say what a changed file would lose."""
    numbers = {each["number"] for each in wanted["segments"]}
    for each in before["segments"]:
        if each["number"] not in numbers:
            yield (
                "segments",
                f"number {each['number']} is missing; a segment is never removed: "
                "keep it, with “cancelled: true”",
            )
    keys = {each["key"] for each in wanted["instructors"]}
    lost = [each["key"] for each in before["instructors"] if each["key"] not in keys]
    if lost and evaluations.count_receipts(offering):
        yield "instructors", f"{', '.join(lost)}: evaluated already, cannot be removed"
    capacity, taken = wanted["offering"]["capacity"], seats.count_seats(offering)
    if 0 < capacity < taken:
        yield (
            "offering.capacity",
            f"{capacity} is less than the {taken} people enrolled",
        )


def _write(
    offering: Offering, wanted: dict[str, Any], actor: Actor, now: datetime
) -> None:
    _set_fields(offering, wanted)
    instructors = _write_instructors(offering, wanted["instructors"], actor, now)
    segments.write_segments(offering, wanted["segments"], instructors, now=now)
    evaluation_forms.set_forms(offering, wanted)
    db.session.flush()


def _set_fields(offering: Offering, wanted: dict[str, Any]) -> None:
    fields = wanted["offering"]
    for name in OFFERING_FIELDS:
        setattr(offering, name, fields[name])
    offering.starts_on = date.fromisoformat(fields["starts_on"])
    offering.ends_on = date.fromisoformat(fields["ends_on"])
    offering.course = _write_course(wanted["course"])


def _write_course(fields: dict[str, Any]) -> Course:
    wanted = sa.select(Course).where(Course.code == fields["code"]).with_for_update()
    course = db.session.scalar(wanted) or Course(code=fields["code"])
    for name in COURSE_FIELDS:
        setattr(course, name, fields[name])
    db.session.add(course)
    return course


def _write_instructors(
    offering: Offering, wanted: list[dict[str, Any]], actor: Actor, now: datetime
) -> dict[str, Instructor]:
    """Match instructors by key, so that nobody takes over another's evaluation."""
    rows = {row.key: row for row in segments.list_instructors(offering)}
    for row in rows.values():
        row.position = -row.position  # out of the way: a position stands once
    db.session.flush()
    for key in rows.keys() - {each["key"] for each in wanted}:
        gone = rows.pop(key)
        teachers.set_address(offering, gone, "", actor=actor, now=now)
        db.session.delete(gone)
    for position, each in enumerate(wanted, start=1):
        row = rows.setdefault(each["key"], Instructor(key=each["key"]))
        row.offering_id, row.position = offering.id, position
        row.name, row.title = each["name"], each["title"]
        db.session.add(row)
    db.session.flush()
    for each in wanted:
        email = each.get("email", "")
        _set_address(offering, rows[each["key"]], email, actor, now)
    return rows


def _set_address(
    offering: Offering, row: Instructor, email: str, actor: Actor, now: datetime
) -> None:
    try:
        teachers.set_address(offering, row, email, actor=actor, now=now)
    except InvalidError as error:
        path = f"instructors[{row.position - 1}].email"
        raise RowsRefusedError(
            REFUSAL, [{"row": None, "column": path, "reason": str(error)}]
        ) from error


def export_offering(offering: Offering) -> dict[str, Any]:
    """Write an offering as its file has it; importing that changes nothing."""
    zone = ZoneInfo(offering.timezone)
    emails = teachers.emails_of(offering)
    return {
        "course": {"code": offering.course.code}
        | {name: getattr(offering.course, name) for name in COURSE_FIELDS},
        "offering": {
            "code": offering.code,
            "starts_on": offering.starts_on.isoformat(),
            "ends_on": offering.ends_on.isoformat(),
        }
        | {name: getattr(offering, name) for name in OFFERING_FIELDS}
        | {"accreditations": credit_rules.list_accreditations(offering)},
        "instructors": [
            {"key": row.key, "name": row.name, "title": row.title}
            | ({"email": emails[row.id]} if row.id in emails else {})
            for row in segments.list_instructors(offering)
        ],
        "segments": [
            segments.plain_segment(row, zone)
            for row in segments.read_segments(offering)
        ],
    } | evaluation_forms.definitions_of(offering)
