"""The public schedule, for programs: what anybody may see, and no more."""

from typing import Any
from urllib.parse import quote

from flask import Response, jsonify

from tracker import access, clock, links
from tracker.services import public_schedule
from tracker.services.public_schedule import Listed, Wish
from tracker.views.api.blueprint import bp


@bp.get("/schedule")
@access.public
def list_schedule() -> Response:
    """List the published offerings, those to come first; no token is needed."""
    found = public_schedule.read_schedule(Wish(), now=clock.now())
    return jsonify([_plain(each) for each in (*found.upcoming, *found.past)])


def _plain(listed: Listed) -> dict[str, Any]:
    offering = listed.offering
    opens_at, closes_at = listed.opens_at, listed.closes_at
    return {
        "code": offering.code,
        "course": offering.course.code,
        "course_title": offering.course.title,
        "city": offering.city,
        "state": offering.state,
        "timezone": offering.timezone,
        "starts_on": offering.starts_on.isoformat(),
        "ends_on": offering.ends_on.isoformat(),
        "applications": listed.state.value,
        "applications_open_at": opens_at.isoformat() if opens_at else None,
        "applications_close_at": closes_at.isoformat() if closes_at else None,
        "url": links.absolute(f"/offerings/{quote(offering.code)}"),
    }
