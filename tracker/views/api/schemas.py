"""Shapes of the API, for its description; the answers are built by the views."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from tracker.domain.admissions_window import WindowState
from tracker.domain.attendance import Status
from tracker.domain.scans import Direction, Outcome, Reason


class Offering(BaseModel):
    """An offering as the schedule names it."""

    code: str
    course: str
    title: str
    starts_on: date
    ends_on: date
    city: str
    state: str
    timezone: str
    segments: int


class ScheduledOffering(BaseModel):
    """An offering on the public schedule: neither venue nor times nor people.

    `applications` says whether it takes applications now.
    """

    code: str
    course: str
    course_title: str
    city: str
    state: str
    timezone: str
    starts_on: date
    ends_on: date
    applications: WindowState
    applications_open_at: datetime | None
    applications_close_at: datetime | None
    url: str


class Segment(BaseModel):
    """A segment; its number is never changed or reused."""

    number: int
    title: str
    starts_at: datetime
    ends_at: datetime
    room: str
    required: bool
    credit_minutes: int


# A clock outside these years is broken (domain/scan_input.py refuses it).
SentMoment = Annotated[
    datetime, Field(json_schema_extra={"pattern": "^(20[0-9]{2}|2100)-"})
]


class ScanIn(BaseModel):
    """One scan. Either `pass` or `note` (a written name) must be there."""

    model_config = ConfigDict(extra="forbid")

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:-]{1,64}$")]
    pass_: Annotated[str | None, Field(alias="pass", max_length=4096)] = None
    note: Annotated[str | None, Field(min_length=1, max_length=200)] = None
    segment: Annotated[int | None, Field(ge=1, le=100_000)] = None
    direction: Direction = Direction.IN
    scanned_at: SentMoment | None = None
    offset_ms: float | None = None


class ScansIn(BaseModel):
    """A batch of scans, with the device's clock as it sends."""

    model_config = ConfigDict(extra="forbid")

    sent_at: SentMoment | None = None
    scans: Annotated[list[ScanIn], Field(min_length=1, max_length=1000)]


class Person(BaseModel):
    """The person whose pass was scanned."""

    enrollment: str
    name: str
    agency: str


class ScanOut(BaseModel):
    """What became of one scan."""

    id: str | None
    outcome: Outcome
    reason: Reason | None
    late: bool
    first_in: datetime | None
    segment: int | None
    person: Person | None
    attended: int | None
    required: int | None


class ScansOut(BaseModel):
    """Answers in the order sent; given only once all of it is durable."""

    received_at: datetime
    results: list[ScanOut]


class SegmentAttendance(BaseModel):
    """How somebody stands at one segment."""

    number: int
    status: Status
    first_in: datetime | None
    last_out: datetime | None
    minutes: int


class PersonAttendance(BaseModel):
    """How somebody stands in the offering."""

    enrollment: str
    name: str
    agency: str
    full: bool
    missing: list[int]
    segments: list[SegmentAttendance]


class AttendanceOut(BaseModel):
    """Everybody's attendance."""

    offering: str
    segments: list[Segment]
    people: list[PersonAttendance]


class VerifyIn(BaseModel):
    """A certificate's serial and the name printed on it, together."""

    model_config = ConfigDict(extra="forbid", strict=True)

    serial: Annotated[str, Field(min_length=1, max_length=64)]
    name: Annotated[str, Field(min_length=1, max_length=400)]


class CategoryHours(BaseModel):
    """Hours of one kind of credit, such as ethics."""

    category: str
    amount: str


class Hours(BaseModel):
    """Hours in one jurisdiction's unit; together its categories are never more."""

    jurisdiction: str
    unit: str
    amount: str
    categories: list[CategoryHours] | None = None


class VerifyOut(BaseModel):
    """What verification says; the facts only where serial and name both fit."""

    status: Literal["valid", "superseded", "revoked", "no_match"]
    course: str | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    hours: list[Hours] | None = None


class ProblemError(BaseModel):
    """Where a body is at fault."""

    pointer: str
    detail: str


class Problem(BaseModel):
    """An error, RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[ProblemError] | None = None
