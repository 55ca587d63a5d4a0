"""One person's record, and everybody's in a list, as staff read them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from tracker.db import db
from tracker.domain.attendance import NOTHING, Record, Standing
from tracker.domain.names import fold_name
from tracker.domain.schedule import Schedule
from tracker.domain.wording import gap_words
from tracker.models import Certificate, Enrollment, Offering, Pass
from tracker.services import (
    attendance,
    certificates,
    contest_lists,
    gates,
    histories,
    schedules,
)
from tracker.services.boards import status_word
from tracker.services.contest_lists import ListedContest
from tracker.services.histories import Fact


@dataclass(frozen=True)
class SegmentLine:
    """How somebody stands at one segment, and every fact about it, in order of time.

    `can_check_in` says that its check-in has opened and nobody is in; `can_check_out`
    that leaving matters and they were in; `has_times` that there are check-ins or
    check-outs to take out of account. `back_at` is the last check-in, where it
    came after the last check-out; `minutes` are earned, `carried_minutes` could be.
    Times are the offering's wall time.
    """

    number: int
    title: str
    starts_at: datetime
    status: str
    minutes: int
    first_in: datetime | None
    last_out: datetime | None
    back_at: datetime | None
    carried_minutes: int
    facts: tuple[Fact, ...]
    can_check_in: bool
    can_check_out: bool
    has_times: bool


@dataclass(frozen=True)
class PersonRecord:
    """Everything staff see of one enrollment; `loose` facts belong to no segment."""

    enrollment: Enrollment
    lines: tuple[SegmentLine, ...]
    loose: tuple[Fact, ...]
    standing: Standing
    gaps: tuple[str, ...]
    certificate: Certificate | None
    pass_count: int
    choices: list[tuple[int, str]]
    contests: tuple[ListedContest, ...]


@dataclass(frozen=True)
class PersonLine:
    """One person in the list; `pass_status` is "ready", "replaced" or "none"."""

    enrollment: str
    name: str
    agency: str
    email: str
    kind: str
    is_withdrawn: bool
    pass_status: str
    attended: int
    required: int
    needs_make_up: bool


def read_record(enrollment: Enrollment, *, now: datetime) -> PersonRecord:
    """Read an enrollment's whole record, in a fixed number of queries."""
    schedule = schedules.schedule_of(enrollment.offering)
    report = gates.gate(enrollment, now=now, schedule=schedule)
    facts = histories.list_facts(enrollment)
    known = {segment.id for segment in schedule.held}
    return PersonRecord(
        enrollment=enrollment,
        lines=_lines(schedule, report.records, report.standing, facts, now),
        loose=tuple(fact for fact in facts if fact.segment_id not in known),
        standing=report.standing,
        gaps=gap_words(report.gaps, report.standing),
        certificate=certificates.find_live(enrollment),
        pass_count=count_passes(enrollment),
        choices=_choices(schedule, now),
        contests=tuple(contest_lists.list_contests_of(enrollment)),
    )


def _lines(
    schedule: Schedule,
    records: Mapping[int, Record],
    standing: Standing,
    facts: list[Fact],
    now: datetime,
) -> tuple[SegmentLine, ...]:
    windows = schedule.windows_at(now)
    lines = []
    for segment in schedule.held:
        record = records.get(segment.id, NOTHING)
        window = windows.get(segment.number)
        lines.append(
            SegmentLine(
                number=segment.number,
                title=segment.title,
                starts_at=segment.starts_at.astimezone(schedule.zone),
                status=status_word(standing, record, segment, schedule, now),
                minutes=standing.minutes[segment.number],
                first_in=_local(record.first_in, schedule),
                last_out=_local(record.last_out, schedule),
                back_at=_local(_back_at(record), schedule),
                carried_minutes=segment.carried_minutes,
                facts=tuple(fact for fact in facts if fact.segment_id == segment.id),
                can_check_in=window is not None
                and window.opens_at <= now
                and record.first_in is None,
                can_check_out=segment.needs_check_out and record.first_in is not None,
                has_times=(record.first_in or record.last_out) is not None,
            )
        )
    return tuple(lines)


def _back_at(record: Record) -> datetime | None:
    """Return when somebody who had left came back."""
    out, last_in = record.last_out, record.last_in
    return (
        last_in if out is not None and last_in is not None and last_in > out else None
    )


def _local(moment: datetime | None, schedule: Schedule) -> datetime | None:
    return moment.astimezone(schedule.zone) if moment else None


def count_passes(enrollment: Enrollment) -> int:
    """Count the passes, revoked ones too; a replacement raises it by one."""
    wanted = sa.select(sa.func.count()).where(Pass.enrollment_id == enrollment.id)
    return db.session.scalar(wanted) or 0


def segment_choices(offering: Offering, *, now: datetime) -> list[tuple[int, str]]:
    """Return the segments that have opened, for a form: number and title."""
    return _choices(schedules.schedule_of(offering), now)


def _choices(schedule: Schedule, now: datetime) -> list[tuple[int, str]]:
    windows = schedule.windows_at(now)
    return [
        (each.number, f"{each.number}. {each.title}")
        for each in schedule.held
        if each.number in windows and windows[each.number].opens_at <= now
    ]


def list_people(
    offering: Offering, search: str = "", *, now: datetime
) -> list[PersonLine]:
    """List everybody ever enrolled, by name; who gave the seat back comes last.

    Seven queries for any number of people. The search is in memory: names are
    sealed.
    """
    standings = {
        row.enrollment: row for row in attendance.read_board(offering, now=now).rows
    }
    passes = _pass_statuses(offering)
    rows = db.session.scalars(
        sa.select(Enrollment)
        .where(Enrollment.offering_id == offering.id)
        .options(joinedload(Enrollment.person))
    )
    wanted = fold_name(search)
    lines = [
        _person_line(row, passes.get(row.id, "none"), standings.get(row.public_id))
        for row in rows
        if wanted in fold_name(f"{row.person.name} {row.person.agency}")
    ]
    return sorted(
        lines,
        key=lambda each: (each.is_withdrawn, each.name.casefold(), each.enrollment),
    )


def _person_line(
    row: Enrollment, pass_status: str, stands: attendance.BoardRow | None
) -> PersonLine:
    return PersonLine(
        enrollment=row.public_id,
        name=row.person.name,
        agency=row.person.agency,
        email=row.person.email,
        kind=row.kind,
        is_withdrawn=row.withdrawn_at is not None,
        pass_status=pass_status,
        attended=stands.standing.attended_count if stands else 0,
        required=stands.standing.required_count if stands else 0,
        needs_make_up=bool(stands and stands.standing.lost),
    )


def _pass_statuses(offering: Offering) -> dict[int, str]:
    rows = db.session.execute(
        sa.select(
            Pass.enrollment_id,
            sa.func.count(),
            sa.func.count(Pass.revoked_at),
        )
        .where(Pass.offering_id == offering.id, Pass.enrollment_id.is_not(None))
        .group_by(Pass.enrollment_id)
    )
    return {
        enrollment: "none" if count == revoked else "replaced" if revoked else "ready"
        for enrollment, count, revoked in rows
        if enrollment is not None
    }
