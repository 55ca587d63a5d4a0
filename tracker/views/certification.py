"""A coordinator's certificates: issued, revoked, downloaded, and who has none yet."""

from functools import partial

from flask import Blueprint, Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from tracker import access, clock
from tracker.db import db, reading, retrying
from tracker.errors import ConflictError
from tracker.forms.catalogue import RevokeForm
from tracker.models import Certificate, Enrollment
from tracker.models.staff import Role
from tracker.services import (
    audit,
    catalogue,
    certificates,
    enrollments,
    printed_names,
    revocation,
    waiting,
)
from tracker.services.certificates import Draft
from tracker.views import staff_page

bp = Blueprint(
    "certification", __name__, url_prefix="/staff/offerings/<code>/certificates"
)

AT_ONCE = 100
"""Certificates issued by one press: about ten seconds of typesetting."""


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
    )


@bp.post("/issue")
@access.staff(Role.COORDINATOR)
def issue_due(code: str) -> ResponseReturnValue:
    """Issue what is due, each certificate in a transaction of its own.

    They are typeset before, under no lock, so that no door waits for a page to
    be drawn; the issuing transaction asks the gate again.
    """
    actor = audit.actor_of(access.current_user())
    db.session.close()
    drafts, unfit = _draft_due(code)
    for enrollment_id, drafted in drafts:
        retrying(partial(_issue, actor, enrollment_id, drafted))
    if drafts:
        flash(f"Issued: {len(drafts)}.", "ok")
    elif not unfit:
        flash("Nothing is due now.", "info")
    for sentence in unfit:
        flash(sentence, "error")
    return redirect(url_for(".index", code=code), 303)


def _draft_due(code: str) -> tuple[list[tuple[int, Draft]], list[str]]:
    """Typeset what is due; where a name cannot be printed, say whose and why."""
    drafts, unfit = [], []
    now = clock.now()
    with reading():
        due = certificates.find_due(catalogue.get_offering(code), now=now).due
        for enrollment in due[:AT_ONCE]:
            try:
                drafted = certificates.draft_of(enrollment, now=now)
            except ConflictError as error:
                unfit.append(f"{enrollment.person.name}: {error.message}")
            else:
                drafts.append((enrollment.id, drafted))
        db.session.close()
    return drafts, unfit


def _issue(actor: audit.Actor, enrollment_id: int, drafted: Draft) -> None:
    enrollment = db.session.get_one(Enrollment, enrollment_id)
    certificates.issue(enrollment, actor=actor, now=clock.now(), drafted=drafted)
    db.session.commit()


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
