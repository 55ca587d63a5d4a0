"""Rosters: which column is what, guessed or said, and what must be mended."""

import pytest

from tracker.domain.roster import Entry, likely_columns, read_header, read_roster
from tracker.domain.tables import TableError

EXPORT = (
    b"Full Name;E-mail address;Organization;Shoe size\n"
    b"Bo Sample;bo@agency.example;Sample Agency;42\n"
)
HEADINGS = {
    "name": "Full Name",
    "email": "E-mail address",
    "agency": "Organization",
}


def refusals(data, headings=None):
    with pytest.raises(TableError) as caught:
        read_roster(data, headings)
    return [(each.row, each.column, each.reason) for each in caught.value.refusals]


def test_columns_are_guessed_from_what_people_call_them():
    assert likely_columns(read_header(EXPORT)) == HEADINGS


def test_what_is_named_is_read_and_the_rest_left():
    assert read_roster(EXPORT, HEADINGS) == [
        (2, Entry("Bo Sample", "bo@agency.example", "Sample Agency"))
    ]


def test_without_names_for_them_unknown_columns_are_refused():
    found = refusals(EXPORT)

    assert (1, None, "the column “name” is missing") in found


def test_a_file_needs_to_say_where_names_and_addresses_are():
    assert refusals(EXPORT, {"name": "Full Name", "email": ""}) == [
        (1, None, "say which column holds the email")
    ]


def test_one_heading_is_not_two_columns():
    assert refusals(EXPORT, HEADINGS | {"title": "Full Name"}) == [
        (1, "Full Name", "is named for two columns")
    ]


def test_a_heading_that_stands_twice_or_nowhere_is_no_column():
    twice = b"Name,Name,Mail\nBo Sample,Al Sample,bo@agency.example\n"

    assert refusals(twice, {"name": "Name", "email": "E-mail"}) == [
        (1, "Name", "stands twice"),
        (1, "E-mail", "is not known here; perhaps “Mail”"),
    ]


def test_rows_are_refused_by_number_with_mapped_columns_too():
    data = b"Name,Mail\nBo Sample,no address\n,bo@agency.example\n"

    assert refusals(data, {"name": "Name", "email": "Mail"}) == [
        (2, "email", "is not an e-mail address"),
        (3, "name", "is missing"),
    ]
