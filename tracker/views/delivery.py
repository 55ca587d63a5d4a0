"""How segments were really held: delivered times, and queues at the door."""

import uuid
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from tracker import access, clock
from tracker.db import db
from tracker.errors import InvalidError, NotFoundError
from tracker.forms.schedule import HeldForm, QueueForm
from tracker.models import Segment
from tracker.models.staff import Role
from tracker.services import deliveries, effects, schedules, segments
from tracker.services.deliveries import Held, Word
from tracker.services.rescheduling import StaleError
from tracker.views import staff_page
from tracker.views.schedule_page import SECTION, renew, show_effects, to_schedule
from tracker.views.staff_page import EVERYBODY, TEACHING

bp = Blueprint("delivery", __name__, url_prefix="/staff/offerings/<code>")


@bp.get("/schedule/segments/<int:number>/delivered")
@access.staff(Role.COORDINATOR)
def ask(code: str, number: int) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded the offering
    """Ask when a segment was really held; what is known or planned is filled in."""
    offering = access.current_offering()
    segment = segments.get_segment(offering, number)
    form = HeldForm()
    renew(form)
    form.fill_times(
        ZoneInfo(offering.timezone),
        starts_at=segment.delivered_starts_at or segment.starts_at,
        ends_at=segment.delivered_ends_at or segment.ends_at,
    )
    return _show(segment, form)


def _show(
    segment: Segment, form: HeldForm, status: int = 200, **context: object
) -> Response:
    offering = access.current_offering()
    plan = schedules.schedule_of(offering).by_number[segment.number]
    return staff_page.show(
        "coordinator/delivered.html",
        status,
        section=SECTION,
        segment=segment,
        form=form,
        late=effects.list_late_arrivals(offering, plan, plan.ends_at),
        **context,
    )


@bp.post("/schedule/segments/<int:number>/delivered")
@access.staff(Role.COORDINATOR)
def deliver(code: str, number: int) -> ResponseReturnValue:
    """Set when a segment was really held: say what that does, then do it."""
    offering = access.current_offering()
    segment = segments.get_segment(offering, number)
    form = HeldForm()
    if not form.validate_on_submit():
        return _show(segment, form, 422)
    try:
        held, word = _held(form), _word(form)
        if not form.is_confirmed:
            return _show_effects(segment, form, held, word)
        is_new = deliveries.deliver(offering, number, held, word)
    except InvalidError as error:
        form.explain(error)
        return _show(segment, form, 422)
    except StaleError:
        renew(form)
        return _show(segment, form, 409, is_stale=True)
    db.session.commit()
    return to_schedule(code, f"Noted how segment {number} was held.", is_new=is_new)


def _held(form: HeldForm) -> Held:
    """Return what the form says; "as planned" empties both times."""
    if "as_planned" in request.form:
        return Held(None, None, form.reason.data)
    times = form.read_times(ZoneInfo(access.current_offering().timezone))
    return Held(times["starts_at"], times["ends_at"], form.reason.data)


def _word(form: HeldForm) -> Word:
    return Word(
        uid=form.uid.data,
        user=access.current_user(),
        now=clock.now(),
        version=int(form.version.data),
    )


def _show_effects(segment: Segment, form: HeldForm, held: Held, word: Word) -> Response:
    offering = access.current_offering()
    proposal = deliveries.propose(offering, segment.number, held, word)
    after = proposal.after.by_number[segment.number]
    return show_effects(
        proposal,
        f"How segment {segment.number} was held",
        form,
        act="Set for everybody",
        delivered=after,
        is_back=held.starts_at is None and held.ends_at is None,
        late=effects.list_late_arrivals(offering, after, after.ends_at),
    )


# A queue at the door: one tap, for whoever stands there.


@bp.post("/segments/<int:number>/on-time")
@access.staff(*EVERYBODY, takes_codes=True)
def wait_for_queue(code: str, number: int) -> ResponseReturnValue:
    """Let the queue at the door be on time, or take that back.

    Who is signed in by a code does so for the own segments.
    """
    own, form = access.current_own(), QueueForm()
    if own is not None and number not in own:
        raise NotFoundError
    if not form.validate_on_submit():
        raise InvalidError("Choose now, 5 or 10 minutes.")
    offering = access.current_offering()
    word = Word(uid=uuid.uuid4().hex, user=access.current_user(), now=clock.now())
    if form.minutes.data == QueueForm.BACK:
        is_new = deliveries.drop_queue(offering, number, word)
        said = f"Segment {number}: on time as planned again."
    else:
        until, is_new = deliveries.wait_for_queue(
            offering, number, int(form.minutes.data), word
        )
        local = until.astimezone(ZoneInfo(offering.timezone))
        said = f"Segment {number}: on time until {local:%H:%M}."
    db.session.commit()
    flash(said, "ok" if is_new else "info")
    return redirect(_origin(code, number), 303)


def _origin(code: str, number: int) -> str:
    """Return the page of whoever tapped: room, board, or the overview of a door."""
    if request.form.get("back") == "room" and access.has_role(*TEACHING):
        return url_for("segment_rooms.room", code=code, number=number)
    page = "instructor.board" if access.has_role(*TEACHING) else "instructor.offering"
    return url_for(page, code=code)
