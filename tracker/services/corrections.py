"""Corrections: staff's changes to attendance, each a fact with its reason."""

from dataclasses import replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from tracker.db import db
from tracker.domain.attendance import CorrectionKind
from tracker.domain.scans import Direction
from tracker.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from tracker.models import Certificate, Correction, Enrollment, Segment, User
from tracker.services import (
    attendance,
    audit,
    make_ups,
    revocation,
    schedules,
    statement_revocation,
)
from tracker.services.acts import Act
from tracker.services.audit import Actor
from tracker.services.make_ups import Proof

NO_CHECK_OUT = "No check-out is asked for at this segment."
TAKING_AWAY = frozenset({"attendance.void", "correction.void"})
KINDS = {
    Direction.IN: CorrectionKind.CHECK_IN,
    Direction.OUT: CorrectionKind.CHECK_OUT,
}


def check_in_by_hand(
    enrollment: Enrollment,
    segment: Segment,
    *,
    at: datetime,
    act: Act,
    direction: Direction = Direction.IN,
    scan_uid: str | None = None,
) -> Correction:
    """Check somebody in, or out, by hand at the moment `at`.

    `scan_uid` names the held scan that this counts, if it does. The same form sent
    again for the moment that has meanwhile passed ("now") is the same act.

    Raises:
        InvalidError: the time is in the future or outside the segment's day; or a
            check-out where none is asked for.
        ForbiddenError: nobody corrects their own record.
    """
    refuse_time(enrollment, segment, at, act.now, field="at", direction=direction)
    return _add(
        Correction(kind=KINDS[direction], at=at, scan_uid=scan_uid),
        enrollment,
        segment,
        act,
    )


def refuse_time(
    enrollment: Enrollment,
    segment: Segment,
    at: datetime,
    now: datetime,
    *,
    field: str,
    direction: Direction = Direction.IN,
) -> None:
    """Refuse a time to come, on another day, or after the segment's end.

    The end is the later one, as planned or as delivered; a check-out may come as
    long after it as the policy takes check-outs.

    Raises:
        InvalidError: says so beside `field`; a segment that takes no check-outs does
            so beside `segment`.
    """
    schedule = schedules.schedule_of(enrollment.offering)
    is_out = direction is Direction.OUT
    if is_out and not segment.needs_check_out:
        raise InvalidError(NO_CHECK_OUT, {"segment": NO_CHECK_OUT})
    is_that_day = schedule.local_day(at) == schedule.local_day(segment.starts_at)
    ends_at = max(segment.ends_at, segment.delivered_ends_at or segment.ends_at)
    grace = schedule.policy.check_out_grace if is_out else timedelta(0)
    message = None
    if at > now:
        message = "That time is still to come."
    elif not is_that_day or at >= ends_at + grace:
        message = "The time must be on the segment's day and before its end."
    if message:
        raise InvalidError(message, {field: message})


def mark(
    enrollment: Enrollment,
    segment: Segment,
    kind: CorrectionKind,
    *,
    act: Act,
    proof: Proof | None = None,
) -> Correction:
    """Excuse somebody from a segment, or note that it was made up or taught.

    A make-up needs its proof, and has a deadline.

    Raises:
        InvalidError: says what is missing, or that the deadline has passed.
    """
    if kind not in {
        CorrectionKind.EXCUSE,
        CorrectionKind.MAKE_UP,
        CorrectionKind.TAUGHT,
    }:
        raise InvalidError(
            "Choose excused, made up or taught.", {"kind": "Choose one."}
        )
    row = Correction(kind=kind)
    if kind is CorrectionKind.MAKE_UP:
        row.evidence = make_ups.check(
            proof, enrollment, segment, user=act.user, now=act.now
        )
        row.evidence_kind = proof.kind if proof else None
    return _add(row, enrollment, segment, act)


