"""The offerings that a member of staff works in."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from tracker.db import db
from tracker.models import Course, Membership, Offering, User
from tracker.models.staff import Role


class Phase(StrEnum):
    """Where today lies for an offering, by the calendar of its place."""

    TO_COME = "to come"
    ON_NOW = "on now"
    OVER = "over"


@dataclass(frozen=True)
class Desk:
    """An offering, with the roles that somebody has in it."""

    offering: Offering
    roles: frozenset[Role]
    phase: Phase


def phase_of(offering: Offering, *, now: datetime) -> Phase:
    """Say whether an offering is to come, on or over."""
    today = now.astimezone(ZoneInfo(offering.timezone)).date()
    if today < offering.starts_on:
        return Phase.TO_COME
    return Phase.ON_NOW if today <= offering.ends_on else Phase.OVER


def list_courses(user: User) -> list[Course]:
    """List the courses of which somebody may add offerings, by title.

    Those are all for an admin; else those of which they coordinate an offering.
    """
    wanted = sa.select(Course).order_by(Course.title, Course.id)
    if not user.is_admin:
        own = (
            sa.select(Offering.course_id)
            .join(Membership, Membership.offering_id == Offering.id)
            .where(Membership.user_id == user.id, Membership.role == Role.COORDINATOR)
        )
        wanted = wanted.where(Course.id.in_(own))
    return list(db.session.scalars(wanted))


def list_desks(user: User, *, now: datetime) -> list[Desk]:
    """List what a member of staff works in: two queries, whatever the number.

    What is on or to come stands first, the nearest on top; what is over follows,
    the newest first. An admin works in every offering.
    """
    roles: dict[int, set[Role]] = {}
    for offering_id, role in db.session.execute(
        sa.select(Membership.offering_id, Membership.role).filter_by(user_id=user.id)
    ):
        roles.setdefault(offering_id, set()).add(role)
    wanted = sa.select(Offering).options(joinedload(Offering.course))
    if not user.is_admin:
        wanted = wanted.where(Offering.id.in_(roles))
    found = db.session.scalars(wanted.order_by(Offering.starts_on, Offering.code))
    desks = [
        Desk(each, frozenset(roles.get(each.id, ())), phase_of(each, now=now))
        for each in found
    ]
    ahead = [each for each in desks if each.phase is not Phase.OVER]
    over = [each for each in reversed(desks) if each.phase is Phase.OVER]
    return [*ahead, *over]
