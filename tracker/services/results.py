"""Results: what is released of an offering's answers, and how it compares.

Nothing is read before an occasion has closed with at least five answers; what may
be shown of the rest, domain/results.py decides.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from tracker.db import db
from tracker.domain.comparisons import (
    Gain,
    Key,
    Pooled,
    knowledge_gains,
    overall_gain,
    pooled,
)
from tracker.domain.results import Results
from tracker.errors import NotFoundError, TooFewError
from tracker.models import Membership, Offering, ResponseBatch, User
from tracker.models.evaluation import FormKind, Occasion
from tracker.services.evaluation_forms import KIND_OF
from tracker.services.released_results import read_released
from tracker.services.result_readers import Reach, reaches_of

EARLIER = 4
"""With how many earlier offerings results are compared, the newest of them."""


@dataclass(frozen=True)
class Column:
    """One offering in a comparison: its figures by question."""

    code: str
    ends_on: date
    figures: Mapping[Key, Pooled]


@dataclass(frozen=True)
class OfferingResults:
    """An occasion's results, as far as somebody may read them.

    `compared` begins with the offering itself; it is empty where there is nothing
    to compare. `gains` hold the knowledge check before against after.
    """

    code: str
    occasion: Occasion
    is_whole: bool
    results: Results
    compared: tuple[Column, ...]
    gains: tuple[Gain, ...]

    @property
    def overall_gain(self) -> Gain | None:
        """All questions of the check together; None where there are none."""
        return overall_gain(self.gains)


def list_occasions(offering: Offering) -> list[Occasion]:
    """List what an offering asks, in the order in which it is asked."""
    found = set(
        db.session.scalars(
            sa.select(ResponseBatch.occasion)
            .where(ResponseBatch.offering_id == offering.id)
            .distinct()
        )
    )
    return [each for each in Occasion if each in found]


def read_results(offering: Offering, occasion: Occasion, user: User) -> OfferingResults:
    """Return what a member of staff may read of an occasion's results.

    The statements are as many for one answer as for thousands.

    Raises:
        NotFoundError: the offering does not ask that, or the user has no part in it.
        TooFewError: it has not closed yet, or fewer than five have answered.
    """
    _refuse_unreleased(offering, occasion)
    earlier = _earlier(offering, user) if occasion is Occasion.EVALUATION else []
    reaches = reaches_of(user, [offering.id, *(each.id for each in earlier)])
    reach = reaches.get(offering.id)
    if reach is None:
        raise NotFoundError
    known = [each for each in earlier if _is_alike(reach, reaches.get(each.id))]
    found = read_released([offering.id, *(each.id for each in known)], occasion)
    results = reach.within(found.pop(offering.id))
    columns = [
        _column(each, reaches[each.id].within(found[each.id]))
        for each in known
        if each.id in found
    ]
    return OfferingResults(
        code=offering.code,
        occasion=occasion,
        is_whole=reach.is_whole,
        results=results,
        compared=_compared(_column(offering, results), columns),
        gains=_gains(offering, occasion) if reach.is_whole else (),
    )


def read_alone(offering: Offering, occasion: Occasion) -> OfferingResults:
    """Return an occasion's results whole, compared with no other offering.

    Whoever calls has seen to it that they may be read.

    Raises:
        NotFoundError: the offering does not ask that.
        TooFewError: it has not closed yet, or fewer than five have answered.
    """
    _refuse_unreleased(offering, occasion)
    return OfferingResults(
        code=offering.code,
        occasion=occasion,
        is_whole=True,
        results=read_released([offering.id], occasion)[offering.id],
        compared=(),
        gains=_gains(offering, occasion),
    )


def _refuse_unreleased(offering: Offering, occasion: Occasion) -> None:
    batches = db.session.execute(
        sa.select(ResponseBatch.is_released, ResponseBatch.closed_at).where(
            ResponseBatch.offering_id == offering.id, ResponseBatch.occasion == occasion
        )
    ).all()
    if not batches:
        raise NotFoundError("This offering does not ask that.")
    if any(is_released for is_released, _ in batches):
        return
    if any(closed_at is None for _, closed_at in batches):
        raise TooFewError(
            "This has not closed yet. Until it has, nobody can read an answer."
        )
    raise TooFewError(
        "Fewer than 5 people have answered. Their answers are withheld for good."
    )


def _earlier(offering: Offering, user: User) -> Sequence[Offering]:
    """Return the course's offerings before this one, the newest first.

    Only those that the user has a role in, and that have released results.
    """
    has_results = sa.exists().where(
        ResponseBatch.offering_id == Offering.id,
        ResponseBatch.occasion == Occasion.EVALUATION,
        ResponseBatch.is_released,
    )
    wanted = sa.select(Offering).where(
        Offering.course_id == offering.course_id,
        Offering.id != offering.id,
        Offering.ends_on <= offering.starts_on,
        has_results,
    )
    if not user.is_admin:
        roles = sa.select(Membership.offering_id).where(Membership.user_id == user.id)
        wanted = wanted.where(Offering.id.in_(roles))
    newest = wanted.order_by(Offering.ends_on.desc(), Offering.code).limit(EARLIER)
    return db.session.scalars(newest).all()


def _is_alike(own: Reach, other: Reach | None) -> bool:
    """Say whether two offerings are read alike: all of both, or one's own parts."""
    return other is not None and own.is_whole == other.is_whole


def _column(offering: Offering, results: Results) -> Column:
    return Column(offering.code, offering.ends_on, pooled(results))


def _compared(own: Column, earlier: Sequence[Column]) -> tuple[Column, ...]:
    """Keep the earlier offerings that asked any of the same questions."""
    same = [each for each in earlier if own.figures.keys() & each.figures.keys()]
    return (own, *same) if same else ()


def _gains(offering: Offering, occasion: Occasion) -> tuple[Gain, ...]:
    if KIND_OF[occasion] is not FormKind.KNOWLEDGE:
        return ()
    before, after = (
        read_released([offering.id], each).get(offering.id)
        for each in (Occasion.BEFORE, Occasion.AFTER)
    )
    return knowledge_gains(before, after) if before and after else ()
