"""A participant checks in with the own phone: the room's code, typed, or spoken."""

from datetime import datetime

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from tracker import access, clock, web
from tracker.db import db
from tracker.domain import room_codes, room_words
from tracker.errors import GoneError
from tracker.forms.rooms import RoomCodeForm
from tracker.models import Enrollment
from tracker.services import (
    attendance,
    limits,
    room_entries,
    room_grants,
    room_scans,
    rooms,
    schedules,
    spoken_codes,
)
from tracker.services.room_grants import Grant
from tracker.services.room_scans import CheckIn
from tracker.views import browsers, phones

bp = Blueprint("room_check_in", __name__)

# Tries at typing a code: ten at once, then one in half a minute.
TRY_SECONDS, TRIES = 30, 10


@bp.get("/R/<room_code>")  # as the QR code says it: capitals make it coarser
@bp.get("/r/<room_code>")
@access.public
def offer(room_code: str) -> ResponseReturnValue:
    """Exchange a valid code for a button, which checks in; opening changes nothing."""
    try:
        grant = room_entries.exchange(room_code, now=clock.now())
    except GoneError:
        return _gone()
    return _button(grant)


@bp.get("/r")
@access.public
def resume() -> ResponseReturnValue:
    """Show the button again to somebody who had to sign in first."""
    try:
        grant = room_grants.read(phones.kept_grant(), now=clock.now())
    except GoneError:
        return _gone()
    return _button(grant)


def _button(grant: Grant) -> Response:
    person = access.find_person()
    if person is not None:
        room_entries.get_enrollment(person, grant)
    response = web.page("public/room_code.html", grant=room_grants.sign(grant))
    phones.remember(response, phones.identity())
    return response


def _gone() -> Response:
    return web.page("public/room_code_gone.html", 410)


@bp.post("/r")
@access.public
def check_in() -> ResponseReturnValue:
    """Check the signed-in participant in; whoever is not signed in does that first."""
    sent, now = request.form.get("grant", ""), clock.now()
    try:
        grant = room_grants.read(sent, now=now)
    except GoneError:
        return _gone()
    person = access.find_person()
    if person is None:
        return _sign_in_first(sent)
    enrollment = room_entries.get_enrollment(person, grant)
    return _enter(enrollment, grant, now)


def _sign_in_first(grant: str) -> Response:
    flash("The code was read in time. Sign in now, then press the button again.")
    response = redirect(url_for("accounts.sign_in"), 303)
    phones.keep_grant(response, grant)
    return response


def _enter(enrollment: Enrollment, grant: Grant, now: datetime) -> Response:
    phone = phones.identity()
    prepared = room_entries.enter(enrollment, grant, phone)
    response = _record(enrollment, prepared, now)
    phones.remember(response, phone)
    phones.forget_grant(response)
    return response


def _record(enrollment: Enrollment, prepared: CheckIn, now: datetime) -> Response:
    db.session.commit()  # the scan path works in a transaction of its own
    room_scans.record(prepared, now=now)
    code = enrollment.offering.code
    return redirect(url_for(".answer", code=code, number=prepared.number), 303)


@bp.get("/me/offerings/<code>/room")
@access.participant
def ask(code: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded it
    """Offer the camera, and a field for codes that are typed."""
    response = _ask(RoomCodeForm())
    phones.remember(response, phones.identity())
    return response


def _ask(form: RoomCodeForm, status: int = 200) -> Response:
    enrollment = access.current_enrollment()
    schedule = schedules.schedule_of(enrollment.offering)
    return _show(
        "participant/room.html",
        enrollment,
        status,
        form=form,
        rooms=rooms.list_open(schedule, now=clock.now()),
        zone=schedule.zone,
    )


@bp.post("/me/offerings/<code>/room")
@access.participant
def send(code: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded it
    """Check in by a code that the camera read, or that was typed."""
    form, now = RoomCodeForm(), clock.now()
    if not form.validate_on_submit():
        return _ask(form, 422)
    text = room_codes.normalise(form.code.data)
    if not room_codes.is_well_formed(text):
        _count_try(now)
    try:
        return _come_in(text, now)
    except GoneError as error:
        db.session.rollback()
        form.code.errors = [error.message]
        return _ask(form, error.status_code)


def _count_try(now: datetime) -> None:
    """Slow down who guesses; whole codes cannot be guessed, and are not counted."""
    enrollment = access.current_enrollment()
    session = browsers.session_token()
    limits.spend(("room code", enrollment.public_id), TRY_SECONDS, TRIES, now=now)
    limits.spend(("room code session", session), TRY_SECONDS, TRIES, now=now)
    limits.spend(("room codes", browsers.network()), 0.5, 600, now=now)
    db.session.commit()


def _come_in(text: str, now: datetime) -> Response:
    enrollment = access.current_enrollment()
    if spoken_codes.is_well_formed(text):
        return _record(
            enrollment, spoken_codes.use_code(enrollment, text, now=now), now
        )
    if not room_codes.is_well_formed(text):
        grant = room_entries.exchange_short(enrollment.offering, text, now=now)
        return _enter(enrollment, grant, now)
    grant = room_entries.exchange(text, now=now)
    return _enter(room_entries.get_enrollment(enrollment.person, grant), grant, now)


@bp.get("/me/offerings/<code>/room/<int:number>")
@access.participant
def answer(code: str, number: int) -> ResponseReturnValue:
    """Say what became of the last check-in by phone at a segment; without one, ask."""
    enrollment, now = access.current_enrollment(), clock.now()
    schedule = schedules.schedule_of(enrollment.offering)
    segment = schedule.by_number.get(number)
    scan = room_scans.find_newest(enrollment, segment.id) if segment else None
    if segment is None or scan is None:
        return redirect(url_for(".ask", code=code), 303)
    statuses = attendance.standing_of(enrollment, now=now).statuses
    return _show(
        "participant/room_answer.html",
        enrollment,
        answer=room_words.answer(scan.outcome, scan.reason, statuses.get(number)),
        segment=segment,
        at=(scan.first_in or scan.scanned_at).astimezone(schedule.zone),
    )


def _show(
    template: str, enrollment: Enrollment, status: int = 200, **context: object
) -> Response:
    """Render a page of one enrollment."""
    offering = enrollment.offering
    frame = {"code": offering.code, "stock": offering.stock}
    return web.page(template, status, **frame, **context)
