"""How devices are: what each said of itself at its last contact."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa

from tracker.db import db
from tracker.models import Device, Offering
from tracker.models.device import DeviceMode
from tracker.services.devices import list_devices
from tracker.services.tokens import Caller

# Past these a device's queue needs somebody (issue "The door and the room").
UNSENT_LIMIT = 25
UNSENT_AGE = timedelta(minutes=10)


class DeviceState(NamedTuple):
    """What a device says of itself; `battery_percent` None: it does not know."""

    battery_percent: int | None
    unsent_count: int
    oldest_unsent_at: datetime | None


@dataclass(frozen=True)
class DeviceLine:
    """A device as staff see it; `warning` is "" where nothing needs them.

    `oldest_unsent_at` is when the oldest scan on it was made, as the device said.
    """

    device: str
    name: str
    room: str
    mode: DeviceMode
    unlock_code: str
    paired_at: datetime
    revoked_at: datetime | None
    last_contact_at: datetime | None
    battery_percent: int | None
    unsent_count: int | None
    oldest_unsent_at: datetime | None
    warning: str


def mode_of(caller: Caller) -> DeviceMode:
    """Say whether a caller is a door or a kiosk; a program is a door."""
    if not caller.is_device:
        return DeviceMode.DOOR
    wanted = sa.select(Device.mode).where(Device.id == caller.id)
    return db.session.scalars(wanted).one()


def note_state(caller: Caller, state: DeviceState, *, now: datetime) -> None:
    """Store what a device says of itself, and that it was heard of now.

    One row, which no scan waits for: a scan only needs that its device exists.
    The board's counter stays as it is, because no board shows this.
    """
    db.session.execute(
        sa.update(Device)
        .where(Device.id == caller.id)
        .values(last_contact_at=now, **state._asdict())
    )


def list_lines(offering: Offering, *, now: datetime) -> list[DeviceLine]:
    """List an offering's devices with their state, the ended ones last: one query."""
    devices = sorted(list_devices(offering), key=lambda row: row.revoked_at is not None)
    return [_line(device, now) for device in devices]


def _line(device: Device, now: datetime) -> DeviceLine:
    return DeviceLine(
        device=device.public_id,
        name=device.name,
        room=device.room,
        mode=device.mode,
        unlock_code=device.unlock_code or "",
        paired_at=device.paired_at,
        revoked_at=device.revoked_at,
        last_contact_at=device.last_contact_at,
        battery_percent=device.battery_percent,
        unsent_count=device.unsent_count,
        oldest_unsent_at=device.oldest_unsent_at,
        warning="" if device.revoked_at else _warning(device, now),
    )


def _warning(device: Device, now: datetime) -> str:
    """Say what is wrong with a device's queue, as far as it is known."""
    count, oldest = device.unsent_count or 0, device.oldest_unsent_at
    if count > UNSENT_LIMIT:
        return f"{count} scans are not sent"
    if count and oldest and now - oldest > UNSENT_AGE:
        return "Scans wait for more than 10 minutes"
    return ""
