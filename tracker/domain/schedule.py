"""An offering's segments with the policy and zone that rule them."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from tracker.domain.plans import Plan, Policy, SegmentPlan, whole_minutes
from tracker.domain.windows import Window, check_in_windows

__all__ = ["Plan", "Policy", "Schedule", "SegmentPlan", "Window", "whole_minutes"]


@dataclass(frozen=True)
class Schedule:
    """An offering's segments with the policy and zone that rule them."""

    segments: tuple[SegmentPlan, ...]
    policy: Policy = field(default_factory=Policy)
    timezone: str = "UTC"

    @cached_property
    def zone(self) -> ZoneInfo:
        """The offering's IANA zone; windows follow its wall time."""
        return ZoneInfo(self.timezone)

    @cached_property
    def by_number(self) -> dict[int, SegmentPlan]:
        """Segments by their lasting number."""
        return {segment.number: segment for segment in self.segments}

    @cached_property
    def by_id(self) -> dict[int, SegmentPlan]:
        """Segments by row id."""
        return {segment.id: segment for segment in self.segments}

    @cached_property
    def held(self) -> tuple[SegmentPlan, ...]:
        """The segments that take place, in the order of their numbers."""
        kept = [segment for segment in self.segments if segment.cancelled_at is None]
        return tuple(sorted(kept, key=lambda segment: segment.number))

    @cached_property
    def required(self) -> tuple[SegmentPlan, ...]:
        """The segments that full attendance asks for."""
        return tuple(segment for segment in self.held if segment.is_required)

    @cached_property
    def _changes(self) -> list[datetime]:
        """The moments at which any plan came into force or fell, or was overtaken."""
        moments = {
            plan.valid_from for segment in self.segments for plan in segment.plans
        }
        others = {
            moment
            for segment in self.segments
            for moment in (segment.cancelled_at, segment.delivery_noted_at)
            if moment is not None
        }
        return sorted(moments | others)

    @cached_property
    def _windows(self) -> dict[int, dict[int, Window]]:
        return {}

    def windows_at(self, moment: datetime) -> dict[int, Window]:
        """Return the windows by segment number, as the schedule stood at `moment`."""
        epoch = bisect_right(self._changes, moment)
        if epoch not in self._windows:
            stood_at = self._changes[epoch - 1] if epoch else moment
            self._windows[epoch] = check_in_windows(
                self.segments, self.policy, self.zone, stood_at
            )
        return self._windows[epoch]

    def windows_before(self, moment: datetime) -> Iterator[dict[int, Window]]:
        """Give the windows as they stood before each change up to `moment`.

        Those are what an offline device may still go by.
        """
        epoch = bisect_right(self._changes, moment)
        for stood_at in self._changes[: max(epoch - 1, 0)]:
            yield self.windows_at(stood_at)

    def local_day(self, moment: datetime) -> date:
        """Return the calendar day of `moment` where the offering is held."""
        return moment.astimezone(self.zone).date()

    @cached_property
    def ends_at(self) -> datetime | None:
        """When the last required segment ends, as delivered; None without segments."""
        ends = [segment.ends_at for segment in self.required or self.held]
        return max(ends, default=None)
