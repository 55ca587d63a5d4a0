"""A participant's phone in the room: scanned, typed and spoken codes, over HTTP."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.factories import (
    NINE_AM,
    make_day,
    make_enrollment,
    make_offering,
    make_pass,
    make_user,
    sign_in,
)
from tests.views.desk import facts, text_of
from tests.views.forms import ask_for_code, hidden, neutral, send
from tracker.domain import room_codes
from tracker.domain.scans import Outcome, Reason
from tracker.models import Attendance, RoomPhone, Scan, SpokenCode
from tracker.models.staff import Role
from tracker.services import attendance, doctor, rooms, spoken_codes

STEP = timedelta(seconds=room_codes.STEP_SECONDS)
MINUTES = timedelta(minutes=1)
UID = "a" * 32


@pytest.fixture
def ada(offering):
    return enroll(offering, name="Ada Lovelace")


def enroll(offering, **fields):
    enrollment = make_enrollment(offering=offering, **fields)
    make_pass(enrollment)
    return enrollment


@pytest.fixture
def phone(app, ada, session):
    return phone_of(app, session, ada)


def phone_of(app, session, enrollment, client=None):
    client = client or app.test_client()
    sign_in(client, enrollment.person, now=NINE_AM)
    session.commit()
    return client


def code_at(offering, moment, number=1):
    return rooms.show(offering, number, now=moment).code


def short_at(offering, moment, number=1):
    return rooms.show(offering, number, now=moment).short_code


def press(browser, page):
    """Press the button of a page that a code was exchanged for."""
    grant = re.findall(r'name="grant" value="([^"]+)"', page.text)[0]
    return browser.post("/r", data={**hidden(page), "grant": grant})


def scan_code(browser, offering, moment=NINE_AM, number=1):
    """Scan the screen and press the button."""
    page = browser.get(f"/r/{code_at(offering, moment, number)}")
    assert page.status_code == 200
    return press(browser, page)


def typed(browser, offering, text):
    return send(browser, own(offering), code=text)


def own(offering, rest=""):
    return f"/me/offerings/{offering.code}/room{rest}"


def results(session):
    return [(row.outcome, row.reason, row.scanned_at) for row in facts(session, Scan)]


# Scanned.


def test_the_code_of_this_step_checks_in(phone, offering, ada, session):
    answer = scan_code(phone, offering)

    assert (answer.status_code, answer.location) == (303, own(offering, "/1"))
    assert results(session) == [(Outcome.ACCEPTED, None, NINE_AM)]
    said = text_of(phone.get(answer.location))
    assert said.startswith("You are in Segment 1, 09:00 You are on time.")
    assert attendance.verify(offering) == []
    assert [check for check in doctor.run_checks() if not check.ok] == []


def test_the_small_and_the_capital_address_lead_to_the_same_page(phone, offering):
    code = code_at(offering, NINE_AM)

    pages = [phone.get(at) for at in (f"/r/{code}", f"/R/{code}", f"/r/{code.lower()}")]

    assert [page.status_code for page in pages] == [200, 200, 200]


def test_opening_the_address_changes_nothing(phone, offering, session):
    code = code_at(offering, NINE_AM)

    for _ in range(50):
        phone.get(f"/r/{code}")

    assert facts(session, Scan) == []
    assert session.scalars(sa.select(RoomPhone)).all() == []


def test_the_page_of_a_code_names_nothing(client, offering):
    page = client.get(f"/r/{code_at(offering, NINE_AM)}")

    for word in (offering.code, offering.title, "Omaha", "Segment", "Hall"):
        assert word not in page.text


@pytest.mark.parametrize(("steps", "status"), [(0, 200), (1, 200), (2, 410), (-1, 410)])
def test_the_current_and_the_previous_code_are_taken_and_no_other(
    phone, offering, clock, session, steps, status
):
    code = code_at(offering, NINE_AM)
    clock.moment = NINE_AM + steps * STEP

    page = phone.get(f"/r/{code}")

    assert page.status_code == status
    assert ("Look at the screen again" in page.text) == (status == 410)
    assert facts(session, Scan) == []


@pytest.mark.parametrize("text", ["x", "MR1-", "MP1-" + "0" * 27, "MR1-" + "1" * 25])
def test_what_is_no_room_code_leads_nowhere(client, offering, text):
    assert client.get(f"/r/{text}").status_code == 404


def test_a_code_under_another_key_is_answered_like_an_old_one(client, offering):
    forged = room_codes.derive_room_code(
        bytes(32), rooms.veil(), offering.segments[0].id, room_codes.step_of(NINE_AM)
    )
    nowhere = room_codes.derive_room_code(
        bytes(32), rooms.veil(), 2**39, room_codes.step_of(NINE_AM)
    )

    answers = [client.get(f"/r/{code}") for code in (forged, nowhere)]

    assert [each.status_code for each in answers] == [410, 410]


def test_who_comes_late_is_told_so(phone, offering, clock):
    clock.moment = NINE_AM + 15 * MINUTES

    answer = scan_code(phone, offering, clock.moment)

    assert "You came late; the segment still counts." in phone.get(answer.location).text


def test_who_comes_too_late_to_count_is_told_so(phone, offering, clock):
    clock.moment = NINE_AM + 25 * MINUTES

    answer = scan_code(phone, offering, clock.moment)

    assert "too late for it to count" in phone.get(answer.location).text


def test_a_second_scan_says_since_when_one_is_in(phone, offering, clock, session):
    scan_code(phone, offering)
    clock.moment = NINE_AM + 5 * MINUTES

    answer = scan_code(phone, offering, clock.moment)

    assert "Already in Segment 1, 09:00" in text_of(phone.get(answer.location))
    assert [outcome for outcome, *_ in results(session)] == ["accepted", "duplicate"]


def test_a_double_tap_stores_one_scan(phone, offering, session):
    page = phone.get(f"/r/{code_at(offering, NINE_AM)}")

    answers = [press(phone, page).location for _ in range(3)]

    assert answers == [own(offering, "/1")] * 3
    assert results(session) == [(Outcome.ACCEPTED, None, NINE_AM)]


def test_a_code_seen_while_open_counts_though_the_button_comes_after_the_end(
    phone, offering, clock, session
):
    clock.moment = seen = NINE_AM + 89 * MINUTES
    page = phone.get(f"/r/{code_at(offering, seen)}")
    clock.moment = NINE_AM + 95 * MINUTES

    press(phone, page)

    assert results(session) == [(Outcome.ACCEPTED, None, seen)]


def test_a_code_of_a_closed_segment_is_refused_and_kept(
    phone, offering, clock, session
):
    last = NINE_AM + 90 * MINUTES - STEP / 2
    code = code_at(offering, last)
    clock.moment = NINE_AM + 90 * MINUTES

    answer = press(phone, phone.get(f"/r/{code}"))

    assert results(session) == [(Outcome.REFUSED, Reason.CLOSED, clock.moment)]
    assert "Check-in had closed." in phone.get(answer.location).text


# Signing in slowly.


def test_signing_in_slowly_does_no_harm(client, offering, ada, clock, session):
    page = client.get(f"/r/{code_at(offering, NINE_AM)}")
    answer = press(client, page)
    assert (answer.status_code, answer.location) == (303, "/sign-in")
    assert "The code was read in time." in client.get("/sign-in").text
    code = ask_for_code(client, session, ada.person.email)

    clock.moment = NINE_AM + 9 * MINUTES
    answer = send(client, "/sign-in/code", code=code)

    assert answer.location == "/r"
    answer = press(client, client.get("/r"))
    assert "You are in" in client.get(answer.location).text
    assert results(session) == [(Outcome.ACCEPTED, None, NINE_AM)]


def test_a_grant_ends_after_ten_minutes(phone, offering, clock, session):
    page = phone.get(f"/r/{code_at(offering, NINE_AM)}")
    clock.moment = NINE_AM + 10 * MINUTES

    answer = press(phone, page)

    assert answer.status_code == 410
    assert "Look at the screen again" in answer.text
    assert facts(session, Scan) == []


@pytest.mark.parametrize("forged", ["", "x", "WzEsMV0.AAAA", "MR1-" + "0" * 25])
def test_a_grant_that_is_none_of_ours_is_refused(phone, offering, session, forged):
    page = phone.get(f"/r/{code_at(offering, NINE_AM)}")

    answer = phone.post("/r", data={**hidden(page), "grant": forged})

    assert answer.status_code == 410
    assert facts(session, Scan) == []


def test_without_a_grant_there_is_nothing_to_resume(client):
    assert client.get("/r").status_code == 410


def test_after_checking_in_signing_in_leads_to_the_passes_again(
    client, offering, ada, session
):
    press(client, client.get(f"/r/{code_at(offering, NINE_AM)}"))
    code = ask_for_code(client, session, ada.person.email)
    send(client, "/sign-in/code", code=code)
    press(client, client.get("/r"))
    client.post("/sign-out", data=hidden(client.get("/me")))

    code = ask_for_code(client, session, ada.person.email)
    answer = send(client, "/sign-in/code", code=code)

    assert answer.location == "/me"


# Strangers.


def test_who_is_not_enrolled_here_gets_the_answer_of_what_does_not_exist(
    app, offering, session
):
    other = make_offering()
    make_day(other)
    stranger = phone_of(app, session, enroll(other))
    code = code_at(offering, NINE_AM)
    anonymous = app.test_client()
    page = anonymous.get(f"/r/{code}")
    grant = re.findall(r'name="grant" value="([^"]+)"', page.text)[0]

    opened = stranger.get(f"/r/{code}")
    form = hidden(stranger.get(f"/r/{code_at(other, NINE_AM)}"))
    pressed = stranger.post("/r", data={**form, "grant": grant})

    nothing = stranger.get("/r/nothing")
    assert neutral(opened)[::3] == neutral(nothing)[::3]  # status and text
    assert opened.status_code == 404
    assert pressed.status_code == 404
    assert facts(session, Scan) == []


def test_who_gave_the_seat_back_is_not_let_in(app, offering, session):
    gone = phone_of(app, session, enroll(offering, withdrawn_at=NINE_AM))

    assert gone.get(f"/r/{code_at(offering, NINE_AM)}").status_code == 404


def test_a_member_of_staff_has_to_sign_in_as_a_participant(app, staff, offering):
    browser = staff(Role.INSTRUCTOR)

    assert scan_code(browser, offering).location == "/sign-in"


def test_a_pass_that_was_withdrawn_leads_to_the_desk(app, offering, session):
    enrollment = make_enrollment(offering=offering)
    browser = phone_of(app, session, enrollment)

    answer = scan_code(browser, offering)

    assert answer.status_code == 409
    assert "Ask at the desk" in answer.text
    assert session.scalars(sa.select(RoomPhone)).all() == []


# One phone, one person.


def test_a_second_person_with_the_same_phone_is_held_and_both_are_seen(
    app, phone, offering, ada, session
):
    scan_code(phone, offering)
    bob = enroll(offering, name="Bob Sample")

    phone_of(app, session, bob, client=phone)
    answer = scan_code(phone, offering)

    assert [(outcome, reason) for outcome, reason, _ in results(session)] == [
        (Outcome.ACCEPTED, None),
        (Outcome.HELD, Reason.SHARED_DEVICE),
    ]
    first, second = facts(session, Scan)
    assert first.phone_digest == second.phone_digest is not None
    assert "already served somebody else" in phone.get(answer.location).text
    in_room = session.scalars(sa.select(Attendance.enrollment_id)).all()
    assert in_room == [ada.id]


def test_signing_out_does_not_make_another_phone(app, phone, offering, session):
    scan_code(phone, offering)
    page = phone.get("/me")
    phone.post("/sign-out", data=hidden(page))

    phone_of(app, session, enroll(offering), client=phone)
    scan_code(phone, offering)

    assert facts(session, Scan)[1].reason is Reason.SHARED_DEVICE


def test_the_same_phone_may_serve_somebody_else_at_another_segment(
    app, phone, offering, clock, session
):
    scan_code(phone, offering)
    clock.moment = NINE_AM + 120 * MINUTES
    phone_of(app, session, enroll(offering), client=phone)

    scan_code(phone, offering, clock.moment, number=2)

    assert [outcome for outcome, *_ in results(session)] == ["accepted", "accepted"]


def test_a_phones_identity_is_kept_from_scripts_and_stored_as_a_digest(
    phone, offering, session
):
    scan_code(phone, offering)

    cookie = phone.get_cookie("muster-phone")
    assert cookie.http_only
    assert cookie.max_age > timedelta(days=300).total_seconds()
    assert cookie.value.encode() not in facts(session, Scan)[0].phone_digest


# Typed.


def test_the_short_code_checks_in_as_the_square_does(phone, offering, session):
    short = room_codes.in_groups(short_at(offering, NINE_AM)).lower()

    answer = typed(phone, offering, short)

    assert answer.location == own(offering, "/1")
    assert results(session) == [(Outcome.ACCEPTED, None, NINE_AM)]


def test_the_camera_of_the_page_hands_over_the_whole_code(phone, offering, session):
    code = code_at(offering, NINE_AM)

    answer = typed(phone, offering, f"HTTP://LOCALHOST/R/{code}")

    assert answer.location == own(offering, "/1")
    assert results(session) == [(Outcome.ACCEPTED, None, NINE_AM)]


@pytest.mark.parametrize("get", [code_at, short_at])
def test_a_typed_code_of_two_steps_ago_is_refused(phone, offering, clock, session, get):
    code = get(offering, NINE_AM)
    clock.moment += 2 * STEP

    answer = typed(phone, offering, code)

    assert answer.status_code == 410
    assert "Look" in answer.text
    assert facts(session, Scan) == []


def test_a_short_code_of_another_offering_does_not_work_here(phone, offering, session):
    other = make_offering(key=bytes(32))
    make_day(other)

    assert typed(phone, offering, short_at(other, NINE_AM)).status_code == 410
    assert typed(phone, offering, code_at(other, NINE_AM)).status_code == 404


def test_wrong_tries_are_limited_and_the_square_still_works(
    phone, offering, clock, session
):
    statuses = [typed(phone, offering, "000000").status_code for _ in range(11)]

    assert statuses == [410] * 10 + [429]
    assert typed(phone, offering, short_at(offering, NINE_AM)).status_code == 429
    assert scan_code(phone, offering).status_code == 303
    clock.moment += 30 * timedelta(seconds=1)
    assert typed(phone, offering, "000000").status_code == 410


def test_the_tries_of_one_do_not_slow_a_hundred_others_behind_the_same_address(
    app, offering, session
):
    for number in range(30):
        browser = phone_of(app, session, enroll(offering, name=f"Person {number}"))
        assert typed(browser, offering, "00000").status_code == 410
        assert typed(browser, offering, short_at(offering, NINE_AM)).status_code == 303


def test_forty_phones_behind_one_address_are_not_slowed(app, offering, session):
    """performance.md: 150 of them within a minute; the bench sends them all."""
    people = [enroll(offering, name=f"Person {number}") for number in range(40)]
    phones = [phone_of(app, session, each) for each in people]

    answers = [scan_code(phone, offering) for phone in phones]

    assert [answer.status_code for answer in answers] == [303] * 40
    assert [outcome for outcome, *_ in results(session)] == ["accepted"] * 40


def test_an_empty_field_is_explained(phone, offering):
    answer = typed(phone, offering, " ")

    assert answer.status_code == 422
    assert "Type the code." in answer.text


def test_the_page_says_which_segment_is_open(phone, offering, clock):
    assert "Segment 1, Hall, until 10:30" in text_of(phone.get(own(offering)))
    clock.moment = NINE_AM + timedelta(days=1)

    assert "No segment takes check-ins now." in text_of(phone.get(own(offering)))


def test_the_answer_of_a_segment_never_checked_in_to_is_the_question(phone, offering):
    for number in (1, 77):
        assert phone.get(own(offering, f"/{number}")).location == own(offering)


# Spoken.


def say(offering, number=1, moment=NINE_AM, uid=UID):
    user = make_user(Role.INSTRUCTOR, offering, name="Ida Instructor")
    return spoken_codes.say_code(offering, number, uid=uid, user=user, now=moment)


def test_a_spoken_code_checks_in_and_the_history_names_who_said_it(
    app, phone, staff, offering, ada, session
):
    code = say(offering)

    answer = typed(phone, offering, f" {code[:2]} {code[2:]} ")

    assert answer.location == own(offering, "/1")
    assert results(session) == [(Outcome.ACCEPTED, None, NINE_AM)]
    assert facts(session, Scan)[0].phone_digest is None
    page = staff().get(f"/staff/offerings/{offering.code}/people/{ada.public_id}")
    assert "Spoken code, Ida Instructor" in text_of(page)
    programme = phone.get(f"/me/offerings/{offering.code}/programme")
    assert "Segment 1, spoken code" in text_of(programme)


def test_a_spoken_code_works_once(app, phone, offering, session):
    code = say(offering)
    bob = phone_of(app, session, enroll(offering))
    typed(phone, offering, code)

    answer = typed(bob, offering, code)

    assert answer.status_code == 410
    assert len(facts(session, Scan)) == 1


def test_a_spoken_code_sent_twice_by_the_same_person_is_answered_alike(
    phone, offering, clock, session
):
    code = say(offering)

    answers = []
    for seconds in (0, 5):
        clock.moment = NINE_AM + timedelta(seconds=seconds)
        answers.append(typed(phone, offering, code).location)

    assert answers == [own(offering, "/1")] * 2
    assert len(facts(session, Scan)) == 1


@pytest.mark.parametrize(("seconds", "status"), [(179, 303), (180, 410)])
def test_a_spoken_code_is_good_for_three_minutes(
    phone, offering, clock, seconds, status
):
    code = say(offering)
    clock.moment = NINE_AM + timedelta(seconds=seconds)

    assert typed(phone, offering, code).status_code == status


def test_a_spoken_code_of_another_offering_does_not_work_here(phone, offering):
    other = make_offering()
    make_day(other)

    assert typed(phone, offering, say(other)).status_code == 410


def test_who_has_no_pass_uses_no_spoken_code_up(app, offering, session):
    browser = phone_of(app, session, make_enrollment(offering=offering))

    assert typed(browser, offering, say(offering)).status_code == 409

    session.expire_all()
    assert session.scalars(sa.select(SpokenCode.used_at)).all() == [None]


def test_a_scan_by_room_code_says_so_in_the_history(phone, staff, offering, ada):
    scan_code(phone, offering)

    page = staff().get(f"/staff/offerings/{offering.code}/people/{ada.public_id}")
    programme = phone.get(f"/me/offerings/{offering.code}/programme")

    assert "Room code" in text_of(page)
    assert "Segment 1, room code" in text_of(programme)
