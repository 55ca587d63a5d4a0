"""Handing in the file of a device that found no network, as if it had sent its scans.

Recording is the scan path's own transaction. So a file is prepared first, the
caller commits, and only then calls `record`. Handing it in again changes nothing,
because the ids and the contents are the device's.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from tracker.db import db
from tracker.domain.queue_file import (
    QueueFile,
    QueueFileError,
    in_batches,
    read_queue_file,
)
from tracker.domain.queue_proof import find_signer
from tracker.domain.scan_input import ScanInput
from tracker.domain.scans import Outcome
from tracker.domain.undoing import UndoOutcome
from tracker.errors import InvalidError
from tracker.json_reader import read_json
from tracker.models import ApiToken, Device, Offering
from tracker.models.access import TokenScope
from tracker.services import audit, scanning, schedules, undoing
from tracker.services.audit import Actor
from tracker.services.devices import list_devices
from tracker.services.scanning import ScanAnswer
from tracker.services.tokens import Caller, CallerKind

MAXIMUM_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True)
class HandIn:
    """A file that is about to be recorded, and for whom the scans count as sent."""

    file: QueueFile
    caller: Caller
    is_proven: bool


@dataclass(frozen=True)
class HandedIn:
    """What became of a file's scans; `reasons` counts those held and refused.

    `undone` counts the undos that took effect, `not_undone` the others.
    """

    device: str
    scans: int
    accepted: int
    duplicates: int
    held: int
    refused: int
    reasons: dict[str, int]
    undone: int
    not_undone: int


def actor_of(caller: Caller) -> Actor:
    """Name a device or a program that hands a file in, for the log."""
    row = Device if caller.is_device else ApiToken
    public_id = db.session.scalar(sa.select(row.public_id).where(row.id == caller.id))
    return Actor(f"{'device' if caller.is_device else 'token'}:{public_id}")


def prepare(
    offering: Offering,
    data: bytes,
    *,
    actor: Actor,
    now: datetime,
    is_vouched_for: bool = True,
) -> HandIn:
    """Read a file, and note who hands it in, before any of it is recorded.

    The scans count as those of the device whose token made the file's proof,
    whoever hands it in: so a revoked device's are held, and its own undos still
    find them. A file of the older format has no proof. Where staff vouch for it, it
    counts as the device's of that name, if the offering has exactly one. What is of
    no certain device is held.

    Raises:
        InvalidError: the file is refused whole; says why beside "file".
    """
    file = _read(offering, data)
    device = _find_signer(offering, file)
    is_proven = device is not None
    if file.proof is None and is_vouched_for:
        device = _find_device(offering, file.device)
    details = {
        "scans": len(file.scans),
        "undos": len(file.undos),
        "device": device.public_id if device else None,
        "file": hashlib.sha256(data).hexdigest()[:16],
    }
    audit.record(actor, "scans.hand_in", details, offering, now=now)
    return HandIn(file, _caller(offering, device), is_proven)


def _find_signer(offering: Offering, file: QueueFile) -> Device | None:
    if file.proof is None:
        return None
    known = ((device, device.token_hash) for device in list_devices(offering))
    return find_signer(file.signed, file.proof, known)


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
        is_revoked=device is None or device.revoked_at is not None,
        offering_id=offering.id,
        offering_code=offering.code,
        timezone=offering.timezone,
        schedule_version=schedules.read_versions(offering.id)[1],
    )


def record(handed: HandIn, *, now: datetime) -> HandedIn:
    """Record a file's scans, then its undos, and say what became of them.

    The device's clock at sending is what its own offset says it shows now: so each
    time is corrected by the clock that made it. Scans whose clock nothing shows to
    be right are held (docs/decisions/0022). The caller commits, for the undos.

    Raises:
        UnavailableError: the database is busy; part of it may be recorded already.
    """
    outcomes: Counter[Outcome] = Counter()
    reasons: Counter[str] = Counter()
    for answer in _record_scans(handed, now):
        outcomes[answer.outcome] += 1
        reasons.update([answer.reason.value] if answer.reason else [])
    undone = _undo(handed, now)
    return HandedIn(
        device=handed.file.device,
        scans=len(handed.file.scans),
        accepted=outcomes[Outcome.ACCEPTED],
        duplicates=outcomes[Outcome.DUPLICATE],
        held=outcomes[Outcome.HELD],
        refused=outcomes[Outcome.REFUSED],
        reasons=dict(sorted(reasons.items())),
        undone=undone,
        not_undone=len(handed.file.undos) - undone,
    )


def _record_scans(handed: HandIn, now: datetime) -> Iterator[ScanAnswer]:
    parts: dict[bool, list[ScanInput]] = {True: [], False: []}
    for scan in handed.file.scans:
        is_sure = handed.file.is_sure(scan, is_proven=handed.is_proven, now=now)
        parts[is_sure].append(scan)
    for is_sure, scans in parts.items():
        caller = replace(handed.caller, has_unsure_clock=not is_sure)
        for offset, batch in in_batches(scans):
            sent_at = None if offset is None else now - offset
            yield from scanning.record_scans(
                batch, caller, sent_at=sent_at, received_at=now
            )


def _undo(handed: HandIn, now: datetime) -> int:
    """Take back what the device took back; one that is revoked takes nothing back."""
    caller = handed.caller
    if not caller.is_device or caller.is_revoked:
        return 0
    done = undoing.undo_scans(handed.file.undos, caller, sent_at=None, received_at=now)
    return done.count(UndoOutcome.UNDONE)


def said(done: HandedIn) -> str:
    """Say in a sentence what became of a file."""
    counts = [
        (done.accepted, "accepted"),
        (done.duplicates, "in already"),
        (done.held, "held"),
        (done.refused, "refused"),
    ]
    parts = [f"{count} {what}" for count, what in counts]
    undos = [(done.undone, "taken back"), (done.not_undone, "not taken back")]
    parts += [f"{count} {what}" for count, what in undos if count]
    return f"{', '.join(parts)}."
