"""Phones, tablets and kiosks that may scan for one offering."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base, Sealed, choice, intpk, public_id


class DeviceMode(StrEnum):
    """In somebody's hand at a door, or on a stand that can only scan."""

    DOOR = "door"
    KIOSK = "kiosk"


class Device(Base):
    """A paired device; its token is stored as a hash only.

    `unlock_code` opens its screen after a while without use; staff read it here.
    The rest is what the device said of itself at its last contact: its battery in
    percent, where it knows, and how many scans it has not sent, since when.
    """

    __tablename__ = "devices"

    id: Mapped[intpk]
    public_id: Mapped[public_id]
    offering_id: Mapped[int] = mapped_column(sa.ForeignKey("offerings.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(80))
    room: Mapped[str] = mapped_column(sa.String(80), default="")
    mode: Mapped[DeviceMode] = mapped_column(
        choice(DeviceMode, "device_mode"), default=DeviceMode.DOOR
    )
    token_hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32), unique=True)
    unlock_code: Mapped[str | None] = mapped_column(Sealed("devices.unlock_code"))
    paired_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    last_contact_at: Mapped[datetime | None]
    battery_percent: Mapped[int | None]
    unsent_count: Mapped[int | None]
    oldest_unsent_at: Mapped[datetime | None]


class PairingCode(Base):
    """A one-time code, shown as a QR, that turns a phone into a device.

    `device_uid` is made by the phone: a retry after a lost answer gets a new
    token for the same device instead of an error.
    """

    __tablename__ = "pairing_codes"

    id: Mapped[intpk]
    offering_id: Mapped[int] = mapped_column(sa.ForeignKey("offerings.id"), index=True)
    code_hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32), unique=True)
    name: Mapped[str] = mapped_column(sa.String(80))
    room: Mapped[str] = mapped_column(sa.String(80), default="")
    mode: Mapped[DeviceMode] = mapped_column(
        choice(DeviceMode, "pairing_code_mode"), default=DeviceMode.DOOR
    )
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    device_uid: Mapped[str | None] = mapped_column(sa.String(64))
    device_id: Mapped[int | None] = mapped_column(sa.ForeignKey("devices.id"))
