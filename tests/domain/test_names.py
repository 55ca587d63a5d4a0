"""What may stand in a name, an address and a text."""

import pytest

from tracker.domain.names import (
    is_address,
    normalise_address,
    paragraphs_problem,
    text_problem,
)
from tracker.domain.scan_input import read_scan


@pytest.mark.parametrize("hidden", ["\0", "\x1b", "\x9b", "\ud800", "\u202e"])
def test_what_cannot_be_printed_or_turns_the_writing_is_nowhere_taken(hidden):
    assert text_problem(f"A{hidden}B", 10)
    assert paragraphs_problem(f"A{hidden}B")
    assert not is_address(f"a{hidden}b@example.org")
    assert read_scan({"id": "1", "note": f"A{hidden}B"}).is_malformed


@pytest.mark.parametrize("text", ["Ada\nLovelace\tB", "مرحبا\u200f!", "👩‍🏫", ""])
def test_free_text_may_hold_lines_marks_of_its_script_and_pictures(text):
    assert paragraphs_problem(text) is None


def test_a_written_name_is_a_note():
    scan = read_scan({"id": "1", "note": "Sample Ada Ünal"})

    assert (scan.is_malformed, scan.note) == (False, "Sample Ada Ünal")


@pytest.mark.parametrize("text", ["a@example.org", "ä.b+c@sub.example.org"])
def test_ordinary_addresses_are_addresses(text):
    assert is_address(text)


@pytest.mark.parametrize("slip", ["\u017fam", "\u212aate", "\ufb01n", "stra\u00dfe"])
def test_an_address_that_would_be_found_as_another_ones_is_none(slip):
    assert normalise_address(f"{slip}@example.org").isascii()
    assert not is_address(f"{slip}@example.org")
