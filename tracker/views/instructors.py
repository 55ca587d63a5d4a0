"""An offering's instructors: where their sign-in codes are sent."""

from flask import Blueprint, Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from tracker import access, clock
from tracker.db import db
from tracker.errors import InvalidError
from tracker.forms.accounts import InstructorForm
from tracker.models.staff import Role
from tracker.services import audit, teachers
from tracker.views import staff_page

bp = Blueprint(
    "instructors", __name__, url_prefix="/staff/offerings/<code>/settings/instructors"
)


@bp.get("")
@access.staff(Role.COORDINATOR)
def index(code: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded it
    """List the instructors with their addresses, for coordinators only."""
    return _show()


def _show(status: int = 200, changed: str = "", error: str = "") -> Response:
    return staff_page.show(
        "coordinator/instructors.html",
        status,
        section="Settings",
        teachers=teachers.list_teachers(access.current_offering()),
        changed=changed,
        error=error,
    )


@bp.post("/<instructor>")
@access.staff(Role.COORDINATOR)
def set_address(code: str, instructor: str) -> ResponseReturnValue:
    """Say where an instructor's codes are sent; an empty address ends that."""
    offering, form = access.current_offering(), InstructorForm()
    found = teachers.get_instructor(offering, instructor)
    name = found.name
    try:
        has_changed = teachers.set_address(
            offering,
            found,
            form.email.data or "",
            actor=audit.actor_of(access.current_user()),
            now=clock.now(),
        )
    except InvalidError as error:
        return _show(422, changed=instructor, error=str(error))
    db.session.commit()
    if has_changed:
        flash(f"The address of {name} is changed.", "ok")
    return redirect(url_for(".index", code=code), 303)
