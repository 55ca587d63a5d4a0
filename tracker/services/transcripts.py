"""A person's transcript: what they attended and earned, in every offering of theirs.

Only the person reads it.
"""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from tracker import typesetting
from tracker.db import db
from tracker.domain.attendance import Standing, Status
from tracker.domain.dates import span, spelled_day
from tracker.domain.schedule import Schedule
from tracker.errors import ConflictError
from tracker.models import Certificate, Enrollment, Person
from tracker.models.enrollment import EnrollmentKind
from tracker.services import (
    credit_hours,
    credit_standings,
    gates,
    schedules,
    statement_lists,
)
from tracker.services.certificate_document import spelled_minutes
from tracker.services.certificates import status_of
from tracker.typesetting import ARCHIVAL, MissingGlyphError

# What is said of a segment that was attended, or that stands for it.
WORDS = {
    Status.PRESENT: "",
    Status.LATE: "late",
    Status.PARTIAL: "in part",
    Status.MADE_UP: "made up, no live credit",
    Status.TAUGHT: "taught",
}


@dataclass(frozen=True)
class AttendedSegment:
    """One segment that somebody was at, as ready text; `note` is often empty."""

    when: str
    title: str
    minutes: int
    note: str


@dataclass(frozen=True)
class Paper:
    """A certificate or a credit statement, whatever became of it."""

    kind: str
    serial: str
    says: str
    issued_on: str
    status: str


@dataclass(frozen=True)
class Attended:
    """One offering of the transcript, as ready text."""

    course: str
    code: str
    when_where: str
    segments: tuple[AttendedSegment, ...]
    minutes: str
    is_full: bool
    hours: tuple[tuple[str, str], ...]
    papers: tuple[Paper, ...]


@dataclass(frozen=True)
class Transcript:
    """All of a person's offerings, the latest first."""

    name: str
    made_on: date
    offerings: tuple[Attended, ...]


def read_transcript(person: Person, *, now: datetime) -> Transcript:
    """Read a person's transcript: as a participant, where the seat was kept."""
    rows = db.session.scalars(
        sa.select(Enrollment)
        .where(
            Enrollment.person_id == person.id,
            Enrollment.kind == EnrollmentKind.PARTICIPANT,
            Enrollment.withdrawn_at.is_(None),
        )
        .options(joinedload(Enrollment.offering), joinedload(Enrollment.person))
    ).all()
    latest = sorted(rows, key=lambda row: row.offering.starts_on, reverse=True)
    return Transcript(
        name=person.name,
        made_on=now.date(),
        offerings=tuple(_attended(row, now) for row in latest),
    )


def _attended(enrollment: Enrollment, now: datetime) -> Attended:
    offering = enrollment.offering
    schedule = schedules.schedule_of(offering)
    standing = gates.gate(enrollment, now=now, schedule=schedule).standing
    credited = credit_standings.standings_of(enrollment, schedule, now=now)
    place = f"{offering.city}, {offering.state}"
    return Attended(
        course=offering.course.title,
        code=offering.code,
        when_where=f"{span(offering.starts_on, offering.ends_on)}, {place}",
        segments=_segments(schedule, standing),
        minutes=spelled_minutes(sum(standing.minutes.values())),
        is_full=standing.is_full,
        hours=tuple(
            (each.hours["jurisdiction"], credit_hours.spelled(each.hours))
            for each in credited
        ),
        papers=(*_certificates(enrollment), *_statements(enrollment)),
    )


def _segments(schedule: Schedule, standing: Standing) -> tuple[AttendedSegment, ...]:
    found = []
    for segment in schedule.held:
        status = standing.statuses[segment.number]
        if status in WORDS:
            starts_at = segment.starts_at.astimezone(schedule.zone)
            when = f"{starts_at.day} {starts_at:%b %Y, %H:%M}"
            minutes = standing.minutes[segment.number]
            found.append(AttendedSegment(when, segment.title, minutes, WORDS[status]))
    return tuple(found)


def _certificates(enrollment: Enrollment) -> list[Paper]:
    rows = db.session.scalars(
        sa.select(Certificate)
        .where(Certificate.enrollment_id == enrollment.id)
        .order_by(Certificate.issued_at.desc(), Certificate.id.desc())
    )
    return [
        Paper(
            kind="Certificate",
            serial=row.serial,
            says="completed",
            issued_on=row.issued_on.isoformat(),
            status=status_of(row),
        )
        for row in rows
    ]


def _statements(enrollment: Enrollment) -> list[Paper]:
    return [
        Paper(
            kind="Credit statement",
            serial=each.serial,
            says=f"{each.jurisdiction}, {each.amount} {each.unit}",
            issued_on=each.issued_on,
            status=each.status,
        )
        for each in statement_lists.list_of_enrollment(enrollment)
    ]


def transcript_pdf(transcript: Transcript, *, now: datetime) -> bytes:
    """Return a transcript as PDF/A-2a and PDF/UA-1; it is kept nowhere.

    Raises:
        ConflictError: a name holds a character that no font here can print.
    """
    data = {
        "language": "en",
        "name": transcript.name,
        "made_on": spelled_day(transcript.made_on),
        "offerings": [
            {**vars(each), "segments": [vars(one) for one in each.segments]}
            | {"papers": [vars(one) for one in each.papers]}
            for each in transcript.offerings
        ],
    }
    try:
        return typesetting.typeset(
            "transcript.typ", data, standards=ARCHIVAL, issued_at=now
        )
    except MissingGlyphError as error:
        raise ConflictError(str(error)) from error
