"""Attendance as a table for spreadsheets: one person a row, one segment a column."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tracker.domain.schedule import SegmentPlan
from tracker.models import Offering
from tracker.services import attendance, audit
from tracker.services.attendance import BoardRow
from tracker.services.audit import Actor
from tracker.services.workbooks import Cell, csv_text, xlsx_bytes

TIME_FORMAT = "yyyy-mm-dd hh:mm"


@dataclass(frozen=True)
class Matrix:
    """Everybody's attendance at one moment.

    `statuses` and `minutes` go by person, then by segment in the order of
    `segments`; times are wall times where the offering is held.
    """

    offering: str
    segments: tuple["SegmentRow", ...]
    people: tuple["PersonRow", ...]


@dataclass(frozen=True)
class SegmentRow:
    """One segment as it was held, as the table's legend names it."""

    number: int
    title: str
    room: str
    starts_at: datetime
    ends_at: datetime
    is_required: bool
    credit_minutes: int


@dataclass(frozen=True)
class PersonRow:
    """One person's line of the table."""

    enrollment: str
    name: str
    agency: str
    statuses: tuple[str, ...]
    minutes: tuple[int, ...]
    is_full: bool


def read_matrix(offering: Offering, *, actor: Actor, now: datetime) -> Matrix:
    """Return everybody's attendance by name, and note that it was read."""
    board = attendance.read_board(offering, now=now)
    held = board.schedule.held
    details = {"count": len(board.rows)}
    audit.record(actor, "attendance.export", details, offering, now=now)
    zone = board.schedule.zone
    return Matrix(
        offering=offering.code,
        segments=tuple(
            SegmentRow(
                number=segment.number,
                title=segment.title,
                room=segment.room,
                starts_at=segment.starts_at.astimezone(zone),
                ends_at=segment.ends_at.astimezone(zone),
                is_required=segment.is_required,
                credit_minutes=segment.carried_minutes,
            )
            for segment in held
        ),
        people=tuple(_person(row, held) for row in board.rows),
    )


def _person(row: BoardRow, held: Sequence[SegmentPlan]) -> PersonRow:
    return PersonRow(
        enrollment=row.enrollment,
        name=row.name,
        agency=row.agency,
        statuses=tuple(row.standing.statuses[each.number].value for each in held),
        minutes=tuple(row.standing.minutes[each.number] for each in held),
        is_full=row.standing.is_full,
    )


def matrix_table(matrix: Matrix) -> list[list[Cell]]:
    """Lay the matrix out: a status for each segment, all minutes, full or not."""
    numbers = [str(segment.number) for segment in matrix.segments]
    head: list[Cell] = ["enrollment", "name", "agency", *numbers, "minutes", "full"]
    rows: list[list[Cell]] = [
        [
            person.enrollment,
            person.name,
            person.agency,
            *person.statuses,
            sum(person.minutes),
            "yes" if person.is_full else "no",
        ]
        for person in matrix.people
    ]
    return [head, *rows]


def minutes_table(matrix: Matrix) -> list[list[Cell]]:
    """Lay out the minutes that each person earned at each segment."""
    head: list[Cell] = ["enrollment", "name"]
    head += [str(segment.number) for segment in matrix.segments]
    rows: list[list[Cell]] = [
        [person.enrollment, person.name, *person.minutes] for person in matrix.people
    ]
    return [head, *rows]


def segments_table(matrix: Matrix) -> list[list[Cell]]:
    """Lay out what the segments' numbers stand for."""
    head: list[Cell] = [
        "number",
        "title",
        "room",
        "starts",
        "ends",
        "required",
        "minutes",
    ]
    rows: list[list[Cell]] = [
        [
            segment.number,
            segment.title,
            segment.room,
            f"{segment.starts_at:%Y-%m-%d %H:%M}",
            f"{segment.ends_at:%Y-%m-%d %H:%M}",
            "yes" if segment.is_required else "no",
            segment.credit_minutes,
        ]
        for segment in matrix.segments
    ]
    return [head, *rows]


def matrix_csv(matrix: Matrix) -> str:
    """Write the matrix as CSV; no cell can become a formula in a spreadsheet."""
    return csv_text(matrix_table(matrix))


def matrix_xlsx(matrix: Matrix) -> bytes:
    """Write the matrix, the minutes and the segments as three sheets of a workbook."""
    return xlsx_bytes(
        {
            "Attendance": matrix_table(matrix),
            "Minutes": minutes_table(matrix),
            "Segments": segments_table(matrix),
        }
    )
