"""Devices: paired once by a code, found again by the same phone, revoked for good."""

import hashlib
import re
from datetime import timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa

from tests.factories import NINE_AM, make_offering, make_user
from tracker.domain import base32
from tracker.errors import GoneError, InvalidError, NotFoundError
from tracker.models import AuditEntry, Device, PairingCode
from tracker.models.device import DeviceMode
from tracker.services import audit, devices
from tracker.services.devices import make_pairing_code, pair, revoke_device
from tracker.services.tokens import find_caller

PHONE = "4c7f8f2e-30c1-4f0a-9a52-0d5a3cf0a111"
OTHER_PHONE = "b2b7c5a0-1f4e-4f5b-8d5c-6ad4f6cd2222"


@pytest.fixture
def offering(app):
    return make_offering()


@pytest.fixture
def actor(app):
    return audit.actor_of(make_user())


@pytest.fixture
def code(offering, actor):
    return make_pairing_code(offering, "Door 1", "Hall", actor=actor, now=NINE_AM)


def test_a_code_makes_a_device_whose_token_is_known(code, offering):
    token, device = pair(code, PHONE, now=NINE_AM)

    caller = find_caller(token)
    assert caller is not None
    assert (caller.is_device, caller.id, caller.name, caller.room) == (
        True,
        device.id,
        "Door 1",
        "Hall",
    )
    assert caller.offering_code == offering.code


def test_a_code_holds_60_random_bits_and_is_shown_in_groups_of_four(code):
    assert len(code) * 5 == 60
    assert set(code) <= set(base32.ALPHABET)
    assert [len(group) for group in devices.in_groups(code).split("-")] == [4, 4, 4]


def test_what_is_stored_of_a_code_is_keyed(code, session):
    row = session.scalars(sa.select(PairingCode)).one()

    assert row.code_hash != hashlib.sha256(code.encode()).digest()


def test_a_device_gets_its_codes_mode_and_six_digits_to_unlock_it(
    offering, actor, session
):
    code = make_pairing_code(
        offering, "Stand", "", DeviceMode.KIOSK, actor=actor, now=NINE_AM
    )

    pair(code, PHONE, now=NINE_AM)
    session.expire_all()
    _, again = pair(code, PHONE, now=NINE_AM)

    assert again.mode is DeviceMode.KIOSK
    assert re.fullmatch("[0-9]{6}", again.unlock_code or "")
    sealed = session.execute(sa.text("SELECT unlock_code FROM devices")).scalar_one()
    assert (again.unlock_code or "").encode() not in bytes(sealed)


def test_neither_code_nor_token_is_stored(code, session):
    token, device = pair(code, PHONE, now=NINE_AM)

    row = session.scalars(sa.select(PairingCode)).one()
    assert code.encode() not in row.code_hash
    assert token.encode() not in device.token_hash


def test_a_code_typed_in_small_letters_with_dashes_still_pairs(code):
    typed = "-".join(code[at : at + 4].lower() for at in range(0, len(code), 4))

    _, device = pair(typed, PHONE, now=NINE_AM)

    assert device.name == "Door 1"


def test_the_same_phone_again_gets_a_fresh_token_for_the_same_device(code):
    lost, first = pair(code, PHONE, now=NINE_AM)

    token, again = pair(code, PHONE.upper(), now=NINE_AM)

    assert again is first
    assert find_caller(lost) is None
    assert find_caller(token) is not None


def test_another_phone_is_too_late(code, session):
    pair(code, PHONE, now=NINE_AM)

    with pytest.raises(GoneError, match="has been used"):
        pair(code, OTHER_PHONE, now=NINE_AM)

    assert session.scalar(sa.select(sa.func.count(Device.id))) == 1


def test_a_code_ends_after_fifteen_minutes(code):
    last = NINE_AM + timedelta(minutes=15) - timedelta(seconds=1)

    with pytest.raises(GoneError, match="has expired"):
        pair(code, PHONE, now=last + timedelta(seconds=1))
    _, device = pair(code, PHONE, now=last)

    assert device.paired_at == last


def test_an_unknown_code_pairs_nothing(code):
    with pytest.raises(NotFoundError):
        pair("0" * len(code), PHONE, now=NINE_AM)


def test_a_device_must_name_itself_by_a_uuid(code):
    with pytest.raises(InvalidError) as caught:
        pair(code, "phone", now=NINE_AM)

    assert caught.value.errors == {
        "/device_uid": "must be a UUID, made once by the device"
    }


def test_a_revoked_device_is_known_as_revoked_and_not_given_a_new_token(
    code, offering, actor
):
    token, device = pair(code, PHONE, now=NINE_AM)

    revoke_device(offering, device.public_id, actor=actor, now=NINE_AM)

    caller = find_caller(token)
    assert caller is not None
    assert caller.is_revoked
    with pytest.raises(GoneError, match="has been used"):
        pair(code, PHONE, now=NINE_AM)


def test_revoking_twice_keeps_the_first_moment_and_logs_once(
    code, offering, actor, session
):
    _, device = pair(code, PHONE, now=NINE_AM)
    revoke_device(offering, device.public_id, actor=actor, now=NINE_AM)

    later = NINE_AM + timedelta(hours=1)
    revoke_device(offering, device.public_id, actor=actor, now=later)

    assert device.revoked_at == NINE_AM
    actions = session.scalars(
        sa.select(AuditEntry.action)
        .where(AuditEntry.chain == offering.code)
        .order_by(AuditEntry.sequence)
    ).all()
    assert actions == ["pairing_code.make", "device.pair", "device.revoke"]


def test_another_offerings_device_cannot_be_revoked(code, actor):
    _, device = pair(code, PHONE, now=NINE_AM)

    with pytest.raises(NotFoundError):
        revoke_device(make_offering(), device.public_id, actor=actor, now=NINE_AM)

    assert device.revoked_at is None


def test_devices_are_listed_in_the_order_of_pairing_without_other_offerings(
    offering, actor
):
    for minutes, name in enumerate(("Door 1", "Door 2")):
        now = NINE_AM + timedelta(minutes=minutes)
        code = make_pairing_code(offering, name, "", actor=actor, now=now)
        pair(code, str(uuid4()), now=now)
    other = make_pairing_code(make_offering(), "Door 3", "", actor=actor, now=NINE_AM)
    pair(other, str(uuid4()), now=NINE_AM)

    assert [each.name for each in devices.list_devices(offering)] == [
        "Door 1",
        "Door 2",
    ]


@pytest.mark.parametrize(
    ("name", "room", "errors"),
    [
        ("", "", {"name": "The name is missing."}),
        ("x" * 81, "", {"name": "The name is longer than 80 characters."}),
        ("Door", "y" * 81, {"room": "The room is longer than 80 characters."}),
    ],
)
def test_labels_that_cannot_be_shown_are_refused(offering, actor, name, room, errors):
    with pytest.raises(InvalidError) as caught:
        make_pairing_code(offering, name, room, actor=actor, now=NINE_AM)

    assert caught.value.errors == errors
