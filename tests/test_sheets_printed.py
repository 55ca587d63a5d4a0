"""Sign-in sheets, read back from the printed page."""

import time

import pytest

from tests.printed import (
    HOSTILE,
    NAMES,
    PORTRAIT,
    accessibility_findings,
    metadata_of,
    page_sizes,
    text_of,
)
from tracker.documents import SheetRow, SheetSegment, SignInSheets, render_sheets
from tracker.domain.sheets import ROWS_PER_PAGE

FIRST = SheetSegment(1, "Tuesday 3 November 2026, 09:00 to 10:30, Hall", "1-K7QM3")
SECOND = SheetSegment(2, "Tuesday 3 November 2026, 11:00 to 12:30, Hall", "2-K7QM3")


def make_sheets(count=3, segments=(FIRST,), **fields) -> SignInSheets:
    rows = fields.pop("rows", None) or [
        SheetRow(str(number), f"Sample Person {number:03}")
        for number in range(1, count + 1)
    ]
    pages = tuple(
        tuple(rows[start : start + ROWS_PER_PAGE])
        for start in range(0, len(rows), ROWS_PER_PAGE)
    )
    return SignInSheets(
        code="S13", host_name="Host", segments=segments, pages=pages, **fields
    )


def test_a_sheet_says_code_segment_time_room_its_own_code_and_page():
    text = text_of(render_sheets(make_sheets(ROWS_PER_PAGE + 1)))

    assert text.startswith("Sign-in, segment 1 S13 Tuesday 3 November 2026, 09:00")
    for words in (FIRST.words, "Sheet 1-K7QM3", "Signature", "page 1 of 2"):
        assert words in text
    assert "Segment 1, page 2 of 2" in text
    assert "Licence number" not in text


@pytest.mark.parametrize(
    ("paper", "size"), [("a4", PORTRAIT), ("letter", (216, 279))], ids=["a4", "letter"]
)
def test_each_segment_has_its_own_pages_of_22_rows(paper, size):
    full = make_sheets(2 * ROWS_PER_PAGE + 1, (FIRST, SECOND), paper=paper)

    pdf = render_sheets(full)

    assert page_sizes(pdf) == [size] * 6
    text = text_of(pdf)
    assert text.count("Sample Person 001") == 2
    assert text.index("Segment 1, page 3 of 3") < text.index("Segment 2, page 1 of 3")


def test_a_page_is_full_and_no_fuller():
    pdf = render_sheets(make_sheets(ROWS_PER_PAGE, paper="letter", has_licence=True))

    assert len(page_sizes(pdf)) == 1
    assert "Licence number" in text_of(pdf)


@pytest.mark.parametrize("name", [*NAMES.values(), *HOSTILE, "Sample " * 25])
def test_a_row_carries_any_name_and_stays_one_row(name):
    rows = [SheetRow(str(n), name.strip(), "Observer") for n in range(1, 23)]

    pdf = render_sheets(make_sheets(rows=rows, has_licence=True))

    assert len(page_sizes(pdf)) == 1
    assert name.strip() in text_of(pdf)


def test_a_seat_given_back_keeps_its_number_without_a_name():
    rows = [SheetRow("1", "", "seat given back"), SheetRow("2", "Sample Person")]

    text = text_of(render_sheets(make_sheets(rows=rows)))

    assert "1 seat given back 2 Sample Person" in text


def test_sheets_meet_the_accessibility_rules_a_program_can_check(tmp_path):
    pdf = render_sheets(make_sheets(ROWS_PER_PAGE + 3, (FIRST, SECOND)))

    assert accessibility_findings(pdf, tmp_path) == []
    assert "<pdfuaid:part>1</pdfuaid:part>" in metadata_of(pdf)


def test_the_same_sheets_have_the_same_bytes():
    assert render_sheets(make_sheets()) == render_sheets(make_sheets())


def test_thirteen_segments_of_forty_people_are_printed_within_a_few_seconds():
    segments = tuple(SheetSegment(n, FIRST.words, f"{n}-K7QM3") for n in range(1, 14))
    begun_at = time.monotonic()

    pdf = render_sheets(make_sheets(40, segments))

    assert len(page_sizes(pdf)) == 26
    assert time.monotonic() - begun_at < 10
