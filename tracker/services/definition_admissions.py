"""What must hold in an offering's file about applying: its window, seats, questions.

Reads the file as it was sent, as far as its shape allows, like `definition_rules`.
"""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from tracker.domain.admission_settings import admission_problems
from tracker.domain.admissions import read_admission
from tracker.domain.admissions_window import AdmissionsWindow, window_problems
from tracker.domain.application_questions import read_questions
from tracker.domain.local_times import read_moment

Problem = tuple[str, str]
Days = tuple[date, date]


def course_problems(course: Any) -> Iterator[Problem]:
    """Say what is wrong with a course's questions."""
    questions = course.get("questions") if isinstance(course, dict) else None
    if questions is None:
        return
    try:
        read_questions(questions)
    except ValueError as error:
        for place, sentence in error.args[0].items():
            number, dot, name = place.partition(".")
            at = f"[{number}]{dot}{name}" if place else ""
            yield f"course.questions{at}", sentence


def offering_problems(
    offering: dict[str, Any], zone: ZoneInfo | None, days: Days | None
) -> Iterator[Problem]:
    """Say what does not fit in when an offering takes applications, and for whom."""
    applications = offering.get("applications")
    if isinstance(applications, dict) and zone:
        yield from _window(applications, zone, days)
    yield from _seats(offering)


def _window(
    applications: dict[str, Any], zone: ZoneInfo, days: Days | None
) -> Iterator[Problem]:
    moments: dict[str, datetime] = {}
    for name in ("opens_at", "closes_at"):
        if text := applications.get(name):
            try:
                moments[name] = read_moment(str(text), zone)
            except ValueError as problem:
                yield f"offering.applications.{name}", str(problem)
    if days:
        first, last = days
        window = AdmissionsWindow(
            opens_at=moments.get("opens_at"),
            closes_at=moments.get("closes_at"),
            closed_at=None,
            cancelled_at=None,
            starts_on=first,
            ends_on=last,
            zone=zone,
        )
        for name, sentence in window_problems(window).items():
            yield f"offering.applications.{name}", sentence


def _seats(offering: dict[str, Any]) -> Iterator[Problem]:
    admission, capacity = offering.get("admission"), offering.get("capacity", 0)
    try:
        found = admission_problems(read_admission(admission or {}), capacity)
    except (AttributeError, KeyError, TypeError, ValueError):
        return  # the shape's pass says so
    for name, sentence in found.items():
        yield f"offering.admission.{name}", sentence
