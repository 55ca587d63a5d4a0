"""Phones, tablets and kiosks at the door: paired by a one-time code, revocable."""

import secrets
import uuid
from datetime import datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa

from tracker import keys
from tracker.db import db
from tracker.domain import base32
from tracker.domain.names import clean_text, name_problem
from tracker.errors import GoneError, InvalidError, NotFoundError
from tracker.keys import token_hash
from tracker.models import Device, Offering, PairingCode
from tracker.models.device import DeviceMode
from tracker.services import audit
from tracker.services.audit import Actor
from tracker.services.tokens import DEVICE_PREFIX

PAIRING_TIME = timedelta(minutes=15)
# Of base32: 60 random bits. Short enough to be typed on a phone; wrong ones are
# limited, and what is stored is keyed, so that no table of hashes gives it away.
CODE_SYMBOLS = 12
UNLOCK_DIGITS = 6
MAXIMUM_LABEL = 80


class Labels(NamedTuple):
    """What staff say a device is; the room decides where two segments are open."""

    name: str
    room: str
    mode: DeviceMode = DeviceMode.DOOR

    def checked(self) -> "Labels":
        """Return them as they are stored.

        Raises:
            InvalidError: the name is missing, or name or room cannot be shown.
        """
        name, room = clean_text(self.name), clean_text(self.room)
        errors = {}
        if problem := _label_problem(name):
            errors["name"] = f"The name {problem}."
        if room and (problem := _label_problem(room)):
            errors["room"] = f"The room {problem}."
        if errors:
            raise InvalidError(" ".join(errors.values()), errors)
        return Labels(name, room, self.mode)


def make_pairing_code(
    offering: Offering,
    name: str,
    room: str,
    mode: DeviceMode = DeviceMode.DOOR,
    *,
    actor: Actor,
    now: datetime,
) -> str:
    """Make a code that pairs one device with an offering, and return it.

    It is valid for 15 minutes and used up by the first device; only its digest is
    kept, so it cannot be shown a second time. `name`, `room` and `mode` become the
    device's.

    Raises:
        InvalidError: the name is missing, or name or room cannot be shown.
    """
    labels = Labels(name, room, mode).checked()
    code = "".join(secrets.choice(base32.ALPHABET) for _ in range(CODE_SYMBOLS))
    row = PairingCode(
        offering_id=offering.id,
        code_hash=_code_hash(code),
        **labels._asdict(),
        expires_at=now + PAIRING_TIME,
    )
    db.session.add(row)
    db.session.flush()
    details = {"pairing_code": row.id}
    audit.record(actor, "pairing_code.make", details, offering, now=now)
    return code


def _code_hash(code: str) -> bytes:
    return keys.ring().digest("pairing code", code)


def in_groups(code: str) -> str:
    """Return a pairing code as it is shown to be typed: groups of four."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def _label_problem(text: str) -> str | None:
    if len(text) > MAXIMUM_LABEL:
        return f"is longer than {MAXIMUM_LABEL} characters"
    return name_problem(text)


def pair(code: str, device_uid: str, *, now: datetime) -> tuple[str, Device]:
    """Turn whoever holds a pairing code into a device, and return its bearer token.

    `device_uid` is a UUID that the phone made and keeps. Where the answer was
    lost, the same phone asks again with it and gets a fresh token for the same
    device; the lost token ends. Any other phone is too late.

    Raises:
        InvalidError: `device_uid` is not a UUID.
        NotFoundError: there is no such code.
        GoneError: it has expired, or another device has used it.
    """
    device_uid = _normal_uid(device_uid)
    found = db.session.scalar(
        sa.select(PairingCode)
        .where(PairingCode.code_hash == _code_hash(base32.tidy(code)))
        .with_for_update()
    )
    if found is None:
        raise NotFoundError(
            "This pairing code is not known. Ask the coordinator for a new one."
        )
    if found.expires_at <= now:
        raise GoneError(
            "This pairing code has expired. Ask the coordinator for a new one."
        )
    token = DEVICE_PREFIX + secrets.token_urlsafe(32)
    if found.used_at is None:
        return token, _use(found, device_uid, token, now=now)
    return token, _answer_again(found, device_uid, token)


def _normal_uid(text: str) -> str:
    try:
        return str(uuid.UUID(text))
    except ValueError:
        problem = "must be a UUID, made once by the device"
        raise InvalidError(f"device_uid {problem}.", {"/device_uid": problem}) from None


def _use(found: PairingCode, device_uid: str, token: str, *, now: datetime) -> Device:
    device = Device(
        offering_id=found.offering_id,
        name=found.name,
        room=found.room,
        mode=found.mode,
        token_hash=token_hash(token),
        unlock_code=_new_unlock_code(),
        paired_at=now,
    )
    db.session.add(device)
    db.session.flush()
    found.used_at, found.device_uid, found.device_id = now, device_uid, device.id
    offering = db.session.get_one(Offering, found.offering_id)
    actor = Actor(f"device:{device.public_id}")
    audit.record(actor, "device.pair", {"pairing_code": found.id}, offering, now=now)
    return device


def _new_unlock_code() -> str:
    """Make the digits that open the device's screen; the staff's list tells them."""
    return f"{secrets.randbelow(10**UNLOCK_DIGITS):0{UNLOCK_DIGITS}}"


def _answer_again(found: PairingCode, device_uid: str, token: str) -> Device:
    device = db.session.get_one(Device, found.device_id)
    if found.device_uid != device_uid or device.revoked_at is not None:
        raise GoneError(
            "This pairing code has been used. Ask the coordinator for a new one."
        )
    device.token_hash = token_hash(token)
    db.session.flush()
    return device


def list_devices(offering: Offering) -> list[Device]:
    """Return an offering's devices, the revoked ones too, in the order of pairing."""
    wanted = sa.select(Device).where(Device.offering_id == offering.id)
    return list(db.session.scalars(wanted.order_by(Device.paired_at, Device.id)))


def get_device(offering: Offering, public_id: str) -> Device:
    """Return one device of an offering.

    Raises:
        NotFoundError: the offering has no such device.
    """
    device = db.session.scalar(
        sa.select(Device).where(
            Device.offering_id == offering.id, Device.public_id == public_id
        )
    )
    if device is None:
        raise NotFoundError
    return device


def change_device(
    offering: Offering,
    public_id: str,
    labels: Labels,
    *,
    actor: Actor,
    now: datetime,
) -> Device:
    """Give a device another name, room or mode; the same ones change nothing.

    Raises:
        NotFoundError: the offering has no such device.
        InvalidError: the name is missing, or name or room cannot be shown.
    """
    device = get_device(offering, public_id)
    labels = labels.checked()
    if labels != Labels(device.name, device.room, device.mode):
        device.name, device.room, device.mode = labels
        details = {"device": device.public_id, "mode": labels.mode.value}
        audit.record(actor, "device.change", details, offering, now=now)
    return device


def revoke_device(
    offering: Offering, public_id: str, *, actor: Actor, now: datetime
) -> Device:
    """End a device's pairing from its next request on; twice is the same as once.

    What it scanned without a network may still arrive; it is then held for a
    person to decide, not dropped (trust.md, Scanner).

    Raises:
        NotFoundError: the offering has no such device.
    """
    device = get_device(offering, public_id)
    if device.revoked_at is None:
        device.revoked_at = now
        details = {"device": device.public_id}
        audit.record(actor, "device.revoke", details, offering, now=now)
    return device
