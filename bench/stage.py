"""An offering in full swing: thirteen segments, many people, eight doors."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import Flask

from bench.databases import Database
from tests.factories import make_device, make_offering, make_segment, make_token
from tracker import keys
from tracker.db import db, new_public_id
from tracker.domain import passes
from tracker.models import Enrollment, Offering, Pass, Person
from tracker.models.access import TokenScope

DOORS = 8
SEGMENTS_BY_DAY = (4, 4, 3, 2)
OPEN_SEGMENT = 5  # the first of the second day


@dataclass(frozen=True)
class Stage:
    """What a benchmark needs to know of its offering.

    `starts` are the segments' starts by number.
    """

    code: str
    doors: tuple[str, ...]
    reader: str
    passes: tuple[str, ...]
    starts: dict[int, datetime]

    @property
    def path(self) -> str:
        """Where scans are sent."""
        return f"/api/v1/offerings/{self.code}/scans"

    def moment_in(self, segment: int) -> datetime:
        """Return a moment at which that segment takes check-ins."""
        return self.starts[segment] + timedelta(minutes=5)


@contextmanager
def running(database: Database) -> Iterator[Flask]:
    """Give the application's context in this process; connections end with it."""
    app = database.app()
    with app.app_context():
        yield app
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()


def set_stage(people: int, code: str = "BENCH", *, is_past: bool = False) -> Stage:
    """Make the offering, its people and its doors, committed.

    It is in its second day, whose first segment takes check-ins now; or it is past,
    and every segment takes those that a door kept.
    """
    now = datetime.now(UTC).replace(microsecond=0)
    offering = make_offering(code=code, capacity=people, key=secrets.token_bytes(32))
    starts = dict(enumerate(_starts(now, -5 if is_past else -1), start=1))
    for number, starts_at in starts.items():
        make_segment(offering=offering, number=number, starts_at=starts_at)
    stage = Stage(
        code=code,
        doors=tuple(make_device(offering, name=f"Door {n + 1}") for n in range(DOORS)),
        reader=make_token(offering, TokenScope.READ),
        passes=tuple(_enroll(offering, people, now)),
        starts=starts,
    )
    db.session.commit()
    return stage


def _starts(now: datetime, first_day: int) -> Iterator[datetime]:
    """Yield the segments' starts: each day's first is 20 minutes from now."""
    for day, count in enumerate(SEGMENTS_BY_DAY, start=first_day):
        first = now + timedelta(days=day, minutes=20)
        yield from (first + timedelta(hours=2 * n) for n in range(count))


def _enroll(offering: Offering, count: int, now: datetime) -> Iterator[str]:
    """Enroll people in bulk, each with a pass; yield the passes."""
    people = _insert(Person, [_person(n, now) for n in range(count)])
    seats = _insert(Enrollment, [_seat(offering, person, now) for person in people])
    rows = [_pass(offering, seat, now) for seat in seats]
    _insert(Pass, rows)
    yield from (passes.derive_pass(offering.key, row["secret_id"]) for row in rows)


def _insert(model: Any, rows: list[dict[str, Any]]) -> list[int]:
    """Insert rows and return their ids in the same order."""
    statement = sa.insert(model).returning(model.id, sort_by_parameter_order=True)
    return list(db.session.scalars(statement, rows))


def _person(number: int, now: datetime) -> dict[str, Any]:
    email = f"{secrets.token_hex(6)}-{number}@example.org"
    return {
        "public_id": new_public_id(),
        "email": email,
        "email_digest": keys.ring().digest("people.email", email),
        "name": f"Sample Person {number}",
        "agency": "Sample Agency",
        "title": "Nurse",
        "created_at": now,
    }


def _seat(offering: Offering, person_id: int, now: datetime) -> dict[str, Any]:
    return {
        "public_id": new_public_id(),
        "offering_id": offering.id,
        "person_id": person_id,
        "badge_name": "",
        "created_at": now,
    }


def _pass(offering: Offering, enrollment_id: int, now: datetime) -> dict[str, Any]:
    secret_id = secrets.token_bytes(16)
    text = passes.derive_pass(offering.key, secret_id)
    return {
        "offering_id": offering.id,
        "enrollment_id": enrollment_id,
        "secret_id": secret_id,
        "fingerprint": keys.ring().digest("pass", text),
        "created_at": now,
    }
