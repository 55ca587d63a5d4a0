"""Waivers: a coordinator's word that somebody need not have finished a prerequisite."""

from datetime import datetime

import sqlalchemy as sa

from tracker.db import db
from tracker.domain.names import clean_text, text_problem
from tracker.errors import ConflictError, InvalidError
from tracker.models import Completion, Offering, Person, User
from tracker.models.completion import CompletionSource
from tracker.services import audit, completions, prerequisites
from tracker.services.acts import LONGEST_REASON

NEEDED = "Say why in a few words."


def waive(
    offering: Offering,
    person: Person,
    reason: str,
    *,
    uid: str,
    user: User,
    now: datetime,
) -> Completion:
    """Waive the prerequisite of an offering's course for a person.

    `uid` is made by the form: sent twice, it is one waiver.

    Raises:
        InvalidError: no reason, or one that is too long or cannot be shown.
        ConflictError: the form was used for something else.
        ForbiddenError: nobody waives their own.
    """
    reason = checked_words(reason, "reason")
    prerequisite = prerequisites.get_prerequisite(offering)
    prerequisites.refuse_own(person, user)
    _lock(person)
    earlier = db.session.scalar(
        sa.select(Completion).where(Completion.public_id == uid)
    )
    if earlier is not None:
        if (earlier.person_id, earlier.course_id) != (person.id, prerequisite.id):
            raise ConflictError("This form was used for something else. Load it anew.")
        return earlier
    if (standing := find_waiver(offering, person)) is not None:
        return standing
    row = Completion(
        public_id=uid,
        course_id=prerequisite.id,
        person_id=person.id,
        reference=completions.reference("waiver", uid),
        source=CompletionSource.WAIVER,
        reason=reason,
        user_id=user.id,
        recorded_at=now,
    )
    db.session.add(row)
    _record("waiver.give", offering, person, user, now)
    return row


def take_back(offering: Offering, person: Person, *, user: User, now: datetime) -> None:
    """Take a waiver back; where there is none any more, nothing changes.

    A certificate that was issued stays.
    """
    prerequisites.refuse_own(person, user)
    _lock(person)
    row = find_waiver(offering, person)
    if row is not None:
        row.dismissed_at = now
        _record("waiver.take_back", offering, person, user, now)


def find_waiver(offering: Offering, person: Person) -> Completion | None:
    """Return the waiver that holds for a person; None: there is none."""
    prerequisite = prerequisites.get_prerequisite(offering)
    return db.session.scalar(
        sa.select(Completion).where(
            Completion.course_id == prerequisite.id,
            Completion.person_id == person.id,
            Completion.source == CompletionSource.WAIVER,
            completions.COUNTS,
        )
    )


def checked_words(text: str, field: str) -> str:
    """Return a sentence tidied.

    Raises:
        InvalidError: there is none, or it is too long or cannot be shown.
    """
    text = clean_text(text)
    problem = text_problem(text, LONGEST_REASON)
    if not text or problem:
        message = f"This {problem}." if text else NEEDED
        raise InvalidError(message, {field: message})
    return text


def _lock(person: Person) -> None:
    db.session.execute(
        sa.select(Person.id).where(Person.id == person.id).with_for_update()
    )


def _record(
    action: str, offering: Offering, person: Person, user: User, now: datetime
) -> None:
    details = {"person": person.public_id}
    audit.record(audit.actor_of(user), action, details, offering, now=now)
