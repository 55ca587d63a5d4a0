"""Geometry of the drawings on pages; the templates only place it."""

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
