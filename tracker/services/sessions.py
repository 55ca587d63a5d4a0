"""Signed-in browsers: rows that begin, are found and end on the server."""

import secrets
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from tracker.db import db
from tracker.errors import NotFoundError
from tracker.keys import token_hash
from tracker.models import Enrollment, Membership, Offering, Person, SignInSession, User
from tracker.models.staff import Role

STAFF_SESSION = timedelta(hours=12)
PARTICIPANT_SESSION_LIMIT = timedelta(days=30)
AFTER_OFFERING = timedelta(days=2)


def begin_session(
    owner: User | Person,
    *,
    now: datetime,
    ends_on: datetime | None = None,
    is_by_code: bool = False,
) -> str:
    """Begin a session and return its token, which is stored as a hash only.

    Staff stay signed in for 12 hours; participants until two days after their
    offering (`ends_on`, its end), at most 30 days. Both are absolute (trust.md).
    `is_by_code`: an instructor's, which opens the own segments only.
    """
    token = "mses_" + secrets.token_urlsafe(32)
    if isinstance(owner, User):
        expires_at = now + STAFF_SESSION
    else:
        wanted = (ends_on or now) + AFTER_OFFERING
        expires_at = min(
            max(wanted, now + AFTER_OFFERING), now + PARTICIPANT_SESSION_LIMIT
        )
    db.session.add(
        SignInSession(
            token_hash=token_hash(token),
            user_id=owner.id if isinstance(owner, User) else None,
            person_id=owner.id if isinstance(owner, Person) else None,
            created_at=now,
            expires_at=expires_at,
            is_by_code=is_by_code,
        )
    )
    return token


def find_session(token: str, *, now: datetime) -> SignInSession | None:
    """Return the live session of a cookie's token, with its owner; else None."""
    if not token.startswith("mses_"):
        return None
    found = db.session.scalar(
        sa.select(SignInSession)
        .where(
            SignInSession.token_hash == token_hash(token),
            SignInSession.ended_at.is_(None),
            SignInSession.expires_at > now,
        )
        .options(joinedload(SignInSession.user), joinedload(SignInSession.person))
    )
    if found and found.user and found.user.disabled_at is not None:
        return None
    return found


def end_session(token: str, *, now: datetime) -> None:
    """End the session of a token; ending twice is the same as once."""
    db.session.execute(
        sa.update(SignInSession)
        .where(
            SignInSession.token_hash == token_hash(token),
            SignInSession.ended_at.is_(None),
        )
        .values(ended_at=now)
    )


def get_offering_of(user: User, code: str) -> tuple[Offering, frozenset[Role]]:
    """Return an offering with the user's roles in it.

    Raises:
        NotFoundError: it does not exist, or no role of this user names it.
    """
    offering = db.session.scalar(
        sa.select(Offering)
        .where(Offering.code == code)
        .options(joinedload(Offering.course))
    )
    if offering is None:
        raise NotFoundError
    roles = frozenset(
        db.session.scalars(
            sa.select(Membership.role).where(
                Membership.user_id == user.id, Membership.offering_id == offering.id
            )
        )
    )
    if not roles and not user.is_admin:
        raise NotFoundError
    return offering, roles


def get_enrollment(person: Person, code: str) -> Enrollment:
    """Return a person's own enrollment in an offering.

    Raises:
        NotFoundError: no such offering, or this person is not enrolled in it.
    """
    enrollment = db.session.scalar(
        sa.select(Enrollment)
        .join(Enrollment.offering)
        .where(
            Offering.code == code,
            Enrollment.person_id == person.id,
            Enrollment.withdrawn_at.is_(None),
        )
        .options(
            joinedload(Enrollment.offering).joinedload(Offering.course),
            joinedload(Enrollment.person),
        )
    )
    if enrollment is None:
        raise NotFoundError
    return enrollment
