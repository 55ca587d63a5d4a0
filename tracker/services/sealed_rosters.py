"""The roster that a door keeps: one record per pass, each sealed with that pass."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from tracker import roster_keys
from tracker.db import db
from tracker.domain.attendance import Record, is_complete
from tracker.domain.passes import derive_pass
from tracker.domain.schedule import Schedule
from tracker.models import Attendance, Enrollment, Offering, Pass, Person
from tracker.roster_keys import RecordKey


class SealedRecord(NamedTuple):
    """One record as a door stores it; without its pass it says nothing."""

    id: str
    nonce: bytes
    sealed: bytes


@dataclass(frozen=True)
class _Seat:
    """A pass's row with its person, who is missing where it is a spare badge."""

    secret_id: bytes
    is_revoked: bool
    spare_number: int | None
    enrollment_id: int | None
    is_withdrawn: bool
    name: str | None
    agency: str | None


def seal_roster(
    offering: Offering, schedule: Schedule, *, now: datetime
) -> list[SealedRecord]:
    """Seal an offering's roster: a record for every pass it ever gave out.

    Revoked passes and spare badges have theirs, or a door could not tell them
    from a pass that is not known. All records are of one length and in the order
    of their ids, which is none. Two queries for any number of people.
    """
    seats = _read_seats(offering)
    records = _read_records(offering)
    contents = [
        _content(seat, schedule, records.get(seat.enrollment_id or 0, {}), now)
        for seat in seats
    ]
    length = roster_keys.common_length(contents)
    sealed = [
        _seal(_key_of(offering.key, seat.secret_id), content, length)
        for seat, content in zip(seats, contents, strict=True)
    ]
    return sorted(sealed)


def _seal(key: RecordKey, content: Mapping[str, Any], length: int) -> SealedRecord:
    nonce = os.urandom(roster_keys.NONCE_BYTES)
    sealed = roster_keys.seal_content(key, content, length, nonce)
    return SealedRecord(key.id, nonce, sealed)


@lru_cache(maxsize=20_000)
def _key_of(offering_key: bytes, secret_id: bytes) -> RecordKey:
    """Derive a record's key once per process: doors ask again and again."""
    return roster_keys.derive_record_key(derive_pass(offering_key, secret_id))


def _read_seats(offering: Offering) -> list[_Seat]:
    rows = db.session.execute(
        sa.select(
            Pass.secret_id,
            Pass.revoked_at.is_not(None),
            Pass.spare_number,
            Pass.enrollment_id,
            Enrollment.withdrawn_at.is_not(None),
            Person.name,
            Person.agency,
        )
        .outerjoin(Enrollment, Enrollment.id == Pass.enrollment_id)
        .outerjoin(Person, Person.id == Enrollment.person_id)
        .where(Pass.offering_id == offering.id)
    )
    return [_Seat(*row) for row in rows]


def _read_records(offering: Offering) -> dict[int, dict[int, Record]]:
    """Return what completes a segment, by enrollment id and segment id."""
    rows = db.session.execute(
        sa.select(
            Attendance.enrollment_id,
            Attendance.segment_id,
            Attendance.first_in,
            Attendance.last_in,
            Attendance.last_out,
            Attendance.mark,
        )
        .join(Enrollment, Enrollment.id == Attendance.enrollment_id)
        .where(Enrollment.offering_id == offering.id)
    )
    found: dict[int, dict[int, Record]] = {}
    for enrollment_id, segment_id, first_in, last_in, last_out, mark in rows:
        found.setdefault(enrollment_id, {})[segment_id] = Record(
            first_in=first_in, last_in=last_in, last_out=last_out, mark=mark
        )
    return found


def _content(
    seat: _Seat, schedule: Schedule, records: Mapping[int, Record], now: datetime
) -> dict[str, Any]:
    """Return what a record says: no more than the answer to a scan of its pass.

    `in` has the first check-in of segments that may still be scanned for, in
    seconds since 1970; `done` the numbers of required segments that are complete.
    """
    if seat.is_revoked:
        return {"state": "revoked"}
    if seat.name is None:
        return {"state": "spare", "spare": seat.spare_number}
    state = "withdrawn" if seat.is_withdrawn else "enrolled"
    held = [(segment, records.get(segment.id)) for segment in schedule.held]
    return {
        "state": state,
        "name": seat.name,
        "agency": seat.agency or "",
        "in": {
            str(segment.number): int(record.first_in.timestamp())
            for segment, record in held
            if record and record.first_in and now < segment.ends_at
        },
        "done": [
            segment.number
            for segment, record in held
            if segment.is_required
            and record
            and is_complete(segment, record, schedule.policy, now)
        ],
        "required": len(schedule.required),
    }
