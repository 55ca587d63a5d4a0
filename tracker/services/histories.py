"""The facts of attendance as staff read them: scans and corrections side by side."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from tracker.db import db
from tracker.domain.attendance import voided_sources
from tracker.domain.scans import Outcome
from tracker.domain.wording import (
    CORRECTIONS,
    ROOM_CODE,
    SPOKEN_CODE,
    TAKEN_BACK,
    scan_words,
)
from tracker.errors import NotFoundError
from tracker.models import (
    ApiToken,
    Correction,
    Device,
    Enrollment,
    Offering,
    Scan,
    User,
)
from tracker.models.attendance import Evidence, ReasonChip
from tracker.services import attendance, spoken_codes
from tracker.services.attendance import correction_fact

CHIPS = {
    ReasonChip.BADGE_FORGOTTEN: "Badge forgotten",
    ReasonChip.PHONE_DEAD: "Phone dead",
    ReasonChip.SCANNER_DOWN: "Scanner down",
    ReasonChip.SEEN_IN_ROOM: "Seen in the room",
    ReasonChip.SIGN_IN_SHEET: "Signed the sheet",
    ReasonChip.MISTAKE: "A mistake",
    ReasonChip.OTHER: "",
}
EVIDENCE = {
    Evidence.OTHER_OFFERING: "A scan at another offering",
    Evidence.SESSION: "A session",
    Evidence.ASSIGNMENT: "An assignment",
}


@dataclass(frozen=True)
class Fact:
    """One scan or correction, in words.

    `uid` is the scan's id or the correction's public id; `by` is the device, the
    program or the person; `segment_id` is None where no segment could be told.
    `moment` is the time that a check-in by hand is for. `is_void` facts are out
    of account, `is_open` ones wait for a decision, whose id `decision_uid` is: as
    there is one per scan, the first decision stands.
    """

    uid: str
    is_correction: bool
    segment_id: int | None
    at: datetime
    words: str
    by: str
    why: str = ""
    moment: datetime | None = None
    is_void: bool = False
    is_open: bool = False
    decision_uid: str = ""


def list_facts(enrollment: Enrollment) -> list[Fact]:
    """Return every scan and correction of an enrollment in the order of time."""
    corrections = _corrections(enrollment)
    rows = [row for row, _ in corrections]
    voided = voided_sources(map(correction_fact, rows))
    settled = {row.scan_uid for row in rows if row.scan_uid}
    facts = [*_scan_facts(enrollment, voided, settled)]
    facts += [_correction_fact(row, author, voided) for row, author in corrections]
    return sorted(facts, key=lambda fact: (fact.at, fact.is_correction, fact.uid))


def get_fact(enrollment: Enrollment, uid: str) -> Fact:
    """Return one correction of an enrollment, in words.

    Raises:
        NotFoundError: there is none of that id, or it is somebody else's.
    """
    for fact in list_facts(enrollment):
        if fact.is_correction and fact.uid == uid:
            return fact
    raise NotFoundError


def _corrections(enrollment: Enrollment) -> list[tuple[Correction, str]]:
    """Return the corrections, each with its author: a person, or a device's name."""
    rows: Iterable[tuple[Correction, User | None, str | None]] = db.session.execute(
        sa.select(Correction, User, Device.name)
        .outerjoin(User, User.id == Correction.user_id)
        .outerjoin(Device, Device.id == Correction.device_id)
        .where(Correction.enrollment_id == enrollment.id)
    )
    return [
        (row, device or "" if user is None else user.name or user.email)
        for row, user, device in rows
    ]


def _scan_facts(
    enrollment: Enrollment, voided: frozenset[str], settled: set[str]
) -> Iterable[Fact]:
    rows = db.session.execute(
        sa.select(Scan, Device.name, ApiToken.name)
        .outerjoin(Device, Device.id == Scan.device_id)
        .outerjoin(ApiToken, ApiToken.id == Scan.token_id)
        .where(attendance.scans_of([enrollment.id]))
    )
    said = spoken_codes.list_used(enrollment)
    for scan, device, program in rows:
        yield Fact(
            uid=scan.uid,
            is_correction=False,
            segment_id=scan.segment_id,
            at=scan.scanned_at,
            words=scan_words(scan.direction, scan.outcome, scan.reason),
            by=device or program or _by_phone(scan, said),
            is_void=f"scan:{scan.uid}" in voided,
            is_open=scan.outcome is Outcome.HELD and scan.uid not in settled,
            decision_uid=_decision_uid(enrollment, scan),
        )


def _by_phone(scan: Scan, said: Mapping[tuple[int, datetime], str]) -> str:
    """Say how a participant's own phone checked in; a spoken code names who said it."""
    if scan.phone_digest is not None:
        return ROOM_CODE
    author = said.get((scan.segment_id or 0, scan.scanned_at))
    return f"{SPOKEN_CODE}, {author}" if author else ""


def _decision_uid(enrollment: Enrollment, scan: Scan) -> str:
    text = f"held scan {enrollment.public_id} {scan.uid}"
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _correction_fact(row: Correction, author: str, voided: frozenset[str]) -> Fact:
    is_undo = row.device_id is not None
    return Fact(
        uid=row.public_id,
        is_correction=True,
        segment_id=row.segment_id,
        at=row.made_at,
        words=TAKEN_BACK if is_undo else CORRECTIONS[row.kind],
        by=author,
        why="" if is_undo else _why(row),
        moment=row.at,
        is_void=f"correction:{row.public_id}" in voided,
    )


def _why(row: Correction) -> str:
    if row.evidence_kind:
        return f"{EVIDENCE[row.evidence_kind].lower()}, {row.evidence}"
    return ", ".join(filter(None, (CHIPS[row.chip].lower(), row.reason)))


def get_scan(enrollment: Enrollment, uid: str) -> Scan:
    """Return a scan of this enrollment.

    Raises:
        NotFoundError: there is none of that id, or it is somebody else's.
    """
    found = db.session.scalar(
        sa.select(Scan).where(attendance.scans_of([enrollment.id]), Scan.uid == uid)
    )
    if found is None:
        raise NotFoundError
    return found


def get_corrected(offering: Offering, public_id: str) -> tuple[Enrollment, Correction]:
    """Return a correction made in an offering, with whose it is.

    Raises:
        NotFoundError: the offering has none of that id.
    """
    found = db.session.execute(
        sa.select(Enrollment, Correction)
        .join(Correction, Correction.enrollment_id == Enrollment.id)
        .where(Enrollment.offering_id == offering.id, Correction.public_id == public_id)
        .options(joinedload(Enrollment.person), joinedload(Enrollment.offering))
    ).first()
    if found is None:
        raise NotFoundError
    enrollment, correction = found
    return enrollment, correction
