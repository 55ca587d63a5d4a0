"""Printed pages to make and read back: text, pictures, codes, accessibility."""

import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pdfua
import pypdf
import pypdfium2
import zxingcpp
from PIL import Image

from tracker.documents import CertificateDocument, CertificateSegment, Signatory

LANDSCAPE, PORTRAIT = (297, 210), (210, 297)
ISSUED_AT = datetime(2017, 4, 21, 17, 0, 0, 123456, tzinfo=UTC)
SERIAL = "MC1-7QK4-M2XD-9WPA-3TZ"

NAMES = {
    "Latin": "Zoë Łukasiewicz-Ñandú",
    "Vietnamese": "Đặng Thị Mẫu Ữ",
    "Greek": "Ελένη Δείγμα",
    "Cyrillic": "Юлия Образцова",
    "Arabic": "شخص نموذجي",
    "Hebrew": "דוגמה אדם",
    "Devanagari": "नमूना व्यक्ति",
    "Chinese": "样本邓小明",
    "Traditional Chinese": "樣本鄧曉龍",
    "Japanese": "見本 花子 さくら",
    "Korean": "견본 김똠",
    "Thai": "ตัวอย่าง สมชาย",
}
HOSTILE = ['#eval("x")', "<img onerror=x>", "{{7*7}}", "$x^2$ *b* _i_ `c` \\", "@ref"]


def make_certificate(segment_count: int = 13, **fields) -> CertificateDocument:
    """A certificate of the usual kind, its segments numbered."""
    segments = tuple(
        CertificateSegment(
            when=f"Tue {number} Apr",
            title=f"Segment number {number}",
            by=f"Sample Instructor {number % 5}",
            length="90 min",
            note="made up" if number == 7 else "",
        )
        for number in range(1, segment_count + 1)
    )
    defaults = {
        "title": "Certificate of Completion",
        "host_name": "Sample Training Center",
        "host_address": "100 Sample Street, Sample City, NE 00000",
        "sponsor_numbers": ("Sponsor number 0000",),
        "name": "Sample Person 01",
        "course_title": "Sample Course: Awareness & Response",
        "offering_code": "SAMPLE13",
        "when_where": "18–21 April 2017, Omaha, Nebraska",
        "hours_text": "19 hours 30 minutes of live instruction",
        "segments": segments,
        "prerequisite": "Sample prerequisite, online, completed",
        "instructors": ("Sample Instructor 1", "Sample Instructor 2"),
        "signatories": (
            Signatory("Sample Director", "Program director"),
            Signatory("Sample Lead", "Lead instructor"),
        ),
        "accreditations": ("Nebraska CLE: 19.5 hours, sample activity",),
        "serial": SERIAL,
        "verify_url": f"https://muster.example.org/verify#{SERIAL}",
        "verify_label": "muster.example.org/verify",
        "issued_on_text": "21 April 2017",
    }
    return CertificateDocument(**{**defaults, **fields})


def text_of(pdf: bytes) -> str:
    """All text of all pages, every run of white space as one space."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        texts = [page.get_textpage().get_text_range() for page in document]
    finally:
        document.close()
    return " ".join(" ".join(texts).split())


def text_outside(pdf: bytes, *, margin_mm: float) -> list[str]:
    """Every character of the first page nearer to the paper's edge than the margin."""
    margin = margin_mm * 72 / 25.4
    document = pypdfium2.PdfDocument(pdf)
    try:
        width, height = document[0].get_size()
        text = document[0].get_textpage()
        boxes = {i: text.get_charbox(i) for i in range(text.count_chars())}
        return [
            text.get_text_range(i, 1)
            for i, (left, bottom, right, top) in boxes.items()
            if right > left
            and not (
                margin <= left
                and right <= width - margin
                and margin <= bottom
                and top <= height - margin
            )
        ]
    finally:
        document.close()


def letter_height_mm(pdf: bytes, words: str) -> float:
    """How tall the first letter of `words` is on the first page."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        text = document[0].get_textpage()
        index, _ = text.search(words, match_case=True).get_next()
        _, bottom, _, top = text.get_charbox(index)
        return float(top - bottom) * 25.4 / 72
    finally:
        document.close()


def pictures_of(pdf: bytes, *, dpi: int) -> list[Image.Image]:
    """Each page as a printer or a scanner would have it."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [page.render(scale=dpi / 72).to_pil() for page in document]
    finally:
        document.close()


def codes_on(picture: Image.Image) -> list[str]:
    """What each QR code on the picture says."""
    return [barcode.text for barcode in zxingcpp.read_barcodes(picture)]


def page_sizes(pdf: bytes) -> list[tuple[int, int]]:
    """Width and height of each page in whole millimetres."""
    boxes = [page.mediabox for page in _pages(pdf)]
    return [
        (round(float(box.width) * 25.4 / 72), round(float(box.height) * 25.4 / 72))
        for box in boxes
    ]


def fonts_of(pdf: bytes) -> set[str]:
    """PostScript names of the first page's fonts."""
    page: Any = _pages(pdf)[0]
    fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]
    return {str(font["/BaseFont"]).split("+")[-1] for font in fonts}


def metadata_of(pdf: bytes) -> str:
    """The XMP packet, which says what the file claims to conform to."""
    root: Any = pypdf.PdfReader(io.BytesIO(pdf)).trailer["/Root"]
    packet: bytes = root["/Metadata"].get_data()
    return packet.decode()


def accessibility_findings(pdf: bytes, folder: Path) -> list[str]:
    """What the checker finds against PDF/UA-1."""
    path = folder / "document.pdf"
    path.write_bytes(pdf)
    report = pdfua.validate(str(path))
    # pdfua 0.1.3 stumbles over every heading; nothing else may be left out.
    assert {rule.rule_id for rule in report.skipped} <= {"UA-14-001"}
    return [f"{finding.rule_id}: {finding.message}" for finding in report.findings]


def _pages(pdf: bytes) -> Any:
    return pypdf.PdfReader(io.BytesIO(pdf)).pages
