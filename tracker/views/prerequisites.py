"""Coordinators look after the prerequisite of their people: certificates, waivers."""

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from tracker import access, clock
from tracker.db import db
from tracker.domain.evidence_files import SUFFIXES
from tracker.errors import InvalidError
from tracker.forms.completions import CONFIRM, DecisionForm, WaiverForm
from tracker.models import CompletionCertificate, Person
from tracker.models.staff import Role
from tracker.services import (
    completion_certificates,
    completions,
    prerequisites,
    waivers,
)
from tracker.services.boards import PAGE_SIZE
from tracker.views import staff_page
from tracker.views.instructor import LONGEST_SEARCH, wished_page

bp = Blueprint(
    "prerequisites", __name__, url_prefix="/staff/offerings/<code>/prerequisite"
)

# An uploaded file runs nothing, loads nothing and stands in no other page.
FILE_CSP = "default-src 'none'; sandbox; frame-ancestors 'none'"


@bp.get("")
@access.staff(Role.COORDINATOR)
def index(code: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded the offering
    """List people with what is on record; whose certificate waits come first."""
    offering = access.current_offering()
    search = request.args.get("q", "")[:LONGEST_SEARCH]
    people = prerequisites.list_people(offering, search)
    last_page = max(-(-len(people) // PAGE_SIZE), 1)
    page = min(wished_page(), last_page)
    return staff_page.show(
        "coordinator/prerequisite.html",
        section="People",
        prerequisite=prerequisites.get_prerequisite(offering),
        people=people[(page - 1) * PAGE_SIZE : page * PAGE_SIZE],
        total=len(people),
        on_record=sum(each.is_on_record for each in people),
        search=search,
        page=page,
        last_page=last_page,
    )


@bp.get("/people/<who>/waiver")
@access.staff(Role.COORDINATOR)
def ask_waiver(code: str, who: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded the offering
    """Ask why somebody need not have finished it, or show the waiver they have."""
    return _show_waiver(_load_person(who), WaiverForm())


def _load_person(who: str) -> Person:
    return prerequisites.get_person(access.current_offering(), who)


def _show_waiver(person: Person, form: WaiverForm, status: int = 200) -> Response:
    offering = access.current_offering()
    return staff_page.show(
        "coordinator/waiver.html",
        status,
        section="People",
        person=person,
        prerequisite=prerequisites.get_prerequisite(offering),
        waiver=waivers.find_waiver(offering, person),
        form=form,
    )


@bp.post("/people/<who>/waiver")
@access.staff(Role.COORDINATOR)
def waive(code: str, who: str) -> ResponseReturnValue:
    """Waive the prerequisite for somebody."""
    person, form = _load_person(who), WaiverForm()
    if not form.validate_on_submit():
        return _show_waiver(person, form, 422)
    try:
        waivers.waive(
            access.current_offering(),
            person,
            form.reason.data,
            uid=form.uid.data,
            user=access.current_user(),
            now=clock.now(),
        )
    except InvalidError as error:
        form.explain(error)
        return _show_waiver(person, form, 422)
    db.session.commit()
    flash("The prerequisite is waived.", "ok")
    return redirect(url_for(".index", code=code), 303)


@bp.post("/people/<who>/waiver/take-back")
@access.staff(Role.COORDINATOR)
def take_back(code: str, who: str) -> ResponseReturnValue:
    """Take a waiver back; a certificate that was issued stays."""
    waivers.take_back(
        access.current_offering(),
        _load_person(who),
        user=access.current_user(),
        now=clock.now(),
    )
    db.session.commit()
    flash("The waiver is taken back.", "info")
    return redirect(url_for(".index", code=code), 303)


@bp.get("/certificates/<upload>")
@access.staff(Role.COORDINATOR)
def ask_decision(code: str, upload: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded the offering
    """Show whose certificate waits, and ask what it shows."""
    return _show_upload(_load_upload(upload), DecisionForm())


def _load_upload(upload: str) -> CompletionCertificate:
    return completion_certificates.get_upload(access.current_offering(), upload)


def _show_upload(
    row: CompletionCertificate, form: DecisionForm, status: int = 200
) -> Response:
    prerequisite = prerequisites.get_prerequisite(access.current_offering())
    found = completions.find_for(row.person, prerequisite)
    return staff_page.show(
        "coordinator/completion_certificate.html",
        status,
        section="People",
        upload=row,
        person=row.person,
        prerequisite=prerequisite,
        words=prerequisites.WORDS[found.source] if found else "",
        form=form,
    )


@bp.post("/certificates/<upload>")
@access.staff(Role.COORDINATOR)
def decide(code: str, upload: str) -> ResponseReturnValue:
    """Confirm or decline; the person is told by mail that there is an answer."""
    row, form = _load_upload(upload), DecisionForm()
    if not form.validate_on_submit():
        return _show_upload(row, form, 422)
    try:
        _decide(row, form)
    except InvalidError as error:
        form.explain(error)
        return _show_upload(row, form, 422)
    db.session.commit()
    flash("The person is told that there is an answer.", "ok")
    return redirect(url_for(".index", code=code), 303)


def _decide(row: CompletionCertificate, form: DecisionForm) -> None:
    offering, user, now = access.current_offering(), access.current_user(), clock.now()
    if form.decision.data == CONFIRM:
        day = form.completed_on.data
        completion_certificates.confirm(offering, row, day, user=user, now=now)
    else:
        answer = form.answer.data or ""
        completion_certificates.decline(offering, row, answer, user=user, now=now)


@bp.post("/certificates/<upload>/file")
@access.staff(Role.COORDINATOR)
def open_file(code: str, upload: str) -> ResponseReturnValue:
    """Give the file as it was uploaded; a POST, because it is logged."""
    row, user = _load_upload(upload), access.current_user()
    content = completion_certificates.open_file(
        access.current_offering(), row, user=user, now=clock.now()
    )
    db.session.commit()
    response = Response(content, mimetype=row.media_type)
    name = f"{code}-{upload[:8]}.{SUFFIXES[row.media_type]}"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    response.headers["Content-Security-Policy"] = FILE_CSP
    return response
