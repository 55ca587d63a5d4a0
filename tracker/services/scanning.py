"""Recording scans: each judged once, on arrival, all of them kept.

The rules are `domain/scans.py` and `domain/attendance.py`, applied by `judging.py`;
the SQL is `scan_store.py`'s. Here they meet: what was sent, what is known, what
becomes of it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import uuid4

from sqlalchemy.exc import IntegrityError

from tracker import keys
from tracker.domain import passes
from tracker.domain.scan_input import ScanInput
from tracker.domain.scans import Outcome, Reason
from tracker.domain.schedule import Schedule
from tracker.driver_sql import driver_cursor
from tracker.errors import UnavailableError
from tracker.services import scan_store, schedules
from tracker.services.judging import Item, Judge
from tracker.services.scan_values import Known, NewScan, Source, SpareBoundError, Stored
from tracker.services.tokens import Caller, CallerKind

TRIES = 5


class ScanAnswer(NamedTuple):
    """What the device is told about one scan; `person` may be None."""

    id: Any
    outcome: Outcome
    reason: Reason | None
    late: bool
    first_in: datetime | None
    segment: int | None
    person: dict[str, str] | None
    attended: int | None
    required: int | None


def record_scans(
    batch: Sequence[ScanInput],
    caller: Caller,
    *,
    sent_at: datetime | None,
    received_at: datetime,
) -> list[ScanAnswer]:
    """Record a batch of scans and answer each, in the order sent.

    The answers are given only once all of it is durable. The same id with the
    same content gets the same answer for ever and stores nothing; only `person`
    is read afresh (trust.md, I4).

    Raises:
        UnavailableError: the ids kept colliding with another request's.
    """
    schedule = schedules.cached_schedule(caller.offering_id, caller.schedule_version)
    items = [_item(sent, caller) for sent in batch]
    for _ in range(TRIES):
        _look_up(items, caller)
        judge = Judge(schedule, caller, sent_at, received_at)
        try:
            stored = _store(judge.judge_all(items), caller, received_at)
        except (IntegrityError, SpareBoundError):
            continue  # one of these ids was stored, or a badge bound: look again
        return [_answer(item, stored, schedule, caller) for item in items]
    raise UnavailableError


def _item(sent: ScanInput, caller: Caller) -> Item:
    code, text = caller.offering_code.encode(), sent.pass_text
    return Item(
        sent=sent,
        uid=sent.uid or f"ours-{uuid4()}",
        digest=keys.ring().digest("scan content", code + b"\0" + sent.content),
        fingerprint=fingerprint(text) if text and passes.is_well_formed(text) else None,
    )


def fingerprint(pass_text: str) -> bytes:
    """Return the keyed digest by which a pass is found; the pass is never stored."""
    return keys.ring().digest("pass", pass_text)


def _look_up(items: list[Item], caller: Caller) -> None:
    """Read what is known of each scan; an id whose content differs gets one of ours.

    Ours is derived from both, so that the conflicting scan, too, is stored once.
    """
    with driver_cursor("read") as driver:
        pending = items
        while pending:
            uids = [item.uid for item in pending]
            fingerprints = [item.fingerprint for item in pending]
            found = scan_store.look_up(driver, caller.offering_id, uids, fingerprints)
            for item, known in zip(pending, found, strict=True):
                item.known = known
            pending = [item for item in pending if _conflicts(item)]
            pending += _conflicts_within(items)
            for item in pending:
                item.is_conflict = True
                item.uid = _uid_of_conflict(item)


def _uid_of_conflict(item: Item) -> str:
    digest = keys.ring().digest("conflict", item.uid.encode() + item.digest)
    return f"conflict-{digest.hex()[:48]}"


def _conflicts(item: Item) -> bool:
    earlier = item.known.earlier
    return (
        earlier is not None
        and not item.is_conflict
        and earlier.content_digest != item.digest
    )


def _conflicts_within(items: list[Item]) -> list[Item]:
    """Find the scans of a batch that claim an id which an earlier one of it has."""
    first: dict[str, bytes] = {}
    return [
        item
        for item in items
        if not item.is_conflict
        and not _conflicts(item)
        and first.setdefault(item.uid, item.digest) != item.digest
    ]


def _store(
    new: list[NewScan], caller: Caller, received_at: datetime
) -> Mapping[str, Stored]:
    """Store the judged scans, and return their answers by uid."""
    if not new:
        return {}
    source = Source(
        caller.offering_id,
        device_id=caller.id if caller.kind is CallerKind.DEVICE else None,
        token_id=caller.id if caller.kind is CallerKind.TOKEN else None,
        phone_digest=caller.phone_digest,
        received_at=received_at,
    )
    with driver_cursor("write") as driver:
        written = scan_store.record(driver, new, source)
    return {scan.uid: _as_stored(scan, *written[scan.uid]) for scan in new}


def _as_stored(scan: NewScan, outcome: Outcome, first_in: datetime | None) -> Stored:
    return Stored(
        scan.content_digest,
        outcome,
        scan.reason,
        scan.is_late,
        first_in,
        scan.attended_count,
        scan.required_count,
        scan.segment_id,
        scan.enrollment_id,
    )


def _answer(
    item: Item, stored: Mapping[str, Stored], schedule: Schedule, caller: Caller
) -> ScanAnswer:
    answer = item.known.earlier or stored[item.uid]
    segment = schedule.by_id.get(answer.segment_id) if answer.segment_id else None
    return ScanAnswer(
        id=item.sent.uid or item.sent.echo,
        outcome=answer.outcome,
        reason=answer.reason,
        late=answer.is_late,
        first_in=answer.first_in,
        segment=segment.number if segment else None,
        person=_person(item.known, caller) if answer.enrollment_id else None,
        attended=answer.attended_count,
        required=answer.required_count,
    )


def _person(known: Known, caller: Caller) -> dict[str, str] | None:
    """Name the person whose pass is in front of a device that may still know it."""
    if known.enrollment is None or known.name is None or caller.is_revoked:
        return None
    return {
        "enrollment": known.enrollment,
        "name": _opened("people.name", known.name),
        "agency": _opened("people.agency", known.agency) if known.agency else "",
    }


@lru_cache(maxsize=20_000)
def _opened(place: str, sealed: bytes) -> str:
    """Open a sealed text once per process: at the door the same people come again."""
    return keys.ring().open(place, sealed).decode()
