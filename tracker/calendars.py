"""Calendar files (iCalendar, RFC 5545): an offering's segments for who is enrolled.

A calendar shows on locked screens and lies at a provider, so an entry names the
offering's code and the segment's number, and neither topic nor venue nor anybody
(docs/decisions/0028).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from icalendar import Event

PRODUCT = "-//Muster//Muster//EN"


@dataclass(frozen=True)
class Entry:
    """One segment: what it is called, and how often it was planned anew."""

    uid: str
    summary: str
    starts_at: datetime
    ends_at: datetime
    sequence: int
    is_cancelled: bool
    url: str


def write_calendar(entries: Iterable[Entry], *, now: datetime) -> bytes:
    """Write a calendar file; times are UTC, whatever zone its reader is in.

    Loaded again after a change, entries take the place of those with their uid.
    """
    from icalendar import Calendar  # noqa: PLC0415 - a tenth of a second, for few

    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for entry in entries:
        calendar.add_component(_event(entry, now))
    return bytes(calendar.to_ical())


def _event(entry: Entry, now: datetime) -> "Event":
    from icalendar import Event  # noqa: PLC0415 - likewise

    event = Event()
    event.add("uid", entry.uid)
    event.add("summary", entry.summary)
    event.add("dtstamp", now.astimezone(UTC))
    event.add("dtstart", entry.starts_at.astimezone(UTC))
    event.add("dtend", entry.ends_at.astimezone(UTC))
    event.add("sequence", entry.sequence)
    event.add("status", "CANCELLED" if entry.is_cancelled else "CONFIRMED")
    event.add("url", entry.url)
    event.add("class", "PRIVATE")
    event.add("transp", "TRANSPARENT" if entry.is_cancelled else "OPAQUE")
    return event
