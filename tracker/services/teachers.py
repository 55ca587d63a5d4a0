"""Instructors' addresses, where their codes are sent: a coordinator keeps them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from tracker.db import db, pairs_of
from tracker.domain.names import clean_text, is_address, normalise_address
from tracker.errors import InvalidError, NotFoundError
from tracker.models import (
    Instructor,
    Membership,
    Offering,
    Segment,
    SegmentInstructor,
    User,
)
from tracker.models.staff import Role
from tracker.services import audit, segments, staff
from tracker.services.audit import Actor


@dataclass(frozen=True)
class Teacher:
    """An instructor as a coordinator sees them; `email` is empty where none is known.

    `has_passphrase`: signs in with that as well, and then sees the whole offering.
    """

    public_id: str
    name: str
    title: str
    email: str
    has_passphrase: bool
    segments: tuple[int, ...]


def list_teachers(offering: Offering) -> list[Teacher]:
    """Return an offering's instructors with addresses, in order: three queries."""
    taught: dict[int, list[int]] = {}
    for instructor_id, number in db.session.execute(
        sa.select(SegmentInstructor.instructor_id, Segment.number)
        .join(Segment, Segment.id == SegmentInstructor.segment_id)
        .where(Segment.offering_id == offering.id, Segment.cancelled_at.is_(None))
        .order_by(Segment.number)
    ):
        taught.setdefault(instructor_id, []).append(number)
    rows = db.session.scalars(
        sa.select(Instructor)
        .where(Instructor.offering_id == offering.id)
        .order_by(Instructor.position)
    ).all()
    accounts = _accounts_of(rows)
    return [
        Teacher(
            public_id=row.public_id,
            name=row.name,
            title=row.title,
            email=accounts[row.user_id].email if row.user_id else "",
            has_passphrase=row.user_id is not None
            and accounts[row.user_id].passphrase_hash is not None,
            segments=tuple(taught.get(row.id, ())),
        )
        for row in rows
    ]


def _accounts_of(rows: Iterable[Instructor]) -> Mapping[int, User]:
    wanted = [row.user_id for row in rows if row.user_id is not None]
    found = db.session.scalars(sa.select(User).where(User.id.in_(wanted)))
    return {user.id: user for user in found}


def emails_of(offering: Offering) -> Mapping[int, str]:
    """Return the addresses known of an offering's instructors, by row id."""
    return pairs_of(
        sa.select(Instructor.id, User.email)
        .join(User, User.id == Instructor.user_id)
        .where(Instructor.offering_id == offering.id)
    )


def get_instructor(offering: Offering, public_id: str) -> Instructor:
    """Return an instructor of this offering.

    Raises:
        NotFoundError: there is none of that id, or it is another offering's.
    """
    found = db.session.scalar(
        sa.select(Instructor).where(
            Instructor.offering_id == offering.id, Instructor.public_id == public_id
        )
    )
    if found is None:
        raise NotFoundError
    return found


def set_address(
    offering: Offering,
    instructor: Instructor,
    email: str,
    *,
    actor: Actor,
    now: datetime,
) -> bool:
    """Say where an instructor's codes are sent; an empty address ends it.

    The account gets the role in this offering, and no passphrase: without one it
    opens the own segments only. Colleagues never see the address.

    Returns:
        Whether anything changed.

    Raises:
        InvalidError: no e-mail address, or its account was closed.
    """
    wanted = clean_text(email)
    before = db.session.get(User, instructor.user_id) if instructor.user_id else None
    if normalise_address(wanted) == normalise_address(before.email if before else ""):
        _rename(before, instructor)
        return False
    user = None
    if wanted:
        if not is_address(wanted):
            message = "Write an e-mail address, like name@agency.org."
            raise InvalidError(message, {"email": message})
        user = _account_of(wanted, offering, now=now)
    instructor.user_id = user.id if user else None
    _rename(user, instructor)
    db.session.flush()
    if before:
        _drop_role(before, offering)
    details = {"instructor": instructor.public_id, "has_address": user is not None}
    audit.record(actor, "instructor.address", details, offering, now=now)
    return True


def _account_of(email: str, offering: Offering, *, now: datetime) -> User:
    """Give an account the instructor's role, without inviting anybody."""
    user = staff.get_or_add(email, now=now)
    if user.disabled_at is not None:
        message = "This account was closed. Ask an administrator."
        raise InvalidError(message, {"email": message})
    staff.add_membership(user, Role.INSTRUCTOR, offering, now=now)
    return user


def _rename(user: User | None, instructor: Instructor) -> None:
    """Call an account by the instructor's name: pages would else show its address.

    Who has a passphrase has said their name themselves.
    """
    if user is not None and user.passphrase_hash is None:
        user.name = instructor.name


def _drop_role(user: User, offering: Offering) -> None:
    """Take the role from who no longer teaches here and never had a passphrase."""
    teaches = sa.select(Instructor.id).filter_by(
        offering_id=offering.id, user_id=user.id
    )
    if user.passphrase_hash is None and not db.session.scalars(teaches).first():
        db.session.execute(
            sa.delete(Membership).where(
                Membership.user_id == user.id,
                Membership.offering_id == offering.id,
                Membership.role == Role.INSTRUCTOR,
            )
        )


def write_instructors(
    offering: Offering, wanted: list[dict[str, Any]], *, actor: Actor, now: datetime
) -> dict[str, Instructor]:
    """Make an offering's instructors those of a checked file, and return them by key.

    They are matched by key, so that nobody takes over another's evaluation.

    Raises:
        InvalidError: an address cannot be kept; says whose.
    """
    rows = {row.key: row for row in segments.list_instructors(offering)}
    for row in rows.values():
        row.position = -row.position  # out of the way: a position stands once
    db.session.flush()
    for key in rows.keys() - {each["key"] for each in wanted}:
        gone = rows.pop(key)
        set_address(offering, gone, "", actor=actor, now=now)
        db.session.delete(gone)
    for position, each in enumerate(wanted, start=1):
        row = rows.setdefault(each["key"], Instructor(key=each["key"]))
        row.offering_id, row.position = offering.id, position
        row.name, row.title = each["name"], each["title"]
        db.session.add(row)
    db.session.flush()
    for n, each in enumerate(wanted):
        try:
            email = each.get("email", "")
            set_address(offering, rows[each["key"]], email, actor=actor, now=now)
        except InvalidError as error:
            raise InvalidError(str(error), {f"[{n}].email": str(error)}) from error
    return rows


def plain_instructors(offering: Offering) -> list[dict[str, Any]]:
    """Write an offering's instructors as its file has them."""
    emails = emails_of(offering)
    return [
        {"key": row.key, "name": row.name, "title": row.title}
        | ({"email": emails[row.id]} if row.id in emails else {})
        for row in segments.list_instructors(offering)
    ]
