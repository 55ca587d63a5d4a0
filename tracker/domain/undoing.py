"""Taking the last scan back at the door: until when, and what can be said of it."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

UNDO_TIME = timedelta(seconds=60)


class Undo(NamedTuple):
    """What a device asks: take back the scan of this id; `made_at` by its clock."""

    id: str
    scan: str
    made_at: datetime


class UndoOutcome(StrEnum):
    """What became of an undo; all but `unknown_scan` are final.

    `unknown_scan`: the scan is not here yet, send it first. `too_late`: the minute
    is over, or staff have decided the scan, which is no longer the door's to take back.
    """

    UNDONE = "undone"
    UNKNOWN_SCAN = "unknown_scan"
    TOO_LATE = "too_late"
    NOT_YOURS = "not_yours"


def is_in_time(scanned_at: datetime, made_at: datetime) -> bool:
    """Say whether an undo was made within a minute of its scan.

    Both are times of the device's own clock, however wrong: the device may be
    without a network, so nothing else has seen both. A clock that was set back in
    between makes the difference negative; more than a minute of that is refused too.
    """
    return abs(made_at - scanned_at) <= UNDO_TIME
