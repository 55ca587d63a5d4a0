"""Checking people in by hand, and undoing exactly that."""

import uuid
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from tracker import access, clock
from tracker.db import db
from tracker.domain.attendance import DIRECTION_OF, CorrectionKind
from tracker.domain.local_times import read_moment
from tracker.domain.moments import current_segment
from tracker.domain.scans import Direction
from tracker.domain.schedule import Schedule, SegmentPlan
from tracker.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from tracker.forms.attendance import CheckInForm
from tracker.models import Correction, Enrollment, Segment
from tracker.models.attendance import ReasonChip
from tracker.models.staff import Role
from tracker.services import (
    corrections,
    enrollments,
    histories,
    schedules,
    segments,
    stakes,
    voids,
)
from tracker.services.acts import Act, Why
from tracker.views import staff_page
from tracker.views.instructor import is_hiding
from tracker.views.staff_page import TEACHING

bp = Blueprint("by_hand", __name__, url_prefix="/staff/offerings/<code>/attendance")

UNDOABLE = "undo:"
"""Begins the category of a message that offers to undo the correction it names."""


@bp.get("/by-hand")
@access.staff(*TEACHING, takes_codes=True)
def form(code: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded it
    """Ask whom to check in, where, when and why; what was clicked is filled in."""
    empty = _empty_form()
    empty.person.data = request.args.get("person", "")
    empty.back.data = request.args.get("back", "")
    if request.args.get("direction") == Direction.OUT:
        empty.direction.data = Direction.OUT.value
    _suggest_segment(empty, request.args.get("segment", ""))
    return _show(empty)


def _show(filled: CheckInForm, status: int = 200) -> Response:
    return staff_page.show(
        "instructor/by_hand.html",
        status,
        section="Attendance",
        form=filled,
        is_hiding=is_hiding(),
    )


def _empty_form() -> CheckInForm:
    """Make the form, with who is enrolled now and the segments that have opened."""
    offering = access.current_offering()
    schedule = schedules.schedule_of(offering)
    people = enrollments.list_enrollments(offering)
    made = CheckInForm()
    made.person.choices = [
        ("", "Choose a person"),
        *((each.public_id, each.person.name) for each in people),
    ]
    opened = _opened(schedule, clock.now())
    made.segment.choices = [
        (each.number, f"{each.number}. {each.title}") for each in opened
    ]
    if not any(each.needs_check_out for each in opened):
        made.offer_arriving_only()
    return made


def _opened(schedule: Schedule, now: datetime) -> list[SegmentPlan]:
    """Return the segments that have opened and that this member of staff may see."""
    windows, own = schedule.windows_at(now), access.current_own()
    return [
        each
        for each in schedule.held
        if each.number in windows
        and windows[each.number].opens_at <= now
        and (own is None or each.number in own)
    ]


def _suggest_segment(empty: CheckInForm, clicked: str) -> None:
    """Fill in the segment clicked, else the current one; past ones from their start."""
    schedule = schedules.schedule_of(access.current_offering())
    current = current_segment(schedule, clock.now(), access.current_own())
    numbers = [number for number, _ in empty.segment.choices]
    if clicked in map(str, numbers):
        empty.segment.data = int(clicked)
    elif numbers:
        empty.segment.data = current.number if current else numbers[-1]
    is_on = current is not None and empty.segment.data == current.number
    empty.when.data = "now" if is_on else "start"


@bp.post("/by-hand")
@access.staff(*TEACHING, takes_codes=True)
def check_in(code: str) -> ResponseReturnValue:
    """Check somebody in; the answer offers to undo exactly that."""
    sent = _empty_form()
    if not sent.validate_on_submit():
        return _show(sent, 422)
    offering = access.current_offering()
    enrollment = enrollments.get_by_public_id(offering, sent.person.data)
    segment = segments.get_segment(offering, sent.segment.data)
    if enrollment.withdrawn_at is not None:
        sent.person.errors = ["This person has given the seat back."]
        return _show(sent, 422)
    try:
        made = corrections.check_in_by_hand(
            enrollment,
            segment,
            at=_moment_in(sent, segment),
            direction=Direction(sent.direction.data),
            act=Act(
                why=sent.why(),
                uid=sent.uid.data,
                user=access.current_user(),
                now=clock.now(),
            ),
        )
    except InvalidError as error:
        sent.explain(error)
        return _show(sent, 422)
    db.session.commit()
    way = "out of" if made.kind is CorrectionKind.CHECK_OUT else "in to"
    said = f"{_shown_name(enrollment)} is checked {way} segment {segment.number}."
    flash(said, UNDOABLE + made.public_id)
    return redirect(_address_after(code, enrollment, segment, sent.back.data), 303)


def _shown_name(enrollment: Enrollment) -> str:
    """Return who it was, unless names are hidden on this device: it may be mirrored."""
    return "One person" if is_hiding() else enrollment.person.name


def _moment_in(sent: CheckInForm, segment: Segment) -> datetime:
    """Return the moment that the form names.

    Raises:
        InvalidError: the other time is missing, or is no time in that zone.
    """
    if sent.when.data == "now":
        return clock.now()
    if sent.when.data == "start":
        return segment.delivered_starts_at or segment.starts_at
    if sent.when.data == "end":
        return segment.delivered_ends_at or segment.ends_at
    try:
        zone = ZoneInfo(access.current_offering().timezone)
        return read_moment(sent.at.data or "", zone)
    except ValueError as problem:
        raise InvalidError("No time.", {"at": f"The time {problem}."}) from problem


def _address_after(
    code: str, enrollment: Enrollment, segment: Segment, back: str | None
) -> str:
    if back == "room":
        return url_for("segment_rooms.room", code=code, number=segment.number)
    if back == "person":
        return url_for("people.person", code=code, person=enrollment.public_id)
    return url_for("instructor.board", code=code)


@bp.post("/by-hand/<correction>/undo")
@access.staff(*TEACHING, takes_codes=True)
def undo(code: str, correction: str) -> ResponseReturnValue:
    """Take one check-in by hand back; twice is the same as once."""
    enrollment, made = _own_check_in(correction)
    segment = _segment_of(made)
    if stakes.at_stake_by_removal(enrollment, made):
        raise ConflictError(
            "A certificate rests on this check-in by now. "
            "A coordinator can take it back on the person's page."
        )
    voids.void_correction(
        made,
        act=Act(
            why=Why(ReasonChip.MISTAKE),
            uid=uuid.uuid4().hex,
            user=access.current_user(),
            now=clock.now(),
        ),
    )
    db.session.commit()
    what = "check-out" if made.kind is CorrectionKind.CHECK_OUT else "check-in"
    flash(f"The {what} of {_shown_name(enrollment)} was taken back.", "info")
    back = request.form.get("back")
    return redirect(_address_after(code, enrollment, segment, back), 303)


def _segment_of(made: Correction) -> Segment:
    """Return a correction's segment, if this member of staff may see it."""
    segment = db.session.get_one(Segment, made.segment_id)
    own = access.current_own()
    if own is not None and segment.number not in own:
        raise NotFoundError
    return segment


def _own_check_in(public_id: str) -> tuple[Enrollment, Correction]:
    """Return a check-in that this user may undo: their own, or any for a coordinator.

    Raises:
        NotFoundError: this offering has none of that id.
        ForbiddenError: a colleague made it.
    """
    enrollment, made = histories.get_corrected(access.current_offering(), public_id)
    if made.kind not in DIRECTION_OF:
        raise NotFoundError
    is_own = made.user_id == access.current_user().id
    if not is_own and not access.has_role(Role.COORDINATOR):
        raise ForbiddenError("A colleague made this check-in. Ask a coordinator.")
    return enrollment, made
