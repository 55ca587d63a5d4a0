"""An offering's own fields as its file has them: written, and read from the row."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from tracker.domain.admissions import Admission, plain_admission, read_admission
from tracker.domain.local_times import read_moment, write_moment
from tracker.models import Offering
from tracker.services import credit_rules

PLAIN = (
    "title",
    "city",
    "state",
    "timezone",
    "venue",
    "contact",
    "capacity",
    "catchment",
    "stock",
    "host",
    "signatories",
    "accreditations",
    "policy",
    "admission",
)
# What holds of a new offering whose file does not say it.
NEW: dict[str, Any] = {
    "published": True,
    "applications": {"opens_at": None, "closes_at": None, "closed": False},
    "admission": plain_admission(Admission()),
    "cancelled": False,
}


def set_offering(offering: Offering, fields: dict[str, Any], *, now: datetime) -> None:
    """Write the fields of a checked definition, in which nothing is left out.

    What is so already keeps its moment: since when it is published, for one.
    """
    for name in PLAIN:
        setattr(offering, name, fields[name])
    offering.starts_on = date.fromisoformat(fields["starts_on"])
    offering.ends_on = date.fromisoformat(fields["ends_on"])
    window, zone = fields["applications"], ZoneInfo(fields["timezone"])
    offering.applications_open_at = _moment(window["opens_at"], zone)
    offering.applications_close_at = _moment(window["closes_at"], zone)
    offering.published_at = _since(offering.published_at, fields["published"], now)
    offering.cancelled_at = _since(offering.cancelled_at, fields["cancelled"], now)
    offering.applications_closed_at = _since(
        offering.applications_closed_at, window["closed"], now
    )


def _moment(text: str | None, zone: ZoneInfo) -> datetime | None:
    return read_moment(text, zone) if text else None


def _since(before: datetime | None, is_so: bool, now: datetime) -> datetime | None:
    return (before or now) if is_so else None


def plain_offering(offering: Offering) -> dict[str, Any]:
    """Write an offering's own fields as its file has them."""
    zone = ZoneInfo(offering.timezone)
    opens_at, closes_at = offering.applications_open_at, offering.applications_close_at
    return (
        {
            "code": offering.code,
            "starts_on": offering.starts_on.isoformat(),
            "ends_on": offering.ends_on.isoformat(),
        }
        | {name: getattr(offering, name) for name in PLAIN}
        | {
            "accreditations": credit_rules.list_accreditations(offering),
            "admission": plain_admission(read_admission(offering.admission or {})),
            "published": offering.published_at is not None,
            "applications": {
                "opens_at": write_moment(opens_at, zone) if opens_at else None,
                "closes_at": write_moment(closes_at, zone) if closes_at else None,
                "closed": offering.applications_closed_at is not None,
            },
            "cancelled": offering.cancelled_at is not None,
        }
    )
