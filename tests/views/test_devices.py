"""The page of an offering's devices: paired, named, heard of, ended."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa

from tests.factories import NINE_AM, make_device, make_segment
from tests.views.counting import counted
from tests.views.desk import actions, at, facts, text_of
from tests.views.forms import errors_of, send
from tracker.models import Device, PairingCode
from tracker.models.device import DeviceMode
from tracker.models.staff import Role
from tracker.services.tokens import find_caller


@pytest.fixture
def page(offering):
    return at(offering, "/devices")


@pytest.fixture
def door_staff(staff):
    return staff(Role.DOOR)


def pair(app, shown):
    """Pair a device by what the coordinator's page shows."""
    typed = re.search(r'pair__code">([^<]*)<', shown.text)
    assert typed
    return app.test_client().post(
        f"/scan/pair/{typed[1].lower()}", json={"device_uid": str(uuid4())}
    )


def only_device(session):
    session.expire_all()
    return session.scalars(sa.select(Device)).one()


def test_a_device_is_paired_by_the_code_that_is_shown_once(
    app, coordinator, page, session
):
    form = {"device-name": "Door 1", "device-room": "Hall", "device-mode": "kiosk"}

    shown = send(coordinator, page, **form)
    answer = pair(app, shown)

    device = only_device(session)
    address = re.search(r'class="code">([^<]*)<', shown.text)
    assert address
    assert "<path d=" in shown.text
    assert answer.json["device"] == {
        "id": device.public_id,
        "name": "Door 1",
        "room": "Hall",
        "mode": "kiosk",
        "unlock_code": device.unlock_code,
    }
    listed = coordinator.get(page)
    code = f"{device.unlock_code[:3]} {device.unlock_code[3:]}"
    assert (
        f"Door 1 on a stand Hall – – – {code} 3 Nov 2026, 09:00 Change Door 1 "
        "Revoke Door 1" in text_of(listed)
    )
    assert address[1].rpartition("/")[2] not in listed.text


def test_the_schedules_rooms_are_offered_and_another_one_is_marked(
    coordinator, offering, page, session
):
    make_segment(offering=offering, number=9, room="Hall A")
    make_device(offering, name="Door 1", room=" hall a")
    make_device(offering, name="Door 2", room="Hal A")
    session.commit()

    shown = coordinator.get(page)

    assert '<option value="Hall A">' in shown.text
    assert text_of(shown).count("no segment is there") == 1
    assert "Hal A no segment is there" in text_of(shown)
    device = session.scalars(sa.select(Device.public_id).order_by(Device.id)).first()
    assert '<option value="Hall A">' in coordinator.get(f"{page}/{device}").text


def test_stands_alone_cannot_check_anybody_out_and_the_page_says_so(
    coordinator, offering, page, session
):
    make_segment(offering=offering, number=9, needs_check_out=True)
    make_device(offering, mode=DeviceMode.KIOSK)
    session.commit()
    said = "Leaving is scanned at a door: pair"
    assert said in text_of(coordinator.get(page))

    make_device(offering, name="Door 2")
    session.commit()
    assert said not in text_of(coordinator.get(page))


def test_without_a_mode_it_is_a_door(app, coordinator, page, session):
    pair(app, send(coordinator, page, **{"device-name": "Door 1"}))

    assert only_device(session).mode is DeviceMode.DOOR


@pytest.mark.parametrize(
    ("form", "errors"),
    [
        ({}, ["Give the device a name."]),
        ({"device-name": "x" * 81}, ["Shorten this to 80 characters."]),
        ({"device-name": "Do\u202eor"}, ["The name holds an invisible character "
          "that changes the direction of writing."]),
        ({"device-name": "Door", "device-mode": "drone"},
         ["Not a valid choice."]),
    ],
)  # fmt: skip
def test_what_cannot_be_shown_gets_no_code(coordinator, page, session, form, errors):
    answer = send(coordinator, page, **form)

    assert (answer.status_code, errors_of(answer)) == (422, errors)
    assert facts(session, PairingCode) == []


def test_the_list_says_what_each_device_last_said(coordinator, offering, page, session):
    make_device(
        offering,
        last_contact_at=NINE_AM - timedelta(minutes=2),
        battery_percent=81,
        unsent_count=30,
        oldest_unsent_at=NINE_AM - timedelta(minutes=20),
        unlock_code="012345",
    )
    session.commit()

    shown = text_of(coordinator.get(page))

    state = "Tue 3 Nov, 08:58 81 % 30, since 08:40 30 scans are not sent 012 345"
    assert f"Door 1 Hall {state}" in shown


def test_the_live_part_is_the_lists_own(coordinator, offering, page, session):
    make_device(offering)
    session.commit()

    part = coordinator.get(f"{page}/live").text.strip()

    assert part in coordinator.get(page).text
    assert part.startswith("<div")


def test_the_door_sees_the_list_and_changes_nothing(
    door_staff, offering, page, session
):
    make_device(offering, unlock_code="012345")
    session.commit()
    device = only_device(session).public_id

    shown = door_staff.get(page)

    assert "012 345" in text_of(shown)
    assert "Change" not in text_of(shown)
    assert "device-name" not in shown.text
    codes = [
        door_staff.get(f"{page}/{device}").status_code,
        door_staff.get(f"{page}/{device}/revoke").status_code,
    ]
    assert codes == [403, 403]


def test_an_instructor_does_not_see_unlock_codes(staff, page):
    assert staff(Role.INSTRUCTOR).get(page).status_code == 403


def test_a_device_is_renamed(coordinator, offering, page, session):
    token = make_device(offering)
    session.commit()
    address = f"{page}/{only_device(session).public_id}"
    form = {"device-name": "Side door", "device-room": "B", "device-mode": "kiosk"}

    answers = [send(coordinator, address, **form) for _ in range(2)]

    caller = find_caller(token)
    assert caller
    assert [each.status_code for each in answers] == [303, 303]
    assert (caller.name, caller.room) == ("Side door", "B")
    assert only_device(session).mode is DeviceMode.KIOSK
    assert actions(session, offering) == ["device.change"]


def test_a_device_needs_a_name(coordinator, offering, page, session):
    make_device(offering)
    session.commit()
    address = f"{page}/{only_device(session).public_id}"

    answer = send(coordinator, address, **{"device-name": " "})

    assert (answer.status_code, errors_of(answer)) == (422, ["Give the device a name."])
    assert only_device(session).name == "Door 1"


def test_a_device_is_revoked_after_naming_it(coordinator, offering, page, session):
    token = make_device(offering, unlock_code="012345")
    session.commit()
    address = f"{page}/{only_device(session).public_id}/revoke"

    asked = coordinator.get(address)
    send(coordinator, address)

    caller = find_caller(token)
    assert "Revoke Door 1" in asked.text
    assert caller
    assert caller.is_revoked
    assert "Door 1 ended" in text_of(coordinator.get(page))
    assert "012 345" not in text_of(coordinator.get(page))


def test_the_practice_pass_can_be_shown_and_printed(door_staff, page):
    assert "<path d=" in door_staff.get(f"{page}/practice").text


def test_thirty_devices_take_as_many_queries_as_one(coordinator, offering, page):
    make_device(offering)
    with counted() as one:
        coordinator.get(page)
    for _ in range(29):
        make_device(offering)

    with counted() as thirty:
        coordinator.get(page)

    assert len(thirty) == len(one)
