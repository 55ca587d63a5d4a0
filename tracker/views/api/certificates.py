"""Verification of certificates, for programs."""

from flask import Response, jsonify, request

from tracker import access, clock
from tracker.db import db
from tracker.errors import InvalidError
from tracker.json_reader import read_json
from tracker.services import (
    verification,
)
from tracker.views.api.blueprint import bp
from tracker.views.api.schemas import VerifyIn


@bp.post("/certificates/verify")
@access.public
def verify() -> Response:
    """Say what a serial and the printed name together are; no token is needed."""
    asked = _read_body()
    verification.spend_verification(asked.serial, request.remote_addr, now=clock.now())
    db.session.commit()
    verdict = verification.verify(asked.serial, asked.name)
    return jsonify({"status": verdict.status, **(verdict.facts or {})})


def _read_body() -> VerifyIn:
    if not request.is_json:
        raise InvalidError("Send application/json.", {"": "must be application/json"})
    body = read_json(request.get_data())
    if not isinstance(body, dict):
        raise InvalidError("The body must be an object.", {"": "must be an object"})
    errors = {
        f"/{name}": f"must be a text of 1 to {most} characters"
        for name, most in (("serial", 64), ("name", 400))
        if not isinstance(body.get(name), str) or not 0 < len(body[name]) <= most
    }
    errors |= {f"/{name}": "is not known" for name in body.keys() - {"serial", "name"}}
    if errors:
        raise InvalidError("Send a serial and a name.", errors)
    return VerifyIn(**body)
