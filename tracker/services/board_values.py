"""What the live board shows, as values: the page only places them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tracker.services.queues import Queue


class Show(StrEnum):
    """Which people the board lists."""

    EVERYONE = "everyone"
    WAITING = "waiting"
    ON_COURSE = "on-course"
    MAKE_UP = "make-up"
    CANNOT = "cannot-complete"


@dataclass(frozen=True)
class Wish:
    """What somebody wants to see: a filter, a part of a name, a page (from 1)."""

    show: Show = Show.EVERYONE
    search: str = ""
    page: int = 1


@dataclass(frozen=True)
class Column:
    """A segment on the board. `share` is who was there, 0 to 1; None: not begun.

    `opens_day` marks the first segment of a day; times are the offering's wall time.
    """

    number: int
    title: str
    opens_day: bool
    is_current: bool
    starts_at: datetime
    ends_at: datetime
    room: str
    share: float | None


@dataclass(frozen=True)
class Day:
    """The segments of one day, for the track and the heads of the registers."""

    label: str
    segments: tuple[Column, ...]


@dataclass(frozen=True)
class Cell:
    """One person at one segment; `status` is a word of the marks on pages."""

    column: Column
    status: str
    can_check_in: bool


@dataclass(frozen=True)
class Line:
    """One person in the register; `place` counts everybody, whatever is shown."""

    place: int
    enrollment: str
    name: str
    kind: str
    cells: tuple[Cell, ...]
    attended: int
    needs_make_up: bool
    is_new: bool


@dataclass(frozen=True)
class Arrival:
    """A recent check-in of the current segment, at the offering's wall time."""

    place: int
    enrollment: str
    name: str
    at: datetime
    status: str


@dataclass(frozen=True)
class Tally:
    """How many people stand where at the current segment (zeros without one)."""

    present: int
    late: int
    waiting: int
    excused: int


@dataclass(frozen=True)
class View:
    """One page of the live board, all of it in values.

    `on_course_count`, `make_up_count` and `cannot_count` add up to the participants;
    `is_own` says that only an instructor's own segments are shown, and then nothing
    is counted over others. `day_number` is the current segment's day, from 1 (0
    without one); `statuses` are the words of the marks on this page.
    """

    wish: Wish
    days: tuple[Day, ...]
    day_number: int
    current: Column | None
    on_time_until: datetime | None
    queue: Queue | None
    upcoming: Column | None
    tally: Tally
    people_count: int
    on_course_count: int
    make_up_count: int
    cannot_count: int
    is_own: bool
    registers: tuple[tuple[Line, ...], ...]
    last_page: int
    feed: tuple[Arrival, ...]
    statuses: frozenset[str]
