"""What becomes of one scan: its corrected time, its segment, its outcome.

Source: product.md "Attending"; trust.md I3–I5 and "hostile inputs";
interface.md, the scans call.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from tracker.domain.schedule import Schedule, SegmentPlan, Window

# Below this a clock counts as right: the way to the server takes time as well.
CLOCK_TOLERANCE = timedelta(seconds=5)
CLOCK_JUMP = timedelta(minutes=2)


class Direction(StrEnum):
    """Into the room, or out of it."""

    IN = "in"
    OUT = "out"


class Outcome(StrEnum):
    """What became of a scan, judged once, on arrival."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    HELD = "held"
    REFUSED = "refused"


class Reason(StrEnum):
    """Why a scan was refused or held; the closed list of product.md."""

    NOT_A_PASS = "not_a_pass"  # noqa: S105 - a reason, no secret
    UNKNOWN_PASS = "unknown_pass"  # noqa: S105 - likewise
    REVOKED_PASS = "revoked_pass"  # noqa: S105 - likewise
    TOO_EARLY = "too_early"
    CLOSED = "closed"
    MALFORMED = "malformed"
    ID_CONFLICT = "id_conflict"
    CLOCK_UNSURE = "clock_unsure"
    SEGMENT_CHANGED = "segment_changed"
    SEGMENT_UNCLEAR = "segment_unclear"
    SHARED_DEVICE = "shared_device"
    NOT_ENROLLED_NOW = "not_enrolled_now"
    NOT_IN_ROSTER = "not_in_roster"
    DEVICE_REVOKED = "device_revoked"


HELD_REASONS = frozenset(
    {
        Reason.CLOCK_UNSURE,
        Reason.SEGMENT_CHANGED,
        Reason.SEGMENT_UNCLEAR,
        Reason.SHARED_DEVICE,
        Reason.NOT_ENROLLED_NOW,
        Reason.NOT_IN_ROSTER,
        Reason.DEVICE_REVOKED,
    }
)


@dataclass(frozen=True)
class Judgement:
    """The segment a scan belongs to, and why it does not count (None: it does)."""

    segment: SegmentPlan | None
    reason: Reason | None


def outcome_of(reason: Reason) -> Outcome:
    """Say whether a reason holds a scan for a person to decide, or refuses it."""
    return Outcome.HELD if reason in HELD_REASONS else Outcome.REFUSED


def correct_clock(
    scanned_at: datetime,
    *,
    sent_at: datetime | None,
    received_at: datetime,
    measured_offset: timedelta | None = None,
) -> tuple[datetime, bool]:
    """Move a device's time by how wrong its clock is; say whether to trust it.

    The offset is the server's clock minus the device's at sending. A constant
    error, of hours even, is corrected. A clock that moved by more than two
    minutes between its last measurement and sending, or a corrected time in the
    future, cannot be trusted: such a scan is held as `clock_unsure`.

    Returns:
        The moment on the server's clock, and whether it is sure.
    """
    offset = received_at - sent_at if sent_at is not None else timedelta(0)
    has_jumped = (
        measured_offset is not None and abs(measured_offset - offset) > CLOCK_JUMP
    )
    if abs(offset) <= CLOCK_TOLERANCE:
        offset = timedelta(0)
    corrected = scanned_at + offset
    is_future = corrected > received_at + CLOCK_TOLERANCE
    return corrected, not (has_jumped or is_future)


def judge(
    schedule: Schedule,
    moment: datetime,
    *,
    number: int | None = None,
    room: str = "",
    direction: Direction = Direction.IN,
) -> Judgement:
    """Find the segment that a scan at `moment` belongs to, and whether it counts.

    `number` is the segment that the device named, if it did; `room` is the
    device's, and decides where two segments are open.
    """
    if number is None:
        return _judge_by_time(schedule, moment, room=room, direction=direction)
    segment = schedule.by_number.get(number)
    if segment is None:
        return Judgement(None, Reason.MALFORMED)
    window = schedule.windows_at(moment).get(number)
    if window is None:
        return Judgement(segment, Reason.SEGMENT_CHANGED)
    if _takes(schedule, window, moment, direction):
        return Judgement(segment, None)
    if _took_before_a_change(schedule, segment, moment, direction):
        return Judgement(segment, Reason.SEGMENT_CHANGED)
    return Judgement(segment, _missed(window, moment))


def _judge_by_time(
    schedule: Schedule, moment: datetime, *, room: str, direction: Direction
) -> Judgement:
    windows = list(schedule.windows_at(moment).values())
    taking = [each for each in windows if _takes(schedule, each, moment, direction)]
    if direction is Direction.OUT and len(taking) > 1:
        begun = [
            each for each in taking if each.segment.plan_at(moment).starts_at <= moment
        ]
        taking = begun or taking
    if len(taking) > 1:
        here = room.strip().casefold()
        matching = [
            each for each in taking if each.segment.room.strip().casefold() == here
        ]
        taking = matching if here and len(matching) == 1 else taking
    if len(taking) == 1:
        return Judgement(taking[0].segment, None)
    if taking:
        return Judgement(None, Reason.SEGMENT_UNCLEAR)
    to_come = any(window.opens_at > moment for window in windows)
    return Judgement(None, Reason.TOO_EARLY if to_come else Reason.CLOSED)


def _takes(
    schedule: Schedule, window: Window, moment: datetime, direction: Direction
) -> bool:
    """Apply the window; a check-out is taken until 30 minutes past the end as well."""
    if direction is Direction.IN:
        return window.takes(moment)
    closes_at = window.closes_at + schedule.policy.check_out_grace
    return window.opens_at <= moment < closes_at


def _took_before_a_change(
    schedule: Schedule, segment: SegmentPlan, moment: datetime, direction: Direction
) -> bool:
    """Say whether an earlier schedule, still known to an offline device, took it."""
    return any(
        segment.number in windows
        and _takes(schedule, windows[segment.number], moment, direction)
        for windows in schedule.windows_before(moment)
    )


def _missed(window: Window, moment: datetime) -> Reason:
    return Reason.TOO_EARLY if moment < window.opens_at else Reason.CLOSED
