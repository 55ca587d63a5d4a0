"""The scan path's SQL for SQLite: the same as on PostgreSQL, in its own words.

SQLite has no INSERT inside WITH, but also no round trips: here the steps are
separate statements, the writing ones inside one BEGIN IMMEDIATE … COMMIT.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from tracker.domain.attendance import Record
from tracker.domain.scans import Direction, Outcome, Reason
from tracker.driver_sql import Driver
from tracker.services.scan_values import (
    Change,
    Known,
    NewScan,
    Source,
    Stored,
    changes_of,
    record_from,
)

EARLIER = """
SELECT uid, content_digest, outcome, reason, is_late, first_in, attended_count,
       required_count, segment_id, enrollment_id
  FROM scans WHERE offering_id = ? AND uid IN (SELECT value FROM json_each(?))
"""

BY_FINGERPRINT = """
SELECT p.fingerprint, p.id, p.offering_id, p.revoked_at IS NOT NULL,
       e.id, e.public_id, e.withdrawn_at IS NOT NULL, h.name, h.agency
  FROM passes AS p
  LEFT JOIN enrollments AS e ON e.id = p.enrollment_id
  LEFT JOIN people AS h ON h.id = e.person_id
 WHERE p.fingerprint IN ({marks})
"""

BY_ENROLLMENT = """
SELECT e.id, NULL, e.offering_id, 0,
       e.id, e.public_id, e.withdrawn_at IS NOT NULL, h.name, h.agency
  FROM enrollments AS e JOIN people AS h ON h.id = e.person_id
 WHERE e.id IN (SELECT value FROM json_each(?))
"""

RECORDS = """
SELECT enrollment_id, segment_id, first_in, last_in, last_out, mark
  FROM attendance WHERE enrollment_id IN (SELECT value FROM json_each(?))
"""

UPSERT = """
INSERT INTO attendance AS a
       (enrollment_id, segment_id, in_count, first_in, first_source, last_in, last_out)
VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (enrollment_id, segment_id) DO UPDATE SET
       in_count = a.in_count + excluded.in_count,
       first_source = CASE
         WHEN a.first_in IS NULL
           OR (excluded.first_in, excluded.first_source) < (a.first_in, a.first_source)
         THEN excluded.first_source ELSE a.first_source END,
       first_in = coalesce(min(a.first_in, excluded.first_in),
                           a.first_in, excluded.first_in),
       last_in = coalesce(max(a.last_in, excluded.last_in),
                          a.last_in, excluded.last_in),
       last_out = coalesce(max(a.last_out, excluded.last_out),
                           a.last_out, excluded.last_out)
RETURNING in_count, first_in
"""

STORE = """
INSERT INTO scans
       (offering_id, uid, content_digest, enrollment_id, spare_pass_id, segment_id,
        device_id, token_id, phone_digest, direction, device_at, scanned_at,
        received_at, outcome, reason, is_late, first_in, attended_count,
        required_count, note)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""

RAISE = """
INSERT INTO scan_counters AS c (offering_id, slot, version) VALUES (?, 0, 1)
ON CONFLICT (offering_id, slot) DO UPDATE SET version = c.version + 1
"""

ENROLLMENT = 3  # its place among the middle fields of `Known`


def look_up(
    driver: Driver,
    offering_id: int,
    uids: Sequence[str],
    fingerprints: Sequence[bytes | None],
) -> list[Known]:
    """Return what is known about each sent scan, in the order sent."""
    earlier = _earlier(driver, offering_id, uids)
    by_pass = _by_pass(driver, {each for each in fingerprints if each})
    noted = {each.enrollment_id for each in earlier.values() if each.enrollment_id}
    by_enrollment = _by_enrollment(driver, noted)
    people = (by_pass | by_enrollment).values()
    records = _records(driver, {row[ENROLLMENT] for row in people if row[ENROLLMENT]})
    found = []
    for uid, fingerprint in zip(uids, fingerprints, strict=True):
        stored = earlier.get(uid)
        row = by_pass.get(fingerprint) or by_enrollment.get(
            stored.enrollment_id if stored else None
        )
        if row:
            known = records.get(row[ENROLLMENT], ())
            found.append(Known._make((stored, *row, known)))
        else:
            found.append(Known(stored))
    return found


