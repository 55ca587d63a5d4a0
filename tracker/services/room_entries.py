"""Coming in by the room's code: the code for a grant, the grant for a check-in.

One phone serves one participant per segment; another person's check-in with it is
held for staff to decide.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from tracker import keys
from tracker.db import db, insert_into
from tracker.domain import room_codes
from tracker.errors import GoneError, NotFoundError
from tracker.models import Enrollment, Offering, Person, RoomPhone, Segment
from tracker.services import room_scans, rooms, schedules
from tracker.services.room_grants import LOOK_AGAIN, Grant
from tracker.services.room_scans import CheckIn, Phone


def exchange(text: str, *, now: datetime) -> Grant:
    """Exchange a room code for a grant; this looks things up and changes nothing.

    Raises:
        NotFoundError: this is no room code.
        GoneError: it is not the current or the previous one of its segment.
    """
    code, veil = room_codes.normalise(text), rooms.veil()
    segment_id = room_codes.read_segment_id(code, veil)
    if segment_id is None:
        raise NotFoundError
    offering = db.session.scalar(
        sa.select(Offering).join(Segment).where(Segment.id == segment_id)
    )
    if offering is None:
        raise GoneError(LOOK_AGAIN)
    key = room_codes.room_key(offering.key)
    if not room_codes.is_valid(code, key, veil, segment_id, now):
        raise GoneError(LOOK_AGAIN)
    return Grant(segment_id, now)


def exchange_short(offering: Offering, text: str, *, now: datetime) -> Grant:
    """Exchange a short code that was typed; the caller counts the tries.

    Raises:
        GoneError: no segment of this offering that is open shows it now.
    """
    code, key = room_codes.normalise(text), room_codes.room_key(offering.key)
    for room in rooms.list_open(schedules.schedule_of(offering), now=now):
        if room_codes.is_valid_short(code, key, room.segment.id, now):
            return Grant(room.segment.id, now)
    raise GoneError("The screen shows another code now. Look again and type that one.")


def get_enrollment(person: Person, grant: Grant) -> Enrollment:
    """Return a person's enrollment in the offering of a grant's segment.

    Raises:
        NotFoundError: this person is not enrolled there.
    """
    found = db.session.scalar(
        sa.select(Enrollment)
        .join(Segment, Segment.offering_id == Enrollment.offering_id)
        .where(
            Segment.id == grant.segment_id,
            Enrollment.person_id == person.id,
            Enrollment.withdrawn_at.is_(None),
        )
        .options(joinedload(Enrollment.offering), joinedload(Enrollment.person))
    )
    if found is None:
        raise NotFoundError
    return found


def enter(enrollment: Enrollment, grant: Grant, phone: str) -> CheckIn:
    """Prepare the check-in of a person by a grant, with the phone they hold.

    Raises:
        ConflictError: the person's pass was withdrawn and not replaced.
    """
    digest = keys.ring().digest("room phone", phone)
    is_shared = _claim(grant.segment_id, digest, enrollment.id) != enrollment.id
    return room_scans.prepare(
        enrollment,
        grant.segment_id,
        at=grant.seen_at,
        basis="code",
        phone=Phone(digest, is_shared=is_shared),
    )


def _claim(segment_id: int, digest: bytes, enrollment_id: int) -> int:
    """Note whose a phone is at a segment; return whose it was first.

    The primary key decides between two people at once, not a look beforehand.
    """
    row = {"segment_id": segment_id, "phone_digest": digest}
    claim = insert_into(RoomPhone).values(**row, enrollment_id=enrollment_id)
    db.session.execute(claim.on_conflict_do_nothing())
    wanted = sa.select(RoomPhone.enrollment_id).filter_by(**row)
    return db.session.scalars(wanted).one()
