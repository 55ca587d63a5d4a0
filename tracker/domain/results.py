"""What released answers say, question by question, and what is too few to be said.

One function decides what is shown; page, print, CSV, XLSX and grant report are all
drawn from its result, so that no two of them can be held against each other
(docs/decisions/0020). Source: product.md "Evaluating"; trust.md, I11.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import Any

from tracker.domain.evaluation import Form, Kind, Part, Question, Repeat, Subject
from tracker.domain.tallies import Batch, Tally, merged_sections, shown_batches

VALUES = {Kind.RATING: range(1, 6), Kind.NUMBER: range(11)}
FAVOURABLE = {Kind.RATING: {4, 5}, Kind.NUMBER: {9, 10}}
"""4 and 5 of 5; of the numbers 0 to 10 the two highest, as is usual for
recommending something to others."""
TEXTS = {Kind.SHORT, Kind.LONG}


@dataclass(frozen=True)
class QuestionResult:
    """What was answered to one question about one subject.

    `asked` is N, the responses that were asked it, `answered` n. `counts` says how
    often each value was chosen, in the order of the scale or the choices; `correct`
    how many chose exactly the right ones, where the question has a key. Where there
    is too little, `is_shown` is False and everything else is empty.
    """

    question: Question
    is_shown: bool = False
    asked: int = 0
    answered: int = 0
    counts: Mapping[int | str, int] = field(default_factory=dict)
    correct: int | None = None
    texts: tuple[str, ...] = ()

    @property
    def mean(self) -> float | None:
        """The mean of a rating or a number; None where there is none."""
        if not self.is_shown or self.question.kind not in VALUES:
            return None
        total = sum(int(value) * count for value, count in self.counts.items())
        return total / self.answered

    @property
    def favourable(self) -> int | None:
        """How many answered favourably; None where that makes no sense."""
        if not self.is_shown or self.question.kind not in FAVOURABLE:
            return None
        return sum(self.counts[value] for value in FAVOURABLE[self.question.kind])

    @property
    def share(self) -> float | None:
        """The share of favourable answers, 0 to 1."""
        return None if self.favourable is None else self.favourable / self.answered


@dataclass(frozen=True)
class PartResult:
    """A part of the form: who was asked it, who was not there, and its questions.

    Of a part that fewer than five have answered nothing is shown, not even who was
    not there.
    """

    part: Part
    is_shown: bool = False
    asked: int = 0
    absent: int = 0
    questions: tuple[QuestionResult, ...] = ()


@dataclass(frozen=True)
class Results:
    """All that an occasion's released answers say."""

    response_count: int
    parts: tuple[PartResult, ...]


def summarise(
    batches: Sequence[Batch],
    forms: Mapping[int, Form],
    subjects: Mapping[Repeat, Sequence[Subject]],
    *,
    has_texts: bool = True,
) -> Results:
    """Sum released batches up, in the order in which they were released.

    `forms` go by version; those that nobody answered take no part. A question is the
    same in two of them where section, key and kind are; its text is the newest
    version's. Without `has_texts` free texts are counted only.
    """
    answered = {each.version for batch in batches for each in batch}
    forms = {version: forms[version] for version in answered}
    tally = Tally(batches, forms)
    found: list[PartResult] = []
    for section in merged_sections(forms):
        about: Sequence[Subject | None] = (
            [None] if section.repeat is Repeat.ONCE else subjects[section.repeat]
        )
        found += (_part_result(tally, Part(section, subject)) for subject in about)
    results = Results(sum(map(len, batches)), tuple(found))
    return results if has_texts else without_texts(results)


def without_texts(results: Results) -> Results:
    """Leave out what was written in own words; the figures stay."""
    parts = (
        replace(part, questions=tuple(replace(q, texts=()) for q in part.questions))
        for part in results.parts
    )
    return replace(results, parts=tuple(parts))


def _part_result(tally: Tally, part: Part) -> PartResult:
    first = shown_batches(tally.there(part.key))
    if not first:
        return PartResult(part)
    questions = part.section.questions
    return PartResult(
        part=part,
        is_shown=True,
        asked=tally.asked(part.section.key, questions, first),
        absent=sum(tally.absent.get(part.key, [])[:first]),
        questions=tuple(_question_result(tally, part, each) for each in questions),
    )


def _question_result(tally: Tally, part: Part, question: Question) -> QuestionResult:
    """Sum one question up.

    Texts count those who answered anything in the part: a text is hidden among all
    of them, and one comment is worth reading.
    """
    name = part.field(question)
    batches = tally.of(name, question.kind)
    is_text = question.kind in TEXTS
    first = shown_batches(
        tally.there(part.key) if is_text else [len(batch) for batch in batches]
    )
    values = [value for batch in batches[:first] for value in batch]
    if not first:
        return QuestionResult(question)
    return QuestionResult(
        question=question,
        is_shown=True,
        asked=tally.asked(part.section.key, [question], first),
        answered=len(values),
        counts={} if is_text else _counts(question, values),
        correct=_count_correct(question, values),
        texts=in_no_order(name, values) if is_text else (),
    )


def _counts(question: Question, values: Sequence[Any]) -> dict[int | str, int]:
    chosen = Counter(
        each
        for value in values
        for each in (value if question.kind is Kind.MULTIPLE else [value])
    )
    known: list[int | str] = [*VALUES.get(question.kind, question.choices)]
    older = sorted(str(each) for each in chosen if each not in known)
    return {each: chosen[each] for each in [*known, *older]}


def _count_correct(question: Question, values: Sequence[Any]) -> int | None:
    if not question.correct:
        return None
    right = set(question.correct)
    return sum(
        {value} == right if isinstance(value, str) else set(value) == right
        for value in values
    )


def in_no_order(name: str, texts: Sequence[str]) -> tuple[str, ...]:
    """Return texts in an order that depends on nothing but themselves and the field.

    It is another one for each question, and the same at each reading: nothing can
    be learnt from it, and texts of one response do not stand at the same place.
    """
    key = blake2b(name.encode()).digest()
    return tuple(
        sorted(texts, key=lambda text: blake2b(text.encode(), key=key).digest())
    )
