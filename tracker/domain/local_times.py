"""Wall times of a place to moments and back, where clocks are put forward and back."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

DAY = re.compile(r"(?:19|20|21)\d\d-\d\d-\d\d", re.ASCII)
WALL_TIME = re.compile(
    rf"({DAY.pattern})[ T](\d\d:\d\d(?::\d\d)?)([+-]\d\d:\d\d)?", re.ASCII
)


@cache
def _zone_names() -> frozenset[str]:
    return frozenset(available_timezones())


def find_zone(name: str) -> ZoneInfo | None:
    """Return the IANA zone called `name`; None where there is none."""
    return ZoneInfo(name) if name in _zone_names() else None


def read_day(text: str) -> date:
    """Read `2017-04-18`.

    Raises:
        ValueError: it is not a day; says what to write.
    """
    if not DAY.fullmatch(text):
        raise ValueError(f"must be a day such as 2017-04-18, not “{text}”")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"“{text}” is not a day of the calendar") from None


def read_moment(text: str, zone: ZoneInfo) -> datetime:
    """Read a wall time, `2017-04-18 08:30`, as the moment (UTC) it means in `zone`.

    A time that the clocks skip in spring means nothing, one that they repeat in
    autumn means two moments: it needs its offset, `2017-11-05 01:30-05:00`.

    Raises:
        ValueError: it is not a time, or does not say which moment it means.
    """
    wall, offset = _parse(text)
    moments = _moments(wall, zone)
    if not moments:
        raise ValueError(f"“{text}” does not exist in {zone.key}: {_gap(wall, zone)}")
    if offset is None:
        if len(moments) > 1:
            raise ValueError(_ask_for_offset(text, wall, moments, zone))
        return moments[0]
    moment = wall.replace(tzinfo=timezone(offset)).astimezone(UTC)
    if moment not in moments:
        usual = _offset_text(moments[0], zone)
        raise ValueError(f"“{text}”: the offset in {zone.key} is {usual} then")
    return moment


def _parse(text: str) -> tuple[datetime, timedelta | None]:
    """Return the wall time (naive) and the offset, where one is given."""
    found = WALL_TIME.fullmatch(text)
    if not found:
        raise ValueError(f"must be a time such as 2017-04-18 08:30, not “{text}”")
    day, clock, offset = found.groups()
    try:
        wall = datetime.fromisoformat(f"{day} {clock}")
        zone = datetime.strptime(offset, "%z").tzinfo if offset else None
    except ValueError:
        raise ValueError(f"“{text}” is not a time of the calendar") from None
    return wall, zone.utcoffset(None) if zone else None


def _moments(wall: datetime, zone: ZoneInfo) -> list[datetime]:
    """Return when the clocks of `zone` show `wall`: never, once or twice."""
    found: list[datetime] = []
    for fold in (0, 1):
        moment = wall.replace(tzinfo=zone, fold=fold).astimezone(UTC)
        shown = moment.astimezone(zone).replace(tzinfo=None)
        if shown == wall and moment not in found:
            found.append(moment)
    return found


class Which(StrEnum):
    """Which of two equal wall times is meant, in the night that clocks go back."""

    FIRST = "first"
    SECOND = "second"


@dataclass(frozen=True)
class WallTime:
    """A wall time that somebody typed, and which one where it comes twice."""

    text: str
    which: Which | None = None


class TwiceError(ValueError):
    """A wall time comes twice, and it was not said which one is meant.

    `choices` says what each one is.
    """

    def __init__(self, sentence: str, choices: dict[Which, str]) -> None:
        """Keep the choices beside the sentence."""
        super().__init__(sentence)
        self.choices = choices


def resolve(typed: WallTime, zone: ZoneInfo) -> datetime:
    """Return the moment (UTC) that a typed wall time means in `zone`.

    Unlike in a file, which of two equal times is meant is asked, not written.

    Raises:
        TwiceError: it comes twice, and nobody has said which one is meant.
        ValueError: it is no time, or one that the clocks skip.
    """
    wall, offset = _parse(typed.text)
    moments = _moments(wall, zone)
    if offset is not None or len(moments) < 2:
        return read_moment(typed.text.replace("T", " "), zone)
    if typed.which is None:
        raise TwiceError(
            "comes twice that night, because the clocks go back. Choose which one",
            choices_at(moments[0], zone),
        )
    return moments[list(Which).index(typed.which)]


def write_wall_time(moment: datetime, zone: ZoneInfo) -> WallTime:
    """Write a moment as `resolve` reads it, for a field that holds a wall time."""
    local = moment.astimezone(zone).replace(microsecond=0)
    wall = local.replace(tzinfo=None)
    text = wall.isoformat("T", "seconds" if wall.second else "minutes")
    if len(_moments(wall, zone)) < 2:
        return WallTime(text)
    return WallTime(text, list(Which)[local.fold])


def choices_at(moment: datetime, zone: ZoneInfo) -> dict[Which, str]:
    """Name the times that show the same on the clock as `moment`: one or two."""
    wall = moment.astimezone(zone).replace(tzinfo=None)
    return {
        which: f"the {which} {wall:%H:%M}, {_zone_text(each, zone)}"
        for which, each in zip(Which, _moments(wall, zone), strict=False)
    }


def _zone_text(moment: datetime, zone: ZoneInfo) -> str:
    """Name what the clocks go by: CST (UTC-06:00), or the offset alone."""
    name, offset = moment.astimezone(zone).tzname(), _offset_text(moment, zone)
    is_word = name is not None and name.isalpha()
    return f"{name} (UTC{offset})" if is_word else f"UTC{offset}"


def _gap(wall: datetime, zone: ZoneInfo) -> str:
    """Say from when to when the clocks are put forward over `wall`, and what to do."""
    after, before = (
        wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)
    )
    old = before.astimezone(zone).utcoffset() or timedelta(0)
    new = after.astimezone(zone).utcoffset() or timedelta(0)
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) // 2
        if middle.astimezone(zone).utcoffset() == old:
            before = middle
        else:
            after = middle
    changes_at = after.replace(microsecond=0, tzinfo=None)
    starts, ends = changes_at + old, changes_at + new
    return (
        f"the clocks are put forward from {starts:%H:%M} to {ends:%H:%M} then. "
        f"Enter a time before {starts:%H:%M}, or {ends:%H:%M} or later"
    )


def _ask_for_offset(
    text: str, wall: datetime, moments: list[datetime], zone: ZoneInfo
) -> str:
    choices = " or ".join(
        f"{wall:%Y-%m-%d %H:%M}{_offset_text(moment, zone)}" for moment in moments
    )
    return f"“{text}” comes twice in {zone.key}, where clocks go back: write {choices}"


def _offset_text(moment: datetime, zone: ZoneInfo) -> str:
    offset = moment.astimezone(zone).strftime("%z")
    return f"{offset[:3]}:{offset[3:5]}"


def write_moment(moment: datetime, zone: ZoneInfo) -> str:
    """Write a moment (aware) as `read_moment` reads it: minutes, where they suffice.

    Moments are kept to whole seconds.
    """
    local = moment.astimezone(zone).replace(microsecond=0)
    wall = local.replace(tzinfo=None)
    text = wall.isoformat(" ", "seconds" if wall.second else "minutes")
    is_ambiguous = len(_moments(wall, zone)) > 1
    return text + _offset_text(moment, zone) if is_ambiguous else text
