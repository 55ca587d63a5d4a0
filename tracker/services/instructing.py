"""Instructors who sign in by a mailed code, and the segments that it opens to them.

Who has no passphrase sees the own segments, from an hour before to a day after,
and nothing else. Nothing of it is kept in the session: who teaches what, the role
and the clock are asked at each request (trust.md, I14).
"""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from tracker.db import db
from tracker.domain.own_segments import reach_at
from tracker.models import (
    Instructor,
    Membership,
    Segment,
    SegmentInstructor,
    User,
)
from tracker.models.staff import Role
from tracker.services import staff

starts_at = sa.func.coalesce(Segment.delivered_starts_at, Segment.starts_at)
ends_at = sa.func.coalesce(Segment.delivered_ends_at, Segment.ends_at)


def _open_to(
    user_id: sa.SQLColumnExpression[int] | int, now: datetime
) -> sa.Select[int]:
    """Select the segments open to a user; an offering's role must name them, too."""
    reach = reach_at(now)
    return (
        sa.select(Segment.id)
        .join(SegmentInstructor, SegmentInstructor.segment_id == Segment.id)
        .join(Instructor, Instructor.id == SegmentInstructor.instructor_id)
        .join(
            Membership,
            sa.and_(
                Membership.user_id == Instructor.user_id,
                Membership.offering_id == Segment.offering_id,
                Membership.role == Role.INSTRUCTOR,
            ),
        )
        .where(
            Instructor.user_id == user_id,
            Segment.cancelled_at.is_(None),
            starts_at <= reach.starts_by,
            ends_at > reach.ends_after,
        )
    )


def find_teacher(email: str, *, now: datetime) -> sa.Row[int, str] | None:
    """Return (id, address on record) of who may sign in by a code now; else None."""
    return db.session.execute(
        sa.select(User.id, User.email).where(
            User.email_digest == staff.email_digest(email),
            User.disabled_at.is_(None),
            _open_to(User.id, now).correlate(User).exists(),
        )
    ).one_or_none()


def list_own(user: User, *, now: datetime) -> Mapping[int, frozenset[int]]:
    """Return the numbers of the segments open to a user, by offering id: one query."""
    rows = db.session.execute(
        sa.select(Segment.offering_id, Segment.number).where(
            Segment.id.in_(_open_to(user.id, now))
        )
    )
    found: dict[int, set[int]] = {}
    for offering_id, number in rows:
        found.setdefault(offering_id, set()).add(number)
    return {each: frozenset(numbers) for each, numbers in found.items()}


def list_rooms(user: User, *, now: datetime) -> list[Segment]:
    """Return the segments open to a user with their offerings, the earliest first."""
    return list(
        db.session.scalars(
            sa.select(Segment)
            .where(Segment.id.in_(_open_to(user.id, now)))
            .order_by(starts_at, Segment.number)
            .options(joinedload(Segment.offering))
        )
    )
