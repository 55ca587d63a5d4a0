"""Adding one person by hand, and showing the pass that they then have."""

from flask import Blueprint, Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from tracker import access, clock, qr
from tracker.db import db
from tracker.errors import ConflictError, InvalidError, NotFoundError
from tracker.forms.walk_ins import AddForm
from tracker.models import Enrollment, Pass
from tracker.models.staff import Role
from tracker.services import binding, enrollments, spares, waitlists, walk_ins
from tracker.services.changes import Change
from tracker.views import staff_page
from tracker.views.corrections import load

bp = Blueprint("walk_ins", __name__, url_prefix="/staff/offerings/<code>")


@bp.get("/walk-in")
@access.staff(Role.COORDINATOR)
def ask(code: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded the offering
    """Ask who is to be added."""
    return _show(_form())


def _form() -> AddForm:
    form = AddForm()
    audience = access.current_offering().course.audience
    form.discipline.choices = [("", "Not said"), *((each, each) for each in audience)]
    return form


def _show(form: AddForm, status: int = 200) -> Response:
    offering = access.current_offering()
    return staff_page.show(
        "coordinator/walk_in.html",
        status,
        section="People",
        form=form,
        has_begun=walk_ins.has_begun(offering, now=clock.now()),
        waiting_count=len(waitlists.list_waiting(offering)),
    )


@bp.post("/walk-in")
@access.staff(Role.COORDINATOR)
def add(code: str) -> ResponseReturnValue:
    """Add somebody, and give them a spare badge where one was named."""
    form = _form()
    if not form.validate_on_submit():
        return _show(form, 422)
    try:
        enrollment, change = _add(form)
    except InvalidError as error:
        form.explain(error)
        return _show(form, 422)
    except ConflictError as error:
        form.form_errors.append(error.message)
        return _show(form, 409)
    db.session.commit()
    is_new = change is Change.CREATED
    name = enrollment.person.name
    flash(f"{name} is enrolled." if is_new else f"{name} was enrolled already.", "ok")
    return redirect(url_for(".show", code=code, person=enrollment.public_id), 303)


def _add(form: AddForm) -> tuple[Enrollment, Change]:
    spare = _spare_of(form)
    user, now = access.current_user(), clock.now()
    enrollment, change = walk_ins.add(
        access.current_offering(),
        form.guest(),
        is_waitlist_asked=form.is_waitlist_asked.data,
        user=user,
        now=now,
    )
    if spare is not None and spare.enrollment_id != enrollment.id:
        binding.bind(spare, enrollment, user=user, now=now)
    return enrollment, change


def _spare_of(form: AddForm) -> Pass | None:
    if not form.spare.data:
        return None
    spare = spares.find_spare(access.current_offering(), form.spare.data)
    if spare is None:
        message = "No spare badge of this offering has this number or code."
        raise InvalidError(message, {"spare": message})
    return spare


@bp.get("/people/<person>/pass-on-screen")
@access.staff(Role.COORDINATOR)
def show(code: str, person: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded the offering
    """Show somebody's pass, for a scanner or the person's own camera."""
    enrollment = load(person)
    text = enrollments.current_pass(enrollment)
    if text is None or enrollment.withdrawn_at is not None:
        raise NotFoundError("There is no pass to show.")
    return staff_page.show(
        "coordinator/pass_on_screen.html",
        section="People",
        enrollment=enrollment,
        symbol=qr.symbol(text),
        text=text,
    )
