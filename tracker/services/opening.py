"""What an offering asks, when, and opening it before its time."""

from dataclasses import dataclass
from datetime import datetime

from tracker.errors import ConflictError, NotFoundError
from tracker.models import Offering, ResponseBatch
from tracker.models.evaluation import Occasion
from tracker.services import audit, evaluation_times, schedules
from tracker.services.audit import Actor


@dataclass(frozen=True)
class Asked:
    """One occasion as a coordinator sees it; where it may be opened, it is shut."""

    occasion: Occasion
    opens_at: datetime
    closes_at: datetime
    is_open: bool
    may_open: bool
    reminded_at: datetime | None


def list_asked(offering: Offering, *, now: datetime) -> list[Asked]:
    """Return what an offering asks, in the order of the occasions."""
    schedule = schedules.schedule_of(offering)
    found = []
    for occasion in Occasion:
        first = evaluation_times.first_batch(offering, occasion)
        times = evaluation_times.times_with(offering, schedule, occasion, first)
        if first is None or times is None:
            continue
        found.append(
            Asked(
                occasion=occasion,
                opens_at=times.opens_at,
                closes_at=times.closes_at,
                is_open=times.is_open(now),
                may_open=now < times.opens_at,
                reminded_at=first.reminded_at,
            )
        )
    return found


def get_asked(offering: Offering, occasion: Occasion, *, now: datetime) -> Asked:
    """Return one occasion.

    Raises:
        NotFoundError: the offering does not ask that.
    """
    for each in list_asked(offering, now=now):
        if each.occasion is occasion:
            return each
    raise NotFoundError


def open_early(
    offering: Offering, occasion: Occasion, *, actor: Actor, now: datetime
) -> ResponseBatch:
    """Take answers from now on, before the policy says so; twice is once.

    Raises:
        NotFoundError: the offering does not ask that.
        ConflictError: it has closed.
    """
    asked = get_asked(offering, occasion, now=now)
    first = evaluation_times.first_batch(offering, occasion)
    assert first is not None  # noqa: S101 - what is asked has one
    if now >= asked.closes_at:
        raise ConflictError("This has closed. It cannot be opened again.")
    if asked.may_open:
        first.opened_at = now
        details = {"occasion": occasion.value}
        audit.record(actor, "evaluation.open", details, offering, now=now)
    return first
