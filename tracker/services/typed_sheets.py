"""Signed sheets typed in: corrections that name the sheet, the page and the row."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from tracker.db import db
from tracker.domain.scans import Direction
from tracker.domain.sheets import page_of, place_words
from tracker.errors import ForbiddenError, InvalidError
from tracker.models import (
    Attendance,
    Correction,
    Enrollment,
    Offering,
    Segment,
    SignInList,
    User,
)
from tracker.models.attendance import ReasonChip
from tracker.services import corrections
from tracker.services.acts import Act, Why

RECORDED, ALREADY = "recorded", "already"
OWN_ROW = "nobody corrects their own attendance"
SEAT_GIVEN_BACK = "the seat was given back"


@dataclass(frozen=True)
class Row:
    """One row of a printed list at a segment; `first_in` is wall time, if any.

    A row whose seat was given back, or whose person is gone, has no `name`.
    """

    number: int
    page: int
    name: str
    kind: str
    first_in: datetime | None


@dataclass(frozen=True)
class Typed:
    """What was typed: the rows that are signed, and whether at the end, too.

    Where check-out is asked for, those who stayed and have none get one.
    """

    numbers: set[int]
    stayed: bool = False


@dataclass(frozen=True)
class TypedIn:
    """What became of the rows typed: recorded, in already, or not possible and why."""

    recorded: tuple[int, ...]
    already: tuple[int, ...]
    refused: tuple[tuple[int, str], ...]


def read_rows(
    offering: Offering, segment: Segment, printed: SignInList
) -> tuple[Row, ...]:
    """Return a printed list's rows with who is in at a segment: two queries."""
    people, zone = _people(offering), ZoneInfo(offering.timezone)
    first_ins = _first_ins(segment)
    rows = []
    for number, public_id in enumerate(printed.enrollments, 1):
        person = people.get(public_id)
        is_there = person is not None and person.withdrawn_at is None
        first_in = first_ins.get(person.id) if person is not None else None
        rows.append(
            Row(
                number=number,
                page=page_of(number),
                name=person.person.name if person is not None and is_there else "",
                kind=person.kind.value if person is not None else "",
                first_in=first_in.astimezone(zone) if first_in else None,
            )
        )
    return tuple(rows)


def type_in(
    segment: Segment,
    printed: SignInList,
    typed: Typed,
    *,
    uid: str,
    user: User,
    now: datetime,
) -> TypedIn:
    """Check in who has signed a sheet, as of the segment's start.

    Who is in already stays as they are. Each check-in's id follows from the form's
    and the person's, so that the same form sent twice records once and is answered
    alike.

    Raises:
        InvalidError: no row is marked, or the segment has not started.
    """
    wanted = sorted(typed.numbers)
    if not wanted:
        raise InvalidError("Mark the rows that are signed.", {"numbers": "Mark rows."})
    starts_at = segment.delivered_starts_at or segment.starts_at
    if starts_at > now:
        message = "This segment has not started: nobody can have signed its sheet."
        raise InvalidError(message, {"numbers": message})
    signed = {number: printed.enrollments[number - 1] for number in wanted}
    uids = {number: _uid_of(uid, each) for number, each in signed.items()}
    people, known = _people(segment.offering), _known(uids.values())
    first_ins = _first_ins(segment)
    fates: dict[int, str] = {}
    for number, public_id in signed.items():
        why = Why(
            ReasonChip.SIGN_IN_SHEET, place_words(segment.number, printed.code, number)
        )
        act = Act(why=why, uid=uids[number], user=user, now=now)
        person = people.get(public_id)
        if uids[number] in known:
            fates[number] = RECORDED
        elif person is not None and person.id in first_ins:
            fates[number] = ALREADY
        else:
            fates[number] = _check_in(person, segment, starts_at, act)
        if typed.stayed and fates[number] in {RECORDED, ALREADY} and person is not None:
            _check_out(person, segment, act)
    return TypedIn(
        recorded=tuple(n for n, fate in fates.items() if fate == RECORDED),
        already=tuple(n for n, fate in fates.items() if fate == ALREADY),
        refused=tuple(
            (n, fate) for n, fate in fates.items() if fate not in {RECORDED, ALREADY}
        ),
    )


def _check_in(
    person: Enrollment | None, segment: Segment, at: datetime, act: Act
) -> str:
    """Check one person in; say why not, where that cannot be."""
    if person is None or person.withdrawn_at is not None:
        return SEAT_GIVEN_BACK
    try:
        corrections.check_in_by_hand(person, segment, at=at, act=act)
    except ForbiddenError:
        return OWN_ROW
    return RECORDED


def _check_out(person: Enrollment, segment: Segment, act: Act) -> None:
    """Check somebody out as of the segment's end, unless they are out already."""
    uid = _uid_of(act.uid, "out")
    left = db.session.scalar(
        sa.select(Attendance.last_out).where(
            Attendance.enrollment_id == person.id, Attendance.segment_id == segment.id
        )
    )
    if left is not None or corrections.find_correction(uid) is not None:
        return
    corrections.check_in_by_hand(
        person,
        segment,
        at=segment.delivered_ends_at or segment.ends_at,
        act=replace(act, uid=uid),
        direction=Direction.OUT,
    )


def _uid_of(uid: str, enrollment: str) -> str:
    return hashlib.sha256(f"typed sheet {uid} {enrollment}".encode()).hexdigest()[:32]


def _known(uids: Iterable[str]) -> set[str]:
    wanted = sa.select(Correction.public_id).where(Correction.public_id.in_(list(uids)))
    return set(db.session.scalars(wanted))


def _people(offering: Offering) -> Mapping[str, Enrollment]:
    rows = db.session.scalars(
        sa.select(Enrollment)
        .where(Enrollment.offering_id == offering.id)
        .options(joinedload(Enrollment.person), joinedload(Enrollment.offering))
    )
    return {row.public_id: row for row in rows}


def _first_ins(segment: Segment) -> dict[int, datetime]:
    rows = db.session.execute(
        sa.select(Attendance.enrollment_id, Attendance.first_in).where(
            Attendance.segment_id == segment.id, Attendance.first_in.is_not(None)
        )
    )
    return {enrollment: at for enrollment, at in rows if at is not None}
