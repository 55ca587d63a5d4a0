"""Segments, their versions, and the windows in which they take check-ins.

Source of the rules: product.md, "Attending".
"""

from bisect import bisect_right
from dataclasses import dataclass, field, fields
from datetime import date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

DAY_MINUTES = 24 * 60


@dataclass(frozen=True)
class Policy:
    """An offering's settings; minutes are whole minutes, months those of a calendar."""

    check_in_opens_minutes: int = 30
    first_check_in_opens_minutes: int = 60
    on_time_minutes: int = 10
    late_minutes: int = 20
    check_out_grace_minutes: int = 30
    left_early_minutes: int = 10
    evaluation_opens_minutes: int = 20
    evaluation_closes_days: int = 7
    make_up_months: int = 12
    retention_years: int = 7

    @cached_property
    def on_time(self) -> timedelta:
        """How long after the start a check-in is on time."""
        return timedelta(minutes=self.on_time_minutes)

    @cached_property
    def late(self) -> timedelta:
        """How long after the start a check-in is late and counts."""
        return timedelta(minutes=self.late_minutes)

    def problems(self) -> dict[str, str]:
        """Say which settings make no sense, each with what to mend."""
        found = {
            each.name: "must be a whole number from 0 to 10000"
            for each in fields(self)
            if type(getattr(self, each.name)) is not int
            or not 0 <= getattr(self, each.name) <= 10_000
        }
        if not found and self.late_minutes < self.on_time_minutes:
            found["late_minutes"] = "must not be less than on_time_minutes"
        return found


@dataclass(frozen=True)
class Plan:
    """A segment's planned times and room, in force from `valid_from` on."""

    valid_from: datetime
    starts_at: datetime
    ends_at: datetime
    room: str = ""


@dataclass(frozen=True)
class SegmentPlan:
    """A segment as rules see it. `plans` are all its versions, oldest first."""

    id: int
    number: int
    title: str
    plans: tuple[Plan, ...]
    is_required: bool = True
    needs_check_out: bool = False
    credit_minutes: int = 0
    delivered_starts_at: datetime | None = None
    delivered_ends_at: datetime | None = None
    on_time_until: datetime | None = None
    cancelled_at: datetime | None = None

    @property
    def starts_at(self) -> datetime:
        """When it starts: as delivered where known, else as planned now."""
        return self.delivered_starts_at or self.plans[-1].starts_at

    @property
    def ends_at(self) -> datetime:
        """When it ends: as delivered where known, else as planned now."""
        return self.delivered_ends_at or self.plans[-1].ends_at

    @property
    def room(self) -> str:
        """Where it is held, as planned now."""
        return self.plans[-1].room

    @property
    def counts(self) -> bool:
        """Whether full attendance asks for it: required, and not cancelled."""
        return self.is_required and self.cancelled_at is None

    def plan_at(self, moment: datetime) -> Plan:
        """Return the plan that was in force at `moment`.

        A check-in made before a segment was moved is judged by the segment it
        was made for (trust.md, I6).
        """
        if len(self.plans) == 1:  # nearly always, and asked for everybody on a board
            return self.plans[0]
        place = bisect_right(self.plans, moment, key=lambda plan: plan.valid_from)
        return self.plans[max(place - 1, 0)]

    def starts_for(self, moment: datetime) -> datetime:
        """Return the start by which a check-in at `moment` is judged."""
        return self.delivered_starts_at or self.plan_at(moment).starts_at


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
        """The moments at which any plan came into force or fell, in order."""
        moments = {
            plan.valid_from for segment in self.segments for plan in segment.plans
        }
        cancelled = {
            s.cancelled_at for s in self.segments if s.cancelled_at is not None
        }
        return sorted(moments | cancelled)

    @cached_property
    def _windows(self) -> dict[int, dict[int, Window]]:
        return {}

    def windows_at(self, moment: datetime) -> dict[int, Window]:
        """Return the windows by segment number, as the schedule stood at `moment`."""
        epoch = bisect_right(self._changes, moment)
        if epoch not in self._windows:
            stood_at = self._changes[epoch - 1] if epoch else moment
            self._windows[epoch] = check_in_windows(self, stood_at)
        return self._windows[epoch]

    def local_day(self, moment: datetime) -> date:
        """Return the calendar day of `moment` where the offering is held."""
        return moment.astimezone(self.zone).date()

    @cached_property
    def ends_at(self) -> datetime | None:
        """When the last required segment ends, as delivered; None without segments."""
        ends = [segment.ends_at for segment in self.required or self.held]
        return max(ends, default=None)


def check_in_windows(schedule: Schedule, stood_at: datetime) -> dict[int, Window]:
    """Work out every segment's check-in window as the plan stood at a moment.

    A segment takes check-ins from 30 minutes before its start (the first of a
    day: 60; both are policy), but not before the previous segment has ended, to
    its end. Segments that overlap (other rooms) do not hold each other back.
    """
    plans = [
        (segment, segment.plan_at(stood_at))
        for segment in schedule.segments
        if segment.cancelled_at is None or segment.cancelled_at > stood_at
    ]
    return {
        segment.number: _window(schedule, segment, plan, [other for _, other in plans])
        for segment, plan in plans
    }


def _window(
    schedule: Schedule, segment: SegmentPlan, plan: Plan, plans: list[Plan]
) -> Window:
    day = schedule.local_day(plan.starts_at)
    is_first = not any(
        other.starts_at < plan.starts_at and schedule.local_day(other.starts_at) == day
        for other in plans
    )
    policy = schedule.policy
    lead = (
        policy.first_check_in_opens_minutes
        if is_first
        else policy.check_in_opens_minutes
    )
    opens_at = plan.starts_at - timedelta(minutes=lead)
    earlier = [other.ends_at for other in plans if other.ends_at <= plan.starts_at]
    return Window(segment, max([opens_at, *earlier]), plan.ends_at)
