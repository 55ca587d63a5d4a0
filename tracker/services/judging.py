"""Judging the scans of one request: the rules of `domain/`, applied in order."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from tracker import keys
from tracker.domain import scans
from tracker.domain.attendance import NOTHING, Record, count_complete, is_after_limit
from tracker.domain.scan_input import ScanInput
from tracker.domain.scans import Direction, Outcome, Reason
from tracker.domain.schedule import Schedule, SegmentPlan
from tracker.services.scan_values import Known, NewScan
from tracker.services.tokens import Caller

UNKNOWN = Known()


@dataclass(slots=True)
class Item:
    """One sent scan on its way: its id, the digest of its content, what is known.

    `fingerprint` is None where no pass was sent, or nothing that could be one.
    """

    sent: ScanInput
    uid: str
    digest: bytes
    fingerprint: bytes | None
    is_conflict: bool = False
    known: Known = UNKNOWN


class Judge:
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

    def judge_all(self, items: Iterable[Item]) -> list[NewScan]:
        """Return the scans to store: those whose id is not stored yet, each once."""
        new: dict[str, NewScan] = {}
        for item in items:
            if item.known.earlier is None and item.uid not in new:
                new[item.uid] = self._judge(item)
        for members in self._counted.values():
            for rank, scan in enumerate(members, start=1):
                scan.added, scan.rank = len(members), rank
        return list(new.values())

    def _judge(self, item: Item) -> NewScan:
        sent, known, caller = item.sent, item.known, self._caller
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
            room=caller.room,
            direction=sent.direction,
        )
        is_sure = is_sure and not caller.has_unsure_clock
        is_ours = known.pass_offering_id == caller.offering_id
        reason = self._reason(item, is_ours, is_sure) or judged.reason
        scan = NewScan(
            uid=item.uid,
            content_digest=item.digest,
            enrollment_id=known.enrollment_id if is_ours else None,
            spare_pass_id=known.spare_pass_id if is_ours else None,
            segment_id=judged.segment.id if judged.segment else None,
            direction=sent.direction,
            device_at=sent.scanned_at,
            scanned_at=moment,
            outcome=scans.outcome_of(reason) if reason else Outcome.ACCEPTED,
            reason=reason,
            is_late=False,
            attended_count=None,
            required_count=None,
            note=_sealed(sent.note),
        )
        if scan.enrollment_id is not None:
            self._count(scan, known, judged.segment)
        return scan

    def _reason(self, item: Item, is_ours: bool, is_sure: bool) -> Reason | None:
        """Say why a scan does not count, whatever its segment; the gravest first.

        A pass with a wrong check symbol has no row, like one of another offering.
        A spare badge's scan counts once that is bound, so its clock must be sure.
        """
        sent, known = item.sent, item.known
        has_pass = sent.pass_text is not None
        checks = (
            (item.is_conflict, Reason.ID_CONFLICT),
            (sent.is_malformed, Reason.MALFORMED),
            (has_pass and item.fingerprint is None, Reason.NOT_A_PASS),
            (has_pass and not is_ours, Reason.UNKNOWN_PASS),
            (known.pass_revoked, Reason.REVOKED_PASS),
            (self._caller.is_revoked, Reason.DEVICE_REVOKED),
            (known.spare_pass_id and not is_sure, Reason.CLOCK_UNSURE),
            (sent.note or known.enrollment_id is None, Reason.NOT_IN_ROSTER),
            (known.withdrawn, Reason.NOT_ENROLLED_NOW),
            (self._caller.is_shared, Reason.SHARED_DEVICE),
            (not is_sure, Reason.CLOCK_UNSURE),
        )
        return next((reason for holds, reason in checks if holds), None)

    def _count(self, scan: NewScan, known: Known, segment: SegmentPlan | None) -> None:
        """Add the scan to what its enrollment has so far, and count that."""
        assert scan.enrollment_id is not None  # noqa: S101 - the caller asked
        records = self._records.setdefault(scan.enrollment_id, dict(known.records))
        if scan.reason is None and segment is not None:
            record = _merged(records.get(segment.id, NOTHING), scan)
            records[segment.id] = record
            scan.is_late = is_after_limit(segment, record, self._schedule.policy)
            if scan.direction is Direction.IN:
                pair = (scan.enrollment_id, segment.id)
                self._counted.setdefault(pair, []).append(scan)
        scan.attended_count = count_complete(self._schedule, records, self._received_at)
        scan.required_count = len(self._schedule.required)


def _sealed(note: str | None) -> bytes | None:
    return keys.ring().seal("scans.note", note.encode()) if note else None


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
