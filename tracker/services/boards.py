"""The live board: what an instructor sees of the room, as values for a page.

Everything is worked out from `attendance.read_board` in memory, because names
are sealed and cannot be searched or sorted by the database.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby

from tracker.domain.attendance import NOTHING, Record, Standing, Status, left_early
from tracker.domain.moments import count_boundaries, current_segment
from tracker.domain.names import fold_name
from tracker.domain.own_segments import within
from tracker.domain.prospects import Prospect, prospect_of
from tracker.domain.schedule import Schedule, SegmentPlan
from tracker.models import Offering
from tracker.models.enrollment import EnrollmentKind
from tracker.services import kept_boards, queues, schedules
from tracker.services.attendance import Board, BoardRow
from tracker.services.board_values import (
    Arrival,
    Cell,
    Column,
    Day,
    Line,
    Show,
    Tally,
    View,
    Wish,
)

PAGE_SIZE = 100
FEED_LENGTH = 2
WEEK = timedelta(days=6)
LEFT_EARLY = "left_early"
WAS_THERE = frozenset({Status.PRESENT, Status.LATE, Status.PARTIAL, Status.TAUGHT})
WITHOUT_CHECK_IN = frozenset({Status.EXPECTED, Status.ABSENT})


@dataclass(frozen=True)
class State:
    """What decides what a board shows, without anybody on it.

    The version says what was stored, the boundaries what time alone has changed;
    `own` are the numbers of the only segments that may be seen, where not all may.
    """

    offering_id: int
    version: int
    schedule: Schedule
    boundaries: int
    own: frozenset[int] | None = None

    @property
    def tag(self) -> str:
        """The board's ETag: equal tags mean equal pages (performance.md)."""
        tag = f"{self.version}-{self.boundaries}"
        return tag if self.own is None else f"{tag}-{sorted(self.own)}"


def state_of(
    offering_id: int,
    version: int,
    schedule_version: int,
    *,
    now: datetime,
    own: frozenset[int] | None = None,
) -> State:
    """Return a board's state from the offering's two counters."""
    schedule = schedules.cached_schedule(offering_id, schedule_version)
    boundaries = count_boundaries(schedule, now)
    return State(offering_id, version, schedule, boundaries, own)


def read_state(
    offering: Offering, *, now: datetime, own: frozenset[int] | None = None
) -> State:
    """Return the state of an offering's board, in one query."""
    version, schedule_version = schedules.read_versions(offering.id)
    return state_of(offering.id, version, schedule_version, now=now, own=own)


def board_of(state: State, *, now: datetime) -> Board:
    """Return everybody's attendance, at the segments that may be seen."""
    board = kept_boards.read_board(
        state.offering_id, state.schedule, state.boundaries, now=now
    )
    if state.own is None:
        return board
    rows = (
        replace(row, standing=within(row.standing, state.schedule, state.own))
        for row in board.rows
    )
    return Board(board.schedule, tuple(rows))


def view_board(state: State, wish: Wish, *, now: datetime) -> View:
    """Read the board and lay one page of it out."""
    return lay_out(board_of(state, now=now), wish, now=now, own=state.own)


