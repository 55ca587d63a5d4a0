"""When segments take check-ins, as it was known at a moment.

Source of the rules: product.md, "Attending".
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tracker.domain.plans import Plan, Policy, SegmentPlan


@dataclass(frozen=True)
class Window:
    """When a segment takes check-ins: from `opens_at` to just before `closes_at`."""

    segment: SegmentPlan
    opens_at: datetime
    closes_at: datetime

    def takes(self, moment: datetime) -> bool:
        """Say whether a check-in at `moment` is within [opens_at, closes_at)."""
        return self.opens_at <= moment < self.closes_at


@dataclass(frozen=True)
class _Block:
    """A segment at one moment: as planned, and as known then."""

    segment: SegmentPlan
    planned: Plan
    known: Plan

    @property
    def place(self) -> str:
        return self.known.room.strip().casefold()


def check_in_windows(
    segments: tuple[SegmentPlan, ...],
    policy: Policy,
    zone: ZoneInfo,
    stood_at: datetime,
) -> dict[int, Window]:
    """Work out every segment's check-in window as it was known at a moment.

    A segment takes check-ins from 30 minutes before its start (the first of a
    day: 60; both are policy), but not before the previous segment has ended, to
    its end. Segments that overlap (other rooms) do not hold each other back.
    Delivered times count from when they were noted on (docs/decisions/0010).
    """
    begun = min((s.plans[0].valid_from for s in segments), default=stood_at)
    blocks = [
        _Block(segment, segment.plan_at(stood_at), segment.known_at(stood_at))
        for segment in segments
        if (segment.cancelled_at is None or segment.cancelled_at > stood_at)
        and (segment.plans[0].valid_from <= stood_at or stood_at < begun)
    ]
    return {
        each.segment.number: Window(
            each.segment, _opens_at(each, blocks, policy, zone), each.known.ends_at
        )
        for each in blocks
    }


def _opens_at(
    block: _Block, blocks: list[_Block], policy: Policy, zone: ZoneInfo
) -> datetime:
    starts_at = block.known.starts_at
    lead = (
        policy.first_check_in_opens_minutes
        if _is_first(block, blocks, zone)
        else policy.check_in_opens_minutes
    )
    ended = [
        # One that overran holds back the next in its room, elsewhere to its start.
        other.known.ends_at
        if other.place == block.place
        else min(other.known.ends_at, starts_at)
        for other in blocks
        if other.planned.ends_at <= block.planned.starts_at
    ]
    return max([starts_at - timedelta(minutes=lead), *ended])


def _is_first(block: _Block, blocks: list[_Block], zone: ZoneInfo) -> bool:
    """Say whether a segment is planned as the first of its day, at the place's time."""
    starts_at = block.planned.starts_at
    day = starts_at.astimezone(zone).date()
    return not any(
        other.planned.starts_at < starts_at
        and other.planned.starts_at.astimezone(zone).date() == day
        for other in blocks
    )
