"""A headcount held against who was in the room at that moment."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from tracker.domain.attendance import Record

LARGEST = 10_000


def was_in(record: Record, moment: datetime) -> bool:
    """Say whether somebody was in the room at a moment, as far as is recorded.

    In from the first check-in on, until a last "out" that no later "in" follows. Who
    left and came back counts as in throughout: of what lies between, only the last
    "out" and the last "in" are kept.
    """
    if record.first_in is None or record.first_in > moment:
        return False
    has_left = record.last_out is not None and (
        record.last_in is None or record.last_out > record.last_in
    )
    return not (has_left and record.last_out is not None and record.last_out <= moment)


def count_in(records: Iterable[Record], moment: datetime) -> int:
    """Count who was in at a moment."""
    return sum(was_in(each, moment) for each in records)


@dataclass(frozen=True)
class Comparison:
    """What was counted in a room, and how many were recorded as in at that moment.

    `explained` is the difference that `explanation` is about: where later facts have
    changed it, the words no longer fit.
    """

    counted: int
    recorded: int
    explanation: str = ""
    explained: int | None = None

    @property
    def difference(self) -> int:
        """People counted beyond those recorded; negative where some were missing."""
        return self.counted - self.recorded

    @property
    def is_settled(self) -> bool:
        """Whether the two agree, or staff have explained why they do not."""
        return self.difference in {0, self.explained}

    @property
    def words(self) -> str:
        """The difference in words, without its explanation."""
        if self.difference == 0:
            return "The headcount and the check-ins agree."
        number = abs(self.difference)
        people = "1 person" if number == 1 else f"{number} people"
        more = "more" if self.difference > 0 else "fewer"
        return f"Counted {people} {more} than were checked in at that time."
