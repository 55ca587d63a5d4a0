"""The SQL of the scan path: look-ups and one write, sets in and sets out.

Driver SQL and not the ORM, because every person at the door waits for it
(performance.md). Two statements on PostgreSQL, for one scan as for a thousand:

- LOOK_UP joins what was sent to what is known: the same id's earlier scan, the
  pass, its enrollment and person, and the enrollment's attendance so far.
- RECORD stores the scans, updates attendance and raises the board's counter.
  It is one statement, hence atomic and durable when it returns. Attendance is
  upserted with `least` and `greatest`, which no order of arrival changes;
  whether a scan was the first is told by `in_count`, which the row lock orders
  even when two doors scan at once. The counter comes last (it waits for
  `stored`), so its row is locked for an instant only.

SQLite has no unnest and no INSERT inside WITH, but also no round trips: there
the same steps are separate statements inside one BEGIN IMMEDIATE.
`tests/services/test_scan_store.py` holds both against the plain derivation.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.engine import Connection

from tracker.domain.attendance import Mark, Record
from tracker.domain.scans import Direction, Outcome, Reason


@dataclass(frozen=True, slots=True)
class Known:
    """What is known about one sent scan; empty fields where nothing is.

    `earlier` is the answer already given to the same id; name and agency are
    still sealed.
    """

    earlier: "Stored | None" = None
    pass_offering_id: int | None = None
    pass_revoked: bool = False
    enrollment_id: int | None = None
    enrollment: str | None = None
    withdrawn: bool = False
    name: bytes | None = None
    agency: bytes | None = None
    records: tuple[tuple[int, Record], ...] = ()


@dataclass(frozen=True, slots=True)
class Stored:
    """A stored scan's answer."""

    content_digest: bytes
    outcome: Outcome
    reason: Reason | None
    is_late: bool
    first_in: datetime | None
    attended_count: int | None
    required_count: int | None
    segment_id: int | None
    enrollment_id: int | None


@dataclass(slots=True)
class NewScan:
    """A scan about to be stored. `reason` None: it counts.

    `added` is how many scans of this write check the same enrollment into the
    same segment, `rank` this one's place among them (from 1).
    """

    uid: str
    content_digest: bytes
    enrollment_id: int | None
    segment_id: int | None
    direction: Direction
    device_at: datetime | None
    scanned_at: datetime
    outcome: Outcome
    reason: Reason | None
    is_late: bool
    attended_count: int | None
    required_count: int | None
    note: bytes | None
    added: int = 0
    rank: int = 0


POSTGRESQL_LOOK_UP = """
SELECT s.content_digest, s.outcome, s.reason, s.is_late, s.first_in, s.attended_count,
       s.required_count, s.segment_id, s.enrollment_id,
       p.offering_id, p.revoked_at IS NOT NULL,
       e.id, e.public_id, e.withdrawn_at IS NOT NULL, h.name, h.agency,
       a.segments, a.first_ins, a.last_ins, a.last_outs, a.marks
  FROM unnest(%(uids)s::text[], %(fingerprints)s::bytea[])
       WITH ORDINALITY AS sent (uid, fingerprint, place)
  LEFT JOIN scans AS s ON s.offering_id = %(offering)s AND s.uid = sent.uid
  LEFT JOIN passes AS p ON p.fingerprint = sent.fingerprint
  LEFT JOIN enrollments AS e ON e.id = coalesce(p.enrollment_id, s.enrollment_id)
  LEFT JOIN people AS h ON h.id = e.person_id
  LEFT JOIN LATERAL (
       SELECT array_agg(segment_id) AS segments, array_agg(first_in) AS first_ins,
              array_agg(last_in) AS last_ins, array_agg(last_out) AS last_outs,
              array_agg(mark) AS marks
         FROM attendance WHERE enrollment_id = e.id) AS a ON true
 ORDER BY sent.place
"""

