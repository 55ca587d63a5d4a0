"""What a grant report counts over a span of days, with nobody singled out.

Source: product.md "Keeping": offerings, people and hours by discipline and state,
satisfaction and knowledge; headcounts always add up, answers never for groups
under five (docs/decisions/0023).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from tracker.domain.comparisons import Gain, Key, Pooled
from tracker.domain.evaluation import Kind, Repeat
from tracker.domain.tallies import LEAST

OTHER = "Other, taken together"
UNSTATED = "Not stated"
MINUTES_OF_A_TENTH = 6


@dataclass(frozen=True)
class Seat:
    """One participant's attendance at one offering; `minutes` is more than none."""

    person: int
    offering: str
    discipline: str
    state: str
    minutes: int


@dataclass(frozen=True)
class Group:
    """Some of the seats: how many different people, seats, and minutes of them all."""

    label: str
    people: int
    seats: int
    minutes: int


@dataclass(frozen=True)
class Line:
    """A group as the report shows it, in hours to the tenth that add up."""

    label: str
    people: int
    seats: int
    hours: float


@dataclass(frozen=True)
class Headcount:
    """Everybody, and the same by offering, by discipline and by state."""

    total: Line
    offerings: tuple[Line, ...]
    disciplines: tuple[Line, ...]
    states: tuple[Line, ...]


def count_heads(seats: Sequence[Seat]) -> Headcount:
    """Count people and hours.

    Each table's hours, and its people or (by offering, where somebody may be in
    two) its seats, add up to the total.
    """
    (total,) = _lines([_group("All", seats)])
    return Headcount(
        total=total,
        offerings=_table(seats, lambda seat: seat.offering),
        disciplines=_table(seats, lambda seat: seat.discipline),
        states=_table(seats, lambda seat: seat.state),
    )


def _table(seats: Sequence[Seat], label_of: Callable[[Seat], str]) -> tuple[Line, ...]:
    by_label: dict[str, list[Seat]] = {}
    for seat in seats:
        by_label.setdefault(label_of(seat) or UNSTATED, []).append(seat)
    groups = [_group(label, members) for label, members in by_label.items()]
    return _lines(merge_small(groups))


def _group(label: str, seats: Sequence[Seat]) -> Group:
    people = {seat.person for seat in seats}
    return Group(label, len(people), len(seats), sum(seat.minutes for seat in seats))


def merge_small(groups: Iterable[Group]) -> list[Group]:
    """Take groups of fewer than five people together, so that none stands out.

    Where these are fewer than five themselves, the smallest others join them: else
    the rest would be the one small group. The largest group stands first.
    """
    left = sorted(groups, key=lambda each: (-each.people, -each.minutes, each.label))
    small: list[Group] = []
    while left and (
        left[-1].people < LEAST or 0 < sum(each.people for each in small) < LEAST
    ):
        small.append(left.pop())
    if not small:
        return left
    return [
        *left,
        Group(
            OTHER,
            sum(each.people for each in small),
            sum(each.seats for each in small),
            sum(each.minutes for each in small),
        ),
    ]


def _lines(groups: Sequence[Group]) -> tuple[Line, ...]:
    tenths = apportioned([each.minutes for each in groups])
    return tuple(
        Line(each.label, each.people, each.seats, tenth / 10)
        for each, tenth in zip(groups, tenths, strict=True)
    )


def apportioned(minutes: Sequence[int]) -> list[int]:
    """Write minutes as tenths of hours whose sum is the rounded sum.

    The largest remainders are rounded up (Hamilton's method): what the report shows
    must add up as it is shown.
    """
    found = [each // MINUTES_OF_A_TENTH for each in minutes]
    total = (sum(minutes) + MINUTES_OF_A_TENTH // 2) // MINUTES_OF_A_TENTH
    by_rest = sorted(
        range(len(minutes)), key=lambda n: (-(minutes[n] % MINUTES_OF_A_TENTH), n)
    )
    for place in by_rest[: total - sum(found)]:
        found[place] += 1
    return found


@dataclass(frozen=True)
class GrantReport:
    """The whole report over the days from `first` to `last`, both included.

    `satisfaction` are the ratings of the overall parts, over all offerings that have
    released them; `gain` holds all right answers before against after.
    """

    first: date
    last: date
    offering_count: int
    heads: Headcount
    satisfaction: tuple[Pooled, ...]
    gain: Gain | None

    @property
    def favourable(self) -> float | None:
        """The share of favourable ratings, 0 to 1; None where nothing is shown."""
        rated = [each for each in self.satisfaction if is_rating(each)]
        answered = sum(each.answered for each in rated)
        return sum(each.favourable for each in rated) / answered if answered else None


def is_rating(each: Pooled) -> bool:
    """Say whether a question is a rating: numbers have another scale."""
    return each.question.kind is Kind.RATING


def overall(figures: Mapping[Key, Pooled]) -> tuple[Pooled, ...]:
    """Keep what is asked about an offering as a whole."""
    return tuple(each for each in figures.values() if each.repeat is Repeat.ONCE)


def calendar_year(day: date) -> tuple[date, date]:
    """Return the first and the last day of a day's year."""
    return date(day.year, 1, 1), date(day.year, 12, 31)


def fiscal_year(day: date) -> tuple[date, date]:
    """Return the federal fiscal year of a day: October to September.

    Source: 31 U.S.C. 1102.
    """
    first = day.year if day.month >= 10 else day.year - 1
    return date(first, 10, 1), date(first + 1, 9, 30)
