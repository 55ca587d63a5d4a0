"""Recording scans: each judged once, on arrival, all of them kept.

The rules are `domain/scans.py` and `domain/attendance.py`; the SQL is
`scan_store.py`. Here they meet: what was sent, what is known, what becomes of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import uuid4

from sqlalchemy.exc import IntegrityError

from tracker import keys
from tracker.db import fast_connection
from tracker.domain import base32, passes, scans
from tracker.domain.attendance import NOTHING, Record, count_complete, is_after_limit
from tracker.domain.scan_input import ScanInput
from tracker.domain.scans import Direction, Outcome, Reason
from tracker.domain.schedule import Schedule, SegmentPlan
from tracker.errors import UnavailableError
from tracker.services import scan_store, schedules
from tracker.services.scan_store import Known, NewScan, Stored
from tracker.services.tokens import Caller

TRIES = 5


@dataclass(frozen=True)
class ScanAnswer:
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


@dataclass(slots=True)
class _Item:
    """One sent scan on its way: its id, the digest of its content, what is known."""

    sent: ScanInput
    uid: str
    digest: bytes
    fingerprint: bytes | None
    is_conflict: bool = False
    known: Known = Known()


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
        try:
            return _record_once(items, caller, schedule, sent_at, received_at)
        except IntegrityError:
            continue  # another request stored one of these ids just now: look again
    raise UnavailableError


def _record_once(
    items: list[_Item],
    caller: Caller,
    schedule: Schedule,
    sent_at: datetime | None,
    received_at: datetime,
) -> list[ScanAnswer]:
    _look_up(items, caller)
    judge = _Judge(schedule, caller, sent_at, received_at)
    new = judge.new_scans(items)
    if new:
        with fast_connection("write") as connection:
            written = scan_store.record(
                connection,
                new,
                offering_id=caller.offering_id,
                device_id=caller.id if caller.is_device else None,
                token_id=None if caller.is_device else caller.id,
                received_at=received_at,
            )
        stored = {scan.uid: _as_stored(scan, *written[scan.uid]) for scan in new}
    else:
        stored = {}
    return [_answer(item, stored, schedule, caller) for item in items]


def _item(sent: ScanInput, caller: Caller) -> _Item:
    ring = keys.ring()
    is_pass = sent.pass_text is not None and passes.is_well_formed(sent.pass_text)
    return _Item(
        sent=sent,
        uid=sent.uid or f"ours-{uuid4()}",
        digest=ring.digest(
            "scan content", caller.offering_code.encode() + b"\0" + sent.content
        ),
        fingerprint=fingerprint(sent.pass_text) if is_pass and sent.pass_text else None,
    )


def fingerprint(pass_text: str) -> bytes:
    """Return the keyed digest by which a pass is found; the pass is never stored."""
    return keys.ring().digest("pass", pass_text)


def _look_up(items: list[_Item], caller: Caller) -> None:
    """Read what is known of each scan; an id whose content differs gets one of ours.

    Ours is derived from both, so that the conflicting scan, too, is stored once.
    """
    with fast_connection("read") as connection:
        pending = items
        while pending:
            found = scan_store.look_up(
                connection,
                caller.offering_id,
                [item.uid for item in pending],
                [item.fingerprint for item in pending],
            )
            for item, known in zip(pending, found, strict=True):
                item.known = known
            pending = [
                item for item in pending if _conflicts(item)
            ] + _conflicts_within(items)
            for item in pending:
                item.is_conflict = True
                item.uid = f"conflict-{keys.ring().digest('conflict', item.uid.encode() + item.digest).hex()[:48]}"


def _conflicts(item: _Item) -> bool:
    earlier = item.known.earlier
    return (
        earlier is not None
        and not item.is_conflict
        and earlier.content_digest != item.digest
    )


def _conflicts_within(items: list[_Item]) -> list[_Item]:
    """Find the scans of a batch that claim an id which an earlier one of it has."""
    first: dict[str, bytes] = {}
    return [
        item
        for item in items
        if not item.is_conflict
        and not _conflicts(item)
        and first.setdefault(item.uid, item.digest) != item.digest
    ]


class _Judge:
    """Judges the scans of one request, one after the other.

    Keeps what the earlier scans of the same request have added, so that a batch
    is answered as if its scans had come one by one.
    """

    def __init__(
        self,
        schedule: Schedule,
        caller: Caller,
        sent_at: datetime | None,
        received_at: datetime,
    ) -> None:
        self._schedule = schedule
        self._caller = caller
        self._sent_at = sent_at
        self._received_at = received_at
        self._records: dict[int, dict[int, Record]] = {}
        self._counted: dict[tuple[int, int], list[NewScan]] = {}

    def new_scans(self, items: list[_Item]) -> list[NewScan]:
        """Return the scans to store: those whose id is not stored yet, each once."""
        new: dict[str, NewScan] = {}
        for item in items:
            if item.known.earlier is None and item.uid not in new:
                new[item.uid] = self._judge(item)
        for members in self._counted.values():
            for rank, scan in enumerate(members, start=1):
                scan.added, scan.rank = len(members), rank
        return list(new.values())

    def _judge(self, item: _Item) -> NewScan:
        sent, known = item.sent, item.known
        moment, is_sure = scans.correct_clock(
            sent.scanned_at or self._received_at,
            sent_at=self._sent_at if sent.scanned_at else None,
            received_at=self._received_at,
            measured_offset=sent.measured_offset,
        )
        judged = scans.judge(
            self._schedule,
            moment,
            number=sent.segment,
            room=self._caller.room,
            direction=sent.direction,
        )
        reason = self._reason(item, is_sure) or judged.reason
        is_ours = known.pass_offering_id == self._caller.offering_id
        scan = NewScan(
            uid=item.uid,
            content_digest=item.digest,
            enrollment_id=known.enrollment_id if is_ours else None,
            segment_id=judged.segment.id if judged.segment else None,
            direction=sent.direction,
            device_at=sent.scanned_at,
            scanned_at=moment,
            outcome=scans.outcome_of(reason) if reason else Outcome.ACCEPTED,
            reason=reason,
            is_late=False,
            attended_count=None,
            required_count=None,
            note=keys.ring().seal("scans.note", sent.note.encode())
            if sent.note
            else None,
        )
        if scan.enrollment_id is not None:
            self._count(scan, known, judged.segment)
        return scan

    def _reason(self, item: _Item, is_sure: bool) -> Reason | None:
        """Say why a scan does not count, whatever its segment; the gravest first."""
        sent, known = item.sent, item.known
        checks = {
            Reason.ID_CONFLICT: item.is_conflict,
            Reason.MALFORMED: sent.is_malformed,
            Reason.NOT_A_PASS: sent.pass_text is not None and item.fingerprint is None,
            Reason.UNKNOWN_PASS: sent.pass_text is not None and not self._knows(item),
            Reason.REVOKED_PASS: known.pass_revoked,
            Reason.DEVICE_REVOKED: self._caller.is_revoked,
            Reason.NOT_IN_ROSTER: sent.note is not None or known.enrollment_id is None,
            Reason.NOT_ENROLLED_NOW: known.withdrawn,
            Reason.CLOCK_UNSURE: not is_sure,
        }
        return next((reason for reason, holds in checks.items() if holds), None)

    def _knows(self, item: _Item) -> bool:
        """Say whether the pass is one of this offering's; a wrong check is not."""
        text = item.sent.pass_text or ""
        return (
            item.known.pass_offering_id == self._caller.offering_id
            and base32.is_checked(text.removeprefix(passes.PREFIX))
        )

    def _count(self, scan: NewScan, known: Known, segment: SegmentPlan | None) -> None:
        """Add the scan to what its enrollment has so far, and count that."""
        assert scan.enrollment_id is not None  # noqa: S101 - the caller asked
        records = self._records.setdefault(scan.enrollment_id, dict(known.records))
        if scan.reason is None and segment is not None:
            record = _merged(records.get(segment.id, NOTHING), scan)
            records[segment.id] = record
            scan.is_late = is_after_limit(segment, record, self._schedule.policy)
            if scan.direction is Direction.IN:
                self._counted.setdefault((scan.enrollment_id, segment.id), []).append(
                    scan
                )
        scan.attended_count = count_complete(self._schedule, records, self._received_at)
        scan.required_count = len(self._schedule.required)


def _merged(record: Record, scan: NewScan) -> Record:
    """Return a record with one more scan, as the upsert will store it."""
    at = scan.scanned_at
    if scan.direction is Direction.OUT:
        return Record(
            first_in=record.first_in,
            last_in=record.last_in,
            last_out=max(record.last_out or at, at),
            mark=record.mark,
        )
    return Record(
        first_in=min(record.first_in or at, at),
        last_in=max(record.last_in or at, at),
        last_out=record.last_out,
        mark=record.mark,
    )


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
    item: _Item, stored: dict[str, Stored], schedule: Schedule, caller: Caller
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
        "name": _opened("people.name", bytes(known.name)),
        "agency": _opened("people.agency", bytes(known.agency)) if known.agency else "",
    }


@lru_cache(maxsize=20_000)
def _opened(place: str, sealed: bytes) -> str:
    """Open a sealed text once per process: at the door the same people come again."""
    return keys.ring().open(place, sealed).decode()
