"""An application's way from a draft to a seat, and the settings that rule it.

Source of the rules: product.md, "Applying".
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo


class Status(StrEnum):
    """Where an application stands.

    DRAFT: being written, or a lead named this person and they have not sent it.
    ASKED: the coordinator asked something again. ACCEPTED: a seat is held until
    the person confirms. ENROLLED: confirmed; the pass is there.
    """

    DRAFT = "draft"
    SUBMITTED = "submitted"
    ASKED = "asked"
    WAITLISTED = "waitlisted"
    ACCEPTED = "accepted"
    ENROLLED = "enrolled"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


ENDED = frozenset({Status.DECLINED, Status.WITHDRAWN, Status.LAPSED})
"""Who is here may apply for the same offering anew."""


class Step(StrEnum):
    """What happened to an application."""

    STARTED = "started"
    SUBMITTED = "submitted"
    CHANGED = "changed"
    ASKED = "asked"
    ACCEPTED = "accepted"
    WAITLISTED = "waitlisted"
    DECLINED = "declined"
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


_UNDECIDED = frozenset({Status.SUBMITTED, Status.ASKED, Status.WAITLISTED})
_LIVE = frozenset(Status) - ENDED

_FROM = {
    Step.SUBMITTED: frozenset({Status.DRAFT, Status.ASKED}),
    Step.CHANGED: frozenset({Status.SUBMITTED, Status.ASKED, Status.WAITLISTED}),
    Step.ASKED: _UNDECIDED,
    Step.ACCEPTED: _UNDECIDED,
    Step.WAITLISTED: _UNDECIDED - {Status.WAITLISTED},
    Step.DECLINED: _UNDECIDED,
    Step.CONFIRMED: frozenset({Status.ACCEPTED}),
    Step.WITHDRAWN: _LIVE,
    Step.LAPSED: frozenset({Status.ACCEPTED}),
}

_TO = {
    Step.SUBMITTED: Status.SUBMITTED,
    Step.ASKED: Status.ASKED,
    Step.ACCEPTED: Status.ACCEPTED,
    Step.WAITLISTED: Status.WAITLISTED,
    Step.DECLINED: Status.DECLINED,
    Step.CONFIRMED: Status.ENROLLED,
    Step.WITHDRAWN: Status.WITHDRAWN,
    Step.LAPSED: Status.LAPSED,
}


def may(status: Status, step: Step) -> bool:
    """Say whether a step can be taken from where an application stands."""
    return status in _FROM.get(step, frozenset())


def status_after(status: Status, step: Step) -> Status:
    """Return where a step leads; a change of what was said leaves it where it is."""
    return _TO.get(step, status)


class WaitlistOrder(StrEnum):
    """Who on the waitlist is offered a seat first."""

    APPLIED = "applied"  # who applied first
    LISTED = "listed"  # who was put on the waitlist first


class ReservedFor(StrEnum):
    """What a held-back seat asks of whoever takes it."""

    DISCIPLINE = "discipline"
    AGENCY = "agency"


@dataclass(frozen=True)
class Reservation:
    """Seats held back for one discipline or one agency."""

    kind: ReservedFor
    value: str
    seats: int


@dataclass(frozen=True)
class Admission:
    """How an offering gives its seats away.

    `confirm_days`: how long an accepted person has to confirm; 0: acceptance
    enrolls at once. `overbooking`: seats given beyond the capacity.
    """

    confirm_days: int = 7
    overbooking: int = 0
    waitlist_order: WaitlistOrder = WaitlistOrder.APPLIED
    reservations: tuple[Reservation, ...] = ()


def read_admission(values: Mapping[str, Any]) -> Admission:
    """Return the settings as an offering keeps them; the unsaid is the default."""
    reservations = tuple(
        Reservation(ReservedFor(each["kind"]), each["value"], each["seats"])
        for each in values.get("reservations", ())
    )
    order = WaitlistOrder(values.get("waitlist_order", Admission.waitlist_order))
    numbers = {
        name: values[name] for name in ("confirm_days", "overbooking") if name in values
    }
    return Admission(waitlist_order=order, reservations=reservations, **numbers)


def plain_admission(admission: Admission) -> dict[str, Any]:
    """Return the settings as an offering keeps them, and its file writes them."""
    return asdict(admission) | {
        "waitlist_order": admission.waitlist_order.value,
        "reservations": [
            {"kind": each.kind.value, "value": each.value, "seats": each.seats}
            for each in admission.reservations
        ],
    }


def confirm_deadline(
    now: datetime, days: int, first: date, last: date, zone: ZoneInfo
) -> datetime:
    """Return until when an accepted person may confirm: a day's last minute, there.

    Midnight would be read as the evening after. The day is `days` after today, but
    before the first day, so that an unused seat can still be given away. Somebody
    accepted once that has come may confirm as long as the offering lasts.
    """
    today = now.astimezone(zone).date()
    day = min(today + timedelta(days=days), first - timedelta(days=1))
    if day < today:
        day = last
    return datetime.combine(day, time(23, 59), zone)


def is_owed(
    waitlisted_at: datetime | None,
    freed: Iterable[datetime],
    offered: Iterable[datetime],
) -> bool:
    """Say whether somebody who waits may be offered a seat by itself.

    Each seat that was given back is passed on once, to those who waited then: more
    have to be given back since somebody waits than were passed on since.
    """
    if waitlisted_at is None:
        return False
    given_back = sum(moment >= waitlisted_at for moment in freed)
    return given_back > sum(moment >= waitlisted_at for moment in offered)
