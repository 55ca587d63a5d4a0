"""People who take part: finding them, and how long their offerings last."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from tracker import keys
from tracker.db import db
from tracker.domain.names import normalise_address
from tracker.models import Enrollment, Offering, Person


def email_digest(email: str) -> bytes:
    """Return the keyed digest by which a person's address is found."""
    return keys.ring().digest("people.email", normalise_address(email))


def find_person_by_email(email: str) -> Person | None:
    """Return the person with this address, however it is capitalised; else None."""
    return db.session.scalar(
        sa.select(Person).where(Person.email_digest == email_digest(email))
    )


def last_offering_end(person: Person) -> datetime | None:
    """Return the end of the last day of a person's last offering, in its own zone.

    None where the person is not enrolled anywhere.
    """
    rows = db.session.execute(
        sa.select(Offering.ends_on, Offering.timezone)
        .join(Enrollment, Enrollment.offering_id == Offering.id)
        .where(Enrollment.person_id == person.id, Enrollment.withdrawn_at.is_(None))
    )
    ends = [
        datetime.combine(ends_on + timedelta(days=1), time(), ZoneInfo(timezone))
        for ends_on, timezone in rows
    ]
    return max(ends, default=None)
