"""The live board: whom it shows, and to whom."""

import re

import pytest

from tests.factories import (
    NINE_AM,
    make_enrollment,
    make_offering,
)
from tests.views.counting import counted
from tests.views.desk import NAMES, board_of, rows, scan, tally
from tracker.models.staff import Role
from tracker.services import schedules


def test_everybody_is_shown_with_a_mark_for_each_segment(
    instructor, offering, people, session
):
    first = offering.segments[0]
    scan(people[0], first)
    scan(people[1], first, minutes=15)
    session.commit()

    page = instructor.get(board_of(offering))

    assert rows(page) == {
        "Ada Lovelace": ("in", "soon", "soon", 1),
        "Björn Ek": ("late", "soon", "soon", 1),
        "Cleo Sand": ("wait", "soon", "soon", 0),
    }
    assert tally(page) == [2, 1, 1, 0]
    assert f"{offering.code}, Omaha" in page.text


@pytest.fixture
def second_segment(instructor, offering, people, session, clock):
    """The second segment starts: Björn missed the first one, Cleo is not here yet."""
    first, second, _ = offering.segments
    for person, segment in (
        (people[0], first),
        (people[2], first),
        (people[0], second),
        (people[1], second),
    ):
        scan(person, segment)
    session.commit()
    clock.moment = second.starts_at
    return instructor


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("?filter=everyone", list(NAMES)),
        ("?filter=waiting", ["Cleo Sand"]),
        ("?filter=make-up", ["Björn Ek"]),
        ("?q=BJORN", ["Björn Ek"]),
        ("?q=ada&filter=waiting", []),
        ("?q=%00%F0%9F%A6%86", []),
        ("?filter=nonsense&page=-1", list(NAMES)),
        ("?page=99999999999&code=other&_external=1", list(NAMES)),
        ("?page=٣", list(NAMES)),
    ],
)
def test_the_board_lists_whom_it_is_asked_for(second_segment, offering, query, names):
    instructor = second_segment

    assert list(rows(instructor.get(board_of(offering, query)))) == names
    assert list(rows(instructor.get(board_of(offering, f"/live{query}")))) == names


def test_observers_are_counted_in_the_room_but_need_no_make_up(
    staff, offering, session, clock
):
    make_enrollment(offering=offering, name="Otto Observer", kind="observer")
    browser = staff(Role.INSTRUCTOR)
    clock.moment = offering.segments[2].starts_at

    page = browser.get(board_of(offering, "?filter=make-up"))

    assert rows(page) == {}
    assert "Nobody needs a make-up" in page.text


def test_a_cancelled_segment_is_left_out(instructor, offering, session):
    offering.segments[1].cancelled_at = NINE_AM
    schedules.raise_schedule_version(offering.id)
    session.commit()

    page = instructor.get(board_of(offering))

    assert rows(page)["Ada Lovelace"] == ("wait", "soon", 0)


def test_times_are_those_of_the_place(instructor, offering, people, session):
    scan(people[0], offering.segments[0], minutes=5)
    session.commit()

    page = instructor.get(board_of(offering))

    assert "09:00</time> to" in page.text
    assert "on time until" in page.text
    assert ">09:05</time>" in page.text
    assert 'data-time="09:00"' in page.text


def test_two_thousand_people_are_shown_a_hundred_at_a_time(staff, offering, session):
    for number in range(130):
        make_enrollment(offering=offering, name=f"Person {number:03}")
    browser = staff(Role.INSTRUCTOR)

    first = rows(browser.get(board_of(offering)))
    second = rows(browser.get(board_of(offering, "?page=2")))
    beyond = rows(browser.get(board_of(offering, "?page=9")))

    assert list(first) == [f"Person {n:03}" for n in range(100)]
    assert list(second) == [f"Person {n:03}" for n in range(100, 130)]
    assert beyond == second


def test_one_person_and_thirty_cost_the_same_statements(staff, offering, session):
    first = make_enrollment(offering=offering)
    browser = staff()
    browser.get(board_of(offering))  # from now on the schedule is kept
    scan(first, offering.segments[0])
    session.commit()
    with counted() as few:
        browser.get(board_of(offering))
    for _ in range(29):
        enrollment = make_enrollment(offering=offering)
        scan(enrollment, offering.segments[0])
    session.commit()

    with counted() as many:
        page = browser.get(board_of(offering))

    assert len(re.findall(r'<tr id="p-', page.text)) == 30
    assert len(many) == len(few) == 10


def test_hidden_names_are_hidden_from_the_first_byte_on(instructor, offering):
    shown = instructor.get(board_of(offering))
    instructor.set_cookie("muster_names", "hidden")

    hidden = instructor.get(board_of(offering))

    assert 'class="live"' in shown.text
    assert 'class="live live--veiled"' in hidden.text
    assert ">Person 01</span>" in hidden.text


@pytest.mark.parametrize("rest", ["", "/live", "/by-hand"])
def test_a_door_sees_no_board(staff, people, offering, rest):
    assert staff(Role.DOOR).get(board_of(offering, rest)).status_code == 403


@pytest.mark.parametrize("rest", ["", "/live", "/by-hand"])
def test_another_offerings_board_does_not_exist(staff, people, rest, session):
    other = make_offering()
    session.commit()

    assert staff(Role.COORDINATOR).get(board_of(other, rest)).status_code == 404


def test_who_is_not_signed_in_is_sent_there(client, offering, session):
    session.commit()

    answer = client.get(board_of(offering, "/live"))

    assert (answer.status_code, answer.location) == (303, "/staff/sign-in")
