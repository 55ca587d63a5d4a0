"""The demo's offerings as definitions: the past one, the live one, many more."""

import copy
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tracker.domain.local_times import read_moment, write_moment
from tracker.yaml_reader import read_yaml

FOLDER = Path(__file__).parent
PAST_CODE = "CSTAR13"
LIVE_CODE = "CSTAR-LIVE"
NEXT_CODE = "CSTAR-NEXT"
LEAD = timedelta(minutes=15)
AHEAD = timedelta(days=120)  # the next offering begins on the Tuesday after
TUESDAY = 1
OPEN_BEFORE = timedelta(days=7)  # applications have been open, at loading
CLOSE_BEFORE = timedelta(days=30)  # applications close, before the first day
DAY = timedelta(days=1)


def past_definition(people_count: int) -> dict[str, Any]:
    """Return CSTAR13, with seats for everybody."""
    definition: dict[str, Any] = _read("cstar13.yaml")
    offering = definition["offering"]
    offering["capacity"] = max(offering["capacity"], people_count)
    return definition


def _read(name: str) -> Any:
    return read_yaml((FOLDER / name).read_bytes()).value


def live_definition(people_count: int, *, now: datetime) -> dict[str, Any]:
    """Return the live offering: its first segment starts 15 minutes from now."""
    definition = past_definition(people_count)
    definition["offering"] |= _read("cstar_live.yaml")
    return restarted(definition, now=now)


def next_definition(*, now: datetime) -> dict[str, Any]:
    """Return the offering to apply for: in some months, from a Tuesday morning on."""
    definition = past_definition(0)
    definition["offering"] |= _read("cstar_next.yaml")
    zone = ZoneInfo(definition["offering"]["timezone"])
    day = (now + AHEAD).astimezone(zone).date()
    day += timedelta(days=(TUESDAY - day.weekday()) % 7)
    begins = first_start(definition).astimezone(zone).time()
    moved = _moved(definition, datetime.combine(day, begins, zone))
    closes_on = day - CLOSE_BEFORE
    moved["offering"]["applications"] = {
        "opens_at": write_moment(now - OPEN_BEFORE, zone),
        "closes_at": f"{closes_on} 00:00",
    }
    return moved


def prerequisite() -> dict[str, Any]:
    """Return ICSTAR, the course to finish before."""
    course: dict[str, Any] = _read("icstar.yaml")
    return course


def restarted(definition: dict[str, Any], *, now: datetime) -> dict[str, Any]:
    """Return a definition whose first segment starts 15 minutes from now."""
    return _moved(definition, (now + LEAD).replace(second=0, microsecond=0))


def earlier_definition(number: int, people_count: int) -> dict[str, Any]:
    """Return the definition of one of many past offerings, each a day earlier."""
    definition = past_definition(people_count)
    first = first_start(definition) - number * DAY
    definition["offering"] |= {
        "code": f"CSTAR-SCALE-{number:04d}",
        "title": f"CSTAR sample {number}",
    }
    return _moved(definition, first)


def first_start(definition: dict[str, Any]) -> datetime:
    """Return when the first segment starts."""
    zone = ZoneInfo(definition["offering"]["timezone"])
    return min(read_moment(each["starts_at"], zone) for each in definition["segments"])


def _moved(definition: dict[str, Any], first: datetime) -> dict[str, Any]:
    """Move all segments alike, so that the first starts at `first`."""
    moved = copy.deepcopy(definition)
    zone = ZoneInfo(moved["offering"]["timezone"])
    shift = first - first_start(definition)
    for segment in moved["segments"]:
        for name in ("starts_at", "ends_at"):
            moment = read_moment(segment[name], zone) + shift
            segment[name] = write_moment(moment, zone)
    moved["offering"]["starts_on"] = _day(moved["segments"][0]["starts_at"])
    moved["offering"]["ends_on"] = _day(moved["segments"][-1]["ends_at"])
    return moved


def _day(written: str) -> str:
    return written[:10]
