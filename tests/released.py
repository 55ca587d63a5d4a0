"""Released answers to the form that every offering gets, and to a knowledge check."""

from datetime import date
from typing import Any

from tests.factories import make_day, make_form, make_instructor, make_released
from tracker.domain.evaluation_default import DEFAULT_FORM
from tracker.domain.evaluation_definition import form_to_json
from tracker.models import Instructor, Offering, User
from tracker.models.evaluation import FormKind, Occasion

EARLIER_DAYS = {"starts_on": date(2025, 5, 6), "ends_on": date(2025, 5, 9)}
KNOWLEDGE = {
    "sections": [
        {
            "key": "check",
            "title": "What you know",
            "repeat": "once",
            "questions": [
                {
                    "key": "law",
                    "kind": "single",
                    "text": "Which law applies?",
                    "required": True,
                    "choices": ["The first", "The second"],
                    "correct": ["The second"],
                },
                {
                    "key": "signs",
                    "kind": "multiple",
                    "text": "Which are signs?",
                    "required": False,
                    "choices": ["One", "Two", "Three"],
                    "correct": ["One", "Two"],
                },
            ],
        }
    ]
}


def teach(offering: Offering, *users: User) -> list[Instructor]:
    """Plan three segments; each user teaches one, in their order."""
    segments = make_day(offering)
    return [
        make_instructor(
            offering,
            [segment],
            position=place,
            name=f"Instructor {place}",
            user_id=user.id,
        )
        for place, (segment, user) in enumerate(
            zip(segments, users, strict=False), start=1
        )
    ]


def answers_of(offering: Offering, count: int, absent: int = 0) -> list[dict[str, Any]]:
    """Make so many responses to the default form; the first were not in segment 2."""
    return [_response(offering, n, is_absent=n < absent) for n in range(count)]


def _response(offering: Offering, number: int, *, is_absent: bool) -> dict[str, Any]:
    rating = 5 - number % 4
    answers: dict[str, Any] = {
        "overall.useful": rating,
        "overall.level": 1 + number % 5,
        "overall.balance": 3,
        "overall.place": 4 + number % 2,
        "overall.recommend": 10 - number % 6,
    }
    if number % 3 == 0:
        answers["overall.change"] = f"More time for practice, said in {number} words."
    for segment in ("1", "2", "3"):
        if segment == "2" and is_absent:
            answers["segment.2.absent"] = True
            continue
        answers |= {f"segment.{segment}.relevance": rating}
        answers |= {f"segment.{segment}.clarity": 1 + number % 5}
        if number == 1:
            answers |= {f"segment.{segment}.comment": f"A word on {segment}."}
    for each in offering.instructors:
        part = f"instructor.{each.public_id}"
        answers |= {f"{part}.knowledge": rating, f"{part}.attention": 4}
    return answers


def release(offering: Offering, count: int = 20, absent: int = 0) -> None:
    """Release so many answers to the default form."""
    make_form(offering, form_to_json(DEFAULT_FORM))
    make_released(offering, answers_of(offering, count, absent))


def release_knowledge(offering: Offering, count: int = 10) -> None:
    """Release a check: a half knew before, all know after."""
    make_form(offering, KNOWLEDGE, kind=FormKind.KNOWLEDGE)
    laws = ["The first", "The second"]
    before = [
        {"check.law": laws[n % 2], "check.signs": ["Three"]} for n in range(count)
    ]
    after = [
        {"check.law": "The second", "check.signs": ["One", "Two"][: 1 + n % 2]}
        for n in range(count)
    ]
    make_released(offering, before, occasion=Occasion.BEFORE)
    make_released(offering, after, occasion=Occasion.AFTER)
