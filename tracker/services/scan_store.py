"""Where scans are stored and looked up: sets in, sets out, on either database.

Driver SQL and not the ORM, because every person at the door waits for it
(performance.md). `tests/services/test_scan_store.py` holds both databases against
the plain derivation of `domain/attendance.py`.
"""

from collections.abc import Sequence
from datetime import datetime

from tracker.domain.scans import Outcome
from tracker.driver_sql import Driver, is_sqlite
from tracker.services import scan_postgresql, scan_sqlite
from tracker.services.scan_values import Known, NewScan, Source


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
    """
    if is_sqlite(driver):
        return scan_sqlite.record(driver, scans, source)
    return scan_postgresql.record(driver, scans, source)
