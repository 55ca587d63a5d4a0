"""Segments cancelled and taken up again, and many moved at once."""

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from tracker import access, clock
from tracker.db import db
from tracker.errors import InvalidError
from tracker.forms.schedule import MoveForm
from tracker.forms.times import ChangeForm
from tracker.models.staff import Role
from tracker.services import rescheduling, segments, timetables
from tracker.services.rescheduling import Row, StaleError
from tracker.views import staff_page
from tracker.views.schedule_page import (
    SECTION,
    basis_of,
    propose,
    renew,
    to_schedule,
)

bp = Blueprint("rescheduling", __name__, url_prefix="/staff/offerings/<code>/schedule")


# Whether a segment takes place: the page that asks shows at once what that does.


@bp.get("/segments/<int:number>/cancel")
@access.staff(Role.COORDINATOR)
def ask_cancel(code: str, number: int) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded the offering
    """Show whose attendance cancelling a segment changes, and ask."""
    return _ask(number, is_cancelled=True)


@bp.get("/segments/<int:number>/restore")
@access.staff(Role.COORDINATOR)
def ask_restore(code: str, number: int) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded the offering
    """Show whose attendance a segment that takes place after all changes, and ask."""
    return _ask(number, is_cancelled=False)


def _ask(number: int, *, is_cancelled: bool) -> Response:
    form = ChangeForm()
    renew(form)
    return _show_question(number, form, is_cancelled=is_cancelled)


def _show_question(
    number: int, form: ChangeForm, status: int = 200, *, is_cancelled: bool
) -> Response:
    title, act = _words(number, is_cancelled)
    return propose(
        [_row(number, is_cancelled=is_cancelled)], form, title, act, status=status
    )


def _words(number: int, is_cancelled: bool) -> tuple[str, str]:
    if is_cancelled:
        return f"Cancel segment {number}", "Cancel the segment"
    return f"Segment {number} takes place after all", "Let it take place"


def _row(number: int, *, is_cancelled: bool) -> Row:
    offering = access.current_offering()
    segments.get_any_segment(offering, number)
    return rescheduling.rows_of(offering)[number] | {"cancelled": is_cancelled}


@bp.post("/segments/<int:number>/cancel")
@access.staff(Role.COORDINATOR)
def cancel(code: str, number: int) -> ResponseReturnValue:
    """Cancel a segment; what was recorded at it stays."""
    return _set(code, number, is_cancelled=True)


@bp.post("/segments/<int:number>/restore")
@access.staff(Role.COORDINATOR)
def restore(code: str, number: int) -> ResponseReturnValue:
    """Let a cancelled segment take place after all."""
    return _set(code, number, is_cancelled=False)


def _set(code: str, number: int, *, is_cancelled: bool) -> ResponseReturnValue:
    form = ChangeForm()
    row = _row(number, is_cancelled=is_cancelled)
    if not form.validate_on_submit():
        renew(form)
        return _show_question(number, form, 422, is_cancelled=is_cancelled)
    if not form.is_confirmed:
        return _show_question(number, form, is_cancelled=is_cancelled)
    action = "segment.cancel" if is_cancelled else "segment.restore"
    try:
        is_new = rescheduling.change(
            access.current_offering(), [row], action, basis=basis_of(form)
        )
    except StaleError:
        renew(form)
        return _show_question(number, form, 409, is_cancelled=is_cancelled)
    db.session.commit()
    said = "is cancelled" if is_cancelled else "takes place"
    return to_schedule(code, f"Segment {number} {said}.", is_new=is_new)


# Moving a day, or everything that is left.


@bp.get("/move")
@access.staff(Role.COORDINATOR)
def ask_move(code: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded it
    """Ask from which segment on, and by how much."""
    form = _move_form()
    renew(form)
    return _show_move(form)


def _move_form() -> MoveForm:
    days = timetables.read_timetable(access.current_offering(), now=clock.now())
    form = MoveForm()
    form.first.choices = [
        (slot.number, f"{slot.starts_at:%a %H:%M}, {slot.number}. {slot.title}")
        for day in days
        for slot in day.slots
        if not slot.is_cancelled
    ]
    return form


def _show_move(form: MoveForm, status: int = 200, **context: object) -> Response:
    return staff_page.show(
        "coordinator/move.html", status, section=SECTION, form=form, **context
    )


@bp.post("/move")
@access.staff(Role.COORDINATOR)
def move(code: str) -> ResponseReturnValue:
    """Move a segment and what comes after it: say what that does, then do it."""
    form = _move_form()
    if not form.validate_on_submit():
        return _show_move(form, 422)
    rows = timetables.rows_to_move(
        access.current_offering(),
        form.first.data,
        form.minutes.data,
        to_the_end=form.scope.data == "all",
    )
    try:
        if not form.is_confirmed:
            return propose(
                rows, form, _move_words(len(rows), form.minutes.data), "Move"
            )
        is_new = rescheduling.change(
            access.current_offering(), rows, "segment.move", basis=basis_of(form)
        )
    except InvalidError as error:
        form.explain(error)
        return _show_move(form, 422)
    except StaleError:
        renew(form)
        return _show_move(form, 409, is_stale=True)
    db.session.commit()
    said = _move_words(len(rows), form.minutes.data)
    return to_schedule(code, f"{said}: moved.", is_new=is_new)


def _move_words(count: int, minutes: int) -> str:
    """Say what moves, and by how much."""
    what = "1 segment" if count == 1 else f"{count} segments"
    return f"{what}, {abs(minutes)} minutes {'later' if minutes > 0 else 'earlier'}"
