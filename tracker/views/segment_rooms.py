"""The instructor's room: one segment, who is missing first, and its headcount."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from tracker import access, clock
from tracker.db import db
from tracker.domain.local_times import read_moment
from tracker.errors import InvalidError
from tracker.forms.headcounts import ExplanationForm, HeadcountForm
from tracker.models import Segment
from tracker.models.staff import Role
from tracker.services import (
    boards,
    headcounts,
    queues,
    schedules,
    segment_rooms,
    segments,
)
from tracker.services.boards import State
from tracker.views import staff_page
from tracker.views.instructor import is_hiding, wall_time
from tracker.views.staff_page import EVERYBODY, TEACHING

bp = Blueprint(
    "segment_rooms",
    __name__,
    url_prefix="/staff/offerings/<code>/attendance/<int:number>",
)


@bp.get("")
@access.staff(*TEACHING, takes_codes=True)
def room(code: str, number: int) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded it
    """Show one segment's room; it works without JavaScript, by loading it again."""
    return _show(number, HeadcountForm(), ExplanationForm())


def _show(
    number: int, form: HeadcountForm, explanation: ExplanationForm, status: int = 200
) -> Response:
    now, offering = clock.now(), access.current_offering()
    state = boards.read_state(offering, now=now, own=access.current_own())
    return staff_page.show(
        "instructor/room.html",
        status,
        section="Attendance",
        tag=state.tag,
        live_url=url_for(".live", code=offering.code, number=number),
        form=form,
        explanation=explanation,
        is_by_code=access.is_by_code(),
        queue=_queue(number, now),
        **_values(state, number, now),
    )


def _queue(number: int, now: datetime) -> queues.Queue | None:
    schedule = schedules.schedule_of(access.current_offering())
    return queues.find_queue(schedule, schedule.by_number.get(number), now=now)


def _values(state: State, number: int, now: datetime) -> dict[str, Any]:
    return {
        "room": segment_rooms.read_room(state, number, now=now),
        "is_hiding": is_hiding(),
        "wall_time": wall_time(state, now),
    }


@bp.get("/live")
@access.staff(*TEACHING, is_polled=True, takes_codes=True)
def live(code: str, number: int) -> ResponseReturnValue:  # noqa: ARG001 - the guard has asked for it
    """Give the room's changing part again; an unchanged one is 304, reading nobody."""
    now, watched = clock.now(), access.current_watched()
    state = boards.state_of(
        watched.offering_id,
        watched.version,
        watched.schedule_version,
        now=now,
        own=access.current_own(),
    )
    if request.if_none_match.contains_weak(state.tag):
        response = Response(status=304)
    else:
        access.load_watched()
        values = _values(state, number, now)
        response = staff_page.show("instructor/_room_live.html", **values)
    response.set_etag(state.tag)
    response.headers["Muster-Time"] = wall_time(state, now)
    return response


@bp.post("/headcount")
@access.staff(*EVERYBODY, takes_codes=True)
def count(code: str, number: int) -> ResponseReturnValue:
    """Note a headcount; who works at the door does so without seeing the others."""
    offering, form = access.current_offering(), HeadcountForm()
    segment = segments.get_segment(offering, number)
    is_door = not access.has_role(*TEACHING)
    if not form.validate_on_submit():
        return _refused(number, form, is_door=is_door)
    try:
        headcounts.add_headcount(
            segment,
            form.counted.data,
            counted_at=_moment_in(form, segment),
            uid=form.uid.data,
            user=access.current_user(),
            now=clock.now(),
        )
    except InvalidError as error:
        form.explain(error)
        return _refused(number, form, is_door=is_door)
    db.session.commit()
    flash(f"Segment {number}: {form.counted.data} counted.", "ok")
    if is_door:
        return redirect(url_for("instructor.offering", code=code), 303)
    return redirect(url_for(".room", code=code, number=number), 303)


def _refused(number: int, form: HeadcountForm, *, is_door: bool) -> Response:
    if not is_door:
        return _show(number, form, ExplanationForm(), 422)
    return staff_page.show(
        "instructor/door_headcount.html",
        422,
        section="Overview",
        segment=segments.get_segment(access.current_offering(), number),
        form=form,
    )


def _moment_in(form: HeadcountForm, segment: Segment) -> datetime:
    """Return the moment of the count: now, or a time of the segment's day.

    Raises:
        InvalidError: it is no time there.
    """
    if not form.at.data:
        return clock.now()
    zone = ZoneInfo(access.current_offering().timezone)
    starts_at = segment.delivered_starts_at or segment.starts_at
    day = starts_at.astimezone(zone).date()
    try:
        return read_moment(f"{day} {form.at.data}", zone)
    except ValueError as problem:
        raise InvalidError("No time.", {"at": f"The time {problem}."}) from problem


@bp.get("/headcount")
@access.staff(Role.DOOR, Role.COORDINATOR, Role.INSTRUCTOR, takes_codes=True)
def ask_count(code: str, number: int) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded it
    """Ask for a headcount, without a word of who has checked in."""
    return staff_page.show(
        "instructor/door_headcount.html",
        section="Overview",
        segment=segments.get_segment(access.current_offering(), number),
        form=HeadcountForm(),
    )


@bp.post("/headcount/<headcount>/explanation")
@access.staff(*TEACHING, takes_codes=True)
def explain(code: str, number: int, headcount: str) -> ResponseReturnValue:
    """Say why a headcount differs from the check-ins."""
    offering, form = access.current_offering(), ExplanationForm()
    segment = segments.get_segment(offering, number)
    try:
        headcounts.explain(
            segment,
            headcount,
            form.explanation.data or "",
            user=access.current_user(),
            now=clock.now(),
        )
    except InvalidError as error:
        form.explain(error)
        return _show(number, HeadcountForm(), form, 422)
    db.session.commit()
    flash("The explanation is noted.", "ok")
    return redirect(url_for(".room", code=code, number=number), 303)
