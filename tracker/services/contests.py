"""Contests: a participant objects to what is recorded at a segment, and is answered.

One may be open per person and segment; the certificate waits for it. Answering one
in the participant's favour makes the correction in the same transaction.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from tracker.db import db
from tracker.domain.names import clean_paragraphs, text_problem
from tracker.errors import ConflictError, InvalidError, NotFoundError
from tracker.models import Contest, Enrollment, Offering, Segment
from tracker.services import audit, corrections, messages, schedules
from tracker.services.acts import LONGEST_REASON, Act
from tracker.services.audit import Actor

LONGEST_WORDS = 1_000


def contest(
    enrollment: Enrollment, segment: Segment, words: str, *, uid: str, now: datetime
) -> Contest:
    """Let a participant object to what is recorded at a segment that has begun.

    `uid` is made by the form: sent twice, it is one contest. It takes the lock under
    which certificates are issued, so that none is issued past it.

    Raises:
        InvalidError: no words, too many, or some that cannot be shown.
        ConflictError: the segment has not begun, or one of it is open already.
    """
    words = _checked(words, "words")
    plan = schedules.schedule_of(enrollment.offering).by_id[segment.id]
    if now < plan.starts_at:
        raise ConflictError("This segment has not begun yet.")
    corrections.lock_enrollment(enrollment)
    if earlier := _find(uid):
        return _same(earlier, enrollment, segment)
    if find_open(enrollment, segment):
        raise ConflictError("You have contested this segment already; it is open.")
    row = Contest(
        public_id=uid,
        offering_id=enrollment.offering_id,
        enrollment_id=enrollment.id,
        segment_id=segment.id,
        words=words,
        made_at=now,
    )
    db.session.add(row)
    db.session.flush()
    _record(_actor(enrollment), "contest.make", row, enrollment, now)
    return row


def withdraw(enrollment: Enrollment, public_id: str, *, now: datetime) -> Contest:
    """Let a participant take an own contest back; twice is the same as once.

    Raises:
        NotFoundError: there is none of that id, or it is somebody else's.
        ConflictError: it has been answered.
    """
    corrections.lock_enrollment(enrollment)
    row = _find(public_id)
    if row is None or row.enrollment_id != enrollment.id:
        raise NotFoundError
    if row.is_granted is not None:
        raise ConflictError("This was answered meanwhile.")
    if row.answered_at is None:
        row.answered_at = now
        _record(_actor(enrollment), "contest.withdraw", row, enrollment, now)
    return row


def grant(row: Contest, words: str, *, act: Act, at: datetime | None = None) -> Contest:
    """Answer a contest in the participant's favour.

    With `at`, a check-in at that moment is made in the same transaction, with the
    answer as its reason; without, the record has been put right before.

    Raises:
        InvalidError: no words, or a time that no check-in may have.
        ConflictError: it was answered otherwise, or withdrawn, meanwhile.
        ForbiddenError: nobody answers their own contest.
    """
    return _answer(row, words, is_granted=True, act=act, at=at)


def refuse(row: Contest, words: str, *, act: Act) -> Contest:
    """Answer a contest: the record stays as it is. Raises as `grant` does."""
    return _answer(row, words, is_granted=False, act=act)


def _answer(
    row: Contest, words: str, *, is_granted: bool, act: Act, at: datetime | None = None
) -> Contest:
    words = _checked(words, "words", LONGEST_REASON)
    enrollment = db.session.get_one(Enrollment, row.enrollment_id)
    segment = db.session.get_one(Segment, row.segment_id)
    corrections.refuse_own(enrollment, act.user)
    corrections.lock_enrollment(enrollment)
    db.session.refresh(row)
    if row.answered_at is not None:
        return _same_answer(row, words, is_granted, act)
    if at is not None:
        corrections.check_in_by_hand(enrollment, segment, at=at, act=act)
    row.is_granted, row.answer = is_granted, words
    row.answered_by, row.answered_at = act.user.id, act.now
    messages.queue_contest_answered(enrollment, now=act.now)
    actor = audit.actor_of(act.user)
    _record(actor, "contest.answer", row, enrollment, act.now)
    return row


def _same_answer(row: Contest, words: str, is_granted: bool, act: Act) -> Contest:
    """Return a contest that this very answer has settled before."""
    if row.is_granted is None:
        raise ConflictError("The participant has withdrawn this contest.")
    before = (row.answered_by, row.is_granted, row.answer)
    if before != (act.user.id, is_granted, words):
        raise ConflictError("This contest is answered already.")
    return row


def _checked(words: str, field: str, longest: int = LONGEST_WORDS) -> str:
    words = clean_paragraphs(words)
    message = None
    if not words:
        message = "Say it in a few words."
    elif len(words) > longest:
        message = f"Shorten this to {longest:,} characters."
    elif problem := next(
        filter(None, (text_problem(line, longest) for line in words.split("\n"))), None
    ):
        message = f"This {problem}."
    if message:
        raise InvalidError(message, {field: message})
    return words


def _same(earlier: Contest, enrollment: Enrollment, segment: Segment) -> Contest:
    if (earlier.enrollment_id, earlier.segment_id) != (enrollment.id, segment.id):
        raise ConflictError("This form was used for something else. Load it anew.")
    return earlier


def _find(public_id: str) -> Contest | None:
    return db.session.scalar(
        sa.select(Contest)
        .where(Contest.public_id == public_id)
        .execution_options(populate_existing=True)
    )


def find_open(enrollment: Enrollment, segment: Segment) -> Contest | None:
    """Return the contest of a person at a segment that waits for its answer."""
    return db.session.scalar(
        sa.select(Contest).where(
            Contest.enrollment_id == enrollment.id,
            Contest.segment_id == segment.id,
            Contest.answered_at.is_(None),
        )
    )


def get_contest(offering: Offering, public_id: str) -> tuple[Contest, Enrollment]:
    """Return a contest of an offering, with whose it is.

    Raises:
        NotFoundError: the offering has none of that id.
    """
    found = db.session.execute(
        sa.select(Contest, Enrollment)
        .join(Enrollment, Enrollment.id == Contest.enrollment_id)
        .where(Contest.offering_id == offering.id, Contest.public_id == public_id)
        .options(joinedload(Enrollment.person), joinedload(Enrollment.offering))
    ).first()
    if found is None:
        raise NotFoundError
    row, enrollment = found
    return row, enrollment


def _actor(enrollment: Enrollment) -> Actor:
    return Actor(f"person:{enrollment.person.public_id}")


def _record(
    actor: Actor, action: str, row: Contest, enrollment: Enrollment, now: datetime
) -> None:
    segment = db.session.get_one(Segment, row.segment_id)
    details = {
        "contest": row.public_id,
        "enrollment": enrollment.public_id,
        "segment": segment.number,
        "granted": row.is_granted,
    }
    audit.record(actor, action, details, enrollment.offering, now=now)
