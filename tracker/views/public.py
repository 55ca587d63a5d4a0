"""What anybody may see: schedule, courses, offerings, the check of a certificate."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from tracker import access, clock, web
from tracker.db import db
from tracker.domain.dates import span
from tracker.forms.verification import VerificationForm
from tracker.services import catalogue, public_schedule, verification
from tracker.services.public_schedule import Listed, Wish

bp = Blueprint("public", __name__)

# Search engines may list these; web.py keeps them out of everything else.
LISTED = frozenset({"public.schedule", "public.course", "public.offering"})
ROBOTS = """\
User-agent: *
Disallow: /me
Disallow: /p/
Disallow: /r/
Disallow: /scan
Disallow: /staff
Disallow: /api/
"""


@dataclass(frozen=True)
class Month:
    """The offerings that start in one month."""

    title: str
    listed: tuple[Listed, ...]


@bp.after_request
def allow_listing(response: Response) -> Response:
    """Let search engines list what is meant for the public."""
    if request.endpoint in LISTED and response.status_code == 200:
        response.headers["X-Robots-Tag"] = "all"
    return response


@bp.get("/")
@access.public
def schedule() -> ResponseReturnValue:
    """Show the offerings to come and those that are over, by month."""
    wish = Wish(request.args.get("state", ""), request.args.get("month", ""))
    found = public_schedule.read_schedule(wish, now=clock.now())
    return web.page(
        "public/schedule.html",
        schedule=found,
        wish=wish,
        upcoming=_by_month(found.upcoming),
        past=_by_month(found.past),
        span=span,
    )


def _by_month(listed: Iterable[Listed]) -> tuple[Month, ...]:
    months: dict[str, list[Listed]] = {}
    for each in listed:
        title = public_schedule.month_title(each.offering.starts_on)
        months.setdefault(title, []).append(each)
    return tuple(Month(title, tuple(own)) for title, own in months.items())


@bp.get("/courses/<code>")
@access.public
def course(code: str) -> ResponseReturnValue:
    """Show a course: what is taught, to whom, after which prerequisite."""
    found = catalogue.get_course(code)
    return web.page(
        "public/course.html",
        course=found,
        prerequisite=catalogue.find_prerequisite(found),
        schedule=public_schedule.read_schedule(Wish(), found, now=clock.now()),
        span=span,
    )


@bp.get("/offerings/<code>")
@access.public
def offering(code: str) -> ResponseReturnValue:
    """Show an offering's city and dates; never its venue or its segments."""
    found = public_schedule.get_published(code)
    return web.page(
        "public/offering.html",
        offering=found,
        course=found.course,
        prerequisite=catalogue.find_prerequisite(found.course),
        listed=public_schedule.look_at(found, now=clock.now()),
        days=span(found.starts_on, found.ends_on),
    )


@bp.get("/p/<path:anything>")
@access.public
def pass_notice(anything: str) -> ResponseReturnValue:  # noqa: ARG001 - not looked up, whatever it is
    """Say the same to whoever opens any pass with an ordinary camera."""
    return web.page("public/pass_notice.html")


@bp.get("/verify", endpoint="verify")
@access.public
def show_verification() -> ResponseReturnValue:
    """Ask for the serial and the printed name."""
    return web.page("public/verify.html", form=VerificationForm(), verdict=None)


@bp.post("/verify")
@access.public
def verify_certificate() -> ResponseReturnValue:
    """Say whether a certificate holds; a wrong serial and a wrong name answer alike."""
    form = VerificationForm()
    if not form.validate_on_submit():
        return web.page("public/verify.html", 422, form=form, verdict=None)
    serial, name = form.serial.data, form.name.data
    verification.spend_verification(serial, request.remote_addr, now=clock.now())
    db.session.commit()  # a try counts, whatever comes of it
    verdict = verification.verify(serial, name)
    facts = verdict.facts or {}
    days = ""
    if facts:
        first, last = (
            date.fromisoformat(facts[key]) for key in ("starts_on", "ends_on")
        )
        days = span(first, last)
    return web.page("public/verify.html", form=form, verdict=verdict, days=days)


@bp.get("/robots.txt")
@access.public
def robots() -> ResponseReturnValue:
    """Tell search engines what is not for them."""
    return Response(ROBOTS, mimetype="text/plain")
