"""The evaluation form as JSON: how the database and an offering's YAML hold it."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from tracker.domain.evaluation import ABSENT, Form, Kind, Question, Repeat, Section


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
    _refuse_unknown(
        place, data, {"key", "kind", "text", "required", "low", "high", "choices"}
    )
    kind = Kind(_one_of(place, data, "kind", Kind))
    choices = data.get("choices", [])
    if not isinstance(choices, list) or not all(
        isinstance(choice, str) and choice for choice in choices
    ):
        raise ValueError(f"{place}.choices: must be a list of texts")
    if (kind in {Kind.SINGLE, Kind.MULTIPLE}) != (len(choices) > 1):
        raise ValueError(
            f"{place}.choices: two or more for single and multiple choice, else none"
        )
    _refuse_repeated(f"{place}.choices", choices)
    if not isinstance(data.get("required", False), bool):
        raise ValueError(f"{place}.required: must be true or false")  # noqa: TRY004 - it is about input, not about our types
    return Question(
        key=_key(place, data),
        kind=kind,
        text=_string(place, data, "text"),
        is_required=data.get("required", False),
        low=str(data.get("low", "")),
        high=str(data.get("high", "")),
        choices=tuple(choices),
    )


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
