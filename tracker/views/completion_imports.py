"""Coordinators import the learning platform's report: upload, columns, confirm."""

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from tracker import access, clock, uploads
from tracker.db import db
from tracker.domain.completion_reports import Report
from tracker.domain.report_columns import (
    Layout,
    likely_columns,
    read_header,
    read_layout,
)
from tracker.errors import RowsRefusedError
from tracker.forms.completion_imports import LayoutForm, ReportForm
from tracker.models import PendingFile
from tracker.models.staff import Role
from tracker.services import (
    audit,
    completion_imports,
    pending_files,
    prerequisites,
)
from tracker.views import kept_files, staff_page

bp = Blueprint(
    "completion_imports",
    __name__,
    url_prefix="/staff/offerings/<code>/prerequisite/import",
)

FIRST_ROWS = 5


@bp.get("")
@access.staff(Role.COORDINATOR)
def ask(code: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded the offering
    """Ask for the report."""
    return _ask(ReportForm())


def _ask(form: ReportForm, status: int = 200) -> Response:
    prerequisite = prerequisites.get_prerequisite(access.current_offering())
    return staff_page.show(
        "coordinator/report_upload.html",
        status,
        section="People",
        prerequisite=prerequisite,
        form=form,
    )


@bp.post("")
@access.staff(Role.COORDINATOR)
@uploads.takes_upload(kept_files.MOST_BYTES)
def upload(code: str) -> ResponseReturnValue:
    """Keep the report until its columns are confirmed."""
    form = ReportForm()
    prerequisites.get_prerequisite(access.current_offering())
    kept = kept_files.keep(form, read_header)
    if kept is None:
        return _ask(form, 422)
    return redirect(url_for(".look", code=code, file=kept.public_id), 303)


@bp.get("/<file>")
@access.staff(Role.COORDINATOR)
def look(code: str, file: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded the offering
    """Show which column seems to be what, and what would come of it."""
    kept, form = kept_files.load(file), LayoutForm(formdata=None)
    header = read_header(kept.content)
    course = prerequisites.get_prerequisite(access.current_offering())
    remembered = read_layout(course.completion_columns or {})
    found = likely_columns(header, Layout(), remembered)
    form.offer(header)
    form.fill({each: header[place] for each, place in found.items()}, remembered)
    return _show(kept, form)


def _show(kept: PendingFile, form: LayoutForm, status: int = 200) -> Response:
    report, refused = None, []
    try:
        report = _read(kept, form)
    except RowsRefusedError as error:
        refused = error.refused
    return staff_page.show(
        "coordinator/report_columns.html",
        status,
        section="People",
        file=kept.public_id,
        report=report,
        rows=report.finished[:FIRST_ROWS] if report else (),
        refused=refused[: kept_files.MOST_SHOWN],
        refused_count=len(refused),
        form=form,
    )


def _read(kept: PendingFile, form: LayoutForm) -> Report:
    course = prerequisites.get_prerequisite(access.current_offering())
    return completion_imports.read(course, kept.content, form.layout(), now=clock.now())


@bp.post("/<file>")
@access.staff(Role.COORDINATOR)
def confirm(code: str, file: str) -> ResponseReturnValue:
    """Look at it again with other columns, or import it: all of it or nothing."""
    kept, form = kept_files.load(file), LayoutForm()
    form.offer(read_header(kept.content))
    if not form.validate_on_submit():
        return _show(kept, form, 422)
    if request.form.get("act") != "import":
        return _show(kept, form)
    try:
        report = _read(kept, form)
    except RowsRefusedError:
        return _show(kept, form, 422)
    offering = access.current_offering()
    done = completion_imports.import_report(
        prerequisites.get_prerequisite(offering),
        report,
        actor=audit.actor_of(access.current_user()),
        now=clock.now(),
        offering=offering,
    )
    pending_files.drop(kept)
    db.session.commit()
    flash(
        f"{done.created} recorded, {done.updated} updated, {done.unchanged} as they "
        f"were; {report.not_finished} have not finished.",
        "ok",
    )
    return redirect(url_for("prerequisites.index", code=code), 303)


@bp.post("/<file>/discard")
@access.staff(Role.COORDINATOR)
def discard(code: str, file: str) -> ResponseReturnValue:
    """Delete the file; nothing was imported."""
    kept_files.discard(file)
    flash("The file is deleted. Nothing was imported.", "info")
    return redirect(url_for("prerequisites.index", code=code), 303)
