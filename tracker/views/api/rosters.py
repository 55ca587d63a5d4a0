"""GET …/roster: what a door keeps for when there is no network."""

from base64 import b64encode

from flask import Response, current_app, request
from werkzeug.wrappers import Response as BaseResponse

from tracker import access, clock
from tracker.db import end_reading
from tracker.models.access import TokenScope
from tracker.roster_keys import KEY_INFO
from tracker.services import schedules, sealed_rosters
from tracker.services.sealed_rosters import SealedRecord
from tracker.views.api.blueprint import bp
from tracker.views.api.offerings import load_offering


@bp.get("/offerings/<code>/roster")
@access.token(TokenScope.CHECK_IN)
def read_roster(code: str) -> BaseResponse:  # noqa: ARG001 - the guard has compared it
    """Return one sealed record per pass; nobody reads one without its pass."""
    now = clock.now()
    offering = load_offering()
    schedule = schedules.schedule_of(offering)
    response = Response(mimetype="application/json")
    response.set_etag(schedules.state_tag(offering.id, schedule, now=now))
    if request.if_none_match.contains_weak(response.get_etag()[0] or ""):
        return response.make_conditional(request)
    records = sealed_rosters.seal_roster(offering, schedule, now=now)
    end_reading()
    body = {"key_info": KEY_INFO, "records": [_written(each) for each in records]}
    response.set_data(current_app.json.dumps(body))
    return response


def _written(record: SealedRecord) -> dict[str, str]:
    return {
        "id": record.id,
        "nonce": b64encode(record.nonce).decode(),
        "sealed": b64encode(record.sealed).decode(),
    }
