"""What the demo's people answered: sent as they would have, and sealed for good."""

from collections.abc import Iterator
from datetime import timedelta

from tracker.demo.history import MISSED, Past
from tracker.domain.evaluation import Kind, Part, Question
from tracker.services import evaluations

NOT_EVALUATED = 4
COMMENTS = (
    "",
    "",
    "",
    "The worked cases.",
    "More time for questions.",
    "The list of people to call.",
)


def evaluate(past: Past) -> None:
    """Send everybody's evaluation but one; the answers stay sealed."""
    laid_out = evaluations.laid_out(past.offering, past.schedule)
    for n, enrollment in past.people.items():
        if n != NOT_EVALUATED:
            now = past.ends_at - timedelta(minutes=15) + timedelta(seconds=n)
            sent = dict(_answers(past, n, laid_out))
            evaluations.submit(enrollment, sent, now=now)


def _answers(
    past: Past, n: int, laid_out: tuple[Part, ...]
) -> Iterator[tuple[str, list[str]]]:
    missed = str(MISSED.get(n, ""))
    for part in laid_out:
        if part.absent_field and part.subject and part.subject.key == missed:
            yield part.absent_field, ["1"]
            continue
        for question in part.section.questions:
            field = part.field(question)
            if answer := _answer(question, past.draw(1000, "answer", n, field)):
                yield field, [answer]


def _answer(question: Question, drawn: int) -> str:
    if question.kind is Kind.RATING:
        return str((5, 5, 4, 4, 4, 3, 5, 2)[drawn % 8])
    if question.kind is Kind.NUMBER:
        return str((9, 10, 8, 7, 10, 6)[drawn % 6])
    if question.kind in {Kind.SINGLE, Kind.MULTIPLE}:
        return question.choices[drawn % len(question.choices)]
    return COMMENTS[drawn % len(COMMENTS)]
