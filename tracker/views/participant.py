"""A participant's own pages: passes, programme, certificate."""

from pathlib import Path

from flask import Blueprint, Response, current_app, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf

from tracker import access, clock, problems, qr, web
from tracker.db import db
from tracker.domain.dates import span
from tracker.errors import NotFoundError
from tracker.models import Enrollment
from tracker.services import (
    certificates,
    completion_uploads,
    own_applications,
    own_calendar,
    participation,
)
from tracker.services.audit import Actor

bp = Blueprint("participant", __name__)

# The worker runs nothing but itself, and fetches from here only.
WORKER_CSP = "default-src 'none'; connect-src 'self'; frame-ancestors 'none'"


@bp.get("/me")
@access.participant
def home() -> ResponseReturnValue:
    """List the person's own enrollments and applications."""
    person = access.current_person()
    return web.page(
        "participant/home.html",
        enrollments=participation.list_enrollments_of(person),
        first=completion_uploads.list_courses(person),
        applications=own_applications.list_shown(person),
        seats=own_applications.list_seats(person),
        span=span,
    )


@bp.get("/me/offerings/<code>")
@access.participant
def offering(code: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded it
    """Show the pass, what is still missing, and what comes next."""
    enrollment, now = access.current_enrollment(), clock.now()
    own = participation.read_pass(enrollment, now=now)
    return show(
        "participant/pass.html",
        enrollment,
        own=own,
        symbol=qr.symbol(own.text) if own.text else None,
        now=now,
    )


@bp.get("/me/offerings/<code>/programme")
@access.participant
def programme(code: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded it
    """Show every segment and every own scan."""
    enrollment = access.current_enrollment()
    own = participation.read_programme(enrollment, now=clock.now())
    return show("participant/programme.html", enrollment, own=own)


@bp.get("/me/offerings/<code>/calendar.ics")
@access.participant
def calendar(code: str) -> ResponseReturnValue:
    """Hand out the segments as a calendar file."""
    content = own_calendar.write_own_calendar(
        access.current_enrollment(), now=clock.now()
    )
    response = Response(content, mimetype="text/calendar")
    name = f"{code}.ics"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


@bp.get("/me/offerings/<code>/certificate")
@access.participant
def certificate(code: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded it
    """Hand out the certificate's bytes as they were issued."""
    found = certificates.find_live(access.current_enrollment())
    if found is None:
        raise NotFoundError("There is no certificate yet.")
    response = Response(found.pdf, mimetype="application/pdf")
    response.headers["Content-Disposition"] = "attachment; filename=certificate.pdf"
    return response


@bp.post("/me/offerings/<code>/certificate")
@access.participant
def request_certificate(code: str) -> ResponseReturnValue:
    """Issue the certificate that is due, now."""
    actor = Actor(f"person:{access.current_person().public_id}")
    certificates.issue(access.current_enrollment(), actor=actor, now=clock.now())
    db.session.commit()
    return redirect(url_for(".offering", code=code), 303)


@bp.get("/me/csrf")
@access.participant
@problems.for_programs
def csrf() -> ResponseReturnValue:
    """Give a fresh token to a page that was open for long before it sends."""
    return {"csrf_token": generate_csrf()}


@bp.get("/me/sw.js")
@access.public
def worker() -> ResponseReturnValue:
    """Serve the worker that keeps the pass for when there is no network."""
    script = Path(current_app.static_folder or "") / "js" / "pass-worker.js"
    response = Response(script.read_bytes(), mimetype="text/javascript")
    response.headers["Content-Security-Policy"] = WORKER_CSP
    response.headers["Cache-Control"] = "no-cache"
    return response


def show(
    template: str, enrollment: Enrollment, status: int = 200, **context: object
) -> Response:
    """Render a page of one enrollment, with what all of them show."""
    offering = enrollment.offering
    frame = {
        "code": offering.code,
        "stock": offering.stock,
        "place": f"{offering.city}, {offering.state}",
        "days": span(offering.starts_on, offering.ends_on),
        "name": enrollment.badge_name or enrollment.person.name,
        "enrollment_id": enrollment.public_id,
    }
    return web.page(template, status, **frame, **context)
