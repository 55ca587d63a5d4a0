"""One segment's room as its instructor sees it: who is missing, and who is in."""

from dataclasses import dataclass
from datetime import datetime

from tracker.domain.attendance import NOTHING, Status, on_time_limit
from tracker.domain.schedule import SegmentPlan
from tracker.errors import NotFoundError
from tracker.models import Offering
from tracker.services import boards, headcounts, schedules
from tracker.services.attendance import Board, BoardRow
from tracker.services.board_values import Tally
from tracker.services.boards import State, status_word, tally_of
from tracker.services.headcounts import Compared

# The groups of people, in the order in which somebody in front of a room needs them.
GROUPS = (
    ("missing", (Status.EXPECTED, Status.ABSENT, Status.UPCOMING)),
    ("late", (Status.LATE, Status.PARTIAL)),
    ("in", (Status.PRESENT, Status.TAUGHT)),
    ("elsewhere", (Status.EXCUSED, Status.MADE_UP)),
)


@dataclass(frozen=True)
class Seat:
    """One person at this segment; `place` counts everybody, as on the board.

    `first_in` is the offering's wall time; `status` a word of the marks on pages.
    """

    place: int
    enrollment: str
    name: str
    kind: str
    status: str
    first_in: datetime | None


@dataclass(frozen=True)
class Room:
    """One segment's room: its times as delivered (wall time), people by group.

    `missing` comes first on the page; `headcount` is none where nobody has counted.
    `has_opened` says that check-in has opened, `is_over` that the segment has ended.
    """

    number: int
    title: str
    room: str
    starts_at: datetime
    ends_at: datetime
    on_time_until: datetime
    has_opened: bool
    is_over: bool
    tally: Tally
    people_count: int
    groups: tuple[tuple[str, tuple[Seat, ...]], ...]
    headcount: Compared | None


def read_room(state: State, number: int, *, now: datetime) -> Room:
    """Read one segment's room.

    Raises:
        NotFoundError: no such segment takes place, or it may not be seen.
    """
    schedule = state.schedule
    segment = schedule.by_number.get(number)
    if segment is None or segment.cancelled_at is not None:
        raise NotFoundError
    if state.own is not None and number not in state.own:
        raise NotFoundError
    board = boards.board_of(state, now=now)
    window = schedule.windows_at(now).get(number)
    zone = schedule.zone
    return Room(
        number=number,
        title=segment.title,
        room=segment.room,
        starts_at=segment.starts_at.astimezone(zone),
        ends_at=segment.ends_at.astimezone(zone),
        on_time_until=on_time_limit(
            segment, segment.starts_at, schedule.policy
        ).astimezone(zone),
        has_opened=window is not None and window.opens_at <= now,
        is_over=segment.ends_at <= now,
        tally=tally_of(board, segment),
        people_count=len(board.rows),
        groups=_groups(board, segment, now),
        headcount=headcounts.compare([segment.id]).get(segment.id),
    )


def list_opened(offering: Offering, *, now: datetime) -> list[SegmentPlan]:
    """Return the segments whose check-in has opened, the newest first."""
    schedule = schedules.schedule_of(offering)
    windows = schedule.windows_at(now)
    opened = [
        each
        for each in schedule.held
        if each.number in windows and windows[each.number].opens_at <= now
    ]
    return sorted(opened, key=lambda each: (each.starts_at, each.number), reverse=True)


def _groups(
    board: Board, segment: SegmentPlan, now: datetime
) -> tuple[tuple[str, tuple[Seat, ...]], ...]:
    seats = [
        (row.standing.statuses[segment.number], _seat(place, row, board, segment, now))
        for place, row in enumerate(board.rows, 1)
    ]
    return tuple(
        (name, tuple(seat for status, seat in seats if status in statuses))
        for name, statuses in GROUPS
    )


def _seat(
    place: int, row: BoardRow, board: Board, segment: SegmentPlan, now: datetime
) -> Seat:
    record = row.records.get(segment.id, NOTHING)
    first_in = record.first_in
    return Seat(
        place=place,
        enrollment=row.enrollment,
        name=row.name,
        kind=row.kind,
        status=status_word(row.standing, record, segment, board.schedule, now),
        first_in=first_in.astimezone(board.schedule.zone) if first_in else None,
    )
