"""One segment's room: missing people first, its headcount, and who may see what."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest

from tests.factories import NINE_AM, make_enrollment, make_user, sign_in
from tests.views.counting import counted
from tests.views.desk import act_of, at, board_of, facts, rows, scan, text_of
from tests.views.forms import send
from tracker.domain.attendance import CorrectionKind
from tracker.models import Headcount
from tracker.models.staff import Role
from tracker.services import corrections, headcounts


@pytest.fixture
def room(offering):
    return at(offering, "/attendance/1")


@pytest.fixture
def begun(instructor, clock):
    """An instructor's browser, half an hour into the first of three segments."""
    clock.moment = NINE_AM + timedelta(minutes=30)
    return instructor


def groups(page):
    """The names in each group of the room, in the order of the page."""
    found = {}
    for group in re.findall(r'id="group-(\w+)"(.*?)</section>', page.text, re.DOTALL):
        name, body = group
        found[name] = re.findall(r'<span class="who">(.*?)(?: <span|</span>)', body)
    return {name: list(dict.fromkeys(names)) for name, names in found.items()}


def test_missing_people_come_first_then_the_late_then_who_is_in(
    begun, room, offering, people, session
):
    scan(people[0], offering.segments[0])
    scan(people[1], offering.segments[0], minutes=15)
    session.commit()

    page = begun.get(room)

    assert groups(page) == {
        "missing": ["Cleo Sand"],
        "late": ["Björn Ek"],
        "in": ["Ada Lovelace"],
    }
    assert list(groups(page)) == ["missing", "late", "in"]
    assert "Not here yet 1" in text_of(page)
    assert f"segment=1&amp;back=room&amp;person={people[2].public_id}" in page.text


def test_after_the_segment_the_missing_are_missing(begun, room, offering, clock):
    clock.moment = offering.segments[0].ends_at

    text = text_of(begun.get(room))

    assert "Missing 3" in text
    assert "It has ended." in text


def test_who_is_excused_is_elsewhere(begun, room, offering, people, session):
    user = make_user(Role.COORDINATOR, offering)
    corrections.mark(
        people[0],
        offering.segments[0],
        CorrectionKind.EXCUSE,
        act=act_of(user, "other", "Ill"),
    )
    session.commit()

    assert groups(begun.get(room))["elsewhere"] == ["Ada Lovelace"]


def test_an_unchanged_room_is_told_without_reading_anybody(begun, room):
    first = begun.get(f"{room}/live")
    tag = first.headers["ETag"]

    with counted() as statements:
        again = begun.get(f"{room}/live", headers={"If-None-Match": tag})

    assert (first.status_code, again.status_code) == (200, 304)
    assert len(statements) <= 1
    assert groups(first) == groups(begun.get(room))


def test_hidden_names_stay_hidden_in_the_room(begun, room):
    begun.set_cookie("muster_names", "hidden")

    page = begun.get(room)

    assert 'class="live live--veiled"' in page.text
    assert ">Person 01</span>" in page.text


def test_the_queue_is_let_in_on_time_from_the_room(begun, room, offering, session):
    page = begun.get(room)
    assert "Whoever stands in it is on time until" in page.text

    answer = send(
        begun, at(offering, "/segments/1/on-time"), page, minutes="5", back="room"
    )

    assert (answer.status_code, answer.location) == (303, room)
    session.expire_all()
    assert offering.segments[0].on_time_until == NINE_AM + timedelta(minutes=35)


@pytest.mark.parametrize("number", [4, 99])
def test_a_segment_that_is_none_has_no_room(begun, offering, number):
    for rest in ("", "/live", "/headcount"):
        address = at(offering, f"/attendance/{number}{rest}")
        assert begun.get(address).status_code == 404


def count(browser, room, counted, page=None, **fields):
    filled = {"uid": uuid4().hex, "counted": str(counted), **fields}
    return send(browser, f"{room}/headcount", page or browser.get(room), **filled)


def test_a_headcount_is_noted_and_held_against_the_check_ins(
    begun, room, offering, people, session
):
    scan(people[0], offering.segments[0])
    session.commit()

    answer = count(begun, room, 2)

    assert (answer.status_code, answer.location) == (303, room)
    text = text_of(begun.get(room))
    assert "2 counted at 09:30 by Sample Staff, 1 checked in at that time." in text
    assert "Counted 1 person more than were checked in at that time." in text
    assert "Counted 1 person more" in text_of(begun.get(f"{room}"))


