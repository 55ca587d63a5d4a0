"""Contests as they are read: by staff for an offering, by participants their own."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa

from tracker.db import db, pairs_of
from tracker.models import Contest, Enrollment, Offering, Person, Segment, User

IS_OPEN = Contest.answered_at.is_(None)


class State(StrEnum):
    """Where a contest stands."""

    OPEN = "open"
    GRANTED = "granted"
    REFUSED = "not granted"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class ListedContest:
    """One contest in words; `by` is who answered it, empty while nobody has."""

    uid: str
    enrollment: str
    name: str
    segment: int
    title: str
    words: str
    made_at: datetime
    state: State
    answer: str
    answered_at: datetime | None
    by: str


def state_of(row: Contest) -> State:
    """Say where a contest stands."""
    if row.answered_at is None:
        return State.OPEN
    if row.is_granted is None:
        return State.WITHDRAWN
    return State.GRANTED if row.is_granted else State.REFUSED


def list_contests(offering: Offering) -> list[ListedContest]:
    """Return an offering's contests: open ones first, the oldest on top; one query."""
    found = _read(Contest.offering_id == offering.id)
    waiting = [each for each in found if each.state is State.OPEN]
    settled = [each for each in reversed(found) if each.state is not State.OPEN]
    return waiting + settled


def list_contests_of(enrollment: Enrollment) -> list[ListedContest]:
    """Return the contests of one person, the oldest first; one query."""
    return _read(Contest.enrollment_id == enrollment.id)


def _read(condition: sa.ColumnElement[bool]) -> list[ListedContest]:
    rows = db.session.execute(
        sa.select(Contest, Enrollment.public_id, Person.name, Segment, User)
        .join(Enrollment, Enrollment.id == Contest.enrollment_id)
        .join(Person, Person.id == Enrollment.person_id)
        .join(Segment, Segment.id == Contest.segment_id)
        .outerjoin(User, User.id == Contest.answered_by)
        .where(condition)
        .order_by(Contest.made_at, Contest.id)
    )
    return [_listed(*row) for row in rows]


def _listed(
    row: Contest, enrollment: str, name: str, segment: Segment, by: User | None
) -> ListedContest:
    return ListedContest(
        uid=row.public_id,
        enrollment=enrollment,
        name=name,
        segment=segment.number,
        title=segment.title,
        words=row.words,
        made_at=row.made_at,
        state=state_of(row),
        answer=row.answer,
        answered_at=row.answered_at,
        by=(by.name or by.email) if by else "",
    )


def count_open(offering: Offering) -> int:
    """Count the contests of an offering that wait for an answer."""
    wanted = sa.select(sa.func.count(Contest.id))
    return (
        db.session.scalar(wanted.where(Contest.offering_id == offering.id, IS_OPEN))
        or 0
    )


def count_open_of(enrollment_ids: Iterable[int]) -> dict[int, int]:
    """Count the contests that wait for an answer, by enrollment id."""
    wanted = (
        sa.select(Contest.enrollment_id, sa.func.count())
        .where(Contest.enrollment_id.in_(list(enrollment_ids)), IS_OPEN)
        .group_by(Contest.enrollment_id)
    )
    return pairs_of(wanted)
