"""Geometry of the drawings on pages; the templates only place it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import cos, pi, sin

CENTRE = 64.0
RADIUS = 53.0
WIDEST_GAP = 5.2
"""Degrees left free between two of thirteen arcs; more arcs share less."""


def arc(index: int, count: int, *, inset: bool = False) -> str:
    """Draw one of `count` equal arcs of the progress ring.

    The ring is 128 units wide, its first arc begins at the top, and the arcs
    follow the clock. An inset arc is a little shorter at both ends, so that it
    fits into a full one and leaves its outline visible.

    Returns:
        The value of an SVG path's `d`.
    """
    step = 360 / count
    gap = min(WIDEST_GAP, step * 0.19)
    if inset:
        gap += min(3.0, (step - gap) / 2)
    start, end = step * index + gap / 2, step * (index + 1) - gap / 2
    large = 1 if end - start > 180 else 0
    return f"M{_point(start)}A{RADIUS:g} {RADIUS:g} 0 {large} 1 {_point(end)}"


def _point(degrees: float) -> str:
    """Place an angle, counted from the top, on the ring."""
    angle = (degrees - 90) * pi / 180
    return f"{CENTRE + RADIUS * cos(angle):.2f} {CENTRE + RADIUS * sin(angle):.2f}"


@dataclass(frozen=True)
class Slice:
    """One value's place in a diverging bar; `x` and `width` in per cent of it."""

    value: int
    count: int
    x: float
    width: float
    percent: int


def diverging(counts: Mapping[int, int], reach: float) -> list[Slice]:
    """Lay out how often 1 to 5 were answered, with the middle of the 3 at 50 per cent.

    `reach` is the largest share on one side of the middle among the bars that are
    seen together, so that they share a scale and the longest one fits.
    """
    total = sum(counts.values())
    scale = 50 / reach
    x = 50 - scale * _left(counts)
    slices = []
    for value in range(1, 6):
        count = counts.get(value, 0)
        width = scale * count / total
        if count:
            percent = round(100 * count / total)
            slices.append(Slice(value, count, round(x, 2), round(width, 2), percent))
        x += width
    return slices


def reach(bars: Iterable[Mapping[int, int]]) -> float:
    """Return the largest share that any of the bars has on one side of the middle."""
    shares = (share for bar in bars for share in (_left(bar), 1 - _left(bar)))
    return max(shares, default=1)


def _left(counts: Mapping[int, int]) -> float:
    below = counts.get(1, 0) + counts.get(2, 0) + counts.get(3, 0) / 2
    return below / sum(counts.values())
