"""What a participant is asked: the evaluation, the knowledge checks, the follow-up."""

from collections.abc import Callable, Mapping
from datetime import datetime, time, timedelta

from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from tracker import access, clock, problems
from tracker.db import db
from tracker.domain.answers import known_fields
from tracker.domain.occasions import Times
from tracker.errors import InvalidError
from tracker.forms.evaluations import Sent, When, lay_out_fields, read_answers
from tracker.models import Enrollment
from tracker.models.enrollment import EnrollmentKind
from tracker.models.evaluation import Occasion
from tracker.services import evaluations, schedules
from tracker.views import participant

bp = Blueprint("answering", __name__, url_prefix="/me/offerings/<code>")

ADDRESSES = {
    Occasion.EVALUATION: "/evaluation",
    Occasion.BEFORE: "/knowledge-before",
    Occasion.AFTER: "/knowledge-after",
    Occasion.FOLLOW_UP: "/follow-up",
}
View = Callable[..., ResponseReturnValue]


def at_each_address(method: str) -> Callable[[View], View]:
    """Give a view one address for each occasion."""

    def register(view: View) -> View:
        for occasion, address in ADDRESSES.items():
            defaults = {"occasion": occasion.value}
            bp.route(address, methods=[method], defaults=defaults)(view)
        return view

    return register


@at_each_address("GET")
@access.participant
def ask(code: str, occasion: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded it
    """Ask the questions, or say that they were answered, or are not to be."""
    enrollment, asked = access.current_enrollment(), Occasion(occasion)
    if evaluations.has_receipt(enrollment, asked):
        return _show("participant/evaluation_sent.html", enrollment, asked)
    return _ask(enrollment, asked, {}, {})


@at_each_address("POST")
@access.participant
def send(code: str, occasion: str) -> ResponseReturnValue:
    """Take the answers, once; what must be mended comes back beside its question."""
    enrollment, asked = access.current_enrollment(), Occasion(occasion)
    sent = read_answers(request.form)
    try:
        evaluations.submit(enrollment, sent, occasion=asked, now=clock.now())
    except InvalidError as error:
        if problems.wants_problem():
            raise
        return _ask(enrollment, asked, sent, error.errors, 422)
    db.session.commit()
    if problems.wants_problem():
        return {"received": True}
    return redirect(url_for(".ask", code=code, occasion=occasion), 303)


def _ask(
    enrollment: Enrollment,
    occasion: Occasion,
    sent: Sent,
    errors: Mapping[str, str],
    status: int = 200,
) -> Response:
    """Render the questions that are open now, with what was sent before."""
    offering, now = enrollment.offering, clock.now()
    schedule = schedules.schedule_of(offering)
    times = evaluations.times_of(offering, schedule, occasion)
    reason = _why_shut(enrollment, occasion, times, now)
    if times is None or reason:
        template = "participant/evaluation_shut.html"
        return _show(template, enrollment, occasion, reason=reason)
    laid_out = evaluations.laid_out(offering, schedule, occasion)
    when = When(now, times.opens_at, schedule.zone)
    return _show(
        "participant/evaluation.html",
        enrollment,
        occasion,
        status,
        steps=lay_out_fields(laid_out, when, sent, errors),
        errors=errors,
        is_outdated=bool(errors.keys() - known_fields(laid_out)),
        may_send=now >= times.opens_at,
        opens_at=times.opens_at.astimezone(schedule.zone),
        until=_until(times.closes_at.astimezone(schedule.zone)),
        is_late=now >= times.closes_at,
    )


def _why_shut(
    enrollment: Enrollment, occasion: Occasion, times: Times | None, now: datetime
) -> str | None:
    """Say why nothing is asked; an evaluation can be drafted before it opens."""
    if enrollment.kind is not EnrollmentKind.PARTICIPANT:
        return "This is for participants."
    if times is None:
        return _why_never(occasion)
    if occasion is Occasion.EVALUATION or times.is_open(now):
        return None
    if now >= times.closes_at:
        return "This has closed. Nothing is missing for your certificate."
    zone = schedules.schedule_of(enrollment.offering).zone
    return f"This opens on {_moment(times.opens_at.astimezone(zone))}."


def _moment(local: datetime) -> str:
    return f"{local:%A}, {local.day} {local:%B, %H:%M}"


def _until(closes_at: datetime) -> str:
    """Say by when answers are taken, in local time: most close when a day is over."""
    if closes_at.time() != time():
        return _moment(closes_at)
    last = closes_at - timedelta(seconds=1)
    return f"the end of {last:%A}, {last.day} {last:%B}"


def _why_never(occasion: Occasion) -> str:
    if occasion is Occasion.EVALUATION:
        return "The programme of this offering is being prepared."
    return "This offering does not ask that."


def _show(
    template: str,
    enrollment: Enrollment,
    occasion: Occasion,
    status: int = 200,
    **context: object,
) -> Response:
    return participant.show(template, enrollment, status, occasion=occasion, **context)
