"""The schedule in the browser: changed, and what that changes said beforehand."""

import re
from datetime import timedelta
from html import unescape

import pytest

from tests.factories import (
    NINE_AM,
    make_enrollment,
    make_instructor,
    make_offering,
    make_segment,
)
from tests.views.counting import counted
from tests.views.desk import actions, at, facts, scan, text_of
from tracker.models import AuditEntry
from tracker.models.staff import Role
from tracker.services import attendance, audit

MOVED = {"starts_at": "2026-11-03T09:15", "ends_at": "2026-11-03T10:45"}


def fields_of(page):
    """Every field of a page's first form in the main part, as a browser sends it."""
    main = page.text.split("<main", 1)[1]
    found = []
    for tag in re.findall(r"<(?:input|textarea)[^>]*>(?:[^<]*</textarea>)?", main):
        name = re.search(r'name="([^"]+)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        kind = re.search(r'type="([^"]+)"', tag)
        is_off = kind and kind[1] in {"checkbox", "radio"} and "checked" not in tag
        if name and not is_off:
            found.append((name[1], unescape(value[1]) if value else ""))
    return found


def sent(page, **changes):
    """Return what a page's form sends after somebody has changed these fields."""
    kept = [(name, value) for name, value in fields_of(page) if name not in changes]
    new = [(n, v) for n, v in changes.items() if v is not None]
    found: dict[str, list[str]] = {}
    for name, value in kept + new:
        found.setdefault(name, []).append(value)
    return found


def change(browser, address, **changes):
    """Fill a form in and look at what it would change; gives that page."""
    return browser.post(address, data=sent(browser.get(address), **changes))


def confirm(browser, address, page):
    return browser.post(address, data=sent(page))


def segment(offering, number=1, rest=""):
    return at(offering, f"/schedule/segments/{number}{rest}")


def stored(session, offering):
    session.expire_all()
    return {row.number: row for row in offering.segments}


@pytest.fixture
def browser(coordinator):
    return coordinator


def test_the_schedule_shows_planned_beside_delivered(browser, offering, session):
    first = offering.segments[0]
    make_instructor(offering, [first], name="Sample Teacher")
    first.delivered_ends_at = first.ends_at - timedelta(minutes=20)
    offering.segments[2].cancelled_at = NINE_AM
    session.commit()

    said = text_of(browser.get(at(offering, "/schedule")))

    assert "Times are those of Omaha (America/Chicago)." in said
    assert "Tuesday, 3 November 2026" in said
    assert "1. Segment 1 takes check-ins 09:00 to 10:30 09:00 to 10:10 Hall" in said
    assert "Sample Teacher 70 of 90" in said
    assert "2. Segment 2 11:00 to 12:30 as planned Hall – 90" in said
    assert "3. Segment 3 cancelled" in said


def test_a_change_is_shown_first_and_made_when_confirmed(browser, offering, session):
    address = segment(offering)

    page = change(browser, address, title="Opening", **MOVED)

    assert page.status_code == 200
    assert "Nothing has been changed yet." in page.text
    said = text_of(page)
    assert "Title Segment 1 Opening" in said
    assert "Starts 2026-11-03 09:00 2026-11-03 09:15" in said
    assert "Nobody stands otherwise." in said
    assert stored(session, offering)[1].title == "Segment 1"

    answer = confirm(browser, address, page)

    row = stored(session, offering)[1]
    assert (answer.status_code, answer.location) == (303, at(offering, "/schedule"))
    assert (row.title, row.starts_at) == ("Opening", NINE_AM + timedelta(minutes=15))
    assert len(row.versions) == 2
    assert "Segment 1 is saved." in browser.get(answer.location).text


def test_every_field_can_be_changed_and_is_logged_old_and_new(
    browser, offering, session
):
    teacher = make_instructor(offering, name="Sample Teacher", key="teach")
    session.commit()
    address = segment(offering, 2)
    changes = {
        "title": "Late",
        "room": "Annex",
        "instructors": "teach",
        "is_required": None,
        "needs_check_out": "y",
        "credit_minutes": "75",
    }

    page = change(browser, address, **changes)
    confirm(browser, address, page)

    row = stored(session, offering)[2]
    assert (row.title, row.room, row.is_required, row.needs_check_out) == (
        "Late",
        "Annex",
        False,
        True,
    )
    assert row.credit_minutes == 75
    assert [each.id for each in row.instructors] == [teacher.id]
    (entry,) = [
        each for each in facts(session, AuditEntry) if each.action == "segment.edit"
    ]
    assert entry.details == {
        "segment": 2,
        "old": {
            "title": "Segment 2",
            "room": "Hall",
            "required": True,
            "check_out": False,
            "credit_minutes": 90,
            "instructors": [],
        },
        "new": {
            "title": "Late",
            "room": "Annex",
            "required": False,
            "check_out": True,
            "credit_minutes": 75,
            "instructors": [teacher.public_id],
        },
    }
    assert "Sample Teacher" not in str(entry.details)
    assert all(report.broken is None for report in audit.verify_chains())


