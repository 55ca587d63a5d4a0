"""An applicant's own applications: typed, sent, followed, confirmed, withdrawn."""

import re
from typing import Any

from flask import Blueprint, Response, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from tracker import access, clock, problems, web
from tracker.db import db
from tracker.domain.application_entry import ApplicationEntry
from tracker.domain.dates import span
from tracker.domain.eligibility import is_free_mail
from tracker.errors import ConflictError, InvalidError, NotFoundError
from tracker.forms.applications import (
    ApplicationForm,
    BeginForm,
    UidForm,
    application_form,
)
from tracker.json_reader import read_json
from tracker.models import Application
from tracker.services import (
    application_drafts,
    applications,
    applying,
    limits,
    own_applications,
    public_schedule,
    seat_offers,
)
from tracker.services.application_drafts import Draft
from tracker.services.applications import Taken

bp = Blueprint("own_applications", __name__, url_prefix="/me/applications")

LONGEST_BODY = 128 * 1024
NAME = re.compile(r"[0-9A-Za-z-]{1,64}")


def load(application: str) -> Application:
    """Return the signed-in person's own application; others do not exist."""
    return applications.get_own(access.current_person(), application)


def show_page(
    template: str, found: Application, status: int = 200, **context: Any
) -> Response:
    """Render a page of one application, with what all of them show."""
    offering = found.offering
    return web.page(
        template,
        status,
        application=found,
        offering=offering,
        days=span(offering.starts_on, offering.ends_on),
        **context,
    )


@bp.post("")
@access.participant
def begin() -> ResponseReturnValue:
    """Begin an application, or go to the one there is."""
    form = BeginForm()
    if not form.validate_on_submit():
        raise NotFoundError
    offering = public_schedule.get_published(form.offering.data)
    begun = applying.begin(access.current_person(), offering, now=clock.now())
    db.session.commit()
    page = ".ask" if applications.is_draft(begun) else ".show"
    return redirect(url_for(page, application=begun.public_id), 303)


@bp.get("/<application>")
@access.participant
def show(application: str) -> ResponseReturnValue:
    """Show where an application stands, and what to do next."""
    found = load(application)
    own = own_applications.read(found, now=clock.now())
    return show_page(
        "participant/application.html",
        found,
        own=own,
        proof_page=_proof_page(own),
        person_id=access.current_person().public_id,
        form=UidForm(),
    )


def _proof_page(own: own_applications.OwnApplication) -> str | None:
    """Return where a certificate of the prerequisite is handed in, if anywhere."""
    if own.missing is None or "own_completions" not in current_app.blueprints:
        return None
    return url_for("own_completions.index", course=own.missing.code)


@bp.get("/<application>/form")
@access.participant
def ask(application: str) -> ResponseReturnValue:
    """Show the form, filled in with what was said so far."""
    found = load(application)
    if not applying.may_change(found, now=clock.now()):
        return redirect(url_for(".show", application=application))
    return _ask(found, _form_of(found, entry=applying.entry_for(found)))


def _form_of(
    found: Application,
    entry: ApplicationEntry | None = None,
    fields: dict[str, str] | None = None,
) -> ApplicationForm:
    course = found.offering.course
    questions = applying.questions_of(course)
    return application_form(course.audience, questions, entry=entry, fields=fields)


def _ask(found: Application, form: ApplicationForm, status: int = 200) -> Response:
    person = access.current_person()
    return show_page(
        "participant/apply.html",
        found,
        status,
        form=form,
        email=person.email,
        is_free_mail=is_free_mail(person.email),
        is_draft=applications.is_draft(found),
        version=application_drafts.version_of(found),
        draft_key=f"application.{person.public_id}.{found.public_id}",
    )


@bp.post("/<application>/form")
@access.participant
def send(application: str) -> ResponseReturnValue:
    """Send the application, or keep it to go on later."""
    found, now = load(application), clock.now()
    form = _form_of(found)
    is_sending = request.form.get("act") == "send"
    try:
        if not form.validate_on_submit():
            return _ask(found, form, 422)
        if is_sending:
            applying.send(found, form.entry(), uid=form.uid.data, now=now)
        else:
            application_drafts.keep_draft(found, form.entry(), now=now)
    except InvalidError as error:
        form.explain(error)
        return _ask(found, form, 422)
    except ConflictError as error:
        form.form_errors.append(error.message)
        return _ask(found, form, 409)
    db.session.commit()
    flash("It is sent." if is_sending else "It is saved. Nothing is sent yet.", "ok")
    return redirect(url_for(".show", application=application, kept=1), 303)


@bp.post("/<application>/draft")
@access.participant
@problems.for_programs
def keep_draft(application: str) -> ResponseReturnValue:
    """Keep what was typed so far; a script calls this while somebody types."""
    found, now = load(application), clock.now()
    fields, draft = _read_draft(request.get_data(cache=False))
    limits.spend(("draft", found.public_id), 1, 120, now=now)
    db.session.commit()
    form = _form_of(found, fields=fields)
    if not form.validate():
        raise InvalidError("Some of this cannot be kept.", form.sentences())
    version = application_drafts.keep_draft(found, form.entry(), draft, now=now)
    db.session.commit()
    return {"saved": True, "version": version}


def _read_draft(data: bytes) -> tuple[dict[str, str], Draft]:
    """Read {fields: {name: text}, tab, version}.

    Raises:
        InvalidError: it is not that.
    """
    if len(data) > LONGEST_BODY:
        raise InvalidError("This is too much for an application.")
    body = read_json(data)
    fields = body.get("fields") if isinstance(body, dict) else None
    if not isinstance(fields, dict) or set(body) != {"fields", "tab", "version"}:
        raise InvalidError("The body must have fields, tab and version.")
    if not all(isinstance(text, str) for text in fields.values()):
        raise InvalidError("Every field must be a text.")
    names = (body["tab"], body["version"])
    if not all(isinstance(name, str) and NAME.fullmatch(name) for name in names):
        raise InvalidError("Tab and version must be names.")
    return fields, Draft(*names)


@bp.post("/<application>/confirm")
@access.participant
def confirm(application: str) -> ResponseReturnValue:
    """Take the seat that is held."""
    found, form = load(application), UidForm()
    if not form.validate_on_submit():
        raise InvalidError("Load the page again.")
    taken = Taken(now=clock.now(), uid=form.uid.data)
    enrollment = seat_offers.confirm(found, taken)
    code = enrollment.offering.code
    db.session.commit()
    flash("The seat is yours, and this is your pass.", "ok")
    return redirect(url_for("participant.offering", code=code), 303)


@bp.get("/<application>/withdraw")
@access.participant
def ask_withdrawal(application: str) -> ResponseReturnValue:
    """Ask before an application is taken back."""
    found = load(application)
    if not own_applications.may_withdraw(found, now=clock.now()):
        return redirect(url_for(".show", application=application))
    page = "participant/withdraw_application.html"
    return show_page(page, found, form=UidForm())


@bp.post("/<application>/withdraw")
@access.participant
def withdraw(application: str) -> ResponseReturnValue:
    """Take the application back, and the seat with it."""
    found, form, now = load(application), UidForm(), clock.now()
    if not form.validate_on_submit():
        page = "participant/withdraw_application.html"
        return show_page(page, found, 422, form=form)
    if not own_applications.may_withdraw(found, now=now):
        return redirect(url_for(".show", application=application), 303)
    seat_offers.withdraw(found, Taken(now=now, uid=form.uid.data))
    db.session.commit()
    flash("Your application is withdrawn.", "ok")
    return redirect(url_for(".show", application=application), 303)