POSTGRESQL_RECORD = """
WITH incoming AS (
  SELECT * FROM unnest(
       %(uid)s::text[], %(content_digest)s::bytea[], %(enrollment_id)s::bigint[],
       %(segment_id)s::bigint[], %(direction)s::text[], %(device_at)s::timestamptz[],
       %(scanned_at)s::timestamptz[], %(outcome)s::text[], %(reason)s::text[],
       %(is_late)s::bool[], %(attended_count)s::int[], %(required_count)s::int[],
       %(note)s::bytea[], %(added)s::int[], %(rank)s::int[])
    AS t (uid, content_digest, enrollment_id, segment_id, direction, device_at, scanned_at,
          outcome, reason, is_late, attended_count, required_count, note, added, rank)
), counted AS (
  INSERT INTO attendance AS a
         (enrollment_id, segment_id, in_count, first_in, first_source, last_in, last_out)
  SELECT enrollment_id, segment_id,
         count(*) FILTER (WHERE direction = 'in'),
         min(scanned_at) FILTER (WHERE direction = 'in'),
         (array_agg('scan:' || uid ORDER BY scanned_at, uid COLLATE "C")
            FILTER (WHERE direction = 'in'))[1],
         max(scanned_at) FILTER (WHERE direction = 'in'),
         max(scanned_at) FILTER (WHERE direction = 'out')
    FROM incoming WHERE reason IS NULL
   GROUP BY enrollment_id, segment_id
   ORDER BY enrollment_id, segment_id
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
         (offering_id, uid, content_digest, enrollment_id, segment_id, device_id, token_id,
          direction, device_at, scanned_at, received_at, outcome, reason, is_late, first_in,
          attended_count, required_count, note)
  SELECT %(offering)s, i.uid, i.content_digest, i.enrollment_id, i.segment_id, %(device)s,
         %(token)s, i.direction, i.device_at, i.scanned_at, %(received_at)s,
         CASE WHEN i.reason IS NULL AND i.direction = 'in'
               AND c.in_count - i.added + i.rank > 1
              THEN 'duplicate' ELSE i.outcome END,
         i.reason, i.is_late, c.first_in, i.attended_count, i.required_count, i.note
    FROM incoming AS i
    LEFT JOIN counted AS c ON i.reason IS NULL
     AND c.enrollment_id = i.enrollment_id AND c.segment_id = i.segment_id
  RETURNING uid, outcome, first_in
), raised AS (
  UPDATE offering_counters SET version = version + 1
   WHERE offering_id = %(offering)s AND (SELECT count(*) FROM stored) > 0
)
SELECT uid, outcome, first_in FROM stored
"""

SQLITE_EARLIER = """
SELECT uid, content_digest, outcome, reason, is_late, first_in, attended_count, required_count,
       segment_id, enrollment_id
  FROM scans WHERE offering_id = ? AND uid IN (SELECT value FROM json_each(?))
"""

SQLITE_PEOPLE = """
SELECT p.fingerprint, p.offering_id, p.revoked_at IS NOT NULL,
       e.id, e.public_id, e.withdrawn_at IS NOT NULL, h.name, h.agency
  FROM passes AS p
  LEFT JOIN enrollments AS e ON e.id = p.enrollment_id
  LEFT JOIN people AS h ON h.id = e.person_id
 WHERE p.fingerprint IN ({marks})
"""

SQLITE_ENROLLED = """
SELECT NULL, e.offering_id, 0, e.id, e.public_id, e.withdrawn_at IS NOT NULL, h.name, h.agency
  FROM enrollments AS e JOIN people AS h ON h.id = e.person_id
 WHERE e.id IN (SELECT value FROM json_each(?))
"""

SQLITE_RECORDS = """
SELECT enrollment_id, segment_id, first_in, last_in, last_out, mark
  FROM attendance WHERE enrollment_id IN (SELECT value FROM json_each(?))
"""

SQLITE_ATTENDANCE = """
INSERT INTO attendance AS a
       (enrollment_id, segment_id, in_count, first_in, first_source, last_in, last_out)
SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6
  FROM json_each(?) WHERE true
ON CONFLICT (enrollment_id, segment_id) DO UPDATE SET
       in_count = a.in_count + excluded.in_count,
       first_source = CASE
         WHEN a.first_in IS NULL
           OR (excluded.first_in, excluded.first_source) < (a.first_in, a.first_source)
         THEN excluded.first_source ELSE a.first_source END,
       first_in = coalesce(min(a.first_in, excluded.first_in), a.first_in, excluded.first_in),
       last_in = coalesce(max(a.last_in, excluded.last_in), a.last_in, excluded.last_in),
       last_out = coalesce(max(a.last_out, excluded.last_out), a.last_out, excluded.last_out)
RETURNING enrollment_id, segment_id, in_count, first_in
"""

