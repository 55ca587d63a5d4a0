"""POST …/scans: what devices send."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, jsonify, request

from tracker import access, clock
from tracker.domain.scan_input import parse_moment, read_scan
from tracker.errors import InvalidError, TooLargeError
from tracker.json_reader import read_json
from tracker.models.access import TokenScope
from tracker.services import scanning
from tracker.services.scanning import ScanAnswer
from tracker.views.api.blueprint import bp

MAXIMUM_SCANS = 1_000


@bp.post("/offerings/<code>/scans")
@access.token(TokenScope.CHECK_IN, takes_revoked=True)
def record_scans(code: str) -> Response:  # noqa: ARG001 - the guard has compared it
    """Record 1 to 1,000 scans; answer each, once all of them are durable."""
    caller = access.current_caller()
    received_at = clock.now()
    sent_at, items = _read_body()
    batch = [read_scan(item) for item in items]
    answers = scanning.record_scans(
        batch, caller, sent_at=sent_at, received_at=received_at
    )
    zone = ZoneInfo(caller.timezone)
    return jsonify(
        {
            "received_at": written(received_at, zone),
            "results": [_result(answer, zone) for answer in answers],
        }
    )


def _read_body() -> tuple[datetime | None, list[Any]]:
    body = read_json(request.get_data())
    if not isinstance(body, dict):
        raise InvalidError("The body must be an object.", {"": "must be an object"})
    items = body.get("scans")
    if not isinstance(items, list) or not items:
        message = "must be a list of 1 to 1,000 scans"
        raise InvalidError(f"scans {message}.", {"/scans": message})
    if len(items) > MAXIMUM_SCANS:
        raise TooLargeError(f"At most {MAXIMUM_SCANS:,} scans fit in one request.")
    unknown = sorted(body.keys() - {"scans", "sent_at"})
    if unknown:
        raise InvalidError(
            f"{unknown[0]} is not known here.",
            {f"/{name}": "is not known" for name in unknown},
        )
    return read_sent_at(body.get("sent_at")), items


def read_sent_at(value: Any) -> datetime | None:
    """Read the device's clock as it sent; None where it did not say.

    Raises:
        InvalidError: it is no time with an offset.
    """
    if value is None:
        return None
    try:
        return parse_moment(value)
    except ValueError as error:
        message = "must be a time like 2026-11-23T08:31:02-06:00"
        raise InvalidError(f"sent_at {message}.", {"/sent_at": message}) from error


def _result(answer: ScanAnswer, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "id": answer.id,
        "outcome": answer.outcome,
        "reason": answer.reason,
        "late": answer.late,
        "first_in": written(answer.first_in, zone),
        "segment": answer.segment,
        "person": answer.person,
        "attended": answer.attended,
        "required": answer.required,
    }


def written(moment: datetime | None, zone: ZoneInfo) -> str | None:
    """Write a time as RFC 3339 with the offset of the offering's place."""
    return moment.astimezone(zone).isoformat() if moment else None
