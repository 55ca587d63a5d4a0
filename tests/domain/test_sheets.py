"""Codes of printed lists, and row numbers as people type them."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.sheets import (
    ROWS_PER_PAGE,
    code_of,
    page_of,
    place_words,
    read_code,
    read_numbers,
)


@given(st.binary(min_size=32, max_size=32))
def test_a_code_is_five_symbols_and_is_read_as_people_type_it(digest):
    code = code_of(digest)

    assert len(code) == 5
    assert read_code(code) == code
    assert read_code(f" {code.lower()[:2]}-{code.lower()[2:]} ") == code


@given(st.binary(min_size=32, max_size=32), st.integers(0, 4), st.sampled_from("0Z7K"))
def test_a_code_with_one_wrong_symbol_is_no_code(digest, place, symbol):
    code = code_of(digest)
    wrong = code[:place] + symbol + code[place + 1 :]

    assert read_code(wrong) == (code if wrong == code else None)


@pytest.mark.parametrize("text", ["", "K", "K7QM3K7QM3", "#####", "\0" * 5])
def test_what_is_no_code_is_none(text):
    assert read_code(text) is None


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("", ()),
        ("7", (7,)),
        ("7 8, 8;12-15", (7, 8, 12, 13, 14, 15)),
        ("12 - 14", (12, 13, 14)),
        ("12–14", (12, 13, 14)),
        ("40-40", (40,)),
    ],
)
def test_numbers_and_ranges_are_read(text, numbers):
    assert read_numbers(text, 40) == numbers


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("x", "“x” is no row"),
        ("-8", "“-8” is no row"),
        ("٣", "“٣” is no row"),
        ("1e3", "“1e3” is no row"),
        ("41", "there is no row 41: the last one is 40"),
        ("0", "there is no row 0: the last one is 40"),
        ("30-99999", "there is no row 99999: the last one is 40"),
        ("9-7", "“9-7” runs backwards"),
    ],
)
def test_what_is_no_row_is_named(text, sentence):
    with pytest.raises(ValueError, match=sentence):
        read_numbers(text, 40)


@given(st.text(max_size=50))
def test_no_text_breaks_the_reading(text):
    with contextlib.suppress(ValueError):
        assert set(read_numbers(text, 40)) <= set(range(1, 41))


def test_a_row_is_named_with_its_sheet_and_page():
    assert [page_of(n) for n in (1, ROWS_PER_PAGE, ROWS_PER_PAGE + 1)] == [1, 1, 2]
    assert place_words(3, "K7QM3", 23) == "Sheet 3-K7QM3, page 2, row 23"
