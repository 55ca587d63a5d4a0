"""What must hold between the values of an offering's file.

Reads the file as it was sent, as far as its shape allows, so that these problems
are named beside those of the shape. Each is a path and a sentence.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tracker.domain.evaluation_definition import read_form
from tracker.domain.local_times import find_zone, read_day, read_moment
from tracker.domain.schedule import Policy
from tracker.domain.suggestions import unknown
from tracker.models.evaluation import FormKind
from tracker.services import definition_admissions

Problem = tuple[str, str]
LONGEST_DAYS = 366
LONGEST_HOURS = 24


@dataclass(frozen=True)
class Block:
    """A segment of the file whose times can be read."""

    path: str
    number: Any
    starts_at: datetime
    ends_at: datetime
    room: str
    is_cancelled: bool


def problems(value: Any) -> list[Problem]:
    """Return what does not fit together in an offering's file."""
    if not isinstance(value, dict):
        return []
    offering = value.get("offering")
    offering = offering if isinstance(offering, dict) else {}
    zone = find_zone(str(offering.get("timezone", "")))
    segments = mappings(value.get("segments"))
    found = [*_days(offering), *_policy(offering.get("policy")), *_forms(value)]
    found += _repeated("segments", segments, "number")
    found += _repeated("instructors", mappings(value.get("instructors")), "key")
    found += _teachers(value, segments)
    found += _accreditations(offering)
    found += definition_admissions.course_problems(value.get("course"))
    found += definition_admissions.offering_problems(offering, zone, _span(offering))
    if value.get("segments") == [] and offering.get("published") is not False:
        found.append(("segments", "must not be empty but in a draft"))
    if zone:
        blocks: list[Block] = []
        found += _times(segments, zone, blocks)
        found += [*_outside(offering, zone, blocks), *_overlaps(blocks)]
    return found


def mappings(value: Any) -> list[tuple[int, dict[str, Any]]]:
    """Return the entries of a list that are mappings, with their places."""
    entries = value if isinstance(value, list) else []
    return [(n, each) for n, each in enumerate(entries) if isinstance(each, dict)]


def _find_day(value: Any) -> date | None:
    try:
        return read_day(str(value))
    except ValueError:
        return None  # the shape's pass says so


def _span(offering: dict[str, Any]) -> tuple[date, date] | None:
    """Return the first and the last day, where both can be read."""
    first, last = (_find_day(offering.get(name)) for name in ("starts_on", "ends_on"))
    return (first, last) if first and last else None


def _days(offering: dict[str, Any]) -> Iterator[Problem]:
    span = _span(offering)
    if span is None:
        return
    first, last = span
    if last < first:
        yield "offering.ends_on", f"is before starts_on, {first}"
    elif (last - first).days > LONGEST_DAYS:
        yield "offering.ends_on", f"is more than {LONGEST_DAYS} days after starts_on"


def _policy(policy: Any) -> Iterator[Problem]:
    if not isinstance(policy, dict):
        return
    known = [each.name for each in fields(Policy)]
    for name in policy:
        if name not in known:
            yield f"offering.policy.{name}", unknown(name, known)
    settings = {name: policy[name] for name in known if name in policy}
    for name, sentence in Policy(**settings).problems().items():
        yield f"offering.policy.{name}", sentence


def _forms(value: dict[str, Any]) -> Iterator[Problem]:
    for kind in FormKind:
        if not isinstance(value.get(kind), dict):
            continue
        try:
            read_form(value[kind], kind)
        except ValueError as problem:
            place, _, sentence = str(problem).partition(": ")
            yield place.replace("form", kind, 1), sentence


def _repeated(
    name: str, entries: list[tuple[int, dict[str, Any]]], key: str
) -> Iterator[Problem]:
    seen: dict[str, int] = {}
    for n, each in entries:
        if key not in each:
            continue
        first = seen.setdefault(repr(each[key]), n)
        if first != n:
            yield f"{name}[{n}].{key}", f"{each[key]} stands in {name}[{first}] already"


