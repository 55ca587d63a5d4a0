"""Hours per jurisdiction: attended minutes by the rule of each accreditation."""

from collections.abc import Iterable, Mapping
from typing import Any

from tracker.domain import credit
from tracker.domain.credit import Earned
from tracker.domain.schedule import Schedule
from tracker.models import Offering
from tracker.services.credit_rules import (
    Accreditation,
    credit_rule,
    list_accreditations,
)

Hours = dict[str, Any]
"""{jurisdiction, unit, amount}, and {categories: [{category, amount}]} where any is."""


def minutes_by_category(
    schedule: Schedule, minutes: Mapping[int, int]
) -> dict[str, int]:
    """Add minutes by segment number up, by their segments' category."""
    found: dict[str, int] = {}
    for number, count in minutes.items():
        category = schedule.by_number[number].credit_category
        found[category] = found.get(category, 0) + count
    return found


def basis_minutes(basis: Iterable[Mapping[str, Any]]) -> dict[int, int]:
    """Return the minutes by segment number that a basis names."""
    return {part["segment"]: part["minutes"] for part in basis}


def hours_of(
    offering: Offering, schedule: Schedule, minutes: Mapping[int, int]
) -> list[Hours]:
    """Return what minutes by segment number earn under each accreditation."""
    by_category = minutes_by_category(schedule, minutes)
    return [hours(each, by_category) for each in list_accreditations(offering)]


def hours(accreditation: Accreditation, by_category: Mapping[str, int]) -> Hours:
    """Return what minutes earn under one accreditation, as facts keep it."""
    earned = credit.earn(credit_rule(accreditation), by_category)
    return {
        "jurisdiction": accreditation["jurisdiction"],
        "unit": accreditation["unit"],
        "amount": credit.as_text(earned.amount),
    } | _categories(earned)


def _categories(earned: Earned) -> Hours:
    apart = [
        {"category": category or "general", "amount": credit.as_text(amount)}
        for category, amount in earned.parts
    ]
    return {"categories": apart} if apart else {}


def spelled(each: Hours) -> str:
    """Write hours as they are printed: "19.5 hours (ethics 1.5, general 18)"."""
    text = f"{each['amount']} {each['unit']}"
    if not each.get("categories"):
        return text
    parts = ", ".join(
        f"{part['category']} {part['amount']}" for part in each["categories"]
    )
    return f"{text} ({parts})"
