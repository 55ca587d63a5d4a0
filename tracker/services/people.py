"""People who take part: finding them, and how long their offerings last."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from tracker import keys
from tracker.db import db
from tracker.domain.names import normalise_address
from tracker.models import Application, Enrollment, Offering, Person


def email_digest(email: str) -> bytes:
    """Return the keyed digest by which a person's address is found."""
    return keys.ring().digest("people.email", normalise_address(email))


def find_person_by_email(email: str) -> Person | None:
    """Return the person with this address, however it is capitalised; else None."""
    return db.session.scalar(
        sa.select(Person).where(Person.email_digest == email_digest(email))
    )


def get_person_by_email(email: str) -> Person:
    """Return the person with this address, who is known to be there."""
    return db.session.scalars(
        sa.select(Person).where(Person.email_digest == email_digest(email))
    ).one()


def last_offering_end(person: Person) -> datetime | None:
    """Return the end of the last day of a person's last offering, in its own zone.

    Those applied for count too, as long as the application is live. None where the
    person is neither enrolled nor applies anywhere.
    """
    seats = sa.select(Enrollment.offering_id).where(
        Enrollment.person_id == person.id, Enrollment.withdrawn_at.is_(None)
    )
    wishes = sa.select(Application.offering_id).where(
        Application.person_id == person.id, Application.ended_at.is_(None)
    )
    rows = db.session.execute(
        sa.select(Offering.ends_on, Offering.timezone).where(
            Offering.id.in_(seats.union(wishes))
        )
    )
    ends = [
        datetime.combine(ends_on + timedelta(days=1), time(), ZoneInfo(timezone))
        for ends_on, timezone in rows
    ]
    return max(ends, default=None)
