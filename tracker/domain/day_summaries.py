"""What a participant is told of one day once it is signed off."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from tracker.domain.attendance import COMPLETE, Standing, Status
from tracker.domain.progress import named

# Segments by number only: the mail is read where others look on (product.md).
SENTENCES = {
    Status.PARTIAL: "{} recorded for a part only, which does not count.",
    Status.EXCUSED: "You are excused from {}, which still has to be made up.",
}
MISSING = "{} missing."
COMPLETE_DAY = "Nothing of that day is missing. Sign in to see it:"
ASKING = "If that is not right, sign in and say so beside the segment:"
WAITING = "{} being looked at: you need not do anything."


@dataclass(frozen=True)
class DaySummary:
    """How many of a day's required segments are recorded, and what of the others."""

    recorded: int
    required: int
    sentences: tuple[str, ...]

    @property
    def headline(self) -> str:
        """The whole in five words: 4 of 4 recorded."""
        return f"{self.recorded} of {self.required} recorded"

    @property
    def words(self) -> str:
        """All of it, ending in what leads over to the link that follows."""
        if not self.sentences:
            return f"{self.headline}.\n\n{COMPLETE_DAY}"
        return "\n\n".join([f"{self.headline}.", "\n".join(self.sentences), ASKING])


def summarise(
    standing: Standing, numbers: Sequence[int], waiting: Collection[int]
) -> DaySummary:
    """Say how somebody stands at the required segments `numbers` of one day.

    `waiting` are those of which a held scan or a contest waits for a decision.
    """
    missing = [n for n in numbers if standing.statuses[n] not in COMPLETE]
    looked_at = [n for n in missing if n in waiting]
    found = [_sentence(WAITING, looked_at)] if looked_at else []
    by_words: dict[str, list[int]] = {}
    for number in missing:
        if number not in waiting:
            words = SENTENCES.get(standing.statuses[number], MISSING)
            by_words.setdefault(words, []).append(number)
    found += [_sentence(words, each) for words, each in by_words.items()]
    return DaySummary(len(numbers) - len(missing), len(numbers), tuple(found))


def _sentence(words: str, numbers: Sequence[int]) -> str:
    name = named(numbers)
    if words.startswith("{}"):
        name = f"{name.capitalize()} {'is' if len(numbers) == 1 else 'are'}"
    return words.format(name)