SQLITE_SCANS = """
INSERT INTO scans
       (offering_id, uid, content_digest, enrollment_id, segment_id, device_id, token_id,
        direction, device_at, scanned_at, received_at, outcome, reason, is_late, first_in,
        attended_count, required_count, note)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""

SQLITE_RAISE = (
    "UPDATE offering_counters SET version = version + 1 WHERE offering_id = ?"
)


def look_up(
    connection: Connection,
    offering_id: int,
    uids: Sequence[str],
    fingerprints: Sequence[bytes | None],
) -> list[Known]:
    """Return what is known about each sent scan, in the order sent."""
    if connection.dialect.name == "sqlite":
        return _sqlite_look_up(connection, offering_id, uids, fingerprints)
    rows = connection.exec_driver_sql(
        POSTGRESQL_LOOK_UP,
        {
            "offering": offering_id,
            "uids": list(uids),
            "fingerprints": list(fingerprints),
        },
    )
    return [
        Known(_stored(row[:9]), row[9], row[10], *row[11:16], _records(*row[16:21]))
        for row in rows
    ]


def _stored(row: Sequence[Any]) -> Stored | None:
    if row[0] is None:
        return None
    digest, outcome, reason, is_late, first_in, *rest = row
    return Stored(
        bytes(digest),
        Outcome(outcome),
        Reason(reason) if reason else None,
        bool(is_late),
        first_in.astimezone(UTC) if first_in else None,
        *rest,
    )


def _records(
    segments: list[int] | None,
    first_ins: Any,
    last_ins: Any,
    last_outs: Any,
    marks: Any,
) -> tuple[tuple[int, Record], ...]:
    if not segments:
        return ()
    rows = zip(segments, first_ins, last_ins, last_outs, marks, strict=True)
    return tuple(
        (segment, _record(first_in, last_in, last_out, mark))
        for segment, first_in, last_in, last_out, mark in rows
    )


def _record(first_in: Any, last_in: Any, last_out: Any, mark: str | None) -> Record:
    return Record(
        first_in=first_in,
        last_in=last_in,
        last_out=last_out,
        mark=Mark(mark) if mark else None,
    )


def record(
    connection: Connection,
    scans: Sequence[NewScan],
    *,
    offering_id: int,
    device_id: int | None,
    token_id: int | None,
    received_at: datetime,
) -> dict[str, tuple[Outcome, datetime | None]]:
    """Store scans and update attendance; one transaction, durable on return.

    Returns:
        By uid: the outcome, now that it is known who was first, and `first_in`.

    Raises:
        sqlalchemy.exc.IntegrityError: one of the ids was stored meanwhile;
            nothing was written, look up again.
    """
    fixed = {
        "offering": offering_id,
        "device": device_id,
        "token": token_id,
        "received_at": received_at,
    }
    if connection.dialect.name == "sqlite":
        return _sqlite_record(connection, scans, fixed)
    names = (*NewScan.__slots__,)
    columns = {name: [getattr(scan, name) for scan in scans] for name in names}
    for name in ("direction", "outcome", "reason"):
        columns[name] = [value and value.value for value in columns[name]]
    rows = connection.exec_driver_sql(POSTGRESQL_RECORD, {**columns, **fixed})
    return {
        uid: (Outcome(outcome), first_in.astimezone(UTC) if first_in else None)
        for uid, outcome, first_in in rows
    }


# SQLite: the same, in its own words.


def sqlite_text(moment: datetime | None) -> str | None:
    """Write a moment as SQLAlchemy's DateTime does, so that both read the same."""
    if moment is None:
        return None
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def _sqlite_moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).replace(tzinfo=UTC)


