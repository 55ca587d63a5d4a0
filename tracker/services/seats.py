"""The seats of an offering, and the capacity they are counted against.

A seat is taken by a participant, and held by an accepted application until its
person confirms or the time to do so runs out.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from tracker.db import db
from tracker.domain.admissions import Reservation, Status, read_admission
from tracker.domain.seating import Room, Seated, room
from tracker.models import Application, Enrollment, Offering, Person
from tracker.models.enrollment import EnrollmentKind


def lock_offering(offering: Offering) -> None:
    """Let one change of the seats of an offering go at a time (trust.md)."""
    wanted = sa.select(Offering.id).where(Offering.id == offering.id)
    db.session.execute(wanted.with_for_update())


def total_seats(offering: Offering) -> int | None:
    """Return how many seats may be given, overbooking included; None: no limit."""
    if offering.capacity == 0:
        return None
    return offering.capacity + read_admission(offering.admission).overbooking


def _is_taken(offering: Offering) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        Enrollment.offering_id == offering.id,
        Enrollment.kind == EnrollmentKind.PARTICIPANT,
        Enrollment.withdrawn_at.is_(None),
    )


def _is_held(offering: Offering) -> tuple[sa.ColumnElement[bool], ...]:
    is_enrolled = sa.exists().where(
        Enrollment.person_id == Application.person_id, *_is_taken(offering)
    )
    return (
        Application.offering_id == offering.id,
        Application.status == Status.ACCEPTED,
        ~is_enrolled,
    )


def list_held(offering: Offering) -> list[Application]:
    """Return the accepted applications that hold a seat, the soonest to lapse first."""
    rows = db.session.scalars(
        sa.select(Application)
        .where(*_is_held(offering))
        .options(joinedload(Application.person))
        .order_by(Application.confirm_by, Application.id)
    )
    return list(rows)


def count_seats(offering: Offering) -> int:
    """Count the seats taken by who has not withdrawn, or held for accepted ones."""
    return sum(_counts(offering))


def _counts(offering: Offering) -> tuple[int, int]:
    taken = sa.select(sa.func.count(Enrollment.id)).where(*_is_taken(offering))
    held = sa.select(sa.func.count(Application.id)).where(*_is_held(offering))
    return db.session.scalar(taken) or 0, db.session.scalar(held) or 0


@dataclass(frozen=True)
class Occupancy:
    """How many seats of an offering are taken and held; `left` None: no limit.

    `left` counts what is open to everybody, `reserved` what is left of each
    reservation besides.
    """

    taken: int
    held: int
    left: int | None
    overbooking: int
    reserved: tuple[tuple[Reservation, int], ...] = ()


def occupancy_of(offering: Offering) -> Occupancy:
    """Count an offering's seats as its coordinators read them."""
    taken, held = _counts(offering)
    left = room_of(offering)
    over = read_admission(offering.admission).overbooking
    if left is None:
        return Occupancy(taken, held, None, over)
    return Occupancy(taken, held, max(left.general, 0), over, left.reserved)


def room_of(offering: Offering) -> Room | None:
    """Say what is left, for everybody and of each reservation; None: no limit."""
    return room_among(offering, list_seated(offering))


def room_among(offering: Offering, seated: Sequence[Seated]) -> Room | None:
    """Say what would be left if `seated` had the seats; None: no limit."""
    total = total_seats(offering)
    if total is None:
        return None
    return room(total, read_admission(offering.admission).reservations, seated)


def list_seated(offering: Offering) -> list[Seated]:
    """Return who has a seat or holds one, as reserved seats ask.

    Without any reserved, nobody is read, and nothing that is sealed opened.
    """
    if not read_admission(offering.admission).reservations:
        return [Seated()] * count_seats(offering)
    taken = sa.select(Enrollment.person_id).where(*_is_taken(offering))
    held = sa.select(Application.person_id).where(*_is_held(offering))
    people = sa.select(Person).where(Person.id.in_(taken.union(held)))
    return [seat_of(each) for each in db.session.scalars(people)]


def seat_of(person: Person) -> Seated:
    """Return what reserved seats ask of a person."""
    return Seated(person.discipline, person.agency)


def left_for(person: Person, left: Room | None) -> int | None:
    """Return how many seats a person could take one of; None: no limit."""
    return None if left is None else left.left_for(seat_of(person))


def capacity_problem(offering: Offering, new_count: int) -> str | None:
    """Say why new participants do not fit; capacity 0 takes everybody."""
    total, taken = total_seats(offering), count_seats(offering)
    if new_count == 0 or total is None or taken + new_count <= total:
        return None
    over = total - offering.capacity
    beyond = f" and {over} more may be given" if over else ""
    return (
        f"{new_count} new would make {taken + new_count} people, "
        f"but the capacity is {offering.capacity}{beyond}"
    )
