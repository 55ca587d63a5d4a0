"""The name on a certificate: confirmed by its participant, or changed with approval.

A spelling is the participant's own; another name waits for a coordinator
(domain/printed_names.py says which is which, docs/decisions/0021 why).
"""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from tracker.db import db
from tracker.domain.names import clean_text, name_problem, text_problem
from tracker.domain.printed_names import is_spelling
from tracker.errors import ConflictError, InvalidError, NotFoundError
from tracker.models import Enrollment, NameChange, Offering, User
from tracker.services import audit, corrections, messages, schedules
from tracker.services.audit import Actor

LONGEST_PRINTED = 180
LONGEST_WORDS = 500
USED = "This form was used for something else. Load it anew."


def confirm(
    enrollment: Enrollment, name: str, reason: str, *, uid: str, now: datetime
) -> NameChange | None:
    """Take the name that a participant wants printed.

    Only spelled otherwise, it holds at once, and takes back what was asked for
    before. Another name is asked for: it takes the lock under which certificates
    are issued, and where the policy lets them wait for the name, they wait on.

    Returns:
        The change that waits for a coordinator; None where the name holds.

    Raises:
        InvalidError: a name that cannot be printed, or a reason that is too long.
        ConflictError: another change of theirs waits already.
    """
    name, reason = _checked_name(name), _checked_words(reason, "reason")
    corrections.lock_enrollment(enrollment)
    db.session.refresh(enrollment)
    if (earlier := _find(uid)) is not None:
        if earlier.enrollment_id != enrollment.id:
            raise ConflictError(USED)
        return earlier
    waiting = find_open(enrollment)
    if is_spelling(name, _known_names(enrollment)):
        if waiting is not None:
            waiting.decided_at = now
        _set_name(enrollment, name, now)
        _record(_self(enrollment), "name.confirm", enrollment, now)
        return None
    if waiting is not None:
        raise ConflictError("Another name of yours waits for the coordinator already.")
    return _ask(enrollment, name, reason, uid, now)


def _ask(
    enrollment: Enrollment, name: str, reason: str, uid: str, now: datetime
) -> NameChange:
    row = NameChange(
        public_id=uid,
        enrollment_id=enrollment.id,
        name=name,
        reason=reason,
        made_at=now,
    )
    enrollment.name_confirmed_at = None
    db.session.add(row)
    _record(_self(enrollment), "name.ask", enrollment, now)
    return row


def _known_names(enrollment: Enrollment) -> list[str]:
    approved = db.session.scalars(
        sa.select(NameChange.name).where(
            NameChange.enrollment_id == enrollment.id, NameChange.is_approved.is_(True)
        )
    )
    return [enrollment.person.name, *approved]


def _set_name(enrollment: Enrollment, name: str, now: datetime) -> None:
    enrollment.certificate_name = name
    enrollment.name_confirmed_at = now
    db.session.flush()


def decide(
    change: NameChange,
    answer: str,
    *,
    is_approved: bool,
    user: User,
    now: datetime,
) -> NameChange:
    """Approve or decline another name; the participant is told by mail to read why.

    A certificate that has been issued stays as it is, until it is issued anew.

    Raises:
        InvalidError: no answer where it is declined, or one that is too long.
        ConflictError: it was decided otherwise, or taken back, meanwhile.
        ForbiddenError: nobody decides about their own name.
    """
    answer = _checked_words(answer, "answer")
    if not answer and not is_approved:
        raise InvalidError("Say why.", {"answer": "Say why; the participant reads it."})
    enrollment = change.enrollment
    corrections.refuse_own(enrollment, user)
    corrections.lock_enrollment(enrollment)
    db.session.refresh(change)
    if change.decided_at is not None:
        return _same_decision(change, is_approved, user)
    change.is_approved, change.answer = is_approved, answer
    change.user_id, change.decided_at = user.id, now
    if is_approved:
        _set_name(enrollment, change.name, now)
    messages.queue_name_decided(enrollment, now=now)
    _record(audit.actor_of(user), "name.decide", enrollment, now)
    return change


def _same_decision(change: NameChange, is_approved: bool, user: User) -> NameChange:
    if (change.is_approved, change.user_id) != (is_approved, user.id):
        raise ConflictError("This was decided, or taken back, meanwhile.")
    return change


@dataclass(frozen=True)
class AskedName:
    """A name that waits for a coordinator; `known` is what is printed until then."""

    uid: str
    enrollment: str
    known: str
    name: str
    reason: str
    made_at: datetime


def list_open(offering: Offering) -> list[AskedName]:
    """List the names that wait for a coordinator, the oldest first: one query."""
    rows = db.session.scalars(
        sa.select(NameChange)
        .join(NameChange.enrollment)
        .where(Enrollment.offering_id == offering.id, NameChange.decided_at.is_(None))
        .options(joinedload(NameChange.enrollment).joinedload(Enrollment.person))
        .order_by(NameChange.id)
    )
    return [
        AskedName(
            uid=row.public_id,
            enrollment=row.enrollment.public_id,
            known=row.enrollment.printed_name,
            name=row.name,
            reason=row.reason,
            made_at=row.made_at,
        )
        for row in rows
    ]


def list_of(enrollment: Enrollment) -> list[NameChange]:
    """List what names somebody has asked for, the newest first."""
    wanted = sa.select(NameChange).where(NameChange.enrollment_id == enrollment.id)
    return list(db.session.scalars(wanted.order_by(NameChange.id.desc())))


def find_open(enrollment: Enrollment) -> NameChange | None:
    """Return the name of somebody's that waits for a coordinator."""
    return next((e for e in list_of(enrollment) if e.decided_at is None), None)


def get_change(offering: Offering, public_id: str) -> NameChange:
    """Return a change of an offering by its id.

    Raises:
        NotFoundError: the offering has none of that id.
    """
    found = db.session.scalar(
        sa.select(NameChange)
        .join(NameChange.enrollment)
        .where(Enrollment.offering_id == offering.id, NameChange.public_id == public_id)
        .options(joinedload(NameChange.enrollment).joinedload(Enrollment.person))
    )
    if found is None:
        raise NotFoundError
    return found


def _find(uid: str) -> NameChange | None:
    return db.session.scalar(sa.select(NameChange).where(NameChange.public_id == uid))


def _checked_name(name: str) -> str:
    name = clean_text(name)
    problem = name_problem(name) or text_problem(name, LONGEST_PRINTED)
    if problem:
        raise InvalidError(f"The name {problem}.", {"name": f"This {problem}."})
    return name


def _checked_words(words: str, field: str) -> str:
    words = clean_text(words)
    if problem := text_problem(words, LONGEST_WORDS):
        raise InvalidError(f"This {problem}.", {field: f"This {problem}."})
    return words


def _self(enrollment: Enrollment) -> Actor:
    return Actor(f"person:{enrollment.person.public_id}")


def _record(actor: Actor, action: str, enrollment: Enrollment, now: datetime) -> None:
    details = {"enrollment": enrollment.public_id}
    audit.record(actor, action, details, enrollment.offering, now=now)
    schedules.raise_version(enrollment.offering_id)