def _earlier(
    driver: Driver, offering_id: int, uids: Sequence[str]
) -> dict[str, Stored]:
    rows = driver.execute(EARLIER, (offering_id, json.dumps(uids)))
    return {uid: _stored(*values) for uid, *values in rows}


def _stored(
    digest: bytes, outcome: str, reason: str | None, is_late: int, *rest: Any
) -> Stored:
    first_in, *others = rest
    return Stored(
        digest,
        Outcome(outcome),
        Reason(reason) if reason else None,
        bool(is_late),
        _moment(first_in),
        *others,
    )


def _by_pass(driver: Driver, fingerprints: set[bytes]) -> dict[Any, tuple[Any, ...]]:
    statement = BY_FINGERPRINT.format(marks=",".join("?" * len(fingerprints)))
    return _people(driver.execute(statement, tuple(fingerprints)))


def _by_enrollment(driver: Driver, ids: set[int]) -> dict[Any, tuple[Any, ...]]:
    """Find who a stored scan was of where its pass is not sent along any more."""
    if not ids:
        return {}
    return _people(driver.execute(BY_ENROLLMENT, (json.dumps(sorted(ids)),)))


def _people(rows: Iterable[Sequence[Any]]) -> dict[Any, tuple[Any, ...]]:
    """Return the middle fields of `Known` by the first column."""
    return {
        key: (pass_id, owner, bool(revoked), enrolled, public_id, bool(gone), *sealed)
        for key, pass_id, owner, revoked, enrolled, public_id, gone, *sealed in rows
    }


def _records(
    driver: Driver, enrollments: set[int]
) -> dict[int, list[tuple[int, Record]]]:
    records: dict[int, list[tuple[int, Record]]] = {}
    rows = driver.execute(RECORDS, (json.dumps(sorted(enrollments)),))
    for enrollment, segment, first_in, last_in, last_out, mark in rows:
        times = _moment(first_in), _moment(last_in), _moment(last_out)
        known = records.setdefault(enrollment, [])
        known.append((segment, record_from(*times, mark)))
    return records


def record(
    driver: Driver, scans: Sequence[NewScan], source: Source
) -> dict[str, tuple[Outcome, datetime | None]]:
    """Store scans and update attendance; see `scan_store.record`."""
    counted = {}
    for change in changes_of(scans):
        row = driver.execute(UPSERT, _attendance(change)).fetchone()
        counted[change.enrollment_id, change.segment_id] = row
    answers, rows = {}, []
    for scan in scans:
        outcome, first_in = _settled(scan, counted)
        answers[scan.uid] = outcome, _moment(first_in)
        rows.append(_scan(scan, outcome, first_in, source))
    driver.executemany(STORE, rows)
    driver.execute(RAISE, (source.offering_id,))
    return answers


def _settled(
    scan: NewScan, counted: dict[tuple[Any, Any], tuple[int, str | None]]
) -> tuple[Outcome, str | None]:
    """Say what became of a scan, now that it is known who was first."""
    if scan.reason is not None:
        return scan.outcome, None
    in_count, first_in = counted[scan.enrollment_id, scan.segment_id]
    is_first = in_count - scan.added + scan.rank <= 1
    if scan.direction is Direction.OUT or is_first:
        return scan.outcome, first_in
    return Outcome.DUPLICATE, first_in


def _attendance(change: Change) -> tuple[Any, ...]:
    return (
        change.enrollment_id,
        change.segment_id,
        change.in_count,
        _text(change.first_in),
        change.first_source,
        _text(change.last_in),
        _text(change.last_out),
    )


def _scan(
    scan: NewScan, outcome: Outcome, first_in: str | None, source: Source
) -> tuple[Any, ...]:
    return (
        source.offering_id,
        scan.uid,
        scan.content_digest,
        scan.enrollment_id,
        scan.spare_pass_id,
        scan.segment_id,
        source.device_id,
        source.token_id,
        source.phone_digest,
        scan.direction,
        _text(scan.device_at),
        _text(scan.scanned_at),
        _text(source.received_at),
        outcome,
        scan.reason,
        scan.is_late,
        first_in,
        scan.attended_count,
        scan.required_count,
        scan.note,
    )


@lru_cache(maxsize=4_096)  # a scan repeats its moments, a batch those of its request
def _text(moment: datetime | None) -> str | None:
    """Write a moment as SQLAlchemy's DateTime does, so that both read the same."""
    if moment is None:
        return None
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(f"{text}+00:00") if text else None
