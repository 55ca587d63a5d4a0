"""Credit from attended minutes, by a jurisdiction's own arithmetic.

A rule is data and says where it is written (`source`). How the rounding of parts
works is docs/decisions/0019: no part is more than its own minutes earn, and the
parts together are never more than the total.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

GENERAL = ""
"""The category of a segment that says none, and of what is not counted apart."""


class Rounding(StrEnum):
    """How a jurisdiction rounds its units."""

    DOWN_TO_WHOLE = "down_to_whole"
    DOWN_TO_HALF = "down_to_half"
    NEAREST_QUARTER = "nearest_quarter"
    DOWN_TO_TENTH = "down_to_tenth"


STEPS = {
    Rounding.DOWN_TO_WHOLE: 1,
    Rounding.DOWN_TO_HALF: 2,
    Rounding.NEAREST_QUARTER: 4,
    Rounding.DOWN_TO_TENTH: 10,
}
"""Into how many steps a unit is divided."""


@dataclass(frozen=True)
class CreditRule:
    """One jurisdiction's rule; `source` says where it is written.

    `minimum_minutes` is the least that earns anything. `categories` are counted
    apart; minutes of `excluded` ones earn nothing; all others are general.
    """

    jurisdiction: str
    unit: str
    unit_minutes: int
    rounding: Rounding
    minimum_minutes: int = 0
    source: str = ""
    categories: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()


@dataclass(frozen=True)
class Earned:
    """What some attendance earns under one rule.

    `minutes` are those that the jurisdiction counts, `parts` the units of each
    category that earned any, general last; empty where no category is apart.
    """

    minutes: int
    amount: Fraction
    parts: tuple[tuple[str, Fraction], ...] = ()


def credit(rule: CreditRule, minutes: int) -> Fraction:
    """Return the units that `minutes` of attendance earn under `rule`."""
    if minutes < rule.minimum_minutes:
        return Fraction(0)
    return _rounded(rule, minutes)


def earn(rule: CreditRule, by_category: Mapping[str, int]) -> Earned:
    """Return what attended minutes, by their segments' category, earn under `rule`.

    The total is rounded from all minutes that count, each part from its own. Only
    rounding to the nearest can make the parts more than the total; then those that
    gained most by it give a step back.
    """
    counted = {each: n for each, n in by_category.items() if each not in rule.excluded}
    minutes = sum(counted.values())
    amount = credit(rule, minutes)
    apart = {each: counted.get(each, 0) for each in rule.categories}
    if not amount or not any(apart.values()):
        return Earned(minutes, amount)
    apart[GENERAL] = minutes - sum(apart.values())
    return Earned(minutes, amount, tuple(_parts(rule, apart, amount)))


def _parts(
    rule: CreditRule, minutes: Mapping[str, int], amount: Fraction
) -> Iterable[tuple[str, Fraction]]:
    parts = {each: _rounded(rule, n) for each, n in minutes.items()}
    step = Fraction(1, STEPS[rule.rounding])

    def gained(category: str) -> Fraction:
        return parts[category] - Fraction(minutes[category], rule.unit_minutes)

    while sum(parts.values()) > amount:
        # Of equals the last gives: general, before what is counted apart.
        parts[max(reversed(parts), key=gained)] -= step
    return [(each, part) for each, part in parts.items() if part]


def _rounded(rule: CreditRule, minutes: int) -> Fraction:
    steps = STEPS[rule.rounding]
    units = Fraction(minutes, rule.unit_minutes) * steps
    if rule.rounding is Rounding.NEAREST_QUARTER:
        units += Fraction(1, 2)
    return Fraction(units // 1, steps)


def as_text(amount: Fraction) -> str:
    """Write an amount of credit the way it is printed: 19.5, 7.25, 20."""
    return f"{float(amount):.2f}".rstrip("0").rstrip(".")


def plain_category(text: str) -> str:
    """Return a category as it is compared: small letters, single spaces."""
    return " ".join(text.lower().split())
