"""Anomalies: what looks odd, as a list that a coordinator clears."""

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from tracker import access, clock
from tracker.db import db
from tracker.errors import InvalidError
from tracker.forms.anomalies import ClearForm
from tracker.models.staff import Role
from tracker.services import anomalies
from tracker.views import staff_page

bp = Blueprint("anomalies", __name__, url_prefix="/staff/offerings/<code>/anomalies")


@bp.get("")
@access.staff(Role.COORDINATOR)
def index(code: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded it
    """List what looks odd: what nobody has looked at first."""
    return _show(ClearForm())


def _show(form: ClearForm, status: int = 200) -> Response:
    return staff_page.show(
        "coordinator/anomalies.html",
        status,
        section="Overview",
        anomalies=anomalies.list_anomalies(access.current_offering()),
        form=form,
    )


@bp.post("/clear")
@access.staff(Role.COORDINATOR)
def clear(code: str) -> ResponseReturnValue:
    """Note that this one was looked at; again is the same as once."""
    form = ClearForm()
    if not form.validate_on_submit():
        return _show(form, 422)
    try:
        anomalies.clear(
            access.current_offering(),
            form.key.data,
            form.reason.data or "",
            user=access.current_user(),
            now=clock.now(),
        )
    except InvalidError as error:
        form.reason.errors = [error.message]
        return _show(form, 422)
    db.session.commit()
    flash("Noted that it was looked at.", "ok")
    return redirect(url_for(".index", code=code), 303)


@bp.post("/reopen")
@access.staff(Role.COORDINATOR)
def reopen(code: str) -> ResponseReturnValue:
    """Take that back."""
    form = ClearForm()
    if not form.key.validate(form):
        return _show(form, 422)
    anomalies.reopen(
        access.current_offering(),
        request.form["key"],
        user=access.current_user(),
        now=clock.now(),
    )
    db.session.commit()
    flash("It is on the list again.", "info")
    return redirect(url_for(".index", code=code), 303)
