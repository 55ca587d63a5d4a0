"""Attendance from scans and corrections: a pure function of the set of facts.

Any order, repetition or split of the facts gives the same result; so does any
process that derives it anew (product.md "Attending"; trust.md I3).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from tracker.domain.scans import Direction
from tracker.domain.schedule import Policy, Schedule, SegmentPlan, whole_minutes


class CorrectionKind(StrEnum):
    """What a correction does to attendance."""

    CHECK_IN = "check_in"
    CHECK_OUT = "check_out"
    VOID = "void"
    EXCUSE = "excuse"
    MAKE_UP = "make_up"
    TAUGHT = "taught"


DIRECTION_OF = {
    CorrectionKind.CHECK_IN: Direction.IN,
    CorrectionKind.CHECK_OUT: Direction.OUT,
}


class Mark(StrEnum):
    """What staff noted beside the times; ordered by what it is worth."""

    MADE_UP = "made_up"
    TAUGHT = "taught"
    EXCUSED = "excused"


MARK_OF = {
    CorrectionKind.MAKE_UP: Mark.MADE_UP,
    CorrectionKind.TAUGHT: Mark.TAUGHT,
    CorrectionKind.EXCUSE: Mark.EXCUSED,
}


class Status(StrEnum):
    """How one enrollment stands at one segment; derived when read, never stored."""

    PRESENT = "present"
    LATE = "late"
    PARTIAL = "partial"
    EXCUSED = "excused"
    MADE_UP = "made_up"
    TAUGHT = "taught"
    ABSENT = "absent"
    EXPECTED = "expected"
    UPCOMING = "upcoming"


# What full attendance accepts. Excused alone never completes (product.md).
COMPLETE = frozenset({Status.PRESENT, Status.LATE, Status.MADE_UP, Status.TAUGHT})
TIMED = frozenset({Status.PRESENT, Status.LATE, Status.PARTIAL})
NO_TIME = timedelta(0)
WORTH = {Mark.MADE_UP: Status.MADE_UP, Mark.TAUGHT: Status.TAUGHT}


@dataclass(frozen=True)
class ScanFact:
    """A scan that counts: accepted and duplicate count alike."""

    uid: str
    direction: Direction
    at: datetime


@dataclass(frozen=True)
class CorrectionFact:
    """A correction; `voids` names the fact it takes out ("scan:…", "correction:…")."""

    id: str
    kind: CorrectionKind
    at: datetime | None = None
    voids: str | None = None


@dataclass(frozen=True)
class Record:
    """What holds for one enrollment at one segment; the row of `attendance`.

    `in_count` counts valid check-ins; the sources name the facts that
    `first_in` and `mark` rest on.
    """

    in_count: int = 0
    first_in: datetime | None = None
    first_source: str | None = None
    last_in: datetime | None = None
    last_out: datetime | None = None
    mark: Mark | None = None
    mark_source: str | None = None


NOTHING = Record()


def voided_sources(corrections: Iterable[CorrectionFact]) -> frozenset[str]:
    """Return the facts that a void takes out; a void that is itself voided does not.

    Voids name earlier facts only, so following them ends.
    """
    voids: dict[str, list[CorrectionFact]] = {}
    for each in corrections:
        if each.kind is CorrectionKind.VOID and each.voids:
            voids.setdefault(each.voids, []).append(each)

    def is_voided(source: str) -> bool:
        return any(
            not is_voided(f"correction:{void.id}") for void in voids.get(source, ())
        )

    return frozenset(source for source in voids if is_voided(source))


def derive(
    scans: Iterable[ScanFact], corrections: Iterable[CorrectionFact]
) -> Record | None:
    """Derive attendance at one segment; None where no valid fact is left.

    The earliest valid "in" and the latest valid "out" win. Facts may come in
    any order and any number of times.
    """
    corrections = list(corrections)
    voided = voided_sources(corrections)
    seen = {(f"scan:{scan.uid}", scan.direction, scan.at) for scan in scans}
    seen |= {
        (f"correction:{each.id}", DIRECTION_OF[each.kind], each.at)
        for each in corrections
        if each.kind in DIRECTION_OF and each.at is not None
    }
    times = [(at, source, way) for source, way, at in seen if source not in voided]
    marks = [
        (list(Mark).index(MARK_OF[each.kind]), f"correction:{each.id}")
        for each in corrections
        if each.kind in MARK_OF and f"correction:{each.id}" not in voided
    ]
    return _record(
        sorted((at, source) for at, source, way in times if way is Direction.IN),
        sorted((at, source) for at, source, way in times if way is Direction.OUT),
        sorted(marks),
    )


def _record(
    ins: list[tuple[datetime, str]],
    outs: list[tuple[datetime, str]],
    marks: list[tuple[int, str]],
) -> Record | None:
    if not (ins or outs or marks):
        return None
    return Record(
        in_count=len(ins),
        first_in=ins[0][0] if ins else None,
        first_source=ins[0][1] if ins else None,
        last_in=ins[-1][0] if ins else None,
        last_out=outs[-1][0] if outs else None,
        mark=list(Mark)[marks[0][0]] if marks else None,
        mark_source=marks[0][1] if marks else None,
    )


def judge_status(
    segment: SegmentPlan,
    record: Record | None,
    policy: Policy,
    opens_at: datetime,
    now: datetime,
) -> Status:
    """Derive the status at one segment from times, marks and policy.

    In by start + 10 minutes is on time, by + 20 late and counted, after that
    partial and not counted; a queue at the door moves the first limit. Leaving
    early matters only where check-out is required.
    """
    record = record or NOTHING
    timed = _judge_times(segment, record, policy, now) if record.first_in else None
    if timed in COMPLETE:
        return timed
    if record.mark:
        return WORTH.get(record.mark, Status.EXCUSED)
    if timed:
        return timed
    if now >= segment.ends_at:
        return Status.ABSENT
    return Status.EXPECTED if now >= opens_at else Status.UPCOMING


def _judge_times(
    segment: SegmentPlan, record: Record, policy: Policy, now: datetime
) -> Status:
    assert record.first_in is not None  # noqa: S101 - the caller asked
    if left_early(segment, record, policy, now):
        return Status.PARTIAL
    if not is_after_limit(segment, record, policy):
        return Status.PRESENT
    limit = segment.starts_for(record.first_in) + policy.late
    return Status.LATE if record.first_in <= limit else Status.PARTIAL


def left_early(
    segment: SegmentPlan, record: Record, policy: Policy, now: datetime
) -> bool:
    """Say whether somebody left before the end, where check-out is required.

    Only a last "out" after the last "in" is leaving. Once check-out has closed,
    a missing one counts as leaving too: nobody knows how long they stayed.
    """
    if not segment.needs_check_out or record.last_in is None:
        return False
    if record.last_out is not None and record.last_out > record.last_in:
        left_at = segment.stays_until(record.last_out) - policy.left_early
        return record.last_out < left_at
    return now >= segment.ends_at + policy.check_out_grace


def attended_minutes(
    segment: SegmentPlan,
    record: Record | None,
    status: Status,
    policy: Policy,
    now: datetime,
) -> int:
    """Return the minutes of credit earned at one segment, never more than it carries.

    On time earns all; coming late and leaving early cost the minutes missed,
    against the schedule as delivered; coming back is as not having left; a made-up
    segment adds no live credit (product.md; docs/decisions/0005 and 0011).
    """
    if status is Status.TAUGHT:
        return segment.carried_minutes
    if status not in TIMED or record is None or record.first_in is None:
        return 0
    missed = _came_late(segment, record, policy)
    if segment.needs_check_out:
        missed += _left(segment, record, policy, now)
    return max(segment.carried_minutes - whole_minutes(missed), 0)


def _came_late(segment: SegmentPlan, record: Record, policy: Policy) -> timedelta:
    if record.first_in is None or not is_after_limit(segment, record, policy):
        return NO_TIME
    return max(record.first_in - segment.starts_for(record.first_in), NO_TIME)


def _left(
    segment: SegmentPlan, record: Record, policy: Policy, now: datetime
) -> timedelta:
    """Return what somebody missed at the end; never checked out, since the last in."""
    if record.last_in is None or not left_early(segment, record, policy, now):
        return NO_TIME
    is_out = record.last_out is not None and record.last_out > record.last_in
    seen_at = record.last_out if is_out and record.last_out else record.last_in
    starts_at = segment.starts_for(record.last_in)
    return max(segment.stays_until(seen_at) - max(seen_at, starts_at), NO_TIME)


def is_after_limit(segment: SegmentPlan, record: Record, policy: Policy) -> bool:
    """Say whether the first check-in came after the limit for being on time."""
    return record.first_in is not None and record.first_in > on_time_limit(
        segment, record.first_in, policy
    )


def on_time_limit(segment: SegmentPlan, first_in: datetime, policy: Policy) -> datetime:
    """Return the last moment on time: start + 10 minutes, or the queue's end."""
    limit = segment.starts_for(first_in) + policy.on_time
    return max(limit, segment.on_time_until) if segment.on_time_until else limit


