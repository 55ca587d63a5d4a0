"""What an offering is accredited for: added, changed and removed in the browser.

Only what is issued afterwards says it: certificates and statements keep their bytes.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from pydantic import ValidationError

from tracker.db import db
from tracker.errors import ConflictError, InvalidError
from tracker.models import Offering
from tracker.services import audit, schedules
from tracker.services.audit import Actor
from tracker.services.credit_rules import (
    Accreditation,
    get_accreditation,
    key_of,
    list_accreditations,
)
from tracker.services.definition_parts import AccreditationPart

MOST = 50


def add(
    offering: Offering, wanted: dict[str, Any], *, actor: Actor, now: datetime
) -> None:
    """Add an accreditation; the same one again changes nothing.

    Raises:
        InvalidError: a value makes no sense. ConflictError: the jurisdiction
            stands there with that unit and says something else.
    """
    wanted = _checked(wanted)
    _lock(offering)
    before = list_accreditations(offering)
    if wanted in before:
        return
    _refuse_doubled(before, wanted)
    if len(before) >= MOST:
        raise ConflictError(f"An offering carries at most {MOST} accreditations.")
    _write(offering, [*before, wanted], "accreditation.add", wanted, actor, now)


def change(
    offering: Offering,
    key: str,
    wanted: dict[str, Any],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Change an accreditation, in its place.

    Raises:
        NotFoundError: there is none of that key. InvalidError, ConflictError: as
            for adding one.
    """
    wanted = _checked(wanted)
    _lock(offering)
    before = list_accreditations(offering)
    if wanted in before:
        return
    old = get_accreditation(offering, key)
    _refuse_doubled([each for each in before if each != old], wanted)
    after = [wanted if each == old else each for each in before]
    _write(offering, after, "accreditation.change", wanted, actor, now)


def remove(offering: Offering, key: str, *, actor: Actor, now: datetime) -> None:
    """Remove an accreditation; what was issued stays as it is.

    Raises:
        NotFoundError: there is none of that key.
    """
    _lock(offering)
    old = get_accreditation(offering, key)
    after = [each for each in list_accreditations(offering) if each != old]
    _write(offering, after, "accreditation.remove", old, actor, now)


def _lock(offering: Offering) -> None:
    db.session.execute(
        sa.select(Offering.id)
        .where(Offering.id == offering.id)
        .with_for_update(key_share=True)
    )
    db.session.refresh(offering, ["accreditations"])


def _checked(wanted: dict[str, Any]) -> Accreditation:
    try:
        part = AccreditationPart.model_validate(wanted)
    except ValidationError as error:
        errors = {
            str(each["loc"][0]): _sentence(each["msg"])
            for each in error.errors(include_url=False)
        }
        raise InvalidError("Please look at this again.", errors) from error
    both = set(part.categories) & set(part.excluded_categories)
    if both:
        message = f"{min(both).capitalize()} cannot be counted apart and not counted."
        raise InvalidError(message, {"excluded_categories": message})
    return part.model_dump(mode="json")


def _sentence(message: str) -> str:
    return f"This {message.removeprefix('Value error, ')}."


def _refuse_doubled(others: list[Accreditation], wanted: Accreditation) -> None:
    place = wanted["jurisdiction"], wanted["unit"]
    if any((each["jurisdiction"], each["unit"]) == place for each in others):
        raise ConflictError("This jurisdiction stands there with that unit already.")


def _write(
    offering: Offering,
    after: list[Accreditation],
    action: str,
    subject: Accreditation,
    actor: Actor,
    now: datetime,
) -> None:
    offering.accreditations = after
    details = {
        "accreditation": key_of(subject["jurisdiction"], subject["unit"]),
        "jurisdiction": subject["jurisdiction"],
    }
    audit.record(actor, action, details, offering, now=now)
    schedules.raise_version(offering.id)
