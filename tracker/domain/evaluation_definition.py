"""The evaluation form as JSON: how the database and an offering's YAML hold it."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from tracker.domain.evaluation import ABSENT, Form, Kind, Question, Repeat, Section
from tracker.domain.names import text_problem

KNOWLEDGE = "knowledge"
QUESTION_NAMES = {
    "key",
    "kind",
    "text",
    "required",
    "low",
    "high",
    "choices",
    "correct",
}
TEXT_LIMIT = 500  # a question, a title, a choice or the end of a scale, in characters
QUESTION_LIMIT = 200


def read_form(data: Any, kind: str) -> Form:
    """Read a form of one kind: only a knowledge check has a key, and is asked once.

    Raises:
        ValueError: says where the definition is wrong and what to mend.
    """
    form = form_from_json(data)
    for n, section in enumerate(form.sections):
        place = f"form.sections[{n}]"
        if kind == KNOWLEDGE and section.repeat is not Repeat.ONCE:
            raise ValueError(f"{place}.repeat: a knowledge check is asked once")
        for m, question in enumerate(section.questions):
            if question.correct and kind != KNOWLEDGE:
                raise ValueError(
                    f"{place}.questions[{m}].correct: only a knowledge check has a key"
                )
    return form


def form_from_json(data: Any) -> Form:
    """Read a form definition, as YAML and the database hold it.

    Raises:
        ValueError: says where the definition is wrong and what to mend.
    """
    if not isinstance(data, dict) or not isinstance(data.get("sections"), list):
        raise ValueError("form: must have a list of sections")  # noqa: TRY004 - it is about input, not about our types
    sections = tuple(
        _section(f"form.sections[{n}]", each) for n, each in enumerate(data["sections"])
    )
    _refuse_repeated("form.sections", [section.key for section in sections])
    if not sections:
        raise ValueError("form.sections: must not be empty")
    if sum(len(each.questions) for each in sections) > QUESTION_LIMIT:
        raise ValueError(f"form.sections: more than {QUESTION_LIMIT} questions")
    return Form(sections)


def form_to_json(form: Form) -> dict[str, Any]:
    """Write a form as `form_from_json` reads it."""
    return {
        "sections": [
            {
                "key": section.key,
                "title": section.title,
                "repeat": section.repeat.value,
                "questions": [_question_json(each) for each in section.questions],
            }
            for section in form.sections
        ]
    }


def _question_json(question: Question) -> dict[str, Any]:
    data: dict[str, Any] = {
        "key": question.key,
        "kind": question.kind.value,
        "text": question.text,
        "required": question.is_required,
    }
    if question.low or question.high:
        data |= {"low": question.low, "high": question.high}
    if question.choices:
        data["choices"] = list(question.choices)
    if question.correct:
        data["correct"] = list(question.correct)
    return data


def _section(place: str, data: Any) -> Section:
    _refuse_unknown(place, data, {"key", "title", "repeat", "questions"})
    questions = data.get("questions")
    if not isinstance(questions, list) or not questions:
        raise ValueError(f"{place}.questions: must be a list of questions")
    section = Section(
        key=_key(place, data),
        title=_string(place, data, "title"),
        repeat=Repeat(_one_of(place, data, "repeat", Repeat)),
        questions=tuple(
            _question(f"{place}.questions[{n}]", each)
            for n, each in enumerate(questions)
        ),
    )
    _refuse_repeated(f"{place}.questions", [each.key for each in section.questions])
    return section


def _question(place: str, data: Any) -> Question:
    _refuse_unknown(place, data, QUESTION_NAMES)
    kind = Kind(_one_of(place, data, "kind", Kind))
    choices = _choices(place, data, kind)
    if not isinstance(data.get("required", False), bool):
        raise ValueError(f"{place}.required: must be true or false")  # noqa: TRY004 - it is about input, not about our types
    return Question(
        key=_key(place, data),
        kind=kind,
        text=_string(place, data, "text"),
        is_required=data.get("required", False),
        low=_end(place, data, "low"),
        high=_end(place, data, "high"),
        choices=tuple(choices),
        correct=_correct(place, data.get("correct", []), kind, choices),
    )


def _choices(place: str, data: dict[str, Any], kind: Kind) -> list[str]:
    choices = data.get("choices", [])
    if not isinstance(choices, list) or not all(
        isinstance(choice, str) and choice.strip() for choice in choices
    ):
        raise ValueError(f"{place}.choices: must be a list of texts")
    if (kind in {Kind.SINGLE, Kind.MULTIPLE}) != (len(choices) > 1):
        raise ValueError(
            f"{place}.choices: two or more for single and multiple choice, else none"
        )
    for n, choice in enumerate(choices):
        _refuse_unprintable(f"{place}.choices[{n}]", choice)
    _refuse_repeated(f"{place}.choices", choices)
    return choices


def _correct(
    place: str, correct: Any, kind: Kind, choices: list[str]
) -> tuple[str, ...]:
    """Read the key of a knowledge check, in the order of the choices."""
    if not isinstance(correct, list) or not all(each in choices for each in correct):
        raise ValueError(f"{place}.correct: must be a list of the choices")
    if kind is Kind.SINGLE and len(correct) > 1:
        raise ValueError(f"{place}.correct: a single choice has one right answer")
    return tuple(choice for choice in choices if choice in correct)


def _end(place: str, data: dict[str, Any], name: str) -> str:
    value = str(data.get(name, ""))
    _refuse_unprintable(f"{place}.{name}", value)
    return value


def _refuse_unprintable(place: str, text: str) -> None:
    if problem := text_problem(text, TEXT_LIMIT):
        raise ValueError(f"{place}: {problem}")


def _refuse_unknown(place: str, data: Any, known: set[str]) -> None:
    if not isinstance(data, dict):
        raise ValueError(f"{place}: must be a mapping")  # noqa: TRY004 - it is about input, not about our types
    for name in data:
        if name not in known:
            raise ValueError(
                f"{place}.{name}: is not known; known are {', '.join(sorted(known))}"
            )


def _refuse_repeated(place: str, values: Sequence[str]) -> None:
    for value in values:
        if list(values).count(value) > 1:
            raise ValueError(f"{place}: “{value}” stands twice")


def _string(place: str, data: dict[str, Any], name: str) -> str:
    value = data.get(name)
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{place}.{name}: must be a text")
    _refuse_unprintable(f"{place}.{name}", value)
    return value


def _key(place: str, data: dict[str, Any]) -> str:
    value = _string(place, data, "key")
    if not value.replace("_", "").isalnum() or not value.isascii() or value == ABSENT:
        raise ValueError(f"{place}.key: must be letters, digits and underscores")
    return value


def _one_of(place: str, data: dict[str, Any], name: str, kind: type[StrEnum]) -> str:
    value = data.get(name)
    known = [member.value for member in kind]
    if value not in known:
        raise ValueError(f"{place}.{name}: must be one of {', '.join(known)}")
    return str(value)