def test_a_change_says_whose_attendance_it_changes(
    browser, offering, ada, session, clock
):
    ben = make_enrollment(offering=offering, name="Ben Bell")
    scan(ada, offering.segments[0])
    clock.moment = NINE_AM + timedelta(minutes=100)
    session.commit()

    page = change(browser, segment(offering), needs_check_out="y")
    later = change(
        browser,
        segment(offering),
        starts_at="2026-11-05T09:00",
        ends_at="2026-11-05T10:30",
    )

    # Ada has not checked out: once check-out has closed, that is leaving early.
    assert "Nobody stands otherwise." in text_of(page)
    said = text_of(later)
    assert (
        "1 person would stand otherwise. No scan and no correction is deleted" in said
    )
    assert "absent → becomes later 1 person Ben Bell" in said
    confirm(browser, segment(offering), later)
    assert [row.name for row in attendance.read_board(offering, now=clock.moment).rows]
    assert attendance.standing_of(ben, now=clock.moment).statuses[1] == "upcoming"
    assert attendance.standing_of(ada, now=clock.moment).statuses[1] == "present"
    assert attendance.verify(offering) == []


def test_a_segment_is_added_under_the_next_number_and_once(browser, offering, session):
    address = at(offering, "/schedule/add")
    new = {
        "title": "Evening",
        "starts_at": "2026-11-03T18:00",
        "ends_at": "2026-11-03T19:30",
        "room": "Hall",
    }
    page = change(browser, address, **new)

    answers = [confirm(browser, address, page) for _ in range(2)]

    row = stored(session, offering)[4]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert (row.title, row.credit_minutes, row.is_required) == ("Evening", 90, True)
    assert len(stored(session, offering)) == 4
    assert actions(session, offering).count("segment.add") == 1


@pytest.mark.parametrize("number", ["2", "5", "9999"])
def test_a_number_that_is_not_the_next_one_adds_nothing(
    browser, offering, session, number
):
    address = at(offering, "/schedule/add")
    page = change(
        browser,
        address,
        title="Evening",
        starts_at="2026-11-03T18:00",
        ends_at="2026-11-03T19:30",
    )

    answer = browser.post(address, data=sent(page, number=number))

    assert answer.status_code == 409
    assert [*stored(session, offering)] == [1, 2, 3]
    assert stored(session, offering)[2].title == "Segment 2"


def test_a_segment_is_cancelled_and_takes_place_after_all(
    browser, offering, ada, session, clock
):
    scan(ada, offering.segments[0])
    clock.moment = NINE_AM + timedelta(hours=5)
    session.commit()
    off, on = segment(offering, 1, "/cancel"), segment(offering, 1, "/restore")

    page = browser.get(off)

    assert "present → becomes not held 1 person Ada Lovelace" in text_of(page)
    confirm(browser, off, page)
    assert stored(session, offering)[1].cancelled_at == clock.moment
    assert 1 not in attendance.standing_of(ada, now=clock.moment).statuses

    page = browser.get(on)
    assert "not held → becomes present 1 person Ada Lovelace" in text_of(page)
    confirm(browser, on, page)
    assert stored(session, offering)[1].cancelled_at is None
    assert attendance.standing_of(ada, now=clock.moment).statuses[1] == "present"
    assert actions(session, offering)[-2:] == ["segment.cancel", "segment.restore"]


def test_the_second_of_two_coordinators_is_told_and_loses_nothing(
    browser, staff, offering, session
):
    address = segment(offering)
    other = staff(Role.COORDINATOR)
    theirs = change(other, address, room="Library")
    mine = change(browser, address, room="Annex")
    confirm(other, address, theirs)

    answer = confirm(browser, address, mine)

    assert answer.status_code == 409
    assert "Somebody has changed the schedule meanwhile" in answer.text
    assert 'value="Annex"' in answer.text
    assert stored(session, offering)[1].room == "Library"
    again = browser.post(address, data=sent(answer))
    assert "Room Library Annex" in text_of(again)
    assert confirm(browser, address, again).status_code == 303
    assert stored(session, offering)[1].room == "Annex"


