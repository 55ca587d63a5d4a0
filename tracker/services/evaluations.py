"""Answering: laying a form out, and sending it once, anonymously.

A receipt says that an enrollment has answered; the answers are sealed apart from
it. Nothing here writes a time, a log line or an audit entry, and nothing counts
where somebody could watch the count (trust.md, Evaluation). An offering asks at
four occasions, each with a form and times of its own.
"""

import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from tracker.db import db, insert_into
from tracker.domain import evaluation
from tracker.domain.answers import check_answers
from tracker.domain.evaluation import Form, Part, Subject
from tracker.domain.occasions import Times
from tracker.domain.schedule import Schedule
from tracker.errors import ConflictError, ForbiddenError, InvalidError
from tracker.models import (
    Enrollment,
    EvaluationReceipt,
    Instructor,
    Offering,
    SealedResponse,
    Segment,
    SegmentInstructor,
)
from tracker.models.enrollment import EnrollmentKind
from tracker.models.evaluation import Occasion
from tracker.services import batches, schedules, sealing
from tracker.services.evaluation_forms import (
    KIND_OF,
    default_form,
    find_form,
    form_of,
    is_frozen,
    set_form,
)
from tracker.services.evaluation_times import closes_at, opens_at, times_of

__all__ = [
    "KIND_OF",
    "closes_at",
    "count_receipts",
    "default_form",
    "find_form",
    "form_of",
    "has_receipt",
    "is_frozen",
    "laid_out",
    "lay_out",
    "opens_at",
    "set_form",
    "submit",
    "times_of",
    "written",
]


def count_receipts(offering: Offering, occasion: Occasion = Occasion.EVALUATION) -> int:
    """Count who has answered; never shown while people are still typing."""
    wanted = (
        sa.select(sa.func.count())
        .select_from(EvaluationReceipt)
        .join(Enrollment, Enrollment.id == EvaluationReceipt.enrollment_id)
        .where(
            Enrollment.offering_id == offering.id,
            EvaluationReceipt.occasion == occasion,
        )
    )
    return db.session.scalar(wanted) or 0


def has_receipt(
    enrollment: Enrollment, occasion: Occasion = Occasion.EVALUATION
) -> bool:
    """Say whether this enrollment has answered."""
    return db.session.get(EvaluationReceipt, (enrollment.id, occasion)) is not None


def laid_out(
    offering: Offering,
    schedule: Schedule | None = None,
    occasion: Occasion = Occasion.EVALUATION,
) -> tuple[Part, ...]:
    """Lay an occasion's newest form out over the offering.

    Raises:
        NotFoundError: the offering has no form for it.
    """
    _, form = form_of(offering, KIND_OF[occasion])
    return lay_out(form, offering, schedule or schedules.schedule_of(offering))


def lay_out(form: Form, offering: Offering, schedule: Schedule) -> tuple[Part, ...]:
    """Lay a form out over the offering's segments and instructors.

    Cancelled segments are left out. An instructor's part opens when the last of
    the own segments has ended.
    """
    segments = [
        Subject(str(each.number), f"{each.number}. {each.title}", each.ends_at)
        for each in schedule.held
    ]
    return evaluation.parts(form, segments, _instructors(offering, schedule))


def _instructors(offering: Offering, schedule: Schedule) -> list[Subject]:
    ends = {segment.id: segment.ends_at for segment in schedule.held}
    last: dict[int, datetime] = {}
    links = db.session.execute(
        sa.select(SegmentInstructor.instructor_id, SegmentInstructor.segment_id)
        .join(Segment, Segment.id == SegmentInstructor.segment_id)
        .where(Segment.offering_id == offering.id)
    )
    for instructor_id, segment_id in links:
        if segment_id in ends:
            end = ends[segment_id]
            last[instructor_id] = max(end, last.get(instructor_id, end))
    rows = db.session.scalars(
        sa.select(Instructor)
        .where(Instructor.offering_id == offering.id)
        .order_by(Instructor.position)
    )
    return [Subject(row.public_id, row.name, last.get(row.id)) for row in rows]


def submit(
    enrollment: Enrollment,
    sent: Mapping[str, Sequence[str]],
    *,
    occasion: Occasion = Occasion.EVALUATION,
    now: datetime,
) -> bool:
    """Take an enrollment's answers, once; False where it had answered before.

    The receipt's primary key decides which of two simultaneous taps counts; the
    answers are stored only by the one that made the receipt. An evaluation that
    is sent after the closing is taken too, into a late batch. `sent` maps field
    names to the values of the form post.

    Raises:
        ForbiddenError: an observer's or guest's enrollment.
        ConflictError: it cannot be sent now, or the offering does not ask it.
        InvalidError: something must be mended; nothing is stored.
    """
    if has_receipt(enrollment, occasion):
        return False
    if enrollment.kind is not EnrollmentKind.PARTICIPANT:
        raise ForbiddenError("This is for participants.")
    offering = enrollment.offering
    form = find_form(offering, KIND_OF[occasion])
    if form is None:
        raise ConflictError("This offering does not ask that.")
    schedule = schedules.schedule_of(offering)
    _refuse_untimely(times_of(offering, schedule, occasion), occasion, now)
    answers, errors = check_answers(laid_out(offering, schedule, occasion), sent)
    if errors:
        raise InvalidError("Some answers need another look. Nothing was sent.", errors)
    plain = written(form.version, answers)
    if not _add_receipt(enrollment, occasion):
        return False
    _seal(plain, offering, occasion)
    return True


def _refuse_untimely(times: Times | None, occasion: Occasion, now: datetime) -> None:
    if times is None or now < times.opens_at:
        raise ConflictError("This cannot be sent yet. The page says from when.")
    if occasion is not Occasion.EVALUATION and now >= times.closes_at:
        raise ConflictError("This has closed. Nothing more is taken.")


def _seal(plain: bytes, offering: Offering, occasion: Occasion) -> None:
    batch = batches.receiving(offering, occasion)
    db.session.add(
        SealedResponse(
            random_id=secrets.token_bytes(16),
            batch_id=batch.id,
            sealed=sealing.seal(plain, batch.public_key, offering.code),
        )
    )
    db.session.flush()


def written(version: int, answers: Mapping[str, Any]) -> bytes:
    """Write answers as they are sealed: nothing in them says whose they are.

    Raises:
        InvalidError: they do not fit into the space that every response has.
    """
    text = json.dumps(
        {"form": version, "answers": answers}, ensure_ascii=False, separators=(",", ":")
    )
    plain = text.encode()
    excess = len(plain) - sealing.ROOM_BYTES
    if excess > 0:
        sentence = f"All texts together are {excess:,} characters too long."
        longest = max(answers, key=lambda field: len(str(answers[field])))
        raise InvalidError(sentence, {longest: sentence})
    return plain


def _add_receipt(enrollment: Enrollment, occasion: Occasion) -> bool:
    """Insert the receipt; False where there is one (of another tap, this instant)."""
    made = db.session.execute(
        insert_into(EvaluationReceipt)
        .values(enrollment_id=enrollment.id, occasion=occasion)
        .on_conflict_do_nothing()
        .returning(EvaluationReceipt.enrollment_id)
    )
    return made.scalar() is not None
