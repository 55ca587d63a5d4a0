"""One scan as a device sent it: read without trust, never failing as a whole.

A bad scan must not spoil the others of its batch, and is stored like them; so
reading gives a value that says `is_malformed` instead of raising.
"""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from tracker.domain.names import clean_text, name_problem
from tracker.domain.scans import Direction

USABLE_ID = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
KNOWN_FIELDS = {"id", "pass", "note", "segment", "direction", "scanned_at", "offset_ms"}
MAXIMUM_PASS = 4096
MAXIMUM_NOTE = 200
MAXIMUM_SEGMENT = 100_000
YEARS = range(2000, 2101)


class ScanInput(NamedTuple):
    """A scan as sent. `uid` is None where the id cannot be used.

    `content` is what makes two scans the same: pass, segment, direction,
    `scanned_at` and note, exactly as sent.
    """

    uid: str | None
    echo: Any
    content: bytes
    is_malformed: bool
    pass_text: str | None = None
    note: str | None = None
    segment: int | None = None
    direction: Direction = Direction.IN
    scanned_at: datetime | None = None
    measured_offset: timedelta | None = None


class _MalformedError(ValueError):
    """A field of a scan that cannot be read."""


def parse_moment(text: object) -> datetime:
    """Read an RFC 3339 time with offset, as UTC.

    Raises:
        ValueError: anything else, also a date alone or a time without offset.
    """
    if not isinstance(text, str) or len(text) < 20 or text[10] not in "Tt ":
        raise ValueError("must be a time like 2026-11-23T08:29:57-06:00")
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None or moment.year not in YEARS:
        raise ValueError("must be a time like 2026-11-23T08:29:57-06:00")
    return moment.astimezone(UTC)


def read_scan(item: Any) -> ScanInput:
    """Read one element of `scans`; whatever it is, the result can be stored."""
    if not isinstance(item, dict):
        return ScanInput(None, None, b"", is_malformed=True)
    sent_id = item.get("id")
    text = sent_id if isinstance(sent_id, str) else ""
    uid = text if USABLE_ID.fullmatch(text) else None
    echo = text if isinstance(sent_id, str) and len(text) <= 200 else None
    content = _content(item)
    try:
        return ScanInput(uid, echo, content, uid is None, *_fields(item))
    except ValueError:
        return ScanInput(uid, echo, content, is_malformed=True)


def _content(item: dict[str, Any]) -> bytes:
    parts = [item.get(name) for name in ("pass", "segment", "scanned_at", "note")]
    return json.dumps([item.get("direction") or "in", *parts]).encode()


def _fields(item: dict[str, Any]) -> tuple[Any, ...]:
    """Return the fields of a `ScanInput` from `pass_text` on."""
    if not item.keys() <= KNOWN_FIELDS:
        raise _MalformedError("an unknown field")
    pass_text, note = item.get("pass"), item.get("note")
    if (pass_text is None) == (note is None):
        raise _MalformedError("either a pass or a note")
    scanned_at = item.get("scanned_at")
    return (
        _text(pass_text, MAXIMUM_PASS, least=0),
        _note(note),
        _segment(item.get("segment")),
        Direction(item.get("direction") or "in"),
        None if scanned_at is None else parse_moment(scanned_at),
        _offset(item.get("offset_ms")),
    )


def _text(value: Any, most: int, *, least: int) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or not least <= len(value) <= most:
        raise _MalformedError("a text of another length")
    return value


def _note(value: Any) -> str | None:
    """Read a written name: it is shown among other names, so it must be like one."""
    note = _text(value, MAXIMUM_NOTE, least=1)
    if note is not None and name_problem(clean_text(note)):
        raise _MalformedError("a note that cannot be shown")
    return note


def _segment(value: Any) -> int | None:
    if value is None:
        return None
    if type(value) is not int or not 0 < value <= MAXIMUM_SEGMENT:
        raise _MalformedError("a segment's number")
    return value


def _offset(value: Any) -> timedelta | None:
    if value is None:
        return None
    if type(value) not in {int, float} or not abs(value) < 1e12:
        raise _MalformedError("an offset in milliseconds")
    return timedelta(milliseconds=value)
