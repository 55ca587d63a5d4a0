"""The file in which a device hands its queue over: scans as they would be sent.

    {"format": "muster-scans-2", "offering": "CODE", "device": "Door 1",
     "exported_at": "...", "scans": [{...}, ...], "unsure": ["id", ...],
     "undos": [{"id": "...", "scan": "...", "made_at": "..."}], "proof": "hex"}

Each scan is as in the API, with `offset_ms`: server minus device, as last measured.
`unsure` names those before which the device's clock may have moved since then. The
proof is made with the device's token, and says whose the file is. The older format,
"muster-scans-1", has neither of these and no undos; it is still read.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tracker.domain.names import clean_text, text_problem
from tracker.domain.queue_proof import read_proof, signed_bytes
from tracker.domain.scan_input import USABLE_ID, ScanInput, parse_moment, read_scan
from tracker.domain.scans import CLOCK_JUMP
from tracker.domain.undoing import Undo

OLD_FORMAT, FORMAT = "muster-scans-1", "muster-scans-2"
OLD_FIELDS = {"format", "offering", "device", "exported_at", "scans"}
FIELDS = OLD_FIELDS | {"unsure", "undos", "proof"}
MAXIMUM_SCANS = 20_000
LONGEST_NAME = 80
BATCH = 1_000
# Offsets this close are one clock's: the server ignores far greater errors.
NEAR = timedelta(seconds=1)
# A file handed in so soon after it was saved shows that its clock is right.
AT_ONCE = timedelta(minutes=5)


class QueueFileError(ValueError):
    """A file that is refused whole; the text is for the person who hands it in."""


@dataclass(frozen=True)
class QueueFile:
    """A file that was read: the device's name, its scans and its undos.

    `unsure` holds the ids of scans whose clock may have moved; `proof` is None in
    the older format, and else an HMAC of `signed`.
    """

    device: str
    exported_at: datetime
    scans: tuple[ScanInput, ...]
    unsure: frozenset[str]
    undos: tuple[Undo, ...] = ()
    signed: bytes = b""
    proof: bytes | None = None

    def is_sure(self, scan: ScanInput, *, is_proven: bool, now: datetime) -> bool:
        """Say whether the clock that made a scan can be relied on.

        Either the device watched it since it was measured, or the file comes so
        soon after it was saved that this clock, too, is compared with ours by that.
        """
        measured = [each.measured_offset for each in self.scans]
        known = [each for each in measured if each is not None]
        if self._age(known[-1] if known else None, now) < -CLOCK_JUMP:
            return False  # saved in the future: the clock was set forward
        if is_proven and scan.uid not in self.unsure:
            return True
        return -CLOCK_JUMP <= self._age(scan.measured_offset, now) <= AT_ONCE

    def _age(self, offset: timedelta | None, now: datetime) -> timedelta:
        """Say for how long the file has been saved, by a clock of this offset."""
        return now - self.exported_at - (offset or timedelta(0))


def read_queue_file(content: Any, offering_code: str) -> QueueFile:
    """Read a file's JSON for one offering; a single bad scan does not refuse it.

    Every scan must have an id, though: that is what makes repeating it harmless.

    Raises:
        QueueFileError: it is no such file, or another offering's.
    """
    form = content.get("format") if isinstance(content, dict) else None
    if form not in (OLD_FORMAT, FORMAT):
        raise QueueFileError("This is not a file of scans that a device has saved.")
    is_old = form == OLD_FORMAT
    if unknown := sorted(content.keys() - (OLD_FIELDS if is_old else FIELDS)):
        raise QueueFileError(f"The file holds what is not known here: {unknown[0]!r}.")
    if content.get("offering") != offering_code:
        raise QueueFileError("These scans are of another offering.")
    device, exported_at = _device(content)
    undos = tuple(_undos(content.get("undos", [])))
    scans = tuple(_scans(content.get("scans"), may_be_none=bool(undos)))
    if is_old:
        ids = frozenset(scan.uid or "" for scan in scans)
        return QueueFile(device, exported_at, scans, ids)
    return QueueFile(
        device,
        exported_at,
        scans,
        _unsure(content.get("unsure")),
        undos,
        signed_bytes(content),
        read_proof(content.get("proof")),
    )


def _device(content: dict[str, Any]) -> tuple[str, datetime]:
    name, exported_at = content.get("device"), content.get("exported_at")
    if not isinstance(name, str) or text_problem(clean_text(name), LONGEST_NAME):
        raise QueueFileError("The file does not say which device saved it.")
    try:
        return clean_text(name), parse_moment(exported_at)
    except ValueError:
        raise QueueFileError("The file does not say when it was saved.") from None


def _scans(items: Any, *, may_be_none: bool) -> Iterator[ScanInput]:
    if not isinstance(items, list) or not (items or may_be_none):
        raise QueueFileError("The file holds no scans.")
    if len(items) > MAXIMUM_SCANS:
        raise QueueFileError(f"At most {MAXIMUM_SCANS:,} scans fit in one file.")
    for place, item in enumerate(items, start=1):
        read = read_scan(item)
        if read.uid is None:
            raise QueueFileError(f"Scan {place} of the file has no id.")
        yield read


def _unsure(items: Any) -> frozenset[str]:
    if not isinstance(items, list) or not all(isinstance(each, str) for each in items):
        raise QueueFileError("The file does not say which times are sure.")
    return frozenset(items)


def _undos(items: Any) -> Iterator[Undo]:
    if not isinstance(items, list) or len(items) > MAXIMUM_SCANS:
        raise QueueFileError("The file's undos cannot be read.")
    for place, item in enumerate(items, start=1):
        undo = _undo(item)
        if undo is None:
            raise QueueFileError(f"Undo {place} of the file cannot be read.")
        yield undo


def _undo(item: Any) -> Undo | None:
    if not isinstance(item, dict):
        return None
    uid, scan = item.get("id"), item.get("scan")
    if not isinstance(uid, str) or not isinstance(scan, str):
        return None
    if not USABLE_ID.fullmatch(uid) or not USABLE_ID.fullmatch(scan):
        return None
    try:
        return Undo(uid, scan, parse_moment(item.get("made_at")))
    except ValueError:
        return None


def in_batches(
    scans: Collection[ScanInput],
) -> Iterator[tuple[timedelta | None, list[ScanInput]]]:
    """Give the scans in batches, each with the offset of the clock that made them.

    The clock of a device may have been set in between, so scans of one file may
    carry different offsets; None where it was never measured.
    """
    unmeasured = [scan for scan in scans if scan.measured_offset is None]
    yield from ((None, part) for part in _parts(unmeasured))
    measured = [scan for scan in scans if scan.measured_offset is not None]
    measured.sort(key=_offset)
    group: list[ScanInput] = []
    for scan in measured:
        if group and _offset(scan) - _offset(group[0]) > NEAR:
            yield from ((_offset(group[0]), part) for part in _parts(group))
            group = []
        group.append(scan)
    yield from ((_offset(group[0]), part) for part in _parts(group))


def _offset(scan: ScanInput) -> timedelta:
    return scan.measured_offset or timedelta(0)


def _parts(scans: Sequence[ScanInput]) -> Iterator[list[ScanInput]]:
    for start in range(0, len(scans), BATCH):
        yield list(scans[start : start + BATCH])
