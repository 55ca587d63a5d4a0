"""The scanner: a public shell without data, its worker, and the pairing of a device."""

from pathlib import Path

from flask import Blueprint, Response, current_app, request
from flask.typing import ResponseReturnValue

from tracker import access, clock, problems, web
from tracker.db import db
from tracker.errors import GoneError, InvalidError, NotFoundError
from tracker.json_reader import read_json
from tracker.models import Offering
from tracker.services import devices, limits
from tracker.views import browsers

bp = Blueprint("door", __name__)

# Only this worker may compile WebAssembly; the page that starts it may not.
WORKER_CSP = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@bp.get("/scan")
@access.public
def scan() -> ResponseReturnValue:
    """Show the scanner, which knows nothing until its device's token asks the API."""
    return web.page("door/scan.html")


@bp.get("/scan/decode-worker.js")
@access.public
def decode_worker() -> ResponseReturnValue:
    """Serve the QR reader's worker under a policy of its own."""
    script = Path(current_app.static_folder or "") / "js" / "door" / "decode-worker.js"
    response = Response(script.read_bytes(), mimetype="text/javascript")
    response.headers["Content-Security-Policy"] = WORKER_CSP
    return response


@bp.get("/scan/pair")
@access.public
def ask_code() -> ResponseReturnValue:
    """Ask for the pairing code, for a device that cannot scan it."""
    return web.page("door/pair.html", asks_code=True)


@bp.get("/scan/pair/<code>")
@access.public
def offer_pairing(code: str) -> ResponseReturnValue:  # noqa: ARG001 - not looked up: opening changes nothing
    """Show a button; the code is only looked at when it is sent."""
    return web.page("door/pair.html", asks_code=False)


@bp.post("/scan/pair/<code>")
@access.public
@problems.for_programs
def pair(code: str) -> ResponseReturnValue:
    """Pair the device that sends its own id: a JSON call without cookie."""
    sent = read_json(request.get_data())
    if not isinstance(sent, dict) or not isinstance(sent.get("device_uid"), str):
        raise InvalidError("The device names no id.", {"/device_uid": "must be a UUID"})
    try:
        token, device = devices.pair(code, sent["device_uid"], now=clock.now())
    except (NotFoundError, GoneError):
        _count_wrong_code()
        raise
    offering = db.session.get_one(Offering, device.offering_id)
    answer = {
        "token": token,
        "offering": offering.code,
        "device": {
            "id": device.public_id,
            "name": device.name,
            "room": device.room,
            "mode": device.mode,
            "unlock_code": device.unlock_code,
        },
    }
    db.session.commit()
    return answer, {"Cache-Control": "no-store"}


def _count_wrong_code() -> None:
    """Slow down who guesses; a right code is never slowed by its neighbours."""
    db.session.rollback()
    limits.spend(("pairing", browsers.network()), 30, 20, now=clock.now())
    db.session.commit()
