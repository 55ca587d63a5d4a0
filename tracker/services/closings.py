"""Which batches of answers are open, closed or due to be closed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from tracker.db import db
from tracker.domain.occasions import Times
from tracker.errors import ConflictError, NotFoundError
from tracker.models import Offering, PaperResponse, ResponseBatch, SealedResponse
from tracker.models.evaluation import Occasion
from tracker.services import evaluation_times, mixing, schedules
from tracker.services.mixing import LEAST

FIRST = 1  # the batch of an occasion's own time; later ones take late answers


@dataclass(frozen=True)
class BatchLine:
    """A batch as staff see it; it does not say how many answers wait in an open one."""

    occasion: Occasion
    number: int
    closed_at: datetime | None
    released: int
    withheld: int

    @property
    def is_late(self) -> bool:
        """Whether it takes what was sent after the first closing."""
        return self.number > FIRST


def list_batches(offering: Offering) -> list[BatchLine]:
    """Return an offering's batches, each occasion's in their order."""
    rows = db.session.scalars(
        sa.select(ResponseBatch)
        .where(ResponseBatch.offering_id == offering.id)
        .order_by(ResponseBatch.number)
    )
    order = list(Occasion)
    return sorted(map(line_of, rows), key=lambda each: order.index(each.occasion))


def line_of(batch: ResponseBatch) -> BatchLine:
    """Say of a batch what staff may know."""
    count = batch.response_count or 0
    released = count if batch.is_released else 0
    return BatchLine(
        batch.occasion, batch.number, batch.closed_at, released, count - released
    )


def get_batch(offering: Offering, occasion: str, number: int) -> ResponseBatch:
    """Return one batch of an offering, by its place in an address.

    Raises:
        NotFoundError: there is none.
    """
    found = db.session.scalar(
        sa.select(ResponseBatch).where(
            ResponseBatch.offering_id == offering.id,
            sa.type_coerce(ResponseBatch.occasion, sa.Text) == occasion,
            ResponseBatch.number == number,
        )
    )
    if found is None:
        raise NotFoundError("This offering has no such answers.")
    return found


def get_closable(
    offering: Offering, occasion: str, number: int, *, now: datetime
) -> ResponseBatch:
    """Return one batch that somebody may close by hand.

    What has not opened yet is not closed by mistake: everybody would answer late, and
    late answers are mixed by five and no more.

    Raises:
        NotFoundError: there is none. ConflictError: it has not opened yet.
    """
    batch = get_batch(offering, occasion, number)
    if batch.closed_at is None and _is_to_come(batch, now):
        raise ConflictError("This has not opened yet, so there is nothing to close.")
    return batch


def _is_to_come(batch: ResponseBatch, now: datetime) -> bool:
    times = _times(batch)
    is_first = batch.number == FIRST and times is not None and now < times.opens_at
    return is_first and not mixing.count_sealed(batch)


def _times(batch: ResponseBatch) -> Times | None:
    schedule = schedules.schedule_of(batch.offering)
    return evaluation_times.times_of(batch.offering, schedule, batch.occasion)


def find_due(*, now: datetime) -> list[int]:
    """Return the ids of the batches that close by themselves now.

    The first of an occasion closes when its time is over (the evaluation's: seven
    days, by policy, after the offering), a late one as soon as it holds five. One
    into which papers are being typed waits until they are stored or discarded.
    """
    return sorted({*_first_due(now), *_late_due()})


def _first_due(now: datetime) -> Iterator[int]:
    # No zone is more than a day ahead; what ends later closes later still.
    rows = db.session.scalars(
        _open()
        .join(Offering, Offering.id == ResponseBatch.offering_id)
        .where(ResponseBatch.number == FIRST)
        .where(Offering.starts_on <= now.date() + timedelta(days=1))
    ).all()
    for batch in rows:
        times = _times(batch)
        if times is not None and now >= times.closes_at:
            yield batch.id


def _late_due() -> set[int]:
    full = (
        sa.select(SealedResponse.batch_id)
        .group_by(SealedResponse.batch_id)
        .having(sa.func.count() >= LEAST)
    )
    rows = db.session.scalars(
        _open().where(ResponseBatch.number > FIRST, ResponseBatch.id.in_(full))
    )
    return {each.id for each in rows}


def _open() -> sa.Select[ResponseBatch]:
    typing = sa.exists().where(PaperResponse.batch_id == ResponseBatch.id)
    return sa.select(ResponseBatch).where(ResponseBatch.closed_at.is_(None), ~typing)
