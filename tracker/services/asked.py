"""What one enrollment is asked now and has not answered: the pages' to-do list."""

from datetime import datetime

import sqlalchemy as sa

from tracker.db import db
from tracker.domain.schedule import Schedule
from tracker.models import Enrollment, EvaluationReceipt, ResponseBatch
from tracker.models.enrollment import EnrollmentKind
from tracker.models.evaluation import Occasion
from tracker.services import evaluation_times


def list_due(
    enrollment: Enrollment, schedule: Schedule, *, now: datetime
) -> tuple[Occasion, ...]:
    """Return the occasions that can be answered now and were not, in their order.

    An evaluation stays due after its closing: late answers are taken. Two queries.
    """
    if enrollment.kind is not EnrollmentKind.PARTICIPANT:
        return ()
    answered = db.session.scalars(
        sa.select(EvaluationReceipt.occasion).where(
            EvaluationReceipt.enrollment_id == enrollment.id
        )
    ).all()
    batches = db.session.scalars(
        sa.select(ResponseBatch).where(
            ResponseBatch.offering_id == enrollment.offering_id,
            ResponseBatch.number == 1,
        )
    )
    firsts = {batch.occasion: batch for batch in batches}
    return tuple(
        occasion
        for occasion in Occasion
        if occasion not in answered
        and _is_open(enrollment, schedule, occasion, firsts.get(occasion), now)
    )


def _is_open(
    enrollment: Enrollment,
    schedule: Schedule,
    occasion: Occasion,
    first: ResponseBatch | None,
    now: datetime,
) -> bool:
    times = evaluation_times.times_with(enrollment.offering, schedule, occasion, first)
    if times is None:
        return False
    if occasion is Occasion.EVALUATION:
        return times.opens_at <= now
    return times.is_open(now)
