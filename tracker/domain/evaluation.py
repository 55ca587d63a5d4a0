"""The evaluation form: its questions, and whether a set of answers fits them.

Source: product.md "Evaluating".
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

SHORT_LIMIT = 300
LONG_LIMIT = 5_000
SCALE = 5
ABSENT = "absent"  # "I was not there" is an answer everywhere


class Repeat(StrEnum):
    """How often a section is asked."""

    ONCE = "once"
    SEGMENT = "segment"
    INSTRUCTOR = "instructor"


class Kind(StrEnum):
    """What kind of answer a question takes."""

    RATING = "rating"
    SINGLE = "single"
    MULTIPLE = "multiple"
    NUMBER = "number"
    SHORT = "short"
    LONG = "long"


@dataclass(frozen=True)
class Question:
    """One question. `low`/`high` label a rating's ends; `choices` what can be chosen."""

    key: str
    kind: Kind
    text: str
    is_required: bool = False
    low: str = ""
    high: str = ""
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Section:
    """Questions asked together, once or for each segment or instructor."""

    key: str
    title: str
    repeat: Repeat
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class Subject:
    """What one part is about: segment 3, an instructor. `key` is stable."""

    key: str
    title: str


@dataclass(frozen=True)
class Part:
    """A section asked about one subject; the unit of the page."""

    section: Section
    subject: Subject | None

    @property
    def key(self) -> str:
        """The prefix of this part's field names."""
        return f"{self.section.key}.{self.subject.key}" if self.subject else self.section.key

    @property
    def title(self) -> str:
        """What the page writes above it."""
        return self.subject.title if self.subject else self.section.title

    @property
    def absent_field(self) -> str | None:
        """The field that says "I was not there", where that makes sense."""
        return f"{self.key}.{ABSENT}" if self.subject else None

    def field(self, question: Question) -> str:
        """Name the field of one question."""
        return f"{self.key}.{question.key}"


@dataclass(frozen=True)
class Form:
    """All sections of one version of the evaluation."""

    sections: tuple[Section, ...]


def parts(
    form: Form, segments: Sequence[Subject], instructors: Sequence[Subject]
) -> tuple[Part, ...]:
    """Lay the form out for one offering, section by section."""
    subjects: Mapping[Repeat, Sequence[Subject | None]] = {
        Repeat.ONCE: [None],
        Repeat.SEGMENT: segments,
        Repeat.INSTRUCTOR: instructors,
    }
    return tuple(
        Part(section, subject)
        for section in form.sections
        for subject in subjects[section.repeat]
    )


def check_answers(
    laid_out: Sequence[Part], sent: Mapping[str, Sequence[str]]
) -> tuple[dict[str, Any], dict[str, str]]:
    """Hold what was sent against the form.

    `sent` maps field names to the values a form post carries for them.

    Returns:
        The answers by field name, and a sentence per field that must be mended;
        the answers may be used only where there are none.
    """
    answers: dict[str, Any] = {}
    errors: dict[str, str] = {}
    known: set[str] = set()
    for part in laid_out:
        is_absent = bool(part.absent_field and any(sent.get(part.absent_field, ())))
        if part.absent_field:
            known.add(part.absent_field)
        if is_absent and part.absent_field:
            answers[part.absent_field] = True
        for question in part.section.questions:
            field = part.field(question)
            known.add(field)
            if is_absent:
                continue
            try:
                value = _read(question, [v for v in sent.get(field, ()) if v.strip()])
            except ValueError as problem:
                errors[field] = str(problem)
                continue
            if value is not None:
                answers[field] = value
    errors |= {field: "This question is not part of the form." for field in sent.keys() - known}
    return answers, errors


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
    if value.isascii() and value.isdigit() and low <= int(value[:6]) <= high:
        return int(value)
    raise ValueError(f"Please choose a number from {low} to {high}.")


def _text(value: str, limit: int) -> str:
    value = value.replace("\r\n", "\n").strip()
    if len(value) > limit:
        raise ValueError(f"Please shorten this to {limit:,} characters; it has {len(value):,}.")
    return value


_READERS = {
    Kind.RATING: lambda _question, value: _whole(value, 1, SCALE),
    Kind.NUMBER: lambda _question, value: _whole(value, 0, 10),
    Kind.SINGLE: _read_single,
    Kind.SHORT: lambda _question, value: _text(value, SHORT_LIMIT),
    Kind.LONG: lambda _question, value: _text(value, LONG_LIMIT),
}


def form_from_json(data: Any) -> Form:
    """Read a form definition, as YAML and the database hold it.

    Raises:
        ValueError: says where the definition is wrong and what to mend.
    """
    if not isinstance(data, dict) or not isinstance(data.get("sections"), list):
        raise ValueError("form: must have a list of sections")
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
                "questions": [_question_json(question) for question in section.questions],
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
    if question.kind is Kind.RATING:
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
            _question(f"{place}.questions[{n}]", each) for n, each in enumerate(questions)
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
    if not isinstance(choices, list) or not all(isinstance(c, str) and c for c in choices):
        raise ValueError(f"{place}.choices: must be a list of texts")
    if (kind in {Kind.SINGLE, Kind.MULTIPLE}) != (len(choices) > 1):
        raise ValueError(f"{place}.choices: needed for single and multiple choice, two or more")
    _refuse_repeated(f"{place}.choices", choices)
    if not isinstance(data.get("required", False), bool):
        raise ValueError(f"{place}.required: must be true or false")
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
        raise ValueError(f"{place}: must be a mapping")
    for name in data:
        if name not in known:
            raise ValueError(f"{place}.{name}: is not known; known are {', '.join(sorted(known))}")


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
    known: Iterator[str] = (member.value for member in kind)
    if value not in {member.value for member in kind}:
        raise ValueError(f"{place}.{name}: must be one of {', '.join(known)}")
    return str(value)
