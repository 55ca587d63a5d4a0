"""What a program or a door reads about its offering."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask import Response, current_app, jsonify, request
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response as BaseResponse

from tracker import access, clock
from tracker.db import db, end_reading
from tracker.domain.attendance import on_time_limit
from tracker.domain.schedule import Schedule, SegmentPlan
from tracker.models import Offering
from tracker.models.access import TokenScope
from tracker.services import attendance, device_states, doors, schedules
from tracker.views.api.blueprint import bp
from tracker.views.api.scans import written


def load_offering() -> Offering:
    """Return the caller's offering with its course."""
    found: Offering = db.session.scalars(
        sa.select(Offering)
        .where(Offering.id == access.current_caller().offering_id)
        .options(joinedload(Offering.course))
    ).one()
    return found


@bp.get("/offerings")
@access.token(None)
def list_offerings() -> Response:
    """List the offerings that the token names."""
    offering = load_offering()
    schedule = schedules.schedule_of(offering)
    body = {
        "code": offering.code,
        "course": offering.course.code,
        "title": offering.title,
        "starts_on": offering.starts_on.isoformat(),
        "ends_on": offering.ends_on.isoformat(),
        "city": offering.city,
        "state": offering.state,
        "timezone": offering.timezone,
        "segments": len(schedule.held),
    }
    return jsonify([body])


@bp.get("/offerings/<code>/segments")
@access.token(None)
def list_segments(code: str) -> Response:  # noqa: ARG001 - the guard has compared it
    """List an offering's segments in the order of their numbers."""
    schedule = schedules.schedule_of(load_offering())
    return jsonify(_segments(schedule))


def _segments(schedule: Schedule) -> list[dict[str, Any]]:
    return [
        {
            "number": segment.number,
            "title": segment.title,
            "starts_at": written(segment.starts_at, schedule.zone),
            "ends_at": written(segment.ends_at, schedule.zone),
            "room": segment.room,
            "required": segment.is_required,
            "credit_minutes": segment.credit_minutes,
        }
        for segment in schedule.held
    ]


@bp.get("/offerings/<code>/attendance")
@access.token(TokenScope.READ)
def read_attendance(code: str) -> BaseResponse:  # noqa: ARG001 - the guard has compared it
    """Return everybody's attendance; an unchanged state answers 304 unread."""
    now = clock.now()
    offering = load_offering()
    schedule = schedules.schedule_of(offering)
    etag = schedules.state_tag(offering.id, schedule, now=now)
    response = Response(mimetype="application/json")
    response.set_etag(etag)
    if request.if_none_match.contains_weak(etag):
        return response.make_conditional(request)
    board = attendance.read_board(offering, now=now)
    end_reading()
    body = {
        "offering": offering.code,
        "segments": _segments(schedule),
        "people": [_person(row, board.schedule) for row in board.rows],
    }
    response.set_data(current_app.json.dumps(body))
    return response


def _person(row: attendance.BoardRow, schedule: Schedule) -> dict[str, Any]:
    return {
        "enrollment": row.enrollment,
        "name": row.name,
        "agency": row.agency,
        "full": row.standing.is_full,
        "missing": list(row.standing.missing),
        "segments": [
            _segment_of(row, segment, schedule.zone) for segment in schedule.held
        ],
    }


def _segment_of(
    row: attendance.BoardRow, segment: SegmentPlan, zone: ZoneInfo
) -> dict[str, Any]:
    record = row.records.get(segment.id)
    return {
        "number": segment.number,
        "status": row.standing.statuses[segment.number],
        "first_in": written(record.first_in if record else None, zone),
        "last_out": written(record.last_out if record else None, zone),
        "minutes": row.standing.minutes[segment.number],
    }


@bp.get("/offerings/<code>/door")
@access.token(TokenScope.CHECK_IN)
def read_door(code: str) -> Response:  # noqa: ARG001 - the guard has compared it
    """Tell a door what it shows: segments, the one open now, how many are in."""
    caller = access.current_caller()
    now = clock.now()
    schedule = schedules.cached_schedule(caller.offering_id, caller.schedule_version)
    offering = load_offering()
    return jsonify(
        {
            "received_at": written(now, schedule.zone),
            "offering": {
                "code": offering.code,
                "title": offering.title,
                "stock": offering.stock,
                "timezone": offering.timezone,
            },
            "device": {
                "name": caller.name,
                "room": caller.room,
                "mode": device_states.mode_of(caller),
            },
            "segments": _door_segments(schedule, now),
            "current": doors.count_current(offering.id, schedule, caller.room, now=now),
        }
    )


def _door_segments(schedule: Schedule, now: datetime) -> list[dict[str, Any]]:
    windows = schedule.windows_at(now)
    return [
        {
            "number": segment.number,
            "title": segment.title,
            "room": segment.room,
            "starts_at": written(segment.starts_at, schedule.zone),
            "ends_at": written(segment.ends_at, schedule.zone),
            "opens_at": written(windows[segment.number].opens_at, schedule.zone),
            "on_time_until": written(
                on_time_limit(segment, now, schedule.policy), schedule.zone
            ),
            "required": segment.is_required,
            "check_out": segment.needs_check_out,
            "check_out_until": written(
                windows[segment.number].closes_at + schedule.policy.check_out_grace,
                schedule.zone,
            ),
        }
        for segment in schedule.held
    ]
