"""A certificate is issued anew: asked, confirmed, done; with the history beside it."""

from functools import partial

from flask import Blueprint, Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from tracker import access, clock
from tracker.db import db, reading, retrying
from tracker.forms.catalogue import ReissueForm
from tracker.models.staff import Role
from tracker.services import audit, catalogue, certificates, supersession
from tracker.services.audit import Actor
from tracker.services.certificates import Draft
from tracker.views import staff_page

bp = Blueprint(
    "reissuing", __name__, url_prefix="/staff/offerings/<code>/certificates/<serial>"
)


@bp.get("/reissue")
@access.staff(Role.COORDINATOR)
def ask(code: str, serial: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded the offering
    """Ask why, and show every certificate that the person has had here."""
    return _show(serial, ReissueForm())


def _show(serial: str, form: ReissueForm, status: int = 200) -> Response:
    certificate = certificates.get_by_serial(serial, access.current_offering())
    return staff_page.show(
        "coordinator/reissue.html",
        status,
        section="Certificates",
        certificate=certificate,
        state=certificates.status_of(certificate),
        printed=certificate.enrollment.printed_name,
        history=certificates.history_of(certificate.enrollment),
        form=form,
    )


@bp.post("/reissue")
@access.staff(Role.COORDINATOR)
def reissue(code: str, serial: str) -> ResponseReturnValue:
    """Issue it anew. The page is drawn before the lock that issues is taken."""
    form = ReissueForm()
    if not form.validate_on_submit():
        return _show(serial, form, 422)
    actor = audit.actor_of(access.current_user())
    db.session.close()
    drafted = _draft(code, serial)
    made = retrying(
        partial(_reissue, code, serial, form.reason.data, actor, drafted=drafted)
    )
    flash(f"Certificate {made} is issued; the participant is told.", "ok")
    return redirect(url_for("certification.index", code=code), 303)


def _draft(code: str, serial: str) -> Draft | None:
    """Typeset the successor; None where there is nothing to be issued anew."""
    with reading():
        found = certificates.get_by_serial(serial, catalogue.get_offering(code))
        is_live = certificates.status_of(found) == "valid"
        drafted = supersession.draft_anew(found, now=clock.now()) if is_live else None
        db.session.close()
    return drafted


def _reissue(
    code: str, serial: str, reason: str, actor: Actor, *, drafted: Draft | None
) -> str:
    found = certificates.get_by_serial(serial, catalogue.get_offering(code))
    made = supersession.reissue(
        found, reason, actor=actor, now=clock.now(), drafted=drafted
    ).serial
    db.session.commit()
    return made
