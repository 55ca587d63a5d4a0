"""The room's screen, and the codes that staff say, over HTTP."""

import re
from datetime import timedelta

import pytest

from tests.factories import (
    NINE_AM,
    make_enrollment,
    make_offering,
    make_segment,
    make_teacher,
)
from tests.views.desk import actions, at, facts, scan, text_of
from tests.views.forms import hidden
from tracker.domain import room_codes
from tracker.models import SpokenCode
from tracker.models.staff import Role
from tracker.services import rooms, sessions

STEP = timedelta(seconds=room_codes.STEP_SECONDS)


def shown(browser, offering, number=1):
    answer = browser.get(
        at(offering, f"/room/{number}/code"), headers={"Accept": "application/json"}
    )
    assert answer.status_code == 200
    return answer.json


def test_the_screen_shows_the_code_of_this_moment_and_the_next_one_in_its_turn(
    coordinator, offering, clock
):
    first = shown(coordinator, offering)
    clock.moment += STEP
    second = shown(coordinator, offering)

    now = rooms.show(offering, 1, now=clock.moment)
    assert second["address"] == f"HTTP://127.0.0.1:5000/R/{now.code}"
    assert second["address"] != first["address"]
    assert second["short_code"] != first["short_code"]
    assert second["short_code"].replace(" ", "") == now.short_code


def test_the_screen_is_told_how_long_its_code_is_the_newest(
    coordinator, offering, clock
):
    clock.moment = NINE_AM + timedelta(seconds=7, milliseconds=500)

    said = shown(coordinator, offering)

    assert (said["seconds_left"], said["step_seconds"]) == (2.5, 10)


def test_the_screen_counts_who_is_in_without_a_name(coordinator, offering, ada):
    gone = make_enrollment(offering=offering, withdrawn_at=NINE_AM)
    scan(ada, offering.segments[0])
    scan(gone, offering.segments[0])

    said = shown(coordinator, offering)

    assert (said["in_count"], said["people_count"]) == (1, 1)
    page = coordinator.get(at(offering, "/room/1"))
    assert "Ada" not in page.text


def test_a_photo_of_the_screen_names_no_training_and_no_place(coordinator, offering):
    """trust.md: not the offering's name, and here neither course nor venue."""
    page = coordinator.get(at(offering, "/room/1"))

    seen = text_of(page) + re.findall("<title>(.*?)</title>", page.text)[0]
    for word in (offering.code, offering.title, offering.course.title, "Omaha", "Hall"):
        assert word not in seen
    assert "Segment 1" in seen


@pytest.mark.parametrize(
    ("minutes", "phase", "words"),
    [
        (-61, "to_come", "Check-in opens at 08:00."),
        (-60, "open", "Check-in until 10:30"),
        (89, "open", "Check-in until 10:30"),
        (90, "over", "Check-in for this segment is over."),
    ],
)
def test_a_code_is_shown_only_while_the_segment_takes_check_ins(
    coordinator, offering, clock, minutes, phase, words
):
    clock.moment = NINE_AM + timedelta(minutes=minutes)

    said = shown(coordinator, offering)

    assert (said["phase"], said["words"]) == (phase, words)
    assert ("address" in said, "short_code" in said) == (phase == "open",) * 2
    assert words in text_of(coordinator.get(at(offering, "/room/1")))


def test_a_day_before_the_screen_says_which_day(coordinator, offering, clock):
    clock.moment = NINE_AM - timedelta(days=1)

    words = shown(coordinator, offering)["words"]

    assert words == "Check-in opens Tuesday, 3 November, at 08:00."


def test_a_cancelled_or_unknown_segment_has_no_screen(coordinator, offering):
    make_segment(offering=offering, number=9, cancelled_at=NINE_AM)

    for number in (9, 77):
        assert coordinator.get(at(offering, f"/room/{number}")).status_code == 404
        assert coordinator.get(at(offering, f"/room/{number}/code")).status_code == 404


@pytest.mark.parametrize("role", Role)
def test_every_role_of_the_offering_may_show_the_code(staff, offering, role):
    assert "address" in shown(staff(role), offering)


def test_staff_of_another_offering_get_no_code(staff, offering):
    stranger = staff(user=None, role=Role.COORDINATOR)
    other = make_offering()

    assert stranger.get(at(other, "/room/1/code")).status_code == 404


def test_the_list_leads_to_the_screens_of_all_segments(coordinator, offering):
    page = coordinator.get(at(offering, "/room"))

    for number in (1, 2, 3):
        assert f'href="{at(offering, f"/room/{number}")}"' in page.text
    assert page.text.count("Say a code") == 2  # one button, and what it is for


def say(browser, offering, number=1, **fields):
    page = browser.get(at(offering, "/room"))
    uid = re.findall(r'name="uid"[^>]*value="([^"]+)"', page.text)[0]
    sent = {**hidden(page), "uid": uid, **fields}
    answer = browser.post(at(offering, f"/room/{number}/spoken"), data=sent)
    return answer, sent


def said_on(browser, offering):
    page = browser.get(at(offering, "/room"))
    return re.findall(r'said__code">(\d+)<', page.text)


def test_a_code_to_say_is_shown_once_to_who_says_it(coordinator, offering, session):
    answer, _ = say(coordinator, offering)

    assert (answer.status_code, answer.location) == (303, at(offering, "/room"))
    (code,) = said_on(coordinator, offering)
    assert re.fullmatch("[0-9]{5}", code)
    assert said_on(coordinator, offering) == []
    (row,) = facts(session, SpokenCode)
    assert code.encode() not in row.code_hash
    assert row.expires_at == NINE_AM + timedelta(minutes=3)
    assert actions(session, offering) == ["spoken_code.make"]


def test_the_same_form_sent_twice_makes_one_code(coordinator, offering, session):
    _, sent = say(coordinator, offering)
    (first,) = said_on(coordinator, offering)

    coordinator.post(at(offering, "/room/1/spoken"), data=sent)

    assert said_on(coordinator, offering) == [first]
    assert len(facts(session, SpokenCode)) == 1
    assert actions(session, offering) == ["spoken_code.make"]


def test_a_form_sent_again_after_its_code_is_over_brings_none_back(
    coordinator, offering, session, clock
):
    uid = "5" * 32
    say(coordinator, offering, uid=uid)
    clock.moment += timedelta(minutes=3)

    answer, _ = say(coordinator, offering, uid=uid)

    assert answer.status_code == 409
    assert "That code has expired." in answer.text
    assert len(facts(session, SpokenCode)) == 1


def test_no_code_is_said_for_a_segment_that_is_not_open(coordinator, offering, session):
    answer, _ = say(coordinator, offering, number=2)

    assert answer.status_code == 409
    assert "Segment 2 does not take check-ins now." in answer.text
    assert facts(session, SpokenCode) == []


def test_an_instructor_signed_in_by_a_code_shows_the_own_segments_only(
    app, offering, session, clock
):
    clock.moment = NINE_AM + timedelta(minutes=105)
    teacher = make_teacher(offering, offering.segments[1:2], email="t@example.org")
    browser = app.test_client()
    token = sessions.begin_session(teacher, now=clock.moment, is_by_code=True)
    session.commit()
    browser.set_cookie("muster", token)

    page = browser.get(at(offering, "/room"))

    assert re.findall(r'/room/(\d+)"', page.text) == ["2"]
    assert shown(browser, offering, 2)["phase"] == "open"
    assert browser.get(at(offering, "/room/1")).status_code == 404
    assert browser.get(at(offering, "/room/1/code")).status_code == 404
