"""The schedule, changed by coordinators: what it changes is shown, then confirmed."""

from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from tracker import access, clock
from tracker.db import db
from tracker.domain.credit import plain_category
from tracker.domain.local_times import write_moment
from tracker.errors import InvalidError
from tracker.forms.schedule import SegmentForm
from tracker.models.staff import Role
from tracker.services import rescheduling, segment_histories, segments, timetables
from tracker.services.rescheduling import Row, StaleError
from tracker.views import staff_page
from tracker.views.schedule_page import (
    SECTION,
    basis_of,
    propose,
    renew,
    to_schedule,
)

bp = Blueprint("schedule", __name__, url_prefix="/staff/offerings/<code>/schedule")


@bp.get("")
@access.staff(Role.COORDINATOR)
def index(code: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded it
    """Show every segment by day, planned beside delivered."""
    offering = access.current_offering()
    return staff_page.show(
        "coordinator/schedule.html",
        section=SECTION,
        days=timetables.read_timetable(offering, now=clock.now()),
    )


@bp.get("/segments/<int:number>/history")
@access.staff(Role.COORDINATOR)
def history(code: str, number: int) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded the offering
    """Show what was done to a segment, when and by whom."""
    offering = access.current_offering()
    segment = segments.get_any_segment(offering, number)
    return staff_page.show(
        "coordinator/segment_history.html",
        section=SECTION,
        segment=segment,
        history=segment_histories.read_history(offering, segment),
    )


# One segment: changed or added.


def _segment_form() -> SegmentForm:
    offering = access.current_offering()
    form = SegmentForm()
    form.instructors.choices = [
        (each.key, each.name) for each in segments.list_instructors(offering)
    ]
    return form


@bp.get("/segments/<int:number>")
@access.staff(Role.COORDINATOR)
def ask_edit(code: str, number: int) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded the offering
    """Show a segment's form, filled in."""
    offering = access.current_offering()
    segment = segments.get_any_segment(offering, number)
    form = _segment_form()
    renew(form)
    zone = ZoneInfo(offering.timezone)
    form.fill_times(zone, starts_at=segment.starts_at, ends_at=segment.ends_at)
    form.title.data, form.room.data = segment.title, segment.room
    form.instructors.data = [each.key for each in segment.instructors]
    form.is_required.data = segment.is_required
    form.needs_check_out.data = segment.needs_check_out
    form.credit_minutes.data = segment.credit_minutes
    form.credit_category.data = segment.credit_category
    return _show_form(form, number=number)


def _show_form(form: SegmentForm, status: int = 200, **context: Any) -> Response:
    return staff_page.show(
        "coordinator/segment.html", status, section=SECTION, form=form, **context
    )


@bp.post("/segments/<int:number>")
@access.staff(Role.COORDINATOR)
def edit(code: str, number: int) -> ResponseReturnValue:
    """Change a segment: say what that does, and on confirmation do it."""
    offering = access.current_offering()
    old = segments.get_any_segment(offering, number)
    form = _segment_form()
    is_cancelled = old.cancelled_at is not None
    if not form.validate_on_submit():
        return _show_form(form, 422, number=number)
    try:
        rows = [_row_of(form, number) | {"cancelled": is_cancelled}]
        if not form.is_confirmed:
            return propose(rows, form, f"Change segment {number}", "Save")
        is_new = rescheduling.change(
            offering, rows, "segment.edit", basis=basis_of(form)
        )
    except InvalidError as error:
        form.explain(error)
        return _show_form(form, 422, number=number)
    except StaleError:
        renew(form)
        return _show_form(form, 409, number=number, is_stale=True)
    db.session.commit()
    return to_schedule(code, f"Segment {number} is saved.", is_new=is_new)


def _row_of(form: SegmentForm, number: int) -> Row:
    """Return a segment as an offering's file has it.

    Raises:
        InvalidError: the times mean no moments, or end before they start.
    """
    zone = ZoneInfo(access.current_offering().timezone)
    times = form.read_times(zone)
    starts_at, ends_at = times["starts_at"], times["ends_at"]
    if ends_at <= starts_at:
        sentence = "does not come after the start"
        raise InvalidError("The end comes first.", {"ends_at": sentence})
    minutes = form.credit_minutes.data
    known = [key for key, _ in form.instructors.choices]
    return {
        "number": number,
        "title": segments.tidy(form.title.data),
        "starts_at": write_moment(starts_at, zone),
        "ends_at": write_moment(ends_at, zone),
        "room": segments.tidy(form.room.data),
        "required": form.is_required.data,
        "check_out": form.needs_check_out.data,
        "credit_minutes": int((ends_at - starts_at).total_seconds() // 60)
        if minutes is None
        else minutes,
        "credit_category": plain_category(segments.tidy(form.credit_category.data)),
        "instructors": [key for key in known if key in (form.instructors.data or [])],
        "cancelled": False,
    }


@bp.get("/add")
@access.staff(Role.COORDINATOR)
def ask_add(code: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded it
    """Show the form of a new segment, whose number is the next one."""
    form = _segment_form()
    renew(form)
    form.number.data = str(rescheduling.next_number(access.current_offering()))
    form.is_required.data = True
    return _show_form(form)


@bp.post("/add")
@access.staff(Role.COORDINATOR)
def add(code: str) -> ResponseReturnValue:
    """Add a segment. The number stands in the form: sent twice, it adds one."""
    offering = access.current_offering()
    form = _segment_form()
    if not form.validate_on_submit() or not form.number.data:
        return _show_form(form, 422)
    number = int(form.number.data)
    try:
        rows = [_row_of(form, number)]
        if not form.is_confirmed:
            title = f"Add segment {number}"
            return propose(rows, form, title, "Add the segment", is_adding=True)
        is_new = rescheduling.change(
            offering, rows, "segment.add", basis=basis_of(form), is_adding=True
        )
    except InvalidError as error:
        form.explain(error)
        return _show_form(form, 422)
    except StaleError:
        renew(form)
        form.number.data = str(rescheduling.next_number(offering))
        return _show_form(form, 409, is_stale=True)
    db.session.commit()
    return to_schedule(code, f"Segment {number} is added.", is_new=is_new)
