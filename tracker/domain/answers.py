"""Whether a set of answers fits the evaluation form, and what must be mended.

Source: product.md "Evaluating".
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tracker.domain.evaluation import (
    LONG_LIMIT,
    SCALE,
    SHORT_LIMIT,
    Kind,
    Part,
    Question,
)
from tracker.domain.names import paragraphs_problem


def check_answers(
    laid_out: Sequence[Part], sent: Mapping[str, Sequence[str]]
) -> tuple[dict[str, Any], dict[str, str]]:
    """Hold what was sent against the form.

    `sent` maps field names to the values a form post carries for them. "I was
    not there" takes the place of a part's answers.

    Returns:
        The answers by field name, and a sentence per field that must be mended;
        the answers may be used only where there are none.
    """
    answers: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for part in laid_out:
        if part.absent_field and any(sent.get(part.absent_field, ())):
            answers[part.absent_field] = True
            continue
        for question in part.section.questions:
            field = part.field(question)
            try:
                value = _read(question, [v for v in sent.get(field, ()) if v.strip()])
            except ValueError as problem:
                errors[field] = str(problem)
            else:
                answers |= {} if value is None else {field: value}
    unknown = sent.keys() - known_fields(laid_out)
    errors |= dict.fromkeys(unknown, "This question is not part of the form.")
    return answers, errors


def known_fields(laid_out: Sequence[Part]) -> set[str]:
    """Return every field name that the form has."""
    known = {part.field(each) for part in laid_out for each in part.section.questions}
    return known | {part.absent_field for part in laid_out if part.absent_field}


def _read(question: Question, values: list[str]) -> Any:
    """Return one answer in its type; None where an optional one was left out."""
    if not values:
        if question.is_required:
            raise ValueError("Please answer this question.")
        return None
    if question.kind is Kind.MULTIPLE:
        return _chosen(question, values)
    if len(values) > 1:
        raise ValueError("Please give one answer only.")
    return _READERS[question.kind](question, values[0])


def _chosen(question: Question, values: list[str]) -> list[str]:
    if len(set(values)) != len(values) or not set(values) <= set(question.choices):
        raise ValueError("Please choose from the list.")
    return [choice for choice in question.choices if choice in values]


def _read_single(question: Question, value: str) -> str:
    if value not in question.choices:
        raise ValueError("Please choose from the list.")
    return value


def _whole(value: str, low: int, high: int) -> int:
    if len(value) <= 2 and value.isascii() and value.isdigit():
        number = int(value)
        if low <= number <= high:
            return number
    raise ValueError(f"Please choose a number from {low} to {high}.")


def _text(value: str, limit: int) -> str:
    value = value.replace("\r\n", "\n").replace("\r", "\n").strip()
    if len(value) > limit:
        raise ValueError(
            f"Please shorten this to {limit:,} characters; it has {len(value):,}."
        )
    if problem := paragraphs_problem(value):
        raise ValueError(f"This {problem}. Please remove it.")
    return value


_READERS: dict[Kind, Callable[[Question, str], Any]] = {
    Kind.RATING: lambda _question, value: _whole(value, 1, SCALE),
    Kind.NUMBER: lambda _question, value: _whole(value, 0, 10),
    Kind.SINGLE: _read_single,
    Kind.SHORT: lambda _question, value: _text(value, SHORT_LIMIT),
    Kind.LONG: lambda _question, value: _text(value, LONG_LIMIT),
}
