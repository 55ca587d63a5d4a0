"""Mail to those who have not answered: reminders, and the follow-up's invitation.

Who they are, nobody is told but the coordinator; the audit log holds no count,
because counts over time would say who answered when.
"""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from tracker.db import db
from tracker.errors import ConflictError
from tracker.models import Enrollment, EvaluationReceipt, Offering, ResponseBatch
from tracker.models.enrollment import EnrollmentKind
from tracker.models.evaluation import Occasion
from tracker.services import audit, evaluation_times, messages, schedules
from tracker.services.audit import Actor

PAUSE = timedelta(days=1)


def list_silent(offering: Offering, occasion: Occasion) -> list[Enrollment]:
    """Return the participants who have not answered, in no order."""
    answered = sa.select(EvaluationReceipt.enrollment_id).where(
        EvaluationReceipt.occasion == occasion
    )
    wanted = (
        sa.select(Enrollment)
        .where(
            Enrollment.offering_id == offering.id,
            Enrollment.kind == EnrollmentKind.PARTICIPANT,
            Enrollment.withdrawn_at.is_(None),
            Enrollment.id.not_in(answered),
        )
        .options(joinedload(Enrollment.person))
    )
    return list(db.session.scalars(wanted))


def remind(
    offering: Offering, occasion: Occasion, *, actor: Actor, now: datetime
) -> int:
    """Write to everybody who has not answered, and return to how many.

    Raises:
        ConflictError: it is not open, or they were written to within a day.
    """
    batch = _hold(offering, occasion)
    if batch is None or not _is_open(offering, occasion, batch, now):
        raise ConflictError("Only while answers are taken, people can be reminded.")
    if batch.reminded_at is not None and now < batch.reminded_at + PAUSE:
        raise ConflictError("They were written to within the last day. Please wait.")
    count = _write(offering, occasion, batch, is_first=False, now=now)
    audit.record(
        actor, "evaluation.remind", {"occasion": occasion.value}, offering, now=now
    )
    return count


def _hold(offering: Offering, occasion: Occasion) -> ResponseBatch | None:
    """Lock the first batch, so that two at once do not write twice."""
    held = evaluation_times.select_first(offering, occasion).with_for_update()
    return db.session.scalar(held.execution_options(populate_existing=True))


def _is_open(
    offering: Offering, occasion: Occasion, batch: ResponseBatch, now: datetime
) -> bool:
    schedule = schedules.schedule_of(offering)
    times = evaluation_times.times_with(offering, schedule, occasion, batch)
    return times is not None and times.is_open(now)


def _write(
    offering: Offering,
    occasion: Occasion,
    batch: ResponseBatch,
    *,
    is_first: bool,
    now: datetime,
) -> int:
    silent = list_silent(offering, occasion)
    for enrollment in silent:
        messages.queue_questions(enrollment, occasion, is_first=is_first, now=now)
    batch.reminded_at = now
    return len(silent)


def invite_to_follow_ups(*, now: datetime) -> int:
    """Write to the participants of each follow-up that has opened, once."""
    waiting = sa.select(ResponseBatch.offering_id).where(
        ResponseBatch.occasion == Occasion.FOLLOW_UP,
        ResponseBatch.number == 1,
        ResponseBatch.reminded_at.is_(None),
        ResponseBatch.closed_at.is_(None),
    )
    wanted = sa.select(Offering).where(
        Offering.id.in_(waiting), Offering.cancelled_at.is_(None)
    )
    offerings = db.session.scalars(wanted).all()
    return sum(_invite(offering, now) for offering in offerings)


def _invite(offering: Offering, now: datetime) -> int:
    occasion = Occasion.FOLLOW_UP
    batch = _hold(offering, occasion)
    if batch is None or batch.reminded_at is not None:
        return 0
    if not _is_open(offering, occasion, batch, now):
        return 0
    return _write(offering, occasion, batch, is_first=True, now=now)
