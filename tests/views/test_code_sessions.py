"""Instructors signed in by a mailed code: the own segments, for a while, no more."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa

from tests.factories import (
    NINE_AM,
    make_day,
    make_enrollment,
    make_offering,
    make_teacher,
    make_user,
    sign_in,
)
from tests.views.desk import at, board_of, facts, of, rows, scan, text_of
from tests.views.forms import ask_for_code, live_sessions, neutral, send
from tracker.models import Instructor, Membership, OutboxMessage, SignInCode
from tracker.models.staff import Role
from tracker.services import schedules, staff
from tracker.services.audit import CLI

EMAIL = "teaches@example.org"
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)


@pytest.fixture
def teacher(offering, people):
    """Teaches the second of three segments, which start at 9, 11 and 13."""
    return make_teacher(offering, offering.segments[1:2], email=EMAIL, name="T. Each")


@pytest.fixture
def browser(app, teacher, offering, session, clock):
    """Signed in by a code as the own segment starts."""
    clock.moment = offering.segments[1].starts_at
    client = app.test_client()
    code = ask_for_code(client, session, EMAIL)
    answer = send(client, "/sign-in/code", code=code)
    assert (answer.status_code, answer.location) == (303, "/staff")
    return client


def test_a_code_leads_to_the_own_segments(browser, offering, session):
    page = browser.get("/staff")

    assert "Segment 2: Segment 2" in text_of(page)
    assert "Segment 1" not in text_of(page)
    assert at(offering, "/attendance/2") in page.text
    assert [row.is_by_code for row in live_sessions(session)] == [True]


@pytest.mark.parametrize(
    ("moment", "is_sent"),
    [
        (NINE_AM + HOUR - SECOND, False),
        (NINE_AM + HOUR, True),
        (NINE_AM + timedelta(hours=27, minutes=30) - SECOND, True),
        (NINE_AM + timedelta(hours=27, minutes=30), False),
    ],
)
def test_a_code_is_sent_only_about_the_own_segments(
    client, teacher, session, clock, moment, is_sent
):
    clock.moment = moment
    session.commit()

    ask_for_code(client, session, EMAIL)

    newest = session.scalars(sa.select(OutboxMessage)).one()
    assert newest.recipient == (EMAIL if is_sent else "")
    assert (session.scalars(sa.select(SignInCode)).one().user_id is not None) is is_sent


def test_an_unknown_address_and_one_outside_its_time_are_answered_alike(
    app, teacher, session, clock
):
    clock.moment = NINE_AM + timedelta(days=9)
    session.commit()

    answers = [
        send(app.test_client(), "/sign-in", email=email)
        for email in (EMAIL, "nobody@example.org")
    ]

    assert neutral(answers[0]) == neutral(answers[1])


def test_the_board_shows_the_own_segment_and_nothing_of_the_others(
    browser, offering, people, session
):
    first, second, _ = offering.segments
    scan(people[0], first)
    scan(people[1], second)
    session.commit()

    page = browser.get(board_of(offering))

    assert rows(page) == {
        "Ada Lovelace": ("wait", 0),
        "Björn Ek": ("in", 1),
        "Cleo Sand": ("wait", 0),
    }
    live = browser.get(board_of(offering, "/live"))
    assert rows(live) == rows(page)
    assert "Needs make-up" not in page.text
    assert "Segment 1" not in page.text
    tag = live.headers["ETag"]
    again = browser.get(board_of(offering, "/live"), headers={"If-None-Match": tag})
    assert again.status_code == 304


def test_a_board_drawn_for_all_segments_is_not_shown_to_a_code(
    browser, staff, offering, people, session
):
    scan(people[0], offering.segments[0])
    session.commit()
    staff(Role.COORDINATOR).get(board_of(offering, "/live"))

    live = browser.get(board_of(offering, "/live"))

    assert rows(live)["Ada Lovelace"] == ("wait", 0)


def test_a_person_is_shown_at_the_own_segment_only(browser, offering, people, session):
    scan(people[0], offering.segments[0])
    scan(people[0], offering.segments[1])
    session.commit()

    text = text_of(browser.get(of(people[0])))

    assert "1 of 1 segments" in text
    assert "2. Segment 2" in text
    assert "1. Segment 1" not in text
    assert "E-mail" not in text


@pytest.mark.parametrize(
    ("rest", "status"),
    [
        ("", 403),
        ("/attendance", 200),
        ("/attendance/2", 200),
        ("/attendance/1", 404),
        ("/attendance/2/live", 200),
        ("/attendance/1/live", 404),
        ("/attendance/2/headcount", 200),
        ("/attendance/3/headcount", 404),
        ("/attendance/by-hand", 200),
        ("/people", 403),
        ("/settings", 403),
        ("/settings/instructors", 403),
        ("/certificates", 403),
        ("/evaluation", 403),
    ],
)
def test_a_code_opens_the_own_segment_and_its_people(browser, offering, rest, status):
    assert browser.get(at(offering, rest)).status_code == status


def by_hand(browser, offering, person, number):
    page = browser.get(board_of(offering, "/by-hand"))
    return send(
        browser,
        board_of(offering, "/by-hand"),
        page,
        uid=uuid4().hex,
        person=person.public_id,
        segment=str(number),
        direction="in",
        when="now",
        chip="seen_in_room",
        back="room",
    )


def test_check_in_by_hand_is_for_the_own_segment_only(
    browser, offering, people, session
):
    refused = by_hand(browser, offering, people[0], 1)
    done = by_hand(browser, offering, people[0], 2)

    assert refused.status_code == 422
    assert (done.status_code, done.location) == (303, at(offering, "/attendance/2"))
    (made,) = facts(session)
    assert made.segment_id == offering.segments[1].id
    undone = send(
        browser,
        board_of(offering, f"/by-hand/{made.public_id}/undo"),
        browser.get(board_of(offering, "/by-hand")),
        back="room",
    )
    assert undone.location == at(offering, "/attendance/2")
    assert len(facts(session)) == 2


def test_a_headcount_is_for_the_own_segment_only(browser, offering):
    page = browser.get(at(offering, "/attendance/2"))
    filled = {"uid": uuid4().hex, "counted": "3"}

    answers = [
        send(browser, at(offering, f"/attendance/{number}/headcount"), page, **filled)
        for number in (1, 2)
    ]

    assert [each.status_code for each in answers] == [404, 303]


def test_another_offering_does_not_exist_for_a_code(browser, session):
    other = make_offering()
    make_day(other)
    session.commit()

    assert browser.get(board_of(other)).status_code == 404
    assert browser.get(at(other, "/attendance/2/live")).status_code == 404


@pytest.mark.parametrize("rest", ["/attendance", "/attendance/live", "/attendance/2"])
def test_once_the_time_is_over_the_session_opens_nothing(
    browser, offering, clock, rest, session
):
    first_end = offering.segments[1].ends_at
    for row in live_sessions(session):
        row.expires_at = NINE_AM + timedelta(days=30)
    session.commit()
    clock.moment = first_end + timedelta(days=1) - SECOND
    assert browser.get(at(offering, rest)).status_code == 200

    clock.moment = first_end + timedelta(days=1)

    assert browser.get(at(offering, rest)).location == "/staff/sign-in"
    assert browser.get("/staff").location == "/staff/sign-in"
    assert browser.get("/staff/sign-in").status_code == 200


def take_role(offering, teacher):
    staff.remove_role(teacher, "instructor", offering, actor=CLI, now=NINE_AM)


def take_segment(offering, teacher):
    offering.segments[1].instructors = []


def take_account(offering, teacher):
    staff.disable_user(teacher, actor=CLI, now=NINE_AM)


def cancel(offering, teacher):
    offering.segments[1].cancelled_at = NINE_AM
    schedules.raise_schedule_version(offering.id)


@pytest.mark.parametrize("take", [take_role, take_segment, take_account, cancel])
def test_what_is_taken_away_holds_from_the_next_request_on(
    browser, offering, teacher, session, take
):
    assert browser.get(board_of(offering, "/live")).status_code == 200

    take(offering, teacher)
    session.commit()

    assert browser.get(board_of(offering, "/live")).location == "/staff/sign-in"
    assert browser.get(board_of(offering)).location == "/staff/sign-in"


def test_an_admin_by_a_code_is_no_admin(app, offering, people, session, clock):
    admin = make_teacher(offering, offering.segments[1:2], email=EMAIL, is_admin=True)
    admin.passphrase_hash = "set"
    session.commit()
    clock.moment = offering.segments[1].starts_at
    client = app.test_client()
    send(client, "/sign-in/code", code=ask_for_code(client, session, EMAIL))

    assert client.get(at(offering, "/settings")).status_code == 403
    assert client.get(at(offering, "/attendance/1")).status_code == 404
    assert client.get(board_of(make_offering())).status_code == 404


def test_who_has_a_passphrase_keeps_the_whole_offering(
    app, offering, people, teacher, session, clock
):
    clock.moment = NINE_AM + timedelta(days=9)
    client = app.test_client()
    sign_in(client, teacher, now=clock.moment)
    session.commit()

    assert client.get(at(offering)).status_code == 200
    assert client.get(at(offering, "/attendance/1")).status_code == 200


@pytest.fixture
def both(client, teacher, offering, clock):
    """The browser of somebody who takes part and teaches now."""
    make_enrollment(offering=offering, email=EMAIL)
    clock.moment = offering.segments[1].starts_at
    return client


@pytest.mark.parametrize(
    ("choice", "location"), [("instructor", "/staff"), ("participant", "/me")]
)
def test_who_takes_part_and_teaches_says_as_whom(both, session, choice, location):
    client = both
    code = ask_for_code(client, session, EMAIL)

    asked = send(client, "/sign-in/code", code=code)
    assert asked.status_code == 200
    assert "How do you want to sign in?" in asked.text
    assert live_sessions(session) == []
    done = send(client, "/sign-in/code", asked, code=code, sign_in_as=choice)

    assert (done.status_code, done.location) == (303, location)
    again = send(client, "/sign-in/code", asked, code=code, sign_in_as=choice)
    assert again.status_code in {303, 410}
    assert len(live_sessions(session)) == 1


def test_a_coordinator_says_where_an_instructors_codes_go(
    coordinator, offering, session
):
    row = make_instructor_row(offering, session)
    address = at(offering, "/settings/instructors")

    page = send(
        coordinator,
        f"{address}/{row.public_id}",
        coordinator.get(address),
        email=" New@Example.org ",
    )

    assert page.location == address
    session.expire_all()
    assert "New@Example.org" in coordinator.get(address).text
    user = staff.get_user_by_email("new@example.org")
    assert (row.user_id, user.passphrase_hash, user.name) == (user.id, None, row.name)
    assert roles_of(session, user) == [Role.INSTRUCTOR]

    send(
        coordinator,
        f"{address}/{row.public_id}",
        coordinator.get(address),
        email="",
    )
    session.expire_all()
    assert row.user_id is None
    assert roles_of(session, user) == []


def make_instructor_row(offering, session):
    make_teacher(offering)
    row = session.scalars(sa.select(Instructor)).one()
    row.user_id = None
    session.commit()
    return row


def roles_of(session, user):
    wanted = sa.select(Membership.role).where(Membership.user_id == user.id)
    return list(session.scalars(wanted))


@pytest.mark.parametrize("email", ["nonsense", "a@b", "x" * 300 + "@example.org"])
def test_nonsense_is_no_address(coordinator, offering, session, email):
    row = make_instructor_row(offering, session)
    address = at(offering, "/settings/instructors")

    page = send(
        coordinator,
        f"{address}/{row.public_id}",
        coordinator.get(address),
        email=email,
    )

    assert page.status_code == 422
    assert "Write an e-mail address" in page.text
    session.expire_all()
    assert row.user_id is None


def test_a_closed_account_is_not_opened_again_by_an_address(
    coordinator, offering, session
):
    row = make_instructor_row(offering, session)
    make_user(email="gone@example.org", disabled_at=NINE_AM)
    session.commit()
    address = at(offering, "/settings/instructors")

    page = send(
        coordinator,
        f"{address}/{row.public_id}",
        coordinator.get(address),
        email="gone@example.org",
    )

    assert page.status_code == 422
    assert "This account was closed" in page.text


def test_no_other_instructor_sees_an_address(browser, offering, people, session):
    by_hand(browser, offering, people[0], 2)

    seen = [
        browser.get(at(offering, rest)).text
        for rest in ("/attendance", "/attendance/2", f"/people/{people[0].public_id}")
    ]

    assert not any(re.search(EMAIL, page, re.IGNORECASE) for page in seen)
    assert "T. Each" in seen[2]
