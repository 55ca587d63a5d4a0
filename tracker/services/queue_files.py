"""Handing in the file of a device that found no network, as if it had sent its scans.

Recording is the scan path's own transaction. So a file is prepared first, the
caller commits, and only then calls `record`. Handing it in again changes nothing,
because the ids and the contents are the device's.
"""

import hashlib
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from tracker.domain.queue_file import (
    QueueFile,
    QueueFileError,
    in_batches,
    read_queue_file,
)
from tracker.domain.scans import Outcome
from tracker.errors import InvalidError
from tracker.json_reader import read_json
from tracker.models import Device, Offering
from tracker.models.access import TokenScope
from tracker.services import audit, scanning, schedules
from tracker.services.audit import Actor
from tracker.services.devices import list_devices
from tracker.services.tokens import Caller, CallerKind

MAXIMUM_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True)
class HandIn:
    """A file that is about to be recorded, and for whom the scans count as sent."""

    file: QueueFile
    caller: Caller


@dataclass(frozen=True)
class HandedIn:
    """What became of a file's scans; `reasons` counts those held and refused."""

    device: str
    scans: int
    accepted: int
    duplicates: int
    held: int
    refused: int
    reasons: dict[str, int]


def prepare(offering: Offering, data: bytes, *, actor: Actor, now: datetime) -> HandIn:
    """Read a file, and note who hands it in, before any of it is recorded.

    The scans count as the device's of that name, where the offering has exactly
    one: so a revoked device's are held, and its own undos still find them.

    Raises:
        InvalidError: the file is refused whole; says why beside "file".
    """
    file = _read(offering, data)
    device = _find_device(offering, file.device)
    details = {
        "scans": len(file.scans),
        "device": device.public_id if device else None,
        "file": hashlib.sha256(data).hexdigest()[:16],
    }
    audit.record(actor, "scans.hand_in", details, offering, now=now)
    return HandIn(file, _caller(offering, device))


def _read(offering: Offering, data: bytes) -> QueueFile:
    if len(data) > MAXIMUM_BYTES:
        raise _refusal("The file is larger than 16 MiB.")
    try:
        return read_queue_file(read_json(data), offering.code)
    except QueueFileError as error:
        raise _refusal(str(error)) from error
    except InvalidError as error:
        detail = error.errors.get("", "")
        raise _refusal(f"This is not a file of scans. {detail}".strip()) from error


def _refusal(message: str) -> InvalidError:
    return InvalidError(message, {"file": message})


def _find_device(offering: Offering, name: str) -> Device | None:
    fitting = [
        device
        for device in list_devices(offering)
        if device.name.casefold() == name.casefold()
    ]
    return fitting[0] if len(fitting) == 1 else None


def _caller(offering: Offering, device: Device | None) -> Caller:
    return Caller(
        kind=CallerKind.DEVICE if device else CallerKind.FILE,
        id=device.id if device else None,
        name=device.name if device else "",
        room=device.room if device else "",
        scope=TokenScope.CHECK_IN,
        is_revoked=device is not None and device.revoked_at is not None,
        offering_id=offering.id,
        offering_code=offering.code,
        timezone=offering.timezone,
        schedule_version=schedules.read_versions(offering.id)[1],
    )


def record(handed: HandIn, *, now: datetime) -> HandedIn:
    """Record a file's scans, and say what became of them.

    The device's clock at sending is what its own offset says it shows now: so each
    time is corrected by the clock that made it.

    Raises:
        UnavailableError: the database is busy; part of it may be recorded already.
    """
    outcomes: Counter[Outcome] = Counter()
    reasons: Counter[str] = Counter()
    for offset, batch in in_batches(handed.file.scans):
        sent_at = None if offset is None else now - offset
        for answer in scanning.record_scans(
            batch, handed.caller, sent_at=sent_at, received_at=now
        ):
            outcomes[answer.outcome] += 1
            reasons.update([answer.reason.value] if answer.reason else [])
    return HandedIn(
        device=handed.file.device,
        scans=len(handed.file.scans),
        accepted=outcomes[Outcome.ACCEPTED],
        duplicates=outcomes[Outcome.DUPLICATE],
        held=outcomes[Outcome.HELD],
        refused=outcomes[Outcome.REFUSED],
        reasons=dict(sorted(reasons.items())),
    )


def said(done: HandedIn) -> str:
    """Say in a sentence what became of a file."""
    return (
        f"{done.accepted} accepted, {done.duplicates} in already, "
        f"{done.held} held, {done.refused} refused."
    )
