"""How an offering gives its seats away, and which settings fit together."""

import pytest

from tracker.domain.admission_settings import admission_problems
from tracker.domain.admissions import (
    Admission,
    Reservation,
    ReservedFor,
    plain_admission,
    read_admission,
)
from tracker.domain.catchment import tidy_area

PROSECUTORS = Reservation(ReservedFor.DISCIPLINE, "Prosecutors", 10)


def test_nothing_said_is_the_usual():
    assert read_admission({}) == Admission()


def test_settings_are_read_as_they_were_written():
    settings = Admission(confirm_days=0, overbooking=2, reservations=(PROSECUTORS,))

    assert read_admission(plain_admission(settings)) == settings


@pytest.mark.parametrize(
    ("settings", "capacity", "problems"),
    [
        (Admission(overbooking=3, reservations=(PROSECUTORS,)), 7, {}),
        (
            Admission(overbooking=2, reservations=(PROSECUTORS,)),
            7,
            {"reservations": "hold back 10 seats, of 9 there are"},
        ),
        (
            Admission(overbooking=2),
            0,
            {"overbooking": "needs a capacity: without one, everybody has a seat"},
        ),
        (
            Admission(reservations=(PROSECUTORS,)),
            0,
            {"reservations": "need a capacity: without one, everybody has a seat"},
        ),
        (
            Admission(reservations=(PROSECUTORS, PROSECUTORS)),
            40,
            {"reservations": "name the same discipline or agency twice"},
        ),
    ],
)
def test_reserved_seats_are_seats_that_there_are(settings, capacity, problems):
    assert admission_problems(settings, capacity) == problems


@pytest.mark.parametrize(
    ("text", "area"),
    [
        (" NE ", "NE"),
        ("NE/Douglas", "NE / Douglas"),
        ("New  York /  Kings", "New York / Kings"),
    ],
)
def test_an_area_is_a_state_or_one_of_its_counties(text, area):
    assert tidy_area(text) == area


@pytest.mark.parametrize("text", ["", " / ", "/ Douglas", "NE /", "NE / A / B"])
def test_what_is_no_area_is_refused(text):
    with pytest.raises(ValueError, match="such as NE / Douglas"):
        tidy_area(text)
