"""Deciding held scans, one by one or together: each decision is a fact of its own.

A scan that counts becomes a check-in that names it; one that does not is voided, or
dismissed where it is nobody's. The scan's row is locked first, so that the first
decision stands whoever else decides at that moment (docs/decisions/0006).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import sqlalchemy as sa

from tracker.db import db
from tracker.domain.attendance import CorrectionKind
from tracker.domain.scans import Outcome
from tracker.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from tracker.models import (
    Correction,
    Dismissal,
    Enrollment,
    Offering,
    Pass,
    Scan,
    Segment,
)
from tracker.services import audit, corrections, voids
from tracker.services.acts import Act

DECIDED = "This scan is decided already."


@dataclass(frozen=True)
class Choice:
    """What was chosen for one scan; `enrollment` only where it is a written name.

    `segment` is None where no segment takes a check-in of that time.
    """

    uid: str
    segment: Segment | None
    enrollment: Enrollment | None = None


@dataclass
class Decided:
    """What deciding together did: how many, and by uid which not and why."""

    count: int = 0
    before: list[str] = field(default_factory=list)
    impossible: dict[str, str] = field(default_factory=dict)


def count_held_scan(
    scan: Scan, segment: Segment, *, act: Act, enrollment: Enrollment | None = None
) -> Correction:
    """Let a held scan count, by a check-in or check-out at its time that names it.

    `enrollment` is whose a written name is; elsewhere the pass says so.

    Raises:
        InvalidError: a check-out where none is asked for, a name of nobody, or a time
            that none by hand may have: then correct by hand and dismiss the scan.
        ConflictError: somebody has decided it already.
    """
    _lock([scan])
    owner = _owner(scan) or enrollment
    if owner is None:
        message = "Choose whose scan this is."
        raise InvalidError(message, {"person": message})
    corrections.lock_enrollment(owner)
    at, direction = scan.scanned_at, scan.direction
    if earlier := _find_decision(scan, act, corrections.KINDS[direction]):
        return corrections.get_correction(owner, earlier)
    corrections.refuse_time(
        owner, segment, at, act.now, field="segment", direction=direction
    )
    return corrections.check_in_by_hand(
        owner, segment, at=at, act=act, direction=direction, scan_uid=scan.uid
    )


def dismiss_held_scan(scan: Scan, segment: Segment | None, *, act: Act) -> None:
    """Decide that a held scan does not count; it stays visible.

    Without a segment it is noted at the one that it was made for, else at the first.

    Raises:
        ConflictError: somebody has decided it already.
    """
    _lock([scan])
    owner = _owner(scan)
    if owner is None:
        _dismiss_of_nobody(scan, act)
        return
    corrections.lock_enrollment(owner)
    if _find_decision(scan, act, CorrectionKind.VOID):
        return
    segment = segment or _any_segment(scan)
    voids.insert_void(f"scan:{scan.uid}", owner, segment, act)
    corrections.after_change(owner, segment, "scan.dismiss", 1, act)


def _any_segment(scan: Scan) -> Segment:
    if scan.segment_id is not None:
        return db.session.get_one(Segment, scan.segment_id)
    return db.session.scalars(
        sa.select(Segment)
        .where(Segment.offering_id == scan.offering_id)
        .order_by(Segment.number)
        .limit(1)
    ).one()


def _dismiss_of_nobody(scan: Scan, act: Act) -> None:
    if _find_decision(scan, act, CorrectionKind.VOID):
        return
    why = act.why.checked()
    db.session.add(
        Dismissal(
            public_id=act.uid,
            offering_id=scan.offering_id,
            scan_uid=scan.uid,
            chip=why.chip,
            reason=why.text,
            user_id=act.user.id,
            made_at=act.now,
        )
    )
    offering = db.session.get_one(Offering, scan.offering_id)
    actor, details = audit.actor_of(act.user), {"scan": scan.uid}
    audit.record(actor, "scan.dismiss", details, offering, now=act.now)


def decide_together(
    offering: Offering, choices: Sequence[Choice], *, counts: bool, act: Act
) -> Decided:
    """Decide several held scans alike, for one reason.

    What somebody else has decided meanwhile is skipped and said so, and so is what
    cannot be decided like this. Sent twice, it is the same decision.

    Raises:
        NotFoundError: one of them is no held scan of this offering.
        InvalidError: the reason is missing.
    """
    act.why.checked()
    scans = _lock(_read(offering, [each.uid for each in choices]))
    by_uid = {each.uid: each for each in choices}
    result = Decided()
    for scan in sorted(scans, key=_by_owner):
        part = replace(act, uid=_part_of(act.uid, scan))
        try:
            _decide(scan, by_uid[scan.uid], part, counts=counts)
        except ConflictError:
            result.before.append(scan.uid)
        except (InvalidError, ForbiddenError) as error:
            result.impossible[scan.uid] = error.message
        else:
            result.count += 1
    return result


def _decide(scan: Scan, choice: Choice, act: Act, *, counts: bool) -> None:
    if not counts:
        dismiss_held_scan(scan, choice.segment, act=act)
    elif choice.segment:
        count_held_scan(scan, choice.segment, act=act, enrollment=choice.enrollment)
    else:
        raise InvalidError("No segment takes a check-in of that time.")


def _read(offering: Offering, uids: Sequence[str]) -> list[Scan]:
    rows = db.session.scalars(
        sa.select(Scan).where(
            Scan.offering_id == offering.id,
            Scan.uid.in_(uids),
            Scan.outcome == Outcome.HELD,
        )
    ).all()
    if len(rows) != len(set(uids)):
        raise NotFoundError
    return list(rows)


def _lock(scans: list[Scan]) -> list[Scan]:
    """Let one decision of these scans go at a time; in the order of their ids.

    Raises:
        ConflictError: one of them is not held.
    """
    if any(scan.outcome is not Outcome.HELD for scan in scans):
        raise ConflictError("This scan is not waiting for a decision.")
    ids = [scan.id for scan in scans]
    db.session.execute(
        sa.select(Scan.id).where(Scan.id.in_(ids)).order_by(Scan.id).with_for_update()
    )
    return scans


def _owner(scan: Scan) -> Enrollment | None:
    """Return whose a scan is: its pass's, or that of a spare badge since bound."""
    found = scan.enrollment_id
    if found is None and scan.spare_pass_id is not None:
        found = db.session.get_one(Pass, scan.spare_pass_id).enrollment_id
    return db.session.get_one(Enrollment, found) if found is not None else None


