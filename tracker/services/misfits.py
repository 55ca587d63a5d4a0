"""Whether changed segments fit the offering: by the rules of its whole file."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import ValidationError

from tracker.errors import InvalidError
from tracker.models import Offering
from tracker.services import definition_rules
from tracker.services.definition_parts import SegmentPart

PLACE = re.compile(r"segments\[(\d+)\]\.(\w+)")
OVERLAP = re.compile(r"overlaps segment (\d+)")


def refuse(
    offering: Offering, old: dict[int, dict[str, Any]], wanted: Sequence[dict[str, Any]]
) -> None:
    """Refuse changed segments that do not fit; what was amiss before may stay so.

    `old` are all the segments by number, `wanted` those that change.

    Raises:
        InvalidError: says what to mend, by field; by number and field where several
            segments change.
    """
    new = old | {row["number"]: row for row in wanted}
    known = set(_problems(offering, list(old.values())))
    found = [
        each for each in _problems(offering, list(new.values())) if each not in known
    ]
    found += [each for row in wanted for each in _shape(row)]
    changing = {row["number"] for row in wanted}
    errors: dict[str, str] = {}
    for problem in found:
        number, field, sentence = _from_the_side_of(changing, *problem)
        name = field if len(wanted) == 1 else f"{number}.{field}"
        errors.setdefault(name, sentence)
    if errors:
        raise InvalidError("The segment does not fit the schedule.", errors)


def _problems(
    offering: Offering, rows: list[dict[str, Any]]
) -> Iterator[tuple[int, str, str]]:
    plan = {
        "offering": {
            "timezone": offering.timezone,
            "starts_on": offering.starts_on.isoformat(),
            "ends_on": offering.ends_on.isoformat(),
        },
        "instructors": [{"key": key} for row in rows for key in row["instructors"]],
        "segments": rows,
    }
    for path, sentence in definition_rules.problems(plan):
        if place := PLACE.fullmatch(path):
            yield rows[int(place[1])]["number"], place[2], sentence


def _shape(row: dict[str, Any]) -> Iterator[tuple[int, str, str]]:
    try:
        SegmentPart.model_validate(row)
    except ValidationError as error:
        for each in error.errors(include_url=False):
            sentence = str(each.get("ctx", {}).get("error", "cannot be this"))
            yield row["number"], str(each["loc"][0]), sentence


def _from_the_side_of(
    changing: set[int], number: int, field: str, sentence: str
) -> tuple[int, str, str]:
    """Tell of an overlap as the segment's that changes: which is later is no matter."""
    other = OVERLAP.match(sentence)
    if number in changing or not other or int(other[1]) not in changing:
        return number, field, sentence
    return int(other[1]), field, OVERLAP.sub(f"overlaps segment {number}", sentence)
