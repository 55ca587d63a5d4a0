"""What only an application needed is kept as long as it may be, and no longer."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from tracker.db import db
from tracker.domain.admissions import Status
from tracker.domain.application_entry import PHONE_DAYS, left_after
from tracker.models import Application, Offering


def forget_applications(*, now: datetime) -> int:
    """Delete what applications need not say any more; return how many said it.

    The worker does so hourly; again it changes nothing.
    """
    today = now.date()
    over = sa.select(
        Application.id, Application.details, Application.status, Offering.ends_on
    ).join(Application.offering)
    rows = db.session.execute(
        over.where(Offering.ends_on < today - timedelta(days=PHONE_DAYS))
    ).all()
    forgotten = 0
    for key, said, status, ends_on in rows:
        is_enrolled = status is Status.ENROLLED
        left = left_after(said, (today - ends_on).days, is_enrolled=is_enrolled)
        if left != said:
            row = sa.update(Application).where(Application.id == key)
            db.session.execute(row.values(details=left))
            forgotten += 1
    return forgotten
