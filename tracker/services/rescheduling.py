"""Changing the schedule in the browser: said beforehand, then made, as new versions.

Attendance is judged anew by the changed schedule and never deleted, and no
certificate is revoked (trust.md, I6). Whoever changes it says which version of the
schedule they looked at: the second of two coordinators is told, and nothing is lost.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from tracker.db import db
from tracker.domain.local_times import read_moment, write_moment
from tracker.domain.rescheduling import changed, replanned
from tracker.domain.schedule import Plan, Schedule, SegmentPlan
from tracker.errors import ConflictError
from tracker.models import Offering, Segment
from tracker.services import audit, misfits, schedules, segments
from tracker.services.audit import Actor

Row = dict[str, Any]
"""A segment as an offering's file has it (`segments.plain_segment`)."""

MEANWHILE = (
    "Somebody has changed the schedule meanwhile, so nothing was saved. "
    "Look at the schedule as it is now, and try again."
)


class StaleError(ConflictError):
    """The schedule is no longer the one that the change was made against."""

    def __init__(self) -> None:
        """Say so plainly."""
        super().__init__(MEANWHILE)


@dataclass(frozen=True)
class Proposal:
    """A change that has not been made: the schedule before and after it."""

    before: Schedule
    after: Schedule
    rows: tuple[tuple[Row | None, Row], ...]


@dataclass(frozen=True)
class Basis:
    """What a change rests on: the version looked at (None: the newest), who, when."""

    version: int | None
    actor: Actor
    now: datetime


def lock(offering: Offering) -> None:
    """Let one change of an offering's schedule go at a time.

    Scans refer to the offering and are not held up: only its key is theirs.
    """
    db.session.execute(
        sa.select(Offering.id)
        .where(Offering.id == offering.id)
        .with_for_update(key_share=True)
    )


def refuse_stale(offering: Offering, version: int | None) -> None:
    """Refuse a change that was made against an earlier schedule.

    Raises:
        StaleError: somebody has changed it meanwhile.
    """
    if version not in {None, read_version(offering)}:
        raise StaleError


def read_version(offering: Offering) -> int:
    """Return the number of the schedule's version; every change raises it."""
    return schedules.read_versions(offering.id)[1]


def rows_of(offering: Offering) -> dict[int, Row]:
    """Return every segment by number, as an offering's file has it."""
    zone = ZoneInfo(offering.timezone)
    return {
        row.number: segments.plain_segment(row, zone)
        for row in segments.read_segments(offering)
    }


def next_number(offering: Offering) -> int:
    """Return the number for a new segment. No number is ever used again."""
    highest = sa.select(sa.func.max(Segment.number))
    return (
        db.session.scalar(highest.where(Segment.offering_id == offering.id)) or 0
    ) + 1


def shifted(row: Row, zone: ZoneInfo, minutes: int) -> Row:
    """Return a segment's row with its times moved by so many minutes."""
    moved = {}
    for name in ("starts_at", "ends_at"):
        moment = read_moment(row[name], zone) + timedelta(minutes=minutes)
        moved[name] = write_moment(moment, zone)
    return row | moved


def propose(
    offering: Offering,
    wanted: Sequence[Row],
    *,
    basis: Basis,
    is_adding: bool = False,
) -> Proposal:
    """Work a change out without making it.

    Raises:
        StaleError: the schedule has changed since. InvalidError: it does not fit.
    """
    refuse_stale(offering, basis.version)
    old = rows_of(offering)
    _refuse_numbers(old, wanted, is_adding=is_adding)
    misfits.refuse(offering, old, wanted)
    before = schedules.schedule_of(offering)
    plans = [_planned(before, row, basis.now) for row in wanted]
    pairs = tuple((old.get(row["number"]), row) for row in wanted)
    return Proposal(before, changed(before, plans), pairs)


def _planned(schedule: Schedule, row: Row, now: datetime) -> SegmentPlan:
    """Return a segment as the rules will see it once the row is written."""
    starts_at, ends_at = (
        read_moment(row[name], schedule.zone) for name in ("starts_at", "ends_at")
    )
    plan = Plan(now, starts_at, ends_at, row["room"])
    number = row["number"]
    segment = schedule.by_number.get(number)
    if segment is None:
        segment = SegmentPlan(-number, number, row["title"], (plan,))
    return replace(
        replanned(segment, plan),
        title=row["title"],
        is_required=row["required"],
        needs_check_out=row["check_out"],
        credit_minutes=row["credit_minutes"],
        credit_category=row["credit_category"],
        cancelled_at=(segment.cancelled_at or now) if row["cancelled"] else None,
    )


def change(
    offering: Offering,
    wanted: Sequence[Row],
    action: str,
    *,
    basis: Basis,
    is_adding: bool = False,
) -> bool:
    """Make a change; say whether anything was different.

    What is so already, is done: a second tap is answered as the first one.

    Raises:
        StaleError: the schedule has changed since. InvalidError: it does not fit.
    """
    lock(offering)
    old = rows_of(offering)
    different = [row for row in wanted if old.get(row["number"]) != row]
    if not different:
        return False
    refuse_stale(offering, basis.version)
    _refuse_numbers(old, different, is_adding=is_adding)
    misfits.refuse(offering, old, different)
    keys = {each.key: each for each in segments.list_instructors(offering)}
    segments.write_segments(offering, different, keys, now=basis.now)
    ids = {key: each.public_id for key, each in keys.items()}
    for row in different:
        details = {"segment": row["number"]}
        details |= _differences(old.get(row["number"], {}), row, ids)
        audit.record(basis.actor, action, details, offering, now=basis.now)
    schedules.raise_schedule_version(offering.id)
    return True


def _refuse_numbers(
    old: dict[int, Row], rows: Sequence[Row], *, is_adding: bool
) -> None:
    """A new segment takes the next number; another one is late, or made up."""
    numbers = [row["number"] for row in rows]
    fits = (
        numbers == [max(old, default=0) + 1] if is_adding else set(numbers) <= set(old)
    )
    if not fits:
        raise StaleError


def _differences(old: Row, new: Row, ids: dict[str, str]) -> dict[str, Row]:
    """Say what changes, old and new; instructors by id, for the log names nobody."""
    sides: tuple[Row, Row] = ({}, {})
    for name in new:
        if name == "number" or old.get(name) == new[name]:
            continue
        for side, row in zip(sides, (old, new), strict=True):
            if name in row:
                value = row[name]
                is_list = name == "instructors"
                side[name] = [ids[key] for key in value] if is_list else value
    return {"old": sides[0], "new": sides[1]}
