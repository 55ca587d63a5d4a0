"""An offering published, opened for applications, closed, cancelled."""

from collections.abc import Callable

from flask import Blueprint, Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from tracker import access, clock
from tracker.db import db
from tracker.errors import InvalidError
from tracker.forms.offering_settings import CancelForm
from tracker.models.staff import Role
from tracker.services import audit, offering_states
from tracker.views import staff_page

bp = Blueprint(
    "offering_states", __name__, url_prefix="/staff/offerings/<code>/settings"
)
SECTION = "Settings"


@bp.post("/publish")
@access.staff(Role.COORDINATOR)
def publish(code: str) -> ResponseReturnValue:
    """Put the offering on the public schedule."""
    return _act(code, offering_states.publish, "The public sees this offering now.")


@bp.post("/applications/open")
@access.staff(Role.COORDINATOR)
def open_applications(code: str) -> ResponseReturnValue:
    """Take applications from now on."""
    return _act(code, offering_states.open_applications, "Applications are open.")


@bp.post("/applications/close")
@access.staff(Role.COORDINATOR)
def close_applications(code: str) -> ResponseReturnValue:
    """Take no applications any more."""
    return _act(code, offering_states.close_applications, "Applications are closed.")


def _act(code: str, act: Callable[..., None], said: str) -> ResponseReturnValue:
    actor = audit.actor_of(access.current_user())
    act(access.current_offering(), actor=actor, now=clock.now())
    db.session.commit()
    flash(said, "ok")
    return _back(code)


def _back(code: str) -> ResponseReturnValue:
    return redirect(url_for("coordinator.settings", code=code), 303)


@bp.get("/cancel")
@access.staff(Role.COORDINATOR)
def ask_cancel(code: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded it
    """Ask before the offering is cancelled: that is for good."""
    return _show_cancel(CancelForm())


def _show_cancel(form: CancelForm, status: int = 200) -> Response:
    return staff_page.show(
        "coordinator/cancel_offering.html",
        status,
        section=SECTION,
        form=form,
        concerned=offering_states.count_concerned(access.current_offering()),
    )


@bp.post("/cancel")
@access.staff(Role.COORDINATOR)
def cancel(code: str) -> ResponseReturnValue:
    """Cancel the offering, and tell whoever is enrolled or has applied."""
    form = CancelForm()
    if not form.validate_on_submit():
        return _show_cancel(form, 422)
    try:
        told = offering_states.cancel(
            access.current_offering(),
            form.reason.data,
            actor=audit.actor_of(access.current_user()),
            now=clock.now(),
        )
    except InvalidError as error:
        form.explain(error)
        return _show_cancel(form, 422)
    db.session.commit()
    flash(f"{code} is cancelled. {told} people are told by mail.", "ok")
    return _back(code)
