"""The nights in which clocks are put forward or back, in the form of a segment."""

from datetime import UTC, date, datetime, timedelta
from html import unescape

import pytest

from tests.factories import make_offering, make_segment, make_user, sign_in
from tests.views.desk import at, text_of
from tests.views.test_schedule import change, confirm, fields_of, segment, sent, stored
from tracker.models.staff import Role


@pytest.fixture
def night(app, session, clock):
    """A coordinator's browser at an offering held around one day somewhere."""

    def held(zone, day):
        offering = make_offering(
            timezone=zone,
            starts_on=day - timedelta(days=1),
            ends_on=day + timedelta(days=1),
        )
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        make_segment(offering=offering, starts_at=noon - timedelta(hours=24))
        browser = app.test_client()
        sign_in(browser, make_user(Role.COORDINATOR, offering), now=clock.moment)
        session.commit()
        return browser, offering

    return held


# Zone, day and time; the gap, and what to enter instead.
SKIPPED = [
    (("America/Chicago", date(2027, 3, 14), "02:30"), "from 02:00 to 03:00"),
    (("Europe/Berlin", date(2027, 3, 28), "02:30"), "from 02:00 to 03:00"),
    (("Australia/Lord_Howe", date(2026, 10, 4), "02:10"), "from 02:00 to 02:30"),
]


@pytest.mark.parametrize(("moment", "gap"), SKIPPED)
def test_a_time_that_does_not_exist_is_refused_with_what_to_enter(
    night, session, moment, gap
):
    zone, day, time = moment
    browser, offering = night(zone, day)

    page = change(
        browser,
        segment(offering),
        starts_at=f"{day}T{time}",
        ends_at=f"{day}T05:00",
        step="confirm",
    )

    said = unescape(page.text)
    assert page.status_code == 422
    assert f"This time “{day} {time}” does not exist in {zone}" in said
    assert f"the clocks are put forward {gap} then." in said
    assert f"or {gap[-5:]} or later." in said
    assert len(stored(session, offering)[1].versions) == 1


# Zone, day and time; the names of the two, and how many minutes they are apart.
TWICE = [
    (
        ("America/Chicago", date(2026, 11, 1), "01:30"),
        ("CDT (UTC-05:00)", "CST (UTC-06:00)", 60),
    ),
    (
        ("Europe/Berlin", date(2026, 10, 25), "02:15"),
        ("CEST (UTC+02:00)", "CET (UTC+01:00)", 60),
    ),
    (
        ("Australia/Lord_Howe", date(2026, 4, 5), "01:45"),
        ("UTC+11:00", "UTC+10:30", 30),
    ),
]


@pytest.mark.parametrize(("moment", "expected"), TWICE)
def test_a_time_that_comes_twice_is_explained_and_asked(
    night, session, moment, expected
):
    (zone, day, time), (*names, apart) = moment, expected
    browser, offering = night(zone, day)
    address = segment(offering)
    times = {"starts_at": f"{day}T{time}", "ends_at": f"{day}T05:00"}

    asked = change(browser, address, **times)

    said = text_of(asked)
    assert asked.status_code == 422
    assert "This time comes twice that night, because the clocks go back." in said
    for which, name in zip(("first", "second"), names, strict=True):
        assert f"The {which} {time}, {name}".casefold() in said.casefold()
    moments = []
    for which in ("first", "second"):
        page = change(browser, address, **times, starts_which=which)
        confirm(browser, address, page)
        moments.append(stored(session, offering)[1].starts_at)
        shown = fields_of(browser.get(address))
        assert ("starts_at", f"{day}T{time}") in shown
        assert ("starts_which", which) in shown
    assert moments[1] - moments[0] == timedelta(minutes=apart)


def test_a_segment_over_the_night_lasts_as_long_as_the_clock_on_the_wall_does_not_say(
    night, session
):
    browser, offering = night("America/Chicago", date(2026, 11, 1))
    address = segment(offering)

    page = change(
        browser,
        address,
        starts_at="2026-10-31T23:00",
        ends_at="2026-11-01T03:00",
        credit_minutes="",
    )
    confirm(browser, address, page)

    row = stored(session, offering)[1]
    assert row.ends_at - row.starts_at == timedelta(hours=5)
    assert row.credit_minutes == 300


def test_where_clocks_stand_nothing_is_asked(night, session):
    browser, offering = night("Asia/Kolkata", date(2026, 10, 25))
    address = segment(offering)

    page = change(
        browser, address, starts_at="2026-10-25T02:30", ends_at="2026-10-25T04:00"
    )

    assert page.status_code == 200
    confirm(browser, address, page)
    starts_at = stored(session, offering)[1].starts_at
    assert starts_at == datetime(2026, 10, 24, 21, 0, tzinfo=UTC)


@pytest.mark.parametrize("which", ["third", "0", "\x00", "first" * 100])
def test_a_choice_that_was_not_offered_is_asked_again(night, session, which):
    browser, offering = night("America/Chicago", date(2026, 11, 1))

    page = change(
        browser,
        segment(offering),
        starts_at="2026-11-01T01:30",
        ends_at="2026-11-01T05:00",
        starts_which=which,
    )

    assert page.status_code == 422
    assert "comes twice" in page.text


def test_moving_a_day_by_an_hour_moves_it_by_an_hour_whatever_the_clocks_do(
    night, session
):
    browser, offering = night("America/Chicago", date(2026, 11, 1))
    start = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)  # 00:30, before they go back
    make_segment(offering=offering, number=2, starts_at=start, room="Annex")
    session.commit()
    address = at(offering, "/schedule/move")

    page = change(browser, address, first="2", scope="day", minutes="120")
    answer = browser.post(address, data=sent(page))

    assert answer.status_code == 303
    assert stored(session, offering)[2].starts_at == start + timedelta(hours=2)
    assert "Starts 2026-11-01 00:30 2026-11-01 01:30-06:00" in text_of(page)
