"""The scan path's SQL for PostgreSQL: two statements, for one scan as for a thousand.

- LOOK_UP joins what was sent to what is known: the same id's earlier scan, the
  pass, its enrollment and person, and the enrollment's attendance so far.
- RECORD stores the scans, updates attendance and raises the board's counter.
  It is one statement, hence atomic and durable when it returns. Attendance is
  upserted with `least` and `greatest`, which no order of arrival changes;
  whether a scan was the first is told by `in_count`, which the row lock orders
  even when two doors scan at once. The counter comes last (it waits for
  `stored`), in a slot of this connection's, for which no other one waits.

Sets travel as one JSON document, which the driver need not take apart.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from tracker.domain.attendance import Record
from tracker.domain.scans import Outcome, Reason
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

# LIMIT keeps each step apart: it is a look-up by key, in whatever state of the tables
# the plan was made. Joined freely, scans were once read by their offering alone.
LOOK_UP = """
SELECT json_agg(json_build_array(
         CASE WHEN s.id IS NOT NULL THEN json_build_array(
              s.content_digest, s.outcome, s.reason, s.is_late, s.first_in,
              s.attended_count, s.required_count, s.segment_id, s.enrollment_id) END,
         p.id, p.offering_id, p.revoked_at IS NOT NULL,
         e.id, e.public_id, e.withdrawn_at IS NOT NULL, h.name, h.agency,
         a.records) ORDER BY sent.place)::text
  FROM ROWS FROM (json_to_recordset(%(sent)s::json) AS (uid text, fingerprint bytea))
       WITH ORDINALITY AS sent (uid, fingerprint, place)
  LEFT JOIN LATERAL (
       SELECT * FROM scans
        WHERE offering_id = %(offering_id)s::bigint AND uid = sent.uid
        LIMIT 1) AS s ON true
  LEFT JOIN LATERAL (
       SELECT * FROM passes WHERE fingerprint = sent.fingerprint
        LIMIT 1) AS p ON true
  LEFT JOIN LATERAL (
       SELECT * FROM enrollments WHERE id = coalesce(p.enrollment_id, s.enrollment_id)
        LIMIT 1) AS e ON true
  LEFT JOIN LATERAL (
       SELECT * FROM people WHERE id = e.person_id
        LIMIT 1) AS h ON true
  LEFT JOIN LATERAL (
       SELECT json_agg(json_build_array(
                segment_id, first_in, last_in, last_out, mark)) AS records
         FROM attendance WHERE enrollment_id = e.id) AS a ON true
