"""Sheets on which badges are printed: paper, and where each badge lies on it.

All lengths are millimetres. Sizes of label sheets are facts of the products; where
each is from stands beside it. An inch is 25.4 mm.
"""

from dataclasses import dataclass

INCH = 25.4
A4 = (210.0, 297.0)
LETTER = (8.5 * INCH, 11 * INCH)
PAPERS = {"a4": A4, "letter": LETTER}


@dataclass(frozen=True)
class LabelSheet:
    """One kind of sheet: `columns` by `rows` badges of `width` by `height`.

    `left` and `top` are the first badge's distances from the paper's edges, `across`
    and `down` from one badge's edge to the next one's. `code_side` is the QR code's
    width with its quiet zone. `name_beside`: a low badge, whose name stands beside
    the code instead of above it. `is_cut`: plain paper, with lines to cut along.
    """

    name: str
    title: str
    paper: tuple[float, float]
    columns: int
    rows: int
    width: float
    height: float
    left: float
    top: float
    across: float
    down: float
    code_side: float = 36.0
    name_beside: bool = False
    is_cut: bool = False

    @property
    def per_page(self) -> int:
        """How many badges a page holds."""
        return self.columns * self.rows


SHEETS = (
    # Our own: plain A4, cut along printed lines.
    LabelSheet(
        name="cut",
        title="Plain A4, to cut out (90 by 62 mm, 8 a page)",
        paper=A4,
        columns=2,
        rows=4,
        width=90,
        height=62,
        left=15,
        top=24.5,
        across=90,
        down=62,
        is_cut=True,
    ),
    # gLabels' template database, avery-us-templates.xml, "Avery 5395" (and 5095, 8395).
    LabelSheet(
        name="avery-5395",
        title="Avery 5395, Letter (3⅜ by 2⅓ in, 8 a page)",
        paper=LETTER,
        columns=2,
        rows=4,
        width=3.375 * INCH,
        height=7 / 3 * INCH,
        left=0.6875 * INCH,
        top=7 / 12 * INCH,
        across=3.75 * INCH,
        down=2.5 * INCH,
    ),
    # The product's name, "name badge inserts, 4 by 3 in, 6 a sheet": 8 by 9 inches
    # without gaps, in the middle of a Letter sheet.
    LabelSheet(
        name="avery-74459",
        title="Avery 74459, Letter (4 by 3 in inserts, 6 a page)",
        paper=LETTER,
        columns=2,
        rows=3,
        width=4 * INCH,
        height=3 * INCH,
        left=0.25 * INCH,
        top=1 * INCH,
        across=4 * INCH,
        down=3 * INCH,
        code_side=42.0,
    ),
    # gLabels' template database, avery-iso-templates.xml, "Avery L4785" (and L4784).
    LabelSheet(
        name="avery-l4784",
        title="Avery L4784 and L4785, A4 (80 by 50 mm, 10 a page)",
        paper=A4,
        columns=2,
        rows=5,
        width=80,
        height=50,
        left=18,
        top=13,
        across=95,
        down=55,
        code_side=34.0,
        name_beside=True,
    ),
    # A badge printer's single card of the common size.
    LabelSheet(
        name="single-4x3",
        title="One badge a page (4 by 3 in), for badge printers",
        paper=(4 * INCH, 3 * INCH),
        columns=1,
        rows=1,
        width=4 * INCH,
        height=3 * INCH,
        left=0,
        top=0,
        across=4 * INCH,
        down=3 * INCH,
        code_side=42.0,
    ),
)
BY_NAME = {sheet.name: sheet for sheet in SHEETS}
USUAL = SHEETS[0].name
