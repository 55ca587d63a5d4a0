"""What looks odd in an offering's scans and corrections; people decide what it means.

Each anomaly has a key made of its kind and its facts: the same facts give the same
key, and new ones of a kind that is counted give another, so that what was looked at
comes back when there is more of it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import combinations, pairwise

from tracker.domain.scans import Direction, Reason
from tracker.domain.schedule import Schedule
from tracker.domain.sightings import ByHand, Sighting, Source

CLOCK_ERROR = timedelta(minutes=5)
# Nobody gets from one door to another faster, in one room and between two.
ONE_ROOM, TWO_ROOMS = timedelta(seconds=10), timedelta(seconds=60)
MANY_BY_HAND = 10


class Oddity(StrEnum):
    """The kinds of anomalies."""

    TWO_ROOMS = "two_rooms"
    TWO_DOORS = "two_doors"
    SHARED_PHONE = "shared_phone"
    CLOCK = "clock"
    CLOCK_UNSURE = "clock_unsure"
    BY_HAND = "by_hand"
    REVOKED_DEVICE = "revoked_device"


@dataclass(frozen=True)
class Anomaly:
    """One thing to look at; `enrollments` are row ids of whom it is about."""

    kind: Oddity
    key: str
    at: datetime
    words: str
    enrollments: tuple[int, ...] = ()


def find_anomalies(
    schedule: Schedule,
    sightings: Sequence[Sighting],
    by_hand: Iterable[ByHand],
    in_counts: Mapping[int, int],
) -> list[Anomaly]:
    """Return everything odd, the oldest first.

    `in_counts` says how many people are in at each segment, by row id.
    """
    found = [
        *_in_two_rooms(schedule, sightings),
        *_at_two_doors(sightings),
        *_shared_phones(schedule, sightings),
        *_wrong_clocks(schedule, sightings),
        *_unsure_clocks(schedule, sightings),
        *_revoked_devices(sightings),
        *_much_by_hand(schedule, by_hand, in_counts),
    ]
    return sorted(found, key=lambda each: (each.at, each.key))


def _of_people(sightings: Iterable[Sighting]) -> dict[int, list[Sighting]]:
    """Group the scans that count by whose they are, each in the order of time."""
    found: dict[int, list[Sighting]] = defaultdict(list)
    for each in sightings:
        if each.counts and each.enrollment is not None:
            found[each.enrollment].append(each)
    return {
        whose: sorted(scans, key=lambda each: (each.at, each.uid))
        for whose, scans in found.items()
    }


def _in_two_rooms(
    schedule: Schedule, sightings: Iterable[Sighting]
) -> Iterator[Anomaly]:
    """Find who was scanned in at two segments that were held at the same time."""
    overlapping = [
        (one, other)
        for one, other in combinations(schedule.held, 2)
        if one.starts_at < other.ends_at and other.starts_at < one.ends_at
    ]
    if not overlapping:
        return
    for whose, scans in _of_people(sightings).items():
        first: dict[int | None, datetime] = {}
        for each in scans:
            if each.direction is Direction.IN:
                first.setdefault(each.segment, each.at)
        for one, other in overlapping:
            if one.id in first and other.id in first:
                yield Anomaly(
                    Oddity.TWO_ROOMS,
                    f"two_rooms:{whose}:{one.number}-{other.number}",
                    max(first[one.id], first[other.id]),
                    f"Scanned in at segments {one.number} and {other.number}, "
                    "which were held at the same time.",
                    (whose,),
                )


def _at_two_doors(sightings: Iterable[Sighting]) -> Iterator[Anomaly]:
    """Find passes that were at two doors faster than anybody walks."""
    for whose, scans in _of_people(sightings).items():
        for one, other in pairwise(scans):
            if one.source is None or other.source is None:
                continue
            limit = ONE_ROOM if one.source.room == other.source.room else TWO_ROOMS
            if one.source.key != other.source.key and other.at - one.at < limit:
                seconds = round((other.at - one.at).total_seconds())
                yield Anomaly(
                    Oddity.TWO_DOORS,
                    f"two_doors:{one.uid}:{other.uid}",
                    other.at,
                    f"Scanned at {one.source.name}, and {seconds} seconds later at "
                    f"{other.source.name}.",
                    (whose,),
                )


def _shared_phones(
    schedule: Schedule, sightings: Iterable[Sighting]
) -> Iterator[Anomaly]:
    """Find phones that checked a second person in at a segment."""
    for each in sightings:
        if each.reason is Reason.SHARED_DEVICE and each.enrollment is not None:
            segment = schedule.by_id.get(each.segment) if each.segment else None
            where = f" at segment {segment.number}" if segment else ""
            yield Anomaly(
                Oddity.SHARED_PHONE,
                f"shared_phone:{each.uid}",
                each.at,
                f"Came by a phone that had served somebody else{where}.",
                (each.enrollment,),
            )


def _by_source_and_day(
    schedule: Schedule, sightings: Iterable[Sighting]
) -> Iterator[tuple[str, Source, list[Sighting]]]:
    """Group scans by what made them and the day; the key ends in their number."""
    groups: dict[tuple[Source, str], list[Sighting]] = defaultdict(list)
    for each in sightings:
        if each.source is not None:
            day = schedule.local_day(each.at).isoformat()
            groups[each.source, day].append(each)
    for (source, day), scans in groups.items():
        yield f"{source.key}:{day}:{len(scans)}", source, scans


def _wrong_clocks(
    schedule: Schedule, sightings: Iterable[Sighting]
) -> Iterator[Anomaly]:
    """Find devices whose clock was corrected by more than five minutes."""
    wrong = [each for each in sightings if abs(each.clock_error) > CLOCK_ERROR]
    for key, source, scans in _by_source_and_day(schedule, wrong):
        worst = max(abs(each.clock_error) for each in scans)
        yield Anomaly(
            Oddity.CLOCK,
            f"clock:{key}",
            max(each.at for each in scans),
            f"The clock of {source.name} was up to {length(worst)} wrong; "
            f"{_scans(len(scans))} corrected by it.",
        )


def _unsure_clocks(
    schedule: Schedule, sightings: Iterable[Sighting]
) -> Iterator[Anomaly]:
    """Find devices whose clock jumped, so that their scans were held."""
    unsure = [each for each in sightings if each.reason is Reason.CLOCK_UNSURE]
    for key, source, scans in _by_source_and_day(schedule, unsure):
        whose = {each.enrollment for each in scans if each.enrollment is not None}
        yield Anomaly(
            Oddity.CLOCK_UNSURE,
            f"clock_unsure:{key}",
            max(each.at for each in scans),
            f"The clock of {source.name} had jumped; {_scans(len(scans))} held.",
            tuple(sorted(whose)),
        )


def _revoked_devices(sightings: Iterable[Sighting]) -> Iterator[Anomaly]:
    """Find devices that sent scans after they had been taken out of use."""
    groups: dict[Source, list[Sighting]] = defaultdict(list)
    for each in sightings:
        if each.reason is Reason.DEVICE_REVOKED and each.source is not None:
            groups[each.source].append(each)
    for source, scans in groups.items():
        whose = {each.enrollment for each in scans if each.enrollment is not None}
        yield Anomaly(
            Oddity.REVOKED_DEVICE,
            f"revoked_device:{source.key}:{len(scans)}",
            max(each.at for each in scans),
            f"{source.name} handed in scans after it had been taken out of use; "
            f"{_scans(len(scans))} held.",
            tuple(sorted(whose)),
        )


def _much_by_hand(
    schedule: Schedule, by_hand: Iterable[ByHand], in_counts: Mapping[int, int]
) -> Iterator[Anomaly]:
    """Find who checked at least ten people in by hand, and half of those in."""
    for each in by_hand:
        segment = schedule.by_id.get(each.segment)
        people = in_counts.get(each.segment, 0)
        if segment and each.count >= MANY_BY_HAND and 2 * each.count >= people:
            yield Anomaly(
                Oddity.BY_HAND,
                f"by_hand:{each.user}:{segment.number}:{each.count}",
                each.last_at,
                f"{each.name} checked {each.count} of {people} people in by hand "
                f"at segment {segment.number}.",
            )


def length(span: timedelta) -> str:
    """Write a length of time: 6 min, 3 h 0 min, 2 days."""
    minutes = round(span.total_seconds() / 60)
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 48 * 60:
        return f"{minutes // 60} h {minutes % 60} min"
    return f"{minutes // (24 * 60)} days"


def _scans(count: int) -> str:
    return "1 scan was" if count == 1 else f"{count} scans were"