def get_correction(enrollment: Enrollment, public_id: str) -> Correction:
    """Return a correction of this enrollment.

    Raises:
        NotFoundError: there is none of that id, or it is somebody else's.
    """
    found = find_correction(public_id)
    if found is None or found.enrollment_id != enrollment.id:
        raise NotFoundError
    return found


def _add(
    row: Correction, enrollment: Enrollment, segment: Segment, act: Act
) -> Correction:
    why = act.why.checked()
    lock_enrollment(enrollment)
    if earlier := find_correction(act.uid):
        return _same(earlier, row, enrollment, segment, act.now)
    fill(row, enrollment, segment, replace(act, why=why))
    db.session.add(row)
    after_change(enrollment, segment, f"attendance.{row.kind}", 1, act)
    return row


def _same(
    earlier: Correction,
    row: Correction,
    enrollment: Enrollment,
    segment: Segment,
    now: datetime,
) -> Correction:
    """Return what the same form stored before, if it is the same act.

    "Now" is the same both times, though the clock has gone on.
    """
    before = (earlier.enrollment_id, earlier.segment_id, earlier.kind)
    is_now = earlier.at == earlier.made_at and row.at == now
    is_then = is_now or earlier.at == row.at
    if before != (enrollment.id, segment.id, row.kind) or not is_then:
        raise ConflictError(
            "This form was used for something else. Load the page anew."
        )
    return earlier


def fill(row: Correction, enrollment: Enrollment, segment: Segment, act: Act) -> None:
    """Fill in whose correction it is, by whom, when and why.

    Raises:
        NotFoundError: a segment of another offering.
        ForbiddenError: nobody corrects their own record.
    """
    if segment.offering_id != enrollment.offering_id:
        raise NotFoundError
    refuse_own(enrollment, act.user)
    row.public_id = act.uid
    row.offering_id = enrollment.offering_id
    row.enrollment_id = enrollment.id
    row.segment_id = segment.id
    row.chip, row.reason = act.why.chip, act.why.text
    row.user_id = act.user.id
    row.made_at = act.now


def after_change(
    enrollment: Enrollment, segment: Segment, action: str, count: int, act: Act
) -> Certificate | None:
    """Settle what a member of staff has changed."""
    actor = audit.actor_of(act.user)
    return settle(enrollment, segment, action, count, actor=actor, now=act.now)


def settle(
    enrollment: Enrollment,
    segment: Segment,
    action: str,
    count: int,
    *,
    actor: Actor,
    now: datetime,
) -> Certificate | None:
    """Project, revoke what no longer stands, log, and raise the board's counter."""
    attendance.project(enrollment.id, segment.id)
    revoked = revocation.revoke_fallen(enrollment, actor=actor, now=now)
    if action in TAKING_AWAY | {"scan.undo"}:
        statement_revocation.revoke_fallen(enrollment, segment, actor=actor, now=now)
    if revoked is None and action in TAKING_AWAY:
        revoked = revocation.revoke_unfinished(
            enrollment, segment, actor=actor, now=now
        )
    audit.record(
        actor,
        action,
        {"enrollment": enrollment.public_id, "segment": segment.number, "facts": count},
        enrollment.offering,
        now=now,
    )
    schedules.raise_version(enrollment.offering_id)
    return revoked


def lock_enrollment(enrollment: Enrollment) -> None:
    """Let one correction, void or issue of an enrollment go at a time (trust.md)."""
    db.session.execute(
        sa.select(Enrollment.id).where(Enrollment.id == enrollment.id).with_for_update()
    )


def refuse_own(enrollment: Enrollment, user: User) -> None:
    """Nobody corrects their own record: the same address is the same person."""
    if enrollment.person.email.casefold() == user.email.casefold():
        raise ForbiddenError("Nobody corrects their own attendance. Ask a colleague.")


def find_correction(uid: str) -> Correction | None:
    """Return the correction of this public id, of whichever offering."""
    return db.session.scalar(sa.select(Correction).where(Correction.public_id == uid))