def _accreditations(offering: dict[str, Any]) -> Iterator[Problem]:
    """A jurisdiction stands once with a unit: a statement of credit names both."""
    seen: dict[tuple[str, str], int] = {}
    for n, each in mappings(offering.get("accreditations")):
        path = f"offering.accreditations[{n}]"
        known = str(each.get("jurisdiction")), str(each.get("unit"))
        first = seen.setdefault(known, n)
        if first != n:
            yield path, f"stands in offering.accreditations[{first}] already"
        apart, excluded = each.get("categories"), each.get("excluded_categories")
        if isinstance(apart, list) and isinstance(excluded, list):
            for category in (one for one in apart if one in excluded):
                yield path, f"“{category}” cannot be counted apart and excluded"


def _teachers(
    value: dict[str, Any], segments: list[tuple[int, dict[str, Any]]]
) -> Iterator[Problem]:
    known = [str(each.get("key")) for _, each in mappings(value.get("instructors"))]
    for n, segment in segments:
        keys = segment.get("instructors")
        keys = keys if isinstance(keys, list) else []
        for place, key in enumerate(keys):
            path = f"segments[{n}].instructors[{place}]"
            if key not in known:
                yield path, f"“{key}” is not the key of an instructor"
            elif key in keys[:place]:
                yield path, f"“{key}” stands twice"


def _times(
    segments: list[tuple[int, dict[str, Any]]], zone: ZoneInfo, blocks: list[Block]
) -> Iterator[Problem]:
    """Read every segment's times, and put those that make sense into `blocks`."""
    for n, segment in segments:
        moments: list[datetime] = []
        for name in ("starts_at", "ends_at"):
            if name not in segment:
                continue
            try:
                moments.append(read_moment(str(segment[name]), zone))
            except ValueError as problem:
                yield f"segments[{n}].{name}", str(problem)
        if len(moments) == 2:
            yield from _lengths(n, moments)
            yield from _credit(n, segment, moments)
            blocks.append(_block(n, segment, moments))


def _lengths(n: int, moments: list[datetime]) -> Iterator[Problem]:
    starts_at, ends_at = moments
    if ends_at <= starts_at:
        yield f"segments[{n}].ends_at", "is not after starts_at"
    elif (ends_at - starts_at).total_seconds() > LONGEST_HOURS * 3600:
        yield f"segments[{n}].ends_at", f"is more than {LONGEST_HOURS} hours later"


def _credit(
    n: int, segment: dict[str, Any], moments: list[datetime]
) -> Iterator[Problem]:
    """Nobody earns more than a segment lasts."""
    minutes = segment.get("credit_minutes")
    length = (moments[1] - moments[0]).total_seconds() / 60
    if isinstance(minutes, int) and minutes > length > 0:
        yield (
            f"segments[{n}].credit_minutes",
            f"is more than the {length:.0f} minutes that the segment lasts",
        )


def _block(n: int, segment: dict[str, Any], moments: list[datetime]) -> Block:
    return Block(
        path=f"segments[{n}]",
        number=segment.get("number"),
        starts_at=moments[0],
        ends_at=moments[1],
        room=" ".join(str(segment.get("room", "")).split()).casefold(),
        is_cancelled=segment.get("cancelled") is True,
    )


def _outside(
    offering: dict[str, Any], zone: ZoneInfo, blocks: list[Block]
) -> Iterator[Problem]:
    span = _span(offering)
    if span is None:
        return
    first, last = span
    for block in blocks:
        # Midnight ends the day before it.
        last_moment = block.ends_at - timedelta(microseconds=1)
        times = {"starts_at": block.starts_at, "ends_at": last_moment}
        for name, moment in times.items():
            if not first <= moment.astimezone(zone).date() <= last:
                yield f"{block.path}.{name}", f"is outside the days {first} to {last}"


def _overlaps(blocks: list[Block]) -> Iterator[Problem]:
    """Two segments at once need two rooms, or nobody can say who sat where."""
    held = [block for block in blocks if not block.is_cancelled]
    held.sort(key=lambda block: block.starts_at)
    longest: dict[str, Block] = {}
    for block in held:
        before = longest.get(block.room)
        if before and block.starts_at < before.ends_at:
            yield f"{block.path}.starts_at", _overlap_sentence(before)
        if not before or block.ends_at > before.ends_at:
            longest[block.room] = block


def _overlap_sentence(before: Block) -> str:
    where = "in the same room" if before.room else "and neither has a room"
    return f"overlaps segment {before.number}, {where}"
