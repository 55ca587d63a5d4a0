"""POST …/undos: a device takes its last scan back."""

from datetime import datetime
from typing import Any

from flask import Response, jsonify, request

from tracker import access, clock
from tracker.db import db
from tracker.domain.scan_input import USABLE_ID, parse_moment
from tracker.domain.undoing import Undo
from tracker.errors import InvalidError, TooLargeError
from tracker.json_reader import read_json
from tracker.models.access import TokenScope
from tracker.services import undoing
from tracker.views.api.blueprint import bp
from tracker.views.api.scans import read_sent_at

MAXIMUM_UNDOS = 100
FIELDS = {"id", "scan", "made_at"}


@bp.post("/offerings/<code>/undos")
@access.token(TokenScope.CHECK_IN)
def undo_scans(code: str) -> Response:  # noqa: ARG001 - the guard has compared it
    """Take back 1 to 100 scans of this device, each within a minute of its scan."""
    received_at = clock.now()
    sent_at, undos = _read_body()
    outcomes = undoing.undo_scans(
        undos, access.current_caller(), sent_at=sent_at, received_at=received_at
    )
    db.session.commit()
    results = [
        {"id": undo.id, "outcome": outcome}
        for undo, outcome in zip(undos, outcomes, strict=True)
    ]
    return jsonify({"results": results})


def _read_body() -> tuple[datetime | None, list[Undo]]:
    body = read_json(request.get_data())
    if not isinstance(body, dict):
        raise InvalidError("The body must be an object.", {"": "must be an object"})
    items = body.get("undos")
    if not isinstance(items, list) or not items:
        message = f"must be a list of 1 to {MAXIMUM_UNDOS} undos"
        raise InvalidError(f"undos {message}.", {"/undos": message})
    if len(items) > MAXIMUM_UNDOS:
        raise TooLargeError(f"At most {MAXIMUM_UNDOS} undos fit in one request.")
    errors = {f"/{name}": "is not known" for name in body.keys() - {"undos", "sent_at"}}
    undos = [_read_undo(item, f"/undos/{n}", errors) for n, item in enumerate(items)]
    if errors:
        raise InvalidError("These undos cannot be read.", errors)
    return read_sent_at(body.get("sent_at")), [undo for undo in undos if undo]


def _read_undo(item: Any, place: str, errors: dict[str, str]) -> Undo | None:
    if not isinstance(item, dict) or item.keys() != FIELDS:
        errors[place] = "must be an object of id, scan and made_at"
        return None
    for name in ("id", "scan"):
        if not isinstance(item[name], str) or not USABLE_ID.fullmatch(item[name]):
            errors[f"{place}/{name}"] = "must be an id of up to 64 characters"
    try:
        return Undo(item["id"], item["scan"], parse_moment(item["made_at"]))
    except ValueError:
        errors[f"{place}/made_at"] = "must be a time like 2026-11-23T08:31:02-06:00"
        return None
