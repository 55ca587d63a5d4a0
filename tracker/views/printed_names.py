"""Coordinators approve or decline another name on somebody's certificate."""

from flask import Blueprint, Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from tracker import access, clock
from tracker.db import db
from tracker.errors import InvalidError
from tracker.forms.printed_names import DecisionForm
from tracker.models import NameChange
from tracker.models.staff import Role
from tracker.services import certificates, printed_names
from tracker.views import staff_page

bp = Blueprint(
    "printed_names",
    __name__,
    url_prefix="/staff/offerings/<code>/certificates/names",
)


@bp.get("/<change>")
@access.staff(Role.COORDINATOR)
def ask(code: str, change: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded the offering
    """Show the name that is asked for beside the one that is printed now."""
    return _show(_load(change), DecisionForm())


def _load(change: str) -> NameChange:
    return printed_names.get_change(access.current_offering(), change)


def _show(change: NameChange, form: DecisionForm, status: int = 200) -> Response:
    return staff_page.show(
        "coordinator/name.html",
        status,
        section="Certificates",
        change=change,
        enrollment=change.enrollment,
        known=change.enrollment.printed_name,
        form=form,
    )


@bp.post("/<change>")
@access.staff(Role.COORDINATOR)
def decide(code: str, change: str) -> ResponseReturnValue:
    """Decide; the participant is told by mail that there is an answer."""
    row, form = _load(change), DecisionForm()
    if not form.validate_on_submit():
        return _show(row, form, 422)
    try:
        printed_names.decide(
            row,
            form.answer.data or "",
            is_approved=form.decision.data == "approve",
            user=access.current_user(),
            now=clock.now(),
        )
    except InvalidError as error:
        form.explain(error)
        return _show(row, form, 422)
    live = certificates.find_live(row.enrollment)
    db.session.commit()
    flash("The participant is told that there is an answer.", "ok")
    if row.is_approved and live is not None:
        flash("A certificate bears the name before: issue it anew.", "info")
    return redirect(url_for("certification.index", code=code), 303)
