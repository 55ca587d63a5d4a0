"""How a course's certificates look and what they say: the shape, checked; and merged.

An offering that says something itself wins over its course: it may be held by
another host, and signed by others.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tracker.domain.names import clean_text, text_problem

TITLE = "Certificate of Completion"
STATEMENT = "who completed every required segment of"
LONGEST = 200
MOST_LINES = 12
MOST_SIGNATORIES = 4
CONTRAST = 4.5
COLOUR = re.compile(r"#[0-9a-f]{6}")


@dataclass(frozen=True)
class Template:
    """What a certificate takes from course and offering, ready to be set.

    `colour` is of the small capitals and labels, "#rrggbb"; empty: the usual one.
    """

    host_name: str = ""
    host_address: str = ""
    sponsor_numbers: tuple[str, ...] = ()
    signatories: tuple[tuple[str, str], ...] = ()
    title: str = TITLE
    statement: str = STATEMENT
    colour: str = ""
    accreditation_lines: tuple[str, ...] = field(default=())


def merged(
    course: Mapping[str, Any], host: Mapping[str, Any], signatories: Sequence[Any]
) -> Template:
    """Return what holds where an offering says so much of its own."""
    theirs = course.get("host", {})
    wording = course.get("wording", {})
    people = signatories or course.get("signatories", [])
    return Template(
        host_name=host.get("name") or theirs.get("name", ""),
        host_address=host.get("address") or theirs.get("address", ""),
        sponsor_numbers=tuple(
            host.get("sponsor_numbers") or theirs.get("sponsor_numbers", [])
        ),
        signatories=tuple((each["name"], each["role"]) for each in people),
        title=wording.get("title") or TITLE,
        statement=wording.get("statement") or STATEMENT,
        colour=course.get("colour", ""),
        accreditation_lines=tuple(course.get("accreditation_lines", [])),
    )


def read_template(fields: Mapping[str, str]) -> dict[str, Any]:
    """Read the fields of a form into a template as it is kept.

    `sponsor_numbers` and `accreditation_lines` have a line each, `signatories` a line
    "Name; Role" each. What is empty is left out, so that the offering's or the usual
    words hold.

    Raises:
        ValueError: its argument is {field: sentence}, each saying what to mend.
    """
    problems: dict[str, str] = {}
    lines = {
        name: [line for raw in text.splitlines() if (line := clean_text(raw))]
        for name, text in fields.items()
    }
    for name, found in lines.items():
        if sentence := _lines_problem(name, found):
            problems[name] = sentence
    people = [_signatory(line) for line in lines.get("signatories", [])]
    if None in people:
        problems["signatories"] = "Write each as “Name; Role”."
    colour = "".join(lines.get("colour", [])).lower()
    if colour and (sentence := colour_problem(colour)):
        problems["colour"] = sentence
    if problems:
        raise ValueError(problems)
    one = {name: " ".join(found) for name, found in lines.items()}
    made = {
        "host": {
            "name": one.get("host_name"),
            "address": one.get("host_address"),
            "sponsor_numbers": lines.get("sponsor_numbers"),
        },
        "signatories": people,
        "wording": {"title": one.get("title"), "statement": one.get("statement")},
        "colour": colour,
        "accreditation_lines": lines.get("accreditation_lines"),
    }
    return _without_empty(made)


def _lines_problem(name: str, lines: list[str]) -> str | None:
    most = MOST_SIGNATORIES if name == "signatories" else MOST_LINES
    if len(lines) > most:
        return f"At most {most} lines."
    for line in lines:
        if problem := text_problem(line, LONGEST):
            return f"This {problem}."
    return None


def _signatory(line: str) -> dict[str, str] | None:
    name, found, role = line.partition(";")
    return {"name": name.strip(), "role": role.strip()} if found and name else None


def _without_empty(made: dict[str, Any]) -> dict[str, Any]:
    inner = {
        key: _without_empty(value) if isinstance(value, dict) else value
        for key, value in made.items()
    }
    return {key: value for key, value in inner.items() if value}


def colour_problem(colour: str) -> str | None:
    """Say what is wrong with a colour for small letters on white; None: nothing."""
    if not COLOUR.fullmatch(colour):
        return "Write it as # and six digits, such as #7a5c1e."
    if contrast_on_white(colour) < CONTRAST:
        return "This is too pale to be read on white; take a darker one."
    return None


def contrast_on_white(colour: str) -> float:
    """Return the contrast of "#rrggbb" on white, 1 to 21 (WCAG 2.2)."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in parts
    )
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)
