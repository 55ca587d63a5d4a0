"""The builder's fields: a form's draft as a form post carries it.

A form has as many fields as its author wants, so no WTForms class can stand
behind them. Choices are lines of one text; in a knowledge check a star marks
those that are right.
"""

import re
from typing import Any

from werkzeug.datastructures import MultiDict

from tracker.domain.evaluation import Kind
from tracker.domain.evaluation_definition import QUESTION_LIMIT, TEXT_LIMIT
from tracker.domain.form_building import Draft
from tracker.domain.names import clean_text, text_problem

STAR = "* "
NO_TEXT = {"before"}  # a draft, which is read as such
MOST = QUESTION_LIMIT + 1  # one too many is read, so that it is refused and not lost
SCALES = {Kind.RATING, Kind.NUMBER}
CHOICES = {Kind.SINGLE, Kind.MULTIPLE}
INDEX = re.compile(r"\[(\d+)\]")
KINDS = {
    Kind.RATING: "Rating, 1 to 5",
    Kind.NUMBER: "Number, 0 to 10",
    Kind.SINGLE: "One of several choices",
    Kind.MULTIPLE: "Any of several choices",
    Kind.SHORT: "A few words",
    Kind.LONG: "Free text",
}
REPEATS = {
    "once": "Once",
    "segment": "For each segment",
    "instructor": "For each instructor",
}


def read_draft(sent: MultiDict[str, str]) -> tuple[Draft, dict[str, str]]:
    """Return the draft that was sent, and a sentence per field that cannot be kept."""
    errors: dict[str, str] = {}
    for name, text in sent.items(multi=True):
        if name in NO_TEXT:
            continue
        lines = text.splitlines() if name.endswith("-choices") else [text]
        for line in lines:
            if problem := text_problem(line, TEXT_LIMIT):
                errors[name] = f"This {problem}."
    sections = [
        _read_section(sent, f"sections-{n}") for n in _numbers(sent, "sections-{}-key")
    ]
    return {"sections": sections}, errors


def _numbers(sent: MultiDict[str, str], name: str) -> list[int]:
    return [n for n in range(MOST) if name.format(n) in sent]


def _read_section(sent: MultiDict[str, str], place: str) -> dict[str, Any]:
    numbers = _numbers(sent, place + "-questions-{}-key")
    return {
        "key": sent.get(f"{place}-key", ""),
        "title": clean_text(sent.get(f"{place}-title", "")),
        "repeat": sent.get(f"{place}-repeat", ""),
        "questions": [_read_question(sent, f"{place}-questions-{n}") for n in numbers],
    }


def _read_question(sent: MultiDict[str, str], place: str) -> dict[str, Any]:
    """Read a question; what its kind does not have is left out."""
    kind = sent.get(f"{place}-kind", "")
    required = sent.get(f"{place}-required", "")
    question: dict[str, Any] = {
        "key": sent.get(f"{place}-key", ""),
        "kind": kind,
        "text": clean_text(sent.get(f"{place}-text", "")),
        "required": bool(required) if required in {"", "1"} else required,
    }
    if kind in SCALES:
        for end in ("low", "high"):
            if words := clean_text(sent.get(f"{place}-{end}", "")):
                question[end] = words
    if kind in CHOICES:
        question |= _read_choices(sent.get(f"{place}-choices", ""))
    return question


def _read_choices(text: str) -> dict[str, list[str]]:
    lines = [line for line in (clean_text(line) for line in text.splitlines()) if line]
    choices = [line.removeprefix(STAR).strip() for line in lines]
    correct = [line.removeprefix(STAR).strip() for line in lines if line[:2] == STAR]
    return {"choices": choices} | ({"correct": correct} if correct else {})


def choices_text(question: dict[str, Any]) -> str:
    """Write a question's choices as its text area shows them."""
    correct = question.get("correct", [])
    return "\n".join(
        f"{STAR if choice in correct else ''}{choice}"
        for choice in question.get("choices", [])
    )


def field_of(pointer: str) -> str:
    """Return the field at which a definition's pointer points."""
    name = INDEX.sub(r"-\1", pointer.removeprefix("form.")).replace(".", "-")
    return re.sub(r"-(choices|correct)(-\d+)?$", "-choices", name)
