"""Credit hours from attended minutes, by a jurisdiction's own arithmetic."""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction


class Rounding(StrEnum):
    """How a jurisdiction rounds its units."""

    DOWN_TO_HALF = "down_to_half"
    NEAREST_QUARTER = "nearest_quarter"
    DOWN_TO_TENTH = "down_to_tenth"


@dataclass(frozen=True)
class CreditRule:
    """One jurisdiction's rule; `source` says where it is written.

    `minimum_minutes` is the least that earns anything.
    """

    jurisdiction: str
    unit: str
    unit_minutes: int
    rounding: Rounding
    minimum_minutes: int = 0
    source: str = ""


def credit(rule: CreditRule, minutes: int) -> Fraction:
    """Return the units that `minutes` of attendance earn under `rule`."""
    if minutes < rule.minimum_minutes:
        return Fraction(0)
    units = Fraction(minutes, rule.unit_minutes)
    if rule.rounding is Rounding.DOWN_TO_HALF:
        return Fraction(units * 2 // 1, 2)
    if rule.rounding is Rounding.DOWN_TO_TENTH:
        return Fraction(units * 10 // 1, 10)
    return Fraction((units * 4 + Fraction(1, 2)) // 1, 4)


def as_text(amount: Fraction) -> str:
    """Write an amount of credit the way it is printed: 19.5, 7.25, 20."""
    return f"{float(amount):.2f}".rstrip("0").rstrip(".")
