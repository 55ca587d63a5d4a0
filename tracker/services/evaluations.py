"""Evaluations: the form, when it opens, and sending it once, anonymously.

A receipt says that an enrollment has answered; the answers are sealed apart from
it. Nothing here writes a time, a log line or an audit entry, and nothing counts
where somebody could watch the count (trust.md, Evaluation).
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
from tracker.domain.evaluation_default import DEFAULT_FORM
from tracker.domain.evaluation_definition import form_from_json, form_to_json
from tracker.domain.schedule import Schedule
from tracker.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from tracker.models import (
    Enrollment,
    EvaluationForm,
    EvaluationReceipt,
    Instructor,
    Offering,
    SealedResponse,
    Segment,
    SegmentInstructor,
)
from tracker.models.enrollment import EnrollmentKind
from tracker.models.evaluation import HAS_EVALUATED, FormKind, Occasion
from tracker.services import batches, schedules, sealing


def default_form() -> dict[str, Any]:
    """Return the form that an offering gets where none is given."""
    return form_to_json(DEFAULT_FORM)


def set_form(offering: Offering, definition: Any) -> EvaluationForm:
    """Give an offering its evaluation form.

    A form that has responses is frozen (product.md): another definition then
    becomes a new version; until then it replaces the version in place. The same
    definition again changes nothing.

    Raises:
        InvalidError: the definition is wrong; the pointer says where.
    """
    try:
        wanted = form_to_json(form_from_json(definition))
    except ValueError as problem:
        place, _, sentence = str(problem).partition(": ")
        raise InvalidError(f"The form: {problem}", {place: sentence}) from problem
    row = _find_form(offering)
    if row is None:
        return _add_form(offering, 1, wanted)
    if row.definition == wanted:
        return row
    if count_receipts(offering):
        return _add_form(offering, row.version + 1, wanted)
    row.definition = wanted
    return row


def _find_form(offering: Offering) -> EvaluationForm | None:
    return db.session.scalar(
        sa.select(EvaluationForm)
        .where(
            EvaluationForm.offering_id == offering.id,
            EvaluationForm.kind == FormKind.EVALUATION,
        )
        .order_by(EvaluationForm.version.desc())
        .limit(1)
    )


def _add_form(
    offering: Offering, version: int, definition: dict[str, Any]
) -> EvaluationForm:
    row = EvaluationForm(
        offering_id=offering.id, version=version, definition=definition
    )
    db.session.add(row)
    db.session.flush()
    return row


def form_of(offering: Offering) -> tuple[EvaluationForm, Form]:
    """Return an offering's newest form, as row and as value.

    Raises:
        NotFoundError: the offering has none.
    """
    row = _find_form(offering)
    if row is None:
        raise NotFoundError("This offering has no evaluation.")
    return row, form_from_json(row.definition)


def count_receipts(offering: Offering) -> int:
    """Count who has answered; never shown while people are still typing."""
    wanted = sa.select(sa.func.count()).select_from(EvaluationReceipt)
    own = wanted.join(Enrollment, Enrollment.id == EvaluationReceipt.enrollment_id)
    return (
        db.session.scalar(
            own.where(Enrollment.offering_id == offering.id, HAS_EVALUATED)
        )
        or 0
    )


def has_receipt(enrollment: Enrollment) -> bool:
    """Say whether this enrollment has answered."""
    return (
        db.session.get(EvaluationReceipt, (enrollment.id, Occasion.EVALUATION))
        is not None
    )


def opens_at(_offering: Offering, schedule: Schedule) -> datetime | None:
    """Return from when answers may be sent; None where nothing is scheduled."""
    return evaluation.sending_opens_at(schedule)


def closes_at(offering: Offering, schedule: Schedule) -> datetime:
    """Return the moment from which answers are no longer taken."""
    return evaluation.sending_closes_at(schedule, offering.ends_on)


def laid_out(offering: Offering, schedule: Schedule | None = None) -> tuple[Part, ...]:
    """Lay the newest form out over the offering's segments and instructors.

    Cancelled segments are left out. An instructor's part opens when the last of
    the own segments has ended.

    Raises:
        NotFoundError: the offering has no form.
    """
    _, form = form_of(offering)
    schedule = schedule or schedules.schedule_of(offering)
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
    enrollment: Enrollment, sent: Mapping[str, Sequence[str]], *, now: datetime
) -> bool:
    """Take an enrollment's answers, once; False where it had answered before.

    The receipt's primary key decides which of two simultaneous taps counts; the
    answers are stored only by the one that made the receipt. `sent` maps field
    names to the values of the form post.

    Raises:
        ForbiddenError: an observer's or guest's enrollment.
        ConflictError: before sending opens, or after it has closed.
        InvalidError: something must be mended; nothing is stored.
    """
    if has_receipt(enrollment):
        return False
    if enrollment.kind is not EnrollmentKind.PARTICIPANT:
        raise ForbiddenError("The evaluation is for participants.")
    offering = enrollment.offering
    schedule = schedules.schedule_of(offering)
    _refuse_untimely(offering, schedule, now)
    form, _ = form_of(offering)
    answers, errors = check_answers(laid_out(offering, schedule), sent)
    if errors:
        raise InvalidError("Some answers need another look. Nothing was sent.", errors)
    plain = _written(form.version, answers)
    if not _add_receipt(enrollment):
        return False
    batch = batches.get_batch(offering)
    db.session.add(
        SealedResponse(
            random_id=secrets.token_bytes(16),
            batch_id=batch.id,
            sealed=sealing.seal(plain, batch.public_key, offering.code),
        )
    )
    db.session.flush()
    return True


def _refuse_untimely(offering: Offering, schedule: Schedule, now: datetime) -> None:
    opens = opens_at(offering, schedule)
    if opens is None or now < opens:
        raise ConflictError(
            "The evaluation cannot be sent yet: that opens shortly before the end."
        )
    if now >= closes_at(offering, schedule):
        raise ConflictError("The evaluation has closed. Please ask the coordinator.")


def _written(version: int, answers: Mapping[str, Any]) -> bytes:
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


def _add_receipt(enrollment: Enrollment) -> bool:
    """Insert the receipt; False where there is one (of another tap, this instant)."""
    made = db.session.execute(
        insert_into(EvaluationReceipt)
        .values(enrollment_id=enrollment.id, occasion=Occasion.EVALUATION)
        .on_conflict_do_nothing()
        .returning(EvaluationReceipt.enrollment_id)
    )
    return made.scalar() is not None
