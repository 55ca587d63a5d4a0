"""The file in which a device hands its queue over: scans as they would be sent.

    {"format": "muster-scans-1", "offering": "CODE", "device": "Door 1",
     "exported_at": "...", "scans": [{...}, ...]}

Each scan is as in the API, with `offset_ms`: server minus device, as last measured.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tracker.domain.names import clean_text, text_problem
from tracker.domain.scan_input import ScanInput, parse_moment, read_scan

FORMAT = "muster-scans-1"
FIELDS = {"format", "offering", "device", "exported_at", "scans"}
MAXIMUM_SCANS = 20_000
LONGEST_NAME = 80
BATCH = 1_000
# Offsets this close are one clock's: the server ignores far greater errors.
NEAR = timedelta(seconds=1)


class QueueFileError(ValueError):
    """A file that is refused whole; the text is for the person who hands it in."""


@dataclass(frozen=True)
class QueueFile:
    """A file that was read: the device's name, and its scans."""

    device: str
    scans: tuple[ScanInput, ...]


def read_queue_file(content: Any, offering_code: str) -> QueueFile:
    """Read a file's JSON for one offering; a single bad scan does not refuse it.

    Every scan must have an id, though: that is what makes repeating it harmless.

    Raises:
        QueueFileError: it is no such file, or another offering's.
    """
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise QueueFileError("This is not a file of scans that a device has saved.")
    if unknown := sorted(content.keys() - FIELDS):
        raise QueueFileError(f"The file holds what is not known here: {unknown[0]!r}.")
    if content.get("offering") != offering_code:
        raise QueueFileError("These scans are of another offering.")
    return QueueFile(_device(content), tuple(_scans(content.get("scans"))))


def _device(content: dict[str, Any]) -> str:
    name, exported_at = content.get("device"), content.get("exported_at")
    if not isinstance(name, str) or text_problem(clean_text(name), LONGEST_NAME):
        raise QueueFileError("The file does not say which device saved it.")
    try:
        parse_moment(exported_at)
    except ValueError:
        raise QueueFileError("The file does not say when it was saved.") from None
    return clean_text(name)


def _scans(items: Any) -> Iterator[ScanInput]:
    if not isinstance(items, list) or not items:
        raise QueueFileError("The file holds no scans.")
    if len(items) > MAXIMUM_SCANS:
        raise QueueFileError(f"At most {MAXIMUM_SCANS:,} scans fit in one file.")
    for place, item in enumerate(items, start=1):
        read = read_scan(item)
        if read.uid is None:
            raise QueueFileError(f"Scan {place} of the file has no id.")
        yield read


def in_batches(
    scans: Sequence[ScanInput],
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


def _parts(scans: list[ScanInput]) -> Iterator[list[ScanInput]]:
    for start in range(0, len(scans), BATCH):
        yield scans[start : start + BATCH]
