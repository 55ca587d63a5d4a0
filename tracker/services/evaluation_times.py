"""When an offering takes the answers of each occasion: by policy, or opened by hand."""

from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from tracker.db import db
from tracker.domain import evaluation, occasions
from tracker.domain.occasions import Times
from tracker.domain.schedule import Schedule
from tracker.models import Offering, ResponseBatch
from tracker.models.evaluation import Occasion


def times_of(
    offering: Offering, schedule: Schedule, occasion: Occasion = Occasion.EVALUATION
) -> Times | None:
    """Return when an occasion's answers may be sent; None where they never may.

    A coordinator may have opened it earlier than the policy says, or closed it.
    The evaluation's closing is when its answers are mixed: later ones are taken
    into a late batch.
    """
    first = first_batch(offering, occasion)
    return times_with(offering, schedule, occasion, first)


def times_with(
    offering: Offering,
    schedule: Schedule,
    occasion: Occasion,
    first: ResponseBatch | None,
) -> Times | None:
    """Return an occasion's times, given its first batch: what `times_of` reads."""
    times = _by_policy(offering, schedule, occasion)
    if times is None or first is None:
        return times if occasion is Occasion.EVALUATION else None
    opens_at = min(times.opens_at, first.opened_at or times.opens_at)
    closes_at = min(times.closes_at, first.closed_at or times.closes_at)
    return replace(times, opens_at=opens_at, closes_at=closes_at)


def _by_policy(
    offering: Offering, schedule: Schedule, occasion: Occasion
) -> Times | None:
    if occasion is Occasion.BEFORE:
        return occasions.before_times(schedule)
    if occasion is Occasion.FOLLOW_UP:
        return occasions.follow_up_times(schedule, offering.ends_on)
    return occasions.evaluation_times(schedule, offering.ends_on)


def first_batch(
    offering: Offering, occasion: Occasion = Occasion.EVALUATION
) -> ResponseBatch | None:
    """Return the batch of the occasion's own time; late ones have higher numbers."""
    return db.session.scalar(select_first(offering, occasion))


def select_first(offering: Offering, occasion: Occasion) -> sa.Select[ResponseBatch]:
    """Return the statement that reads an occasion's first batch."""
    return sa.select(ResponseBatch).where(
        ResponseBatch.offering_id == offering.id,
        ResponseBatch.occasion == occasion,
        ResponseBatch.number == 1,
    )


def opens_at(
    offering: Offering, schedule: Schedule, occasion: Occasion = Occasion.EVALUATION
) -> datetime | None:
    """Return from when answers may be sent; None where they never may."""
    times = times_of(offering, schedule, occasion)
    return times.opens_at if times else None


def closes_at(offering: Offering, schedule: Schedule) -> datetime:
    """Return when the answers are mixed by policy; later ones wait in a late batch."""
    return evaluation.sending_closes_at(schedule, offering.ends_on)
