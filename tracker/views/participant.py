"""A participant's own pages: passes, programme, evaluation, certificate."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

from flask import Blueprint, Response, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf

from tracker import access, clock, problems, qr, web
from tracker.db import db
from tracker.domain.answers import known_fields
from tracker.domain.dates import span
from tracker.errors import InvalidError, NotFoundError
from tracker.forms.evaluations import Sent, When, lay_out_fields, read_answers
from tracker.models import Enrollment
from tracker.models.enrollment import EnrollmentKind
from tracker.services import (
    certificates,
    evaluations,
    participation,
    schedules,
)
from tracker.services.audit import Actor

bp = Blueprint("participant", __name__)

# The worker runs nothing but itself, and fetches from here only.
WORKER_CSP = "default-src 'none'; connect-src 'self'; frame-ancestors 'none'"


@bp.get("/me")
@access.participant
def home() -> ResponseReturnValue:
    """List the person's own enrollments."""
    enrollments = participation.list_enrollments_of(access.current_person())
    return web.page("participant/home.html", enrollments=enrollments, span=span)


@bp.get("/me/offerings/<code>")
@access.participant
def offering(code: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded it
    """Show the pass, what is still missing, and what comes next."""
    enrollment, now = access.current_enrollment(), clock.now()
    own = participation.read_pass(enrollment, now=now)
    return _page(
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
    return _page("participant/programme.html", enrollment, own=own)


@bp.get("/me/offerings/<code>/evaluation")
@access.participant
def evaluation(code: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded it
    """Ask the questions, or say that they were answered, or are not to be."""
    enrollment = access.current_enrollment()
    if evaluations.has_receipt(enrollment):
        return _page("participant/evaluation_sent.html", enrollment)
    return _evaluation_page(enrollment, {}, {})


@bp.post("/me/offerings/<code>/evaluation")
@access.participant
def send_evaluation(code: str) -> ResponseReturnValue:
    """Take the answers, once; what must be mended comes back beside its question."""
    enrollment, sent = access.current_enrollment(), read_answers(request.form)
    try:
        evaluations.submit(enrollment, sent, now=clock.now())
    except InvalidError as error:
        if problems.wants_problem():
            raise
        return _evaluation_page(enrollment, sent, error.errors, 422)
    db.session.commit()
    if problems.wants_problem():
        return {"received": True}
    return redirect(url_for(".evaluation", code=code), 303)


def _evaluation_page(
    enrollment: Enrollment, sent: Sent, errors: Mapping[str, str], status: int = 200
) -> Response:
    """Render the questions that are open now, with what was sent before."""
    offering, now = enrollment.offering, clock.now()
    schedule = schedules.schedule_of(offering)
    opens_at = evaluations.opens_at(offering, schedule)
    closes_at = evaluations.closes_at(offering, schedule)
    if reason := _why_shut(enrollment, opens_at):
        return _page("participant/evaluation_shut.html", enrollment, reason=reason)
    laid_out = evaluations.laid_out(offering, schedule)
    when = When(now, opens_at, schedule.zone)
    return _page(
        "participant/evaluation.html",
        enrollment,
        status,
        sections=lay_out_fields(laid_out, when, sent, errors),
        errors=errors,
        is_outdated=bool(errors.keys() - known_fields(laid_out)),
        may_send=opens_at is not None and now >= opens_at,
        opens_at=opens_at.astimezone(schedule.zone) if opens_at else None,
        last_day=schedule.local_day(closes_at - timedelta(seconds=1)),
        is_late=now >= closes_at,
    )


def _why_shut(enrollment: Enrollment, opens_at: datetime | None) -> str | None:
    if enrollment.kind is not EnrollmentKind.PARTICIPANT:
        return "The evaluation is for participants."
    if opens_at is None:
        return "The programme of this offering is being prepared."
    return None


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


def _page(
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
