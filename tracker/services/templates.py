"""A course's certificate template: kept, its images checked, put on the page."""

import base64
from collections.abc import Iterable, Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, undefer

from tracker import typeset_trials
from tracker.db import db
from tracker.documents import MissingGlyphError
from tracker.domain import images, templates
from tracker.domain.images import SVG
from tracker.domain.templates import Template
from tracker.errors import InvalidError
from tracker.models import (
    Course,
    CourseImage,
    Enrollment,
    Instructor,
    Offering,
    Segment,
)
from tracker.models.course import ImagePurpose
from tracker.models.enrollment import EnrollmentKind
from tracker.services import audit
from tracker.services.audit import Actor

REFUSED = "The template cannot be kept."
Drawings = dict[tuple[ImagePurpose, int], str]


def template_of(offering: Offering) -> Template:
    """Return what an offering's certificates say and how they look."""
    course = offering.course.certificate or {}
    return templates.merged(course, offering.host or {}, offering.signatories or [])


def save(
    offering: Offering, fields: Mapping[str, str], *, actor: Actor, now: datetime
) -> None:
    """Keep the template of the offering's course; certificates issued stay.

    Raises:
        InvalidError: says beside each field what to mend.
    """
    try:
        made = templates.read_template(fields)
    except ValueError as error:
        problems: dict[str, str] = error.args[0]
        raise InvalidError(REFUSED, problems) from error
    _refuse_unprintable(fields)
    _lock(offering.course)
    offering.course.certificate = made
    _record("template.save", {}, offering, actor, now)


def _refuse_unprintable(fields: Mapping[str, str]) -> None:
    found = dict(_unprintable(fields.values()))
    problems = {name: found[text] for name, text in fields.items() if text in found}
    if problems:
        raise InvalidError(REFUSED, problems)


def put_image(
    offering: Offering,
    place: tuple[ImagePurpose, int],
    data: bytes,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Keep a checked image in its place; sent twice, it is kept once.

    Raises:
        InvalidError: it is no image, too large, or holds more than drawing.
    """
    try:
        media_type, content = images.read_image(data)
        typeset_trials.try_drawing(_as_svg(media_type, content))
    except ValueError as error:
        raise InvalidError(str(error), {"file": str(error)}) from error
    _lock(offering.course)
    _delete(offering.course, place)
    db.session.add(
        CourseImage(
            course_id=offering.course_id,
            purpose=place[0],
            position=place[1],
            media_type=media_type,
            content=content,
            added_at=now,
        )
    )
    _record("template.image", {"place": place[0].value}, offering, actor, now)


def remove_image(
    offering: Offering,
    place: tuple[ImagePurpose, int],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Take an image out; where there is none, nothing changes."""
    _lock(offering.course)
    _delete(offering.course, place)
    _record("template.image_remove", {"place": place[0].value}, offering, actor, now)


def _lock(course: Course) -> None:
    db.session.execute(
        sa.select(Course.id).where(Course.id == course.id).with_for_update()
    )


def _delete(course: Course, place: tuple[ImagePurpose, int]) -> None:
    db.session.execute(
        sa.delete(CourseImage).where(
            CourseImage.course_id == course.id,
            CourseImage.purpose == place[0],
            CourseImage.position == place[1],
        )
    )


def _record(
    action: str, what: dict[str, str], offering: Offering, actor: Actor, now: datetime
) -> None:
    details = {"course": offering.course.code, **what}
    audit.record(actor, action, details, offering, now=now)


def list_images(course: Course) -> set[tuple[ImagePurpose, int]]:
    """Return which places have an image."""
    rows = db.session.scalars(
        sa.select(CourseImage).where(CourseImage.course_id == course.id)
    )
    return {(row.purpose, row.position) for row in rows}


def drawings_of(course: Course) -> Drawings:
    """Return each image as SVG text: a raster inside one, as it is."""
    rows = db.session.scalars(
        sa.select(CourseImage)
        .where(CourseImage.course_id == course.id)
        .options(undefer(CourseImage.content))
    )
    return {
        (row.purpose, row.position): _as_svg(row.media_type, row.content)
        for row in rows
    }


def _as_svg(media_type: str, content: bytes) -> str:
    if media_type == SVG:
        return content.decode()
    width, height = images.size_of(content)
    data = base64.b64encode(content).decode()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">'
        f'<image width="{width}" height="{height}" '
        f'href="data:{media_type};base64,{data}"/></svg>'
    )


def list_unprintable(offering: Offering) -> list[tuple[str, str]]:
    """Say whose name holds a character that no font here has: (name, sentence).

    Of those who may still get a certificate; it is asked before anything is issued.
    """
    rows = db.session.scalars(
        sa.select(Enrollment)
        .where(
            Enrollment.offering_id == offering.id,
            Enrollment.kind == EnrollmentKind.PARTICIPANT,
            Enrollment.withdrawn_at.is_(None),
        )
        .options(joinedload(Enrollment.person))
    )
    return _unprintable({each.printed_name for each in rows})


def list_unprintable_words(offering: Offering) -> list[tuple[str, str]]:
    """Say the same of the words that are on everybody's certificate.

    While one of them cannot be printed, nobody's can be issued.
    """
    template = template_of(offering)
    words = {offering.course.title, offering.city, offering.state, template.title}
    words |= {template.host_name, template.host_address, template.statement}
    words |= {*template.sponsor_numbers, *template.accreditation_lines}
    words |= {each for signatory in template.signatories for each in signatory}
    for each in offering.accreditations:
        words |= {each["jurisdiction"], each["unit"], each.get("line") or ""}
    for column, place in ((Segment.title, Segment), (Instructor.name, Instructor)):
        own = sa.select(column).where(place.offering_id == offering.id)
        words |= set(db.session.scalars(own))
    return _unprintable(words)


def _unprintable(texts: Iterable[str]) -> list[tuple[str, str]]:
    lines = sorted(filter(None, texts))
    missing = typeset_trials.missing_characters("\n".join(lines)) if lines else ""
    return [
        (line, str(MissingGlyphError(lacking)))
        for line in lines
        if (lacking := "".join(c for c in dict.fromkeys(line) if c in missing))
    ]
