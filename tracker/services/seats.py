"""The seats of an offering, and the capacity they are counted against."""

import sqlalchemy as sa

from tracker.db import db
from tracker.models import Enrollment, Offering
from tracker.models.enrollment import EnrollmentKind


def lock_offering(offering: Offering) -> None:
    """Let one change of the seats of an offering go at a time (trust.md)."""
    wanted = sa.select(Offering.id).where(Offering.id == offering.id)
    db.session.execute(wanted.with_for_update())


def count_seats(offering: Offering) -> int:
    """Count the seats taken: participants who have not withdrawn."""
    return (
        db.session.scalar(
            sa.select(sa.func.count(Enrollment.id)).where(
                Enrollment.offering_id == offering.id,
                Enrollment.kind == EnrollmentKind.PARTICIPANT,
                Enrollment.withdrawn_at.is_(None),
            )
        )
        or 0
    )


def capacity_problem(offering: Offering, new_count: int) -> str | None:
    """Say why new participants do not fit; capacity 0 takes everybody."""
    taken = count_seats(offering)
    if new_count == 0 or not 0 < offering.capacity < taken + new_count:
        return None
    return (
        f"{new_count} new would make {taken + new_count} people, "
        f"but the capacity is {offering.capacity}"
    )