def _sqlite_look_up(
    connection: Connection,
    offering_id: int,
    uids: Sequence[str],
    fingerprints: Sequence[bytes | None],
) -> list[Known]:
    earlier = {}
    for (
        uid,
        digest,
        outcome,
        reason,
        is_late,
        first_in,
        *rest,
    ) in connection.exec_driver_sql(
        SQLITE_EARLIER, (offering_id, json.dumps(list(uids)))
    ):
        moment = _sqlite_moment(first_in)
        earlier[uid] = _stored((digest, outcome, reason, is_late, moment, *rest))
    wanted = tuple({fingerprint for fingerprint in fingerprints if fingerprint})
    statement = SQLITE_PEOPLE.format(marks=",".join("?" * len(wanted)))
    by_pass = {row[0]: row[1:] for row in connection.exec_driver_sql(statement, wanted)}
    noted = [
        each.enrollment_id for each in earlier.values() if each and each.enrollment_id
    ]
    by_id = {
        row[3]: row[1:]
        for row in connection.exec_driver_sql(SQLITE_ENROLLED, (json.dumps(noted),))
    }
    people = [*by_pass.values(), *by_id.values()]
    records = _sqlite_records(connection, {row[2] for row in people if row[2]})
    found = []
    for uid, fingerprint in zip(uids, fingerprints, strict=True):
        stored = earlier.get(uid)
        row = by_pass.get(fingerprint) or by_id.get(
            stored.enrollment_id if stored else None
        )
        if row is None:
            found.append(Known(earlier=stored))
        else:
            person = (
                row[0],
                bool(row[1]),
                row[2],
                row[3],
                bool(row[4]),
                row[5],
                row[6],
            )
            found.append(Known(stored, *person, tuple(records.get(row[2], ()))))
    return found


def _sqlite_records(
    connection: Connection, enrollments: set[int]
) -> dict[int, list[tuple[int, Record]]]:
    records: dict[int, list[tuple[int, Record]]] = {}
    rows = connection.exec_driver_sql(
        SQLITE_RECORDS, (json.dumps(sorted(enrollments)),)
    )
    for enrollment, segment, *times, mark in rows:
        record = _record(*(_sqlite_moment(time) for time in times), mark)
        records.setdefault(enrollment, []).append((segment, record))
    return records


def _sqlite_record(
    connection: Connection, scans: Sequence[NewScan], fixed: dict[str, Any]
) -> dict[str, tuple[Outcome, datetime | None]]:
    rows = connection.exec_driver_sql(SQLITE_ATTENDANCE, (json.dumps(_summed(scans)),))
    counted = {(row[0], row[1]): (row[2], row[3]) for row in rows}
    answers, values = {}, []
    for scan in scans:
        outcome, first_in = scan.outcome, None
        if scan.reason is None and scan.enrollment_id and scan.segment_id:
            in_count, first_in = counted[scan.enrollment_id, scan.segment_id]
            if scan.direction is Direction.IN and in_count - scan.added + scan.rank > 1:
                outcome = Outcome.DUPLICATE
        answers[scan.uid] = outcome, _sqlite_moment(first_in)
        values.append(_sqlite_values(scan, outcome, first_in, fixed))
    connection.exec_driver_sql(SQLITE_SCANS, values)
    connection.exec_driver_sql(SQLITE_RAISE, (fixed["offering"],))
    return answers


def _summed(scans: Sequence[NewScan]) -> list[list[Any]]:
    """Sum counted scans up by enrollment and segment, as RECORD's GROUP BY does."""
    pairs: dict[tuple[int | None, int | None], list[NewScan]] = {}
    for scan in scans:
        if scan.reason is None:
            pairs.setdefault((scan.enrollment_id, scan.segment_id), []).append(scan)
    rows = []
    for pair, members in pairs.items():
        ins = sorted(
            (s.scanned_at, s.uid) for s in members if s.direction is Direction.IN
        )
        outs = [s.scanned_at for s in members if s.direction is Direction.OUT]
        rows.append(
            [
                *pair,
                len(ins),
                sqlite_text(ins[0][0]) if ins else None,
                f"scan:{ins[0][1]}" if ins else None,
                sqlite_text(ins[-1][0]) if ins else None,
                sqlite_text(max(outs, default=None)),
            ]
        )
    return rows


def _sqlite_values(
    scan: NewScan, outcome: Outcome, first_in: str | None, fixed: dict[str, Any]
) -> tuple[Any, ...]:
    return (
        fixed["offering"],
        scan.uid,
        scan.content_digest,
        scan.enrollment_id,
        scan.segment_id,
        fixed["device"],
        fixed["token"],
        scan.direction,
        sqlite_text(scan.device_at),
        sqlite_text(scan.scanned_at),
        sqlite_text(fixed["received_at"]),
        outcome,
        scan.reason,
        scan.is_late,
        first_in,
        scan.attended_count,
        scan.required_count,
        scan.note,
    )
