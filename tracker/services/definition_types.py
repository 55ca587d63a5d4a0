"""What the values of an offering's file may be: each a type that checks and tidies."""

import re
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from tracker.domain.catchment import tidy_area
from tracker.domain.credit import plain_category
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


def _area(text: str) -> str:
    return _short(tidy_area(text))


def _code_or_none(text: str) -> str:
    return _code(text) if text else ""


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
CodeOrNone = Annotated[str, AfterValidator(_code_or_none)]
Area = Annotated[str, AfterValidator(_area)]
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
