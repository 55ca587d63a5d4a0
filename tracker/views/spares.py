"""Spare badges: made, printed, given to a person, and what was scanned with them."""

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from tracker import access, clock, labels
from tracker.db import db
from tracker.documents import render_badges
from tracker.errors import ConflictError, InvalidError
from tracker.forms.spares import BindForm, SparesForm
from tracker.models.staff import Role
from tracker.services import audit, binding, enrollments, spares
from tracker.services.binding import Bound
from tracker.views import staff_page

bp = Blueprint("spares", __name__, url_prefix="/staff/offerings/<code>/spares")


@bp.get("")
@access.staff(Role.COORDINATOR)
def index(code: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded it
    """List the spare badges, and whose they are."""
    form = _bind_form()
    form.spare.data = request.args.get("spare", "")[:100]
    form.person.data = request.args.get("person", "")
    return _show(form, SparesForm())


def _bind_form() -> BindForm:
    form = BindForm()
    people = enrollments.list_enrollments(access.current_offering())
    form.person.choices = [
        ("", "Choose a person"),
        *((each.public_id, each.person.name) for each in people),
    ]
    return form


def _show(bind_form: BindForm, form: SparesForm, status: int = 200) -> Response:
    lines = spares.list_spares(access.current_offering())
    form.after.data = str(lines[-1].number if lines else 0)
    return staff_page.show(
        "coordinator/spares.html",
        status,
        section="People",
        lines=lines,
        sheets=labels.SHEETS,
        form=form,
        bind_form=bind_form,
    )


@bp.post("")
@access.staff(Role.COORDINATOR)
def make(code: str) -> ResponseReturnValue:
    """Make more spare badges; sent twice, the second makes none."""
    form = SparesForm()
    if not form.validate_on_submit():
        return _show(_bind_form(), form, 422)
    try:
        made = spares.make_spares(
            access.current_offering(),
            form.count.data,
            after=int(form.after.data),
            actor=audit.actor_of(access.current_user()),
            now=clock.now(),
        )
    except InvalidError as error:
        form.explain(error)
        return _show(_bind_form(), form, 422)
    db.session.commit()
    flash(f"Made: {made}." if made else "They are made already.", "ok")
    return redirect(url_for(".index", code=code), 303)


@bp.post("/badges")
@access.staff(Role.COORDINATOR)
def badges(code: str) -> ResponseReturnValue:
    """Print the spare badges that are nobody's; a POST, because it is logged."""
    wished = request.form.get("sheet", labels.USUAL)
    if wished not in labels.BY_NAME:
        raise InvalidError("Choose one of the papers on the page.")
    sheet = spares.read_sheet(
        access.current_offering(),
        sheet=wished,
        actor=audit.actor_of(access.current_user()),
        now=clock.now(),
    )
    db.session.commit()
    response = Response(render_badges(sheet), mimetype="application/pdf")
    name = f"{code}-spares.pdf"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


@bp.post("/bind")
@access.staff(Role.COORDINATOR)
def bind(code: str) -> ResponseReturnValue:
    """Give a spare badge to a person; its earlier scans count from now on."""
    form, offering = _bind_form(), access.current_offering()
    if not form.validate_on_submit():
        return _show(form, SparesForm(formdata=None), 422)
    spare = spares.find_spare(offering, form.spare.data)
    if spare is None:
        form.spare.errors = ["No spare badge of this offering has this number or code."]
        return _show(form, SparesForm(formdata=None), 422)
    enrollment = enrollments.get_by_public_id(offering, form.person.data)
    try:
        bound = binding.bind(
            spare, enrollment, user=access.current_user(), now=clock.now()
        )
    except ConflictError as error:
        form.spare.errors = [error.message]
        return _show(form, SparesForm(formdata=None), 422)
    db.session.commit()
    name = enrollment.person.name
    flash(f"Spare {spare.spare_number} belongs to {name} now. {_said(bound)}", "ok")
    return redirect(url_for(".scans", code=code, number=spare.spare_number), 303)


def _said(bound: Bound) -> str:
    if not bound.counted and not bound.left:
        return "It has not been scanned before."
    left = f" {bound.left} wait for a decision." if bound.left else ""
    return f"Earlier scans that count now: {bound.counted}.{left}"


@bp.get("/<int:number>")
@access.staff(Role.COORDINATOR)
def scans(code: str, number: int) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded the offering
    """Say what was scanned with a spare badge while it was nobody's."""
    offering = access.current_offering()
    spare = spares.get_spare(offering, number)
    return staff_page.show(
        "coordinator/spare.html",
        section="People",
        number=number,
        enrollment=spare.enrollment,
        name=spare.enrollment.person.name if spare.enrollment else "",
        scans=binding.list_scans(spare),
    )
