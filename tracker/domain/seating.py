"""How many seats are left, and for whom: capacity, overbooking, reserved seats.

Source of the rules: product.md, "Applying".
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tracker.domain.admissions import Reservation, ReservedFor
from tracker.domain.names import clean_text


@dataclass(frozen=True)
class Seated:
    """What reserved seats ask of somebody who has a seat, or wants one."""

    discipline: str = ""
    agency: str = ""


@dataclass(frozen=True)
class Room:
    """What is left: seats open to everybody, and per reservation its own."""

    general: int
    reserved: tuple[tuple[Reservation, int], ...] = ()

    def left_for(self, person: Seated) -> int:
        """Return how many seats this person could take one of; never below 0."""
        own = sum(count for each, count in self.reserved if _fits(person, each))
        return max(self.general, 0) + own

    @property
    def is_full(self) -> bool:
        """Whether nobody at all could be given a seat."""
        return self.general <= 0 and not any(count for _, count in self.reserved)


def room(
    total: int, reservations: Sequence[Reservation], seated: Iterable[Seated]
) -> Room:
    """Count what is left of `total` seats (capacity and overbooking).

    Whoever fits a reservation takes one of its seats first, and a general one when
    those are gone; so a reservation never keeps its own people from the rest. Who
    fits several takes the one that the fewest others fit, the same whatever the
    order of arrival. Reserved seats beyond the total are none.
    """
    free = _shares(total, reservations)
    general = total - sum(free)
    people = list(seated)
    crowds = [sum(_fits(each, wanted) for each in people) for wanted in reservations]
    for person in sorted(people, key=lambda each: _choices(each, reservations)):
        fitting = [
            place
            for place, each in enumerate(reservations)
            if free[place] > 0 and _fits(person, each)
        ]
        if fitting:
            free[min(fitting, key=crowds.__getitem__)] -= 1
        else:
            general -= 1
    return Room(general, tuple(zip(reservations, free, strict=True)))


def _shares(total: int, reservations: Sequence[Reservation]) -> list[int]:
    left, shares = total, []
    for each in reservations:
        shares.append(min(each.seats, left))
        left -= shares[-1]
    return shares


def _choices(person: Seated, reservations: Sequence[Reservation]) -> int:
    return sum(_fits(person, each) for each in reservations) or len(reservations) + 1


def _fits(person: Seated, reservation: Reservation) -> bool:
    is_discipline = reservation.kind is ReservedFor.DISCIPLINE
    said = person.discipline if is_discipline else person.agency
    return clean_text(said).casefold() == clean_text(reservation.value).casefold()
