"""Boards kept in memory: of two thousand people, only those who changed are read anew.

Attendance changes with a new scan or a new correction, and by nothing else but
`attendance.rebuild`, which raises the schedule's version. So a read asks whose
facts are new, and opens and judges only them. It asks by id and counts: where a
transaction with a lower id has committed late, or facts were purged, the numbers
do not add up and everybody is read. Seats and sealed names are compared with what
is stored at every read. `tests/services/test_kept_boards.py` holds all of it against
`attendance.read_board`.
"""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from tracker import keys
from tracker.db import db
from tracker.domain.attendance import Record, standing
from tracker.domain.schedule import Schedule
from tracker.models import Correction, Enrollment, Person, Scan
from tracker.models.enrollment import EnrollmentKind
from tracker.services import attendance
from tracker.services.attendance import NO_RECORDS, Board, BoardRow

KEPT_OFFERINGS = 16


@dataclass(frozen=True)
class _Seat:
    """One person: the seat as stored (names still sealed), and what it opened to."""

    stored: tuple[Any, ...]
    row: BoardRow


@dataclass(frozen=True)
class _Known:
    """How many facts of one kind were known, and the highest id among them."""

    count: int = 0
    last_id: int = 0


@dataclass(frozen=True)
class _Kept:
    """An offering's people, by enrollment id, as judged between two boundaries."""

    schedule: Schedule
    boundaries: int
    scans: _Known
    corrections: _Known
    seats: Mapping[int, _Seat]


_kept: OrderedDict[int, _Kept] = OrderedDict()


def read_board(
    offering_id: int, schedule: Schedule, boundaries: int, *, now: datetime
) -> Board:
    """Return what `attendance.read_board` returns, reading only who has changed.

    `boundaries` is `count_boundaries(schedule, now)`: while it is the same, time
    alone changes nobody's status. Another `schedule`, even an equal one, means
    that everybody is read.
    """
    kept = _kept.get(offering_id)
    if kept is None or kept.schedule is not schedule:
        kept = _Kept(schedule, boundaries, _Known(), _Known(), {})
    elif kept.boundaries != boundaries:
        kept = _judged_anew(kept, boundaries, now)
    kept = _brought_up_to_date(offering_id, kept, now)
    _keep(offering_id, kept)
    rows = sorted(
        (seat.row for seat in kept.seats.values()),
        key=lambda row: (row.name.casefold(), row.enrollment),
    )
    return Board(schedule, tuple(rows))


def _keep(offering_id: int, kept: _Kept) -> None:
    """Keep the newest; threads may overtake each other, which costs a reading."""
    _kept[offering_id] = kept
    while len(_kept) > KEPT_OFFERINGS:
        _kept.popitem(last=False)


def _judged_anew(kept: _Kept, boundaries: int, now: datetime) -> _Kept:
    """Judge everybody as of another moment, from the records that are known."""
    seats = {
        each: replace(
            seat,
            row=replace(
                seat.row, standing=standing(kept.schedule, seat.row.records, now)
            ),
        )
        for each, seat in kept.seats.items()
    }
    return replace(kept, boundaries=boundaries, seats=seats)


def _brought_up_to_date(offering_id: int, kept: _Kept, now: datetime) -> _Kept:
    scans, scanned = _read_new(Scan, offering_id, kept.scans)
    corrections, corrected = _read_new(Correction, offering_id, kept.corrections)
    stored = _read_stored(offering_id)
    if scanned is None or corrected is None:
        changed = list(stored)
    else:
        new = scanned | corrected
        changed = [
            each
            for each, values in stored.items()
            if each in new
            or each not in kept.seats
            or kept.seats[each].stored != values
        ]
    fresh = _read_seats(changed, stored, kept.schedule, now)
    seats = {each: fresh.get(each) or kept.seats[each] for each in stored}
    return replace(kept, scans=scans, corrections=corrections, seats=seats)


def _read_new(
    model: type[Scan] | type[Correction], offering_id: int, known: _Known
) -> tuple[_Known, set[int] | None]:
    """Return what is known now, and whose facts are new; None: cannot be told.

    Counted and listed in one statement, hence at one moment.
    """
    total = (
        sa.select(sa.func.count().label("total"))
        .where(model.offering_id == offering_id)
        .subquery()
    )
    is_new = sa.and_(model.offering_id == offering_id, model.id > known.last_id)
    rows = db.session.execute(
        sa.select(total.c.total, model.id, model.enrollment_id)
        .select_from(total)
        .outerjoin(model, is_new)
    ).all()
    count = rows[0].total
    new = [row for row in rows if row.id is not None]
    now_known = _Known(count, max((row.id for row in new), default=known.last_id))
    adds_up = known.count + len(new) == count
    return now_known, {row.enrollment_id for row in new} if adds_up else None


def _read_stored(offering_id: int) -> dict[int, tuple[Any, ...]]:
    """Return (public id, kind, sealed name, sealed agency) by enrollment id."""
    rows = db.session.execute(
        sa.select(
            Enrollment.id,
            Enrollment.public_id,
            sa.type_coerce(Enrollment.kind, sa.String),
            sa.type_coerce(Person.name, sa.LargeBinary),
            sa.type_coerce(Person.agency, sa.LargeBinary),
        )
        .join(Person, Person.id == Enrollment.person_id)
        .where(Enrollment.offering_id == offering_id, Enrollment.withdrawn_at.is_(None))
    )
    return {enrollment: tuple(values) for enrollment, *values in rows}


def _read_seats(
    enrollments: Iterable[int],
    stored: Mapping[int, tuple[Any, ...]],
    schedule: Schedule,
    now: datetime,
) -> dict[int, _Seat]:
    """Read and judge some people; most of the time few, or nobody."""
    wanted = [each for each in enrollments if each in stored]
    records = attendance.records_of(wanted) if wanted else {}
    return {
        each: _Seat(
            stored[each],
            _row(stored[each], records.get(each, NO_RECORDS), schedule, now),
        )
        for each in wanted
    }


def _row(
    stored: tuple[Any, ...],
    records: Mapping[int, Record],
    schedule: Schedule,
    now: datetime,
) -> BoardRow:
    public_id, kind, name, agency = stored
    return BoardRow(
        enrollment=public_id,
        kind=EnrollmentKind(kind),
        name=_opened("people.name", name),
        agency=_opened("people.agency", agency),
        standing=standing(schedule, records, now),
        records=records,
    )


def _opened(place: str, sealed: bytes) -> str:
    return keys.ring().open(place, bytes(sealed)).decode()
