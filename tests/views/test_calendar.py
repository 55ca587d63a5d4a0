"""The calendar file: every segment's time, and nothing that others must not read."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from tests.factories import NINE_AM, make_day, make_enrollment, make_offering, sign_in
from tracker.services import rescheduling, segments
from tracker.services.audit import CLI


@pytest.fixture
def offering(app):
    offering = make_offering(venue="Sample Center, Hall A")
    make_day(offering, 2)
    return offering


@pytest.fixture
def ada(client, offering, session):
    enrollment = make_enrollment(offering=offering, name="Ada Sample")
    sign_in(client, enrollment.person, now=NINE_AM)
    session.commit()
    return enrollment


def read(client, offering):
    answer = client.get(f"/me/offerings/{offering.code}/calendar.ics")
    assert (answer.status_code, answer.mimetype) == (200, "text/calendar")
    return answer, Calendar.from_ical(answer.data).walk("VEVENT")


def test_every_segment_is_an_entry_in_utc(client, ada, offering):
    _, events = read(client, offering)

    assert [
        (str(each["summary"]), each.decoded("dtstart"), each.decoded("dtend"))
        for each in events
    ] == [
        (
            f"{offering.code}, segment {n + 1}",
            NINE_AM + timedelta(hours=2 * n),
            NINE_AM + timedelta(hours=2 * n, minutes=90),
        )
        for n in range(2)
    ]


def test_it_names_no_topic_no_place_and_nobody(client, ada, offering):
    answer, _ = read(client, offering)

    for secret in ("Hall", "Sample", "Omaha", "Segment 1"):
        assert secret not in answer.text


def test_a_change_moves_its_entry_and_leaves_the_others(client, ada, offering, session):
    _, before = read(client, offering)
    first, second = segments.read_segments(offering)
    moved = {
        **segments.plain_segment(first, ZoneInfo(offering.timezone)),
        "cancelled": True,
    }
    basis = rescheduling.Basis(None, CLI, NINE_AM - timedelta(days=9))
    rescheduling.change(offering, [moved], "segment.cancel", basis=basis)
    session.commit()

    _, after = read(client, offering)

    assert [each["uid"] for each in after] == [each["uid"] for each in before]
    assert [str(each["status"]) for each in after] == ["CANCELLED", "CONFIRMED"]
    assert [each["sequence"] for each in after] == [1, 0]
    assert second.cancelled_at is None


def test_another_offering_has_no_calendar_here(client, ada, session):
    other = make_offering()
    session.commit()

    answer = client.get(f"/me/offerings/{other.code}/calendar.ics")

    assert answer.status_code == 404
