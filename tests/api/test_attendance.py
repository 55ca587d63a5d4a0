"""GET …/attendance: everybody, as the page shows them; unchanged is 304."""

from datetime import timedelta

import pytest

from tests.factories import (
    NINE_AM,
    make_day,
    make_device,
    make_enrollment,
    make_offering,
    make_pass,
    make_token,
)
from tests.held import scan
from tests.views.counting import counted
from tracker.db import db
from tracker.models.access import TokenScope
from tracker.services import enrollments
from tracker.services.audit import CLI


@pytest.fixture
def offering(app):
    return make_offering(code="SAMPLE-1")


@pytest.fixture
def segments(offering):
    return make_day(offering, 2)


@pytest.fixture
def door(offering):
    return make_device(offering)


@pytest.fixture
def read(client, offering):
    token = make_token(offering, TokenScope.READ)

    def read(**headers):
        db.session.commit()
        return client.get(
            f"/api/v1/offerings/{offering.code}/attendance",
            headers={"Authorization": f"Bearer {token}", **headers},
        )

    return read


def known(answer):
    return {"If-None-Match": answer.headers["ETag"]}


def test_everybody_is_listed_by_name_with_every_segment(
    read, offering, segments, door, clock
):
    late = make_enrollment(offering=offering, name="Sample Zoe", agency="Agency Z")
    absent = make_enrollment(offering=offering, name="Sample Ada", agency="")
    text = make_pass(late)
    scan(door, segments[0], text)
    clock.moment = segments[1].ends_at - timedelta(minutes=1)

    body = read().get_json()

    assert body["offering"] == "SAMPLE-1"
    assert [each["number"] for each in body["segments"]] == [1, 2]
    nothing = {"first_in": None, "last_out": None, "minutes": 0}
    assert body["people"] == [
        {
            "enrollment": absent.public_id,
            "name": "Sample Ada",
            "agency": "",
            "full": False,
            "missing": [1, 2],
            "segments": [
                {"number": 1, "status": "absent", **nothing},
                {"number": 2, "status": "expected", **nothing},
            ],
        },
        {
            "enrollment": late.public_id,
            "name": "Sample Zoe",
            "agency": "Agency Z",
            "full": False,
            "missing": [2],
            "segments": [
                {
                    "number": 1,
                    "status": "present",
                    "first_in": "2026-11-03T09:00:00-06:00",
                    "last_out": None,
                    "minutes": 90,
                },
                {"number": 2, "status": "expected", **nothing},
            ],
        },
    ]


def test_who_was_everywhere_is_full(read, offering, segments, door):
    text = make_pass(make_enrollment(offering=offering))
    for segment in segments:
        scan(door, segment, text)

    (person,) = read().get_json()["people"]

    assert (person["full"], person["missing"]) == (True, [])


def test_who_gave_the_seat_back_is_not_listed(read, offering, segments):
    make_enrollment(offering=offering, withdrawn_at=NINE_AM)

    assert read().get_json()["people"] == []


def test_an_unchanged_state_is_304_without_a_body(read, offering, segments):
    make_enrollment(offering=offering)
    first = read()

    again = read(**known(first))

    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]


def test_a_scan_changes_the_state(read, offering, segments, door):
    text = make_pass(make_enrollment(offering=offering))
    first = read()
    scan(door, segments[0], text)

    assert read(**known(first)).status_code == 200


def test_a_refused_scan_changes_no_person(read, offering, segments, door):
    make_enrollment(offering=offering)
    first = read()
    scan(door, segments[0], "https://elsewhere.example")

    assert read().get_json() == first.get_json()


def test_a_withdrawal_changes_the_state(read, offering, segments):
    enrollment = make_enrollment(offering=offering)
    first = read()
    enrollments.withdraw(enrollment, actor=CLI, now=NINE_AM)

    assert read(**known(first)).get_json()["people"] == []


def test_time_alone_changes_the_state_where_a_status_does(
    read, offering, segments, clock
):
    make_enrollment(offering=offering)
    clock.moment = NINE_AM + timedelta(minutes=89, seconds=59)
    first = read()
    assert first.get_json()["people"][0]["segments"][0]["status"] == "expected"

    clock.moment = NINE_AM + timedelta(minutes=90)
    again = read(**known(first))

    assert again.get_json()["people"][0]["segments"][0]["status"] == "absent"


def test_another_offerings_scan_changes_nothing(read, offering, segments):
    other = make_offering()
    (elsewhere,) = make_day(other, 1)
    text = make_pass(make_enrollment(offering=other))
    first = read()
    scan(make_device(other), elsewhere, text)

    assert read(**known(first)).status_code == 304


def count_queries(read, **headers):
    with counted() as statements:
        assert read(**headers).status_code in {200, 304}
    return len(statements)


def test_thirty_people_take_as_many_queries_as_one(read, offering, segments, door):
    scan(door, segments[0], make_pass(make_enrollment(offering=offering)))
    one = count_queries(read)
    texts = [make_pass(make_enrollment(offering=offering)) for _ in range(29)]
    scan(door, segments[0], *texts)

    assert count_queries(read) == one


def test_an_unchanged_state_reads_nobody(read, offering, segments):
    make_enrollment(offering=offering)
    first = read()

    assert count_queries(read, **known(first)) < count_queries(read)
