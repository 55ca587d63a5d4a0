"""Attendance: reading how people stand, correcting it, deriving it anew."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import joinedload

from tracker.db import db, pairs_of
from tracker.domain.attendance import (
    CorrectionFact,
    CorrectionKind,
    Record,
    ScanFact,
    Standing,
    derive,
    standing,
)
from tracker.domain.scans import Outcome
from tracker.domain.schedule import Schedule
from tracker.models import (
    Attendance,
    Correction,
    Dismissal,
    Enrollment,
    Offering,
    Pass,
    Scan,
    Segment,
)
from tracker.services import schedules

COUNTED = (Outcome.ACCEPTED, Outcome.DUPLICATE)
# Whose a scan is: its pass's, or that of the spare badge once it was bound.
OWNER = sa.func.coalesce(Scan.enrollment_id, Pass.enrollment_id)
IS_UNDECIDED = sa.and_(
    Scan.outcome == Outcome.HELD,
    ~sa.exists().where(
        Correction.offering_id == Scan.offering_id, Correction.scan_uid == Scan.uid
    ),
    ~sa.exists().where(
        Dismissal.offering_id == Scan.offering_id, Dismissal.scan_uid == Scan.uid
    ),
)
NO_RECORDS: Mapping[int, Record] = {}
Pair = tuple[int, int]  # enrollment id, segment id


@dataclass(frozen=True)
class BoardRow:
    """One person on the live board; `records` go by segment id."""

    enrollment: str
    kind: str
    name: str
    agency: str
    standing: Standing
    records: Mapping[int, Record]


@dataclass(frozen=True)
class Board:
    """Everybody's attendance at one moment, in the order of names."""

    schedule: Schedule
    rows: tuple[BoardRow, ...]


def record_of(row: Attendance) -> Record:
    """Return a row of `attendance` as the value that rules take."""
    return Record(**{each.name: getattr(row, each.name) for each in fields(Record)})


def records_of(enrollments: Iterable[int]) -> dict[int, dict[int, Record]]:
    """Return stored attendance by enrollment id and segment id: one query."""
    rows = db.session.scalars(
        sa.select(Attendance).where(Attendance.enrollment_id.in_(list(enrollments)))
    )
    found: dict[int, dict[int, Record]] = {}
    for row in rows:
        found.setdefault(row.enrollment_id, {})[row.segment_id] = record_of(row)
    return found


def standing_of(
    enrollment: Enrollment, *, now: datetime, schedule: Schedule | None = None
) -> Standing:
    """Return how one enrollment stands; three queries, or one with a schedule."""
    schedule = schedule or schedules.schedule_of(enrollment.offering)
    return standing(
        schedule, records_of([enrollment.id]).get(enrollment.id, NO_RECORDS), now
    )


def read_board(offering: Offering, *, now: datetime) -> Board:
    """Return how everybody in an offering stands: four queries for any number."""
    schedule = schedules.schedule_of(offering)
    enrollments = db.session.scalars(
        sa.select(Enrollment)
        .where(Enrollment.offering_id == offering.id, Enrollment.withdrawn_at.is_(None))
        .options(joinedload(Enrollment.person))
    ).all()
    records = _offering_records(offering)
    rows = [
        BoardRow(
            enrollment=each.public_id,
            kind=each.kind,
            name=each.person.name,
            agency=each.person.agency,
            standing=standing(schedule, records.get(each.id, NO_RECORDS), now),
            records=records.get(each.id, NO_RECORDS),
        )
        for each in enrollments
    ]
    return Board(
        schedule,
        tuple(sorted(rows, key=lambda row: (row.name.casefold(), row.enrollment))),
    )


def _offering_records(offering: Offering) -> dict[int, dict[int, Record]]:
    rows = db.session.execute(
        sa.select(
            Attendance.enrollment_id,
            Attendance.segment_id,
            *(getattr(Attendance, each.name) for each in fields(Record)),
        )
        .join(Enrollment, Enrollment.id == Attendance.enrollment_id)
        .where(Enrollment.offering_id == offering.id)
    )
    found: dict[int, dict[int, Record]] = {}
    for enrollment, segment, *values in rows:
        found.setdefault(enrollment, {})[segment] = Record(*values)
    return found


def scans_of(enrollment_ids: Iterable[int]) -> sa.ColumnElement[bool]:
    """Return the condition for people's scans, those of their spare badges too."""
    ids = list(enrollment_ids)
    spares = sa.select(Pass.id).where(Pass.enrollment_id.in_(ids))
    return sa.or_(Scan.enrollment_id.in_(ids), Scan.spare_pass_id.in_(spares))


def open_held_scans(enrollment_ids: Iterable[int]) -> dict[int, int]:
    """Count held scans that nobody has decided yet, by enrollment id."""
    return pairs_of(
        sa.select(OWNER, sa.func.count())
        .select_from(Scan)
        .outerjoin(Pass, Pass.id == Scan.spare_pass_id)
        .where(scans_of(enrollment_ids), IS_UNDECIDED)
        .group_by(OWNER)
    )


# Facts, and what follows from them.


