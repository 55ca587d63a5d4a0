"""Where scans are stored and looked up: sets in, sets out, on either database.

Driver SQL and not the ORM, because every person at the door waits for it
(performance.md). `tests/services/test_scan_store.py` holds both databases against
the plain derivation of `domain/attendance.py`.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from tracker.domain.scans import Outcome
from tracker.driver_sql import Driver, is_sqlite
from tracker.services import scan_postgresql, scan_sqlite
from tracker.services.scan_values import Known, NewScan, Source, SpareBoundError

# Binding a spare badge locks its row: on PostgreSQL it waits for FOR SHARE, or that
# waits for it and then no longer finds the badge unbound. SQLite has one writer.
UNBOUND_POSTGRESQL = """
SELECT id FROM passes
 WHERE id IN (SELECT value::bigint FROM json_array_elements_text(%s::json))
   AND enrollment_id IS NULL
 ORDER BY id FOR SHARE
"""
UNBOUND_SQLITE = """
SELECT id FROM passes
 WHERE id IN (SELECT value FROM json_each(?)) AND enrollment_id IS NULL
"""


def look_up(
    driver: Driver,
    offering_id: int,
    uids: Sequence[str],
    fingerprints: Sequence[bytes | None],
) -> list[Known]:
    """Return what is known about each sent scan, in the order sent.

    None stands for a fingerprint where no pass was sent.
    """
    if is_sqlite(driver):
        return scan_sqlite.look_up(driver, offering_id, uids, fingerprints)
    return scan_postgresql.look_up(driver, offering_id, uids, fingerprints)


def record(
    driver: Driver, scans: Sequence[NewScan], source: Source
) -> dict[str, tuple[Outcome, datetime | None]]:
    """Store scans, update attendance and raise the board's counter, all or nothing.

    Returns:
        By uid: the outcome, now that it is known who was first, and `first_in`.

    Raises:
        sqlite3.IntegrityError, psycopg.IntegrityError: one of the ids was stored
            meanwhile; nothing was written, look up again.
        SpareBoundError: likewise, a spare badge was bound meanwhile.
    """
    if spares := {scan.spare_pass_id for scan in scans if scan.spare_pass_id}:
        with _keep_unbound(driver, sorted(spares)):
            return _record(driver, scans, source)
    return _record(driver, scans, source)


def _record(
    driver: Driver, scans: Sequence[NewScan], source: Source
) -> dict[str, tuple[Outcome, datetime | None]]:
    if is_sqlite(driver):
        return scan_sqlite.record(driver, scans, source)
    return scan_postgresql.record(driver, scans, source)


@contextmanager
def _keep_unbound(driver: Driver, spares: list[int]) -> Iterator[None]:
    """Let nobody bind these spare badges before their scans are stored."""
    if is_sqlite(driver):
        _refuse_bound(driver, UNBOUND_SQLITE, spares)
        yield
    else:
        with driver.connection.transaction():
            _refuse_bound(driver, UNBOUND_POSTGRESQL, spares)
            yield


def _refuse_bound(driver: Driver, unbound: str, spares: list[int]) -> None:
    if len(driver.execute(unbound, (json.dumps(spares),)).fetchall()) != len(spares):
        raise SpareBoundError
