"""The live board asked again: unchanged, or changed by a scan or by the clock."""

import re
from datetime import timedelta
from html import unescape
from uuid import uuid4

import pytest

from tests.factories import NINE_AM, make_device, make_pass, make_user
from tests.views.counting import counted
from tests.views.desk import board_of, rows, scan
from tracker.models.staff import Role
from tracker.services import schedules
from tracker.views import drawings


@pytest.fixture(autouse=True)
def drawn_at_once(monkeypatch):
    """A board is drawn as soon as it has changed, however fast this test is."""
    monkeypatch.setattr(drawings, "DRAWN_EVERY_SECONDS", 0)


def test_an_unchanged_board_is_told_without_reading_anybody(
    instructor, offering, people
):
    first = instructor.get(board_of(offering, "/live"))

    with counted() as statements:
        again = instructor.get(
            board_of(offering, "/live"),
            headers={"If-None-Match": first.headers["ETag"]},
        )

    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["Muster-Time"] == "09:00"
    assert statements == []  # one, by the driver, of which SQLAlchemy knows nothing


def test_a_compressed_board_is_recognised_again(instructor, offering):
    headers = {"Accept-Encoding": "gzip"}
    first = instructor.get(board_of(offering, "/live"), headers=headers)
    known = {**headers, "If-None-Match": first.headers["ETag"]}

    again = instructor.get(board_of(offering, "/live"), headers=known)

    assert first.headers["Content-Encoding"] == "gzip"
    assert again.status_code == 304


def test_the_page_and_the_poll_name_the_same_state(instructor, offering):
    page = instructor.get(board_of(offering))
    tag = re.search(r'data-tag="([^"]*)"', page.text)
    assert tag

    poll = instructor.get(
        board_of(offering, "/live"), headers={"If-None-Match": f'"{tag[1]}"'}
    )

    assert poll.status_code == 304


def test_a_scan_changes_the_board_at_once(app, instructor, offering, people, session):
    text, token = make_pass(people[0]), make_device(offering)
    session.commit()
    before = instructor.get(board_of(offering, "/live"))
    app.test_client().post(
        f"/api/v1/offerings/{offering.code}/scans",
        json={"scans": [{"id": str(uuid4()), "pass": text}]},
        headers={"Authorization": f"Bearer {token}"},
    )

    after = instructor.get(
        board_of(offering, "/live"), headers={"If-None-Match": before.headers["ETag"]}
    )

    assert after.status_code == 200
    assert rows(before)["Ada Lovelace"] == ("wait", "soon", "soon", 0)
    assert rows(after)["Ada Lovelace"] == ("in", "soon", "soon", 1)


def test_time_alone_changes_the_board_at_a_boundary(instructor, offering, clock):
    before = instructor.get(board_of(offering, "/live"))
    known = {"If-None-Match": before.headers["ETag"]}
    clock.moment = offering.segments[0].ends_at - timedelta(minutes=60)
    still = instructor.get(board_of(offering, "/live"), headers=known)
    clock.moment = offering.segments[0].ends_at

    after = instructor.get(board_of(offering, "/live"), headers=known)

    assert still.status_code == 200  # on time until 09:10 is over
    assert rows(still) == rows(before)
    assert rows(after)["Ada Lovelace"] == ("out", "wait", "soon", 0)


def test_the_poll_keeps_to_the_same_filter(instructor, offering):
    page = instructor.get(board_of(offering, "?filter=waiting&q=ada&page=7"))

    found = re.search(r'data-url="([^"]*)"', page.text)
    assert found
    assert unescape(found[1]) == board_of(offering, "/live?filter=waiting&q=ada&page=7")


# One drawing for everybody.


def test_many_who_look_at_the_same_cost_one_drawing(staff, offering, people, session):
    first, second = staff(Role.INSTRUCTOR), staff(Role.COORDINATOR)
    drawn = first.get(board_of(offering, "/live"))

    with counted() as statements:
        shared = second.get(board_of(offering, "/live"))

    assert shared.data == drawn.data
    assert statements == []


@pytest.mark.parametrize(
    "difference", ["?filter=waiting", "?q=ada", "?page=2", "names"]
)
def test_who_looks_at_something_else_gets_that(instructor, offering, difference):
    drawn = instructor.get(board_of(offering, "/live"))
    if difference == "names":
        instructor.set_cookie("muster_names", "hidden")
        difference = ""

    with counted() as statements:
        instructor.get(board_of(offering, f"/live{difference}"))

    assert drawn.status_code == 200
    assert len(statements) > 4


def test_a_board_that_changes_fast_is_drawn_now_and_then(
    instructor, offering, people, session, monkeypatch
):
    monkeypatch.setattr(drawings, "DRAWN_EVERY_SECONDS", 60)
    drawn = instructor.get(board_of(offering, "/live"))
    scan(people[0], offering.segments[0])
    session.commit()

    for_another = instructor.get(board_of(offering, "/live"))
    for_the_same = instructor.get(
        board_of(offering, "/live"), headers={"If-None-Match": drawn.headers["ETag"]}
    )

    assert for_another.data == drawn.data
    assert for_another.headers["ETag"] == drawn.headers["ETag"]
    assert for_the_same.status_code == 304


def test_nobody_is_taken_back_in_time(
    instructor, offering, people, session, monkeypatch
):
    monkeypatch.setattr(drawings, "DRAWN_EVERY_SECONDS", 60)
    instructor.get(board_of(offering, "/live"))
    schedules.raise_version(offering.id)
    session.commit()
    page = instructor.get(board_of(offering))  # whole pages are always drawn
    tag = re.search(r'data-tag="([^"]*)"', page.text)
    assert tag
    scan(people[0], offering.segments[0])
    session.commit()

    poll = instructor.get(
        board_of(offering, "/live"), headers={"If-None-Match": f'"{tag[1]}"'}
    )

    assert rows(poll)["Ada Lovelace"] == ("in", "soon", "soon", 1)


# Who may keep watching.


@pytest.mark.parametrize(
    ("ends", "status"),
    [
        (lambda session, user: session.delete(user.memberships[0]), 404),
        (lambda _, user: setattr(user.memberships[0], "role", Role.DOOR), 403),
        (lambda _, user: setattr(user, "disabled_at", NINE_AM), 303),
    ],
)
def test_who_may_not_watch_any_more_is_stopped_at_the_next_poll(
    staff, offering, session, ends, status
):
    user = make_user(Role.INSTRUCTOR, offering)
    browser = staff(user=user)
    first = browser.get(board_of(offering, "/live"))
    user = session.get(type(user), user.id)
    ends(session, user)
    session.commit()

    again = browser.get(
        board_of(offering, "/live"), headers={"If-None-Match": first.headers["ETag"]}
    )

    assert (first.status_code, again.status_code) == (200, status)


def test_a_session_that_is_over_watches_nothing(instructor, offering, clock):
    instructor.get(board_of(offering, "/live"))
    clock.moment = NINE_AM + timedelta(hours=12)

    assert instructor.get(board_of(offering, "/live")).status_code == 303


def test_an_admin_watches_every_board(staff, offering):
    admin = make_user(is_admin=True)

    assert staff(user=admin).get(board_of(offering, "/live")).status_code == 200
