"""What Muster prints: certificates and badge sheets, as plain data to PDF bytes."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from tracker import labels, qr
from tracker.domain.passes import in_groups
from tracker.domain.sheets import ROWS_PER_PAGE
from tracker.domain.templates import STATEMENT
from tracker.typesetting import ACCESSIBLE, ARCHIVAL, MissingGlyphError, typeset

__all__ = [
    "Badge",
    "BadgeSheet",
    "CertificateDocument",
    "CertificateSegment",
    "MissingGlyphError",
    "SheetRow",
    "SheetSegment",
    "SignInSheets",
    "Signatory",
    "render_badges",
    "render_certificate",
    "render_sheets",
]


@dataclass(frozen=True)
class CertificateSegment:
    """One attended segment as the certificate lists it; every part is ready text.

    `note` is empty, or says what a reader must know, such as "made up".
    """

    when: str
    title: str
    by: str
    length: str
    note: str = ""


@dataclass(frozen=True)
class Signatory:
    """Somebody whose signature goes above this name and role.

    `drawing` is SVG text of the signature; empty: room to sign by hand.
    """

    name: str
    role: str
    drawing: str = ""


@dataclass(frozen=True)
class CertificateDocument:
    """All that a certificate carries (product.md "Certifying"), as ready text.

    `verify_url` is what the QR code says, `verify_label` the short address printed
    below it. `prerequisite` stands apart from the live hours. `language` is a BCP 47
    tag; it tells screen readers how to speak and which shapes Han characters take.
    `statement` stands between name and course, `colour` is "#rrggbb" or the usual one,
    `logo` is SVG text.
    """

    title: str
    host_name: str
    host_address: str
    sponsor_numbers: tuple[str, ...]
    name: str
    course_title: str
    offering_code: str
    when_where: str
    hours_text: str
    segments: tuple[CertificateSegment, ...]
    prerequisite: str | None
    instructors: tuple[str, ...]
    signatories: tuple[Signatory, ...]
    accreditations: tuple[str, ...]
    serial: str
    verify_url: str
    verify_label: str
    issued_on_text: str
    replaces: str | None = None
    language: str = "en"
    statement: str = STATEMENT
    colour: str = ""
    logo: str = ""


@dataclass(frozen=True)
class Badge:
    """One badge: the chosen badge name, never a topic; the agency only if wished.

    An empty `name` makes a spare badge with room to write on. `code` is the pass as
    its QR code says it; `number` is the row on the sign-in sheet.
    """

    name: str
    agency: str | None
    role: str
    code: str
    number: str


@dataclass(frozen=True)
class BadgeSheet:
    """The badges of one offering, in order, on sheets of one kind.

    `title` is the offering's code or another neutral label: a badge is worn in the
    street. `stock` is the offering's ticket stock, as on its pages; `sheet` names
    one of `labels.SHEETS`.
    """

    title: str
    host_name: str
    badges: tuple[Badge, ...]
    stock: str = "lemon"
    language: str = "en"
    sheet: str = labels.USUAL


@dataclass(frozen=True)
class SheetRow:
    """One row to sign: `note` is small print, or stands alone where there is no name.

    An empty `number` makes an empty row, for somebody who is not on the list.
    """

    number: str
    name: str
    note: str = ""


@dataclass(frozen=True)
class SheetSegment:
    """What a sheet says of its segment: no title. `sheet` names it for typing in."""

    number: int
    words: str
    sheet: str


@dataclass(frozen=True)
class SignInSheets:
    """Sign-in sheets of several segments, each with the same rows, page by page.

    `code` is the offering's; `paper` one of `labels.PAPERS`.
    """

    code: str
    host_name: str
    segments: tuple[SheetSegment, ...]
    pages: tuple[tuple[SheetRow, ...], ...]
    has_licence: bool = False
    paper: str = "a4"
    language: str = "en"


def render_certificate(document: CertificateDocument, *, issued_at: datetime) -> bytes:
    """Return the certificate as one landscape A4 page, PDF/A-2a and PDF/UA-1.

    The bytes depend on the document and `issued_at` (aware; whole seconds count)
    alone, so a certificate can be made again and compared.

    Raises:
        MissingGlyphError: no font has a character of it; says which.
    """
    words = f"{document.name} {document.statement.removeprefix('who ')}"
    data: Mapping[str, object] = asdict(document) | {
        "summary": f"{words} {document.course_title}.",
        "code_svg": qr.svg(document.verify_url),
        "code_words": f"QR code that opens {document.verify_url}",
        "seal_words": f"Seal: completed, {_segment_count(document)}",
    }
    return typeset("certificate.typ", data, standards=ARCHIVAL, issued_at=issued_at)


def _segment_count(document: CertificateDocument) -> str:
    count = len(document.segments)
    return f"{count} segment{'' if count == 1 else 's'}"


def render_badges(sheet: BadgeSheet) -> bytes:
    """Return pages of badges, laid out as the sheet of that name, PDF/UA-1.

    Without badges it is one empty page.

    Raises:
        MissingGlyphError: no font has a character of it; says which.
    """
    data = asdict(sheet) | {
        "badges": [_badge_data(badge) for badge in sheet.badges],
        "sheet": asdict(labels.BY_NAME[sheet.sheet]),
    }
    return typeset("badges.typ", data, standards=ACCESSIBLE)


def _badge_data(badge: Badge) -> dict[str, object]:
    groups = in_groups(badge.code).split(" ")
    half = (len(groups) + 1) // 2
    return asdict(badge) | {
        "code_svg": qr.svg(badge.code),
        "code_lines": [" ".join(groups[:half]), " ".join(groups[half:])],
    }


def render_sheets(sheets: SignInSheets) -> bytes:
    """Return sign-in sheets, a page for each segment and page of rows, PDF/UA-1.

    Raises:
        MissingGlyphError: no font has a character of it; says which.
    """
    data = asdict(sheets) | {
        "title": f"{sheets.code}, sign-in sheets",
        "paper": labels.PAPERS[sheets.paper],
        "rows_per_page": ROWS_PER_PAGE,
    }
    return typeset("sheets.typ", data, standards=ACCESSIBLE)
