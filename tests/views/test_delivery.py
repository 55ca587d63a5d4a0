"""How a segment was really held, and queues at the door."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.factories import NINE_AM, make_enrollment, make_offering, make_segment
from tests.views.desk import (
    actions,
    at,
    board_of,
    facts,
    make_certificate,
    scan,
    text_of,
)
from tests.views.forms import send
from tests.views.test_schedule import change, confirm, segment, sent, stored
from tracker.db import db
from tracker.domain.scans import Outcome, Reason
from tracker.models import AuditEntry, Certificate, Delivery, Scan
from tracker.models.staff import Role
from tracker.services import attendance

LATE_START = {
    "starts_at": "2026-11-03T09:15",
    "ends_at": "2026-11-03T10:45",
    "reason": "The speaker's train was late.",
}


@pytest.fixture
def browser(coordinator):
    return coordinator


def held(offering, number=1):
    return segment(offering, number, "/delivered")


def minutes(count):
    return NINE_AM + timedelta(minutes=count)


def status(enrollment, now, number=1):
    db.session.expire_all()
    standing = attendance.standing_of(enrollment, now=now)
    return standing.statuses[number], standing.minutes[number]


def test_a_late_start_is_shown_first_and_then_holds_for_everybody(
    browser, offering, ada, session, clock
):
    ben = make_enrollment(offering=offering, name="Ben Bell")
    scan(ada, offering.segments[0], minutes=14)
    scan(ben, offering.segments[0], minutes=31)
    clock.moment = minutes(300)
    session.commit()
    assert [status(each, clock.moment) for each in (ada, ben)] == [
        ("late", 76),
        ("partial", 59),
    ]

    page = change(browser, held(offering), **LATE_START)

    said = text_of(page)
    assert "Held Tue 3 Nov, 09:15 to Tue 3 Nov, 10:45" in said
    assert "late → becomes present 1 person Ada Lovelace" in said
    assert "partial → becomes late 1 person Ben Bell" in said
    assert status(ada, clock.moment) == ("late", 76)

    answer = confirm(browser, held(offering), page)

    assert answer.location == at(offering, "/schedule")
    assert [status(each, clock.moment) for each in (ada, ben)] == [
        ("present", 90),
        ("late", 74),
    ]
    assert attendance.verify(offering) == []
    assert "09:15 to 10:45" in text_of(browser.get(at(offering, "/schedule")))


def test_what_was_noted_is_kept_with_author_and_reason_and_logged_without(
    browser, user, offering, session
):
    confirm(browser, held(offering), change(browser, held(offering), **LATE_START))

    (row,) = facts(session, Delivery)
    assert (row.starts_at, row.ends_at, row.user_id, row.made_at) == (
        minutes(15),
        minutes(105),
        user.id,
        NINE_AM,
    )
    assert row.reason == LATE_START["reason"]
    (entry,) = [
        each for each in facts(session, AuditEntry) if each.action == "segment.deliver"
    ]
    assert entry.details == {
        "segment": 1,
        "delivery": row.public_id,
        "old": {"delivered_starts_at": None, "delivered_ends_at": None},
        "new": {
            "delivered_starts_at": "2026-11-03T15:15:00+00:00",
            "delivered_ends_at": "2026-11-03T16:45:00+00:00",
        },
    }
    said = text_of(browser.get(segment(offering, 1, "/history")))
    assert (
        "Noted how it was held (Cora Coordinator): The speaker's train was late."
        in said
    )
    assert "Really started: 2026-11-03 09:15" in said


def test_the_reason_is_sealed_in_the_database(browser, offering, session):
    confirm(browser, held(offering), change(browser, held(offering), **LATE_START))

    stored_reason = session.scalar(
        sa.select(sa.type_coerce(Delivery.reason, sa.LargeBinary))
    )
    assert b"train" not in bytes(stored_reason)


def test_the_times_go_back_to_the_plan(browser, offering, ada, session, clock):
    scan(ada, offering.segments[0], minutes=14)
    session.commit()
    confirm(browser, held(offering), change(browser, held(offering), **LATE_START))

    page = change(browser, held(offering), as_planned="yes", reason="A mistake.")
    assert "Held as planned" in text_of(page)
    assert "present → becomes late 1 person Ada Lovelace" in text_of(page)
    confirm(browser, held(offering), page)

    row = stored(session, offering)[1]
    assert (row.delivered_starts_at, row.delivered_ends_at) == (None, None)
    assert row.delivery_noted_at is None
    assert len(facts(session, Delivery)) == 2
    assert status(ada, minutes(300))[0] == "late"


def test_a_second_tap_notes_it_once(browser, offering, session):
    page = change(browser, held(offering), **LATE_START)

    answers = [confirm(browser, held(offering), page) for _ in range(2)]

    assert [each.status_code for each in answers] == [303, 303]
    assert len(facts(session, Delivery)) == 1
    assert actions(session, offering).count("segment.deliver") == 1


def test_a_form_used_for_another_segment_is_refused(browser, offering, session):
    page = change(browser, held(offering), **LATE_START)
    confirm(browser, held(offering), page)
    version = browser.get(held(offering, 2))

    used = {name: values for name, values in sent(page).items() if name == "uid"}
    answer = browser.post(
        held(offering, 2), data=sent(version, **LATE_START, step="confirm") | used
    )

    assert answer.status_code == 409
    assert stored(session, offering)[2].delivered_starts_at is None


def test_the_second_of_two_coordinators_is_told(browser, staff, offering, session):
    other = staff(Role.COORDINATOR)
    mine = change(browser, held(offering), **LATE_START)
    confirm(other, held(offering), change(other, held(offering), **LATE_START))

    answer = confirm(browser, held(offering), mine)

    assert answer.status_code == 409
    assert "Somebody has changed the schedule meanwhile" in answer.text
    assert LATE_START["reason"].replace("'", "&#39;") in answer.text
    assert len(facts(session, Delivery)) == 1


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"reason": ""}, "Say why in a few words."),
        ({"reason": "x" * 501}, "Shorten this to 500 characters."),
        ({"reason": "a\x00b"}, "holds a character that cannot be printed"),
        ({"ends_at": "2026-11-03T09:15"}, "does not come after the start"),
        ({"starts_at": "2026-11-05T09:15"}, "is more than 12 hours from the plan"),
        ({"ends_at": "noon"}, "must be a time such as"),
        ({"uid": "x"}, "Load the page again."),
        ({"version": "x"}, "Load the page again."),
    ],
)
def test_what_cannot_be_is_said_and_stores_nothing(
    browser, offering, session, fields, sentence
):
    page = change(browser, held(offering), **(LATE_START | fields), step="confirm")

    assert page.status_code == 422
    assert sentence in text_of(page)
    assert facts(session, Delivery) == []


def test_who_was_refused_while_it_still_ran_is_named_and_stays_refused(
    browser, offering, ada, session, clock
):
    late = {"outcome": Outcome.REFUSED, "reason": Reason.CLOSED}
    scan(ada, offering.segments[0], minutes=95, **late)
    clock.moment = minutes(180)
    session.commit()

    page = change(browser, held(offering), **LATE_START)
    confirm(browser, held(offering), page)

    assert "They stay refused" in text_of(page)
    assert "Ada Lovelace at 10:35" in text_of(page)
    assert "Ada Lovelace at 10:35" in text_of(browser.get(held(offering)))
    assert [row.outcome for row in facts(session, Scan)] == [Outcome.REFUSED]
    assert status(ada, clock.moment) == ("absent", 0)


def test_a_certificate_stays_valid_whatever_the_schedule_says_later(
    browser, offering, ada, session, clock
):
    """I6: delivered times, edits and cancelling revoke nothing and delete nothing."""
    made = [scan(ada, each) for each in offering.segments]
    make_certificate(ada, {n: f"scan:{s.uid}" for n, s in enumerate(made, 1)})
    clock.moment = minutes(600)
    session.commit()
    early = {
        "starts_at": "2026-11-03T08:00",
        "ends_at": "2026-11-03T08:30",
        "reason": "So it was.",
    }

    page = change(browser, held(offering), **early)
    assert "1 certificate of these people stays valid" in text_of(page)
    assert "No longer complete: Ada Lovelace." in text_of(page)
    confirm(browser, held(offering), page)
    moved = {
        "starts_at": "2026-11-05T11:00",
        "ends_at": "2026-11-05T12:00",
        "needs_check_out": "y",
    }
    second, third = segment(offering, 2), segment(offering, 3, "/cancel")
    confirm(browser, second, change(browser, second, **moved))
    confirm(browser, third, browser.get(third))

    assert len(facts(session, Scan)) == 3
    assert [row.revoked_at for row in facts(session, Certificate)] == [None]
    assert attendance.verify(offering) == []


@pytest.mark.parametrize("number", [7, 999_999_999])
def test_a_segment_that_is_not_held_here_has_no_delivered_times(
    browser, offering, session, number
):
    other = make_offering()
    make_segment(offering=other, number=7)
    session.commit()

    assert browser.get(held(offering, number)).status_code == 404
    page = browser.get(held(offering))
    form = sent(page, **LATE_START, step="confirm")
    assert browser.post(held(offering, number), data=form).status_code == 404
    assert browser.post(held(other, 7), data=form).status_code == 404


# A queue at the door.


@pytest.fixture
def fourteen_past(clock):
    """A moment in which who comes is late."""
    clock.moment = minutes(14)


def queue(browser, offering, what, number=1):
    """Tap a button of the board's, or of the door's page."""
    page = browser.get(at(offering))
    return send(
        browser, at(offering, f"/segments/{number}/on-time"), page, minutes=what
    )


@pytest.mark.parametrize(
    ("tap", "until"),
    [
        ((12, "0"), 12),
        ((12.01, "0"), 13),
        ((12.5, "5"), 18),
        ((12.5, "10"), 23),
        ((0, "10"), None),
        ((3, "0"), None),
    ],
)
def test_a_queue_is_on_time_until_now_or_a_little_later_rounded_up(
    browser, offering, session, clock, tap, until
):
    clock.moment, what = minutes(tap[0]), tap[1]

    answer = queue(browser, offering, what)

    expected = until and minutes(until)
    assert answer.location == board_of(offering)
    assert stored(session, offering)[1].on_time_until == expected
    assert len(facts(session, Delivery)) == (1 if until else 0)


@pytest.mark.usefixtures("fourteen_past")
@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.INSTRUCTOR, Role.DOOR])
def test_everybody_at_the_door_may_say_so_and_everybody_follows(
    staff, offering, ada, session, role
):
    scan(ada, offering.segments[0], minutes=13)
    session.commit()
    browser = staff(role)
    assert status(ada, minutes(14))[0] == "late"

    answer = queue(browser, offering, "0")

    page = at(offering) if role is Role.DOOR else board_of(offering)
    assert answer.location == page
    assert "Segment 1: on time until 09:14." in browser.get(page).text
    assert status(ada, minutes(14)) == ("present", 90)


def test_a_tap_never_shortens_what_was_said_and_taking_back_does(
    browser, offering, ada, session, clock
):
    scan(ada, offering.segments[0], minutes=13)
    clock.moment = minutes(12)
    queue(browser, offering, "10")
    clock.moment = minutes(13)
    queue(browser, offering, "0")
    assert stored(session, offering)[1].on_time_until == minutes(22)

    answer = queue(browser, offering, "back")
    queue(browser, offering, "back")

    assert "on time as planned again" in browser.get(answer.location).text
    assert stored(session, offering)[1].on_time_until is None
    assert [row.on_time_until for row in facts(session, Delivery)] == [
        minutes(22),
        None,
    ]
    assert status(ada, clock.moment)[0] == "late"
    history = text_of(browser.get(segment(offering, 1, "/history")))
    assert history.count("Queue at the door (Cora Coordinator)") == 2
    assert "On time until: 2026-11-03 09:22" in history


def test_the_board_shows_the_limit_and_offers_to_take_it_back(browser, offering, clock):
    clock.moment = minutes(12)
    assert "Take back" not in browser.get(board_of(offering)).text

    queue(browser, offering, "5")

    board = browser.get(board_of(offering))
    assert "on time until 09:17" in text_of(board)
    assert "Take back" in board.text
    address = at(offering, "/segments/1/on-time")
    sends = f'name="minutes" form="queue" formaction="{address}"'
    for what in ("0", "5", "10", "back"):
        assert f'{sends} value="{what}"' in board.text


@pytest.mark.parametrize("tapped_at", [-61, 90, 600])
def test_where_no_check_in_is_open_there_is_no_queue(
    browser, offering, session, clock, tapped_at
):
    clock.moment = minutes(tapped_at)

    assert queue(browser, offering, "0").status_code == 409
    assert facts(session, Delivery) == []


@pytest.mark.usefixtures("fourteen_past")
@pytest.mark.parametrize(
    ("number", "what", "expected"),
    [
        (2, "0", 409),
        (9, "0", 404),
        (1, "", 422),
        (1, "60", 422),
        (1, "-5", 422),
        (1, "now\x00", 422),
    ],
)
def test_what_is_no_queue_is_refused(
    browser, offering, session, number, what, expected
):
    assert queue(browser, offering, what, number).status_code == expected
    assert facts(session, Delivery) == []


def test_another_offerings_queue_is_not_there(browser, offering, session):
    other = make_offering()
    make_segment(offering=other)
    session.commit()
    page = browser.get(at(offering))

    answer = send(browser, at(other, "/segments/1/on-time"), page, minutes="0")

    assert answer.status_code == 404


def test_a_double_tap_says_it_once(browser, offering, session, clock):
    clock.moment = minutes(12.2)

    answers = [queue(browser, offering, "5") for _ in range(2)]

    assert [each.status_code for each in answers] == [303, 303]
    assert len(facts(session, Delivery)) == 1
    assert actions(session, offering).count("segment.on_time") == 1
