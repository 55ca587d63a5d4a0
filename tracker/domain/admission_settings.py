"""Which settings of how an offering gives its seats away make sense together."""

from tracker.domain.admissions import Admission

LONGEST_CONFIRMATION = 90
MOST_SEATS = 10_000
MOST_RESERVATIONS = 20


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
