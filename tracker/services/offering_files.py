"""Offerings imported from a file, and written back to it."""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from tracker import links
from tracker.db import db
from tracker.errors import ConflictError, InvalidError, RowsRefusedError
from tracker.models import Offering, OfferingCounter
from tracker.services import (
    audit,
    batches,
    courses,
    definitions,
    evaluation_forms,
    evaluations,
    offering_fields,
    schedules,
    seats,
    segments,
    teachers,
)
from tracker.services.audit import Actor
from tracker.services.changes import Change
from tracker.yaml_reader import REFUSAL

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
    change = Change.CREATED if offering is None else Change.UPDATED
    if offering is None:
        offering = make_offering(wanted, actor=actor, now=now)
    elif not change_offering(offering, wanted, actor=actor, now=now, lines=lines):
        return offering, Change.UNCHANGED
    details = {"change": change.value, "segments": len(wanted["segments"])}
    audit.record(actor, "offering.import", details, offering, now=now)
    return offering, change


def make_offering(wanted: dict[str, Any], *, actor: Actor, now: datetime) -> Offering:
    """Make an offering from a checked definition in its normal form.

    Raises:
        RowsRefusedError, ConflictError: see above; the code must be free.
    """
    _keep_unsaid(wanted["course"], courses.known_as(wanted["course"]["code"]))
    _keep_unsaid(wanted["offering"], offering_fields.NEW)
    offering = _create(wanted, actor, now)
    _write(offering, wanted, actor, now)
    return offering


def change_offering(
    offering: Offering,
    wanted: dict[str, Any],
    *,
    actor: Actor,
    now: datetime,
    lines: Mapping[str, int] | None = None,
) -> bool:
    """Change a locked offering to a checked definition; say whether it differed.

    Raises:
        RowsRefusedError: something would be lost; nothing was changed.
    """
    before = export_offering(offering)
    _keep_unsaid(wanted["course"], courses.known_as(wanted["course"]["code"]))
    _keep_unsaid(wanted["offering"], before["offering"])
    wanted |= {each: wanted[each] or before[each] for each in evaluation_forms.KINDS}
    _keep_addresses(wanted, before)
    if wanted == before:
        return False
    found = list(_losses(offering, before, wanted))
    if found:
        raise RowsRefusedError(REFUSAL, definitions.placed(found, lines or {}))
    _write(offering, wanted, actor, now)
    return True


def _keep_unsaid(wanted: dict[str, Any], known: Mapping[str, Any]) -> None:
    """Keep as it is known what a file leaves out and may leave out."""
    for name, value in wanted.items():
        if value is None:
            wanted[name] = known[name]


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


def _create(wanted: dict[str, Any], actor: Actor, now: datetime) -> Offering:
    code = wanted["offering"]["code"]
    offering = Offering(code=code, key=secrets.token_bytes(KEY_BYTES), created_at=now)
    _set_fields(offering, wanted, actor, now)
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
    total = capacity + wanted["offering"]["admission"]["overbooking"]
    if capacity and total < taken:
        yield "offering.capacity", f"leaves {total} of the {taken} seats that are taken"


def _write(
    offering: Offering, wanted: dict[str, Any], actor: Actor, now: datetime
) -> None:
    _set_fields(offering, wanted, actor, now)
    with _placed_at("instructors"):
        instructors = teachers.write_instructors(
            offering, wanted["instructors"], actor=actor, now=now
        )
    segments.write_segments(offering, wanted["segments"], instructors, now=now)
    evaluation_forms.set_forms(offering, wanted)
    schedules.raise_schedule_version(offering.id)


def _set_fields(
    offering: Offering, wanted: dict[str, Any], actor: Actor, now: datetime
) -> None:
    offering_fields.set_offering(offering, wanted["offering"], now=now)
    with _placed_at("course."):
        offering.course = courses.write_course(wanted["course"], actor=actor, now=now)


@contextmanager
def _placed_at(prefix: str) -> Iterator[None]:
    """Refuse the file where a part of it names something that cannot be."""
    try:
        yield
    except InvalidError as error:
        refused: list[dict[str, object]] = [
            {"row": None, "column": prefix + name, "reason": sentence}
            for name, sentence in error.errors.items()
        ]
        raise RowsRefusedError(REFUSAL, refused) from error


def export_offering(offering: Offering) -> dict[str, Any]:
    """Write an offering as its file has it; importing that changes nothing."""
    zone = ZoneInfo(offering.timezone)
    return {
        "course": courses.plain_course(offering.course),
        "offering": offering_fields.plain_offering(offering),
        "instructors": teachers.plain_instructors(offering),
        "segments": [
            segments.plain_segment(row, zone)
            for row in segments.read_segments(offering)
        ],
    } | evaluation_forms.definitions_of(offering)