def test_the_newest_headcount_holds_and_may_be_of_another_time(begun, room, session):
    count(begun, room, 3)
    count(begun, room, 0, at="09:05")

    text = text_of(begun.get(room))

    assert "0 counted at 09:05" in text
    assert "The headcount and the check-ins agree." in text
    assert len(facts(session, Headcount)) == 2


def test_the_same_headcount_sent_twice_is_one(begun, room, session):
    page, uid = begun.get(room), uuid4().hex

    answers = [count(begun, room, 3, page, uid=uid) for _ in range(2)]

    assert [each.status_code for each in answers] == [303, 303]
    assert len(facts(session, Headcount)) == 1


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"counted": ""}, "Write how many people you counted."),
        ({"counted": "-1"}, "Write a number from 0 to 10,000."),
        ({"counted": "many"}, "Not a valid integer value."),
        ({"counted": "3", "at": "25:00"}, "The time “2026-11-03 25:00” is not"),
        ({"counted": "3", "at": "half"}, "Write a time such as 09:40."),
        ({"counted": "3", "at": "09:31"}, "Count between the opening of check-in"),
    ],
)
def test_what_is_no_headcount_is_said_beside_the_field(
    begun, room, session, fields, sentence
):
    answer = count(begun, room, **fields)

    assert answer.status_code == 422
    assert sentence in answer.text
    assert facts(session, Headcount) == []


def test_a_difference_is_explained_by_an_instructor(begun, room, session):
    count(begun, room, 3)
    (row,) = facts(session, Headcount)

    answer = send(
        begun,
        f"{room}/headcount/{row.public_id}/explanation",
        begun.get(room),
        explanation="Three visitors of the host",
    )

    assert answer.location == room
    assert "Three visitors of the host (Sample Staff)" in text_of(begun.get(room))
    refused = send(
        begun,
        f"{room}/headcount/{row.public_id}/explanation",
        begun.get(room),
        explanation="",
    )
    assert refused.status_code == 422
    assert "The explanation is missing." in refused.text


def test_the_door_counts_without_seeing_names_or_figures(
    staff, offering, people, room, clock, session
):
    clock.moment = NINE_AM + timedelta(minutes=30)
    user = make_user(Role.COORDINATOR, offering)
    headcounts.add_headcount(
        offering.segments[0],
        77,
        counted_at=NINE_AM,
        uid=uuid4().hex,
        user=user,
        now=clock.moment,
    )
    door = staff(Role.DOOR)
    overview = door.get(at(offering))
    form = door.get(f"{room}/headcount")

    answer = count(door, room, 3, form)

    assert f"{room}/headcount" in overview.text
    assert (answer.status_code, answer.location) == (303, at(offering))
    for page in (overview, form, door.get(at(offering))):
        assert not any(each.person.name in page.text for each in people)
        # The offering's own code is random, and may hold these digits.
        assert "77" not in text_of(page).replace(offering.code, "")
    assert door.get(room).status_code == 403
    bad = count(door, room, -1, form)
    assert bad.status_code == 422
    assert "Write a number" in bad.text


def test_the_board_counts_and_lists_what_people_can_still_reach(
    begun, offering, people, session, clock
):
    scan(people[0], offering.segments[0])
    session.commit()
    clock.moment = offering.segments[0].ends_at

    def listed(show):
        return list(rows(begun.get(board_of(offering, f"?filter={show}"))))

    assert listed("on-course") == ["Ada Lovelace"]
    assert listed("make-up") == ["Björn Ek", "Cleo Sand"]
    assert listed("cannot-complete") == []
    board = begun.get(board_of(offering))
    assert "Cannot complete" not in board.text
    clock.moment = NINE_AM + timedelta(days=367)
    sign_in(begun, make_user(Role.INSTRUCTOR, offering), now=clock.moment)
    session.commit()
    assert listed("cannot-complete") == ["Ada Lovelace", "Björn Ek", "Cleo Sand"]
    assert "Cannot complete" in begun.get(board_of(offering)).text


def test_three_people_and_thirty_cost_the_same_statements(
    begun, room, offering, session
):
    begun.get(room)
    make_enrollment(offering=offering)
    session.commit()
    with counted() as few:
        begun.get(room)
    for _ in range(26):
        make_enrollment(offering=offering)
    session.commit()

    with counted() as many:
        page = begun.get(room)

    assert len(groups(page)["missing"]) >= 4
    assert page.text.count('<li id="s-') == 30
    assert len(many) == len(few)
