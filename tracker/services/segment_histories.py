"""What was done to a segment, when and by whom: from the audit log and deliveries."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from tracker.db import db, pairs_of
from tracker.domain.local_times import write_moment
from tracker.models import AuditEntry, Delivery, Instructor, Offering, Segment, User

ACTIONS = {
    "segment.add": "Added",
    "segment.edit": "Changed",
    "segment.move": "Moved with others",
    "segment.cancel": "Cancelled",
    "segment.restore": "Takes place after all",
    "segment.deliver": "Noted how it was held",
    "segment.on_time": "Queue at the door",
}
LABELS = {
    "title": "Title",
    "starts_at": "Starts",
    "ends_at": "Ends",
    "room": "Room",
    "instructors": "Instructors",
    "required": "Required",
    "check_out": "Check-out",
    "credit_minutes": "Credit minutes",
    "credit_category": "Credit category",
    "cancelled": "Cancelled",
    "delivered_starts_at": "Really started",
    "delivered_ends_at": "Really ended",
    "on_time_until": "On time until",
}
MOMENTS = ("delivered_starts_at", "delivered_ends_at", "on_time_until")
OTHERS = {"cli": "the command line", "worker": "a job"}


@dataclass(frozen=True)
class Difference:
    """One value of a segment, before and after; empty where there was none."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Happening:
    """One act on a segment, in words."""

    at: datetime
    by: str
    words: str
    differences: tuple[Difference, ...]
    reason: str


@dataclass(frozen=True)
class History:
    """A segment's plans, each in force from a moment on, and what was done to it."""

    plans: tuple[tuple[datetime, datetime, datetime, str], ...]
    happenings: tuple[Happening, ...]


def read_history(offering: Offering, segment: Segment) -> History:
    """Return a segment's history, the oldest first."""
    entries = db.session.scalars(
        sa.select(AuditEntry)
        .where(AuditEntry.chain == offering.code, AuditEntry.action.in_(ACTIONS))
        .order_by(AuditEntry.sequence)
    )
    mine = [each for each in entries if each.details.get("segment") == segment.number]
    return History(
        plans=tuple(
            (each.valid_from, each.starts_at, each.ends_at, each.room)
            for each in segment.versions
        ),
        happenings=tuple(_happenings(offering, segment, mine)),
    )


def _happenings(
    offering: Offering, segment: Segment, entries: list[AuditEntry]
) -> Iterable[Happening]:
    authors = _authors(entries)
    reasons = pairs_of(
        sa.select(Delivery.public_id, Delivery.reason).where(
            Delivery.segment_id == segment.id
        )
    )
    teachers = pairs_of(
        sa.select(Instructor.public_id, Instructor.name).where(
            Instructor.offering_id == offering.id
        )
    )
    for entry in entries:
        yield Happening(
            at=entry.at,
            by=authors.get(entry.actor) or OTHERS.get(entry.actor, ""),
            words=ACTIONS[entry.action],
            differences=tuple(
                differences(entry.details, teachers, ZoneInfo(offering.timezone))
            ),
            reason=reasons.get(entry.details.get("delivery", ""), ""),
        )


def _authors(entries: list[AuditEntry]) -> dict[str, str]:
    ids = {each.actor.removeprefix("user:") for each in entries}
    users = db.session.scalars(sa.select(User).where(User.public_id.in_(ids)))
    return {f"user:{each.public_id}": each.name or each.email for each in users}


def differences(
    details: Mapping[str, Any], teachers: Mapping[str, str], zone: ZoneInfo
) -> Iterable[Difference]:
    """Say what differs between the old and the new values of an entry."""
    old, new = details.get("old", {}), details.get("new", {})
    for name, label in LABELS.items():
        if name in old or new.get(name, False) is not False:
            nothing = "as planned" if name in MOMENTS else "none"
            yield Difference(
                label,
                _words(name, old.get(name), teachers, zone),
                _words(name, new.get(name), teachers, zone) or nothing,
            )


def _words(name: str, value: Any, teachers: Mapping[str, str], zone: ZoneInfo) -> str:
    if value is None:
        return ""
    if name in MOMENTS:
        return write_moment(datetime.fromisoformat(value), zone)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(teachers.get(each, "somebody removed since") for each in value)
    return str(value)
