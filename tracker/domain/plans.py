"""A segment as planned and as delivered, and the settings that rule it.

Source of the rules: product.md, "Attending".
"""

from bisect import bisect_right
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import cast


@dataclass(frozen=True)
class Policy:
    """An offering's settings; minutes are whole minutes, months those of a calendar.

    `follow_up_days`: how long after the last day the follow-up is asked; 0: never.
    `headcounts_gate`: certificates wait until headcounts agree or are explained;
    `certificates_need_name`: until the participant has confirmed the printed name.
    `mails_…`: whether the mail of that name is sent by itself (domain/mails.py).
    """

    check_in_opens_minutes: int = 30
    first_check_in_opens_minutes: int = 60
    on_time_minutes: int = 10
    late_minutes: int = 20
    check_out_grace_minutes: int = 30
    left_early_minutes: int = 10
    evaluation_opens_minutes: int = 20
    evaluation_closes_days: int = 7
    follow_up_days: int = 90
    make_up_months: int = 12
    retention_years: int = 7
    headcounts_gate: bool = False
    certificates_need_name: bool = False
    mails_incomplete: bool = True
    mails_day_before: bool = True
    mails_missed_segment: bool = True
    mails_evaluation_open: bool = True
    mails_certificate_ready: bool = True

    @cached_property
    def on_time(self) -> timedelta:
        """How long after the start a check-in is on time."""
        return timedelta(minutes=self.on_time_minutes)

    @cached_property
    def check_out_grace(self) -> timedelta:
        """How long after the end a check-out is still taken."""
        return timedelta(minutes=self.check_out_grace_minutes)

    @cached_property
    def late(self) -> timedelta:
        """How long after the start a check-in is late and counts."""
        return timedelta(minutes=self.late_minutes)

    @cached_property
    def left_early(self) -> timedelta:
        """How much may be missed at the end, or in between, without consequence."""
        return timedelta(minutes=self.left_early_minutes)

    def problems(self) -> dict[str, str]:
        """Say which settings make no sense, each with what to mend."""
        found = {
            each.name: sentence
            for each in fields(self)
            if (sentence := _problem_of(getattr(self, each.name), each.default))
        }
        if not found and self.late_minutes < self.on_time_minutes:
            found["late_minutes"] = "must not be less than on_time_minutes"
        return found


def _problem_of(value: object, default: object) -> str | None:
    """Say why a setting is of the wrong kind or size; None where it is not."""
    if isinstance(default, bool):
        return None if isinstance(value, bool) else "must be true or false"
    is_number = isinstance(value, int) and not isinstance(value, bool)
    if is_number and 0 <= cast("int", value) <= 10_000:
        return None
    return "must be a whole number from 0 to 10000"


@dataclass(frozen=True)
class Plan:
    """A segment's planned times and room, in force from `valid_from` on."""

    valid_from: datetime
    starts_at: datetime
    ends_at: datetime
    room: str = ""


@dataclass(frozen=True)
class SegmentPlan:
    """A segment as rules see it. `plans` are all its versions, oldest first.

    The delivered times say how it was held, and are known since `delivery_noted_at`.
    """

    id: int
    number: int
    title: str
    plans: tuple[Plan, ...]
    is_required: bool = True
    needs_check_out: bool = False
    credit_minutes: int = 0
    credit_category: str = ""
    delivered_starts_at: datetime | None = None
    delivered_ends_at: datetime | None = None
    delivery_noted_at: datetime | None = None
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

    def stays_until(self, moment: datetime) -> datetime:
        """Return the end by which a check-out at `moment` is judged.

        It is the earlier of the planned and the delivered end: an overrun noted
        afterwards takes nothing from who left when it was to end
        (docs/decisions/0010).
        """
        planned = self.plan_at(moment).ends_at
        return min(planned, self.delivered_ends_at or planned)

    def known_at(self, moment: datetime) -> Plan:
        """Return the times and room known at `moment`: as delivered, once noted."""
        plan = self.plan_at(moment)
        if self.delivery_noted_at is None or moment < self.delivery_noted_at:
            return plan
        return replace(
            plan,
            starts_at=self.delivered_starts_at or plan.starts_at,
            ends_at=self.delivered_ends_at or plan.ends_at,
        )

    @cached_property
    def carried_minutes(self) -> int:
        """The credit minutes it carries: less by what it was held shorter than planned.

        Held longer, it carries no more (docs/decisions/0010).
        """
        plan = self.plans[-1]
        cut = (plan.ends_at - plan.starts_at) - (self.ends_at - self.starts_at)
        return max(self.credit_minutes - max(whole_minutes(cut), 0), 0)


def whole_minutes(span: timedelta) -> int:
    """Count minutes; one that has begun counts whole."""
    return -(-span // timedelta(minutes=1))
