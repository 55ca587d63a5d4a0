"""How an offering gives its seats away, as its row and its file hold it."""

from collections.abc import Mapping
from typing import Any

from tracker.domain.admissions import (
    Admission,
    Reservation,
    ReservedFor,
    WaitlistOrder,
)

LONGEST_CONFIRMATION = 90
MOST_SEATS = 10_000
MOST_RESERVATIONS = 20


def read_admission(data: Mapping[str, Any]) -> Admission:
    """Read the settings of an offering; what is left out is as usual."""
    usual = Admission()
    return Admission(
        confirm_days=data.get("confirm_days", usual.confirm_days),
        overbooking=data.get("overbooking", usual.overbooking),
        waitlist_order=WaitlistOrder(data.get("waitlist_order", usual.waitlist_order)),
        reservations=tuple(
            Reservation(ReservedFor(each["kind"]), each["value"], each["seats"])
            for each in data.get("reservations", [])
        ),
    )


def admission_to_json(admission: Admission) -> dict[str, Any]:
    """Write the settings as `read_admission` reads them."""
    return {
        "confirm_days": admission.confirm_days,
        "overbooking": admission.overbooking,
        "waitlist_order": admission.waitlist_order.value,
        "reservations": [
            {"kind": each.kind.value, "value": each.value, "seats": each.seats}
            for each in admission.reservations
        ],
    }


def admission_problems(admission: Admission, capacity: int) -> dict[str, str]:
    """Say which settings make no sense beside a capacity (0: no limit)."""
    found: dict[str, str] = {}
    if not capacity and admission.overbooking:
        found["overbooking"] = "needs a capacity: without one, everybody has a seat"
    if not capacity and admission.reservations:
        found["reservations"] = "need a capacity: without one, everybody has a seat"
    reserved = sum(each.seats for each in admission.reservations)
    total = capacity + admission.overbooking
    if capacity and reserved > total:
        found["reservations"] = f"hold back {reserved} seats, of {total} there are"
    seen = [(each.kind, each.value.casefold()) for each in admission.reservations]
    if len(set(seen)) < len(seen):
        found["reservations"] = "name the same discipline or agency twice"
    return found
