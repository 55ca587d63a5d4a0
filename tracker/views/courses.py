"""The catalogue as staff keep it: courses, and new offerings of them."""

from flask import Blueprint, Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from tracker import access, clock, web
from tracker.db import db
from tracker.errors import InvalidError, NotFoundError
from tracker.forms.courses import CourseForm, NewCourseForm
from tracker.forms.offerings import ZONES, NewOfferingForm
from tracker.models import Course
from tracker.services import audit, catalogue, courses, desks, offering_editing

bp = Blueprint("courses", __name__, url_prefix="/staff/courses")


@bp.get("")
@access.staff()
def index() -> ResponseReturnValue:
    """List the courses of which this member of staff may add offerings."""
    user = access.current_user()
    return web.page(
        "coordinator/courses.html",
        courses=desks.list_courses(user),
        is_admin=user.is_admin,
    )


@bp.get("/add")
@access.admin
def ask_add() -> ResponseReturnValue:
    """Ask what a new course says."""
    form = NewCourseForm()
    form.add_rows()
    return _show(form, None)


def _show(form: CourseForm, course: Course | None, status: int = 200) -> Response:
    others = [each.code for each in catalogue.list_courses() if each is not course]
    form.offer(others)
    return web.page("coordinator/course.html", status, form=form, course=course)


@bp.post("/add")
@access.admin
def add() -> ResponseReturnValue:
    """Add a course; the same one again changes nothing."""
    form = NewCourseForm()
    if not _is_sent(form, None):
        return _show(form, None, 422)
    actor = audit.actor_of(access.current_user())
    try:
        made = courses.add_course(form.read(), actor=actor, now=clock.now())
    except InvalidError as error:
        form.explain(error)
        return _show(form, None, 422)
    return _saved(made)


def _is_sent(form: CourseForm, course: Course | None) -> bool:
    form.offer([each.code for each in catalogue.list_courses() if each is not course])
    return bool(form.validate_on_submit())


def _saved(course: Course) -> ResponseReturnValue:
    code = course.code
    db.session.commit()
    flash(f"{code} is saved.", "ok")
    return redirect(url_for(".edit", course=code), 303)


@bp.get("/<course>")
@access.admin
def edit(course: str) -> ResponseReturnValue:
    """Show what a course says, to be changed."""
    found, form = catalogue.get_course(course), CourseForm()
    form.offer([])
    form.fill(courses.plain_course(found))
    return _show(form, found)


@bp.post("/<course>")
@access.admin
def save(course: str) -> ResponseReturnValue:
    """Keep what a course says; its offerings show it at once."""
    found, form = catalogue.get_course(course), CourseForm()
    if not _is_sent(form, found):
        return _show(form, found, 422)
    actor = audit.actor_of(access.current_user())
    try:
        courses.change_course(found, form.read(), actor=actor, now=clock.now())
    except InvalidError as error:
        form.explain(error)
        return _show(form, found, 422)
    return _saved(found)


@bp.get("/<course>/offerings/add")
@access.staff()
def ask_offering(course: str) -> ResponseReturnValue:
    """Ask where and when a new offering of a course is."""
    found, form = _get_addable(course), NewOfferingForm()
    form.fill(catalogue.suggest_offering(found))
    return _show_offering(form, found)


def _get_addable(code: str) -> Course:
    """Load a course of which this user may add offerings; others are not there."""
    found = courses.find_course(code)
    if found is None or not offering_editing.may_add(access.current_user(), found):
        raise NotFoundError
    return found


def _show_offering(
    form: NewOfferingForm, course: Course, status: int = 200
) -> Response:
    return web.page(
        "coordinator/add_offering.html", status, form=form, course=course, zones=ZONES
    )


@bp.post("/<course>/offerings/add")
@access.staff()
def add_offering(course: str) -> ResponseReturnValue:
    """Make a draft of an offering; who makes it coordinates it."""
    found, form = _get_addable(course), NewOfferingForm()
    if not form.validate_on_submit():
        return _show_offering(form, found, 422)
    try:
        made = offering_editing.add(
            found, form.read(), user=access.current_user(), now=clock.now()
        )
    except InvalidError as error:
        form.explain(error)
        return _show_offering(form, found, 422)
    code = made.code
    db.session.commit()
    flash(f"{code} is a draft now. The public does not see it yet.", "ok")
    return redirect(url_for("coordinator.settings", code=code), 303)