def lay_out(
    board: Board, wish: Wish, *, now: datetime, own: frozenset[int] | None = None
) -> View:
    """Lay one page of a board out: columns, tally, feed, and the lines wished for."""
    schedule = board.schedule
    current = current_segment(schedule, now, own)
    columns = _columns(board, current, now, own)
    head = next((column for column in columns if column.is_current), None)
    feed = _feed(board, current)
    prospects = _prospects(board, now)
    counts = Counter(prospects.values())
    found = _wished(board, wish, current, prospects)
    last_page = max(-(-len(found) // PAGE_SIZE), 1)
    page = min(max(wish.page, 1), last_page)
    new = {arrival.enrollment for arrival in feed}
    lines = tuple(
        _line(place, row, schedule, columns, new, now)
        for place, row in found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    )
    days = _days(columns)
    return View(
        wish=Wish(wish.show, wish.search, page),
        days=days,
        day_number=next(
            (n for n, day in enumerate(days, 1) if head in day.segments), 0
        ),
        current=head,
        on_time_until=_on_time_until(schedule, current),
        queue=queues.find_queue(schedule, current, now=now),
        upcoming=next((c for c in columns if c.starts_at > now), None),
        tally=tally_of(board, current),
        people_count=len(board.rows),
        on_course_count=counts[Prospect.ON_COURSE],
        make_up_count=counts[Prospect.NEEDS_MAKE_UP],
        cannot_count=counts[Prospect.CANNOT_COMPLETE],
        is_own=own is not None,
        registers=_halves(lines),
        last_page=last_page,
        feed=feed,
        statuses=frozenset(cell.status for line in lines for cell in line.cells),
    )


def needs_make_up(row: BoardRow) -> bool:
    """Say whether a participant has lost a required segment."""
    return row.kind == EnrollmentKind.PARTICIPANT and bool(row.standing.lost)


def _prospects(board: Board, now: datetime) -> dict[str, Prospect]:
    """Say of every participant what can still be reached, by enrollment."""
    return {
        row.enrollment: prospect_of(row.standing, board.schedule, now)
        for row in board.rows
        if row.kind == EnrollmentKind.PARTICIPANT
    }


def _columns(
    board: Board,
    current: SegmentPlan | None,
    now: datetime,
    own: frozenset[int] | None,
) -> tuple[Column, ...]:
    schedule = board.schedule
    windows = schedule.windows_at(now)
    statuses = [row.standing.statuses for row in board.rows]
    columns: list[Column] = []
    for segment in schedule.held:
        if own is not None and segment.number not in own:
            continue
        starts_at = segment.starts_at.astimezone(schedule.zone)
        window = windows.get(segment.number)
        has_begun = window is not None and window.opens_at <= now
        there = sum(each[segment.number] in WAS_THERE for each in statuses)
        columns.append(
            Column(
                number=segment.number,
                title=segment.title,
                opens_day=not columns
                or columns[-1].starts_at.date() != starts_at.date(),
                is_current=segment is current,
                starts_at=starts_at,
                ends_at=segment.ends_at.astimezone(schedule.zone),
                room=segment.room,
                share=there / max(len(statuses), 1) if has_begun else None,
            )
        )
    return tuple(columns)


def _days(columns: Sequence[Column]) -> tuple[Day, ...]:
    """Group columns by day; in longer offerings the weekday alone would repeat."""
    is_short = not columns or columns[-1].starts_at - columns[0].starts_at < WEEK
    return tuple(
        Day(f"{day:%a}" if is_short else f"{day:%a} {day.day}", tuple(each))
        for day, each in groupby(columns, lambda column: column.starts_at.date())
    )


def _on_time_until(schedule: Schedule, current: SegmentPlan | None) -> datetime | None:
    if current is None:
        return None
    limit = current.starts_at + timedelta(minutes=schedule.policy.on_time_minutes)
    return max(limit, current.on_time_until or limit).astimezone(schedule.zone)


def tally_of(board: Board, current: SegmentPlan | None) -> Tally:
    """Count who stands where at a segment."""
    if current is None:
        return Tally(0, 0, 0, 0)
    counts = Counter(row.standing.statuses[current.number] for row in board.rows)
    return Tally(
        present=sum(counts[status] for status in WAS_THERE),
        late=counts[Status.LATE] + counts[Status.PARTIAL],
        waiting=counts[Status.EXPECTED],
        excused=counts[Status.EXCUSED],
    )


def _feed(board: Board, current: SegmentPlan | None) -> tuple[Arrival, ...]:
    """Return the newest check-ins of the current segment, the newest first."""
    if current is None:
        return ()
    zone = board.schedule.zone
    arrived = [
        (record.first_in, place, row)
        for place, row in enumerate(board.rows, 1)
        if (record := row.records.get(current.id)) and record.first_in
    ]
    newest = sorted(arrived, key=lambda each: each[:2], reverse=True)[:FEED_LENGTH]
    return tuple(
        Arrival(
            place,
            row.enrollment,
            row.name,
            first_in.astimezone(zone),
            row.standing.statuses[current.number],
        )
        for first_in, place, row in newest
    )


SHOWN = {
    Show.ON_COURSE: Prospect.ON_COURSE,
    Show.MAKE_UP: Prospect.NEEDS_MAKE_UP,
    Show.CANNOT: Prospect.CANNOT_COMPLETE,
}


def _wished(
    board: Board,
    wish: Wish,
    current: SegmentPlan | None,
    prospects: Mapping[str, Prospect],
) -> list[tuple[int, BoardRow]]:
    """Return the people that the wish asks for, each with the place among all."""
    rows: Iterable[tuple[int, BoardRow]] = enumerate(board.rows, 1)
    if shown := SHOWN.get(wish.show):
        rows = (each for each in rows if prospects.get(each[1].enrollment) is shown)
    if wish.show is Show.WAITING:
        number = current.number if current else 0
        rows = (
            each
            for each in rows
            if each[1].standing.statuses.get(number) is Status.EXPECTED
        )
    if wanted := fold_name(wish.search):
        rows = (each for each in rows if wanted in fold_name(each[1].name))
    return list(rows)


def _line(
    place: int,
    row: BoardRow,
    schedule: Schedule,
    columns: Sequence[Column],
    new: set[str],
    now: datetime,
) -> Line:
    cells = tuple(_cell(row, column, schedule, now) for column in columns)
    return Line(
        place=place,
        enrollment=row.enrollment,
        name=row.name,
        kind=row.kind,
        cells=cells,
        attended=row.standing.attended_count,
        needs_make_up=needs_make_up(row),
        is_new=row.enrollment in new,
    )


def _cell(row: BoardRow, column: Column, schedule: Schedule, now: datetime) -> Cell:
    segment = schedule.by_number[column.number]
    record = row.records.get(segment.id, NOTHING)
    return Cell(
        column=column,
        status=status_word(row.standing, record, segment, schedule, now),
        can_check_in=row.standing.statuses[column.number] in WITHOUT_CHECK_IN,
    )


def status_word(
    standing: Standing,
    record: Record,
    segment: SegmentPlan,
    schedule: Schedule,
    now: datetime,
) -> str:
    """Return a mark's word: the status, or "left_early" for that kind of partial."""
    status = standing.statuses[segment.number]
    if status is not Status.PARTIAL:
        return status
    return LEFT_EARLY if left_early(segment, record, schedule.policy, now) else status


def _halves(lines: tuple[Line, ...]) -> tuple[tuple[Line, ...], ...]:
    """Split lines into two registers side by side; few stay in one."""
    if len(lines) < 2:
        return (lines,) if lines else ()
    half = -(-len(lines) // 2)
    return lines[:half], lines[half:]
