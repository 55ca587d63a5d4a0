"""What a credit statement says: its texts, made from an offering and a standing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tracker import links, qr, typesetting
from tracker.domain.credit import Rounding
from tracker.domain.dates import span, spelled_day
from tracker.domain.schedule import Schedule
from tracker.errors import ConflictError
from tracker.models import Enrollment, Offering
from tracker.services.certificate_document import spelled_minutes
from tracker.services.credit_hours import Hours
from tracker.services.credit_rules import Accreditation
from tracker.services.credit_standings import CreditStanding
from tracker.services.signed_documents import signed
from tracker.typesetting import ARCHIVAL, MissingGlyphError

ROUNDINGS = {
    Rounding.DOWN_TO_WHOLE: "rounded down to whole units",
    Rounding.DOWN_TO_HALF: "rounded down to half units",
    Rounding.NEAREST_QUARTER: "rounded to the nearest quarter",
    Rounding.DOWN_TO_TENTH: "rounded down to a tenth",
}
NOTES = {"late": "late", "partial": "in part", "taught": "taught"}


@dataclass(frozen=True)
class Said:
    """What a statement says of its person and of itself."""

    serial: str
    name: str
    licence: str
    replaces: str | None


def facts_of(offering: Offering, hours: Hours) -> dict[str, Any]:
    """Return what verification may tell of a statement."""
    return {
        "course": offering.course.title,
        "starts_on": offering.starts_on.isoformat(),
        "ends_on": offering.ends_on.isoformat(),
        "hours": [hours],
    }


def typeset(
    enrollment: Enrollment,
    schedule: Schedule,
    standing: CreditStanding,
    said: Said,
    *,
    now: datetime,
) -> bytes:
    """Typeset one statement, PDF/A-2a and PDF/UA-1, and sign it as certificates are.

    Raises:
        ConflictError: the name holds a character that no font here can print.
    """
    offering = enrollment.offering
    hours, accreditation = standing.hours, standing.accreditation
    verify_url = links.absolute(f"/verify#{said.serial}")
    place = f"{offering.city}, {offering.state}"
    data = {
        "language": "en",
        "host_name": offering.host.get("name", ""),
        "host_address": offering.host.get("address", ""),
        "sponsor_numbers": list(offering.host.get("sponsor_numbers", [])),
        "name": said.name,
        "licence": said.licence,
        "course_title": offering.course.title,
        "offering_code": offering.code,
        "when_where": f"{span(offering.starts_on, offering.ends_on)}  ·  {place}",
        "jurisdiction": hours["jurisdiction"],
        "amount": hours["amount"],
        "unit": hours["unit"],
        "categories": hours.get("categories", []),
        "line": accreditation.get("line", ""),
        "rule": rule_sentence(accreditation),
        "source": accreditation.get("source", ""),
        "segments": [_segment(schedule, part) for part in standing.basis],
        "total": spelled_minutes(standing.minutes),
        "signatories": offering.signatories,
        "serial": said.serial,
        "replaces": said.replaces,
        "issued_on_text": spelled_day(schedule.local_day(now)),
        "verify_label": f"{links.host()}/verify",
        "code_svg": qr.svg(verify_url),
        "code_words": f"QR code that opens {verify_url}",
    }
    try:
        pdf = typesetting.typeset(
            "credit-statement.typ", data, standards=ARCHIVAL, issued_at=now
        )
    except MissingGlyphError as error:
        raise ConflictError(str(error)) from error
    return signed(pdf, now=now)


def rule_sentence(accreditation: Accreditation) -> str:
    """Write a rule's arithmetic in words."""
    minutes = accreditation["unit_minutes"]
    rounding = ROUNDINGS[Rounding(accreditation["rounding"])]
    text = f"{minutes} minutes make one of these {accreditation['unit']}, {rounding}"
    if least := accreditation.get("minimum_minutes", 0):
        text += f"; less than {least} minutes earn none"
    return f"{text}."


def _segment(schedule: Schedule, part: Mapping[str, Any]) -> dict[str, Any]:
    plan = schedule.by_number[part["segment"]]
    starts_at = plan.starts_at.astimezone(schedule.zone)
    return {
        "when": f"{starts_at.day} {starts_at:%b %Y, %H:%M}",
        "title": plan.title,
        "category": plan.credit_category or "general",
        "minutes": str(part["minutes"]),
        "note": NOTES.get(part["status"], ""),
    }
