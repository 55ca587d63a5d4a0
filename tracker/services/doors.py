"""What a door shows beside the camera: how many of those expected are in."""

from datetime import datetime

import sqlalchemy as sa

from tracker.db import db
from tracker.domain.scans import judge
from tracker.domain.schedule import Schedule
from tracker.models import Attendance, Enrollment
from tracker.models.enrollment import EnrollmentKind


def count_current(
    offering_id: int, schedule: Schedule, room: str, *, now: datetime
) -> dict[str, int] | None:
    """Count who is in at the segment open at this door now: {number, in, expected}.

    Returns None where no segment is open, or the room cannot decide between two.
    """
    judged = judge(schedule, now, room=room)
    if judged.segment is None or judged.reason is not None:
        return None
    enrolled = (
        sa.select(sa.func.count())
        .select_from(Enrollment)
        .where(
            Enrollment.offering_id == offering_id,
            Enrollment.withdrawn_at.is_(None),
            Enrollment.kind == EnrollmentKind.PARTICIPANT,
        )
    )
    present = enrolled.join(
        Attendance, Attendance.enrollment_id == Enrollment.id
    ).where(
        Attendance.segment_id == judged.segment.id, Attendance.first_in.is_not(None)
    )
    return {
        "number": judged.segment.number,
        "in": db.session.scalar(present) or 0,
        "expected": db.session.scalar(enrolled) or 0,
    }
