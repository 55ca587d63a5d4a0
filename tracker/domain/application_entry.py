"""What somebody says when they apply: tidied, and what must be mended of it.

Source of the fields: product.md, "Applying". A draft may leave out anything; what is
sent may not.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from tracker.domain.application_questions import (
    ApplicationQuestion,
    answer_problems,
    tidy_answers,
)
from tracker.domain.names import clean_text, text_problem
from tracker.domain.us_states import NAMES, state_code

# Longest texts, in characters; who applies is asked for all of them but the last two.
LIMITS = {
    "name": 200,
    "agency": 200,
    "title": 200,
    "discipline": 80,
    "state": 80,
    "supervisor_name": 200,
    "supervisor_contact": 254,
    "county": 80,
    "phone": 40,
}
NEEDED = {
    "name": "Write your name.",
    "agency": "Write the agency you work for.",
    "title": "Write your title or position there.",
    "discipline": "Choose your discipline, or write it.",
    "state": "Choose the state you work in, or write where.",
    "supervisor_name": "Write the name of your supervisor.",
    "supervisor_contact": "Write an e-mail address or a telephone number.",
}
PHONE = re.compile(r"\+?[0-9().,/ x#*-]*")
FEWEST_DIGITS = 7
ANSWER = "answer-"
"""Before the key of a course's own question, in the names of problems."""


@dataclass(frozen=True)
class ApplicationEntry:
    """One application as a form says it; an empty field says nothing.

    `state` is the code of a state of the United States, or a place in other words.
    """

    name: str = ""
    agency: str = ""
    title: str = ""
    discipline: str = ""
    state: str = ""
    county: str = ""
    phone: str = ""
    supervisor_name: str = ""
    supervisor_contact: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)

    def tidied(self, questions: Sequence[ApplicationQuestion]) -> "ApplicationEntry":
        """Return it as it is kept; answers to nothing that is asked are dropped."""
        texts = {name: clean_text(getattr(self, name)) for name in LIMITS}
        code = state_code(texts["state"])
        texts["state"] = code if code in NAMES else texts["state"]
        return ApplicationEntry(**texts, answers=tidy_answers(questions, self.answers))

    def draft_problems(
        self, questions: Sequence[ApplicationQuestion]
    ) -> dict[str, str]:
        """Say of a tidied entry what cannot even be kept, by field."""
        return dict(self._unkept()) | _named(
            answer_problems(questions, self.answers, is_draft=True)
        )

    def problems(self, questions: Sequence[ApplicationQuestion]) -> dict[str, str]:
        """Say of a tidied entry what must be mended before it is sent, by field."""
        missing = {
            name: sentence
            for name, sentence in NEEDED.items()
            if not getattr(self, name)
        }
        if self.phone and not _is_phone(self.phone):
            missing["phone"] = "Write a telephone number, with digits only."
        found = missing | dict(self._unkept())
        return found | _named(answer_problems(questions, self.answers))

    def _unkept(self) -> Iterator[tuple[str, str]]:
        for name, limit in LIMITS.items():
            if problem := text_problem(getattr(self, name), limit):
                yield name, f"This {problem}."

    def filled_from(self, other: "ApplicationEntry") -> "ApplicationEntry":
        """Return it with what it does not say taken from another."""
        gaps = {
            each.name: getattr(other, each.name)
            for each in fields(self)
            if not getattr(self, each.name)
        }
        return replace(self, **gaps)


def _is_phone(text: str) -> bool:
    digits = sum(char.isdigit() for char in text)
    return PHONE.fullmatch(text) is not None and digits >= FEWEST_DIGITS


def _named(problems: Mapping[str, str]) -> dict[str, str]:
    return {f"{ANSWER}{key}": sentence for key, sentence in problems.items()}


# What coordinators judge by stands clear in columns; the rest is sealed as one.
COLUMNS = ("discipline", "state", "county")


def sealed_part(entry: ApplicationEntry) -> dict[str, Any]:
    """Return what an application keeps sealed, as {field: value}."""
    return {name: value for name, value in asdict(entry).items() if name not in COLUMNS}


def read_entry(
    sealed: Mapping[str, Any], columns: Mapping[str, Any]
) -> ApplicationEntry:
    """Return the entry that an application keeps; what it does not say is empty."""
    known = {each.name for each in fields(ApplicationEntry)} - set(COLUMNS)
    said = {name: value for name, value in sealed.items() if name in known and value}
    return ApplicationEntry(**said, **columns)


# Days after an offering's last day, and what an application says no more from then on.
PHONE_DAYS = 30
NEED_DAYS = 90
NEEDED_ONLY = frozenset(
    {"phone", "supervisor_name", "supervisor_contact", "answers", "team", "tab"}
)


def left_after(
    sealed: Mapping[str, Any], days: int, *, is_enrolled: bool
) -> dict[str, Any]:
    """Return what an application still says so many days after the last day.

    After 90 nothing is left of one that led to no seat (product.md, "Keeping").
    """
    if days <= PHONE_DAYS:
        return dict(sealed)
    if days <= NEED_DAYS:
        return {name: value for name, value in sealed.items() if name != "phone"}
    if not is_enrolled:
        return {}
    return {name: value for name, value in sealed.items() if name not in NEEDED_ONLY}
