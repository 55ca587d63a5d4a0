"""Spoken codes: for people who cannot scan, said by staff, valid three minutes, once.

Staff have the person in front of them, so no phone is asked for. The code is short
because it is said aloud; wrong tries are few, which the caller counts.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

import sqlalchemy as sa

from tracker import keys
from tracker.db import db
from tracker.domain import base32
from tracker.errors import ConflictError, GoneError
from tracker.models import Enrollment, Offering, SpokenCode, User
from tracker.services import audit, room_scans, rooms
from tracker.services.audit import Actor
from tracker.services.room_scans import CheckIn
from tracker.services.rooms import Phase

LIFETIME = timedelta(minutes=3)
DIGITS = 5
NOT_THIS = "This code does not work. Each is good for three minutes, once; ask again."


def is_well_formed(text: str) -> bool:
    """Say whether `text` could be a spoken code; a short code has one symbol more."""
    return len(text) == DIGITS and text.isascii() and text.isdecimal()


def say_code(
    offering: Offering, number: int, *, uid: str, user: User, now: datetime
) -> str:
    """Make a code for one person to check in to an open segment, and return it.

    It follows from the form's random `uid`: the same form sent twice makes one.

    Raises:
        NotFoundError: there is no such segment, or it is cancelled.
        ConflictError: the segment does not take check-ins now; or the form is an old
            one, sent again after its code has expired.
    """
    room = rooms.get_room(offering, number, now=now)
    if room.phase is not Phase.OPEN:
        raise ConflictError(f"Segment {number} does not take check-ins now.")
    drawn = int.from_bytes(keys.ring().digest("spoken code of form", uid))
    code = f"{drawn % 10**DIGITS:0{DIGITS}}"
    _lock(offering)
    if _has_expired(offering, code, now=now):
        raise ConflictError("That code has expired. Load the page again for a new one.")
    if _find_live(offering, code, now=now) is None:
        row = SpokenCode(
            offering_id=offering.id,
            segment_id=room.segment.id,
            code_hash=_digest(offering, code),
            user_id=user.id,
            made_at=now,
            expires_at=now + LIFETIME,
        )
        db.session.add(row)
        db.session.flush()
        details = {"segment": number, "spoken_code": row.id}
        audit.record(
            audit.actor_of(user), "spoken_code.make", details, offering, now=now
        )
    return code


def _lock(offering: Offering) -> None:
    """Let the same form sent twice at once make one code, not two that look alike."""
    wanted = sa.select(Offering.id).where(Offering.id == offering.id)
    db.session.execute(wanted.with_for_update())


def _digest(offering: Offering, code: str) -> bytes:
    return keys.ring().digest("spoken code", f"{offering.id} {code}")


def _has_expired(offering: Offering, code: str, *, now: datetime) -> bool:
    """Say whether a code was said before and is over: it must not come to life again.

    That another form draws the same five digits is as rare as harmless.
    """
    wanted = sa.select(SpokenCode.id).where(
        SpokenCode.code_hash == _digest(offering, code), SpokenCode.expires_at <= now
    )
    return db.session.scalar(wanted.limit(1)) is not None


def _find_live(offering: Offering, code: str, *, now: datetime) -> SpokenCode | None:
    """Return the code that is still valid, used or not; there is never a second."""
    return db.session.scalar(
        sa.select(SpokenCode)
        .where(
            SpokenCode.code_hash == _digest(offering, code), SpokenCode.expires_at > now
        )
        .limit(1)
        .execution_options(populate_existing=True)
    )


def use_code(enrollment: Enrollment, text: str, *, now: datetime) -> CheckIn:
    """Use up a code that somebody was told, and prepare their check-in.

    The same person sending it again, after an answer that got lost, is answered
    alike; for everybody else it has been used.

    Raises:
        GoneError: there is no such code, it has expired, or somebody has used it.
        ConflictError: the person's pass was withdrawn and not replaced.
    """
    offering = enrollment.offering
    used = db.session.scalar(
        sa.update(SpokenCode)
        .where(
            SpokenCode.code_hash == _digest(offering, base32.tidy(text)),
            SpokenCode.expires_at > now,
            SpokenCode.used_at.is_(None),
        )
        .values(used_at=now, enrollment_id=enrollment.id)
        .returning(SpokenCode)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    if used is not None:
        actor = Actor(f"person:{enrollment.person.public_id}")
        details = {"enrollment": enrollment.public_id, "spoken_code": used.id}
        audit.record(actor, "spoken_code.use", details, offering, now=now)
    row = used or _find_live(offering, base32.tidy(text), now=now)
    if row is None or row.enrollment_id != enrollment.id or row.used_at is None:
        raise GoneError(NOT_THIS)
    return room_scans.prepare(
        enrollment, row.segment_id, at=row.used_at, basis=f"spoken {row.id}"
    )


def list_used(enrollment: Enrollment) -> Mapping[tuple[int, datetime], str]:
    """Return who said the codes that somebody used, by segment id and moment."""
    rows = db.session.execute(
        sa.select(SpokenCode.segment_id, SpokenCode.used_at, User)
        .join(User, User.id == SpokenCode.user_id)
        .where(SpokenCode.enrollment_id == enrollment.id)
    )
    return {
        (segment_id, used_at): user.name or user.email
        for segment_id, used_at, user in rows
        if used_at is not None
    }
