"""What a certificate says: its texts, made from an offering and a basis."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from tracker import documents, links
from tracker.db import db
from tracker.documents import CertificateDocument, CertificateSegment, Signatory
from tracker.domain.dates import span, spelled_day
from tracker.domain.schedule import Schedule, SegmentPlan
from tracker.errors import ConflictError
from tracker.models import Enrollment, Instructor, Offering, Segment
from tracker.models.completion import CompletionSource
from tracker.models.course import ImagePurpose
from tracker.services import completions, credit_hours, templates
from tracker.services.credit_hours import Hours
from tracker.services.signed_documents import signed

Basis = list[dict[str, Any]]
NOTES = {"made_up": "made up", "taught": "taught"}


def typeset(
    enrollment: Enrollment,
    schedule: Schedule,
    basis: Basis,
    *,
    serial: str,
    now: datetime,
    replaces: str | None = None,
) -> tuple[dict[str, Any], bytes]:
    """Typeset one certificate.

    Returns:
        The facts that verification may tell, and the PDF's bytes, signed where
        the host has set a signing certificate.

    Raises:
        ConflictError: the name holds a character that no font here can print.
    """
    offering = enrollment.offering
    place = f"{offering.city}, {offering.state}"
    attended = credit_hours.basis_minutes(basis)
    minutes = sum(attended.values())
    hours = credit_hours.hours_of(offering, schedule, attended)
    facts = {
        "course": offering.course.title,
        "starts_on": offering.starts_on.isoformat(),
        "ends_on": offering.ends_on.isoformat(),
        "hours": hours,
    }
    document = CertificateDocument(
        **template_fields(offering),
        name=enrollment.printed_name,
        course_title=offering.course.title,
        offering_code=offering.code,
        when_where=f"{span(offering.starts_on, offering.ends_on)}  ·  {place}",
        hours_text=f"{spelled_minutes(minutes)} of instruction",
        segments=_segments(offering, schedule, basis),
        prerequisite=_prerequisite_line(enrollment),
        instructors=tuple(_instructor_names(offering)),
        accreditations=(
            *_accreditation_lines(offering, hours),
            *templates.template_of(offering).accreditation_lines,
        ),
        serial=serial,
        verify_url=links.absolute(f"/verify#{serial}"),
        verify_label=f"{links.host()}/verify",
        issued_on_text=spelled_day(schedule.local_day(now)),
        replaces=replaces,
    )
    return facts, signed(_render(document, now), now=now)


def _prerequisite_line(enrollment: Enrollment) -> str | None:
    """Return what was finished before, and when; None: nothing was, or it was waived.

    Its hours are not of the live ones, and stand nowhere.
    """
    prerequisite = completions.find_prerequisite(enrollment.offering.course)
    if prerequisite is None:
        return None
    found = completions.find_for(enrollment.person, prerequisite)
    if found is None or found.source is CompletionSource.WAIVER:
        return None
    day = f" on {spelled_day(found.completed_on)}" if found.completed_on else ""
    return f"{prerequisite.title}, finished{day}"


def template_fields(offering: Offering) -> dict[str, Any]:
    """Return what a certificate takes from its course's template, images too."""
    template = templates.template_of(offering)
    drawings = templates.drawings_of(offering.course)
    return {
        "title": template.title,
        "host_name": template.host_name,
        "host_address": template.host_address,
        "sponsor_numbers": template.sponsor_numbers,
        "signatories": tuple(
            Signatory(name, role, drawings.get((ImagePurpose.SIGNATURE, place), ""))
            for place, (name, role) in enumerate(template.signatories)
        ),
        "statement": template.statement,
        "colour": template.colour,
        "logo": drawings.get((ImagePurpose.LOGO, 0), ""),
    }


def preview(offering: Offering, name: str, *, now: datetime) -> bytes:
    """Typeset a sample that certifies nothing: no serial, no segments.

    Raises:
        ConflictError: the name holds a character that no font here can print.
    """
    template = templates.template_of(offering)
    document = CertificateDocument(
        **template_fields(offering),
        name=name,
        course_title=offering.course.title,
        offering_code=offering.code,
        when_where=span(offering.starts_on, offering.ends_on),
        hours_text="Sample, not a certificate",
        segments=(),
        prerequisite=None,
        instructors=tuple(_instructor_names(offering)),
        accreditations=template.accreditation_lines,
        serial="SAMPLE",
        verify_url=links.absolute("/verify"),
        verify_label=f"{links.host()}/verify",
        issued_on_text=spelled_day(now.date()),
    )
    return _render(document, now)


def _render(document: CertificateDocument, now: datetime) -> bytes:
    try:
        return documents.render_certificate(document, issued_at=now)
    except documents.MissingGlyphError as error:
        raise ConflictError(str(error)) from error


def _accreditation_lines(offering: Offering, hours: list[Hours]) -> list[str]:
    lines = []
    for each, earned in zip(offering.accreditations, hours, strict=True):
        line = f"{earned['jurisdiction']}: {credit_hours.spelled(earned)}"
        lines.append(f"{line}. {each['line']}" if each.get("line") else line)
    return lines


def _segments(
    offering: Offering, schedule: Schedule, basis: Basis
) -> tuple[CertificateSegment, ...]:
    rows = db.session.scalars(
        sa.select(Segment)
        .where(Segment.offering_id == offering.id)
        .options(selectinload(Segment.instructors))
    )
    teachers = {
        row.number: ", ".join(each.name for each in row.instructors) for row in rows
    }
    return tuple(
        _segment(schedule.by_number[part["segment"]], schedule, part, teachers)
        for part in basis
    )


def _segment(
    plan: SegmentPlan,
    schedule: Schedule,
    part: dict[str, Any],
    teachers: dict[int, str],
) -> CertificateSegment:
    starts_at = plan.starts_at.astimezone(schedule.zone)
    return CertificateSegment(
        when=f"{starts_at.day} {starts_at:%b, %H:%M}",
        title=plan.title,
        by=teachers[plan.number],
        length=f"{part['minutes']} min" if part["minutes"] else "",
        note=NOTES.get(part["status"], ""),
    )


def _instructor_names(offering: Offering) -> list[str]:
    return list(
        db.session.scalars(
            sa.select(Instructor.name)
            .where(Instructor.offering_id == offering.id)
            .order_by(Instructor.position)
        )
    )


def spelled_minutes(minutes: int) -> str:
    """Write a length as it is printed: 19 hours 30 minutes."""
    hours, rest = divmod(minutes, 60)
    parts = [f"{hours} hour{'s' if hours != 1 else ''}"] if hours else []
    if rest or not hours:
        parts.append(f"{rest} minute{'s' if rest != 1 else ''}")
    return " ".join(parts)
