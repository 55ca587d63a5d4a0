"""Handing in the file of a device that found no network."""

from flask import Blueprint, Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from tracker import access, clock
from tracker.db import db
from tracker.errors import InvalidError
from tracker.forms.devices import QueueFileForm
from tracker.models.staff import Role
from tracker.services import audit, queue_files
from tracker.views import staff_page

bp = Blueprint(
    "queue_files", __name__, url_prefix="/staff/offerings/<code>/devices/queue-file"
)


@bp.get("")
@access.staff(Role.COORDINATOR)
def ask(code: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded it
    """Ask for the file."""
    return _show(QueueFileForm())


def _show(form: QueueFileForm, status: int = 200) -> Response:
    return staff_page.show(
        "coordinator/queue_file.html", status, section="Devices", form=form
    )


@bp.post("")
@access.staff(Role.COORDINATOR)
def hand_in(code: str) -> ResponseReturnValue:
    """Record the scans of a file; sent twice, the second changes nothing."""
    form, now = QueueFileForm(), clock.now()
    if not form.validate_on_submit():
        return _show(form, 422)
    try:
        handed = queue_files.prepare(
            access.current_offering(),
            form.file.data.read(),
            actor=audit.actor_of(access.current_user()),
            now=now,
        )
    except InvalidError as error:
        form.explain(error)
        return _show(form, 422)
    db.session.commit()  # the scan path works in a transaction of its own
    done = queue_files.record(handed, now=now)
    db.session.commit()
    place = f"From {done.device}: " if done.device else ""
    flash(f"{place}{queue_files.said(done)}", "ok" if not done.held else "info")
    return redirect(url_for("devices.index", code=code), 303)
