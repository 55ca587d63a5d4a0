"""Results held against each other: all subjects together, other offerings, knowledge.

Only what is shown by itself is pooled, so that nothing too few can be had by
subtracting (docs/decisions/0020). Source: product.md "Evaluating".
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tracker.domain.evaluation import Question, Repeat
from tracker.domain.results import VALUES, QuestionResult, Results

Key = tuple[str, str, str]
"""What makes a question the same elsewhere: section, key and kind."""


@dataclass(frozen=True)
class Pooled:
    """A question over all subjects that show it. `total` is the sum of the values."""

    title: str
    repeat: Repeat
    question: Question
    answered: int
    total: int
    favourable: int

    @property
    def mean(self) -> float:
        """The mean over all answers."""
        return self.total / self.answered

    @property
    def share(self) -> float:
        """The share of favourable answers, 0 to 1."""
        return self.favourable / self.answered


def pooled(results: Results) -> dict[Key, Pooled]:
    """Sum ratings and numbers up over a section's subjects, in the form's order."""
    found: dict[Key, Pooled] = {}
    for part in results.parts:
        section = part.part.section
        for each in part.questions:
            if each.is_shown and each.question.kind in VALUES:
                key = (section.key, each.question.key, each.question.kind.value)
                new = _pooled(section.title, section.repeat, each)
                found[key] = _sum(found[key], new) if key in found else new
    return found


def pooled_of(all_results: Iterable[Results]) -> dict[Key, Pooled]:
    """Sum the same questions up over several offerings."""
    found: dict[Key, Pooled] = {}
    for results in all_results:
        for key, new in pooled(results).items():
            found[key] = _sum(found[key], new) if key in found else new
    return found


def _pooled(title: str, repeat: Repeat, each: QuestionResult) -> Pooled:
    total = sum(int(value) * count for value, count in each.counts.items())
    favourable = each.favourable or 0
    return Pooled(title, repeat, each.question, each.answered, total, favourable)


def _sum(one: Pooled, other: Pooled) -> Pooled:
    return Pooled(
        title=one.title,
        repeat=one.repeat,
        question=one.question,
        answered=one.answered + other.answered,
        total=one.total + other.total,
        favourable=one.favourable + other.favourable,
    )


@dataclass(frozen=True)
class Known:
    """How many of the answers to something were right."""

    correct: int
    answered: int

    @property
    def share(self) -> float:
        """The share of right answers, 0 to 1."""
        return self.correct / self.answered

    def __add__(self, other: "Known") -> "Known":
        """Put two together."""
        return Known(self.correct + other.correct, self.answered + other.answered)


@dataclass(frozen=True)
class Gain:
    """The same question before and after; `gain` in points of a hundred."""

    text: str
    before: Known
    after: Known

    @property
    def gain(self) -> float:
        """By how many points the share of right answers has grown."""
        return 100 * (self.after.share - self.before.share)


def knowledge_gains(before: Results, after: Results) -> tuple[Gain, ...]:
    """Hold each question with a key before against after.

    What is shown at one of the two only is left out: nothing can be compared.
    """
    known_before, known_after = _known(before), _known(after)
    return tuple(
        Gain(question.text, known_before[key][1], known)
        for key, (question, known) in known_after.items()
        if key in known_before
    )


def _known(results: Results) -> Mapping[str, tuple[Question, Known]]:
    return {
        part.part.field(each.question): (
            each.question,
            Known(each.correct, each.answered),
        )
        for part in results.parts
        for each in part.questions
        if each.is_shown and each.correct is not None
    }


def overall_gain(gains: Sequence[Gain], text: str = "All questions") -> Gain | None:
    """Put questions together, each answer counting once; None where there are none."""
    if not gains:
        return None
    first, *others = gains
    before, after = first.before, first.after
    for each in others:
        before, after = before + each.before, after + each.after
    return Gain(text, before, after)
