"""What a grant report counts: it adds up, and nobody stands alone."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.grant_reports import (
    OTHER,
    UNSTATED,
    Group,
    Line,
    Seat,
    apportioned,
    calendar_year,
    count_heads,
    fiscal_year,
    merge_small,
)


def seats_of(**counts):
    """Seats of different people, an hour each, by discipline."""
    named = [name for name, count in counts.items() for _ in range(count)]
    return [Seat(n, "O-1", name, "NE", 60) for n, name in enumerate(named)]


def people_of(lines):
    return {each.label: each.people for each in lines}


def test_groups_of_fewer_than_five_are_taken_together():
    heads = count_heads(seats_of(police=9, nurse=5, judge=3, clerk=4))

    assert people_of(heads.disciplines) == {"police": 9, "nurse": 5, OTHER: 7}


def test_the_only_small_group_is_not_shown_by_leaving_it_out():
    heads = count_heads(seats_of(police=9, nurse=6, judge=1))

    assert people_of(heads.disciplines) == {"police": 9, OTHER: 7}


def test_where_all_are_few_there_is_one_line():
    heads = count_heads(seats_of(police=2, nurse=1))

    assert heads.disciplines == (Line(OTHER, 3, 3, 3.0),)
    assert heads.total == Line("All", 3, 3, 3.0)


def test_nobody_at_all_is_no_line_but_a_total():
    heads = count_heads([])

    assert (heads.total, heads.disciplines) == (Line("All", 0, 0, 0.0), ())


def test_somebody_in_two_offerings_is_one_person_on_two_seats():
    seats = [Seat(n, code, "", "NE", 90) for n in range(5) for code in ("A", "B")]

    heads = count_heads(seats)

    assert heads.total == Line("All", 5, 10, 15.0)
    assert heads.offerings == (Line("A", 5, 5, 7.5), Line("B", 5, 5, 7.5))
    assert heads.disciplines == (Line(UNSTATED, 5, 10, 15.0),)


seats = st.builds(
    Seat,
    person=st.integers(1, 60),
    offering=st.sampled_from(["A", "B", "C"]),
    discipline=st.just(""),
    state=st.just("NE"),
    minutes=st.integers(1, 900),
)


@given(st.lists(seats, unique_by=lambda seat: (seat.person, seat.offering)))
def test_every_table_adds_up_to_the_total_as_it_is_shown(found):
    disciplines = ["police", "nurse", "judge", "", "clerk", "advocate", "police"]
    found = [
        Seat(s.person, s.offering, disciplines[s.person % 7], s.state, s.minutes)
        for s in found
    ]

    heads = count_heads(found)

    for lines in (heads.offerings, heads.disciplines, heads.states):
        assert sum(each.seats for each in lines) == heads.total.seats
        tenths = sum(round(10 * each.hours) for each in lines)
        assert tenths == round(10 * heads.total.hours)
    for lines in (heads.disciplines, heads.states):
        assert sum(each.people for each in lines) == heads.total.people


@given(st.lists(st.integers(1, 20), max_size=8))
def test_no_group_of_fewer_than_five_is_left_unless_they_are_all(sizes):
    groups = [Group(str(n), size, size, 60) for n, size in enumerate(sizes)]

    merged = merge_small(groups)

    assert sum(each.people for each in merged) == sum(sizes)
    if sum(sizes) >= 5:
        assert [each for each in merged if each.people < 5] == []
    else:
        assert len(merged) <= 1


@given(st.lists(st.integers(0, 5000), max_size=9))
def test_tenths_of_hours_are_off_by_less_than_one_each(minutes):
    tenths = apportioned(minutes)

    assert sum(tenths) == (sum(minutes) + 3) // 6
    assert all(abs(t - m / 6) < 1 for t, m in zip(tenths, minutes, strict=True))


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [
        (date(2026, 9, 30), date(2025, 10, 1), date(2026, 9, 30)),
        (date(2026, 10, 1), date(2026, 10, 1), date(2027, 9, 30)),
    ],
)
def test_a_fiscal_year_begins_in_october(day, first, last):
    assert fiscal_year(day) == (first, last)
    assert calendar_year(day) == (date(2026, 1, 1), date(2026, 12, 31))
