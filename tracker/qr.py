"""QR symbols as one SVG path: small, sharp at any size, the same every time."""

from dataclasses import dataclass
from functools import lru_cache
from html import escape

from qrcode import constants, exceptions
from qrcode.main import QRCode

# The standard allows any of the eight masks. Trying them all is most of the work
# and would only serve readers of paper in bad light; one fixed mask, chosen for the
# lowest mean penalty over random passes, also keeps a pass's picture the same for ever.
MASK = 2
KEPT_SYMBOLS = 4096


@dataclass(frozen=True)
class Symbol:
    """A QR symbol as a path in module units.

    `size` is the width and height in modules, the quiet zone included, and thus
    the side of the SVG's viewBox. `path` is the value of a `<path d>`.
    """

    size: int
    path: str


@lru_cache(maxsize=KEPT_SYMBOLS)
def symbol(text: str, *, border: int = 4) -> Symbol:
    """Encode `text` at level M with a quiet zone of `border` modules.

    The whole text is one part, in the tightest mode that holds it: digits, capitals,
    space and `$%*+-./:` take 5.5 bits a character, so a pass stays at a version that
    is coarse enough to be read from a badge across a table; other text is UTF-8 bytes.

    Raises:
        ValueError: the text does not fit into the largest symbol.
    """
    code = QRCode(
        error_correction=constants.ERROR_CORRECT_M, border=border, mask_pattern=MASK
    )
    code.add_data(text, optimize=0)
    try:
        code.make(fit=True)
    except (exceptions.DataOverflowError, ValueError):
        raise ValueError("The text is too long for a QR code.") from None
    matrix = code.get_matrix()
    rows = (_runs(row, y) for y, row in enumerate(matrix))
    return Symbol(size=len(matrix), path="".join(rows))


def svg(text: str, *, title: str | None = None, border: int = 4) -> str:
    """Draw `text` as a whole SVG file, black on white, for use outside a page.

    `title` is what a screen reader says instead of the picture.
    """
    drawn = symbol(text, border=border)
    named = f"<title>{escape(title)}</title>" if title else ""
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" role="img" '
        f'viewBox="0 0 {drawn.size} {drawn.size}" shape-rendering="crispEdges">'
        f'{named}<path fill="#fff" d="M0 0h{drawn.size}v{drawn.size}h-{drawn.size}z"/>'
        f'<path d="{drawn.path}"/></svg>'
    )


def _runs(row: list[bool], y: int) -> str:
    """Write one row of modules as rectangles, one for each unbroken run."""
    runs, start = [], None
    for x, dark in enumerate([*row, False]):
        if dark and start is None:
            start = x
        elif not dark and start is not None:
            runs.append(f"M{start} {y}h{x - start}v1h-{x - start}z")
            start = None
    return "".join(runs)