def test_two_tabs_add_two_segments_and_not_one_over_the_other(
    browser, offering, session
):
    address = at(offering, "/schedule/add")
    times = {"starts_at": "2026-11-03T18:00", "ends_at": "2026-11-03T19:00"}
    tabs = [
        change(browser, address, title=title, room=title, **times)
        for title in ("One", "Two")
    ]
    confirm(browser, address, tabs[0])

    answer = confirm(browser, address, tabs[1])
    confirm(browser, address, browser.post(address, data=sent(answer)))

    assert answer.status_code == 409
    titles = {n: row.title for n, row in stored(session, offering).items()}
    assert (titles[4], titles[5]) == ("One", "Two")


@pytest.mark.parametrize("rest", ["/cancel", "/restore"])
def test_a_cancellation_asked_for_before_a_change_is_asked_again(
    browser, offering, session, rest
):
    if rest == "/restore":
        offering.segments[0].cancelled_at = NINE_AM
        session.commit()
    page = browser.get(segment(offering, 1, rest))
    confirm(
        browser,
        segment(offering, 2),
        change(browser, segment(offering, 2), room="Annex"),
    )

    answer = confirm(browser, segment(offering, 1, rest), page)

    assert answer.status_code == 409
    assert confirm(browser, segment(offering, 1, rest), answer).status_code == 303


def test_a_second_tap_is_answered_as_the_first(browser, offering, session):
    address = segment(offering)
    page = change(browser, address, **MOVED)

    answers = [confirm(browser, address, page) for _ in range(2)]

    assert [each.status_code for each in answers] == [303, 303]
    assert len(stored(session, offering)[1].versions) == 2
    assert actions(session, offering).count("segment.edit") == 1


def test_what_is_left_of_a_day_moves_together(browser, offering, session):
    make_segment(
        offering=offering, number=4, starts_at=NINE_AM + timedelta(days=1, hours=1)
    )
    session.commit()
    address = at(offering, "/schedule/move")
    before = {n: row.starts_at for n, row in stored(session, offering).items()}

    page = change(browser, address, first="2", scope="day", minutes="25")
    answer = confirm(browser, address, page)

    moved = {
        n: (row.starts_at - before[n]) // timedelta(minutes=1)
        for n, row in stored(session, offering).items()
    }
    assert "2 segments, 25 minutes later" in text_of(page)
    assert answer.status_code == 303
    assert moved == {1: 0, 2: 25, 3: 25, 4: 0}
    assert confirm(browser, address, page).status_code == 409


def test_moving_everything_off_the_offering_says_which_segment(browser, offering):
    address = at(offering, "/schedule/move")

    page = change(browser, address, first="1", scope="all", minutes="-1440")

    assert page.status_code == 422
    assert "Segment 1 is outside the days 2026-11-03 to 2026-11-06." in unescape(
        page.text
    )


HOSTILE = [
    ({"title": ""}, "Give the segment a title."),
    ({"title": "x" * 201}, "Shorten this to 200 characters."),
    ({"title": "A\x00B"}, "holds a character that cannot be printed"),
    ({"title": "A\u202eB"}, "changes the direction of writing"),
    ({"room": "\x1b[31m"}, "holds a character that cannot be printed"),
    ({"room": "y" * 5000}, "Shorten this"),
    ({"starts_at": ""}, "Enter a day and a time."),
    ({"starts_at": "tomorrow"}, "must be a time such as"),
    ({"ends_at": "2026-11-03T25:00"}, "not a time of the calendar"),
    ({"ends_at": "9" * 500}, "This is no time."),
    ({"ends_at": "2026-11-03T09:00"}, "does not come after the start"),
    ({"ends_at": "2026-11-04T09:01"}, "is more than 24 hours later"),
    ({"starts_at": "2026-11-01T09:00", "ends_at": "2026-11-01T10:00"}, "outside the"),
    ({"ends_at": "2026-11-03T11:30"}, "overlaps segment 2, in the same room"),
    ({"credit_minutes": "-1"}, "Enter minutes from 0 to 1440."),
    ({"credit_minutes": "1" * 30}, "Enter minutes from 0 to 1440."),
    ({"credit_minutes": "many"}, "Not a valid integer"),
    ({"credit_minutes": "600"}, "is more than the 90 minutes that the segment lasts"),
    ({"instructors": "nobody"}, "not a valid choice"),
]


