"""A coordinator's changes to one person's attendance: excused, taught, made up."""

from flask import Blueprint, Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from tracker import access, clock
from tracker.db import db
from tracker.domain.attendance import CorrectionKind
from tracker.errors import InvalidError
from tracker.forms.attendance import MakeUpForm, MarkForm, VoidForm
from tracker.models import Enrollment, Segment
from tracker.models.staff import Role
from tracker.services import (
    corrections,
    enrollments,
    make_ups,
    segments,
)
from tracker.services.acts import Act
from tracker.views import staff_page

bp = Blueprint(
    "corrections", __name__, url_prefix="/staff/offerings/<code>/people/<person>"
)


def load(person: str) -> Enrollment:
    """Return the enrollment of the address, within the offering of the address."""
    return enrollments.get_by_public_id(access.current_offering(), person)


def to_person(code: str, person: str) -> ResponseReturnValue:
    """Go back to the person's page."""
    return redirect(url_for("people.person", code=code, person=person), 303)


def act_of(form: MarkForm | MakeUpForm | VoidForm) -> Act:
    """Return what was sent as an act of who is signed in."""
    return Act(
        why=form.why(),
        uid=form.uid.data,
        user=access.current_user(),
        now=clock.now(),
    )


# Excused, taught.


@bp.get("/segments/<int:number>/mark")
@access.staff(Role.COORDINATOR)
def ask_mark(code: str, person: str, number: int) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded the offering
    """Ask what holds for somebody at a segment beside the times."""
    segment = segments.get_segment(access.current_offering(), number)
    return _show_mark(load(person), segment, MarkForm())


def _show_mark(
    enrollment: Enrollment, segment: Segment, form: MarkForm, status: int = 200
) -> Response:
    return staff_page.show(
        "coordinator/mark.html",
        status,
        section="People",
        enrollment=enrollment,
        segment=segment,
        form=form,
    )


@bp.post("/segments/<int:number>/mark")
@access.staff(Role.COORDINATOR)
def mark(code: str, person: str, number: int) -> ResponseReturnValue:
    """Excuse somebody from a segment, or note that it was taught."""
    enrollment, form = load(person), MarkForm()
    segment = segments.get_segment(access.current_offering(), number)
    if not form.validate_on_submit():
        return _show_mark(enrollment, segment, form, 422)
    try:
        corrections.mark(
            enrollment, segment, CorrectionKind(form.kind.data), act=act_of(form)
        )
    except InvalidError as error:
        form.explain(error)
        return _show_mark(enrollment, segment, form, 422)
    db.session.commit()
    flash(f"Noted for segment {number}.", "ok")
    return to_person(code, person)


@bp.get("/segments/<int:number>/make-up")
@access.staff(Role.COORDINATOR)
def ask_make_up(code: str, person: str, number: int) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded the offering
    """Ask what a make-up rests on, and say until when it can be noted."""
    segment = segments.get_segment(access.current_offering(), number)
    return _show_make_up(load(person), segment, MakeUpForm())


def _show_make_up(
    enrollment: Enrollment, segment: Segment, form: MakeUpForm, status: int = 200
) -> Response:
    return staff_page.show(
        "coordinator/make_up.html",
        status,
        section="People",
        enrollment=enrollment,
        segment=segment,
        span=make_ups.span_of(segment, now=clock.now()),
        form=form,
    )


@bp.post("/segments/<int:number>/make-up")
@access.staff(Role.COORDINATOR)
def make_up(code: str, person: str, number: int) -> ResponseReturnValue:
    """Note that somebody has made a missed segment up, with the evidence."""
    enrollment, form = load(person), MakeUpForm()
    segment = segments.get_segment(access.current_offering(), number)
    if not form.validate_on_submit():
        return _show_make_up(enrollment, segment, form, 422)
    try:
        corrections.mark(
            enrollment,
            segment,
            CorrectionKind.MAKE_UP,
            act=act_of(form),
            proof=form.proof(),
        )
    except InvalidError as error:
        form.explain(error)
        return _show_make_up(enrollment, segment, form, 422)
    db.session.commit()
    flash(f"Segment {number} is noted as made up.", "ok")
    return to_person(code, person)
