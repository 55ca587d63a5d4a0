"""The facts in which anomalies are looked for."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tracker.domain.scans import Direction, Reason


@dataclass(frozen=True)
class Source:
    """What made a scan: a device with its room, or a program."""

    key: str
    name: str
    room: str = ""


@dataclass(frozen=True)
class Sighting:
    """One stored scan: whose, where, by what, and how wrong its clock was.

    `enrollment` and `segment` are row ids; `counts` says that it is accepted or a
    duplicate, `reason` why not.
    """

    uid: str
    enrollment: int | None
    segment: int | None
    source: Source | None
    direction: Direction
    at: datetime
    clock_error: timedelta
    counts: bool
    reason: Reason | None


@dataclass(frozen=True)
class ByHand:
    """How many people one member of staff has checked in by hand at a segment."""

    user: str
    name: str
    segment: int
    count: int
    last_at: datetime
