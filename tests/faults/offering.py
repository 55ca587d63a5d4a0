"""An offering that takes check-ins now, by the real clock, for real servers."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tests.factories import (
    make_device,
    make_enrollment,
    make_offering,
    make_pass,
    make_segment,
)
from tracker.db import db


@dataclass(frozen=True)
class Door:
    """What a device at the door knows: where to send which passes, with which token."""

    path: str
    token: str
    passes: tuple[str, ...]


def open_offering(people: int) -> Door:
    """Make an offering with one segment that is open for hours, committed."""
    now = datetime.now(UTC).replace(microsecond=0)
    offering = make_offering(starts_on=now.date(), ends_on=now.date(), capacity=people)
    make_segment(
        offering=offering,
        starts_at=now + timedelta(minutes=5),
        ends_at=now + timedelta(hours=8),
    )
    door = Door(
        path=f"/api/v1/offerings/{offering.code}/scans",
        token=make_device(offering),
        passes=tuple(
            make_pass(make_enrollment(offering=offering)) for _ in range(people)
        ),
    )
    db.session.commit()
    return door
