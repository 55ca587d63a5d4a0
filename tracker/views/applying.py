"""Applying, before anybody is known: what is asked, the address, and its code."""

from datetime import timedelta

from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from tracker import access, clock, web
from tracker.db import db
from tracker.domain.admissions_window import WindowState
from tracker.domain.dates import span
from tracker.domain.names import normalise_address
from tracker.errors import GoneError
from tracker.forms.accounts import EmailForm, TypedCodeForm
from tracker.models import Application, Offering
from tracker.models.person import Person
from tracker.services import (
    admissions_windows,
    applicants,
    applications,
    applying,
    catalogue,
    codes,
    limits,
    public_schedule,
    sessions,
    sign_in,
)
from tracker.views import accounts, browsers

bp = Blueprint("applying", __name__, url_prefix="/offerings/<code>/apply")

MINUTE, HOUR = 60, 3600


@bp.after_request
def keep_out_of_caches(response: Response) -> Response:
    """Keep these pages nowhere: they hold forms that work once."""
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.get("")
@access.public
def ask(code: str) -> ResponseReturnValue:
    """Say what is asked, and of whom; ask who is not signed in for an address."""
    offering = public_schedule.get_published(code)
    person = access.find_person()
    if person and (live := applications.find_live(offering, person)):
        return redirect(address_of(live))
    return _show(offering, EmailForm())


def address_of(application: Application) -> str:
    """Return where an application goes on: its form, or how it stands."""
    is_draft = applications.is_draft(application)
    page = "own_applications.ask" if is_draft else "own_applications.show"
    return url_for(page, application=application.public_id)


def _show(offering: Offering, form: EmailForm, status: int = 200) -> Response:
    person, course, now = access.find_person(), offering.course, clock.now()
    return web.page(
        "public/apply.html",
        status,
        offering=offering,
        course=course,
        prerequisite=catalogue.find_prerequisite(course),
        questions=applying.questions_of(course),
        listed=public_schedule.look_at(offering, now=now),
        days=span(offering.starts_on, offering.ends_on),
        form=form,
        email=person.email if person else None,
        is_enrolled=person is not None and applying.is_enrolled(offering, person),
    )


@bp.post("")
@access.public
def request_code(code: str) -> ResponseReturnValue:
    """Send a code to any address; the answer is the same whether it is known."""
    offering, form, now = public_schedule.get_published(code), EmailForm(), clock.now()
    if not form.validate_on_submit() or not _is_open(offering):
        return _show(offering, form, 422)
    address = normalise_address(form.email.data)
    limits.spend(("code mail", address), 3 * MINUTE, 5, now=now)
    limits.spend(("application mail", address), HOUR, 10, now=now)
    limits.spend(("code mails", browsers.network()), 2, 300, now=now)
    ticket = applicants.request_code(form.email.data, form.form_id.data, now=now)
    db.session.commit()
    response = redirect(url_for(".show_code", code=code), 303)
    lifetime = timedelta(minutes=codes.CODE_MINUTES)
    browsers.set_cookie(response, browsers.ticket_cookie_name(), ticket, lifetime)
    return response


def _is_open(offering: Offering) -> bool:
    state = admissions_windows.state_of(offering, now=clock.now())
    return state is WindowState.OPEN


@bp.get("/code")
@access.public
def show_code(code: str) -> ResponseReturnValue:
    """Ask for the code; opening this page uses nothing up."""
    offering = public_schedule.get_published(code)
    if browsers.ticket_cookie_name() not in request.cookies:
        return redirect(url_for(".ask", code=code))
    return _code_page(offering, TypedCodeForm())


def _code_page(offering: Offering, form: TypedCodeForm, status: int = 200) -> Response:
    return web.page(
        "public/apply_code.html",
        status,
        offering=offering,
        form=form,
        minutes=codes.CODE_MINUTES,
        shows_mail_here=accounts.shows_mail_here(),
    )


@bp.post("/code")
@access.public
def enter_code(code: str) -> ResponseReturnValue:
    """Sign in whoever has typed the right code, and begin their application."""
    offering, form = public_schedule.get_published(code), TypedCodeForm()
    limits.spend(("codes", browsers.network()), 1, 600, now=clock.now())
    db.session.commit()
    if not form.validate_on_submit():
        return _code_page(offering, form, 422)
    ticket = request.cookies.get(browsers.ticket_cookie_name(), "")
    try:
        proved = applicants.try_code(
            ticket, form.code.data, form.form_id.data, now=clock.now()
        )
    except GoneError:
        return _code_gone(offering)
    if proved.person is None:
        db.session.commit()  # a try counts
        return _wrong_code(offering, form, proved.tries_left)
    return _go_on(offering, proved.person)


def _code_gone(offering: Offering) -> ResponseReturnValue:
    return accounts.code_gone(url_for(".ask", code=offering.code))


def _wrong_code(
    offering: Offering, form: TypedCodeForm, left: int
) -> ResponseReturnValue:
    if left == 0:
        return _code_gone(offering)
    form.code.errors = [accounts.wrong_code(left)]
    return _code_page(offering, form, 422)


def _go_on(offering: Offering, person: Person) -> ResponseReturnValue:
    """Begin a session and, where they may apply, the application; go to it."""
    now = clock.now()
    application = applications.find_live(offering, person)
    may_begin = _is_open(offering) and not applying.is_enrolled(offering, person)
    if application is None and may_begin:
        application = applying.begin(person, offering, now=now)
    address = (
        address_of(application) if application else url_for(".ask", code=offering.code)
    )
    token = sign_in.begin_session(person, now=now)
    lifetime = sessions.PARTICIPANT_SESSION_LIMIT
    response = browsers.begin_session_at(token, address, lifetime, now)
    browsers.forget_cookie(response, browsers.ticket_cookie_name())
    return response
