"""Coordinators import participants: upload, columns, confirm."""

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from tracker import access, clock, uploads
from tracker.db import db
from tracker.domain.roster import likely_columns, read_header
from tracker.errors import RowsRefusedError
from tracker.forms.people_files import ColumnsForm, RosterForm
from tracker.models import PendingFile
from tracker.models.staff import Role
from tracker.services import audit, pending_files, rosters
from tracker.views import kept_files, staff_page

bp = Blueprint(
    "people_imports", __name__, url_prefix="/staff/offerings/<code>/people/import"
)


@bp.get("")
@access.staff(Role.COORDINATOR)
def ask(code: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded the offering
    """Ask for the list."""
    return _ask(RosterForm())


def _ask(form: RosterForm, status: int = 200) -> Response:
    template = "coordinator/roster_upload.html"
    return staff_page.show(template, status, section="People", form=form)


@bp.post("")
@access.staff(Role.COORDINATOR)
@uploads.takes_upload(kept_files.MOST_BYTES)
def upload(code: str) -> ResponseReturnValue:
    """Keep the list until its columns are confirmed."""
    form = RosterForm()
    kept = kept_files.keep(form, read_header)
    if kept is None:
        return _ask(form, 422)
    return redirect(url_for(".look", code=code, file=kept.public_id), 303)


@bp.get("/<file>")
@access.staff(Role.COORDINATOR)
def look(code: str, file: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded the offering
    """Show which column seems to be what, and what would come of it."""
    kept, form = kept_files.load(file), ColumnsForm(formdata=None)
    header = read_header(kept.content)
    form.offer(header)
    form.fill(likely_columns(header))
    return _show(kept, form)


def _show(kept: PendingFile, form: ColumnsForm, status: int = 200) -> Response:
    foreseen, refused = None, []
    offering = access.current_offering()
    try:
        foreseen = rosters.foresee_import(offering, kept.content, form.headings())
    except RowsRefusedError as error:
        refused = error.refused
    return staff_page.show(
        "coordinator/roster_columns.html",
        status,
        section="People",
        file=kept.public_id,
        foreseen=foreseen,
        refused=refused[: kept_files.MOST_SHOWN],
        refused_count=len(refused),
        form=form,
    )


@bp.post("/<file>")
@access.staff(Role.COORDINATOR)
def confirm(code: str, file: str) -> ResponseReturnValue:
    """Look at it again with other columns, or import it: all of it or nothing."""
    kept, form = kept_files.load(file), ColumnsForm()
    form.offer(read_header(kept.content))
    if not form.validate_on_submit():
        return _show(kept, form, 422)
    if request.form.get("act") != "import":
        return _show(kept, form)
    try:
        done = rosters.import_participants(
            access.current_offering(),
            kept.content,
            actor=audit.actor_of(access.current_user()),
            now=clock.now(),
            sends_mail=form.sends_mail.data,
            headings=form.headings(),
        )
    except RowsRefusedError:
        return _show(kept, form, 422)
    pending_files.drop(kept)
    db.session.commit()
    flash(
        f"{done.created} enrolled, {done.updated} updated, {done.unchanged} as they "
        "were.",
        "ok",
    )
    return redirect(url_for("people.index", code=code), 303)


@bp.post("/<file>/discard")
@access.staff(Role.COORDINATOR)
def discard(code: str, file: str) -> ResponseReturnValue:
    """Delete the file; nobody was enrolled."""
    kept_files.discard(file)
    flash("The file is deleted. Nobody was enrolled.", "info")
    return redirect(url_for("people.index", code=code), 303)
