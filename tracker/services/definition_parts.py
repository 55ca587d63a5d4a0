"""The shape of an offering's file: what it may say, and of which kind."""

import re
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from tracker.domain.credit import Rounding, plain_category
from tracker.domain.local_times import find_zone, read_day
from tracker.domain.names import (
    clean_paragraphs,
    clean_text,
    is_address,
    text_problem,
)

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
STOCKS = Literal["lemon", "rose", "sky", "mint", "tangerine", "lilac"]


def _code(text: str) -> str:
    if not CODE.fullmatch(text):
        raise ValueError("must be 1 to 40 letters, digits, dashes and underscores")
    return text


def _line(text: str) -> str:
    line = clean_text(text)
    if problem := text_problem(line, 200):
        raise ValueError(problem)
    return line


def _title(text: str) -> str:
    line = _line(text)
    if not line:
        raise ValueError("must not be empty")
    return line


def _paragraphs(text: str) -> str:
    paragraphs = clean_paragraphs(text)
    if problem := text_problem(paragraphs.replace("\n", " "), 10_000):
        raise ValueError(problem)
    return paragraphs


def _short(text: str) -> str:
    title = _title(text)
    if len(title) > 80:
        raise ValueError("is longer than 80 characters")
    return title


def _category(text: str) -> str:
    category = plain_category(_line(text))
    if len(category) > 40:
        raise ValueError("is longer than 40 characters")
    return category


def _kind(text: str) -> str:
    if not (category := _category(text)):
        raise ValueError("must not be empty")
    return category


def _address(text: str) -> str:
    address = text.strip()
    if address and not is_address(address):
        raise ValueError("is not an e-mail address")
    return address


def _zone(text: str) -> str:
    if find_zone(text) is None:
        raise ValueError(f"“{text}” is not a zone; write one such as America/Chicago")
    return text


def _plain_date(value: Any) -> Any:
    """Take what other YAML readers make of an unquoted day or time."""
    if isinstance(value, datetime):
        return value.isoformat(" ")
    return value.isoformat() if isinstance(value, date) else value


def _day(text: str) -> str:
    return read_day(text).isoformat()


Code = Annotated[str, AfterValidator(_code)]
Line = Annotated[str, AfterValidator(_line)]
Title = Annotated[str, AfterValidator(_title)]
Short = Annotated[str, AfterValidator(_short)]
Category = Annotated[str, AfterValidator(_category)]
Categories = Annotated[
    list[Annotated[str, AfterValidator(_kind)]], Field(max_length=12)
]
Paragraphs = Annotated[str, AfterValidator(_paragraphs)]
Address = Annotated[str, AfterValidator(_address)]
Zone = Annotated[str, AfterValidator(_zone)]
Day = Annotated[str, BeforeValidator(_plain_date), AfterValidator(_day)]
WallTime = Annotated[str, BeforeValidator(_plain_date)]
Minutes = Annotated[int, Field(ge=0, le=1440)]


class Part(BaseModel):
    """A part of the file: nothing unknown, nothing guessed."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class CoursePart(Part):
    """The catalogue entry, as the public reads it."""

    code: Code
    title: Title
    summary: Paragraphs = ""
    description: Paragraphs = ""
    audience: list[Title] = []
    prerequisite: Paragraphs = ""
    obligation: Paragraphs = ""
    cost: Paragraphs = ""
    contact: Line = ""
    topics: list[Title] = []


class HostPart(Part):
    """Who gives the course, as the certificate names it."""

    name: Title
    address: Line = ""
    sponsor_numbers: list[Title] = []


class SignatoryPart(Part):
    """Somebody who signs the certificates."""

    name: Title
    role: Line = ""


class AccreditationPart(Part):
    """What one jurisdiction credits, by which arithmetic, and where that is written.

    `categories` are kinds of credit that it counts apart; those of
    `excluded_categories` it does not count at all.
    """

    jurisdiction: Title
    line: Title
    unit: Title
    unit_minutes: Annotated[int, Field(ge=1, le=240)]
    rounding: Annotated[Rounding, Field(strict=False)]
    minimum_minutes: Minutes = 0
    approval: Line = ""
    source: Line = ""
    categories: Categories = []
    excluded_categories: Categories = []


class OfferingPart(Part):
    """One delivery: where, when, for how many, under which settings."""

    code: Code
    title: Title
    city: Title
    state: Short
    timezone: Zone
    starts_on: Day
    ends_on: Day
    venue: Paragraphs = ""
    contact: Line = ""
    capacity: Annotated[int, Field(ge=0, le=100_000)] = 0
    catchment: list[Short] = []
    stock: STOCKS = "lemon"
    host: HostPart
    signatories: list[SignatoryPart] = []
    accreditations: list[AccreditationPart] = []
    policy: dict[str, Any] = {}


class InstructorPart(Part):
    """Somebody who teaches; `key` is how segments name them.

    `email` is where their sign-in codes are sent: left out, what is known stays;
    empty, it is forgotten.
    """

    key: Code
    name: Title
    title: Line = ""
    email: Address | None = None


class SegmentPart(Part):
    """One scheduled block; times are wall times where the offering is held.

    Without `credit_minutes` it carries its whole length.
    """

    number: Annotated[int, Field(ge=1, le=999)]
    title: Title
    starts_at: WallTime
    ends_at: WallTime
    room: Line = ""
    required: bool = True
    check_out: bool = False
    credit_minutes: Minutes | None = None
    credit_category: Category = ""
    instructors: list[Code] = []
    cancelled: bool = False


class Definition(Part):
    """A whole offering's file. Without `evaluation` it gets the default form.

    Without `knowledge` or `follow_up`, that is not asked, or as it was before.
    """

    course: CoursePart
    offering: OfferingPart
    instructors: list[InstructorPart] = []
    segments: Annotated[list[SegmentPart], Field(min_length=1, max_length=300)]
    evaluation: dict[str, Any] | None = None
    knowledge: dict[str, Any] | None = None
    follow_up: dict[str, Any] | None = None