def read_facts(
    condition: sa.ColumnElement[bool], correction_condition: sa.ColumnElement[bool]
) -> dict[Pair, tuple[list[ScanFact], list[CorrectionFact]]]:
    """Return the counted scans and all corrections, by enrollment and segment."""
    facts: dict[Pair, tuple[list[ScanFact], list[CorrectionFact]]] = {}
    scans = sa.select(
        Scan.enrollment_id, Scan.segment_id, Scan.uid, Scan.direction, Scan.scanned_at
    ).where(Scan.outcome.in_(COUNTED), condition)
    for enrollment, segment, uid, direction, at in db.session.execute(scans):
        if enrollment is not None and segment is not None:
            pair = (enrollment, segment)
            facts.setdefault(pair, ([], []))[0].append(ScanFact(uid, direction, at))
    for row in db.session.scalars(sa.select(Correction).where(correction_condition)):
        pair = (row.enrollment_id, row.segment_id)
        facts.setdefault(pair, ([], []))[1].append(correction_fact(row))
    return facts


def correction_fact(row: Correction) -> CorrectionFact:
    """Return a correction's row as the value that rules take."""
    voids = None
    if row.kind is CorrectionKind.VOID:
        voids = (
            f"correction:{row.voids_correction}"
            if row.voids_correction
            else f"scan:{row.scan_uid}"
        )
    return CorrectionFact(row.public_id, row.kind, row.at, voids)


def project(enrollment_id: int, segment_id: int) -> Record | None:
    """Derive one enrollment's attendance at one segment anew, and store that.

    The row is locked before the facts are read: a scan that arrives meanwhile
    waits for this transaction and is then merged into its result.
    """
    row = _locked_row(enrollment_id, segment_id)
    pair = (enrollment_id, segment_id)
    facts = read_facts(
        sa.and_(Scan.enrollment_id == enrollment_id, Scan.segment_id == segment_id),
        sa.and_(
            Correction.enrollment_id == enrollment_id,
            Correction.segment_id == segment_id,
        ),
    )
    record = derive(*facts.get(pair, ([], [])))
    _store(row, record)
    db.session.flush()
    return record


def _store(row: Attendance, record: Record | None) -> None:
    if record is None:
        db.session.delete(row)
        return
    for each in fields(Record):
        setattr(row, each.name, getattr(record, each.name))


def _locked_row(enrollment_id: int, segment_id: int) -> Attendance:
    db.session.flush()
    values = {"enrollment_id": enrollment_id, "segment_id": segment_id, "in_count": 0}
    is_sqlite = db.session.connection().dialect.name == "sqlite"
    insert = sqlite.insert if is_sqlite else postgresql.insert
    db.session.execute(insert(Attendance).values(values).on_conflict_do_nothing())
    return db.session.scalars(
        sa.select(Attendance)
        .filter_by(enrollment_id=enrollment_id, segment_id=segment_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


@dataclass(frozen=True)
class Difference:
    """Where stored attendance is not what the facts say."""

    enrollment: str
    segment: int
    stored: Record | None
    derived: Record | None


def verify(offering: Offering) -> list[Difference]:
    """Compare an offering's stored attendance with the one derived from its facts.

    It goes on where things that cannot be are: it is for finding them.
    """
    stored, derived = _stored_pairs(offering), _derived_pairs(offering)
    return _differences(_unequal(stored, derived), stored, derived)


def _stored_pairs(offering: Offering) -> dict[Pair, Record]:
    return {
        (enrollment, segment): record
        for enrollment, by_segment in _offering_records(offering).items()
        for segment, record in by_segment.items()
    }


def _derived_pairs(offering: Offering) -> dict[Pair, Record]:
    facts = read_facts(
        sa.and_(
            Scan.offering_id == offering.id,
            Scan.enrollment_id.is_not(None),
            Scan.segment_id.is_not(None),
        ),
        Correction.offering_id == offering.id,
    )
    found = {pair: derive(*known) for pair, known in facts.items()}
    return {pair: record for pair, record in found.items() if record is not None}


def _unequal(
    stored: Mapping[Pair, Record], derived: Mapping[Pair, Record]
) -> list[Pair]:
    pairs = sorted(stored.keys() | derived.keys())
    return [pair for pair in pairs if stored.get(pair) != derived.get(pair)]


def _differences(
    wrong: list[Pair], stored: Mapping[Pair, Record], derived: Mapping[Pair, Record]
) -> list[Difference]:
    enrollments = {enrollment for enrollment, _ in wrong}
    segments = {segment for _, segment in wrong}
    names = pairs_of(
        sa.select(Enrollment.id, Enrollment.public_id).where(
            Enrollment.id.in_(enrollments)
        )
    )
    numbers = pairs_of(
        sa.select(Segment.id, Segment.number).where(Segment.id.in_(segments))
    )
    return [
        Difference(names[each], numbers[segment], stored.get(pair), derived.get(pair))
        for pair in wrong
        for each, segment in [pair]
    ]


def rebuild(offering: Offering) -> int:
    """Derive an offering's attendance anew; return how many rows were wrong."""
    wrong = _unequal(_stored_pairs(offering), _derived_pairs(offering))
    for pair in wrong:
        project(*pair)
    if wrong:
        # No new fact tells of it: what processes keep of the offering must go.
        schedules.raise_schedule_version(offering.id)
    return len(wrong)
