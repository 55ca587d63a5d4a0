"""Released answers sorted by question, and which of them are enough to be shown."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tracker.domain.evaluation import ABSENT, Form, Kind, Question, Repeat, Section

LEAST = 5
"""Of fewer answers than these nothing is shown."""


@dataclass(frozen=True)
class Answers:
    """One response: the version of the form it fits, and its values by field."""

    version: int
    values: Mapping[str, Any]


Batch = Sequence[Answers]
"""Responses that were released together."""


def shown_batches(counts: Sequence[int]) -> int:
    """Say how many batches, from the first, are shown, given their answers' counts.

    A batch with fewer than five answers waits until the later ones bring it to
    five: so what is shown never grows by fewer than five answers (I11).
    """
    shown = waiting = 0
    for number, count in enumerate(counts, start=1):
        waiting += count
        if waiting >= LEAST:
            shown, waiting = number, 0
    return shown


class Tally:
    """All answers sorted by field, and by batch within it, read once."""

    def __init__(self, batches: Sequence[Batch], forms: Mapping[int, Form]) -> None:
        self.size = len(batches)
        self.versions = [Counter(each.version for each in batch) for batch in batches]
        self.kinds = {version: _kinds(form) for version, form in forms.items()}
        self.values: dict[tuple[str, Kind], list[list[Any]]] = {}
        self.present: dict[str, list[int]] = {}
        self.absent: dict[str, list[int]] = {}
        for number, batch in enumerate(batches):
            for answers in batch:
                self._take(number, answers)

    def _take(self, number: int, answers: Answers) -> None:
        kinds, parts = self.kinds[answers.version], set()
        for name, value in answers.values.items():
            part, _, key = name.rpartition(".")
            if key == ABSENT:
                self.absent.setdefault(part, [0] * self.size)[number] += 1
                continue
            kind = kinds.get((part.partition(".")[0], key))
            if kind is None:
                continue
            empty: list[list[Any]] = [[] for _ in range(self.size)]
            self.values.setdefault((name, kind), empty)[number].append(value)
            parts.add(part)
        for part in parts:
            self.present.setdefault(part, [0] * self.size)[number] += 1

    def of(self, name: str, kind: Kind) -> list[list[Any]]:
        """Return a field's values, batch by batch."""
        return self.values.get((name, kind)) or [[] for _ in range(self.size)]

    def there(self, part: str) -> list[int]:
        """Count, batch by batch, who answered anything in a part."""
        return self.present.get(part) or [0] * self.size

    def asked(self, section: str, questions: Iterable[Question], first: int) -> int:
        """Count the responses of the first batches that were asked any of these."""
        wanted = {((section, each.key), each.kind) for each in questions}
        versions = {v for v, kinds in self.kinds.items() if wanted & kinds.items()}
        return sum(
            batch[version] for batch in self.versions[:first] for version in versions
        )


def _kinds(form: Form) -> dict[tuple[str, str], Kind]:
    return {
        (section.key, question.key): question.kind
        for section in form.sections
        for question in section.questions
    }


def merged_sections(forms: Mapping[int, Form]) -> list[Section]:
    """Return the newest version's sections, then what only older versions asked."""
    found: dict[tuple[str, Repeat], Section] = {}
    for version in sorted(forms, reverse=True):
        for section in forms[version].sections:
            known = found.setdefault((section.key, section.repeat), section)
            have = {(each.key, each.kind) for each in known.questions}
            more = (q for q in section.questions if (q.key, q.kind) not in have)
            questions = (*known.questions, *more)
            found[section.key, section.repeat] = replace(known, questions=questions)
    return list(found.values())
