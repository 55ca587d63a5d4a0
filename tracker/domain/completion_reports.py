"""A learning platform's report: who finished a course, and when."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from tracker.domain.names import clean_text, is_address, name_problem, normalise_address
from tracker.domain.report_columns import (
    Field,
    Layout,
    find_columns,
    fold,
    read_header,
)
from tracker.domain.report_days import Order, Readings, order_of, readings
from tracker.domain.tables import Refusal, TableError, excess, read_table, refused

OLDEST = date(1990, 1, 1)
LONGEST_ID = 200
LONGEST_QUOTE = 40
DONE = frozenset(
    re.findall(r"\S+", "completed complete passed pass finished done yes true 1 100")
)
NOT_DONE = frozenset({""}) | frozenset(
    re.findall(
        r"\S+",
        "incomplete notcomplete notcompleted inprogress started notstarted active "
        "notattempted notpassed enrolled registered pending overdue expired withdrawn "
        "failed fail no false 0 - –",
    )
)
PERCENT = re.compile(r"(\d{1,3})(?:[.,]\d+)? ?%")
Problem = tuple[int | None, Field | None, str]
"""A row, a column by what it holds, and what is wrong there."""


@dataclass(frozen=True)
class Finished:
    """One person who finished the course, as the report names them."""

    row: int
    email: str
    identity: str
    name: str
    completed_on: date | None

    @property
    def key(self) -> str:
        """Who it is in the report: the address, or the platform's own id."""
        address = normalise_address(self.email)
        return f"email\0{address}" if address else f"id\0{self.identity}"


@dataclass(frozen=True)
class Report:
    """Who finished, each person once, and how many rows are of others.

    `layout` is what the report was read by, to be remembered.
    """

    layout: Layout
    finished: tuple[Finished, ...]
    not_finished: int


@dataclass(frozen=True)
class _Line:
    """A row: what it says by field, and how its day may be read."""

    number: int
    said: Mapping[Field, str]
    days: Readings

    @property
    def day(self) -> str:
        return self.said.get(Field.COMPLETED_ON, "")


def read_report(
    data: bytes, asked: Layout, remembered: Layout, *, latest: date
) -> Report:
    """Read a report in which nobody can have finished after `latest`.

    Of two rows of one person the earliest completion counts.

    Raises:
        TableError: everything that must be mended.
    """
    header = read_header(data)
    places = find_columns(header, asked, remembered)
    rows = list(read_table(data))[1:]
    if not rows:
        raise refused("has a header but no rows")
    lines = [_line(number, cells, places) for number, cells in rows]
    words = frozenset(map(fold, asked.done or remembered.done))
    done = [each for each in lines if _is_done(each, words)]
    order = asked.order or remembered.order
    shown = order or order_of(each.days for each in done)
    found = [_finished(each, shown) for each in done]
    problems = [
        *([] if words else _unknown_statuses(lines)),
        *_course_problems(done),
        *_day_problems(done, found, shown),
        *(problem for each in found for problem in _problems(each, latest)),
    ]
    refusals = [each for row in rows for each in excess(row[0], len(header), row[1])]
    refusals += [
        Refusal(row, header[places[column]] if column in places else None, reason)
        for row, column, reason in problems
    ]
    if refusals:
        raise TableError(refusals)
    layout = Layout(
        {each: header[places[each]] if each in places else "" for each in Field},
        order,
        asked.done or remembered.done,
    )
    return Report(layout, earliest(found), len(lines) - len(done))


def _line(number: int, cells: Sequence[str], places: Mapping[Field, int]) -> _Line:
    said = {
        each: clean_text(cells[place]) if place < len(cells) else ""
        for each, place in places.items()
    }
    return _Line(number, said, readings(said.get(Field.COMPLETED_ON, "")))


def _is_done(line: _Line, words: frozenset[str]) -> bool:
    """Say whether a row is of somebody who finished: by its status, else its day."""
    if Field.STATUS not in line.said:
        return fold(line.day) not in NOT_DONE
    status = line.said[Field.STATUS]
    if words:
        return fold(status) in words
    percent = PERCENT.fullmatch(status)
    return int(percent[1]) >= 100 if percent else fold(status) in DONE


def _unknown_statuses(lines: Iterable[_Line]) -> Iterator[Problem]:
    for each in lines:
        status = each.said.get(Field.STATUS, "")
        if fold(status) not in DONE | NOT_DONE and not PERCENT.fullmatch(status):
            reason = f"{_quoted(status)} is not known; say which words mean completed"
            yield each.number, Field.STATUS, reason


def _quoted(text: str) -> str:
    shown = text if len(text) <= LONGEST_QUOTE else f"{text[:LONGEST_QUOTE]}…"
    return f"“{shown}”"


def _course_problems(done: Iterable[_Line]) -> Iterator[Problem]:
    if len({each.said.get(Field.COURSE, "").casefold() for each in done}) > 1:
        yield None, Field.COURSE, "names several courses; export the report of one"


def _day_problems(
    done: Sequence[_Line], found: Sequence[Finished], order: Order | None
) -> Iterator[Problem]:
    """Say which days are none, or may be two."""
    if order is None:
        unsure = next(each for each in done if len(set(each.days.values())) > 1)
        reason = f"{_quoted(unsure.day)} may be two days; say what comes first"
        yield unsure.number, Field.COMPLETED_ON, reason
        return
    for line, each in zip(done, found, strict=True):
        if line.day and each.completed_on is None:
            yield line.number, Field.COMPLETED_ON, f"{_quoted(line.day)} is not a day"


def _finished(line: _Line, order: Order | None) -> Finished:
    parts = (line.said.get(Field.FIRST_NAME, ""), line.said.get(Field.LAST_NAME, ""))
    return Finished(
        row=line.number,
        email=line.said.get(Field.EMAIL, ""),
        identity=line.said.get(Field.IDENTITY, ""),
        name=line.said.get(Field.NAME) or " ".join(filter(None, parts)),
        completed_on=line.days.get(order) if order else None,
    )


def _problems(each: Finished, latest: date) -> Iterator[Problem]:
    if each.email and not is_address(each.email):
        yield each.row, Field.EMAIL, "is not an e-mail address"
    if not each.email and not each.identity:
        yield each.row, Field.EMAIL, "is missing, and so is an id"
    if len(each.identity) > LONGEST_ID:
        yield each.row, Field.IDENTITY, f"is longer than {LONGEST_ID} characters"
    if each.name and (problem := name_problem(each.name)):
        yield each.row, Field.NAME, problem
    if each.completed_on and not OLDEST <= each.completed_on <= latest:
        reason = f"{each.completed_on} cannot be the day on which somebody finished"
        yield each.row, Field.COMPLETED_ON, reason


def earliest(found: Iterable[Finished]) -> tuple[Finished, ...]:
    """Keep one row per person: the earliest completion, a known day before none."""
    kept: dict[str, Finished] = {}
    for each in found:
        before = kept.setdefault(each.key, each)
        if (each.completed_on or date.max) < (before.completed_on or date.max):
            kept[each.key] = each
    return tuple(kept.values())