def is_complete(
    segment: SegmentPlan, record: Record, policy: Policy, now: datetime
) -> bool:
    """Say whether a record completes its segment, as full attendance asks."""
    if record.mark in WORTH:
        return True
    return (
        record.first_in is not None
        and _judge_times(segment, record, policy, now) in COMPLETE
    )


def count_complete(
    schedule: Schedule, records: Mapping[int, Record], now: datetime
) -> int:
    """Count the required segments that records (by segment id) complete."""
    policy, by_id = schedule.policy, schedule.by_id
    return sum(
        is_complete(by_id[segment_id], record, policy, now)
        for segment_id, record in records.items()
        if segment_id in by_id and by_id[segment_id].counts
    )


@dataclass(frozen=True)
class Standing:
    """How one enrollment stands in the whole offering, segment by segment.

    `statuses` and `minutes` go by segment number; `missing` are the required
    segments not complete, whether they can still be attended or not; `lost` are
    those of them that have ended: only a make-up helps there.
    """

    statuses: Mapping[int, Status]
    minutes: Mapping[int, int]
    missing: tuple[int, ...]
    lost: tuple[int, ...]
    attended_count: int
    required_count: int

    @property
    def is_full(self) -> bool:
        """Whether attendance is full: every required segment is complete."""
        return self.required_count > 0 and not self.missing


def standing(
    schedule: Schedule, records: Mapping[int, Record], now: datetime
) -> Standing:
    """Derive how an enrollment stands from its records by segment id."""
    windows = schedule.windows_at(now)
    statuses: dict[int, Status] = {}
    minutes: dict[int, int] = {}
    for segment in schedule.held:
        record = records.get(segment.id)
        opens_at = (
            windows[segment.number].opens_at if segment.number in windows else now
        )
        status = judge_status(segment, record, schedule.policy, opens_at, now)
        statuses[segment.number] = status
        minutes[segment.number] = attended_minutes(
            segment, record, status, schedule.policy, now
        )
    required = [segment.number for segment in schedule.required]
    missing = tuple(number for number in required if statuses[number] not in COMPLETE)
    over = {Status.ABSENT, Status.PARTIAL, Status.EXCUSED}
    return Standing(
        statuses=statuses,
        minutes=minutes,
        missing=missing,
        lost=tuple(number for number in missing if statuses[number] in over),
        attended_count=len(required) - len(missing),
        required_count=len(required),
    )