@pytest.mark.parametrize(("fields", "sentence"), HOSTILE)
def test_what_cannot_be_is_said_beside_its_field_and_stores_nothing(
    browser, offering, session, fields, sentence
):
    for more in ({}, {"step": "confirm"}):
        page = change(browser, segment(offering), **fields, **more)

        assert page.status_code == 422
        assert sentence in text_of(page)
    row = stored(session, offering)[1]
    assert (row.title, row.room, len(row.versions)) == ("Segment 1", "Hall", 1)


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 40, "1.0"])
def test_a_version_that_is_none_is_refused(browser, offering, session, version):
    page = change(browser, segment(offering), version=version, step="confirm", room="X")

    assert page.status_code == 422
    assert stored(session, offering)[1].room == "Hall"


@pytest.mark.parametrize("name", ["<img onerror=x>", "{{7*7}}", "=HYPERLINK(1)", "#e"])
def test_markup_in_a_title_stays_text(browser, offering, name):
    address = segment(offering)
    page = change(browser, address, title=name, room=name)
    confirm(browser, address, page)

    shown = browser.get(at(offering, "/schedule")).text
    assert name in unescape(shown)
    assert "<img" not in shown
    assert ">49<" not in shown
    assert "1. 49" not in shown


PLACES = ["", "/cancel", "/restore", "/delivered", "/history"]


@pytest.mark.parametrize("place", PLACES)
def test_a_number_of_another_offering_is_not_there(browser, offering, session, place):
    other = make_offering()
    make_segment(offering=other, number=7)
    session.commit()

    for number in (7, 0, 999_999_999):
        address = segment(offering, number, place)
        assert browser.get(address).status_code == 404
        if place != "/history":
            page = browser.get(segment(offering))
            assert browser.post(address, data=sent(page)).status_code == 404
    theirs = segment(other, 7, place)
    assert browser.get(theirs).status_code == 404


def test_only_coordinators_open_the_schedule(staff, offering):
    for role in (Role.INSTRUCTOR, Role.DOOR):
        page = staff(role).get(at(offering, "/schedule"))
        assert page.status_code == 403


def test_a_history_names_who_did_what(browser, user, offering):
    address = segment(offering)
    confirm(browser, address, change(browser, address, **MOVED))

    said = text_of(browser.get(segment(offering, 1, "/history")))

    assert "Tue 3 Nov, 09:00 to Tue 3 Nov, 10:30, Hall" in said
    assert "Changed (Cora Coordinator)" in said
    assert "Starts: 2026-11-03 09:00 2026-11-03 09:15" in said


def test_a_segment_may_end_after_midnight(browser, offering, session):
    address = segment(offering, 3)
    page = change(
        browser, address, starts_at="2026-11-03T23:00", ends_at="2026-11-04T00:30"
    )
    confirm(browser, address, page)

    row = stored(session, offering)[3]
    assert row.ends_at - row.starts_at == timedelta(minutes=90)
    said = text_of(browser.get(at(offering, "/schedule")))
    assert "23:00 to 00:30 the next day" in said


def test_the_last_day_may_end_at_midnight_and_not_after(browser, offering):
    address, start = segment(offering, 3), "2026-11-06T22:30"
    at_midnight = change(browser, address, starts_at=start, ends_at="2026-11-07T00:00")
    after = change(browser, address, starts_at=start, ends_at="2026-11-07T00:01")

    assert (at_midnight.status_code, after.status_code) == (200, 422)


def test_the_page_asks_as_often_for_three_segments_as_for_thirty(
    browser, offering, session
):
    counts = []
    for number in (0, 27):
        for n in range(number):
            made = make_segment(
                offering=offering,
                number=10 + n,
                starts_at=NINE_AM + timedelta(days=2, minutes=20 * n),
                ends_at=NINE_AM + timedelta(days=2, minutes=20 * n + 15),
            )
            make_instructor(offering, [made], position=10 + n)
        session.commit()
        with counted() as seen:
            page = browser.get(at(offering, "/schedule"))
        assert page.text.count("<tr") == number + 3 + (2 if number else 1)
        counts.append(len(seen))

    assert counts[0] == counts[1]