"""

RECORD = """
WITH incoming AS (
  SELECT * FROM json_to_recordset(%(scans)s::json) AS t (
         uid text, content_digest bytea, enrollment_id bigint, spare_pass_id bigint,
         segment_id bigint, direction text, device_at timestamptz,
         scanned_at timestamptz, outcome text, reason text, is_late bool,
         attended_count int, required_count int, note bytea, added int, rank int)
), counted AS (
  INSERT INTO attendance AS a
         (enrollment_id, segment_id, in_count, first_in, first_source, last_in,
          last_out)
  SELECT * FROM json_to_recordset(%(changes)s::json) AS t (
         enrollment_id bigint, segment_id bigint, in_count int, first_in timestamptz,
         first_source text, last_in timestamptz, last_out timestamptz)
  ON CONFLICT (enrollment_id, segment_id) DO UPDATE SET
         in_count = a.in_count + excluded.in_count,
         first_source = CASE
           WHEN a.first_in IS NULL
             OR (excluded.first_in, excluded.first_source COLLATE "C")
              < (a.first_in, a.first_source COLLATE "C")
           THEN excluded.first_source ELSE a.first_source END,
         first_in = least(a.first_in, excluded.first_in),
         last_in = greatest(a.last_in, excluded.last_in),
         last_out = greatest(a.last_out, excluded.last_out)
  RETURNING enrollment_id, segment_id, in_count, first_in
), stored AS (
  INSERT INTO scans
         (offering_id, uid, content_digest, enrollment_id, spare_pass_id, segment_id,
          device_id, token_id, phone_digest, direction, device_at, scanned_at,
          received_at, outcome, reason, is_late, first_in, attended_count,
          required_count, note)
  SELECT %(offering_id)s, i.uid, i.content_digest, i.enrollment_id, i.spare_pass_id,
         i.segment_id, %(device_id)s, %(token_id)s, %(phone_digest)s, i.direction,
         i.device_at, i.scanned_at, %(received_at)s,
         CASE WHEN i.direction = 'in' AND c.in_count - i.added + i.rank > 1
              THEN 'duplicate' ELSE i.outcome END,
         i.reason, i.is_late, c.first_in, i.attended_count, i.required_count, i.note
    FROM incoming AS i
    LEFT JOIN counted AS c ON i.reason IS NULL
     AND c.enrollment_id = i.enrollment_id AND c.segment_id = i.segment_id
  RETURNING uid, outcome, first_in
), raised AS (
  INSERT INTO scan_counters AS c (offering_id, slot, version)
  SELECT %(offering_id)s, pg_backend_pid() %% 32, 1
   WHERE (SELECT count(*) FROM stored) > 0
  ON CONFLICT (offering_id, slot) DO UPDATE SET version = c.version + 1
)
SELECT uid, outcome, first_in FROM stored
"""


def look_up(
    driver: Driver,
    offering_id: int,
    uids: Sequence[str],
    fingerprints: Sequence[bytes | None],
) -> list[Known]:
    """Return what is known about each sent scan, in the order sent."""
    sent = [
        {"uid": uid, "fingerprint": _bytea(fingerprint)}
        for uid, fingerprint in zip(uids, fingerprints, strict=True)
    ]
    parameters = {"offering_id": offering_id, "sent": json.dumps(sent)}
    (found,) = driver.execute(LOOK_UP, parameters).fetchone()
    return [_known(*row) for row in json.loads(found)]


def _known(earlier: list[Any] | None, *row: Any) -> Known:
    *known, name, agency, records = row
    texts = _bytes(name), _bytes(agency)
    attended = [_record(*each) for each in records or ()]
    stored = _stored(*earlier) if earlier else None
    return Known._make((stored, *known, *texts, attended))


def _stored(
    digest: str, outcome: str, reason: str | None, is_late: bool, *rest: Any
) -> Stored:
    first_in, *others = rest
    return Stored(
        bytes.fromhex(digest[2:]),
        Outcome(outcome),
        Reason(reason) if reason else None,
        is_late,
        _moment(first_in),
        *others,
    )


def _record(
    segment: int,
    first_in: str | None,
    last_in: str | None,
    last_out: str | None,
    mark: str | None,
) -> tuple[int, Record]:
    times = _moment(first_in), _moment(last_in), _moment(last_out)
    return segment, record_from(*times, mark)


def record(
    driver: Driver, scans: Sequence[NewScan], source: Source
) -> dict[str, tuple[Outcome, datetime | None]]:
    """Store scans and update attendance; see `scan_store.record`."""
    sent = {
        **source._asdict(),
        "scans": json.dumps([_scan(scan) for scan in scans]),
        "changes": json.dumps([_attendance(change) for change in changes_of(scans)]),
    }
    return {
        uid: (Outcome(outcome), first_in.astimezone(UTC) if first_in else None)
        for uid, outcome, first_in in driver.execute(RECORD, sent).fetchall()
    }


def _scan(scan: NewScan) -> dict[str, Any]:
    return {
        "uid": scan.uid,
        "content_digest": _bytea(scan.content_digest),
        "enrollment_id": scan.enrollment_id,
        "spare_pass_id": scan.spare_pass_id,
        "segment_id": scan.segment_id,
        "direction": scan.direction,
        "device_at": _text(scan.device_at),
        "scanned_at": _text(scan.scanned_at),
        "outcome": scan.outcome,
        "reason": scan.reason,
        "is_late": scan.is_late,
        "attended_count": scan.attended_count,
        "required_count": scan.required_count,
        "note": _bytea(scan.note),
        "added": scan.added,
        "rank": scan.rank,
    }


def _attendance(change: Change) -> dict[str, Any]:
    return {
        **change._asdict(),
        "first_in": _text(change.first_in),
        "last_in": _text(change.last_in),
        "last_out": _text(change.last_out),
    }


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _bytea(value: bytes | None) -> str | None:
    return f"\\x{value.hex()}" if value else None


def _bytes(text: str | None) -> bytes | None:
    return bytes.fromhex(text[2:]) if text else None
