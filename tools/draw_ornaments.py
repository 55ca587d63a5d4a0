"""Draw the certificate's ornaments as SVG: frame, seal and watermark.

Run it when a colour or a shape changes and commit what it writes:
`python -m tools.draw_ornaments`.
"""

import math
from pathlib import Path

from tools.guilloche import Point, ring, strand

INK = "#151b2c"
GOLD = "#b08d4c"
# Light lines have plain light colours, never transparency: printers and archival PDF
# both do better without it.
PALE_INK = "#a1a4ab"
PALE_GOLD = "#bc9e67"
TINT = "#f1ebdf"

PAGE = (297.0, 210.0)  # A4, landscape, in millimetres
INSET = 12.4  # from the paper's edge to the middle of the frame's band
CORNER = 5.0
FOLDER = Path(__file__).resolve().parent.parent / "templates" / "documents" / "assets"


def frame() -> str:
    """Draw the page's frame: four strands between hairlines, a rosette per corner."""
    waves, swells = 124, 20
    parts = []
    for turn in range(4):
        phase = turn * math.pi / 2

        def offset(share: float, phase: float = phase) -> float:
            way = 2 * math.pi * share
            height = 0.62 + 0.38 * math.sin(swells * way + phase / 2)
            return 2.05 * height * math.sin(waves * way + phase)

        wave = strand(PAGE, INSET, CORNER, waves * 4, offset)
        parts.append(line(wave, (PALE_GOLD, PALE_INK)[turn % 2], 0.16))
    parts += [border(-3.1, INK, 0.5), border(3.1, INK, 0.18), border(4, GOLD, 0.18)]
    for x in (13.4, PAGE[0] - 13.4):
        for y in (13.4, PAGE[1] - 13.4):
            parts += corner_rosette((x, y))
    return document(PAGE, parts)


def corner_rosette(middle: Point) -> list[str]:
    """Draw the small rosette that covers a corner of the band."""
    parts = [
        circle(middle, 6.2, f'fill="#fff" stroke="{INK}" stroke-width=".25"'),
        circle(middle, 5.75, f'fill="none" stroke="{GOLD}" stroke-width=".18"'),
    ]
    for turn in range(4):
        wave = ring(middle, 3.5, 1.9, (9, 4), turn * math.pi / 2)
        parts.append(line(wave, (PALE_GOLD, PALE_INK)[turn % 2], 0.16))
    return [*parts, circle(middle, 0.9, f'fill="{GOLD}"')]


def seal() -> str:
    """Draw the seal: a scalloped disc, a ring of rosettes, a clear middle for text."""
    middle = (50.0, 50.0)
    parts = [
        f'<path d="{ring(middle, 46.6, 1.3, (48, 4))}" fill="{GOLD}"/>',
        circle(middle, 42.9, 'fill="#fff"'),
        circle(middle, 42, f'fill="{INK}"'),
    ]
    for turn in range(6):
        wave = ring(middle, 35, 6.4, (18, 6), turn * math.pi / 3)
        parts.append(line(wave, GOLD, 0.42))
    parts += [
        circle(middle, 28.2, 'fill="#fff"'),
        circle(middle, 26.8, f'fill="none" stroke="{GOLD}" stroke-width=".7"'),
        circle(middle, 25.6, f'fill="none" stroke="{INK}" stroke-width=".35"'),
    ]
    return document((100, 100), parts)


def watermark() -> str:
    """Draw the wide rosette behind the text, too light to disturb reading."""
    waves = (ring((50, 50), 33, 15, (12, 6), turn * math.pi / 5) for turn in range(10))
    return document((100, 100), [line(wave, TINT, 0.13) for wave in waves])


def line(path: str, colour: str, width: float) -> str:
    """Write a path as a hairline."""
    return f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{width:g}"/>'


def circle(middle: Point, radius: float, style: str) -> str:
    """Write a circle."""
    return f'<circle cx="{middle[0]:g}" cy="{middle[1]:g}" r="{radius:g}" {style}/>'


def border(inwards: float, colour: str, width: float) -> str:
    """Write a rounded rectangle, `inwards` from the middle of the band."""
    inset = INSET + inwards
    return (
        f'<rect x="{inset:g}" y="{inset:g}" width="{PAGE[0] - 2 * inset:g}" '
        f'height="{PAGE[1] - 2 * inset:g}" rx="{max(CORNER - inwards, 0.8):g}" '
        f'fill="none" stroke="{colour}" stroke-width="{width:g}"/>'
    )


def document(size: Point, parts: list[str]) -> str:
    """Wrap parts as an SVG file of that size in user units.

    An isolated group becomes a stream of its own in the PDF, which the typesetter
    compresses once and keeps; otherwise every certificate would pay for it again.
    """
    width, height = size
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" '
        f'viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}">'
        f'<g style="isolation:isolate">{"".join(parts)}</g></svg>\n'
    )


def main() -> None:
    """Write the three files."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    ornaments = {"frame": frame(), "seal": seal(), "watermark": watermark()}
    for name, drawn in ornaments.items():
        (FOLDER / f"{name}.svg").write_text(drawn, encoding="utf-8")


if __name__ == "__main__":
    main()
