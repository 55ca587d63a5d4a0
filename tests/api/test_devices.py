"""POST …/door: what a device says of itself."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.factories import NINE_AM, make_device, make_offering, make_token
from tracker.models import Device, OfferingCounter
from tracker.models.device import DeviceMode
from tracker.services import device_states


@pytest.fixture
def offering(app):
    return make_offering()


@pytest.fixture
def tell(client, offering):
    token = make_device(offering)

    def post(token=token, **body):
        return client.post(
            f"/api/v1/offerings/{offering.code}/door",
            json=body,
            headers={"Authorization": f"Bearer {token}"},
        )

    return post


def device_of(session):
    session.expire_all()
    return session.scalars(sa.select(Device)).one()


def test_a_state_is_stored_with_the_time_of_the_contact(tell, session):
    answer = tell(
        battery_percent=81,
        unsent_count=3,
        oldest_unsent_at="2026-11-03T08:55:00-06:00",
    )

    assert answer.status_code == 200
    assert answer.json == {"received_at": "2026-11-03T09:00:00-06:00"}
    device = device_of(session)
    assert (
        device.last_contact_at,
        device.battery_percent,
        device.unsent_count,
        device.oldest_unsent_at,
    ) == (NINE_AM, 81, 3, NINE_AM - timedelta(minutes=5))


def test_a_device_that_does_not_know_its_battery_says_so(tell, session):
    tell(battery_percent=81, unsent_count=0)

    answer = tell(battery_percent=None, unsent_count=0, oldest_unsent_at=None)

    assert answer.status_code == 200
    assert device_of(session).battery_percent is None


def test_the_oldest_scans_time_is_corrected_by_the_devices_clock(tell, session):
    tell(
        unsent_count=1,
        oldest_unsent_at="2026-11-03T11:50:00-06:00",
        sent_at="2026-11-03T12:00:00-06:00",
    )

    assert device_of(session).oldest_unsent_at == NINE_AM - timedelta(minutes=10)


def test_a_state_raises_no_version(tell, offering, session):
    def counters():
        session.expire_all()
        row = session.get_one(OfferingCounter, offering.id)
        return row.version, row.schedule_version

    before = counters()

    tell(unsent_count=1)

    assert counters() == before


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({}, {"/unsent_count"}),
        ({"unsent_count": -1}, {"/unsent_count"}),
        ({"unsent_count": True}, {"/unsent_count"}),
        ({"unsent_count": 1_000_001}, {"/unsent_count"}),
        ({"unsent_count": 0, "battery_percent": 101}, {"/battery_percent"}),
        ({"unsent_count": 0, "battery_percent": "81"}, {"/battery_percent"}),
        ({"unsent_count": 0, "oldest_unsent_at": "soon"}, {"/oldest_unsent_at"}),
        ({"unsent_count": 0, "sent_at": "2026-11-03"}, {"/sent_at"}),
        ({"unsent_count": 0, "owner": "Ada"}, {"/owner"}),
    ],
)
def test_what_cannot_be_read_is_refused_by_field(tell, session, body, errors):
    answer = tell(**body)

    assert answer.status_code == 422
    assert {each["pointer"] for each in answer.json["errors"]} == errors
    assert device_of(session).last_contact_at is None


def test_a_program_is_no_device(tell, offering, session):
    answer = tell(make_token(offering), unsent_count=0)

    assert answer.status_code == 403
    assert device_of(session).last_contact_at is None


def test_a_revoked_device_tells_nothing_more(tell, session):
    device_of(session).revoked_at = NINE_AM
    session.commit()

    assert tell(unsent_count=0).status_code == 401


@pytest.mark.parametrize("mode", list(DeviceMode))
def test_a_door_is_told_its_mode(client, offering, mode):
    token = make_device(offering, mode=mode)

    answer = client.get(
        f"/api/v1/offerings/{offering.code}/door",
        headers={"Authorization": f"Bearer {token}"},
    )

    assert answer.json["device"] == {
        "name": "Door 1",
        "room": "Hall",
        "mode": mode.value,
    }


@pytest.mark.parametrize(
    ("count", "minutes", "warning"),
    [
        (0, 60, ""),
        (25, 10, ""),
        (26, 1, "26 scans are not sent"),
        (1, 11, "Scans wait for more than 10 minutes"),
    ],
)
def test_a_long_or_old_queue_is_a_warning(offering, count, minutes, warning):
    make_device(
        offering,
        unsent_count=count,
        oldest_unsent_at=NINE_AM - timedelta(minutes=minutes),
    )

    (line,) = device_states.list_lines(offering, now=NINE_AM)

    assert line.warning == warning


def test_a_queue_grows_old_while_nothing_is_heard(offering):
    make_device(offering, unsent_count=1, oldest_unsent_at=NINE_AM)
    later = NINE_AM + timedelta(minutes=11)

    (line,) = device_states.list_lines(offering, now=later)

    assert line.warning == "Scans wait for more than 10 minutes"
