"""A coordinator's certificates: issued, revoked, downloaded, and who has none yet."""

from flask import Blueprint, Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from tracker import access, clock
from tracker.db import db
from tracker.forms.catalogue import RevokeForm
from tracker.models import Certificate
from tracker.models.staff import Role
from tracker.models.task import TaskKind
from tracker.services import (
    audit,
    certificates,
    enrollments,
    printed_names,
    revocation,
    tasks,
    templates,
    waiting,
)
from tracker.services.tasks import Progress
from tracker.views import staff_page

bp = Blueprint(
    "certification", __name__, url_prefix="/staff/offerings/<code>/certificates"
)


@bp.get("")
@access.staff(Role.COORDINATOR)
def index(code: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded it
    """List the certificates, and who has none and why."""
    offering = access.current_offering()
    return staff_page.show(
        "coordinator/certificates.html",
        section="Certificates",
        certificates=certificates.list_of(offering),
        without=waiting.list_uncertified(offering, now=clock.now()),
        names=printed_names.list_open(offering),
        progress=_progress(),
        unprintable=templates.list_unprintable(offering),
        unprintable_words=templates.list_unprintable_words(offering),
    )


@bp.post("/issue")
@access.staff(Role.COORDINATOR)
def issue_due(code: str) -> ResponseReturnValue:
    """Ask the worker to issue what is due; pressed twice, it is asked once."""
    tasks.ask(
        access.current_offering(),
        TaskKind.ISSUE,
        {},
        user=access.current_user(),
        now=clock.now(),
    )
    db.session.commit()
    flash("It is being done in the background; you may leave this page.", "info")
    return redirect(url_for(".index", code=code), 303)


@bp.get("/progress")
@access.staff(Role.COORDINATOR)
def progress(code: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded the offering
    """Say how far the issuing is: {state, done, total}; names nobody."""
    found = _progress()
    if found is None:
        return {"state": "none", "done": 0, "total": None}
    return {"state": found.state, "done": found.done, "total": found.total}


def _progress() -> Progress | None:
    task = tasks.find_newest(access.current_offering(), TaskKind.ISSUE)
    return tasks.progress_of(task, now=clock.now()) if task else None


@bp.post("/issue/<person>")
@access.staff(Role.COORDINATOR)
def issue(code: str, person: str) -> ResponseReturnValue:
    """Issue one person's certificate, also after an earlier one was revoked."""
    enrollment = enrollments.get_by_public_id(access.current_offering(), person)
    actor = audit.actor_of(access.current_user())
    made = certificates.issue(
        enrollment, actor=actor, now=clock.now(), is_decision=True
    )
    db.session.commit()
    flash(f"Certificate {made.serial} is issued.", "ok")
    return redirect(url_for(".index", code=code), 303)


@bp.get("/<serial>/revoke")
@access.staff(Role.COORDINATOR)
def ask_revocation(code: str, serial: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded the offering
    """Ask why a certificate is to be revoked, naming it and whose it is."""
    return _show_revocation(_load(serial), RevokeForm())


def _load(serial: str) -> Certificate:
    return certificates.get_by_serial(serial, access.current_offering())


def _show_revocation(
    certificate: Certificate, form: RevokeForm, status: int = 200
) -> Response:
    return staff_page.show(
        "coordinator/revoke.html",
        status,
        section="Certificates",
        certificate=certificate,
        form=form,
    )


@bp.post("/<serial>/revoke")
@access.staff(Role.COORDINATOR)
def revoke(code: str, serial: str) -> ResponseReturnValue:
    """Revoke a certificate for good."""
    certificate, form = _load(serial), RevokeForm()
    if not form.validate_on_submit():
        return _show_revocation(certificate, form, 422)
    revocation.revoke(
        certificate.serial,
        form.reason.data,
        actor=audit.actor_of(access.current_user()),
        now=clock.now(),
        offering=access.current_offering(),
    )
    db.session.commit()
    flash(f"Certificate {certificate.serial} is revoked.", "ok")
    return redirect(url_for(".index", code=code), 303)


@bp.post("/<serial>/pdf")
@access.staff(Role.COORDINATOR)
def download(code: str, serial: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded the offering
    """Give a certificate as it was issued; a POST, because it is logged."""
    certificate = _load(serial)
    audit.record(
        audit.actor_of(access.current_user()),
        "certificate.download",
        {"serial": certificate.serial},
        access.current_offering(),
        now=clock.now(),
    )
    body = certificate.pdf
    db.session.commit()
    response = Response(body, mimetype="application/pdf")
    response.headers.set(
        "Content-Disposition", "attachment", filename=f"{certificate.serial}.pdf"
    )
    return response
