"""What happened at a past offering: made by the services, with the times of then.

Each function is one step: it may be repeated, and then changes nothing. Which
minute somebody came and what they answered follows from the seed alone.
"""

import hashlib
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta

import sqlalchemy as sa

from tracker.db import db
from tracker.demo import people
from tracker.domain.attendance import CorrectionKind
from tracker.domain.scan_input import ScanInput, read_scan
from tracker.domain.schedule import Schedule, SegmentPlan
from tracker.errors import NotFoundError
from tracker.models import (
    Certificate,
    Enrollment,
    Offering,
    OutboxMessage,
    Segment,
    User,
)
from tracker.models.attendance import Evidence, ReasonChip
from tracker.services import (
    certificates,
    corrections,
    devices,
    enrollments,
    scanning,
    schedules,
    tokens,
    voids,
)
from tracker.services.acts import Act, Why
from tracker.services.audit import CLI, WORKER
from tracker.services.make_ups import Proof

SPACE = uuid.UUID("6f0e1c62-6d0b-4a87-9d5e-1d2f6a1c9b13")

# Who missed what, by the number of the participant (the first has it all).
MISSED = {2: 7, 5: 10, 6: 6}
TOO_LATE = {3: 3}
LATE = {8: 1, 12: 9}
EXCUSED = (5, 10)
MADE_UP = (6, 6)
VOIDED = (7, 2)


class Past:
    """One past offering while its history is made."""

    def __init__(self, offering: Offering, seed: str) -> None:
        """Read what every step needs."""
        self.offering = offering
        self.seed = seed
        self.schedule: Schedule = schedules.schedule_of(offering)
        rows = {
            each.person.email: each for each in enrollments.list_enrollments(offering)
        }
        self.people: dict[int, Enrollment] = {
            n: rows[people.email_of(n)]
            for n in range(1, len(rows) + 1)
            if people.email_of(n) in rows
        }

    def draw(self, below: int, *about: object) -> int:
        """Return a number from 0, always the same for the same seed and matter."""
        text = "\0".join(map(str, (self.seed, self.offering.code, *about)))
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]) % below

    def uid(self, *about: object) -> str:
        """Return an id that is the same at every repetition."""
        return uuid.uuid5(SPACE, ":".join(map(str, (self.offering.code, *about)))).hex

    @property
    def ends_at(self) -> datetime:
        """When the last segment ends."""
        return max(segment.ends_at for segment in self.schedule.held)


def pair_door(past: Past) -> str:
    """Pair the tablet at the door on the eve, and return its token."""
    eve = past.schedule.held[0].starts_at - timedelta(hours=15)
    code = devices.make_pairing_code(
        past.offering, "Front door", "Hall A", actor=CLI, now=eve
    )
    token, _ = devices.pair(code, past.uid("door"), now=eve)
    return token


def retire_doors(past: Past) -> None:
    """Revoke the tablet once everybody has left."""
    for device in devices.list_devices(past.offering):
        now = past.ends_at + timedelta(hours=3)
        devices.revoke_device(past.offering, device.public_id, actor=CLI, now=now)


def read_batches(past: Past) -> list[tuple[datetime, list[ScanInput]]]:
    """Return every segment's scans with the moment at which the door sent them."""
    return [
        (
            segment.ends_at - timedelta(minutes=1),
            sorted(_scans(past, segment), key=lambda scan: str(scan.scanned_at)),
        )
        for segment in past.schedule.held
    ]


def scan(token: str, scans: list[ScanInput], *, received_at: datetime) -> None:
    """Send one batch as the door does; it commits itself, so nothing else is open."""
    caller = tokens.find_caller(token)
    if caller is None:
        raise NotFoundError("The demo's door is gone; load the demo again.")
    scanning.record_scans(scans, caller, sent_at=None, received_at=received_at)


def _scans(past: Past, segment: SegmentPlan) -> Iterator[ScanInput]:
    codes = enrollments.current_passes(past.offering)
    for n, enrollment in past.people.items():
        if MISSED.get(n) == segment.number:
            continue
        moment = segment.starts_at + _arrival(past, n, segment.number)
        yield _scan(past, codes[enrollment.id], segment, moment, n, "in")
        if past.draw(12, "again", n, segment.number) == 0:
            again = moment + timedelta(seconds=20)
            yield _scan(past, codes[enrollment.id], segment, again, n, "again")
    moment = segment.starts_at - timedelta(minutes=3)
    yield _scan(past, "https://demo.example/a-poster", segment, moment, 0, "poster")


def _scan(
    past: Past, code: str, segment: SegmentPlan, moment: datetime, n: int, what: str
) -> ScanInput:
    return read_scan(
        {
            "id": past.uid("scan", what, n, segment.number),
            "pass": code,
            "segment": segment.number,
            "scanned_at": moment.isoformat(),
        }
    )


def _arrival(past: Past, n: int, number: int) -> timedelta:
    """Return how long after its start somebody came to a segment."""
    if TOO_LATE.get(n) == number:
        return timedelta(minutes=25)
    if LATE.get(n) == number:
        return timedelta(minutes=15)
    return timedelta(seconds=past.draw(17 * 60, "arrival", n, number) - 12 * 60)


def excuse(past: Past, user: User) -> None:
    """Excuse one person, on the last day; that alone completes nothing."""
    moment = past.ends_at + timedelta(hours=1)
    _mark(past, EXCUSED, CorrectionKind.EXCUSE, user, moment)


def make_up(past: Past, user: User) -> None:
    """Note three weeks later what one person has made up."""
    moment = past.ends_at + timedelta(days=21, hours=1)
    proof = Proof(Evidence.SESSION, "A sample: an hour with the instructor, by video.")
    _mark(past, MADE_UP, CorrectionKind.MAKE_UP, user, moment, proof)


def _mark(
    past: Past,
    who: tuple[int, int],
    kind: CorrectionKind,
    user: User,
    now: datetime,
    proof: Proof | None = None,
) -> None:
    n, number = who
    if n in past.people:
        why = Why(ReasonChip.OTHER, "A sample reason.")
        act = Act(why, past.uid("correction", n), user, now)
        corrections.mark(
            past.people[n], _segment(past, number), kind, act=act, proof=proof
        )


def void(past: Past, user: User) -> None:
    """Void a check-in long afterwards: the certificate that rests on it falls."""
    n, number = VOIDED
    if n in past.people:
        why = Why(ReasonChip.MISTAKE, "A sample: the badge was somebody else's.")
        now = past.ends_at + timedelta(days=30)
        act = Act(why, past.uid("void", n), user, now)
        voids.void_attendance(past.people[n], _segment(past, number), act=act)


def _segment(past: Past, number: int) -> Segment:
    return db.session.get_one(Segment, past.schedule.by_number[number].id)


def certify(past: Past, *, days: int) -> None:
    """Issue what was due so many days after the end."""
    now = past.ends_at + timedelta(days=days, hours=2)
    for enrollment in certificates.find_due(past.offering, now=now).due:
        if not _had_certificate(enrollment):
            certificates.issue(enrollment, actor=WORKER, now=now)


def _had_certificate(enrollment: Enrollment) -> bool:
    rows = sa.select(Certificate.id).filter_by(enrollment_id=enrollment.id)
    return db.session.scalar(rows.limit(1)) is not None


def file_mail(past: Past) -> None:
    """Take the mails of then for sent: nobody is to get them now."""
    end = past.ends_at + timedelta(days=365)
    db.session.execute(
        sa.update(OutboxMessage)
        .where(OutboxMessage.done_at.is_(None), OutboxMessage.created_at < end)
        .values(done_at=OutboxMessage.created_at)
    )
