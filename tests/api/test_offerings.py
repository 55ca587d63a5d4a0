"""What programs and doors read about their offering."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.factories import (
    NINE_AM,
    make_course,
    make_day,
    make_device,
    make_enrollment,
    make_offering,
    make_pass,
    make_segment,
    make_token,
)
from tests.held import scan
from tracker.db import db
from tracker.models.access import TokenScope
from tracker.models.enrollment import EnrollmentKind


@pytest.fixture
def offering(app):
    return make_offering(
        code="SAMPLE-1", title="Sample training", course=make_course(code="SAMPLE")
    )


@pytest.fixture
def read(client, offering):
    """Read an address of the API with a token of this offering."""
    token = make_token(offering, TokenScope.READ)
    make_offering()  # of which the token knows nothing

    def read(address):
        headers = {"Authorization": f"Bearer {token}"}
        return client.get(f"/api/v1/{address}", headers=headers)

    return read


@pytest.fixture
def door(client, offering):
    """Ask as the door of a room."""

    def door(room="Hall"):
        token = make_device(offering, room=room, name="Door 1")
        db.session.commit()
        headers = {"Authorization": f"Bearer {token}"}
        return client.get(f"/api/v1/offerings/{offering.code}/door", headers=headers)

    return door


def test_a_token_lists_the_one_offering_it_is_for(read, offering):
    make_day(offering)

    assert read("offerings").get_json() == [
        {
            "code": "SAMPLE-1",
            "course": "SAMPLE",
            "title": "Sample training",
            "starts_on": "2026-11-03",
            "ends_on": "2026-11-06",
            "city": "Omaha",
            "state": "NE",
            "timezone": "America/Chicago",
            "segments": 3,
        }
    ]


def test_segments_come_in_the_order_of_their_numbers_with_local_times(read, offering):
    make_segment(offering=offering, number=7, title="Last", is_required=False, room="")
    make_segment(
        offering=offering,
        number=2,
        title="First",
        starts_at=NINE_AM + timedelta(hours=4),
        credit_minutes=75,
    )

    assert read("offerings/SAMPLE-1/segments").get_json() == [
        {
            "number": 2,
            "title": "First",
            "starts_at": "2026-11-03T13:00:00-06:00",
            "ends_at": "2026-11-03T14:30:00-06:00",
            "room": "Hall",
            "required": True,
            "credit_minutes": 75,
        },
        {
            "number": 7,
            "title": "Last",
            "starts_at": "2026-11-03T09:00:00-06:00",
            "ends_at": "2026-11-03T10:30:00-06:00",
            "room": "",
            "required": False,
            "credit_minutes": 90,
        },
    ]


def test_times_have_the_offset_of_their_own_day(read, offering):
    """Clocks went back in Chicago on 1 November 2026."""
    for number, day in ((1, 31), (2, 1)):
        month = 10 if day == 31 else 11
        nine = datetime(2026, month, day, 9, 0, tzinfo=ZoneInfo("America/Chicago"))
        make_segment(offering=offering, number=number, starts_at=nine)

    segments = read("offerings/SAMPLE-1/segments").get_json()

    assert [each["starts_at"] for each in segments] == [
        "2026-10-31T09:00:00-05:00",
        "2026-11-01T09:00:00-06:00",
    ]


def test_delivered_times_win_and_cancelled_segments_are_left_out(read, offering):
    make_segment(
        offering=offering,
        number=1,
        delivered_starts_at=NINE_AM + timedelta(minutes=15),
        delivered_ends_at=NINE_AM + timedelta(minutes=100),
    )
    make_segment(offering=offering, number=2, cancelled_at=NINE_AM)

    (segment,) = read("offerings/SAMPLE-1/segments").get_json()

    assert (segment["number"], segment["starts_at"], segment["ends_at"]) == (
        1,
        "2026-11-03T09:15:00-06:00",
        "2026-11-03T10:40:00-06:00",
    )
    assert read("offerings").get_json()[0]["segments"] == 1


def test_an_offering_without_segments_has_an_empty_list(read):
    assert read("offerings/SAMPLE-1/segments").get_json() == []


def test_a_door_is_told_its_segments_and_how_many_are_in(door, offering, clock):
    first, second = make_day(offering, 2)
    second.needs_check_out = True
    people = [make_enrollment(offering=offering) for _ in range(3)]
    make_enrollment(offering=offering, kind=EnrollmentKind.OBSERVER)
    make_enrollment(offering=offering, withdrawn_at=NINE_AM)
    scan(make_device(offering), first, *map(make_pass, people[:2]))
    clock.moment = NINE_AM + timedelta(minutes=3)

    assert door().get_json() == {
        "received_at": "2026-11-03T09:03:00-06:00",
        "offering": {
            "code": "SAMPLE-1",
            "title": "Sample training",
            "stock": "lemon",
            "timezone": "America/Chicago",
        },
        "device": {"name": "Door 1", "room": "Hall", "mode": "door"},
        "segments": [
            {
                "number": 1,
                "title": "Segment 1",
                "room": "Hall",
                "starts_at": "2026-11-03T09:00:00-06:00",
                "ends_at": "2026-11-03T10:30:00-06:00",
                "opens_at": "2026-11-03T08:00:00-06:00",
                "on_time_until": "2026-11-03T09:10:00-06:00",
                "required": True,
                "check_out": False,
                "check_out_until": "2026-11-03T11:00:00-06:00",
            },
            {
                "number": 2,
                "title": "Segment 2",
                "room": "Hall",
                "starts_at": "2026-11-03T11:00:00-06:00",
                "ends_at": "2026-11-03T12:30:00-06:00",
                "opens_at": "2026-11-03T10:30:00-06:00",
                "on_time_until": "2026-11-03T11:10:00-06:00",
                "required": True,
                "check_out": True,
                "check_out_until": "2026-11-03T13:00:00-06:00",
            },
        ],
        "current": {"number": 1, "in": 2, "expected": 3},
    }


def test_where_two_segments_are_open_the_doors_room_says_which(door, offering):
    for number, room in ((1, "Hall"), (2, "Annex")):
        make_segment(offering=offering, number=number, room=room)

    assert door("annex ").get_json()["current"]["number"] == 2
    assert door("").get_json()["current"] is None


def test_between_segments_no_segment_is_current(door, offering, clock):
    make_day(offering, 1)
    clock.moment = NINE_AM + timedelta(hours=9)

    assert door().get_json()["current"] is None


def test_an_offering_that_is_over_still_answers(read, offering, clock):
    offering.starts_on = offering.ends_on = date(2020, 1, 1)
    db.session.commit()

    assert read("offerings").get_json()[0]["starts_on"] == "2020-01-01"
