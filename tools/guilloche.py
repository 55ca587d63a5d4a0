"""Curves of guilloches: interlaced waves along a line, as on banknotes, in SVG."""

import math
from collections.abc import Callable, Iterator

Point = tuple[float, float]


def smooth_path(points: list[Point]) -> str:
    """Write a closed smooth curve through `points` (Catmull-Rom as Bézier curves).

    Relative coordinates with two decimals: half the bytes, a hundredth of a unit off.
    """
    at = (round(points[0][0], 2), round(points[0][1], 2))
    parts = [f"M{at[0]:g} {at[1]:g}"]
    count = len(points)
    for i in range(count):
        before, start, end, after = (points[(i + k) % count] for k in (-1, 0, 1, 2))
        curve = (_third(start, before, end), _third(end, after, start), end)
        steps = [(round(x - at[0], 2), round(y - at[1], 2)) for x, y in curve]
        parts.append("c" + " ".join(f"{x:g} {y:g}" for x, y in steps))
        # Rounding errors must not add up along the curve: go on from where it is.
        at = (at[0] + steps[2][0], at[1] + steps[2][1])
    return "".join(parts) + "z"


def _third(point: Point, behind: Point, ahead: Point) -> Point:
    return (
        point[0] + (ahead[0] - behind[0]) / 6,
        point[1] + (ahead[1] - behind[1]) / 6,
    )


def ring(
    middle: Point,
    radius: float,
    swing: float,
    waves: tuple[int, int],
    phase: float = 0,
) -> str:
    """Write one closed wave round a circle; `waves` is how many, of how many points.

    Four points a wave are enough where the phase is a multiple of a quarter: they
    then are the wave's crests and crossings.
    """
    lobes, points_each = waves
    points = []
    for i in range(lobes * points_each):
        angle = 2 * math.pi * i / (lobes * points_each)
        far = radius + swing * math.sin(lobes * angle + phase)
        points.append(
            (middle[0] + far * math.cos(angle), middle[1] + far * math.sin(angle))
        )
    return smooth_path(points)


def strand(
    size: Point,
    inset: float,
    radius: float,
    steps: int,
    offset: Callable[[float], float],
) -> str:
    """Write one wave along a rounded rectangle; `offset` is its distance outwards."""
    return smooth_path(
        [
            (x + nx * offset(share), y + ny * offset(share))
            for x, y, nx, ny, share in _walk(size, inset, radius, steps)
        ]
    )


def _walk(
    size: Point, inset: float, radius: float, steps: int
) -> Iterator[tuple[float, float, float, float, float]]:
    """Walk once round in equal steps: place, outward normal, share of the way."""
    near = inset + radius
    across, down = size[0] - 2 * near, size[1] - 2 * near
    arc = math.pi * radius / 2
    corners = (
        (near + across, near),
        (near + across, near + down),
        (near, near + down),
        (near, near),
    )
    lengths = (across, arc, down, arc, across, arc, down, arc)
    for step in range(steps):
        rest, leg = step * sum(lengths) / steps, 0
        while rest > lengths[leg]:
            rest -= lengths[leg]
            leg += 1
        # Odd legs turn a corner, even ones run straight towards it.
        turned, back = (rest / radius, 0.0) if leg % 2 else (0.0, lengths[leg] - rest)
        angle = (leg // 2 - 1) * math.pi / 2 + turned
        nx, ny = math.cos(angle), math.sin(angle)
        x, y = corners[leg // 2]
        # The direction of travel is the normal turned by a quarter.
        yield (
            x + radius * nx + back * ny,
            y + radius * ny - back * nx,
            nx,
            ny,
            step / steps,
        )
