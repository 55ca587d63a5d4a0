"""Which other offerings an applicant was enrolled in, as far as the reviewer may know.

A reviewer reads of the offerings that they coordinate, an admin of all; of others not
even that there are some (docs/decisions/0031).
"""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from tracker.db import db
from tracker.domain.dates import span
from tracker.models import Enrollment, Membership, Offering, Person, User
from tracker.models.enrollment import EnrollmentKind
from tracker.models.staff import Role
from tracker.services import attendance, desks
from tracker.services.desks import Phase


@dataclass(frozen=True)
class Earlier:
    """One other offering; `words` say how its person stood there."""

    code: str
    course: str
    when: str
    enrollment: str
    words: str


def list_earlier(
    person: Person, offering: Offering, user: User, *, now: datetime
) -> list[Earlier]:
    """Return a person's other offerings that `user` may know of, the newest first."""
    wanted = (
        sa.select(Enrollment)
        .join(Enrollment.offering)
        .where(
            Enrollment.person_id == person.id,
            Enrollment.offering_id != offering.id,
            Enrollment.kind == EnrollmentKind.PARTICIPANT,
        )
        .options(joinedload(Enrollment.offering).joinedload(Offering.course))
        .order_by(Offering.starts_on.desc(), Offering.id.desc())
    )
    if not user.is_admin:
        own = sa.select(Membership.offering_id).where(
            Membership.user_id == user.id, Membership.role == Role.COORDINATOR
        )
        wanted = wanted.where(Enrollment.offering_id.in_(own))
    return [_earlier(row, now) for row in db.session.scalars(wanted)]


def _earlier(row: Enrollment, now: datetime) -> Earlier:
    offering = row.offering
    return Earlier(
        code=offering.code,
        course=offering.course.title,
        when=span(offering.starts_on, offering.ends_on),
        enrollment=row.public_id,
        words=_words(row, now),
    )


def _words(row: Enrollment, now: datetime) -> str:
    if row.withdrawn_at is not None:
        return "seat given back"
    phase = desks.phase_of(row.offering, now=now)
    if phase is Phase.TO_COME:
        return "enrolled, to come"
    found = attendance.standing_of(row, now=now)
    share = f"{found.attended_count} of {found.required_count} segments"
    if phase is Phase.ON_NOW:
        return f"on now, {share}"
    if found.attended_count == 0:
        return f"missed, {share}"
    return f"attended in full, {share}" if found.is_full else f"attended {share}"