def _by_owner(scan: Scan) -> tuple[int, int]:
    """Enrollments are locked in the order of their ids, as everywhere."""
    return scan.enrollment_id or 0, scan.id


def _part_of(uid: str, scan: Scan) -> str:
    """Name one decision of several, so that sending them again meets it."""
    return hashlib.sha256(f"{uid} {scan.uid}".encode()).hexdigest()[:32]


def _find_decision(scan: Scan, act: Act, kind: CorrectionKind) -> str | None:
    """Return the decision of this very act, where it is stored; None where none is.

    Raises:
        ConflictError: it was decided by another act, or otherwise.
    """
    found = db.session.execute(
        sa.select(Correction.public_id, Correction.user_id, Correction.kind)
        .where(
            Correction.offering_id == scan.offering_id, Correction.scan_uid == scan.uid
        )
        .union_all(
            sa.select(
                Dismissal.public_id,
                Dismissal.user_id,
                sa.literal(CorrectionKind.VOID, Correction.kind.type),
            ).where(
                Dismissal.offering_id == scan.offering_id,
                Dismissal.scan_uid == scan.uid,
            )
        )
    ).all()
    if not found:
        return None
    if (act.uid, act.user.id, kind) not in {tuple(row) for row in found}:
        raise ConflictError(DECIDED)
    return act.uid
