"""Check-in by the room's code: what the projector shows, and who comes in by it.

Staff scan passes at a door; here the participants scan the room. The screen is
given one code at a time, of the current ten seconds (domain/room_codes.py).
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa

from tracker import keys
from tracker.db import db
from tracker.domain import room_codes
from tracker.domain.schedule import Schedule, SegmentPlan
from tracker.errors import NotFoundError
from tracker.models import Attendance, Enrollment, Offering
from tracker.services import schedules


class Phase(StrEnum):
    """Whether a segment takes check-ins."""

    TO_COME = "to_come"
    OPEN = "open"
    OVER = "over"


@dataclass(frozen=True)
class Room:
    """A segment that is held, and when it takes check-ins: [opens_at, closes_at)."""

    segment: SegmentPlan
    phase: Phase
    opens_at: datetime
    closes_at: datetime


@dataclass(frozen=True)
class Showing:
    """What the screen in a room shows now; without a code where none is taken.

    `in_count` of `people_count` enrolled are in.
    """

    room: Room
    code: str | None
    short_code: str | None
    seconds_left: float
    in_count: int
    people_count: int


def list_rooms(schedule: Schedule, *, now: datetime) -> list[Room]:
    """List an offering's segments with whether each takes check-ins, by number."""
    windows = schedule.windows_at(now)
    found = []
    for segment in schedule.held:
        if window := windows.get(segment.number):
            phase = _phase(window.opens_at, window.closes_at, now)
            found.append(Room(segment, phase, window.opens_at, window.closes_at))
    return found


def list_open(schedule: Schedule, *, now: datetime) -> list[Room]:
    """List the segments that take check-ins now."""
    return [each for each in list_rooms(schedule, now=now) if each.phase is Phase.OPEN]


def _phase(opens_at: datetime, closes_at: datetime, now: datetime) -> Phase:
    if now < opens_at:
        return Phase.TO_COME
    return Phase.OPEN if now < closes_at else Phase.OVER


def get_room(offering: Offering, number: int, *, now: datetime) -> Room:
    """Return one segment of an offering.

    Raises:
        NotFoundError: there is none of that number, or it is cancelled.
    """
    for room in list_rooms(schedules.schedule_of(offering), now=now):
        if room.segment.number == number:
            return room
    raise NotFoundError


def show(offering: Offering, number: int, *, now: datetime) -> Showing:
    """Return what the screen of a segment shows now: never a later code.

    Raises:
        NotFoundError: there is no such segment, or it is cancelled.
    """
    room = get_room(offering, number, now=now)
    key, step = room_codes.room_key(offering.key), room_codes.step_of(now)
    is_open, segment_id = room.phase is Phase.OPEN, room.segment.id
    code = room_codes.derive_room_code(key, veil(), segment_id, step)
    short_code = room_codes.derive_short_code(key, segment_id, step)
    return Showing(
        room=room,
        code=code if is_open else None,
        short_code=short_code if is_open else None,
        seconds_left=room_codes.seconds_left(now),
        in_count=_count_in(segment_id),
        people_count=_count_people(offering),
    )


def veil() -> bytes:
    """Return the key that hides segments' row ids in room codes."""
    return keys.ring().derive("room code veil")


def _count_in(segment_id: int) -> int:
    wanted = (
        sa.select(sa.func.count())
        .select_from(Attendance)
        .join(Enrollment, Enrollment.id == Attendance.enrollment_id)
        .where(
            Attendance.segment_id == segment_id,
            Attendance.first_in.is_not(None),
            Enrollment.withdrawn_at.is_(None),
        )
    )
    return db.session.scalars(wanted).one()


def _count_people(offering: Offering) -> int:
    wanted = sa.select(sa.func.count(Enrollment.id)).where(
        Enrollment.offering_id == offering.id, Enrollment.withdrawn_at.is_(None)
    )
    return db.session.scalars(wanted).one()
