"""Staff's own offerings, an offering's overview, and the live board."""

import time
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue

from tracker import access, clock, web
from tracker.models.staff import Role
from tracker.services import (
    anomalies,
    boards,
    contest_lists,
    days,
    desks,
    held_scans,
    instructing,
    queues,
    schedules,
    segment_rooms,
)
from tracker.services.board_values import Show, Wish
from tracker.services.boards import State
from tracker.views import drawings, staff_page
from tracker.views.drawings import Drawing
from tracker.views.staff_page import EVERYBODY, TEACHING

bp = Blueprint("instructor", __name__)

LONGEST_SEARCH = 100
HIDING_COOKIE = "muster_names"


@bp.get("/staff")
@access.staff(takes_codes=True)
def home() -> ResponseReturnValue:
    """List the offerings of this member of staff; after a code, the own segments."""
    if access.is_by_code():
        rooms = instructing.list_rooms(access.current_user(), now=clock.now())
        zones = {name: ZoneInfo(name) for name in {r.offering.timezone for r in rooms}}
        return web.page("instructor/own_segments.html", rooms=rooms, zones=zones)
    user = access.current_user()
    found = desks.list_desks(user, now=clock.now())
    has_report = user.is_admin or any(Role.COORDINATOR in each.roles for each in found)
    return web.page("instructor/home.html", desks=found, has_report=has_report)


@bp.get("/staff/offerings/<code>")
@access.staff(*EVERYBODY)
def offering(code: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded it
    """Say what goes on in an offering; a door learns how to pair, and no more."""
    if not access.has_role(*TEACHING):
        return _door_overview()
    now = clock.now()
    found = access.current_offering()
    state = boards.read_state(found, now=now)
    return staff_page.show(
        "instructor/offering.html",
        section="Overview",
        view=boards.view_board(state, Wish(), now=now),
        held_count=held_scans.count_held(found),
        contest_count=contest_lists.count_open(found),
        day_lines=days.list_days(found, state.schedule, now=now),
        anomaly_count=anomalies.count_open(found)
        if access.has_role(Role.COORDINATOR)
        else 0,
    )


def _door_overview() -> Response:
    """Say how a device is paired, and what can be done at the door now."""
    now, found = clock.now(), access.current_offering()
    return staff_page.show(
        "instructor/door.html",
        section="Overview",
        opened=segment_rooms.list_opened(found, now=now),
        queues=queues.list_queues(schedules.schedule_of(found), now=now),
    )


@bp.get("/staff/offerings/<code>/attendance")
@access.staff(*TEACHING, takes_codes=True)
def board(code: str) -> ResponseReturnValue:
    """Show the live board; it works without JavaScript, by loading it again."""
    now = clock.now()
    offering = access.current_offering()
    state = boards.read_state(offering, now=now, own=access.current_own())
    return staff_page.show(
        "instructor/board.html",
        section="Attendance",
        tag=state.tag,
        live_url=_live_url(code),
        held_count=held_scans.count_held(offering)
        if access.has_role(Role.COORDINATOR)
        else 0,
        **_board_values(state, now),
    )


@bp.get("/staff/offerings/<code>/attendance/live")
@access.staff(*TEACHING, is_polled=True, takes_codes=True)
def live(code: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has asked for it
    """Give the board's changing part again; an unchanged one is 304, reading nobody."""
    now, watched = clock.now(), access.current_watched()
    state = boards.state_of(
        watched.offering_id,
        watched.version,
        watched.schedule_version,
        now=now,
        own=access.current_own(),
    )
    if request.if_none_match.contains_weak(state.tag):
        return _told(Response(status=304), state, now)
    drawing = _draw(state, now)
    if request.if_none_match.contains_weak(drawing.state.tag):
        return _told(Response(status=304), drawing.state, now)
    return _told(Response(drawing.html), drawing.state, now)


def _told(response: Response, state: State, now: datetime) -> Response:
    response.set_etag(state.tag)
    response.headers["Muster-Time"] = wall_time(state, now)
    return response


def _draw(state: State, now: datetime) -> Drawing:
    """Return the board as HTML: drawn just now for somebody else, or drawn anew."""
    key = (state.offering_id, _wish(), is_hiding(), state.own)
    if found := drawings.find(key, state, _known_version()):
        return found
    access.load_watched()
    began_at = time.monotonic()
    page = staff_page.show("instructor/_live.html", **_board_values(state, now))
    html = page.get_data(as_text=True)
    return drawings.keep(key, state, html, began_at=began_at)


def _known_version() -> int:
    """Return the newest version that the browser says it shows; 0 for none."""
    tags = request.if_none_match.as_set(include_weak=True)
    numbers = (tag.partition("-")[0] for tag in tags)
    return max((int(n) for n in numbers if n.isdecimal() and len(n) < 19), default=0)


def wall_time(state: State, now: datetime) -> str:
    """Return the time of day that a live page says it shows."""
    return f"{now.astimezone(state.schedule.zone):%H:%M}"


def _board_values(state: State, now: datetime) -> dict[str, Any]:
    return {
        "view": boards.view_board(state, _wish(), now=now),
        "is_hiding": is_hiding(),
        "wall_time": wall_time(state, now),
    }


def is_hiding() -> bool:
    """Say whether names are hidden on this device."""
    return request.cookies.get(HIDING_COOKIE) == "hidden"


def _live_url(code: str) -> str:
    """Return where live-board.js asks for this very view again."""
    wish = _wish()
    return url_for(
        ".live", code=code, filter=wish.show, q=wish.search or None, page=wish.page
    )


def _wish() -> Wish:
    """Read the filter, the search and the page; nonsense means everybody."""
    shown = request.args.get("filter", "")
    return Wish(
        show=Show(shown) if shown in set(Show) else Show.EVERYONE,
        search=request.args.get("q", "")[:LONGEST_SEARCH],
        page=wished_page(),
    )


def wished_page() -> int:
    """Read the number of the page, from 1; nonsense means the first."""
    page = request.args.get("page", "")
    is_number = page.isascii() and page.isdecimal() and len(page) < 6
    return max(int(page), 1) if is_number else 1
