"""An offering's accreditations, as rules; and the rules that are shipped as examples.

An accreditation is known by its jurisdiction and unit together: that is what a
licence, a statement of credit and a list for a regulator name.
"""

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tracker.domain.credit import CreditRule, Rounding
from tracker.errors import InvalidError, NotFoundError
from tracker.models import Offering
from tracker.yaml_reader import read_yaml

Accreditation = dict[str, Any]
UNKNOWN = "Choose one of the offering's accreditations."
EXAMPLES = Path(__file__).parent / "credit_rules.yaml"


@dataclass(frozen=True)
class Example:
    """A shipped rule: `values` are an accreditation's, without line and approval."""

    key: str
    name: str
    values: Accreditation


@cache
def list_examples() -> tuple[Example, ...]:
    """Return the shipped rules, each with its source."""
    found = []
    for each in read_yaml(EXAMPLES.read_bytes()).value:
        key, name = each.pop("key"), each.pop("name")
        found.append(Example(key, name, each))
    return tuple(found)


def list_accreditations(offering: Offering) -> list[Accreditation]:
    """Return an offering's accreditations whole, also those made before a field was."""
    later: Accreditation = {"categories": [], "excluded_categories": []}
    return [later | each for each in offering.accreditations]


def key_of(jurisdiction: str, unit: str) -> str:
    """Return what an accreditation is named by in addresses and forms."""
    return hashlib.sha256(f"{jurisdiction}\0{unit}".encode()).hexdigest()[:16]


def get_accreditation(offering: Offering, key: str) -> Accreditation:
    """Return one of an offering's accreditations by its key.

    Raises:
        NotFoundError: the offering carries none of it.
    """
    for each in list_accreditations(offering):
        if key_of(each["jurisdiction"], each["unit"]) == key:
            return each
    raise NotFoundError


def chosen(offering: Offering, key: str) -> Accreditation:
    """Return the accreditation that a form names.

    Raises:
        InvalidError: the offering carries none of it.
    """
    try:
        return get_accreditation(offering, key)
    except NotFoundError as error:
        raise InvalidError(UNKNOWN, {"accreditation": UNKNOWN}) from error


def credit_rule(accreditation: Accreditation) -> CreditRule:
    """Read one of an offering's accreditations as the rule it carries."""
    return CreditRule(
        jurisdiction=accreditation["jurisdiction"],
        unit=accreditation["unit"],
        unit_minutes=accreditation["unit_minutes"],
        rounding=Rounding(accreditation["rounding"]),
        minimum_minutes=accreditation.get("minimum_minutes", 0),
        source=accreditation.get("source", ""),
        categories=tuple(accreditation.get("categories", ())),
        excluded=tuple(accreditation.get("excluded_categories", ())),
    )
