"""An offering's file, checked whole, and written again as it was read.

Checked in two passes, so that one refusal names everything there is to mend: the
shape of each value by `definition_parts`, and what must hold between values by
`definition_rules`, which reads as far as the shape allows.
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from tracker.domain.application_questions import questions_to_json, read_questions
from tracker.domain.evaluation_definition import form_to_json, read_form
from tracker.domain.local_times import find_zone, read_moment, write_moment
from tracker.domain.suggestions import unknown
from tracker.errors import RowsRefusedError
from tracker.models.evaluation import FormKind
from tracker.services import definition_admissions, definition_rules
from tracker.services.definition_parts import (
    AccreditationPart,
    AdmissionPart,
    ApplicationsPart,
    CoursePart,
    Definition,
    HostPart,
    InstructorPart,
    OfferingPart,
    Part,
    ReservationPart,
    SegmentPart,
    SignatoryPart,
)
from tracker.yaml_reader import REFUSAL

INDEX = re.compile(r"\[\d+\]")
LAST_STEP = re.compile(r"(\.?[^.\[\]]+|\[\d+\])$")

PARTS: Mapping[str, type[Part]] = {
    "": Definition,
    "course": CoursePart,
    "offering": OfferingPart,
    "offering.host": HostPart,
    "offering.signatories": SignatoryPart,
    "offering.accreditations": AccreditationPart,
    "offering.applications": ApplicationsPart,
    "offering.admission": AdmissionPart,
    "offering.admission.reservations": ReservationPart,
    "instructors": InstructorPart,
    "segments": SegmentPart,
}
SENTENCES = {
    "missing": "is missing",
    "string_type": "must be a text; put it in quotes if it looks like a number",
    "string_unicode": "holds a character that cannot be printed",
    "int_type": "must be a whole number",
    "bool_type": "must be true or false",
    "list_type": "must be a list",
    "dict_type": "must be names with values",
    "model_type": "must be names with values",
    "enum": "must be one of {expected}",
    "literal_error": "must be one of {expected}",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "too_short": "must not be empty",
    "too_long": "holds more than {max_length} entries",
    "value_error": "{error}",
}


def check_definition(value: Any, lines: Mapping[str, int] | None = None) -> Definition:
    """Hold an offering's file against its rules.

    `lines` says on which line each path stands, where the value came from a file.

    Raises:
        RowsRefusedError: every problem, with its path as column and its line as row.
    """
    found: list[tuple[str, str]] = []
    definition = None
    try:
        definition = Definition.model_validate(value)
    except ValidationError as error:
        found = [_described(each) for each in error.errors(include_url=False)]
    found += definition_rules.problems(value)
    if found or definition is None:
        raise RowsRefusedError(REFUSAL, placed(found, lines or {}))
    return definition


def check_course(value: Any) -> CoursePart:
    """Hold a course alone against the rules of a file, where it stands as `course`.

    Raises:
        RowsRefusedError: every problem, with its path as column.
    """
    found: list[tuple[str, str]] = []
    course = None
    try:
        course = CoursePart.model_validate(value)
    except ValidationError as error:
        described = [_described(each) for each in error.errors(include_url=False)]
        found = [(f"course.{path}", sentence) for path, sentence in described]
    found += definition_admissions.course_problems(value)
    if found or course is None:
        raise RowsRefusedError(REFUSAL, placed(found, {}))
    return course


def _described(error: ErrorDetails) -> tuple[str, str]:
    """Return the path and the sentence of one of pydantic's errors."""
    path = ""
    for each in error["loc"]:
        path += f"[{each}]" if isinstance(each, int) else f".{each}"
    path = path.removeprefix(".")
    if error["type"] == "extra_forbidden":
        return path, _unknown(path)
    sentence = SENTENCES.get(error["type"], error["msg"])
    return path, sentence.format(**error.get("ctx", {}))


def _unknown(path: str) -> str:
    parent, _, name = path.rpartition(".")
    known = PARTS[INDEX.sub("", parent)].model_fields
    return unknown(name, known)


def placed(
    found: list[tuple[str, str]], lines: Mapping[str, int]
) -> list[dict[str, object]]:
    """Add lines, in the order of the file; a missing value stands at its parent's."""
    placed = [(_line_of(path, lines), path, reason) for path, reason in found]
    placed.sort(key=lambda each: each[0] or 0)
    return [
        {"row": line, "column": path or None, "reason": reason}
        for line, path, reason in placed
    ]


def _line_of(path: str, lines: Mapping[str, int]) -> int | None:
    while path and path not in lines:
        path = LAST_STEP.sub("", path)
    return lines.get(path)


def plain(definition: Definition) -> dict[str, Any]:
    """Write a checked definition in its one normal form, as an export has it.

    Equal forms mean equal offerings: whether an import changes anything is told
    by comparing them.
    """
    zone = find_zone(definition.offering.timezone)
    assert zone is not None  # noqa: S101 - the check has found it
    order = [each.key for each in definition.instructors]
    segments = sorted(definition.segments, key=lambda each: each.number)
    return (
        definition.model_dump(mode="json")
        | {
            "course": plain_course(definition.course),
            "offering": _plain_offering(definition.offering, zone),
            "instructors": [_plain_instructor(each) for each in definition.instructors],
            "segments": [_plain_segment(each, zone, order) for each in segments],
        }
        | {
            kind.value: _plain_form(getattr(definition, kind), kind)
            for kind in FormKind
        }
    )


def plain_course(course: CoursePart) -> dict[str, Any]:
    """Write a checked course in its normal form."""
    questions = course.questions
    if questions is not None:
        questions = questions_to_json(read_questions(questions))
    return course.model_dump(mode="json") | {"questions": questions}


def _plain_offering(offering: OfferingPart, zone: ZoneInfo) -> dict[str, Any]:
    plain = offering.model_dump(mode="json")
    if offering.applications is not None:
        for name in ("opens_at", "closes_at"):
            if text := plain["applications"][name]:
                moment = read_moment(text, zone)
                plain["applications"][name] = write_moment(moment, zone)
    return plain


def _plain_form(form: Any, kind: FormKind) -> dict[str, Any] | None:
    return form_to_json(read_form(form, kind)) if form else None


def _plain_instructor(instructor: InstructorPart) -> dict[str, Any]:
    """Leave an address out that the file does not speak of."""
    return instructor.model_dump(mode="json", exclude_none=True)


def _plain_segment(
    segment: SegmentPart, zone: ZoneInfo, order: list[str]
) -> dict[str, Any]:
    starts_at = read_moment(segment.starts_at, zone)
    ends_at = read_moment(segment.ends_at, zone)
    minutes = segment.credit_minutes
    if minutes is None:
        minutes = (ends_at - starts_at) // timedelta(minutes=1)
    return segment.model_dump(mode="json") | {
        "starts_at": write_moment(starts_at, zone),
        "ends_at": write_moment(ends_at, zone),
        "credit_minutes": minutes,
        "instructors": sorted(segment.instructors, key=order.index),
    }
