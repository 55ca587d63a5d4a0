"""Figures, each beside its limit and its goal: as a table and as JSON."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

HEADINGS = ("figure", "engine", "measured", "limit", "ratio", "goal", "")


@dataclass(frozen=True)
class Limit:
    """What could at best be had, in the figure's unit, measured in the same run."""

    name: str
    value: float


@dataclass(frozen=True)
class Goal:
    """A goal of performance.md: `bound` and better; `is_least` says which way."""

    bound: float
    is_least: bool = False

    def is_met_by(self, value: float) -> bool:
        """Say whether a figure reaches the goal."""
        return value >= self.bound if self.is_least else value <= self.bound

    def __str__(self) -> str:
        """Write it as the table has it."""
        return f"{'≥' if self.is_least else '≤'} {written(self.bound)}"


@dataclass(frozen=True)
class Figure:
    """One thing measured. `engine` is empty where no database takes part."""

    name: str
    engine: str
    value: float
    unit: str
    limit: Limit | None = None
    goal: Goal | None = None

    @property
    def ratio(self) -> float | None:
        """The figure divided by its limit."""
        return self.value / self.limit.value if self.limit else None

    @property
    def is_met(self) -> bool | None:
        """Whether the goal is reached; None where there is none."""
        return self.goal.is_met_by(self.value) if self.goal else None

    def as_json(self) -> dict[str, Any]:
        """Return what results.json says of it."""
        return {
            "name": self.name,
            "engine": self.engine or None,
            "value": self.value,
            "unit": self.unit,
            "limit": vars(self.limit) if self.limit else None,
            "ratio": self.ratio,
            "goal": str(self.goal) if self.goal else None,
            "met": self.is_met,
        }


def written(value: float) -> str:
    """Write a number with three figures that count."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    text = f"{value:.3g}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def table(figures: Iterable[Figure]) -> str:
    """Lay figures out as plain text, one in a line."""
    rows = [HEADINGS, *map(_cells, figures)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(_line(row, widths) for row in rows)


def _cells(figure: Figure) -> tuple[str, ...]:
    limit, ratio = figure.limit, figure.ratio
    verdicts = {None: "", True: "met", False: "NOT MET"}
    return (
        figure.name,
        figure.engine,
        f"{written(figure.value)} {figure.unit}".rstrip(),
        f"{written(limit.value)} ({limit.name})" if limit else "",
        written(ratio) if ratio is not None else "",
        str(figure.goal or ""),
        verdicts[figure.is_met],
    )


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
    return "  ".join(padded).rstrip()
