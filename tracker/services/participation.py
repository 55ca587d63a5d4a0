"""What one person may see of their own enrollments: pass, programme, scans.

Plain values, read in a fixed number of queries whatever their length, with every
time in the offering's zone; the pages only place them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from tracker.db import db
from tracker.domain.attendance import Record, Standing, standing
from tracker.domain.certificates import Gap
from tracker.domain.progress import headline, missing_sentences
from tracker.domain.schedule import Schedule, SegmentPlan
from tracker.models import Certificate, Enrollment, Person
from tracker.models.evaluation import Occasion
from tracker.services import (
    asked,
    attendance,
    boards,
    certificates,
    completions,
    contest_lists,
    enrollments,
    gates,
    own_scans,
    schedules,
)
from tracker.services.contest_lists import ListedContest, State
from tracker.services.own_scans import OwnScan


@dataclass(frozen=True)
class OwnSegment:
    """A segment as its participant sees it; times in the offering's zone.

    `starts_day` marks the first segment of a day, `status` is a mark's word.
    `first_in` is None where nobody checked in; `is_by_hand` says that staff did it.
    """

    number: int
    title: str
    room: str
    starts_at: datetime
    ends_at: datetime
    opens_at: datetime
    starts_day: bool
    status: str
    is_required: bool
    first_in: datetime | None
    is_by_hand: bool


@dataclass(frozen=True)
class OwnPass:
    """Everything the pass page shows.

    `prerequisite` is the code of the course that the certificate waits for.
    """

    text: str | None
    segments: tuple[OwnSegment, ...]
    to_come: tuple[OwnSegment, ...]
    standing: Standing
    headline: str
    missing: tuple[str, ...]
    may_issue: bool
    certificate: Certificate | None
    due: tuple[Occasion, ...]
    prerequisite: str | None

    @property
    def evaluation_is_due(self) -> bool:
        """Whether the evaluation can be sent now, in time or late, and was not."""
        return Occasion.EVALUATION in self.due


@dataclass(frozen=True)
class OwnProgramme:
    """Everything the programme page shows; days in order, newest scan first.

    `contests` is the newest of each segment, by number; only segments that have
    `begun` can be contested.
    """

    days: tuple[tuple[date, tuple[OwnSegment, ...]], ...]
    scans: tuple[OwnScan, ...]
    contests: Mapping[int, ListedContest]
    begun: frozenset[int]
    zone: ZoneInfo
    evaluation_is_due: bool


def list_enrollments_of(person: Person) -> list[Enrollment]:
    """Return a person's enrollments that were not withdrawn, the latest first."""
    wanted = (
        sa.select(Enrollment)
        .where(Enrollment.person_id == person.id, Enrollment.withdrawn_at.is_(None))
        .options(joinedload(Enrollment.offering))
    )
    found = db.session.scalars(wanted).all()
    return sorted(found, key=lambda each: each.offering.starts_on, reverse=True)


def read_pass(enrollment: Enrollment, *, now: datetime) -> OwnPass:
    """Read what the pass page of an enrollment shows."""
    schedule = schedules.schedule_of(enrollment.offering)
    report = gates.gate(enrollment, now=now, schedule=schedule)
    certificate = certificates.find_live(enrollment)
    is_revoked = certificates.was_revoked_by_decision(enrollment)
    segments = own_segments(schedule, report.records, report.standing, now)
    return OwnPass(
        text=enrollments.current_pass(enrollment),
        segments=segments,
        to_come=tuple(
            sorted(
                (each for each in segments if each.ends_at > now),
                key=lambda each: each.starts_at,
            )
        ),
        standing=report.standing,
        headline=_headline(report, certificate, is_revoked=is_revoked),
        missing=_missing(report, certificate, is_revoked=is_revoked),
        may_issue=report.is_open and certificate is None and not is_revoked,
        certificate=certificate,
        due=asked.list_due(enrollment, schedule, now=now),
        prerequisite=_prerequisite(enrollment, report),
    )


def _prerequisite(enrollment: Enrollment, report: gates.GateReport) -> str | None:
    """Return the code of the course that the certificate waits for, if it does."""
    if Gap.PREREQUISITE not in report.gaps:
        return None
    found = completions.find_prerequisite(enrollment.offering.course)
    return found.code if found else None


def _headline(
    report: gates.GateReport, certificate: Certificate | None, *, is_revoked: bool
) -> str:
    if certificate:
        return "Your certificate is here"
    if is_revoked:
        return "Your certificate was revoked"
    return headline(report.gaps, report.standing)


def _missing(
    report: gates.GateReport, certificate: Certificate | None, *, is_revoked: bool
) -> tuple[str, ...]:
    if certificate:
        return ()
    if is_revoked:
        return (certificates.REVOKED,)
    return missing_sentences(report.gaps, report.standing)


def read_programme(enrollment: Enrollment, *, now: datetime) -> OwnProgramme:
    """Read what the programme page of an enrollment shows."""
    schedule = schedules.schedule_of(enrollment.offering)
    records = attendance.records_of([enrollment.id]).get(enrollment.id, {})
    stands = standing(schedule, records, now)
    days: dict[date, list[OwnSegment]] = {}
    for each in own_segments(schedule, records, stands, now):
        days.setdefault(each.starts_at.date(), []).append(each)
    return OwnProgramme(
        days=tuple((day, tuple(segments)) for day, segments in sorted(days.items())),
        scans=tuple(own_scans.list_own_scans(enrollment, schedule)),
        contests={
            each.segment: each
            for each in contest_lists.list_contests_of(enrollment)
            if each.state is not State.WITHDRAWN
        },
        begun=frozenset(e.number for e in schedule.held if e.starts_at <= now),
        zone=schedule.zone,
        evaluation_is_due=Occasion.EVALUATION
        in asked.list_due(enrollment, schedule, now=now),
    )


def own_segments(
    schedule: Schedule,
    records: Mapping[int, Record],
    stands: Standing,
    now: datetime,
) -> tuple[OwnSegment, ...]:
    """Return the held segments with how somebody stands at each, by number."""
    windows = schedule.windows_at(now)
    days: set[date] = set()
    found = []
    for segment in schedule.held:
        day = schedule.local_day(segment.starts_at)
        window = windows.get(segment.number)
        found.append(
            _own_segment(
                schedule,
                segment,
                records.get(segment.id, Record()),
                boards.status_word(
                    stands, records.get(segment.id, Record()), segment, schedule, now
                ),
                opens_at=window.opens_at if window else segment.starts_at,
                starts_day=day not in days,
            )
        )
        days.add(day)
    return tuple(found)


def _own_segment(
    schedule: Schedule,
    segment: SegmentPlan,
    record: Record,
    status: str,
    *,
    opens_at: datetime,
    starts_day: bool,
) -> OwnSegment:
    zone = schedule.zone
    return OwnSegment(
        number=segment.number,
        title=segment.title,
        room=segment.room,
        starts_at=segment.starts_at.astimezone(zone),
        ends_at=segment.ends_at.astimezone(zone),
        opens_at=opens_at.astimezone(zone),
        starts_day=starts_day,
        status=status,
        is_required=segment.is_required,
        first_in=record.first_in.astimezone(zone) if record.first_in else None,
        is_by_hand=(record.first_source or "").startswith("correction:"),
    )
