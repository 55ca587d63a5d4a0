"""What the doctor asks of seats: nobody has given away more than there are."""

import sqlalchemy as sa

from tracker.db import db
from tracker.models import Offering
from tracker.services import seats


def within_capacity() -> tuple[int, int]:
    """No offering has more seats taken or held than capacity and overbooking say."""
    limited = db.session.scalars(sa.select(Offering).where(Offering.capacity > 0)).all()
    broken = [each for each in limited if _is_over(each)]
    return len(limited), len(broken)


def _is_over(offering: Offering) -> bool:
    total = seats.total_seats(offering)
    return total is not None and seats.count_seats(offering) > total
