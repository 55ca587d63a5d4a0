"""Anomalies as a list to clear: found in the facts anew each time, cleared by key."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from tracker.db import db, insert_into
from tracker.domain.anomalies import Anomaly, Oddity, find_anomalies
from tracker.domain.names import clean_text, text_problem
from tracker.errors import InvalidError, NotFoundError
from tracker.models import ClearedAnomaly, Enrollment, Offering, Person, User
from tracker.services import audit, schedules, sightings

LONGEST_REASON = 500
# So many people are named with one anomaly; the others are counted.
NAMED = 8


@dataclass(frozen=True)
class Cleared:
    """That somebody has looked at an anomaly: who, when, and why it is all right."""

    by: str
    at: datetime
    reason: str


@dataclass(frozen=True)
class ListedAnomaly:
    """One anomaly with whom it is about (id, name), and whether it was looked at.

    `more_count` people are not named: there are too many.
    """

    key: str
    kind: Oddity
    at: datetime
    words: str
    people: tuple[tuple[str, str], ...]
    more_count: int
    cleared: Cleared | None


def list_anomalies(offering: Offering) -> list[ListedAnomaly]:
    """Return an offering's anomalies, open ones first, then the oldest first.

    Ten queries, whatever the number of people.
    """
    found = _find(offering)
    cleared = _cleared(offering)
    names = _names_of(_named(each) for each in found)
    listed = [
        ListedAnomaly(
            key=each.key,
            kind=each.kind,
            at=each.at,
            words=each.words,
            people=tuple(names[whose] for whose in _named(each)),
            more_count=len(each.enrollments) - len(_named(each)),
            cleared=cleared.get(each.key),
        )
        for each in found
    ]
    return sorted(listed, key=lambda each: each.cleared is not None)


def count_open(offering: Offering) -> int:
    """Count the anomalies that nobody has looked at."""
    known = db.session.scalars(
        sa.select(ClearedAnomaly.key).where(ClearedAnomaly.offering_id == offering.id)
    )
    return len({each.key for each in _find(offering)} - set(known))


def clear(
    offering: Offering, key: str, reason: str, *, user: User, now: datetime
) -> None:
    """Note that somebody has looked at an anomaly; again changes nothing.

    Raises:
        NotFoundError: this offering has no such anomaly now.
        InvalidError: the reason is too long, or cannot be shown.
    """
    if key not in {each.key for each in _find(offering)}:
        raise NotFoundError
    words = clean_text(reason)
    if problem := text_problem(words, LONGEST_REASON):
        raise InvalidError(f"The reason {problem}.", {"reason": f"It {problem}."})
    new = insert_into(ClearedAnomaly).values(
        offering_id=offering.id,
        key=key,
        reason=words,
        user_id=user.id,
        cleared_at=now,
    )
    added = db.session.scalar(
        new.on_conflict_do_nothing(index_elements=["offering_id", "key"]).returning(
            ClearedAnomaly.id
        )
    )
    if added is not None:
        actor = audit.actor_of(user)
        audit.record(actor, "anomaly.clear", {"anomaly": key}, offering, now=now)


def reopen(offering: Offering, key: str, *, user: User, now: datetime) -> None:
    """Take back that somebody has looked at an anomaly; twice is the same as once."""
    gone = db.session.scalar(
        sa.delete(ClearedAnomaly)
        .where(ClearedAnomaly.offering_id == offering.id, ClearedAnomaly.key == key)
        .returning(ClearedAnomaly.id)
    )
    if gone is not None:
        actor = audit.actor_of(user)
        audit.record(actor, "anomaly.reopen", {"anomaly": key}, offering, now=now)


def _find(offering: Offering) -> list[Anomaly]:
    return find_anomalies(
        schedules.schedule_of(offering),
        sightings.read_sightings(offering),
        sightings.count_by_hand(offering),
        sightings.count_in(offering),
    )


def _named(anomaly: Anomaly) -> tuple[int, ...]:
    return anomaly.enrollments[:NAMED]


def _names_of(groups: Iterable[tuple[int, ...]]) -> dict[int, tuple[str, str]]:
    wanted = {each for group in groups for each in group}
    rows = db.session.execute(
        sa.select(Enrollment.id, Enrollment.public_id, Person.name)
        .join(Person, Person.id == Enrollment.person_id)
        .where(Enrollment.id.in_(wanted))
    )
    return {row: (public_id, name) for row, public_id, name in rows}


def _cleared(offering: Offering) -> dict[str, Cleared]:
    rows = db.session.execute(
        sa.select(ClearedAnomaly, User)
        .join(User, User.id == ClearedAnomaly.user_id)
        .where(ClearedAnomaly.offering_id == offering.id)
    )
    return {
        row.key: Cleared(user.name or user.email, row.cleared_at, row.reason)
        for row, user in rows
    }
