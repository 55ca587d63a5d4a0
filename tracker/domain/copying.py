"""An offering's file made into another one's: the same plan, begun on another day."""

import copy
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from tracker.domain.local_times import read_day

# A day, and a wall time after it. An offset behind that does not hold on other days.
WRITTEN = re.compile(r"(\d{4}-\d\d-\d\d)((?: \d\d:\d\d(?::\d\d)?)?)")
NOT_COPIED: Mapping[str, Any] = {
    "accreditations": [],
    "published": False,
    "applications": None,
    "cancelled": False,
}


def copied(definition: Mapping[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return another offering's definition, with `fields` of its own.

    `fields` has at least code and starts_on. Segments keep their wall times, so many
    days later; cancelled ones stay behind. Nobody is copied but the instructors, and
    no accreditation: each was approved for one offering.

    Raises:
        ValueError: starts_on is no day.
    """
    made = copy.deepcopy(dict(definition))
    before = made["offering"]
    shift = read_day(fields["starts_on"]) - read_day(before["starts_on"])
    ends_on = _shifted(before["ends_on"], shift)
    made["offering"] = before | NOT_COPIED | fields | {"ends_on": ends_on}
    made["segments"] = [
        each | {name: _shifted(each[name], shift) for name in ("starts_at", "ends_at")}
        for each in made["segments"]
        if not each["cancelled"]
    ]
    return made


def _shifted(written: str, shift: timedelta) -> str:
    """Move a day or a wall time, as a file writes them, by whole days."""
    found = WRITTEN.match(written)
    assert found  # noqa: S101 - a checked definition has nothing else
    day, clock = found.groups()
    return (read_day(day) + shift).isoformat() + clock
