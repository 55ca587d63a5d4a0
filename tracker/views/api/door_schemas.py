"""Shapes of the calls that only doors make."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from tracker.domain.undoing import UndoOutcome
from tracker.models.device import DeviceMode
from tracker.views.api.schemas import ScanIn, SentMoment


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
    check_out_until: datetime


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


class QueueFileIn(BaseModel):
    """A file that a device has saved; the older format ends with `scans`."""

    model_config = ConfigDict(extra="forbid")

    format: Literal["muster-scans-2", "muster-scans-1"]
    offering: str
    device: Annotated[str, Field(max_length=80)]
    exported_at: SentMoment
    scans: Annotated[list[ScanIn], Field(max_length=20_000)]
    unsure: list[str] = []
    undos: Annotated[list[UndoIn], Field(max_length=20_000)] = []
    proof: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] = ""


class HandedInOut(BaseModel):
    """What became of a file; `reasons` counts the scans held and refused."""

    device: str
    scans: int
    accepted: int
    duplicates: int
    held: int
    refused: int
    reasons: dict[str, int]
    undone: int
    not_undone: int


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
