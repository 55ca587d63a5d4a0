"""The people of an offering: found, read fact by fact, their passes, their seats."""

from collections.abc import Callable

from flask import Blueprint, Response, flash, request
from flask.typing import ResponseReturnValue

from tracker import access, clock
from tracker.db import db
from tracker.errors import InvalidError, NotFoundError
from tracker.forms.attendance import HeldForm
from tracker.models import Enrollment, Scan
from tracker.models.staff import Role
from tracker.services import (
    audit,
    enrollments,
    exports,
    held_decisions,
    histories,
    own_records,
    records,
    segments,
)
from tracker.services.acts import Act
from tracker.services.boards import PAGE_SIZE
from tracker.views import staff_page
from tracker.views.corrections import load, to_person
from tracker.views.instructor import LONGEST_SEARCH, wished_page
from tracker.views.staff_page import TEACHING

# Kind of file: how it is written, and what it is.
EXPORTS: dict[str, tuple[Callable[[exports.Matrix], str | bytes], str]] = {
    "csv": (exports.matrix_csv, "text/csv"),
    "xlsx": (
        exports.matrix_xlsx,
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
}

bp = Blueprint("people", __name__, url_prefix="/staff/offerings/<code>/people")


@bp.get("")
@access.staff(Role.COORDINATOR)
def index(code: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded the offering
    """List who is enrolled, with the state of their pass; searchable by name."""
    search = request.args.get("q", "")[:LONGEST_SEARCH]
    people = records.list_people(access.current_offering(), search, now=clock.now())
    last_page = max(-(-len(people) // PAGE_SIZE), 1)
    page = min(wished_page(), last_page)
    return staff_page.show(
        "coordinator/people.html",
        section="People",
        people=people[(page - 1) * PAGE_SIZE : page * PAGE_SIZE],
        total=len(people),
        search=search,
        page=page,
        last_page=last_page,
    )


@bp.post("/export")
@access.staff(Role.COORDINATOR)
def export(code: str) -> ResponseReturnValue:
    """Give everybody's attendance as a table; a POST, because it is logged."""
    kind = request.form.get("kind", "csv")
    if kind not in EXPORTS:
        raise NotFoundError
    write, mimetype = EXPORTS[kind]
    actor = audit.actor_of(access.current_user())
    offering = access.current_offering()
    matrix = exports.read_matrix(offering, actor=actor, now=clock.now())
    db.session.commit()
    response = Response(write(matrix), mimetype=mimetype)
    name = f"{code}-attendance.{kind}"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


@bp.get("/<person>")
@access.staff(*TEACHING, takes_codes=True)
def person(code: str, person: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded the offering
    """Show how somebody stands and every fact it rests on."""
    return _show_person(load(person), HeldForm())


def _show_person(enrollment: Enrollment, form: HeldForm, status: int = 200) -> Response:
    record = records.read_record(enrollment, now=clock.now())
    own = access.current_own()
    if own is not None:
        record = own_records.own_part(record, own)
    form.segment.choices = record.choices
    section = "People" if access.has_role(Role.COORDINATOR) else "Attendance"
    return staff_page.show(
        "instructor/person.html", status, section=section, record=record, form=form
    )


@bp.post("/<person>/held")
@access.staff(Role.COORDINATOR)
def decide(code: str, person: str) -> ResponseReturnValue:
    """Decide whether a held scan counts."""
    enrollment, form = load(person), HeldForm()
    offering = access.current_offering()
    form.segment.choices = records.segment_choices(offering, now=clock.now())
    if not form.validate_on_submit():
        return _show_person(enrollment, form, 422)
    scan = histories.get_scan(enrollment, form.scan.data)
    try:
        _decide(form, scan)
    except InvalidError as error:
        form.explain(error)
        return _show_person(enrollment, form, 422)
    db.session.commit()
    flash("The held scan is decided.", "ok")
    return to_person(code, person)


def _decide(form: HeldForm, scan: Scan) -> None:
    segment = segments.get_segment(access.current_offering(), form.segment.data)
    counts = form.decision.data == "count"
    act = held_decisions.count_held_scan if counts else held_decisions.dismiss_held_scan
    act(
        scan,
        segment,
        act=Act(
            why=form.why(),
            uid=form.uid.data,
            user=access.current_user(),
            now=clock.now(),
        ),
    )


@bp.get("/<person>/pass")
@access.staff(Role.COORDINATOR)
def ask_pass(code: str, person: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded the offering
    """Ask before a pass is replaced: the old one no longer checks in."""
    enrollment = load(person)
    return staff_page.show(
        "coordinator/replace_pass.html",
        section="People",
        enrollment=enrollment,
        pass_count=records.count_passes(enrollment),
    )


@bp.post("/<person>/pass")
@access.staff(Role.COORDINATOR)
def replace_pass(code: str, person: str) -> ResponseReturnValue:
    """Give somebody a new pass and end the ones they have.

    The form says how many passes there were: a second tap replaces nothing.
    """
    enrollment = load(person)
    if request.form.get("pass_count") == str(records.count_passes(enrollment)):
        actor = audit.actor_of(access.current_user())
        enrollments.replace_pass(enrollment, actor=actor, now=clock.now())
        db.session.commit()
    flash("There is a new pass. The one before no longer checks in.", "ok")
    return to_person(code, person)


@bp.get("/<person>/withdraw")
@access.staff(Role.COORDINATOR)
def ask_withdrawal(code: str, person: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded the offering
    """Ask before a seat is given back."""
    return staff_page.show(
        "coordinator/withdraw.html", section="People", enrollment=load(person)
    )


@bp.post("/<person>/withdraw")
@access.staff(Role.COORDINATOR)
def withdraw(code: str, person: str) -> ResponseReturnValue:
    """Give somebody's seat back; what was recorded stays."""
    actor = audit.actor_of(access.current_user())
    enrollments.withdraw(load(person), actor=actor, now=clock.now())
    db.session.commit()
    flash("The seat was given back.", "ok")
    return to_person(code, person)
