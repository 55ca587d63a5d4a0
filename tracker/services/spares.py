"""Spare badges: numbered passes that are nobody's until they are bound to a person."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from tracker import keys, labels
from tracker.db import db
from tracker.documents import Badge, BadgeSheet
from tracker.domain import passes
from tracker.errors import ConflictError, InvalidError, NotFoundError
from tracker.models import (
    Correction,
    Dismissal,
    Enrollment,
    Offering,
    Pass,
    Person,
    Scan,
)
from tracker.services import audit, enrolling, schedules, seats
from tracker.services.audit import Actor

MOST_AT_ONCE = 100
MOST_OF_ALL = 500


@dataclass(frozen=True)
class SpareLine:
    """A spare badge as staff see it; without `enrollment` it is nobody's yet.

    `waiting` counts its scans that nobody has decided.
    """

    number: int
    enrollment: str | None
    name: str
    is_revoked: bool
    waiting: int


def make_spares(
    offering: Offering, count: int, *, after: int, actor: Actor, now: datetime
) -> int:
    """Make `count` more spare badges, numbered on; return how many were made.

    `after` is the highest number there was when that was asked: sent twice, the
    second finds a higher one and makes none.

    Raises:
        InvalidError: fewer than one, more than 100, or more than 500 in all.
    """
    if not 0 < count <= MOST_AT_ONCE:
        message = f"Make 1 to {MOST_AT_ONCE} at once."
        raise InvalidError(message, {"count": message})
    seats.lock_offering(offering)
    last = last_number(offering)
    if last != after:
        return 0
    if last + count > MOST_OF_ALL:
        message = f"An offering has {MOST_OF_ALL} spare badges at most."
        raise InvalidError(message, {"count": message})
    for number in range(last + 1, last + count + 1):
        values = enrolling.new_pass(offering, None, now=now)
        db.session.add(Pass(**values, spare_number=number))
    db.session.flush()
    details = {"first": last + 1, "count": count}
    audit.record(actor, "spares.make", details, offering, now=now)
    schedules.raise_version(offering.id)
    return count


def last_number(offering: Offering) -> int:
    """Return the highest number of an offering's spare badges; 0 for none."""
    wanted = sa.select(sa.func.max(Pass.spare_number))
    return db.session.scalar(wanted.where(Pass.offering_id == offering.id)) or 0


def list_spares(offering: Offering) -> list[SpareLine]:
    """List an offering's spare badges by number: one query."""
    decided = sa.exists().where(
        Correction.offering_id == Scan.offering_id, Correction.scan_uid == Scan.uid
    )
    dismissed = sa.exists().where(
        Dismissal.offering_id == Scan.offering_id, Dismissal.scan_uid == Scan.uid
    )
    waiting = (
        sa.select(sa.func.count(Scan.id))
        .where(Scan.spare_pass_id == Pass.id, ~decided, ~dismissed)
        .scalar_subquery()
    )
    rows = db.session.execute(
        sa.select(Pass, Enrollment.public_id, Person.name, waiting)
        .outerjoin(Enrollment, Enrollment.id == Pass.enrollment_id)
        .outerjoin(Person, Person.id == Enrollment.person_id)
        .where(Pass.offering_id == offering.id, Pass.spare_number.is_not(None))
        .order_by(Pass.spare_number)
    )
    return [
        SpareLine(
            number=row.spare_number or 0,
            enrollment=enrollment,
            name=name or "",
            is_revoked=row.revoked_at is not None,
            waiting=count,
        )
        for row, enrollment, name, count in rows
    ]


def get_spare(offering: Offering, number: int) -> Pass:
    """Return one spare badge of an offering by its number.

    Raises:
        NotFoundError: the offering has none of this number.
    """
    found = db.session.scalar(
        sa.select(Pass).where(
            Pass.offering_id == offering.id, Pass.spare_number == number
        )
    )
    if found is None:
        raise NotFoundError
    return found


def find_spare(offering: Offering, text: str) -> Pass | None:
    """Find a spare badge by its number, or by its code as scanned or typed."""
    text = text.strip()
    wanted = sa.select(Pass).where(
        Pass.offering_id == offering.id, Pass.spare_number.is_not(None)
    )
    if text.isdecimal() and text.isascii() and len(text) < 6:
        return db.session.scalar(wanted.where(Pass.spare_number == int(text)))
    code = passes.normalise(text)
    if not passes.is_well_formed(code):
        return None
    digest = keys.ring().digest("pass", code)
    return db.session.scalar(wanted.where(Pass.fingerprint == digest))


def list_badges(offering: Offering) -> tuple[Badge, ...]:
    """Return the badges of the spares that are still nobody's, by number."""
    rows = db.session.scalars(
        sa.select(Pass)
        .where(
            Pass.offering_id == offering.id,
            Pass.spare_number.is_not(None),
            Pass.enrollment_id.is_(None),
            Pass.revoked_at.is_(None),
        )
        .order_by(Pass.spare_number)
    )
    return tuple(
        Badge(
            name="",
            agency=None,
            role=f"Spare {row.spare_number}",
            code=passes.derive_pass(offering.key, row.secret_id),
            number="",
        )
        for row in rows
    )


def read_sheet(
    offering: Offering, *, sheet: str = labels.USUAL, actor: Actor, now: datetime
) -> BadgeSheet:
    """Return the spare badges that are nobody's yet, and note that they were read.

    `sheet` names one of `labels.SHEETS`.

    Raises:
        ConflictError: there is none to print.
    """
    badges = list_badges(offering)
    if not badges:
        raise ConflictError("There is no spare badge to print. Make some first.")
    details = {"count": len(badges)}
    audit.record(actor, "spares.print", details, offering, now=now)
    return BadgeSheet(
        title=offering.code,
        host_name=offering.host.get("name", ""),
        badges=badges,
        stock=offering.stock,
        sheet=sheet,
    )
