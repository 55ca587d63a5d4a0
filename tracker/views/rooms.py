"""The room's screen for staff: which segments there are, the code, a code to say."""

from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from tracker import access, clock, links, qr
from tracker.db import db
from tracker.domain import room_codes
from tracker.errors import InvalidError
from tracker.forms.rooms import SpokenCodeForm
from tracker.services import rooms, schedules, spoken_codes
from tracker.services.rooms import Phase, Room, Showing
from tracker.views import staff_page
from tracker.views.staff_page import EVERYBODY

bp = Blueprint("rooms", __name__, url_prefix="/staff/offerings/<code>/room")

SPOKEN = "spoken"
"""The category of a message that is a code to be said: it is shown large."""


@bp.get("")
@access.staff(*EVERYBODY, takes_codes=True)
def index(code: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded it
    """List the segments, with the way to each one's screen."""
    schedule = schedules.schedule_of(access.current_offering())
    own = access.current_own()
    found = rooms.list_rooms(schedule, now=clock.now())
    return staff_page.show(
        "instructor/rooms.html",
        section="Room code",
        rooms=[each for each in found if own is None or each.segment.number in own],
        minutes=spoken_codes.LIFETIME.seconds // 60,
        form=SpokenCodeForm(),
    )


@bp.get("/<int:number>")
@access.staff(*EVERYBODY, takes_codes=True)
def screen(code: str, number: int) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded the offering
    """Show the room's code on a projector; it names neither offering nor venue."""
    showing = rooms.show(access.current_offering(), number, now=clock.now())
    return staff_page.show(
        "instructor/room_screen.html",
        number=number,
        shown=_values(showing),
        closes_at=showing.room.closes_at,
    )


@bp.get("/<int:number>/code")
@access.staff(*EVERYBODY, takes_codes=True)
def current(code: str, number: int) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded the offering
    """Give the screen what it shows now: one code at a time, and how many are in."""
    showing = rooms.show(access.current_offering(), number, now=clock.now())
    return _values(showing)


def _values(showing: Showing) -> dict[str, object]:
    room = showing.room
    values: dict[str, object] = {}
    if showing.code and showing.short_code:
        address = _address(showing.code)
        symbol = qr.symbol(address)
        values = {
            "address": address,
            "symbol": {"size": symbol.size, "path": symbol.path},
            "short_code": room_codes.in_groups(showing.short_code),
        }
    return {
        "phase": room.phase,
        "words": _words(room),
        "seconds_left": round(showing.seconds_left, 3),
        "step_seconds": room_codes.STEP_SECONDS,
        "in_count": showing.in_count,
        "people_count": showing.people_count,
        **values,
    }


def _address(room_code: str) -> str:
    """Return what the QR code says: in capitals it is coarser, and read from afar.

    Scheme, host and our own first part may be written so; a path before them not.
    """
    address = links.absolute(url_for("room_check_in.offer", room_code=room_code))
    has_path = urlsplit(links.settings().base_url).path not in {"", "/"}
    return address if has_path else address.upper()


def _words(room: Room) -> str:
    zone = ZoneInfo(access.current_offering().timezone)
    if room.phase is Phase.OVER:
        return "Check-in for this segment is over."
    if room.phase is Phase.OPEN:
        return f"Check-in until {room.closes_at.astimezone(zone):%H:%M}"
    opens_at = room.opens_at.astimezone(zone)
    is_today = opens_at.date() == clock.now().astimezone(zone).date()
    day = "" if is_today else f"{opens_at:%A}, {opens_at.day} {opens_at:%B}, "
    return f"Check-in opens {day}at {opens_at:%H:%M}."


@bp.post("/<int:number>/spoken")
@access.staff(*EVERYBODY, takes_codes=True)
def say(code: str, number: int) -> ResponseReturnValue:
    """Make a code for one person who cannot scan, and show it to whoever says it."""
    form = SpokenCodeForm()
    if not form.validate_on_submit():
        raise InvalidError("This page was changed. Load it again.")
    said = spoken_codes.say_code(
        access.current_offering(),
        number,
        uid=form.uid.data,
        user=access.current_user(),
        now=clock.now(),
    )
    db.session.commit()
    flash(f"Segment {number}: {said}", SPOKEN)
    return redirect(url_for(".index", code=code), 303)
