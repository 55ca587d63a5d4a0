"""Corrections: staff's changes to attendance, each a fact with its reason."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from tracker.db import db
from tracker.domain.attendance import DIRECTION_OF, CorrectionKind, voided_sources
from tracker.domain.names import clean_text, text_problem
from tracker.domain.scans import Direction
from tracker.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from tracker.models import Certificate, Correction, Enrollment, Scan, Segment, User
from tracker.models.attendance import ReasonChip
from tracker.services import (
    attendance,
    audit,
    make_ups,
    revocation,
    schedules,
    statement_revocation,
)
from tracker.services.audit import Actor
from tracker.services.make_ups import Proof

LONGEST_REASON = 500
NO_CHECK_OUT = "No check-out is asked for at this segment."
TAKING_AWAY = frozenset({"attendance.void", "correction.void"})
KINDS = {
    Direction.IN: CorrectionKind.CHECK_IN,
    Direction.OUT: CorrectionKind.CHECK_OUT,
}


@dataclass(frozen=True)
class Why:
    """The reason of a correction: a chip, and words where the chip is "other"."""

    chip: ReasonChip
    text: str = ""

    def checked(self) -> "Why":
        """Return it tidied.

        Raises:
            InvalidError: "other" without words, too many, or some that cannot
                be shown.
        """
        text = clean_text(self.text)
        if self.chip is ReasonChip.OTHER and not text:
            raise InvalidError(
                "Say why in a few words.", {"reason": "Say why in a few words."}
            )
        if len(text) > LONGEST_REASON:
            message = f"Shorten this to {LONGEST_REASON} characters."
            raise InvalidError(message, {"reason": message})
        if problem := text_problem(text, LONGEST_REASON):
            raise InvalidError(f"This {problem}.", {"reason": f"This {problem}."})
        return Why(self.chip, text)


@dataclass(frozen=True)
class Act:
    """One act of a member of staff: why, who, when, and the id the client made.

    The id makes a double tap, or a retry after a lost answer, the same act.
    """

    why: Why
    uid: str
    user: User
    now: datetime


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


def void_attendance(
    enrollment: Enrollment,
    segment: Segment,
    *,
    act: Act,
) -> Certificate | None:
    """Take every check-in and check-out of somebody at a segment out of account.

    What is void stays visible. Where a certificate rests on it, that is revoked
    in the same transaction (trust.md, I7); the page has named it beforehand.

    Returns:
        The certificate that was revoked, if one was.

    Raises:
        ConflictError: there is nothing to void.
    """
    lock_enrollment(enrollment)
    if find_correction(act.uid) is not None:
        return None
    sources = _live_sources(enrollment, segment)
    if not sources:
        raise ConflictError("There is no check-in to void at this segment.")
    for number, source in enumerate(sorted(sources)):
        part = replace(act, uid=_derived(act.uid, number))
        insert_void(source, enrollment, segment, part)
    return after_change(enrollment, segment, "attendance.void", len(sources), act)


def void_correction(correction: Correction, *, act: Act) -> Certificate | None:
    """Take one correction back; doing it twice is the same as once."""
    enrollment = db.session.get_one(Enrollment, correction.enrollment_id)
    segment = db.session.get_one(Segment, correction.segment_id)
    lock_enrollment(enrollment)
    source = f"correction:{correction.public_id}"
    if find_correction(act.uid) is not None or source in _voided(enrollment, segment):
        return None
    insert_void(source, enrollment, segment, act)
    return after_change(enrollment, segment, "correction.void", 1, act)


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
    row: Correction,
    enrollment: Enrollment,
    segment: Segment,
    act: Act,
) -> Correction:
    why = act.why.checked()
    lock_enrollment(enrollment)
    if earlier := find_correction(act.uid):
        return _same(earlier, row, enrollment, segment, act.now)
    _fill(row, enrollment, segment, replace(act, why=why))
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


def insert_void(
    source: str,
    enrollment: Enrollment,
    segment: Segment,
    act: Act,
) -> None:
    """Take one fact ("scan:…", "correction:…") out of account; the caller settles."""
    kind, _, name = source.partition(":")
    row = Correction(
        kind=CorrectionKind.VOID,
        scan_uid=name if kind == "scan" else None,
        voids_correction=name if kind == "correction" else None,
    )
    checked = replace(act, why=act.why.checked())
    _fill(row, enrollment, segment, checked)
    db.session.add(row)


def _fill(
    row: Correction,
    enrollment: Enrollment,
    segment: Segment,
    act: Act,
) -> None:
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
    enrollment: Enrollment,
    segment: Segment,
    action: str,
    count: int,
    act: Act,
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


def _derived(uid: str, number: int) -> str:
    """Name the further voids of one act after the first, so that a retry meets them."""
    return uid if number == 0 else f"{uid[:27]}-{number}"


def _facts(enrollment: Enrollment, segment: Segment) -> list[Correction]:
    return list(
        db.session.scalars(
            sa.select(Correction).filter_by(
                enrollment_id=enrollment.id, segment_id=segment.id
            )
        )
    )


def _voided(enrollment: Enrollment, segment: Segment) -> frozenset[str]:
    return voided_sources(map(attendance.correction_fact, _facts(enrollment, segment)))


def _live_sources(enrollment: Enrollment, segment: Segment) -> set[str]:
    """Return every fact, not void yet, that checks somebody in or out."""
    scans = db.session.scalars(
        sa.select(Scan.uid).where(
            Scan.enrollment_id == enrollment.id,
            Scan.segment_id == segment.id,
            Scan.outcome.in_(attendance.COUNTED),
        )
    )
    by_hand = [
        row.public_id for row in _facts(enrollment, segment) if row.kind in DIRECTION_OF
    ]
    sources = {f"scan:{uid}" for uid in scans} | {
        f"correction:{uid}" for uid in by_hand
    }
    return sources - _voided(enrollment, segment)
