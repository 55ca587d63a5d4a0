"""Shapes of the API, for its description; the answers are built by the views."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from tracker.domain.attendance import Status
from tracker.domain.scans import Direction, Outcome, Reason
from tracker.domain.undoing import UndoOutcome
from tracker.models.device import DeviceMode


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


class DoorOffering(BaseModel):
    """What a door shows of its offering."""

    code: str
    title: str
    stock: str
    timezone: str


class DoorDevice(BaseModel):
    """The device that asks; a program asks as a door."""

    name: str
    room: str
    mode: DeviceMode


class DoorSegment(BaseModel):
    """A segment as a door needs it."""

    number: int
    title: str
    room: str
    starts_at: datetime
    ends_at: datetime
    opens_at: datetime
    on_time_until: datetime
    required: bool
    check_out: bool


class DoorCurrent(BaseModel):
    """The segment that takes check-ins now, and how many are in."""

    number: int
    in_: Annotated[int, Field(alias="in")]
    expected: int


class DoorOut(BaseModel):
    """The state of a door; times are the server's."""

    received_at: datetime
    offering: DoorOffering
    device: DoorDevice
    segments: list[DoorSegment]
    current: DoorCurrent | None


class StateIn(BaseModel):
    """A device's battery, where it knows it, and its queue; `sent_at` its clock."""

    model_config = ConfigDict(extra="forbid")

    battery_percent: Annotated[int | None, Field(ge=0, le=100)] = None
    unsent_count: Annotated[int, Field(ge=0, le=1_000_000)]
    oldest_unsent_at: SentMoment | None = None
    sent_at: SentMoment | None = None


class StateOut(BaseModel):
    """When the state was taken, by the server's clock."""

    received_at: datetime


ScanId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:-]{1,64}$")]


class UndoIn(BaseModel):
    """An undo: its own id, the scan's, and when it was made by the device's clock."""

    model_config = ConfigDict(extra="forbid")

    id: ScanId
    scan: ScanId
    made_at: SentMoment


class UndosIn(BaseModel):
    """Undos of this device's own scans, with the device's clock as it sends."""

    model_config = ConfigDict(extra="forbid")

    sent_at: SentMoment | None = None
    undos: Annotated[list[UndoIn], Field(min_length=1, max_length=100)]


class UndoOut(BaseModel):
    """What became of one undo; only `unknown_scan` is worth sending again."""

    id: str
    outcome: UndoOutcome


class UndosOut(BaseModel):
    """Answers in the order sent."""

    results: list[UndoOut]


Base64 = Annotated[str, Field(pattern=r"^[A-Za-z0-9+/]+={0,2}$")]


class SealedRecord(BaseModel):
    """What a door may know of one pass; id and key derive from that pass."""

    id: Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
    nonce: Base64
    sealed: Base64


class RosterKeyInfo(BaseModel):
    """How a pass gives its record's id and key, in words a program can follow."""

    derivation: str
    input: str
    salt: str
    info: str
    id_bytes: int
    key_bytes: int
    order: str
    cipher: str
    associated_data: str
    padding: str


class RosterOut(BaseModel):
    """One sealed record per pass, in the order of their ids, all of one length."""

    key_info: RosterKeyInfo
    records: list[SealedRecord]


class VerifyIn(BaseModel):
    """A certificate's serial and the name printed on it, together."""

    model_config = ConfigDict(extra="forbid", strict=True)

    serial: Annotated[str, Field(min_length=1, max_length=64)]
    name: Annotated[str, Field(min_length=1, max_length=400)]


class Hours(BaseModel):
    """Hours in one jurisdiction's unit."""

    jurisdiction: str
    unit: str
    amount: str


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
