"""Staff's own offerings, an offering's overview, and the live board."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue

from tracker import access, clock, web
from tracker.models.staff import Role
from tracker.services import boards, desks, histories
from tracker.services.board_values import Show, Wish
from tracker.views import staff_page
from tracker.views.staff_page import EVERYBODY, TEACHING

bp = Blueprint("instructor", __name__)

LONGEST_SEARCH = 100
HIDING_COOKIE = "muster_names"


@bp.get("/staff")
@access.staff()
def home() -> ResponseReturnValue:
    """List the offerings in which this member of staff has a role."""
    found = desks.list_desks(access.current_user(), now=clock.now())
    return web.page("instructor/home.html", desks=found)


@bp.get("/staff/offerings/<code>")
@access.staff(*EVERYBODY)
def offering(code: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded it
    """Say what goes on in an offering; a door learns how to pair, and no more."""
    if not access.has_role(*TEACHING):
        return staff_page.show("instructor/door.html", section="Overview")
    now = clock.now()
    found = access.current_offering()
    return staff_page.show(
        "instructor/offering.html",
        section="Overview",
        view=boards.view_board(found, Wish(), now=now),
        held=histories.list_held(found) if access.has_role(Role.COORDINATOR) else [],
    )


@bp.get("/staff/offerings/<code>/attendance")
@access.staff(*TEACHING)
def board(code: str) -> ResponseReturnValue:
    """Show the live board; it works without JavaScript, by loading it again."""
    now = clock.now()
    tag = boards.state_tag(access.current_offering(), now=now)
    return staff_page.show(
        "instructor/board.html",
        section="Attendance",
        tag=tag,
        live_url=_live_url(code),
        **_board_values(now),
    )


@bp.get("/staff/offerings/<code>/attendance/live")
@access.staff(*TEACHING)
def live(code: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded it
    """Give the board's changing part again; an unchanged one is 304, reading nobody."""
    now = clock.now()
    tag = boards.state_tag(access.current_offering(), now=now)
    if _is_known(tag):
        response = Response(status=304)
    else:
        response = staff_page.show("instructor/_live.html", **_board_values(now))
    response.set_etag(tag)
    response.headers["Muster-Time"] = _wall_time(now)
    return response


def _is_known(tag: str) -> bool:
    """Say whether the caller holds this state, compressed or not."""
    known = request.if_none_match
    return known.contains(tag) or known.contains(f"{tag}-gzip")


def _wall_time(now: datetime) -> str:
    zone = ZoneInfo(access.current_offering().timezone)
    return f"{now.astimezone(zone):%H:%M}"


def _board_values(now: datetime) -> dict[str, Any]:
    return {
        "view": boards.view_board(access.current_offering(), _wish(), now=now),
        "is_hiding": request.cookies.get(HIDING_COOKIE) == "hidden",
        "wall_time": _wall_time(now),
    }


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
