"""Courses and offerings: found, imported, exported, planned anew."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from tracker.db import db
from tracker.domain.local_times import write_moment
from tracker.errors import NotFoundError
from tracker.models import Course, Offering, Segment
from tracker.services import rescheduling, segments
from tracker.services.audit import Actor
from tracker.services.courses import find_prerequisite
from tracker.services.offering_files import export_offering, import_offering

__all__ = [
    "export_offering",
    "find_prerequisite",
    "get_course",
    "get_offering",
    "import_offering",
    "list_courses",
    "list_offerings",
    "move_segment",
    "suggest_offering",
]


def list_offerings() -> list[Offering]:
    """Return all offerings with their courses, the earliest first."""
    wanted = sa.select(Offering).options(joinedload(Offering.course))
    return list(db.session.scalars(wanted.order_by(Offering.starts_on, Offering.code)))


def get_offering(code: str) -> Offering:
    """Return an offering with its course.

    Raises:
        NotFoundError: there is none with this code.
    """
    wanted = sa.select(Offering).where(Offering.code == code)
    found = db.session.scalar(wanted.options(joinedload(Offering.course)))
    if found is None:
        raise NotFoundError(f"There is no offering “{code}”.")
    return found


def list_courses() -> list[Course]:
    """Return all courses, by title."""
    return list(db.session.scalars(sa.select(Course).order_by(Course.title, Course.id)))


def get_course(code: str) -> Course:
    """Return a course.

    Raises:
        NotFoundError: there is none with this code.
    """
    found = db.session.scalar(sa.select(Course).where(Course.code == code))
    if found is None:
        raise NotFoundError(f"There is no course “{code}”.")
    return found


def suggest_offering(course: Course) -> dict[str, Any]:
    """Return what a new offering of a course takes from the newest one before it.

    The host is named by every offering; without one, the course's certificates do.
    """
    newest = (
        sa.select(Offering)
        .where(Offering.course_id == course.id)
        .order_by(Offering.starts_on.desc(), Offering.id.desc())
        .limit(1)
    )
    found = db.session.scalar(newest)
    if found is None:
        return {"host": (course.certificate or {}).get("host", {}), "capacity": 0}
    names = ("host", "signatories", "contact", "capacity", "timezone")
    return {name: getattr(found, name) for name in names}


def move_segment(
    segment: Segment,
    starts_at: datetime,
    ends_at: datetime,
    room: str,
    *,
    actor: Actor,
    now: datetime,
) -> bool:
    """Plan a segment for another time or room, from now on; say whether it changed.

    Check-ins made before keep being judged by the plan they were made under.

    Raises:
        InvalidError: the offering's rules do not allow it; says why, by field.
    """
    offering = segment.offering
    zone = ZoneInfo(offering.timezone)
    row = segments.plain_segment(segment, zone) | {
        "starts_at": write_moment(starts_at, zone),
        "ends_at": write_moment(ends_at, zone),
        "room": room,
    }
    basis = rescheduling.Basis(None, actor, now)
    return rescheduling.change(offering, [row], "segment.edit", basis=basis)
