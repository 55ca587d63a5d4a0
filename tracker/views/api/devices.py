"""POST …/door: what a device says of itself."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, jsonify, request

from tracker import access, clock
from tracker.db import db
from tracker.domain.scan_input import parse_moment
from tracker.errors import ForbiddenError, InvalidError
from tracker.json_reader import read_json
from tracker.models.access import TokenScope
from tracker.services import device_states
from tracker.services.device_states import DeviceState
from tracker.views.api.blueprint import bp
from tracker.views.api.scans import written

KNOWN_FIELDS = {"battery_percent", "unsent_count", "oldest_unsent_at", "sent_at"}
MOST_UNSENT = 1_000_000


@bp.post("/offerings/<code>/door")
@access.token(TokenScope.CHECK_IN)
def tell_state(code: str) -> Response:  # noqa: ARG001 - the guard has compared it
    """Take what a device says of itself: its battery, and what it has not sent."""
    caller = access.current_caller()
    if not caller.is_device:
        raise ForbiddenError("Only a paired device has a state.")
    received_at = clock.now()
    state = _read_state(read_json(request.get_data()), received_at)
    device_states.note_state(caller, state, now=received_at)
    db.session.commit()
    zone = ZoneInfo(caller.timezone)
    return jsonify({"received_at": written(received_at, zone)})


def _read_state(body: Any, received_at: datetime) -> DeviceState:
    """Read a state; `sent_at`, where it is given, corrects the device's clock."""
    if not isinstance(body, dict):
        raise InvalidError("The body must be an object.", {"": "must be an object"})
    errors = {f"/{name}": "is not known" for name in body.keys() - KNOWN_FIELDS}
    battery = body.get("battery_percent")
    if battery is not None and not _is_count(battery, 100):
        errors["/battery_percent"] = "must be a number from 0 to 100, or null"
    if not _is_count(body.get("unsent_count"), MOST_UNSENT):
        errors["/unsent_count"] = f"must be a number from 0 to {MOST_UNSENT:,}"
    oldest = _moment(body, "oldest_unsent_at", errors)
    sent_at = _moment(body, "sent_at", errors)
    if errors:
        raise InvalidError("This state cannot be read.", errors)
    if oldest and sent_at:
        oldest = min(oldest + (received_at - sent_at), received_at)
    return DeviceState(battery, body["unsent_count"], oldest)


def _is_count(value: Any, most: int) -> bool:
    return type(value) is int and 0 <= value <= most


def _moment(body: dict[str, Any], name: str, errors: dict[str, str]) -> datetime | None:
    if body.get(name) is None:
        return None
    try:
        return parse_moment(body[name])
    except ValueError:
        errors[f"/{name}"] = "must be a time like 2026-11-23T08:31:02-06:00, or null"
        return None
