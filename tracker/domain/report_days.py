"""Days as the reports of learning platforms write them."""

import re
from collections.abc import Iterable
from datetime import date
from enum import StrEnum

LONGEST = 80
CENTURY = 2000
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov",
          "dec")  # fmt: skip
_MONTH = r"(?P<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_DAY, _YEAR = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?", r"(?P<year>\d{4})"
_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d\d)(?!\d)")
_NAMED = (
    re.compile(rf"(?:\w+,? )?{_DAY}[ .-]+{_MONTH}[ .,-]+{_YEAR}(?!\d)", re.IGNORECASE),
    re.compile(rf"(?:\w+,? )?{_MONTH}[ .]+{_DAY},? +{_YEAR}(?!\d)", re.IGNORECASE),
)


class Order(StrEnum):
    """What comes first in 3/4/2026."""

    DAY = "day"
    MONTH = "month"


Readings = dict[Order, date]
"""A day by the order in which it is read; an order in which it is none is left out."""


def readings(text: str) -> Readings:
    """Read a day, whatever time of day follows it; empty where it is none.

    A year first, a month by its English name, and dots between numbers say the same
    in either order.
    """
    text = text.strip()
    if len(text) > LONGEST:
        return {}
    if found := _YEAR_FIRST.match(text):
        return _same(*map(int, found.groups()))
    if found := _YEAR_LAST.match(text):
        first, dot, second, year = found.groups()
        return _in_either_order(int(first), int(second), _full(year), dot == ".")
    for pattern in _NAMED:
        if found := pattern.match(text):
            month = MONTHS.index(found["month"].lower()) + 1
            return _same(int(found["year"]), month, int(found["day"]))
    return {}


def _full(year: str) -> int:
    return int(year) + (CENTURY if len(year) == 2 else 0)


def _same(year: int, month: int, day: int) -> Readings:
    found = _day(year, month, day)
    return dict.fromkeys(Order, found) if found else {}


def _in_either_order(first: int, second: int, year: int, has_dots: bool) -> Readings:
    if has_dots:
        return _same(year, second, first)
    found = {
        Order.DAY: _day(year, second, first),
        Order.MONTH: _day(year, first, second),
    }
    return {order: day for order, day in found.items() if day}


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def order_of(found: Iterable[Readings]) -> Order | None:
    """Say in which order all these days are written; None where that is not sure.

    A single day after the twelfth shows it for the whole column. Where both orders
    read everything alike, either is right.
    """
    days = [each for each in found if each]
    fit = [order for order in Order if all(order in each for each in days)]
    if len(fit) == 2 and any(len(set(each.values())) > 1 for each in days):
        return None
    return fit[-1] if fit else Order.MONTH
