"""What a course asks of its applicants besides: the questions, and their answers.

A course keeps them as a list of {key, label, kind, required} and, where one of
several is chosen, choices. Answers are kept by key, so that a label may change.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tracker.domain.names import (
    clean_paragraphs,
    clean_text,
    paragraphs_problem,
    text_problem,
)

KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
LONGEST_LABEL = 200
LONGEST_TEXT = 200
LONGEST_LONG = 2000
MOST_QUESTIONS = 20
MOST_CHOICES = 20
YES, NO = "yes", "no"
NAMES = ("key", "label", "kind", "required", "choices")


class QuestionKind(StrEnum):
    """How a question is answered."""

    TEXT = "text"
    LONG = "long"
    CHOICE = "choice"
    YES_NO = "yes_no"


@dataclass(frozen=True)
class ApplicationQuestion:
    """One question of a course; `choices` only where one of several is chosen."""

    key: str
    label: str
    kind: QuestionKind = QuestionKind.TEXT
    is_required: bool = False
    choices: tuple[str, ...] = ()


def read_questions(data: Any) -> tuple[ApplicationQuestion, ...]:
    """Read a course's questions, as its file and the database hold them.

    Raises:
        ValueError: its argument is {place: sentence}, places such as "1.label".
    """
    if not isinstance(data, list):
        raise ValueError({"": "must be a list"})  # noqa: TRY004 - it is about input, not about our types
    problems: dict[str, str] = {}
    if len(data) > MOST_QUESTIONS:
        problems[""] = f"holds more than {MOST_QUESTIONS} questions"
    for n, each in enumerate(data):
        problems |= {f"{n}{name}": said for name, said in _problems(each).items()}
    keys = [each.get("key") if isinstance(each, dict) else None for each in data]
    problems |= {
        f"{n}.key": f"“{key}” stands twice"
        for n, key in enumerate(keys)
        if key is not None and key in keys[:n]
    }
    if problems:
        raise ValueError(problems)
    return tuple(_read(each) for each in data)


def questions_to_json(questions: Sequence[ApplicationQuestion]) -> list[dict[str, Any]]:
    """Write questions as `read_questions` reads them."""
    return [
        {
            "key": each.key,
            "label": each.label,
            "kind": each.kind.value,
            "required": each.is_required,
        }
        | ({"choices": list(each.choices)} if each.choices else {})
        for each in questions
    ]


def _read(data: dict[str, Any]) -> ApplicationQuestion:
    return ApplicationQuestion(
        key=data["key"],
        label=clean_text(data["label"]),
        kind=QuestionKind(data["kind"]),
        is_required=data.get("required", False),
        choices=tuple(clean_text(each) for each in data.get("choices", [])),
    )


def _problems(data: Any) -> dict[str, str]:
    if not isinstance(data, dict):
        return {"": "must be names with values"}
    found = {f".{name}": "is not known" for name in data if name not in NAMES}
    if not isinstance(data.get("key"), str) or not KEY.fullmatch(data["key"]):
        found[".key"] = (
            "must be small letters, digits and underscores, and begin with a letter"
        )
    if problem := _line_problem(data.get("label"), LONGEST_LABEL):
        found[".label"] = problem
    if data.get("kind") not in list(QuestionKind):
        found[".kind"] = f"must be one of {', '.join(QuestionKind)}"
    if not isinstance(data.get("required", False), bool):
        found[".required"] = "must be true or false"
    if problem := _choices_problem(data.get("choices", []), data.get("kind")):
        found[".choices"] = problem
    return found


def _line_problem(text: Any, limit: int) -> str | None:
    if not isinstance(text, str) or not clean_text(text):
        return "must be a text"
    return text_problem(clean_text(text), limit)


def _choices_problem(choices: Any, kind: Any) -> str | None:
    if not isinstance(choices, list):
        return "must be a list of texts"
    if kind != QuestionKind.CHOICE:
        return "are only for a choice" if choices else None
    if not 2 <= len(choices) <= MOST_CHOICES:
        return f"must be two or more, up to {MOST_CHOICES}"
    for each in choices:
        if problem := _line_problem(each, LONGEST_TEXT):
            return problem
    tidied = [clean_text(each) for each in choices]
    return None if len(set(tidied)) == len(tidied) else "hold one twice"


def read_answers(
    questions: Sequence[ApplicationQuestion], sent: Mapping[str, str]
) -> dict[str, str]:
    """Return the answers to keep, by key; what was left empty is left out.

    Raises:
        ValueError: its argument is {key: sentence}, for each that must be mended.
    """
    answers = tidy_answers(questions, sent)
    if problems := answer_problems(questions, answers):
        raise ValueError(problems)
    return answers


def tidy_answers(
    questions: Sequence[ApplicationQuestion], sent: Mapping[str, str]
) -> dict[str, str]:
    """Return what was said, tidied, by key; nothing is judged yet."""
    tidied = {each.key: _tidied(each, sent.get(each.key, "")) for each in questions}
    return {key: text for key, text in tidied.items() if text}


def answer_problems(
    questions: Sequence[ApplicationQuestion],
    answers: Mapping[str, str],
    *,
    is_draft: bool = False,
) -> dict[str, str]:
    """Say what must be mended of tidied answers, by key; a draft may leave out any."""
    return {
        each.key: problem
        for each in questions
        if (answers.get(each.key) or not is_draft)
        and (problem := _answer_problem(each, answers.get(each.key, "")))
    }


def _tidied(question: ApplicationQuestion, text: str) -> str:
    is_long = question.kind is QuestionKind.LONG
    return clean_paragraphs(text) if is_long else clean_text(text)


def _answer_problem(question: ApplicationQuestion, answer: str) -> str | None:
    if not answer:
        return "Please answer this." if question.is_required else None
    if question.kind is QuestionKind.CHOICE:
        return None if answer in question.choices else "Choose one of these."
    if question.kind is QuestionKind.YES_NO:
        return None if answer in {YES, NO} else "Choose yes or no."
    limit = LONGEST_LONG if question.kind is QuestionKind.LONG else LONGEST_TEXT
    if len(answer) > limit:
        return f"Shorten this to {limit:,} characters."
    problem = paragraphs_problem(answer)
    return f"This {problem}." if problem else None
