"""What passes between the scan path's rules and its SQL."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from tracker.domain.attendance import Mark, Record
from tracker.domain.scans import Direction, Outcome, Reason


class Stored(NamedTuple):
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


class Known(NamedTuple):
    """What is known about one sent scan; empty fields where nothing is.

    `earlier` is the answer already given to the same id; name and agency are
    still sealed; records go with their segment's id.
    """

    earlier: Stored | None = None
    pass_id: int | None = None
    pass_offering_id: int | None = None
    pass_revoked: bool = False
    enrollment_id: int | None = None
    enrollment: str | None = None
    withdrawn: bool = False
    name: bytes | None = None
    agency: bytes | None = None
    records: Sequence[tuple[int, Record]] = ()

    @property
    def spare_pass_id(self) -> int | None:
        """The pass, where it is a spare badge that nobody has been given yet."""
        return self.pass_id if self.enrollment_id is None else None


class SpareBoundError(Exception):
    """A spare badge was given to somebody after it was looked up: look again."""


class Source(NamedTuple):
    """Whose scans are recorded: of which offering, by what, when.

    By a device, by a program's token, or by a participant's phone in the room.
    """

    offering_id: int
    device_id: int | None
    token_id: int | None
    phone_digest: bytes | None
    received_at: datetime


@dataclass(slots=True)
class NewScan:
    """A scan about to be stored. `reason` None: it counts.

    `added` is how many scans of this write check the same enrollment into the
    same segment, `rank` this one's place among them (from 1).
    """

    uid: str
    content_digest: bytes
    enrollment_id: int | None
    spare_pass_id: int | None
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


class Change(NamedTuple):
    """What one write adds to one row of attendance: its counted scans, summed up."""

    enrollment_id: int
    segment_id: int
    in_count: int
    first_in: datetime | None
    first_source: str | None
    last_in: datetime | None
    last_out: datetime | None


def changes_of(scans: Iterable[NewScan]) -> list[Change]:
    """Sum counted scans up by enrollment and segment.

    In the order of their ids, in which every writer locks the rows of attendance:
    two batches with the same people then wait for each other, never in a circle.
    """
    pairs: dict[tuple[int, int], list[NewScan]] = {}
    for scan in scans:
        if scan.reason is None and scan.enrollment_id and scan.segment_id:
            pairs.setdefault((scan.enrollment_id, scan.segment_id), []).append(scan)
    return [_change(pair, members) for pair, members in sorted(pairs.items())]


def _change(pair: tuple[int, int], members: list[NewScan]) -> Change:
    ins = sorted((s.scanned_at, s.uid) for s in members if s.direction is Direction.IN)
    outs = [s.scanned_at for s in members if s.direction is Direction.OUT]
    return Change(
        *pair,
        in_count=len(ins),
        first_in=ins[0][0] if ins else None,
        first_source=f"scan:{ins[0][1]}" if ins else None,
        last_in=ins[-1][0] if ins else None,
        last_out=max(outs, default=None),
    )


def record_from(
    first_in: datetime | None,
    last_in: datetime | None,
    last_out: datetime | None,
    mark: str | None,
) -> Record:
    """Make the rules' value of what a look-up reads of a row of attendance."""
    return Record(
        first_in=first_in,
        last_in=last_in,
        last_out=last_out,
        mark=Mark(mark) if mark else None,
    )
